"""The desk: what every file is received with, and what a file of one name is examined by."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import psycopg

from sealea.contract import Contract, Rule, load_contracts, load_file_rules
from sealea.file_name import FileName, understood
from sealea.intake import inbox, pseudonym, senders, standards
from sealea.intake.checking import Claim
from sealea.intake.examination import Subject
from sealea.intake.mapping import Delivery, Feed
from sealea.intake.references import References, Shelf
from sealea.intake.standards import Standard
from sealea.pack import Pack, load_pack, require_consistent
from sealea.settings import Settings


@dataclass(frozen=True)
class Desk:
    """The contracts, pack and senders of one run; `shelf` keeps the reference data that files are compared with."""

    settings: Settings
    contracts: dict[str, Contract]
    pack: Pack
    file_rules: Mapping[str, Rule]
    accounts: dict[str, senders.Account]
    shelf: Shelf = field(default_factory=Shelf)

    @property
    def places(self) -> inbox.Places:
        """Return where the uploads are."""
        return inbox.Places(self.settings.sftp_dir)

    def target(self, sender_id: str, file_name: str) -> FileName | None:
        """Return what the file's name says; None if it cannot be understood or is not this sender's to say."""
        return understood(file_name, self.pack, self.contracts, sender_id, self.accounts[sender_id].kind)

    def family(self, target: FileName) -> frozenset[str]:
        """Return the extracts whose files must be received in order with this one: those that native files join to it."""
        joined, before = frozenset(target.extracts), frozenset[str]()
        while joined != before:
            before = joined
            joined = joined.union(*(column_map.extracts for column_map in self.pack.maps.values() if joined & set(column_map.extracts)))
        return joined

    def standard(self, extract: str, target: FileName) -> Standard:
        """Return what records of the extract are held to in the school year and window of the file."""
        contract = self.contracts[extract].for_year(target.school_year)
        return standards.standard(contract, self.pack, self.file_rules, target.window_code, pseudonym.normalised)

    def references(self, connection: psycopg.Connection, target: FileName) -> References:
        """Return the reference data that count now of those that a file of this name is compared with."""
        applied = [self.standard(extract, target).contract for extract in target.extracts]
        rules = [
            rule
            for contract in applied
            for rule in contract.rules
            if rule.kind == "reference" and rule.level == 1 and rule.reference_extract != contract.extract
        ]
        looked_up = self.pack.maps[target.layout].lookup_extracts if target.layout in self.pack.maps else frozenset()
        waited_for = {rule.reference_extract for rule in rules if rule.without_reference == "wait"} | looked_up
        needed = waited_for.union(rule.reference_extract for rule in rules)
        found = self.shelf.references(connection, self.pack.state_code, [self.contracts[extract] for extract in sorted(needed)])
        return replace(found, missing=found.missing & waited_for)

    def subjects(self, target: FileName, references: References) -> list[Subject]:
        """Return what the file is examined by, for each of its extracts."""
        return [
            Subject(self.standard(extract, target), references.rows, references.missing, self.feed(target, extract, references))
            for extract in target.extracts
        ]

    def feed(self, target: FileName, extract: str, references: References) -> Feed | None:
        """Return how a native file becomes the extract; None for a file in the form of a contract."""
        column_map = self.pack.maps.get(target.layout)
        if column_map is None:
            return None
        organisations = self.accounts[target.sender_id].organisations
        delivery = Delivery(self.pack.state_code, target.sender_id, organisations, target.school_year, target.window_code)
        return Feed(target.layout, extract, column_map, delivery, references.rows)

    def claim(self, target: FileName) -> Claim:
        """Return what the delivery claims and its sender may."""
        return Claim(self.pack.state_code, target.school_year, self.accounts[target.sender_id].organisations, target.window_code)


def open_desk(settings: Settings, connection: psycopg.Connection) -> Desk:
    """Return the desk with the contracts, pack and senders of now. Raises ContractError if the pack does not fit the contracts."""
    project = settings.project_dir
    pack, contracts, file_rules = load_pack(project, settings.state_pack), load_contracts(project), load_file_rules(project)
    require_consistent(pack, contracts, file_rules)
    return Desk(settings, contracts, pack, file_rules, senders.accounts(connection, pack.state_code))
