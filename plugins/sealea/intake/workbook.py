"""Workbooks: the rows of one sheet of an .xlsx file, as text. What a spreadsheet made of an id is never turned back by guessing.

The sheet is the one that the state's pack or map names, else the first that is not hidden. Merged cells, hidden rows and
hidden columns return the file: what they mean nobody can tell from the cells. Formulas count by the value that the
spreadsheet kept of them. openpyxl reads the values row by row in little memory; it is slower than others, and tells what they
do not: whether a cell is a number, a date or text.
"""

import datetime as dt
import marshal
import re
import tempfile
import warnings
import weakref
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

import openpyxl

from sealea.intake import archive, header, sheet
from sealea.intake.header import BOOLEAN, NUMBER, PADDED, TEXT, Layout
from sealea.intake.record import Record, Refusal
from sealea.intake.sheet import DAMAGED, RULE, Structure

PARTS = {"[Content_Types].xml", "mimetype"}  # of Microsoft's and of the open format
SHEET_PARTS, MAXIMUM_PART_BYTES = "xl/worksheets/", 128 << 20
SPOOL_BYTES = 16 << 20
WHOLE_BELOW = 10**15  # a spreadsheet keeps and shows 15 digits
PERCENT = re.compile(r'(?:[^"\\%]|"[^"]*"|\\.)*%')
Mangled = tuple[tuple[int, str], ...]
DATE_PARTS = {"YYYY": "%Y", "YY": "%y", "MM": "%m", "DD": "%d"}
A_NUMBER = "It is a number where text stands: zeros in front and digits behind the fifteenth are lost."
A_DATE, A_TRUTH, AN_ERROR = "It is a date where none stands.", "It is TRUE or FALSE where neither stands.", "It is an error of a formula."
UNCACHED, A_TIME = "The formula has no value: open the workbook in a spreadsheet and save it.", "It has a time of day."
A_PERCENTAGE, NO_DATE = "It is formatted as a percentage, so that 95% is 0.95.", "It is a number that is not formatted as a date."


@dataclass(frozen=True)
class Table:
    """The rows of the sheet that is read, kept in a file without a name, and how many other sheets with cells are not."""

    row_count: int
    other_sheets: int
    rows: IO[bytes]

    def records(self) -> Iterator[Record]:
        """Yield the records, the header first; one iteration at a time."""
        self.rows.seek(0)
        for _ in range(self.row_count):
            line_number, values, mangled = marshal.load(self.rows)  # noqa: S302 - we wrote it
            yield Record(line_number, 1, values, mangled=mangled)


def is_workbook(path: Path) -> bool:
    """Return whether `path` is an office document: a zip file that says so in a part of its own."""
    return archive.is_zip(path) and any(member.filename in PARTS for member in archive.members(path))


def table(path: Path, layout: Layout) -> Table:
    """Return the rows of the workbook's sheet. Raises Refusal for what is no plain table of a workbook."""
    require_bounds(path)
    rows = tempfile.SpooledTemporaryFile(SPOOL_BYTES)  # noqa: SIM115 - it lives as long as the table
    try:
        found = Table(*read(path, layout, rows), rows)
    except Refusal:
        rows.close()
        raise
    weakref.finalize(found, rows.close)
    return found


def read(path: Path, layout: Layout, rows: IO[bytes]) -> tuple[int, int]:
    """Write the rows of the workbook's sheet to `rows`; return how many there are, and how many other sheets are not read."""
    try:
        with path.open("rb") as file, warnings.catch_warnings(action="ignore"):
            workbook = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
            worksheet = chosen(workbook, layout.sheet)
            with zipfile.ZipFile(path) as parts:
                structure = sheet.structure(parts, worksheet._worksheet_path)
                others = [other for other in workbook.worksheets if other is not worksheet and other.sheet_state == "visible"]
                other_sheets = sum(has_cells(parts, other._worksheet_path) for other in others)
            keep(worksheet, structure, layout, rows)
    except Refusal:
        raise
    except Exception as error:  # a damaged workbook breaks the library in any way
        raise Refusal(RULE, DAMAGED) from error
    return structure.row_count, other_sheets


def require_bounds(path: Path) -> None:
    """Raise Refusal for a workbook whose parts say that they are larger than data are. No more than they say is read of them."""
    members = archive.members(path)
    for member in members:
        allowed = max(archive.ALWAYS_ALLOWED_BYTES, archive.MAXIMUM_RATIO * member.compress_size)
        if member.file_size > allowed or (member.file_size > MAXIMUM_PART_BYTES and not member.filename.startswith(SHEET_PARTS)):
            raise Refusal("FILE-010")
    if sum(member.file_size for member in members) > archive.MAXIMUM_BYTES:
        raise Refusal("FILE-010")


