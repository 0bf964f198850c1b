"""The contract of an extract: its columns, key and rules, as written in expectations/extracts/*.yml."""

import hashlib
import re
from collections.abc import Callable, Hashable, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sealea import document
from sealea.errors import ContractError

Severity = Literal["F1", "F2", "S", "W", "I"]
SEVERITY_MEANING: dict[Severity, str] = {
    "F1": "the file is returned",
    "F2": "the record is quarantined, the rest of the file goes on",
    "S": "the sender must explain before certifying",
    "W": "the sender acknowledges",
    "I": "information",
}
DECIMAL = re.compile(r"decimal\((\d+),(\d+)\)")
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=50)]
Result = TypeVar("Result")


class Closed(BaseModel):
    """A frozen model whose unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with other values; what was worked out from the old ones is not taken along."""
        copied = super().model_copy(update=update, deep=deep)
        for name in [name for name, member in vars(type(self)).items() if isinstance(member, cached_property)]:
            copied.__dict__.pop(name, None)
        return copied


class Column(Closed):
    """One column as the sender writes it."""

    name: Name
    type: Annotated[str, Field(pattern=r"^(text|code|integer|date|boolean|decimal\(\d+,\d+\))$")]
    description: str
    required: bool = False
    unit: str | None = None
    codes: dict[str, str] | None = Field(None, description="Allowed codes and their meaning; for type `code` only.")
    pattern: str | None = Field(None, description="Regular expression that the whole value must match.")
    minimum: float | None = None
    maximum: float | None = None
    identity: Literal["student", "staff", "vault"] | None = Field(
        None,
        description="student, staff: loaded as a keyed pseudonym, the value goes to the vault. vault: goes to the vault only.",
    )
    aliases: tuple[str, ...] = Field((), description="Header names of earlier years.")
    date_forms: tuple[str, ...] = Field((), description="How dates may be written besides YYYY-MM-DD; the state's pack says it.")
    since: int | None = Field(None, description="First school year whose files have the column.")
    until: int | None = Field(None, description="Last school year whose files have the column.")
    ceds: str = Field(description="CEDS element name.")
    ed_fi: str = Field(description="Ed-Fi name.")

    @model_validator(mode="after")
    def codes_belong_to_codes(self) -> Self:
        """Refuse a code column without codes, and codes on anything else."""
        if (self.type == "code") != bool(self.codes):
            raise ValueError(f"column {self.name}: `codes` belongs to type `code`, and type `code` needs it")
        return self

    @model_validator(mode="after")
    def pattern_is_one(self) -> Self:
        """Refuse a pattern that is no regular expression."""
        try:
            re.compile(self.pattern or "")
        except re.error as error:
            raise ValueError(f"column {self.name}: pattern: {error}") from error
        return self

    @property
    def raw_name(self) -> str | None:
        """Return the column's name in raw.<extract>; None if it is kept in the vault only."""
        if self.identity == "vault":
            return None
        return f"{self.identity}_pid" if self.identity else self.name

    @property
    def sql_type(self) -> str:
        """Return the PostgreSQL type of the column."""
        types = {"text": "text", "code": "text", "integer": "bigint", "date": "date", "boolean": "boolean"}
        decimal = DECIMAL.fullmatch(self.type)
        return f"numeric({decimal[1]},{decimal[2]})" if decimal else types[self.type]


