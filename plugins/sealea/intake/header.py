"""The header of a file: which of the columns to read stands where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from sealea.column_map import ColumnMap
from sealea.contract import Contract
from sealea.intake import findings as found


@dataclass(frozen=True)
class Layout:
    """How a file is written. `names` gives the column to read by header name; in a closed layout no other name may stand."""

    names: Mapping[str, str]
    required: tuple[str, ...]
    is_closed: bool = True
    delimiter: str = ","
    encoding: str = "utf-8"


def of_contract(contract: Contract) -> Layout:
    """Return the layout of files in the form of a contract."""
    names = {name: column.name for column in reversed(contract.columns) for name in (*column.aliases, column.name)}
    return Layout(names, tuple(column.name for column in contract.columns if column.required))


def of_map(column_map: ColumnMap) -> Layout:
    """Return the layout of a state's native file: the columns that its feeds read; others are ignored."""
    used, file = column_map.used_columns, column_map.file
    required = tuple(name for name in used if not column_map.columns[name].optional)
    return Layout({name: name for name in used}, required, is_closed=False, delimiter=file.delimiter, encoding=file.encoding)


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