def chosen(workbook: Any, name: str | None) -> Any:
    """Return the worksheet of this name, or the first that is not hidden."""
    for worksheet in workbook.worksheets:
        if worksheet.title == name if name is not None else worksheet.sheet_state == "visible":
            return worksheet
    raise Refusal(RULE, "It has no sheet of the name that the state asks for." if name else "All its sheets are hidden.")


def has_cells(parts: zipfile.ZipFile, part: str) -> bool:
    """Return whether cells stand near the beginning of a sheet."""
    with parts.open(part) as file:
        return re.search(rb"<(?:\w+:)?c[ >]", file.read(sheet.BLOCK_BYTES)) is not None


def keep(worksheet: Any, structure: Structure, layout: Layout, rows: IO[bytes]) -> None:
    """Write the sheet's rows as (row, values, mangled) to `rows`. Raises Refusal if there are not as many as were counted."""
    worksheet.reset_dimensions()  # what the sheet says of its own size may be wrong, and would cut it short
    kinds: list[str | None] = []
    count = 0
    for count, cells in enumerate(worksheet.iter_rows(), 1):
        if kinds:
            values, mangled = record(count, cells, kinds, structure)
        else:
            names = header_names(cells)
            kinds = [layout.kinds.get(header.column_name(name, layout) or "") for name in names]
            values, mangled = names or [""], ()
        marshal.dump((count, values, mangled), rows)
    if count != structure.row_count:
        raise Refusal(RULE, DAMAGED)


def header_names(cells: Sequence[Any]) -> list[str]:
    """Return the names in a row, up to the last; none if it is blank."""
    names = ["" if cell.value is None else str(cell.value) for cell in cells]
    while names and not names[-1].strip():
        names.pop()
    return names


def record(row: int, cells: Sequence[Any], kinds: Sequence[str | None], structure: Structure) -> tuple[list[str], Mangled]:
    """Return the values of a row, one for each column of the header and further ones that are not blank, and which of them a spreadsheet changed.

    `kinds` are those of the columns; a column that is not read has none.
    """
    values, mangled = [], []
    for index, cell in enumerate(cells):
        kind = kinds[index] if index < len(kinds) else None
        is_uncached = kind is not None and bool(structure.uncached) and (row, index + 1) in structure.uncached
        text, fault = ("", UNCACHED) if is_uncached else written(cell, kind)
        values.append(text)
        if fault:
            mangled.append((index, fault))
    while len(values) > len(kinds) and not values[-1].strip():
        values.pop()
    return values + [""] * (len(kinds) - len(values)), tuple(mangled)


def written(cell: Any, kind: str | None) -> tuple[str, str]:
    """Return the value of a cell in a column of this kind as its text, or blank and what is wrong with it."""
    value = cell.value
    if value is None:
        return "", ""
    if kind is None or (isinstance(value, str) and cell.data_type != "e"):
        return str(value), ""
    if cell.data_type == "e":
        return "", AN_ERROR
    if isinstance(value, bool):
        return ("Y" if value else "N", "") if kind == BOOLEAN else ("", A_TRUTH)
    if isinstance(value, int | float):
        return of_number(value, kind, cell)
    return of_date(value, kind)


def of_number(value: float, kind: str, cell: Any) -> tuple[str, str]:
    """Return what a number gives in a column of this kind. Where the state's map restores the zeros in front, whole numbers are ids."""
    is_whole = value == int(value) and abs(value) < WHOLE_BELOW
    if kind == PADDED and is_whole and value >= 0:
        return str(int(value)), ""
    if kind != NUMBER:
        return "", A_NUMBER if kind in (TEXT, PADDED, BOOLEAN) else NO_DATE
    if cell._style_id and PERCENT.match(cell.number_format):
        return "", A_PERCENTAGE
    return str(int(value)) if is_whole else f"{Decimal(f'{value:.15g}'):f}", ""


def of_date(value: object, kind: str) -> tuple[str, str]:
    """Return what a date gives in a column of this kind, as the state writes dates."""
    if kind in (TEXT, NUMBER, BOOLEAN, PADDED):
        return "", A_DATE
    if not isinstance(value, dt.datetime) or value.time() != dt.time():
        return "", A_TIME
    parts = {"M": str(value.month), "D": str(value.day)} | {part: f"{value:{form}}" for part, form in DATE_PARTS.items()}
    return re.sub(r"Y+|M+|D+", lambda part: parts[part[0]].zfill(len(part[0])), kind), ""
