"""A state pack: what makes the platform serve one state, as data in expectations/states/<xx>/."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import Field, ValidationError, field_validator

from sealea import document
from sealea.column_map import ColumnMap, date_form, load_maps, order_of_date
from sealea.contract import Closed, Contract, Name, Rule, Severity
from sealea.errors import ContractError

Setting = Severity | Literal["not_applicable"]
# What these rules find cannot be loaded as it was sent, or is not the sender's to send: no state may let it through.
FIXED_RULES = ("REC-001", "REC-003", "REC-006")
FILE_RULES = "expectations/file_rules.yml"
EVERY_OTHER_WINDOW = "other"


class Parameters(Closed):
    """The numbers that a state sets; they reach dbt as ops.state_parameter."""

    minimum_n: int = Field(default=10, ge=1, description="Students below which a cell is withheld (ESEA 1111(c)(3)(A)).")
    minimum_n_gap: int = Field(default=20, ge=1, description="Students that each side of a standardised gap needs, at least minimum_n.")
    minimum_teacher_fte: float = Field(default=3, ge=0, description="Teacher FTE below which a staff cell is withheld.")
    inexperienced_maximum_years: int = Field(default=2, ge=0, description="Completed years up to which a teacher is inexperienced (FS203).")
    minimum_rated_teachers: int = Field(default=10, ge=0, description="Rated teacher FTE below which a rate of ratings is withheld.")
    minimum_leas: int = Field(default=10, ge=2, description="LEAs that a measure of equity among LEAs needs.")
    charter_credential_exempt: bool = Field(default=False, description="Teachers of charter schools need no credential; they leave its rates.")
    full_contract_days: int = Field(default=180, ge=1, description="Days of a full contract, to which shorter ones are annualised.")
    maximum_untagged_share: float = Field(
        default=0.30, ge=0, le=1, description="Share of discretionary dollars without a goal above which no alignment is told."
    )
    performance_levels: int = Field(default=4, ge=2, le=5, description="Performance levels of the state's tests; of different ones, the most.")
    proficient_level: int = Field(default=3, ge=1, le=5, description="Lowest performance level that counts as proficient.")
    accountability_participation_share: float = Field(default=0.95, description="ESEA 1111(c)(4)(E)(ii).")
    first_year_el_exempt: bool = Field(default=False, description="Leave first-year English learners out of expected ELA tests.")
    maximum_quarantined_share: float = Field(default=0.10, ge=0, le=1, description="A load with more of its rows quarantined is returned.")
    minimum_coverage_share: float = Field(
        default=0.90, ge=0, le=1, description="The gate holds a release whose reporting LEAs fall below this share of the last release."
    )
    # What rules of several files compare with (expectations/reconcile/).
    fund_balance_tolerance_usd: float = Field(default=1, ge=0, description="FIN-006: what a balance may differ from the one it continues.")
    control_tolerance_share: float = Field(default=0.01, ge=0, description="FIN-011: share by which revenue may miss its certified total.")
    payroll_tolerance_share: float = Field(default=0.02, ge=0, description="FIN-012: share by which payroll and ledger may differ.")
    school_spending_minimum_ratio: float = Field(default=0.4, ge=0, description="FIN-014: of the LEA's median per student.")
    school_spending_maximum_ratio: float = Field(default=2.5, ge=1, description="FIN-014: of the LEA's median per student.")
    school_spending_change_share: float = Field(default=0.25, ge=0, description="FIN-105: usual change from year to year.")
    census_month: int = Field(default=10, ge=7, le=12, description="Month of the census day of staff.")
    census_day: int = Field(default=1, ge=1, le=30, description="Day of the month of the census day of staff.")
    state_fte_maximum: float = Field(default=1.2, ge=1, description="PER-102: FTE of one person in all LEAs.")
    salary_minimum_usd: float = Field(default=10_000, ge=0, description="PER-012: lowest base salary of a full-time position.")
    salary_maximum_usd: float = Field(default=500_000, ge=0, description="PER-012: highest base salary of a full-time position.")
    salary_minimum_ratio: float = Field(default=0.5, ge=0, description="PER-106: of the median of the LEA's job class.")
    salary_maximum_ratio: float = Field(default=2.0, ge=1, description="PER-106: of the median of the LEA's job class.")
    salary_minimum_count: int = Field(default=10, ge=2, description="PER-106: staff that a median needs.")
    count_change_share: float = Field(default=0.20, ge=0, description="PER-016, ASM-016: usual change of a school's count.")
    count_change_minimum: int = Field(default=10, ge=1, description="PER-016, ASM-016: count from which a change is looked at.")
    roster_match_minimum_share: float = Field(default=0.90, ge=0, le=1, description="ASM-002: students of a file who must be on the roster.")
    score_change_standard_deviations: float = Field(default=3, ge=0, description="ASM-015: of the school's earlier changes.")
    score_change_minimum_years: int = Field(default=3, ge=2, description="ASM-015: earlier changes that are needed.")
    lowest_score_maximum_share: float = Field(default=0.25, ge=0, le=1, description="ASM-102: students with the lowest score.")


class Pack(Closed):
    """One state. `maps` are the files of maps/, the rest is pack.yml."""

    state_code: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    title: str
    time_zone: str = Field(pattern=r"^[A-Z][A-Za-z]+(/[A-Z][A-Za-z_]+)+$", description="IANA name of the zone in which a due day ends.")
    file_name: str = Field(description="Pattern of file names, with the fields {state} {sender} {extract} {school_year} {window} {sent_at}.")
    extensions: tuple[Literal["csv", "txt", "tsv", "xlsx", "gz", "zip"], ...] = Field(
        default=("csv", "txt", "tsv", "xlsx", "gz", "zip"),
        description="How names may end where a pattern ends as a text file does; a text may be packed, as in .csv.gz.",
    )
    sheet: str | None = Field(None, description="Sheet of a workbook in the form of a contract; without it, the first that is not hidden.")
    date_forms: tuple[str, ...] = Field(
        default=(),
        description="How dates may be written in files in the form of a contract, besides YYYY-MM-DD: such as M/D/YYYY, as in a column map.",
    )
    parameters: Parameters = Parameters()
    rules: dict[str, Setting | dict[str, Setting]] = Field(
        default={},
        description="Severity by rule id, or <rule id>.<column>, in all windows or by window (`other`: the rest); the rest is as the contract says.",
    )
    optional_columns: dict[Name, tuple[Name, ...]] = Field(default={}, description="Required columns that the state does not collect, by extract.")
    maps: dict[str, ColumnMap] = Field(default={}, description="Files of maps/, by name; not written in pack.yml.")
    file_rules_version: str = Field("", description="Fingerprint of the rules that hold for every extract; not written in pack.yml.")

    @field_validator("date_forms")
    @classmethod
    def dates_are_told_apart(cls, forms: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse forms of which two would read one text as two dates."""
        orders: dict[str, str] = {}
        for form in ("YYYY-MM-DD", *forms):
            between, order = order_of_date(date_form(form))
            if orders.setdefault(between, order) != order:
                raise ValueError(f"{form} cannot be told from another form")
        return forms

    @cached_property
    def version(self) -> str:
        """Return a fingerprint of everything in the pack."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]

    def is_relaxed(self, rule: str, column: str | None = None) -> bool:
        """Return whether records that break `rule` (in `column`) may be loaded in some window of this state."""
        names = [rule, *([f"{rule}.{column}"] if column else [])]
        settings = [setting for name in names if (setting := self.rules.get(name))]
        return any(value not in ("F1", "F2") for setting in settings for value in (setting.values() if isinstance(setting, dict) else [setting]))

    def setting(self, rule: str, window: str) -> Setting | None:
        """Return what the pack says about `rule`, an id or <id>.<column>, in `window`; None if it leaves it as it is."""
        setting = self.rules.get(rule)
        if isinstance(setting, dict):
            return setting.get(window, setting.get(EVERY_OTHER_WINDOW))
        return setting


def load_pack(project_dir: Path, name: str) -> Pack:
    """Return the state pack `name`; its version is another one when the rules of every file change.

    Raises ContractError, naming file and key, if it is absent or breaks its schema.
    """
    path = project_dir / "expectations/states" / name / "pack.yml"
    if not path.is_file():
        raise ContractError(f"There is no state pack {name!r}: {path} is missing. Set SEALEA_STATE_PACK to a folder of states/.")
    maps = load_maps(path.parent)
    try:
        pack = Pack.model_validate(document.read(path))
    except (ValidationError, yaml.YAMLError) as error:
        raise ContractError(f"{path}: {error}") from error
    if pack.maps:
        raise ContractError(f"{path}: maps: column maps are files of {path.parent / 'maps'}.")
    file_rules = (project_dir / FILE_RULES).read_bytes() if (project_dir / FILE_RULES).is_file() else b""
    return pack.model_copy(update={"maps": maps, "file_rules_version": hashlib.sha256(file_rules).hexdigest()[:12]})


def load_packs(project_dir: Path) -> list[Pack]:
    """Return every state pack of the project, in the order of their folders. Raises ContractError like `load_pack`."""
    return [load_pack(project_dir, path.parent.name) for path in sorted((project_dir / "expectations/states").glob("*/pack.yml"))]


def require_consistent(pack: Pack, contracts: Mapping[str, Contract], file_rules: Mapping[str, Rule], reconcile_rules: Iterable[str] = ()) -> None:
    """Raise ContractError, naming every key at fault, unless the pack speaks of extracts, columns and rules that exist.

    `reconcile_rules` are the ids of the rules of level 2.
    """
    faults = [*rule_faults(pack, contracts, [*file_rules, *reconcile_rules]), *column_faults(pack, contracts), *map_faults(pack, contracts)]
    if faults:
        raise ContractError(f"State pack {pack.state_code}: {'; '.join(faults)}. Correct expectations/states/{pack.state_code.lower()}/.")


def rule_faults(pack: Pack, contracts: Mapping[str, Contract], other_rules: Iterable[str]) -> Iterator[str]:
    """Yield what is wrong with the keys of `rules`; `other_rules` are the ids of those that no contract has."""
    known = {rule.id for contract in contracts.values() for rule in contract.rules} | set(other_rules)
    columns = {column.name for contract in contracts.values() for column in contract.columns}
    for key in pack.rules:
        rule_id, _, column = key.partition(".")
        if rule_id not in known:
            yield f"pack.yml: rules.{key}: there is no such rule"
        elif rule_id in FIXED_RULES or rule_id.startswith("FILE-"):
            yield f"pack.yml: rules.{key}: this rule holds in every state"
        elif column and column not in columns:
            yield f"pack.yml: rules.{key}: no extract has this column"


def column_faults(pack: Pack, contracts: Mapping[str, Contract]) -> Iterator[str]:
    """Yield what is wrong with `optional_columns`. The owner stays required: without it nobody may send the row."""
    for extract, names in pack.optional_columns.items():
        contract = contracts.get(extract)
        for name in names if contract else ():
            if contract and (name not in contract.by_name or name == contract.owner):
                yield f"pack.yml: optional_columns.{extract}: {name} is no column that may be left out"
        if contract is None:
            yield f"pack.yml: optional_columns.{extract}: there is no such extract"


def map_faults(pack: Pack, contracts: Mapping[str, Contract]) -> Iterator[str]:
    """Yield what is wrong with the column maps when they are held against the contracts."""
    for layout, column_map in pack.maps.items():
        place = f"maps/{layout}.yml"
        if layout in contracts:
            yield f"{place}: an extract has this name; name the map after the native layout"
        for extract in column_map.extracts:
            if extract not in contracts:
                yield f"{place}: feeds.{extract}: there is no such extract"
            else:
                yield from (f"{place}: feeds.{extract}.{fault}" for fault in feed_faults(pack, column_map, contracts, extract))
        for source in sorted(column_map.lookup_extracts - set(contracts)):
            yield f"{place}: lookup: there is no extract {source}"


def feed_faults(pack: Pack, column_map: ColumnMap, contracts: Mapping[str, Contract], extract: str) -> Iterator[str]:
    """Yield what is wrong with one feed: columns that its contract does not have, or that it needs and does not get."""
    contract, feed = contracts[extract], column_map.feeds[extract]
    may_miss = pack.optional_columns.get(extract, ())
    for name, origin in feed.items():
        if name not in contract.by_name:
            yield f"{name}: the contract has no such column"
        lookup = origin.lookup
        source = contracts.get(lookup.extract) if lookup else None
        if lookup and source and not {lookup.column, lookup.give} <= set(source.by_name):
            yield f"{name}: lookup: {lookup.extract} has no such column"
    for column in contract.columns:
        if column.required and column.name not in feed and column.name not in may_miss:
            yield f"{column.name}: the contract requires it; feed it, or list it in optional_columns"
