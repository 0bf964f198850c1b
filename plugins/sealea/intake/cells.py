"""Cells: what stood in a file at the places of findings. Read from the bytes when a report is written, and kept nowhere else."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

import polars as pl

from sealea.file_name import FileName
from sealea.intake import examination, forms, header, parsing, second_look
from sealea.intake.examination import Subject
from sealea.intake.forms import Refused, Rows, Text
from sealea.intake.header import Layout
from sealea.intake.rulebook import Account, Rulebook
from sealea.intake.second_look import Seen

PLACE = {"line_number": pl.Int64, "column_name": pl.String}
SCHEMA = PLACE | {"cell": pl.String}
MAXIMUM_CHARACTERS = 80
SEVERAL = ", "
ABOUT_THE_FILE = "FILE-"  # these rules name columns of the header, not values


def none() -> pl.DataFrame:
    """Return a frame of no cells."""
    return pl.DataFrame(schema=SCHEMA)


def places(findings: pl.DataFrame) -> pl.DataFrame:
    """Return where findings on values are, each place once."""
    on_values = findings.filter(~pl.col("rule_id").str.starts_with(ABOUT_THE_FILE))
    return on_values.select(*PLACE).drop_nulls().unique(maintain_order=True)


def of_file(rulebook: Rulebook, account: Account, target: FileName, path: Path, findings: pl.DataFrame) -> pl.DataFrame:
    """Return what stood in the file at the places of its findings."""
    subjects = rulebook.subjects(account, target, {}, frozenset())
    return cells(path, examination.layout_of(subjects[0]), places(findings), personal_columns(subjects))


def personal_columns(subjects: Iterable[Subject]) -> set[str]:
    """Return the columns, as the file names them, that say who a record is about."""
    personal = [(subject.feed, column.name) for subject in subjects for column in subject.standard.contract.identity_columns]
    return {name for feed, column in personal for name in (feed.native_columns(column) if feed else (column,))}


def cells(path: Path, layout: Layout, wanted: pl.DataFrame, personal: Collection[str] = ()) -> pl.DataFrame:
    """Return line_number, column_name and cell of the `wanted` places, as far as the file has them.

    A cell of a `personal` column, which says who a record is about, is told by its form only: 9 is a digit, A a letter.
    """
    columns: defaultdict[int, list[str]] = defaultdict(list)
    for line_number, name in wanted.select(*PLACE).iter_rows():
        columns[line_number].append(name)
    form = forms.recognise(path, layout) if columns else None
    if form is None or isinstance(form, Refused):
        return none()
    lines = pl.Series("line_number", sorted(columns), pl.Int64)
    records = of_rows(form, layout, lines) if isinstance(form, Rows) else of_text(form, layout, lines)
    found = [(line, name, cell) for line, values in records for name, cell in cells_of(values, columns[line])]
    shown = [(line, name, form_of(cell) if name in personal else printable(cell)) for line, name, cell in found]
    return pl.DataFrame(shown, schema=SCHEMA, orient="row")


def of_text(form: Text, layout: Layout, lines: pl.Series) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield what stands in the readable records that begin on the lines, by column. Behind the last of them reading ends."""
    for records in second_look.records(form, layout, Seen(), lines):
        for values in records.with_columns(pl.col(pl.String).fill_null("")).iter_rows(named=True):
            yield values["line_number"], values
        if records["line_number"][-1] == lines[-1]:
            return


def of_rows(form: Rows, layout: Layout, lines: pl.Series) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the same for a workbook or a file of fixed width, as it shows a cell that a program has changed."""
    wanted, records = set(lines), form.records()
    _, head = parsing.first_record(records)
    positions = header.positions(head.values, layout) if head and head.values else {}
    for record in records:
        if record.line_number > lines[-1]:
            return
        if record.line_number in wanted and record.values:
            yield record.line_number, {name: record.values[place] for name, place in positions.items() if place < len(record.values)}


def cells_of(values: Mapping[str, str], columns: Iterable[str]) -> list[tuple[str, str]]:
    """Return the columns of one record with what stands there."""
    found = []
    for name in columns:
        own = [name] if name in values else name.split(SEVERAL)  # what comes of two native columns is named by both
        if all(each in values for each in own):
            found.append((name, SEVERAL.join(values[each] for each in own)))
    return found


def printable(cell: str, maximum: int = MAXIMUM_CHARACTERS) -> str:
    """Return the text on one line, cut where it is too long to be shown; what cannot be seen shows as the replacement character."""
    text = "".join(character if character.isprintable() else "\ufffd" for character in cell[: maximum + 1])
    return text if len(text) <= maximum else f"{text[:maximum]}…"


def form_of(cell: str) -> str:
    """Return the form of a cell, 9 for a digit, A or a for a letter, such as 99/99/9999; a blank one is blank."""
    digits = re.sub(r"\d", "9", printable(cell))
    return "".join("A" if character.isupper() else "a" if character.isalpha() else character for character in digits)
