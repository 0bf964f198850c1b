"""The rulebook: what a file of one name and sender is examined by, from contracts and pack alone. It needs no warehouse."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import polars as pl

from sealea.contract import Contract, Rule, load_contracts, load_file_rules
from sealea.file_name import FileName, understood
from sealea.intake import pseudonym, standards
from sealea.intake.checking import Claim
from sealea.intake.examination import Subject
from sealea.intake.mapping import Delivery, Feed
from sealea.intake.standards import Standard
from sealea.pack import Pack, load_pack, require_consistent
from sealea.reconcile_rule import load_reconcile_rules


@dataclass(frozen=True)
class Account:
    """A sender: its kind is lea or sea, the organisation '*' stands for all of its state."""

    sender_id: str
    kind: str
    name: str
    organisations: frozenset[str]


class Needed(NamedTuple):
    """The reference extracts that a file is compared with, and those among them without which it must wait."""

    extracts: frozenset[str]
    waited_for: frozenset[str]


@dataclass(frozen=True)
class Rulebook:
    """The contracts, the state's pack and the rules of the file's form; `standards` keeps what they come to by extract, year and window."""

    contracts: Mapping[str, Contract]
    pack: Pack
    file_rules: Mapping[str, Rule]
    standards: dict[tuple[str, int, str], Standard] = field(default_factory=dict, compare=False)

    def target(self, account: Account, file_name: str) -> FileName | None:
        """Return what the file's name says; None if it cannot be understood or is not this sender's to say."""
        return understood(file_name, self.pack, self.contracts, account.sender_id, account.kind)

    def standard(self, extract: str, target: FileName) -> Standard:
        """Return what records of the extract are held to in the school year and window of the file."""
        place = (extract, target.school_year, target.window_code)
        if place not in self.standards:
            contract = self.contracts[extract].for_year(target.school_year)
            self.standards[place] = standards.standard(contract, self.pack, self.file_rules, target.window_code, pseudonym.normalised)
        return self.standards[place]

    def reference_rules(self, target: FileName) -> list[Rule]:
        """Return the rules that compare the file with reference data of the SEA."""
        applied = [self.standard(extract, target).contract for extract in target.extracts]
        return [
            rule
            for contract in applied
            for rule in contract.rules
            if rule.kind == "reference" and rule.level == 1 and rule.reference_extract != contract.extract
        ]

    def needed(self, target: FileName) -> Needed:
        """Return the reference data that a file of this name is compared with."""
        rules = self.reference_rules(target)
        looked_up = self.pack.maps[target.layout].lookup_extracts if target.layout in self.pack.maps else frozenset()
        waited_for = {rule.reference_extract for rule in rules if rule.without_reference == "wait"} | looked_up
        return Needed(frozenset(waited_for.union(rule.reference_extract for rule in rules)), frozenset(waited_for))

    def subjects(self, account: Account, target: FileName, rows: Mapping[str, pl.DataFrame], missing: frozenset[str]) -> list[Subject]:
        """Return what the file is examined by, for each of its extracts; `rows` are reference data, `missing` what never came of them."""
        return [Subject(self.standard(extract, target), rows, missing, self.feed(account, target, extract, rows)) for extract in target.extracts]

    def feed(self, account: Account, target: FileName, extract: str, rows: Mapping[str, pl.DataFrame]) -> Feed | None:
        """Return how a native file becomes the extract; None for a file in the form of a contract."""
        column_map = self.pack.maps.get(target.layout)
        if column_map is None:
            return None
        delivery = Delivery(self.pack.state_code, account.sender_id, account.organisations, target.school_year, target.window_code)
        return Feed(target.layout, extract, column_map, delivery, rows)

    def claim(self, account: Account, target: FileName) -> Claim:
        """Return what the delivery claims and its sender may."""
        return Claim(self.pack.state_code, target.school_year, account.organisations, target.window_code)

    def subject(self, target: FileName | None) -> str:
        """Return what the file is about, such as "Everyone the LEA employs (staff), 2025-26, window close"; empty if its name does not say."""
        if target is None:
            return ""
        year = f"{target.school_year - 1}-{target.school_year % 100:02d}"
        is_native = target.layout in self.pack.maps
        title = self.pack.maps[target.layout].title if is_native else self.contracts[target.layout].title
        return f"{title} ({', '.join(target.extracts)}), {year}, window {target.window_code}"

    def not_applicable(self, target: FileName | None) -> tuple[str, ...]:
        """Return the rules that the state does not apply to files like this one."""
        extracts = target.extracts if target else ()
        return tuple(sorted({rule for extract in extracts if target for rule in self.standard(extract, target).not_applicable}))


def load_rulebook(project: Path, state_pack: str) -> Rulebook:
    """Return the rulebook of a state. Raises ContractError if the pack does not fit the contracts."""
    rulebook = Rulebook(load_contracts(project), load_pack(project, state_pack), load_file_rules(project))
    require_consistent(rulebook.pack, rulebook.contracts, rulebook.file_rules, load_reconcile_rules(project))
    return rulebook
