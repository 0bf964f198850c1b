"""Forms: what kind of file the bytes are, told from the bytes and the header, and the text or records in it."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sealea.intake import archive, charset, fixed_width, header, lines, manifest, workbook
from sealea.intake.archive import Unpacked
from sealea.intake.charset import Charset
from sealea.intake.header import Layout
from sealea.intake.record import Record, Refusal, Stream

HEAD_BYTES = 1 << 20


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


def recognise(path: Path, layout: Layout, window: str = "", organisations: frozenset[str] = frozenset()) -> Text | Rows | Refused:
    """Return what `path` holds, or why it is refused. A manifest must agree with the file's window and the sender's organisations, if they are known.

    Nothing is guessed between two readings, nothing is written, and the whole file is looked at: what can be opened now
    can be read to its end.
    """
    try:
        if workbook.is_workbook(path):
            return of_workbook(path, layout)
        data = archive.unpacked(path)
        said = manifest.manifest(data)
        if said:
            manifest.require_agreement(said, data, window, organisations)
        form = of_text(data, layout)
        if said:
            manifest.require_totals(said, records(form), layout)
    except Refusal as refusal:
        return Refused(refusal.rule_id, refusal.line_number, refusal.detail, max(lines.survey(path).count, refusal.line_number or 0))
    return form


def resubmission(path: Path) -> tuple[str, str, str] | None:
    """Return what a manifest in `path` says of sending the file again: type, reason, and what it replaces; None if there is no such word."""
    try:
        said = manifest.manifest(archive.unpacked(path)) if archive.is_zip(path) and not workbook.is_workbook(path) else None
    except Refusal:
        return None  # for which the file comes back
    return (said.resubmission.type, said.resubmission.reason, said.resubmission.replaces) if said and said.resubmission else None


def of_workbook(path: Path, layout: Layout) -> Rows:
    """Return the records of a workbook's sheet."""
    table = workbook.table(path, layout)
    notes = (Note("FILE-015", None, f"There are {table.other_sheets}."),) if table.other_sheets else ()
    return Rows(table.records, table.row_count, notes)


def of_text(data: Unpacked, layout: Layout) -> Text | Rows:
    """Return the text of the data file, delimited or in fixed width. Raises Refusal if it cannot be told what it is."""
    if layout.is_fixed_width and layout.fixed_width is None:
        raise Refusal("FILE-016")
    found = charset.charset(data.open, layout.encoding, lambda text: any(header.known_columns(text, each, layout) for each in header.DELIMITERS))
    opener = opener_of(data, found)
    if found.line_count is None:
        with opener() as file:
            found = found._replace(line_count=lines.surveyed(file).count)
    assert found.line_count is not None
    notes = (Note("FILE-014", found.first_windows_line),) if found.first_windows_line else ()
    places = layout.fixed_width
    if places:
        return Rows(lambda: fixed_width.records(opener, places), found.line_count, notes)
    with opener() as file:
        head = file.read(HEAD_BYTES).decode(errors="ignore")
    return Text(opener, header.delimiter_of(head, layout), found.encoding, found.line_count, notes)


def opener_of(data: Unpacked, found: Charset) -> Callable[[], BinaryIO]:
    """Return what opens the text as UTF-8 bytes without byte order mark."""
    if found.encoding != charset.UTF_8:
        return lambda: io.BufferedReader(Stream(charset.as_utf_8(data.open, found)), lines.BLOCK_BYTES)

    def opened() -> BinaryIO:
        file = data.open()
        file.read(found.mark_bytes)
        return file

    return opened


def records(form: Text | Rows) -> Iterator[Record]:
    """Yield the records of the form, the header first, as any CSV reader tells them apart; their lines are not counted."""
    if isinstance(form, Rows):
        yield from form.records()
        return
    with io.TextIOWrapper(form.open(), encoding="utf-8", newline="") as text:
        try:
            for values in csv.reader(text, delimiter=form.delimiter):
                yield Record(0, 0, values)
        except csv.Error:
            yield Record(0, 0, None)
