"""The rules of level 2: what must hold across extracts, LEAs and years, as written in expectations/reconcile/*.yml."""

import hashlib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import Field, ValidationError, model_validator

from sealea import document
from sealea.contract import Closed, Contract, Name, Severity
from sealea.errors import ContractError

FOLDER = "expectations/reconcile"


class ReconcileRule(Closed):
    """One thing that must hold in a set of files, with what to say and do when it does not.

    `query` returns the failing rows of `extract` as (load_id, line_number, owner_org_id), and no value of a file. It reads the
    extracts of `reads` by name, the vault's columns of an extract as <extract>_identity, the numbers of the state as `parameter`,
    and which files there are as `file`. A row without line number is about the file as a whole; it may name the school that it is
    about as about_org_id, and any row the column that it is about as column_name.
    """

    id: Annotated[str, Field(pattern=r"^[A-Z]{3}-\d{3}$", description="Stable, never used again for another rule.")]
    extract: Name = Field(description="The extract whose rows fail, and whose sender is told.")
    reads: tuple[Name, ...] = Field(min_length=1, description="The extracts that the query reads.")
    identities: tuple[Name, ...] = Field((), description="Extracts whose names and birth dates the query compares, within the vault.")
    uses: tuple[Name, ...] = Field((), description="Relations of the suite that the query reads.")
    by: Literal["lea", "person"] = Field(
        "lea",
        description="What decides on a row besides the data of the SEA: lea, the rows of its LEA; person, those of its person in all LEAs.",
    )
    severity: Severity
    column: str | None = Field(None, description="The column that the report points at.")
    since: int | None = Field(None, description="First school year for which the rule is in effect.")
    until: int | None = Field(None, description="Last school year for which the rule is in effect.")
    message: str
    fix: str
    source: str
    query: str

    @property
    def relation(self) -> str:
        """Return the name of the view that has the failing rows."""
        return self.id.lower().replace("-", "_")

    @cached_property
    def version(self) -> str:
        """Return a fingerprint of everything in the rule."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]


class ReconcileSuite(Closed):
    """The rules of one domain. `relations` are queries that several of them read."""

    suite: Name
    description: str
    relations: dict[Name, str] = Field({}, description="Queries by name.")
    rules: tuple[ReconcileRule, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def relations_are_known(self) -> Self:
        """Refuse a rule that uses a relation which the suite does not have."""
        used = {name for rule in self.rules for name in rule.uses}
        if used - set(self.relations):
            raise ValueError(f"no such relation: {', '.join(sorted(used - set(self.relations)))}")
        return self


def load_reconcile_suite(path: Path) -> ReconcileSuite:
    """Return the suite in `path`. Raises ContractError naming the file and what is wrong in it."""
    try:
        suite = ReconcileSuite.model_validate(document.read(path))
    except (ValidationError, yaml.YAMLError) as error:
        raise ContractError(f"{FOLDER}/{path.name}: {error}") from error
    if suite.suite != path.stem:
        raise ContractError(f"{FOLDER}/{path.name}: the file must be named {suite.suite}.yml")
    return suite


def load_reconcile_suites(project_dir: Path, contracts: Mapping[str, Contract] | None = None) -> list[ReconcileSuite]:
    """Return the suites in alphabetical order; held against `contracts` if they are given.

    Raises ContractError, also for a rule id that is written twice, here or in a contract, and for an extract or column that is not there.
    """
    suites = [load_reconcile_suite(path) for path in sorted((project_dir / FOLDER).glob("*.yml"))]
    ids = [rule.id for suite in suites for rule in suite.rules]
    ids += sorted({rule.id for contract in (contracts or {}).values() for rule in contract.rules})
    faults = [f"{rule_id}: written twice" for rule_id in sorted({rule_id for rule_id in ids if ids.count(rule_id) > 1})]
    if contracts:
        faults += [fault for suite in suites for rule in suite.rules for fault in rule_faults(rule, contracts)]
    if faults:
        raise ContractError(f"{FOLDER}: {'; '.join(faults)}")
    return suites


def rule_faults(rule: ReconcileRule, contracts: Mapping[str, Contract]) -> list[str]:
    """Return what is wrong with the names in a rule."""
    unknown = sorted({rule.extract, *rule.reads, *rule.identities} - set(contracts))
    if unknown:
        return [f"{rule.id}: there is no extract {name}" for name in unknown]
    contract = contracts[rule.extract]
    faults = [] if contract.owner else [f"{rule.id}: {rule.extract} has no owner to tell"]
    if rule.extract not in rule.reads:
        faults.append(f"{rule.id}: its query must read {rule.extract}")
    if rule.column and rule.column not in contract.by_name:
        faults.append(f"{rule.id}: {rule.extract} has no column {rule.column}")
    without_vault = [name for name in rule.identities if not contracts[name].identity_columns]
    return faults + [f"{rule.id}: {name} has nothing in the vault" for name in without_vault]


def load_reconcile_rules(project_dir: Path) -> dict[str, ReconcileRule]:
    """Return the rules of level 2 by id. Raises ContractError like `load_reconcile_suites`."""
    return {rule.id: rule for suite in load_reconcile_suites(project_dir) for rule in suite.rules}
