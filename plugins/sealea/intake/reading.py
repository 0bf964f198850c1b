"""The records of a CSV file, as text, each with its first physical line and its count of physical lines.

A record without any value (an empty line, spaces, delimiters only) is blank.
"""

import csv
import io
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO

import polars as pl

from sealea.intake import findings as found
from sealea.intake import header
from sealea.intake.forms import Rows, Text
from sealea.intake.header import Layout
from sealea.intake.record import Record

CHUNK_RECORDS = 50_000
# A longer value is a quote that was never closed. Set by us, since the limit belongs to the whole process.
MAXIMUM_VALUE_CHARACTERS = 131_072
QUOTED = r'"[^"]*+(?:""[^"]*+)*+"'
LINE_BREAK = re.compile(r"\r\n|\r|\n")
NOT_TOLD_APART = "A quotation mark inside a value is not doubled, or a value is too long."
POSITION = {"line_number": pl.Int64, "line_count": pl.Int64}


@dataclass(frozen=True)
class Reading:
    """What a file holds. `records` has `line_number`, `line_count` and, as text, the layout's columns that the header names.

    `mangled` has REC-007 for the values of these columns that a spreadsheet changed, which are blank in the records.
    """

    records: pl.DataFrame
    findings: pl.DataFrame
    header_line_count: int
    blank_line_count: int
    unreadable_line_count: int
    unreadable_record_count: int
    mangled: pl.DataFrame = field(default_factory=found.none)


@dataclass
class Body:
    """The records below the header, sorted as they come. Readable ones turn into columns a chunk at a time, to save memory."""

    positions: dict[str, int]
    width: int
    chunks: list[pl.DataFrame] = field(default_factory=list)
    pending: list[Record] = field(default_factory=list)
    unreadable: list[Record] = field(default_factory=list)
    mangled: list[Record] = field(default_factory=list)
    blank_line_count: int = 0

    def add(self, record: Record) -> None:
        """Put the record where it belongs."""
        if is_blank(record):
            self.blank_line_count += record.line_count
        elif record.values is None or len(record.values) != self.width:
            self.unreadable.append(record)
        else:
            self.pending.append(record)
            self.mangled += [record] if record.mangled else []
            if len(self.pending) == CHUNK_RECORDS:
                self.flush()

    def flush(self) -> None:
        """Turn the records at hand into columns."""
        columns = list(zip(*(record.values or [] for record in self.pending), strict=True)) or [()] * self.width
        position = {name: [getattr(record, name) for record in self.pending] for name in POSITION}
        text = {name: columns[place] for name, place in self.positions.items()}
        self.chunks.append(pl.DataFrame(position | text, schema=POSITION | dict.fromkeys(text, pl.String)))
        self.pending.clear()

    def records(self) -> pl.DataFrame:
        """Return the readable records in file order."""
        self.flush()
        return pl.concat(self.chunks)


def unread(line_count: int, rule_id: str, line_number: int | None = None, detail: str = "") -> Reading:
    """Return the reading of a file whose records were not looked at: all its lines are unreadable."""
    return Reading(pl.DataFrame(schema=POSITION), found.finding(rule_id, line_number, None, detail), 0, 0, line_count, 0)


def read(form: Text | Rows, layout: Layout) -> Reading:
    """Return the records of a file and what is wrong with its form.

    Reading stops at a quoted value that is never closed (FILE-006): from there on nothing can be told apart.
    """
    with records_of(form) as records:
        blank_line_count, head = first_record(records)
        if head is None:  # all lines are blank; a byte order mark alone is one too
            return Reading(pl.DataFrame(schema=POSITION), found.finding("FILE-003"), 0, form.line_count, 0, 0)
        if head.values is None:
            return unread(form.line_count, "FILE-006", open_quote_line(form, head.line_number))
        body = Body(header.positions(head.values, layout), len(head.values), blank_line_count=blank_line_count)
        for record in records:
            body.add(record)
    readable = body.records()
    notes = [found.finding(note.rule_id, note.line_number, None, note.detail) for note in form.notes]
    faults = [problem(form, record, body.width) for record in body.unreadable]
    problems = [*notes, header.problems(head.values, layout, head.line_number), *faults]
    if readable.is_empty() and not body.unreadable:
        problems.append(found.finding("FILE-003"))
    unreadable_line_count = sum(form.line_count - record.line_number + 1 if record.is_open else record.line_count for record in body.unreadable)
    counts = (head.line_count, body.blank_line_count, unreadable_line_count, len(body.unreadable))
    return Reading(readable, pl.concat(problems), *counts, mangled(body.mangled, body.positions))


