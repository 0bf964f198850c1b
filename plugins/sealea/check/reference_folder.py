"""The reference folder: files of the SEA in the form of their contracts, read by the same reader, that other files are compared with."""

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from sealea.contract import Contract
from sealea.errors import SettingError
from sealea.file_name import FileName, senders_named
from sealea.intake import examination
from sealea.intake.checking import WHOLE_STATE
from sealea.intake.rulebook import Account, Rulebook

WINDOW = "ref"
UNNAMED = "sea"


@dataclass
class ReferenceFolder:
    """The reference data in `folder`, none without one. A file is named as the SEA sends it, or by its extract: org_directory.csv."""

    rulebook: Rulebook
    folder: Path | None
    rows: dict[tuple[str, int], pl.DataFrame | None] = field(default_factory=dict)

    def references(self, target: FileName) -> dict[str, pl.DataFrame]:
        """Return the reference rows that the file is compared with, by extract; what the folder lacks is left out.

        Raises SettingError naming a reference file that would not be accepted.
        """
        extracts = sorted(self.rulebook.needed(target).extracts)
        found = {extract: self.rows_of(extract, target.school_year) for extract in extracts}
        return {extract: rows for extract, rows in found.items() if rows is not None}

    def rows_of(self, extract: str, school_year: int) -> pl.DataFrame | None:
        """Return the rows of one extract, of rows with one key that of the latest year; None if the folder has no file of it."""
        if (extract, school_year) not in self.rows:
            self.rows[extract, school_year] = None  # two extracts that refer to one another: neither waits for the other
            files = self.files(extract, school_year)
            contract = self.rulebook.contracts[extract]
            tables = [self.read(path, target, contract) for target, path in files]
            self.rows[extract, school_year] = latest(tables, contract) if tables else None
        return self.rows[extract, school_year]

    def files(self, extract: str, school_year: int) -> list[tuple[FileName, Path]]:
        """Return the files of the extract, the latest school year and sending first; one for each year and window."""
        newest: dict[tuple[int, str], tuple[FileName, Path]] = {}
        for path in sorted(self.folder.iterdir()) if self.folder else ():
            target = self.target(path, school_year)
            if target and target.layout == extract and path.is_file():
                newest[target.school_year, target.window_code] = (target, path)
        return [newest[key] for key in sorted(newest, reverse=True)]

    def target(self, path: Path, school_year: int) -> FileName | None:
        """Return what a reference file's name says: that of the SEA, or the extract alone."""
        for sender in senders_named(path.name, self.rulebook.pack, self.rulebook.contracts):
            named = self.rulebook.target(self.account(sender), path.name)
            if named:
                return named
        extract = path.name.partition(".")[0]
        is_reference = extract in self.rulebook.contracts and not path.name.startswith(".")
        return FileName(UNNAMED, extract, (extract,), school_year, WINDOW) if is_reference else None

    def account(self, sender: str) -> Account:
        """Return the account of the SEA."""
        return Account(sender, "sea", "", frozenset({WHOLE_STATE}))

    def read(self, path: Path, target: FileName, contract: Contract) -> pl.DataFrame:
        """Return the rows of a reference file that would be loaded. Raises SettingError if it would not be accepted."""
        account = self.account(target.sender_id)
        own = self.references(target)
        missing = self.rulebook.needed(target).waited_for - set(own)
        subjects = self.rulebook.subjects(account, target, own, missing)
        (examined,) = examination.examined(path, subjects, self.rulebook.claim(account, target))
        if examined.verdict.status != "accepted":
            raise SettingError(f"The reference file {path} would not be accepted ({examined.verdict.reason}). Check it by itself, or leave it out.")
        return examined.loaded.select(column.name for column in contract.columns if column.identity is None)


def latest(tables: list[pl.DataFrame], contract: Contract) -> pl.DataFrame:
    """Return the rows of all tables; of rows with one key only the first."""
    return pl.concat(tables).unique(subset=contract.key, keep="first", maintain_order=True)
