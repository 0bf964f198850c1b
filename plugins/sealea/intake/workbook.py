"""Workbooks: the rows of one sheet of an .xlsx file, as text. What a spreadsheet made of an id is never turned back by guessing."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sealea.intake import archive
from sealea.intake.header import Layout
from sealea.intake.record import Record, Refusal


@dataclass(frozen=True)
class Sheet:
    """The sheet that is read, and how many others are not."""

    name: str
    row_count: int
    other_sheets: int


def is_workbook(path: Path) -> bool:
    """Return whether `path` is an office document: a zip file that lists the types of its parts."""
    return archive.is_zip(path) and any(member.filename == "[Content_Types].xml" for member in archive.members(path))


def sheet(path: Path, layout: Layout) -> Sheet:
    """Return the sheet of the workbook that is read."""
    raise Refusal("FILE-012", "Send it as .csv.")


def records(path: Path, sheet: Sheet, layout: Layout) -> Iterator[Record]:
    """Yield the rows of the sheet."""
    yield from ()
