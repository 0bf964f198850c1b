"""The files that follow from the contracts: dbt sources and staging, guides, templates, the editors' schema."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sealea.contract import SEVERITY_MEANING, Column, Contract, Rule
from sealea.errors import ContractError
from sealea.pack import Pack

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    undefined=StrictUndefined,
    keep_trailing_newline=True,
    autoescape=False,  # noqa: S701 the sources are our own contracts, the targets SQL and Markdown
)
STAGING = "dbt_project/models/staging"
OPS_TABLES = {
    "built_load": "The loads that this publish run reads, with their sender, extract, school year and window.",
    "basis_quarantined_row": "The rows of them that it leaves out, because a rule of level 2 quarantines them.",
    "state_parameter": "The numbers that a state sets, from its pack.",
    "sender_organisation": "The organisations that a sender may report.",
    "sender": "Who may send, by account.",
    "current_release": "The release that readers of each mart see.",
    "release_coverage": "LEAs that reported each extract, by release.",
    "proven_load": "The loads whose rows have passed the tests of staging.",
    "built_pin": "This publish run, with the moment that its inputs were fixed.",
    "submission": "The files that were sent, each content once.",
    "load": "The readings of the submissions.",
    "load_event": "What became of each reading, in order.",
    "finding": "Rules that failed, by reading and line.",
}
TYPES = {"text": "text", "code": "text", "integer": "bigint", "date": "date", "boolean": "boolean"}


def contract_files(contracts: Mapping[str, Contract], pack: Pack, file_rules: Mapping[str, Rule], packs: Sequence[Pack]) -> dict[str, str]:
    """Return the text of every file that the contracts call for, by path below the project folder.

    The guides are those of `pack`; staging tests what level 1 promises in the states of `packs`.
    """
    files = {
        f"{STAGING}/_sources.yml": sources(contracts),
        "dbt_project/seeds/lea_extract.csv": lea_extracts(contracts),
        "dbt_project/seeds/state_extract.csv": state_extracts(contracts, packs),
        "dbt_project/seeds/state_time_zone.csv": state_time_zones(packs),
        "dbt_project/seeds/national_code.csv": national_codes(contracts),
        "dbt_project/macros/lea_rows_by_owner.sql": TEMPLATES.get_template("lea_rows_by_owner.sql.j2").render(contracts=of_leas(contracts)),
        "expectations/contract.schema.json": json.dumps(Contract.model_json_schema(), indent=2) + "\n",
    }
    for name, contract in contracts.items():
        files[f"{STAGING}/stg_{name}.sql"] = TEMPLATES.get_template("staging.sql.j2").render(contract=contract)
        files[f"{STAGING}/stg_{name}.yml"] = staging_properties(contract, packs)
        files[f"docs/guide/{name}.md"] = guide(contract, pack, file_rules)
        files[f"docs/guide/templates/{name}.csv"] = template(contract)
    files["docs/guide/README.md"] = guide_index(contracts, pack)
    return files


def guide_index(contracts: Mapping[str, Contract], pack: Pack) -> str:
    """Return the page that leads a sender from the guides to the report."""
    domains = dict.fromkeys(contract.domain for contract in contracts.values())
    groups = [(domain, [contract for contract in contracts.values() if contract.domain == domain]) for domain in sorted(domains)]
    senders = {"lea": "each LEA", "sea": "the SEA", "any": "an LEA or the SEA"}
    example = example_name(contracts["staff"], pack)
    template = TEMPLATES.get_template("guide_index.md.j2")
    return template.render(pack=pack, maps=pack.maps, example=example, groups=groups, senders=senders).rstrip() + "\n"


def of_leas(contracts: Mapping[str, Contract]) -> list[Contract]:
    """Return the contracts of the extracts that LEAs send."""
    return [contract for contract in contracts.values() if contract.sender == "lea"]


def lea_extracts(contracts: Mapping[str, Contract]) -> str:
    """Return the seed of the extracts that LEAs send, as CSV."""
    rows = (
        f"{contract.extract},{str(contract.is_expected).lower()},{sum(column.required for column in contract.columns)}\n"
        for contract in of_leas(contracts)
    )
    return "extract,is_expected,required_column_count\n" + "".join(rows)


def state_extracts(contracts: Mapping[str, Contract], packs: Sequence[Pack]) -> str:
    """Return the seed of the extracts of LEAs of which a state asks for fewer columns than the contract requires, as CSV.

    A column whose blanks the state only warns of is asked for; so is one that goes unchecked in some windows and not in others.
    """
    counts = [
        (pack, contract, sum(column.required and is_asked_for(pack, contract.extract, column.name) for column in contract.columns))
        for pack in packs
        for contract in of_leas(contracts)
    ]
    rows = (
        f"{pack.state_code},{contract.extract},{count}\n"
        for pack, contract, count in counts
        if count < sum(column.required for column in contract.columns)
    )
    return "state_code,extract,required_column_count\n" + "".join(rows)


def state_time_zones(packs: Sequence[Pack]) -> str:
    """Return the seed of the zones in which due days end, as CSV. Raises ContractError for a zone that does not exist."""
    if unknown := [pack for pack in packs if pack.time_zone not in available_timezones()]:
        states = ", ".join(f"{pack.state_code}: {pack.time_zone}" for pack in unknown)
        raise ContractError(f"There is no such time zone ({states}). Give time_zone of pack.yml an IANA name, such as America/Chicago.")
    return "state_code,time_zone\n" + "".join(f"{pack.state_code},{pack.time_zone}\n" for pack in packs)


def is_asked_for(pack: Pack, extract: str, column: str) -> bool:
    """Return whether the state looks for blanks in a required column."""
    settings = [pack.rules.get(rule) for rule in ("REC-002", f"REC-002.{column}")]
    return column not in pack.optional_columns.get(extract, ()) and "not_applicable" not in settings


def national_codes(contracts: Mapping[str, Contract]) -> str:
    """Return the seed of all code sets that contracts use, each code with its meaning and the elements of CEDS and Ed-Fi that it belongs to."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["extract", "column_name", "code", "code_name", "ceds_element", "ed_fi_element"])
    for contract in contracts.values():
        for column in contract.columns:
            writer.writerows(
                [contract.extract, column.name, code, meaning, column.ceds, column.ed_fi] for code, meaning in (column.codes or {}).items()
            )
    return text.getvalue()