class Rule(Closed):
    """One thing that must hold, with what to say and do when it does not.

    A `row` rule sees one record, a `reference` rule one record and the rows of an extract of the SEA that match it, a `total`
    rule the sums of a group of records. Expressions are scalar SQL; NULL means that the rule holds.
    """

    id: Annotated[str, Field(pattern=r"^[A-Z]{3,4}-\d{3}$", description="Stable, never used again for another rule.")]
    kind: Literal["file", "column", "row", "key", "owner", "reference", "total"]
    level: Literal[1, 2, 3] = 1
    severity: Severity
    since: int | None = Field(None, description="First school year for which the rule is in effect.")
    until: int | None = Field(None, description="Last school year for which the rule is in effect.")
    fails_when: str | None = Field(
        None,
        description="Row rules: on one record. Reference rules: on a record and `reference.<column>` of a row that matches; "
        "without it the rule fails when no row matches. Total rules: on the columns of `by` and the totals.",
    )
    column: str | None = Field(None, description="The column that the report points at; of a reference rule, the one that is looked up.")
    found_in: str | None = Field(None, alias="in", pattern=r"^[a-z0-9_]+\.[a-z0-9_]+$", description="Reference rules: <extract>.<column> of the SEA.")
    match: dict[Name, Name] = Field({}, description="Reference rules: further columns of the record and the reference columns that must equal them.")
    where: str | None = Field(None, description="Reference rules: which reference rows count, an expression on one of them.")
    without_reference: Literal["wait", "silent"] = Field(
        "wait", description="Reference rules: `wait`: the file waits if the SEA never sent the extract; `silent`: no rule if no row of it counts."
    )
    when: str | None = Field(None, description="Reference and total rules: which records are checked or counted, an expression on one; none: all.")
    by: tuple[Name, ...] = Field((), description="Total rules: the columns that tell groups apart; none: the whole file is one.")
    totals: dict[Name, str] = Field({}, description="Total rules: what is summed, by name, each a numeric expression on one record; 1 counts.")
    message: str
    fix: str
    source: str

    @model_validator(mode="after")
    def keys_belong_to_the_kind(self) -> Self:
        """Refuse a key that the rule's kind does not read, and a kind without the keys that it needs."""
        needed = {"row": {"fails_when"}, "reference": {"column", "found_in"}, "total": {"fails_when", "totals"}}.get(self.kind, set())
        read = {"reference": {"fails_when", "where", "when", "match", "without_reference"}, "total": {"when", "by"}}.get(self.kind, set())
        special = {"fails_when", "found_in", "match", "where", "without_reference", "when", "by", "totals"}
        missing = sorted(key for key in needed if not getattr(self, key))
        foreign = sorted((special & self.model_fields_set) - needed - read)
        if missing or foreign:
            faults = [*(f"it needs `{key}`" for key in missing), *(f"`{key}` does not belong to it" for key in foreign)]
            raise ValueError(f"rule {self.id} of kind {self.kind}: {'; '.join(faults)}".replace("found_in", "in"))
        return self

    @property
    def reference_extract(self) -> str:
        """Return the extract that a reference rule looks in; empty for other kinds."""
        return (self.found_in or "").split(".")[0]

    @property
    def reference_column(self) -> str:
        """Return the column that a reference rule looks in; empty for other kinds."""
        return (self.found_in or "").partition(".")[2]

    @property
    def matched_columns(self) -> dict[str, str]:
        """Return which columns of a record must equal which reference columns; empty for other kinds."""
        return {str(self.column): self.reference_column, **self.match} if self.found_in else {}


