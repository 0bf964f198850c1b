"""Blocks: a text of any length in pieces of a few MB that end where a record ends, and what their bytes say of their records."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import polars as pl

from sealea.intake.body import Header
from sealea.intake.lines import count, line_breaks, pairs
from sealea.intake.values import may_be_blank

BLOCK_BYTES = 8 << 20
PARTS = 16  # a block that is not as it should be is looked at again in this many parts
SMALLEST_BYTES = 16 << 10
WINDOW_BYTES = 1 << 16  # half of the longest value that is read
QUOTE, LF, CR = b'"', b"\n", b"\r"
CUTS_TRIED = 1000
# What Python takes for space; a record of nothing else is blank.
SPACES = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Block:
    """Records of the file as bytes, and the physical line on which they begin."""

    data: bytes
    line_number: int


def cut(file: BinaryIO, size: int, first: bytes = b"") -> Iterator[bytes]:
    """Yield the bytes of `file`, after `first`, in blocks that end with a line outside of quotation marks, if these are as they should be."""
    rest = first
    while more := file.read(size):
        data = rest + more
        end = end_of_record(data) or (end_of_line(data) if len(data) >= size else 0)
        if end:
            yield data[:end]
        rest = data[end:]
    if rest:
        yield rest


def end_of_line(data: bytes) -> int:
    """Return the place behind the last end of a line; 0 without one. Of a CR at the very end nobody knows whether LF follows."""
    return max(data.rfind(LF), data.rfind(CR, 0, len(data) - 1)) + 1


def end_of_record(data: bytes) -> int:
    """Return the place behind the last end of a line before which quotation marks are in pairs; 0 without one."""
    end = end_of_line(data)
    if QUOTE not in data:
        return end
    is_odd = count(memoryview(data)[:end], QUOTE) % 2 == 1
    for _ in range(CUTS_TRIED):
        if not is_odd or not end:
            return end
        before = earlier_end(data, data.rfind(QUOTE, 0, end))
        is_odd ^= data.count(QUOTE, before, end) % 2 == 1
        end = before
    return 0


def earlier_end(data: bytes, place: int) -> int:
    """Return the place behind the last end of a line before `place`."""
    return max(data.rfind(LF, 0, place), data.rfind(CR, 0, place)) + 1


def parts(block: Block) -> Iterator[Block]:
    """Yield the block in smaller ones."""
    size, line_number, start = len(block.data) // PARTS + 1, block.line_number, 0
    while start < len(block.data):
        window = block.data[start : start + size]
        is_last = start + size >= len(block.data)
        end = len(window) if is_last else end_of_record(window) or end_of_line(window)
        if not end:  # one line longer than a part
            end = len(block.data) - start
        part = Block(block.data[start : start + end], line_number)
        yield part
        line_number, start = line_number + line_breaks(part.data), start + end


def records(block: Block, delimiter: str, header: Header) -> pl.DataFrame | None:
    """Return the records of a block as columns; None unless every one is beyond doubt what the exact parser would give.

    That is: quotation marks stand around whole values only, each record has as many values as the header, none is blank, no
    line is as long as the longest value, and ends of lines are of one kind if quotation marks are there too.
    """
    data, end = plain(block.data)
    if end is None or b"\0" in data or has_long_line(data, end):
        return None
    places = quotes(data, delimiter)
    if places is None:
        return None
    is_cut_off = not data.endswith(end)
    line_count = count(data, end) + is_cut_off
    record_count = outside(data, end, places) + is_cut_off
    if outside(data, delimiter.encode(), places) != (header.width - 1) * record_count:
        return None
    text = columns(data, end, delimiter, header, has_quotes=len(places) > 0)
    if text is None or text.height != record_count or has_blank_record(text):
        return None
    return with_lines(text, block.line_number, record_lines(data, end, places) if record_count < line_count else None)


def plain(data: bytes) -> tuple[bytes, bytes | None]:
    """Return the data with ends of lines that the columnar parser knows, and their last byte; None if it does not know them."""
    if CR not in data or count(data, CR) == pairs(data):
        return data, LF
    if LF not in data:
        return data, CR
    if QUOTE not in data:
        return data.replace(CR + LF, LF).replace(CR, LF), LF
    return data, None


def has_long_line(data: bytes, end: bytes) -> bool:
    """Return whether a line may be longer than the longest value that is read: no line ends in some window of half its length."""
    return any(data.find(end, start, start + WINDOW_BYTES) < 0 for start in range(0, len(data) - WINDOW_BYTES, WINDOW_BYTES))


def quotes(data: bytes, delimiter: str) -> Places | None:
    """Return the places of quotation marks, opening and closing in turn; None if one is within a value that is not quoted, or not doubled."""
    if QUOTE not in data:
        return np.empty(0, np.int64)
    values = np.frombuffer(data, np.uint8)
    places = np.flatnonzero(values == ord(QUOTE))
    if len(places) % 2:
        return None
    is_border = np.zeros(256, np.bool_)
    is_border[[*QUOTE, *LF, *CR, ord(delimiter)]] = True
    opening, closing = places[0::2], places[1::2]
    before, after = values[opening[opening > 0] - 1], values[closing[closing < len(values) - 1] + 1]
    return places if is_border[before].all() and is_border[after].all() else None


def outside(data: bytes, byte: bytes, places: Places) -> int:
    """Return how often a byte stands outside of quotation marks. Mostly each is behind one that closes, which is told fastest."""
    if not len(places):
        return count(data, byte)
    values = np.frombuffer(data, np.uint8)
    behind = places[1::2] + 1
    behind = behind[behind < len(values) - 1]
    if byte == LF:
        behind = behind + (values[behind] == ord(CR))  # CR LF ends one line
    is_sought = values == ord(byte)
    count_behind = int(np.count_nonzero(is_sought[behind]))
    is_sought[behind] = False
    return count_behind + int(np.count_nonzero(~is_within(np.flatnonzero(is_sought), places)))


def is_within(sought: Places, places: Places) -> npt.NDArray[np.bool_]:
    """Return which of some places stand within quotation marks."""
    return (np.searchsorted(places, sought) % 2).astype(np.bool_)


def record_lines(data: bytes, end: bytes, places: Places) -> Places:
    """Return how many lines each record has."""
    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == ord(end))
    last_lines = np.flatnonzero(~is_within(ends, places))
    if not data.endswith(end):
        last_lines = np.append(last_lines, len(ends))
    return np.diff(last_lines, prepend=-1)


def columns(data: bytes, end: bytes, delimiter: str, header: Header, *, has_quotes: bool) -> pl.DataFrame | None:
    """Return the columns that are read, as text; None if some record has more values than the header."""
    schema = {str(place): pl.String for place in range(header.width)}
    try:
        text = pl.read_csv(data, has_header=False, schema=schema, separator=delimiter, eol_char=end.decode(), quote_char='"' if has_quotes else None)
    except pl.exceptions.PolarsError:
        return None
    return text.select(pl.col(str(place)).alias(name) for name, place in header.positions.items())


def has_blank_record(text: pl.DataFrame) -> bool:
    """Return whether all columns that are read are blank in some record; then it may be a blank line."""
    if any(column.null_count() == 0 and not may_be_blank(column) for column in text.iter_columns()):
        return False
    spaces_only = [pl.col(name).fill_null("").str.strip_chars(SPACES) == "" for name in text.columns]
    return not spaces_only or bool(text.select(pl.all_horizontal(spaces_only).any()).item())


def with_lines(text: pl.DataFrame, first_line_number: int, line_counts: Places | None) -> pl.DataFrame:
    """Return the records with the physical line on which each begins and how many it has."""
    if line_counts is None:
        return with_line_numbers(text, np.arange(first_line_number, first_line_number + text.height))
    starts = first_line_number + np.cumsum(line_counts) - line_counts
    return text.select(pl.Series("line_number", starts, pl.Int64), pl.Series("line_count", line_counts, pl.Int64), pl.all())


def with_line_numbers(text: pl.DataFrame, line_numbers: Places) -> pl.DataFrame:
    """Return records of one line each with these lines."""
    return text.select(pl.Series("line_number", line_numbers, pl.Int64), pl.lit(1, pl.Int64).alias("line_count"), pl.all())
