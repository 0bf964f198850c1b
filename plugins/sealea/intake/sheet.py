"""Sheets: what the XML of a worksheet says besides its values, and a count of its rows that no library makes for us."""

import re
import zipfile
from collections.abc import Mapping
from typing import BinaryIO
from xml.parsers import expat

from sealea.intake.record import Refusal

RULE = "FILE-012"
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
MAXIMUM_ROWS, MAXIMUM_COLUMNS, MAXIMUM_CELLS = 1_048_576, 16_384, 20_000_000
BLOCK_BYTES = 1 << 16
DISORDER = "Its rows and cells are not in order."
DAMAGED = "It is damaged: it cannot be read to its end."


class Structure:
    """The rows of a sheet, and the cells (row, column) of formulas whose value the spreadsheet did not keep."""

    def __init__(self) -> None:
        self.row_count = 0
        self.uncached: set[tuple[int, int]] = set()
        self._cells, self._column, self._has_formula, self._has_value = 0, 0, False, False
        self._begin = {
            "worksheet": self._sheet,
            "row": self._row,
            "c": self._cell,
            "f": self._formula,
            "mergeCell": self._merged,
            "col": self._columns,
        }

    def read(self, file: BinaryIO) -> None:
        """Take note of the sheet in `file`. Raises Refusal, naming the row, for what cannot be read without guessing."""
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler, self._parser.StartDoctypeDeclHandler = self._start, self._refuse
        try:
            while block := file.read(BLOCK_BYTES):
                self._parser.Parse(block)
            self._parser.Parse(b"", True)
        except (expat.ExpatError, KeyError, ValueError) as error:
            raise Refusal(RULE, DAMAGED, self.row_count or None) from error

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        if handler := self._begin.get(name.rpartition(" ")[2]):
            handler(name, attributes)

    def _refuse(self, *_: object) -> None:
        raise Refusal(RULE, DAMAGED)

    def _sheet(self, name: str, _: Mapping[str, str]) -> None:
        if name.rpartition(" ")[0] != NAMESPACE:
            raise Refusal(RULE, 'It is saved as "Strict Open XML"; save it as "Excel Workbook".')

    def _row(self, _: str, attributes: Mapping[str, str]) -> None:
        number = int(attributes.get("r", self.row_count + 1))
        if not self.row_count < number <= MAXIMUM_ROWS:
            raise Refusal(RULE, DISORDER)
        self.row_count, self._column = number, 0
        if is_set(attributes, "hidden"):
            raise Refusal(RULE, "The row is hidden; show it or delete it.", number)

    def _cell(self, _: str, attributes: Mapping[str, str]) -> None:
        row, column = place(attributes["r"]) if "r" in attributes else (self.row_count, self._column + 1)
        self._cells += column - self._column
        if row != self.row_count or not self._column < column <= MAXIMUM_COLUMNS or self._cells > MAXIMUM_CELLS:
            raise Refusal(RULE, DISORDER, self.row_count)
        self._column, self._has_formula, self._has_value = column, False, attributes.get("t") == "str"

    def _formula(self, _: str, __: Mapping[str, str]) -> None:
        self._has_formula = True
        self._parser.EndElementHandler, self._parser.CharacterDataHandler = self._end, None

    def _end(self, name: str) -> None:
        """After a formula: take note of characters in <v>, and of the end of a cell without them."""
        element = name.rpartition(" ")[2]
        if element == "f":
            self._parser.CharacterDataHandler = self._characters
        elif element == "c":
            if not self._has_value:
                self.uncached.add((self.row_count, self._column))
            self._parser.EndElementHandler, self._parser.CharacterDataHandler = None, None

    def _characters(self, text: str) -> None:
        self._has_value = self._has_value or bool(text.strip())

    def _merged(self, _: str, attributes: Mapping[str, str]) -> None:
        raise Refusal(RULE, "Cells are merged; write the value into each of them.", place(attributes["ref"].partition(":")[0])[0])

    def _columns(self, _: str, attributes: Mapping[str, str]) -> None:
        if is_set(attributes, "hidden"):
            raise Refusal(RULE, f"Column {int(attributes['min'])} is hidden; show it or delete it.")


def is_set(attributes: Mapping[str, str], name: str) -> bool:
    """Return whether an attribute says yes."""
    return attributes.get(name, "0") not in ("0", "false")


def place(reference: str) -> tuple[int, int]:
    """Return row and column of a reference such as B7, both from 1. Raises ValueError if it is none."""
    parts = re.fullmatch(r"([A-Z]{1,3})([1-9][0-9]{0,6})", reference)
    if parts is None:
        raise ValueError("not a reference")
    column = 0
    for letter in parts[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(parts[2]), column


def structure(archive: zipfile.ZipFile, part: str) -> Structure:
    """Return the structure of the sheet in a part of the workbook. Raises Refusal like `Structure.read`."""
    found = Structure()
    with archive.open(part) as file:
        found.read(file)  # type: ignore[arg-type]  # any binary file will do
    return found