def marked(properties: dict[str, Any], source: str) -> str:
    """Return `properties` as YAML under a line that names the source it was made from."""
    text = yaml.safe_dump(properties, sort_keys=False, allow_unicode=True, width=120)
    return f"# Generated from {source} by `make render`; do not edit.\n{text}"


def sources(contracts: Mapping[str, Contract]) -> str:
    """Return the dbt sources: raw.<extract> by contract, and the ledger tables that models read."""
    raw = [{"name": name, "description": f"{contract.title}: {contract.grain}."} for name, contract in contracts.items()]
    ops = [{"name": name, "description": description} for name, description in OPS_TABLES.items()]
    return marked(
        {
            "version": 2,
            "sources": [
                {"name": "raw", "schema": "raw", "description": "Accepted rows as sent, append-only.", "tables": raw},
                {"name": "ops", "schema": "ops", "description": "The ledger of deliveries.", "tables": ops},
            ],
        },
        "expectations/extracts/*.yml",
    )


def staging_properties(contract: Contract, packs: Sequence[Pack]) -> str:
    """Return the dbt properties of stg_<extract>: columns with descriptions, and tests of what level 1 promises in each state."""
    key = [str(contract.by_name[name].raw_name) for name in contract.key] or ["line_number"]
    key_rules = [rule.id for rule in contract.rules if rule.kind == "key"]
    relaxed = [pack.state_code for pack in packs if any(is_relaxed(pack, rule_id) for rule_id in key_rules)]
    promised: dict[str, Any] = {"key": key, "promises": promises(contract, packs)}
    if relaxed:
        promised["key_applies_to"] = f"not {of_states(relaxed)}"
    model = {
        "name": f"stg_{contract.extract}",
        "description": f"{contract.title}; the pinned loads only. Grain: {contract.grain}, per load. Source: {contract.source}.",
        "data_tests": [{"keeps_contract": {"config": {"meta": promised}}}],
        "columns": [{"name": column.raw_name, "description": column.description} for column in contract.raw_columns],
    }
    return marked({"version": 2, "models": [model]}, f"expectations/extracts/{contract.extract}.yml and the state packs")


