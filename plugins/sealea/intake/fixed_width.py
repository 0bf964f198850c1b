"""Fixed width: records whose columns stand at places of the line, as the state's map says for each school year."""

import io
from collections.abc import Callable, Iterator
from typing import BinaryIO

from sealea.column_map import FixedWidth
from sealea.intake.record import Record

PADDING = " "


def records(opened: Callable[[], BinaryIO], layout: FixedWidth) -> Iterator[Record]:
    """Yield the names of the columns as a header without a line, then a record for each line, without the spaces that pad its values.

    A line of another length has no values: which of its columns moved nobody can tell. Spaces may follow the last column.
    """
    places = [(start - 1, end) for start, end in layout.columns.values()]
    yield Record(0, 0, list(layout.columns))
    with io.TextIOWrapper(opened(), encoding="utf-8", newline="") as lines:
        for line_number, line in enumerate(lines, 1):
            text = line.rstrip("\r\n")
            is_whole = len(text) == layout.line_length or (len(text) > layout.line_length and not text[layout.line_length :].strip(PADDING))
            if is_whole or not text.strip(PADDING):
                yield Record(line_number, 1, [text[start:end].strip(PADDING) for start, end in places])
            else:
                yield Record(line_number, 1, None, fault=f"It has {len(text)} characters, the layout {layout.line_length}.")
