"""The second look at a file: the records of some lines, or all. Where each line is one record, only the wanted lines are parsed."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from sealea.intake import blocks, body, reading
from sealea.intake.blocks import Block
from sealea.intake.body import Header, Reading
from sealea.intake.forms import Rows, Text
from sealea.intake.header import Layout

FEW = 8  # a line in so many is cut out; more are cheaper to take from the columns of the whole block


@dataclass
class Seen:
    """What the first look has learnt: the blocks in which each line is beyond doubt one record, by their first line and their bytes."""

    plain: set[tuple[int, int]] = field(default_factory=set)

    def note(self, piece: Reading) -> None:
        """Take note of a piece of the first look."""
        records = piece.records
        if piece.columnar_byte_count and records["line_number"][-1] - records["line_number"][0] + records["line_count"][-1] == records.height:
            self.plain.add((records["line_number"][0], piece.columnar_byte_count))


def records(form: Text | Rows, layout: Layout, seen: Seen, wanted: pl.Series | None) -> Iterator[pl.DataFrame]:
    """Yield the records that begin on the lines `wanted`, which are in order, or all, as the first look gave them, piece by piece."""

    def look(block: Block, delimiter: str, header: Header) -> pl.DataFrame | None:
        if (block.line_number, len(block.data)) not in seen.plain:
            return blocks.records(block, delimiter, header)
        return plain_records(block, delimiter, header, wanted)

    for piece in reading.pieces(form, layout, look):
        found = piece.records
        if wanted is not None and not found.is_empty():
            found = found.filter(pl.col("line_number").is_in(between(wanted, found["line_number"][0], found["line_number"][-1]).implode()))
        if not found.is_empty():
            yield found


def between(wanted: pl.Series, first: int, last: int) -> pl.Series:
    """Return those of the lines, which are in order, that lie between two, both included."""
    return wanted[wanted.search_sorted(first) : wanted.search_sorted(last, side="right")]


def plain_records(block: Block, delimiter: str, header: Header, wanted: pl.Series | None) -> pl.DataFrame | None:
    """Return the wanted records of a block in which each line is one; more than the wanted if they are many."""
    data, end = blocks.plain(block.data)
    assert end is not None
    starts = np.concatenate([[0], np.flatnonzero(np.frombuffer(data, np.uint8) == ord(end)) + 1, [len(data)]])
    count = len(starts) - 1 - data.endswith(end)
    every = np.arange(count)
    places = every if wanted is None else between(wanted, block.line_number, block.line_number + count - 1).to_numpy() - block.line_number
    if not len(places):
        return body.none(header)
    if len(places) * FEW < count:
        data = b"".join(data[begin:behind] for begin, behind in zip(starts[places].tolist(), starts[places + 1].tolist(), strict=True))
    else:
        places = every
    text = blocks.columns(data, end, delimiter, header, has_quotes=blocks.QUOTE in data)
    return None if text is None else blocks.with_line_numbers(text, block.line_number + places)
