"""Examples: for every rule, records that it lets pass and records that it finds, as data in expectations/examples/.

The folder of an extract holds records.csv, a small file without any finding, and rules.yml: by rule, what is changed in it (and in
the records.csv of a reference extract) for the rule to hold and to fail. The folder file_rules holds whole files instead.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import yaml
from pydantic import Field, ValidationError, model_validator

from sealea import document
from sealea.contract import Closed, Name
from sealea.errors import ContractError

FOLDER = "expectations/examples"
OF_FILES = "file_rules"


class Change(Closed):
    """One change of a file of records: to a line, in a copy of a line that is added at the end, or a line that is left out."""

    line: int | None = Field(None, ge=2, description="The line that is changed; the header is line 1.")
    copied: int | None = Field(None, ge=2, alias="copy", description="The line of which a copy is added at the end, changed.")
    drop: int | None = Field(None, ge=2, description="The line that is left out.")
    set: dict[Name, str] = Field({}, description="The values that are changed, by column; blank: an empty value.")

    @model_validator(mode="after")
    def says_one_thing(self) -> Self:
        """Refuse a change of no line or of two, and a line that is left out and changed."""
        if sum(place is not None for place in (self.line, self.copied, self.drop)) != 1 or (self.drop and self.set):
            raise ValueError("a change names one of `line`, `copy` and `drop`; a line that is dropped has no `set`")
        return self


class Pair(Closed):
    """How records pass and fail one rule. Without `passes` they pass as they are."""

    passes: tuple[Change, ...] = ()
    fails: tuple[Change, ...] = Field(min_length=1)
    reference: dict[Name, tuple[Change, ...]] = Field({}, description="What is changed in the records of reference extracts, for both.")
    also: tuple[str, ...] = Field((), description="Other rules that the failing records break, because they cannot but do so.")
    school_year: int = Field(2026, description="The school year in the file's name.")
    window: str = Field("close", description="The window in the file's name.")


@dataclass(frozen=True)
class Records:
    """A file of records as text, header first."""

    header: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]

    def changed(self, changes: Iterable[Change]) -> "Records":
        """Return the records with the changes made; lines count as they stood before. Raises ContractError for a line or column that is not there."""
        lines: dict[int, tuple[str, ...]] = dict(enumerate(self.lines, 2))
        for change in changes:
            place = change.line or change.copied or change.drop or 0
            if not 2 <= place < len(self.lines) + 2 or not set(change.set) <= set(self.header):
                raise ContractError(f"An example changes line {place}, {', '.join(change.set)}: records.csv has no such line or column.")
            if change.drop:
                del lines[change.drop]
            else:
                values = dict(zip(self.header, lines[place], strict=True)) | change.set
                lines[place if change.line else max(lines) + 1] = tuple(values.values())
        return Records(self.header, tuple(lines[number] for number in sorted(lines)))

    @property
    def text(self) -> str:
        """Return the file."""
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([self.header, *self.lines])
        return text.getvalue()

    @property
    def rows(self) -> list[dict[str, str]]:
        """Return the records by column."""
        return [dict(zip(self.header, line, strict=True)) for line in self.lines]


class Pairs(Closed):
    """What the rules.yml of an extract holds."""

    pairs: Mapping[str, Pair]


class Known(Closed):
    """What else the failing files of a rule of every extract are found by."""

    also: tuple[str, ...] = ()


class KnownOfFiles(Closed):
    """What the rules.yml of file_rules holds."""

    rules: Mapping[str, Known]


def extracts(project_dir: Path) -> list[str]:
    """Return the extracts that have examples, in alphabetical order."""
    return sorted(path.parent.name for path in (project_dir / FOLDER).glob("*/records.csv"))


def records(project_dir: Path, extract: str) -> Records:
    """Return the records of an extract that break no rule. Raises ContractError if there are none."""
    path = project_dir / FOLDER / extract / "records.csv"
    if not path.is_file():
        raise ContractError(f"{path} is missing: every extract has a small file that breaks no rule.")
    header, *lines = csv.reader(io.StringIO(path.read_text(encoding="utf-8")))
    return Records(tuple(header), tuple(map(tuple, lines)))


def pairs(project_dir: Path, extract: str) -> Mapping[str, Pair]:
    """Return the examples of an extract by rule id. Raises ContractError, naming file and key, for what breaks their schema."""
    path = project_dir / FOLDER / extract / "rules.yml"
    if not path.is_file():
        raise ContractError(f"{path} is missing: every rule has records that pass and records that fail it.")
    try:
        return Pairs.model_validate({"pairs": document.read(path) or {}}).pairs
    except (ValidationError, yaml.YAMLError) as error:
        raise ContractError(f"{path}: {error}") from error


def also(project_dir: Path, rule_id: str) -> tuple[str, ...]:
    """Return the other rules that the failing files of a rule of every extract break, because they cannot but do so."""
    path = project_dir / FOLDER / OF_FILES / "rules.yml"
    try:
        return KnownOfFiles.model_validate({"rules": document.read(path)}).rules.get(rule_id, Known()).also
    except (ValidationError, yaml.YAMLError) as error:
        raise ContractError(f"{path}: {error}") from error


def files(project_dir: Path, rule_id: str, outcome: str) -> list[Path]:
    """Return the whole files that pass or fail (`outcome`: passes, fails) a rule of every extract, by name."""
    return sorted((project_dir / FOLDER / OF_FILES / rule_id / outcome).glob("*"))
