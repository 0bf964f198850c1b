"""The records of a file, as text, each with its first physical line and its count of physical lines.

A record without any value (an empty line, spaces, delimiters only) is blank. Blocks that are as they should be are parsed as
columns; the records of others one by one, which says exactly what is wrong and where (docs/decisions/0010).
"""

import io
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import BinaryIO

import polars as pl

from sealea.intake import blocks, body, lines, parsing
from sealea.intake import findings as found
from sealea.intake import header as head
from sealea.intake.blocks import Block
from sealea.intake.body import POSITION, Header, Reading
from sealea.intake.forms import Rows, Text
from sealea.intake.header import Layout
from sealea.intake.record import Record

CHUNK_RECORDS = 50_000
HEAD_BYTES = 1 << 16

Look = Callable[[Block, str, Header], pl.DataFrame | None]

__all__ = ["Reading", "exactly", "pieces", "read", "unread"]


@dataclass
class Pending:
    """What is still to be read of a text: blocks at hand, those that follow, and the line on which the latter begin."""

    following: Iterator[bytes]
    line_number: int
    at_hand: deque[Block] = field(default_factory=deque)

    def next(self) -> Block | None:
        """Return the next block; None at the end of the file."""
        if self.at_hand:
            return self.at_hand.popleft()
        data = next(self.following, None)
        if data is None:
            return None
        block = Block(data, self.line_number)
        self.line_number += lines.line_breaks(data)
        return block

    def more(self) -> Iterator[str]:
        """Return the lines of the next block as text."""
        block = self.next()
        return lines_of(block) if block else iter(())


def unread(line_count: int, rule_id: str, line_number: int | None = None, detail: str = "") -> Reading:
    """Return the reading of a file whose records were not looked at: all its lines are unreadable."""
    return Reading(pl.DataFrame(schema=POSITION), found.finding(rule_id, line_number, None, detail), unreadable_line_count=line_count)


def read(form: Text | Rows, layout: Layout) -> Reading:
    """Return the records of a file and what is wrong with its form, all in memory, blank values empty."""
    whole = body.joined(list(pieces(form, layout)))
    return replace(whole, records=whole.records.with_columns(pl.col(pl.String).fill_null("")))


def pieces(form: Text | Rows, layout: Layout, look: Look = blocks.records) -> Iterator[Reading]:
    """Yield the reading of a file in pieces, in order; the first has the header, the last says whether there were records at all.

    Reading stops at a quoted value that is never closed (FILE-006): from there on nothing can be told apart.
    `look` gives the records of a block as columns, None if they must be parsed one by one.
    """
    if isinstance(form, Rows):
        yield from exact_pieces(form, form.records(), layout)
        return
    with form.open() as file:
        data = with_header(file, form.delimiter)
        begun = beginning(form, parsing.parse(lines_of(Block(data, 1), "ignore"), form.delimiter), layout)
        yield begun.reading
        if begun.header is not None:
            following = blocks.cut(file, blocks.BLOCK_BYTES, data[behind(data, begun.line_count) :])
            yield from ended(in_blocks(form, Pending(following, begun.line_count + 1), begun.header, look))


@contextmanager
def records_of(form: Text | Rows) -> Iterator[Iterator[Record]]:
    """Return the records of the file one by one, the header first."""
    if isinstance(form, Rows):
        yield form.records()
    else:
        with parsing.opened(form) as text:
            yield parsing.parse(iter(text), form.delimiter)


def exactly(form: Text | Rows, layout: Layout) -> Iterator[Reading]:
    """Yield the same as `pieces`, every record parsed by itself: what the reading in blocks is held against."""
    with records_of(form) as records:
        yield from exact_pieces(form, records, layout)


def exact_pieces(form: Text | Rows, records: Iterator[Record], layout: Layout) -> Iterator[Reading]:
    """Yield the reading of records that come one by one."""
    begun = beginning(form, records, layout)
    yield begun.reading
    header = begun.header
    if header is not None:
        yield from ended(body.reading(chunk, header, form) for chunk in body.in_chunks(records, CHUNK_RECORDS))


@dataclass(frozen=True)
class Beginning:
    """The reading of the header, and of how many lines it and the blank ones before it are; no `header` if reading ends here."""

    reading: Reading
    header: Header | None
    line_count: int


def beginning(form: Text | Rows, records: Iterator[Record], layout: Layout) -> Beginning:
    """Return what the first record that is not blank says."""
    blank_line_count, first = parsing.first_record(records)
    if first is None:  # all lines are blank; a byte order mark alone is one too
        empty = Reading(pl.DataFrame(schema=POSITION), found.finding("FILE-003"), blank_line_count=form.line_count)
        return Beginning(empty, None, form.line_count)
    if first.values is None:
        return Beginning(unread(form.line_count, "FILE-006", parsing.open_quote_line(form, first)), None, form.line_count)
    header = Header(head.positions(first.values, layout), len(first.values))
    notes = [found.finding(note.rule_id, note.line_number, None, note.detail) for note in form.notes]
    problems = pl.concat([*notes, head.problems(first.values, layout, first.line_number)])
    reading = Reading(body.none(header), problems, first.line_count, blank_line_count)
    return Beginning(reading, header, first.line_number + first.line_count - 1)


def with_header(file: BinaryIO, delimiter: str) -> bytes:
    """Return the first bytes of `file`, as many as it takes to hold a record that is not blank; they may end within a character."""
    data = file.read(HEAD_BYTES)
    while True:
        first_lines = lines_of(Block(data[: blocks.end_of_line(data)], 1))
        _, first = parsing.first_record(parsing.parse(first_lines, delimiter))
        is_told = first is not None and (first.values is not None or len(data) > blocks.BLOCK_BYTES)
        more = b"" if is_told else file.read(max(len(data), HEAD_BYTES))
        if not more:
            return data
        data += more


def behind(data: bytes, line_count: int) -> int:
    """Return the place behind the first lines of `data`."""
    place = 0
    for _ in range(line_count):
        ends = [end for end in (data.find(blocks.LF, place), data.find(blocks.CR, place)) if end >= 0]
        if not ends:
            return len(data)
        place = min(ends) + (2 if data.startswith(blocks.CR + blocks.LF, min(ends)) else 1)
    return place


def in_blocks(form: Text, pending: Pending, header: Header, look: Look) -> Iterator[Reading]:
    """Yield the readings of the blocks that follow the header; one that is not as it should be is looked at in parts."""
    while block := pending.next():
        columns = look(block, form.delimiter, header)
        if columns is not None:
            yield Reading(columns, columnar_byte_count=len(block.data))
            continue
        parts = list(blocks.parts(block)) if len(block.data) > blocks.SMALLEST_BYTES else []
        if len(parts) > 1:
            pending.at_hand.extendleft(reversed(parts))
        else:
            records = parsing.parse(lines_of(block), form.delimiter, pending.more, first_line_number=block.line_number)
            yield body.reading(records, header, form)


def lines_of(block: Block, errors: str = "strict") -> Iterator[str]:
    """Return the lines of a block as text, their ends as they are."""
    return iter(io.StringIO(block.data.decode(errors=errors), newline=""))


def ended(readings: Iterator[Reading]) -> Iterator[Reading]:
    """Yield the readings up to one in which a quote is open; FILE-003 follows if there was no record at all."""
    is_empty = True
    for reading in readings:
        is_empty = is_empty and reading.records.is_empty() and not reading.unreadable_record_count
        yield reading
        if reading.is_open:
            return
    if is_empty:
        yield replace(Reading(pl.DataFrame(schema=POSITION)), findings=found.finding("FILE-003"))