@contextmanager
def records_of(form: Text | Rows) -> Iterator[Iterator[Record]]:
    """Return the records of the file, the header first."""
    if isinstance(form, Rows):
        yield form.records()
    else:
        with opened(form) as text:
            yield parse(text, form.delimiter)


def opened(form: Text) -> TextIO:
    """Return the text, opened to be read."""
    return io.TextIOWrapper(form.open(), encoding="utf-8", newline="")


def mangled(records: Iterable[Record], positions: Mapping[str, int]) -> pl.DataFrame:
    """Return REC-007 for every value of a column that is read of which a spreadsheet made something else."""
    names = {place: name for name, place in positions.items()}
    rows = [("REC-007", record.line_number, names[place], what) for record in records for place, what in record.mangled if place in names]
    return pl.DataFrame(rows, schema=found.SCHEMA, orient="row")


def parse(text: TextIO, delimiter: str) -> Iterator[Record]:
    """Yield the records of RFC 4180 `text`, whatever its delimiter, in order; nothing is yielded after one that is open.

    A quotation mark in a value that is not quoted makes the record unreadable: a delimiter may be missing before it.
    """
    csv.field_size_limit(MAXIMUM_VALUE_CHARACTERS)
    well_quoted = re.compile(rf"(?:{value(delimiter)}{re.escape(delimiter)})*+{value(delimiter)}[\r\n]*")
    taken_lines: list[str] = []
    is_over = False

    def lines() -> Iterator[str]:
        nonlocal is_over
        for line in text:
            taken_lines.append(line)
            yield line
        is_over = True  # a reader that asks for one more line than there are is inside a quoted value

    reader = csv.reader(lines(), strict=True, delimiter=delimiter)
    while True:
        before = reader.line_num
        taken_lines.clear()
        try:
            values = next(reader)
            is_readable = all('"' not in line for line in taken_lines) or well_quoted.fullmatch("".join(taken_lines)) is not None
        except StopIteration:
            return
        except csv.Error:
            is_readable = False
        taken = reader.line_num - before
        is_open = not is_readable and (is_over or taken > 1)  # a quote that swallowed lines: which of them it should hold nobody can tell
        yield Record(before + 1, taken, values if is_readable else None, is_open)
        if is_open:
            return


def value(delimiter: str) -> str:
    """Return the regular expression of one value: quoted, or without any quotation mark."""
    return rf'(?:{QUOTED}|[^"{re.escape(delimiter)}\r\n]*+)'


def first_record(records: Iterator[Record]) -> tuple[int, Record | None]:
    """Return the first record that is not blank, None if there is none, and the count of blank lines before it."""
    blank_line_count = 0
    for record in records:
        if not is_blank(record):
            return blank_line_count, record
        blank_line_count += record.line_count
    return blank_line_count, None


def is_blank(record: Record) -> bool:
    """Return whether the record holds no value: an empty line, or spaces and commas only."""
    return record.values is not None and not any(map(str.strip, record.values))


def problem(form: Text | Rows, record: Record, width: int) -> pl.DataFrame:
    """Return the finding that says why the record is unreadable."""
    if record.is_open:
        return found.finding("FILE-006", open_quote_line(form, record.line_number))
    if record.values is None:
        return found.finding("REC-001", record.line_number, None, record.fault or NOT_TOLD_APART)
    return found.finding("REC-001", record.line_number, None, f"It has {len(record.values)}, the header {width}.")


def open_quote_line(form: Text | Rows, line_number: int) -> int:
    """Return the line on which the quote opened that spoils the record that begins on `line_number`."""
    if isinstance(form, Rows):
        return line_number
    whole_value = re.compile(value(form.delimiter) + re.escape(form.delimiter))
    with opened(form) as text:
        rest = "".join(itertools.islice(text, line_number - 1, None))
    place = 0
    while whole := whole_value.match(rest, place):
        place = whole.end()
    return line_number + len(LINE_BREAK.findall(rest, 0, place))
