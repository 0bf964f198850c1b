"""Repair: what can be corrected without knowing more than the contract says. Nothing is guessed: an id that a spreadsheet changed stays refused."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from sealea.contract import Column, Contract
from sealea.errors import SettingError
from sealea.file_name import FileName
from sealea.intake import archive, examination, forms, header, parsing, reading
from sealea.intake.forms import Refused, Rows, Text
from sealea.intake.header import Layout
from sealea.intake.record import Record
from sealea.intake.rulebook import Account, Rulebook

SPACES = " \t\u00a0\u2007\u202f\ufeff"
MAXIMUM_WIDTH = 20
WHOLE_FILE = ""


class Change(NamedTuple):
    """One correction: where, what stands there, and what will; of the whole file without line and column."""

    line: int | None
    column: str
    before: str
    after: str


@dataclass(frozen=True)
class Repaired:
    """The corrections and the corrected text, which is CSV in UTF-8 with the lines where they were; `name` is that of the copy."""

    name: str
    content: bytes
    changes: Sequence[Change]


@dataclass
class Corrector:
    """Corrects records, and remembers what it did. `columns` are those of the contract by their place in the header."""

    columns: Mapping[int, Column | None]
    names: Sequence[str]
    changes: list[Change] = field(default_factory=list)

    def record(self, record: Record) -> list[str]:
        """Return the values of the record, corrected. Raises SettingError for one that cannot be told apart: it would be lost."""
        if record.values is None or (len(record.values) != len(self.names) and any(map(str.strip, record.values))):
            raise SettingError(f"Line {record.line_number} cannot be told apart into its values; correct it by hand, then repair the rest.")
        mangled = [what for place, what in record.mangled if place in self.columns]
        if mangled:
            raise SettingError(f"Line {record.line_number}: {mangled[0]} Take the id from where it was typed; it cannot be told from what is left.")
        return [self.value(record, place, value) for place, value in enumerate(record.values)]

    def value(self, record: Record, place: int, value: str) -> str:
        """Return one value, corrected."""
        if place not in self.columns:
            return value
        corrected = padded(value.strip(SPACES), self.columns[place])
        if corrected != value:
            self.changes.append(Change(record.line_number, self.names[place], value, corrected))
        return corrected


def repaired(rulebook: Rulebook, account: Account, target: FileName, path: Path) -> Repaired:
    """Return the file with every mechanical fault corrected. Raises SettingError, saying why, for one that cannot be rewritten whole."""
    layout = examination.layout_of(rulebook.subjects(account, target, {}, frozenset())[0])
    form = readable(path, layout)
    contract = rulebook.contracts[target.layout].for_year(target.school_year) if target.layout in rulebook.contracts else None
    changes = list(changes_of_form(form, keep_delimiter=contract is None))
    rows: list[list[str]] = []
    with reading.records_of(form) as records:
        corrector: Corrector | None = None
        for record in records:
            if parsing.is_blank(record):
                rows += [[]] * record.line_count
            elif corrector is None:
                names, renamed = corrected_header(record, layout, contract)
                changes += renamed
                corrector = Corrector(columns_by_place(names, layout, contract), names)
                rows.append(names)
            else:
                rows.append(corrector.record(record))
    changes += corrector.changes if corrector else []
    delimiter = form.delimiter if isinstance(form, Text) and contract is None else ","
    return Repaired(name_of_copy(path, form), as_text(rows, delimiter), changes)


def readable(path: Path, layout: Layout) -> Text | Rows:
    """Return the file's form. Raises SettingError if it cannot be read, or holds more than records."""
    if layout.is_fixed_width:
        raise SettingError(f"{path.name} has columns of fixed width; it is not rewritten.")
    form = forms.recognise(path, layout)
    if isinstance(form, Refused):
        line = f", line {form.line_number}" if form.line_number else ""
        raise SettingError(f"{path.name} cannot be read ({form.rule_id}{line}); check it without --repair to see what to do.")
    if isinstance(form, Text) and archive.unpacked(path).manifest is not None:
        raise SettingError(f"{path.name} has a manifest, which says what is in it; repair the file that you pack.")
    return form


