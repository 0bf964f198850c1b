"""The header of a file: which of the columns to read stands where."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from sealea.column_map import ColumnMap, FixedWidth
from sealea.contract import Contract
from sealea.intake import findings as found
from sealea.intake.record import Refusal

DELIMITERS = (",", "\t", "|", ";", "^")
TEXT, NUMBER, BOOLEAN, PADDED, ISO_DATE = "text", "number", "boolean", "padded", "YYYY-MM-DD"
KINDS = {"integer": NUMBER, "decimal": NUMBER, "boolean": BOOLEAN, "date": ISO_DATE}


@dataclass(frozen=True)
class Layout:
    """How a file is written. `names` gives the column to read by header name; in a closed layout no other name may stand.

    `kinds` are text, number, boolean, padded text, or the pattern of a date, by column. Without a delimiter the header tells it.
    `fixed_width` gives the places of the columns; `is_fixed_width` without it: the state has none for this school year.
    """

    names: Mapping[str, str]
    required: tuple[str, ...]
    is_closed: bool = True
    delimiter: str | None = None
    encoding: str = "utf-8"
    kinds: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    is_fixed_width: bool = False
    fixed_width: FixedWidth | None = None


def of_contract(contract: Contract, sheet: str | None = None) -> Layout:
    """Return the layout of files in the form of a contract."""
    names = {name: column.name for column in reversed(contract.columns) for name in (*column.aliases, column.name)}
    kinds = {column.name: KINDS.get(column.type.partition("(")[0], TEXT) for column in contract.columns}
    return Layout(names, tuple(column.name for column in contract.columns if column.required), kinds=kinds, sheet=sheet)


def of_map(column_map: ColumnMap, school_year: int) -> Layout:
    """Return the layout of a state's native file of one school year: the columns that its feeds read; others are ignored."""
    used, file = column_map.used_columns, column_map.file
    forms = {name: column_map.columns[name] for name in used}
    return Layout(
        {name: name for name in used},
        tuple(name for name, form in forms.items() if not form.optional),
        is_closed=False,
        delimiter=file.delimiter,
        encoding=file.encoding,
        kinds={name: form.date or (NUMBER if form.number is not None else PADDED if form.pad else TEXT) for name, form in forms.items()},
        sheet=file.sheet,
        is_fixed_width=bool(file.fixed_width),
        fixed_width=file.places(school_year),
    )


def first_record(text: str, delimiter: str) -> list[str]:
    """Return the first record of a delimited text that is not blank; an empty one if there is none."""
    try:
        return next((values for values in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(map(str.strip, values))), [])
    except csv.Error:
        return []


def known_columns(text: str, delimiter: str, layout: Layout) -> int:
    """Return how many columns of the layout the header of a delimited text names."""
    return len(positions(first_record(text, delimiter), layout))


def delimiter_of(text: str, layout: Layout) -> str:
    """Return the delimiter of a text that begins with its header: the one by which the most known columns stand there.

    Raises Refusal if two do as well. A header without any known column is read with commas, and found wanting for its names.
    """
    if layout.delimiter:
        return layout.delimiter
    counts = {delimiter: known_columns(text, delimiter, layout) for delimiter in DELIMITERS if len(first_record(text, delimiter)) > 1}
    best = [delimiter for delimiter, count in counts.items() if count and count == max(counts.values())]
    if len(best) > 1:
        raise Refusal("FILE-013")
    return best[0] if best else DELIMITERS[0]


def positions(header: Sequence[str], layout: Layout) -> dict[str, int]:
    """Return the place of each column in `header`, from 0; the first if it is there twice."""
    places: dict[str, int] = {}
    for place, written in enumerate(header):
        name = column_name(written, layout)
        if name is not None:
            places.setdefault(name, place)
    return places


def column_name(written: str, layout: Layout) -> str | None:
    """Return the column that a header name stands for; None for a name that the layout does not know."""
    return layout.names.get(written.strip())


def problems(header: Sequence[str], layout: Layout, line_number: int) -> pl.DataFrame:
    """Return what is wrong with `header`: required columns that it lacks, columns that it has twice or that a closed layout does not know.

    An unknown column is named by its place: in a file without a header its "name" is somebody's data.
    """
    places = positions(header, layout)
    missing = [name for name in layout.required if name not in places]
    rows: list[tuple[str, int, str | None, str]] = [("FILE-004", line_number, name, "") for name in missing]
    for place, written in enumerate(header):
        name = column_name(written, layout)
        if place not in places.values() and (name or layout.is_closed):
            rows.append(("FILE-005", line_number, name, f"It is column {place + 1} of the header."))
    return pl.DataFrame(rows, schema=found.SCHEMA, orient="row")