class Contract(Closed):
    """The definition of an extract; the only place where its columns are written."""

    extract: Name
    domain: Literal["finance", "personnel", "assessment", "reference"]
    sender: Literal["lea", "sea", "any"]
    title: str
    description: str
    grain: str
    owner: str | None = Field(None, description="Column naming the organisation that the sender must be allowed to report.")
    is_expected: bool = Field(
        default=True, description="Extracts of LEAs: whether every open LEA is to send it; false for one that takes the place of another."
    )
    key: tuple[str, ...] = Field(description="Columns that tell rows apart; empty for transactions, which may repeat.")
    source: str
    columns: tuple[Column, ...] = Field(min_length=1)
    rules: tuple[Rule, ...] = ()

    @model_validator(mode="after")
    def names_are_known_and_unique(self) -> Self:
        """Refuse a repeated column or rule, and a key, owner or rule that names a column which is not there."""
        names = [column.name for column in self.columns]
        headers = [*names, *(alias for column in self.columns for alias in column.aliases)]
        rules = [rule.id for rule in self.rules]
        for kind, values in (("column", names), ("header name", headers), ("rule", rules)):
            repeated = {value for value in values if values.count(value) > 1}
            if repeated:
                raise ValueError(f"{kind} written twice: {', '.join(sorted(repeated))}")
        looked_up = {name for rule in self.rules for name in (rule.column, *rule.match, *rule.by) if name and not name.startswith("submission_")}
        used = {*self.key, *looked_up, *([self.owner] if self.owner else [])}
        if used - set(names):
            raise ValueError(f"no such column: {', '.join(sorted(used - set(names)))}")
        return self

    @model_validator(mode="after")
    def rows_of_leas_have_an_owner_in_every_year(self) -> Self:
        """Refuse an extract of LEAs without owner, and a key or owner that some year's files do not have."""
        if self.sender == "lea" and self.owner is None:
            raise ValueError("an extract that LEAs send needs an `owner`: the column that names the LEA")
        passing = [name for name in (*self.key, self.owner) if name and (self.by_name[name].since or self.by_name[name].until)]
        if passing:
            raise ValueError(f"in every year's files, for the key or owner: {', '.join(passing)}")
        return self

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """Return the columns by name."""
        return {column.name: column for column in self.columns}

    @cached_property
    def worked_out(self) -> dict[Hashable, Any]:
        """Return what others have worked out from the contract and need again for the next file."""
        return {}

    def once(self, key: Hashable, work_out: Callable[[], Result]) -> Result:
        """Return what `work_out` gives, which depends on the contract and `key` alone; it is called once."""
        if key not in self.worked_out:
            self.worked_out[key] = work_out()
        result: Result = self.worked_out[key]
        return result

    @property
    def raw_columns(self) -> tuple[Column, ...]:
        """Return the columns of raw.<extract>, in order; those kept in the vault only are left out."""
        return tuple(column for column in self.columns if column.raw_name)

    @property
    def identity_columns(self) -> tuple[Column, ...]:
        """Return the columns of vault.<extract>, in order."""
        return tuple(column for column in self.columns if column.identity)

    def for_year(self, school_year: int) -> Self:
        """Return the contract as it is for one school year: without the columns and rules that are not in effect."""

        def in_effect(part: Column | Rule) -> bool:
            return (part.since or school_year) <= school_year <= (part.until or school_year)

        return self.model_copy(update={"columns": tuple(filter(in_effect, self.columns)), "rules": tuple(filter(in_effect, self.rules))})

    @cached_property
    def version(self) -> str:
        """Return a fingerprint of everything in the contract."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]


class FileRules(Closed):
    """The rules that hold for every extract, as written in expectations/file_rules.yml."""

    rules: tuple[Rule, ...]


def load_contract(path: Path) -> Contract:
    """Return the contract in `path`, read again when the file has changed. Raises ContractError naming the file and what is wrong in it."""
    state = path.stat()
    return read_contract(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=256)
def read_contract(path: Path, _changed_at: int, _byte_count: int) -> Contract:
    """Return the contract in a file of this state."""
    try:
        contract = Contract.model_validate(document.read(path))
    except (ValidationError, yaml.YAMLError) as error:
        raise ContractError(f"{path.name}: {error}") from error
    if contract.extract != path.stem:
        raise ContractError(f"{path.name}: the file must be named {contract.extract}.yml")
    return contract


def load_contracts(project_dir: Path) -> dict[str, Contract]:
    """Return every contract by extract name, in alphabetical order. Raises ContractError, also for a rule id with two kinds."""
    contracts = [load_contract(path) for path in sorted((project_dir / "expectations/extracts").glob("*.yml"))]
    kinds: dict[str, str] = {}
    for rule in (rule for contract in contracts for rule in contract.rules):
        if kinds.setdefault(rule.id, rule.kind) != rule.kind:
            raise ContractError(f"rule {rule.id} is of kind {rule.kind} here and of kind {kinds[rule.id]} elsewhere")
    by_extract = {contract.extract: contract for contract in contracts}
    require_references(by_extract)
    return by_extract


def require_references(contracts: Mapping[str, Contract]) -> None:
    """Raise ContractError unless every reference rule looks in columns that an extract of the SEA has: else files would wait for it for ever."""
    for contract in contracts.values():
        for rule in (rule for rule in contract.rules if rule.found_in):
            reference = contracts.get(rule.reference_extract)
            if reference is None or reference.sender == "lea":
                raise ContractError(f"{contract.extract}.yml: rule {rule.id}: in: the SEA sends no extract {rule.reference_extract}")
            if unknown := sorted(set(rule.matched_columns.values()) - set(reference.by_name)):
                raise ContractError(f"{contract.extract}.yml: rule {rule.id}: {rule.reference_extract} has no column {', '.join(unknown)}")


def load_file_rules(project_dir: Path) -> Mapping[str, Rule]:
    """Return the rules that hold for every extract, by id."""
    path = project_dir / "expectations/file_rules.yml"
    try:
        rules = FileRules.model_validate(document.read(path)).rules
    except (ValidationError, yaml.YAMLError) as error:
        raise ContractError(f"{path.name}: {error}") from error
    return {rule.id: rule for rule in rules}