def promises(contract: Contract, packs: Sequence[Pack]) -> list[dict[str, str]]:
    """Return what level 1 promises of single values in each state, as conditions on rows of stg_<extract>."""
    kept = []
    for column in contract.raw_columns:
        name = str(column.raw_name)
        if column.required:
            relaxed = [pack.state_code for pack in packs if may_be_blank(pack, contract.extract, column.name)]
            kept.append({"column": name, "condition": " or ".join([f"{name} is not null", *([of_states(relaxed)] if relaxed else [])])})
        if column.codes:
            codes = ", ".join("'" + code.replace("'", "''") + "'" for code in column.codes)
            kept.append({"column": name, "condition": f"{name} is null or {name} in ({codes})"})
    return kept


def of_states(states: Sequence[str]) -> str:
    """Return the condition that a row's sender belongs to one of these states."""
    listed = ", ".join(f"'{state}'" for state in states)
    return f"sender_id in (select sender.sender_id from ops.sender where sender.state_code in ({listed}))"


def may_be_blank(pack: Pack, extract: str, column: str) -> bool:
    """Return whether the state lets a required column go without a value."""
    return column in pack.optional_columns.get(extract, ()) or is_relaxed(pack, "REC-002") or is_relaxed(pack, f"REC-002.{column}")


def is_relaxed(pack: Pack, rule: str) -> bool:
    """Return whether the state lets records stay that break the rule, in any window."""
    setting = pack.rules.get(rule)
    settings = setting.values() if isinstance(setting, dict) else [setting]
    return any(value not in (None, "F1", "F2") for value in settings)


def form(column: Column) -> str:
    """Return in a few words what a value of `column` looks like."""
    words = {"text": "text", "code": "code", "integer": "whole number", "date": "date YYYY-MM-DD", "boolean": "Y or N"}
    parts = [words.get(column.type, column.type.replace("decimal", "number ")), *([column.unit] if column.unit else [])]
    if column.minimum is not None or column.maximum is not None:
        low = "" if column.minimum is None else f"{column.minimum:g}"
        high = "" if column.maximum is None else f"{column.maximum:g}"
        parts.append(f"from {low} to {high}" if low and high else f"at least {low}" if low else f"at most {high}")
    return ", ".join([*parts, *([f"form `{column.pattern}`".replace("|", "\\|")] if column.pattern else [])])


def example_name(contract: Contract, pack: Pack) -> str:
    """Return the name of a file of the extract, as somebody might send it."""
    sender = f"{pack.state_code}-0101".lower() if contract.sender == "lea" else "sea"
    example = {"state": pack.state_code.lower(), "sender": sender, "extract": contract.extract}
    return pack.file_name.format(**example, school_year=2026, window="close", sent_at="20261001T080000")


def guide(contract: Contract, pack: Pack, file_rules: Mapping[str, Rule]) -> str:
    """Return the guide that a sender reads before sending `contract`, as Markdown."""
    return TEMPLATES.get_template("guide.md.j2").render(
        contract=contract,
        pack=pack,
        form=form,
        example_name=example_name(contract, pack),
        rules=[*contract.rules, *file_rules.values()],
        severity_meaning=SEVERITY_MEANING,
    )


def template(contract: Contract) -> str:
    """Return the header line of `contract`, as CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow([column.name for column in contract.columns])
    return text.getvalue()