def changes_of_form(form: Text | Rows, *, keep_delimiter: bool) -> Iterator[Change]:
    """Yield what becomes of the file as a whole."""
    if isinstance(form, Rows):
        yield Change(None, WHOLE_FILE, "workbook", "CSV")
        return
    if form.encoding != "utf-8":
        yield Change(None, WHOLE_FILE, f"encoding {form.encoding}", "encoding utf-8")
    if form.delimiter != "," and not keep_delimiter:
        yield Change(None, WHOLE_FILE, f"delimiter {form.delimiter!r}", "delimiter ','")
    with form.open() as file:
        if any(b"\r" in block for block in iter(lambda: file.read(1 << 20), b"")):
            yield Change(None, WHOLE_FILE, "line ends with CR", "line ends LF")


def corrected_header(record: Record, layout: Layout, contract: Contract | None) -> tuple[list[str], list[Change]]:
    """Return the header with the names of now in place of earlier ones and other spellings, and what was changed in it."""
    written = record.values or []
    if contract is None:
        return list(written), []
    taken = {layout.names[name.strip()] for name in written if name.strip() in layout.names}
    names: list[str] = []
    for name in written:
        now = layout.names.get(name.strip()) or other_spelling(name, layout, taken)
        names.append(now or name)
        taken |= {now} if now else set()
    changes = [Change(record.line_number, now, before, now) for before, now in zip(written, names, strict=True) if before != now]
    return names, changes


def other_spelling(name: str, layout: Layout, taken: set[str]) -> str | None:
    """Return the one column whose name is the same but for case, spaces and hyphens; None if there is none, or it stands already."""
    found = {column for known, column in layout.names.items() if plain(known) == plain(name)} - taken
    return found.pop() if len(found) == 1 else None


def plain(name: str) -> str:
    """Return a header name in lower case without spaces, hyphens and underscores."""
    return re.sub(r"[\s_\ufeff-]", "", name).lower()


def columns_by_place(names: Sequence[str], layout: Layout, contract: Contract | None) -> dict[int, Column | None]:
    """Return the columns that are read, by their place; those of a native file have no contract."""
    return {place: contract.by_name.get(name) if contract else None for name, place in header.positions(names, layout).items()}


def padded(value: str, column: Column | None) -> str:
    """Return an id or code with the leading zeros that a program took away, if the contract knows exactly one width for it."""
    if column is None or not (value.isascii() and value.isdigit()) or is_known(value, column):
        return value
    known = [wider for width in range(len(value) + 1, MAXIMUM_WIDTH + 1) if is_known(wider := value.zfill(width), column)]
    return known[0] if len(known) == 1 and (column.pattern or column.codes) else value


def is_known(value: str, column: Column) -> bool:
    """Return whether the value has the form, and is one of the codes, that the contract names."""
    has_form = column.pattern is None or re.fullmatch(column.pattern, value) is not None
    return has_form and (column.codes is None or value in column.codes)


def as_text(rows: Sequence[Sequence[str]], delimiter: str) -> bytes:
    """Return the records as CSV in UTF-8 with LF."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n", delimiter=delimiter).writerows(rows)
    return text.getvalue().encode()


def name_of_copy(path: Path, form: Text | Rows) -> str:
    """Return the name of the copy: that of the file, whose end says what it is now."""
    if isinstance(form, Rows) or path.suffix.lower() in (".gz", ".zip"):
        stem = path.name.partition(".")[0]
        return f"{stem}.csv"
    return path.name


def write(result: Repaired, original: Path, place: Path) -> Path:
    """Write the copy to `place`, a file or a folder that is there, and return its path. Raises SettingError rather than replace anything."""
    copy = place / result.name if place.is_dir() else place
    if copy.exists():
        what = "the original" if copy.samefile(original) else "there already"
        raise SettingError(f"{copy} is {what}; --write names a new file or another folder.")
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_bytes(result.content)
    return copy
