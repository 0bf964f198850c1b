"""Forms: what kind of file the bytes are, told from the bytes and the header, and the text or records in it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sealea.intake import lines
from sealea.intake.header import Layout
from sealea.intake.record import Record

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Note:
    """What the sender should know of a file that is read: a rule, a line, and what adds to the rule's message."""

    rule_id: str
    line_number: int | None
    detail: str = ""


@dataclass(frozen=True)
class Text:
    """Delimited text. `open` gives a new stream of UTF-8 bytes without byte order mark, whose lines are those of the unpacked file."""

    open: Callable[[], BinaryIO]
    delimiter: str
    encoding: str
    line_count: int
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Rows:
    """A workbook or a fixed-width file. `records` gives the header first, then the records by their row or line."""

    records: Callable[[], Iterator[Record]]
    line_count: int
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Refused:
    """A file that is returned unread for one reason; all of its `line_count` lines are unreadable."""

    rule_id: str
    line_number: int | None
    detail: str
    line_count: int


def recognise(path: Path, layout: Layout) -> Text | Rows | Refused:
    """Return what `path` holds, or why it is refused. Nothing is guessed between two readings, and nothing is written."""
    surveyed = lines.survey(path, layout.encoding)
    if surveyed.first_undecodable:
        return Refused("FILE-002", surveyed.first_undecodable, "", surveyed.count)
    return Text(lambda: opened(path), layout.delimiter, layout.encoding, surveyed.count)


def opened(path: Path) -> BinaryIO:
    """Return the bytes of a UTF-8 file without its byte order mark."""
    file = path.open("rb")
    if file.read(len(BYTE_ORDER_MARK)) != BYTE_ORDER_MARK:
        file.seek(0)
    return file
