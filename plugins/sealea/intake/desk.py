"""The desk: what every file is received with: the rulebook, the senders' accounts, and the reference data of the warehouse."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import psycopg

from sealea.contract import Contract, Rule
from sealea.file_name import FileName
from sealea.intake import inbox, senders
from sealea.intake.checking import Claim
from sealea.intake.examination import Subject
from sealea.intake.references import References, Shelf
from sealea.intake.rulebook import Account, Rulebook, load_rulebook
from sealea.intake.standards import Standard
from sealea.pack import Pack
from sealea.settings import Settings


@dataclass(frozen=True)
class Desk:
    """The rulebook and senders of one run; `shelf` keeps the reference data that files are compared with."""

    settings: Settings
    rulebook: Rulebook
    accounts: dict[str, Account]
    shelf: Shelf = field(default_factory=Shelf)

    @property
    def contracts(self) -> Mapping[str, Contract]:
        """Return the contracts by extract."""
        return self.rulebook.contracts

    @property
    def pack(self) -> Pack:
        """Return the state's pack."""
        return self.rulebook.pack

    @property
    def file_rules(self) -> Mapping[str, Rule]:
        """Return the rules of the file's form, by id."""
        return self.rulebook.file_rules

    @property
    def places(self) -> inbox.Places:
        """Return where the uploads are."""
        return inbox.Places(self.settings.sftp_dir)

    def target(self, sender_id: str, file_name: str) -> FileName | None:
        """Return what the file's name says; None if it cannot be understood or is not this sender's to say."""
        return self.rulebook.target(self.accounts[sender_id], file_name)

    def family(self, target: FileName) -> frozenset[str]:
        """Return the extracts whose files must be received in order with this one: those that native files join to it."""
        joined, before = frozenset(target.extracts), frozenset[str]()
        while joined != before:
            before = joined
            joined = joined.union(*(column_map.extracts for column_map in self.pack.maps.values() if joined & set(column_map.extracts)))
        return joined

    def standard(self, extract: str, target: FileName) -> Standard:
        """Return what records of the extract are held to in the school year and window of the file."""
        return self.rulebook.standard(extract, target)

    def references(self, connection: psycopg.Connection, target: FileName) -> References:
        """Return the reference data that count now of those that a file of this name is compared with."""
        needed = self.rulebook.needed(target)
        found = self.shelf.references(connection, self.pack.state_code, [self.contracts[extract] for extract in sorted(needed.extracts)])
        return replace(found, missing=found.missing & needed.waited_for)

    def subjects(self, target: FileName, references: References) -> list[Subject]:
        """Return what the file is examined by, for each of its extracts."""
        subjects = self.rulebook.subjects(self.accounts[target.sender_id], target, references.rows, references.missing)
        return [replace(subject, known=references.known) for subject in subjects]

    def claim(self, target: FileName) -> Claim:
        """Return what the delivery claims and its sender may."""
        return self.rulebook.claim(self.accounts[target.sender_id], target)


def open_desk(settings: Settings, connection: psycopg.Connection) -> Desk:
    """Return the desk with the contracts, pack and senders of now. Raises ContractError if the pack does not fit the contracts."""
    rulebook = load_rulebook(settings.project_dir, settings.state_pack)
    return Desk(settings, rulebook, senders.accounts(connection, rulebook.pack.state_code))
