"""The body of a file: its records below the header, one by one, sorted into readable, unreadable and blank ones."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from sealea.intake import findings as found
from sealea.intake import parsing
from sealea.intake.forms import Rows, Text
from sealea.intake.record import Record

NOT_TOLD_APART = "A quotation mark inside a value is not doubled, or a value is too long."
POSITION = {"line_number": pl.Int64, "line_count": pl.Int64}


@dataclass(frozen=True)
class Reading:
    """What a file or a piece of it holds. `records` has `line_number`, `line_count` and, as text, the layout's columns that the header names.

    A blank value is NULL or empty. `mangled` has REC-007 for the values of these columns that a spreadsheet changed, which are
    blank in the records. In an `is_open` piece a quoted value is never closed: nothing behind it can be told apart. A piece
    read as columns tells of how many bytes it was; it holds no NUL.
    """

    records: pl.DataFrame
    findings: pl.DataFrame = field(default_factory=found.none)
    header_line_count: int = 0
    blank_line_count: int = 0
    unreadable_line_count: int = 0
    unreadable_record_count: int = 0
    mangled: pl.DataFrame = field(default_factory=found.none)
    is_open: bool = False
    columnar_byte_count: int = 0


@dataclass(frozen=True)
class Header:
    """What is known of the file once its header is read: the place of each column that is read, and how many values a record has."""

    positions: Mapping[str, int]
    width: int


def joined(pieces: Sequence[Reading]) -> Reading:
    """Return the reading of a file from those of its pieces, in order."""
    return Reading(
        pl.concat([piece.records for piece in pieces], how="diagonal"),
        pl.concat([found.none(), *(piece.findings for piece in pieces)]),
        sum(piece.header_line_count for piece in pieces),
        sum(piece.blank_line_count for piece in pieces),
        sum(piece.unreadable_line_count for piece in pieces),
        sum(piece.unreadable_record_count for piece in pieces),
        pl.concat([found.none(), *(piece.mangled for piece in pieces)]),
        is_open=any(piece.is_open for piece in pieces),
    )


def none(header: Header) -> pl.DataFrame:
    """Return a frame of no records."""
    return pl.DataFrame(schema=POSITION | dict.fromkeys(header.positions, pl.String))


def reading(records: Iterable[Record], header: Header, form: Text | Rows) -> Reading:
    """Return the reading of the records, which follow one another and are all in memory."""
    readable: list[Record] = []
    unreadable: list[Record] = []
    blank_line_count = 0
    for record in records:
        if parsing.is_blank(record):
            blank_line_count += record.line_count
        elif record.values is None or len(record.values) != header.width:
            unreadable.append(record)
        else:
            readable.append(record)
    faults = [problem(form, record, header.width) for record in unreadable]
    lines = sum(form.line_count - record.line_number + 1 if record.is_open else record.line_count for record in unreadable)
    return Reading(
        columns(readable, header),
        pl.concat([found.none(), *faults]),
        0,
        blank_line_count,
        lines,
        len(unreadable),
        mangled([record for record in readable if record.mangled], header.positions),
        is_open=any(record.is_open for record in unreadable),
    )


def columns(readable: Sequence[Record], header: Header) -> pl.DataFrame:
    """Return the readable records as columns."""
    values = list(zip(*(record.values or [] for record in readable), strict=True)) or [()] * header.width
    position = {name: [getattr(record, name) for record in readable] for name in POSITION}
    text = {name: values[place] for name, place in header.positions.items()}
    return pl.DataFrame(position | text, schema=none(header).schema)


def mangled(records: Iterable[Record], positions: Mapping[str, int]) -> pl.DataFrame:
    """Return REC-007 for every value of a column that is read of which a spreadsheet made something else."""
    names = {place: name for name, place in positions.items()}
    rows = [("REC-007", record.line_number, names[place], what) for record in records for place, what in record.mangled if place in names]
    return pl.DataFrame(rows, schema=found.SCHEMA, orient="row")


def problem(form: Text | Rows, record: Record, width: int) -> pl.DataFrame:
    """Return the finding that says why the record is unreadable."""
    if record.is_open:
        return found.finding("FILE-006", parsing.open_quote_line(form, record))
    if record.values is None:
        return found.finding("REC-001", record.line_number, None, record.fault or NOT_TOLD_APART)
    return found.finding("REC-001", record.line_number, None, f"It has {len(record.values)}, the header {width}.")


def in_chunks(records: Iterator[Record], count: int) -> Iterator[list[Record]]:
    """Yield the records in lists of at most `count`; the first is there even if it is empty."""
    chunk: list[Record] = []
    for record in records:
        chunk.append(record)
        if len(chunk) == count:
            yield chunk
            chunk = []
    yield chunk
