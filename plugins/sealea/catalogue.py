"""The catalogue: every rule of every level, and the ledger of rule ids, in which an id that was retired stays retired."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import yaml

from sealea import document
from sealea.contract import Contract, Rule
from sealea.errors import ContractError
from sealea.reconcile_rule import ReconcileSuite, load_reconcile_suites

EVERY_EXTRACT = "every extract"
LEDGER = "expectations/rule_ids.csv"
LEDGER_HEADER = ("id", "level", "first_used", "retired", "title")
GATE_SEVERITY = {"critical": "holds the release", "warning": "W", "info": "I"}


@dataclass(frozen=True)
class Entry:
    """One rule as it stands in one place. `subject` is the extract, or of level 3 the table, that it is about; `rule` is there at level 1 only.

    `covers` are the ids of the state's file specification that the entry holds besides its own. `looks_at` is what the table of a rule
    of level 3 holds, `asks` the query for rows that must not be there, or the expectation, as it is put to the table.
    """

    rule_id: str
    level: Literal[1, 2, 3]
    kind: str
    subject: str
    severity: str
    column: str | None
    message: str
    fix: str
    source: str
    since: int | None = None
    until: int | None = None
    covers: tuple[str, ...] = ()
    rule: Rule | None = None
    looks_at: str = ""
    asks: str = ""


def catalogue(project_dir: Path, contracts: Mapping[str, Contract], file_rules: Mapping[str, Rule]) -> list[Entry]:
    """Return every rule in the order of ids. Raises ContractError for a file of rules that cannot be read, or an id on two levels."""
    entries = [first_level(rule, EVERY_EXTRACT) for rule in file_rules.values()]
    entries += [first_level(rule, contract.extract) for contract in contracts.values() for rule in contract.rules]
    entries += [*between_files(load_reconcile_suites(project_dir, contracts)), *at_the_gate(project_dir)]
    levels: dict[str, int] = {}
    for entry in entries:
        if levels.setdefault(entry.rule_id, entry.level) != entry.level:
            raise ContractError(f"Rule {entry.rule_id} is of level {entry.level} and of level {levels[entry.rule_id]}: nobody is to be told twice.")
    return sorted(entries, key=lambda entry: (entry.rule_id, entry.subject))


def first_level(rule: Rule, subject: str) -> Entry:
    """Return the entry of a rule of one file."""
    told = (rule.severity, rule.column, rule.message, rule.fix, rule.source)
    return Entry(rule.id, rule.level, rule.kind, subject, *told, rule.since, rule.until, rule=rule)


def between_files(suites: Iterable[ReconcileSuite]) -> Iterator[Entry]:
    """Yield the rules of level 2."""
    for rule in (rule for suite in suites for rule in suite.rules):
        told = (rule.severity, rule.column, rule.message, rule.fix, rule.source)
        yield Entry(rule.id, 2, "reconcile", rule.extract, *told, rule.since, rule.until)


def at_the_gate(project_dir: Path) -> Iterator[Entry]:
    """Yield the expectations of level 3, from expectations/marts/*.yml."""
    for path in sorted((project_dir / "expectations/marts").glob("*.yml")):
        try:
            suite: dict[str, Any] = document.read(path)
            for rule in suite["expectations"]:
                told = (GATE_SEVERITY[rule["severity"]], None, rule["message"], rule["fix"], rule["source"])
                looks_at = f"{suite['schema']}.{suite['table']}: {suite['description']}"
                covers = tuple(rule.get("covers", ()))
                yield Entry(rule["id"], 3, "gate", suite["table"], *told, covers=covers, looks_at=looks_at, asks=asked(suite, rule))
        except (yaml.YAMLError, KeyError, TypeError) as error:
            raise ContractError(f"expectations/marts/{path.name}: {error}") from error


def asked(suite: Mapping[str, Any], rule: Mapping[str, Any]) -> str:
    """Return what an expectation asks of its table: the query for rows that must not be there, else its type and arguments."""
    key, arguments = ", ".join(suite["key"]), rule.get("kwargs", {})
    if rule["type"] == "expect_key_to_be_enforced":
        return f"{rule['type']}: a unique index over {key}"
    if query := arguments.get("unexpected_rows_query"):
        return str(query).strip().replace("{table}", f"{suite['schema']}.{suite['table']}").replace("{key}", key)
    return f"{rule['type']}: {', '.join(f'{name} {value}' for name, value in arguments.items())}"


def ledger(project_dir: Path, entries: Iterable[Entry], today: date) -> str:
    """Return the ledger of rule ids with what was added and retired since it was written. No line of it ever goes.

    Raises ContractError for a rule whose id was retired: another rule may not take it, and the same one needs a new id too, so that
    an old finding is never read as a new one.
    """
    lines = {row["id"]: row for row in read_ledger(project_dir)}
    rules: dict[str, Entry] = {}
    for entry in entries:
        rules.setdefault(entry.rule_id, entry)
    for rule_id, entry in rules.items():
        line = lines.setdefault(rule_id, {"id": rule_id, "first_used": today.isoformat(), "retired": ""})
        if line["retired"]:
            raise ContractError(f"Rule {rule_id} was retired on {line['retired']} ({LEDGER}). Its id is never used again: take a new one.")
        line |= {"level": str(entry.level), "title": entry.message}
    for rule_id in set(lines) - set(rules):
        lines[rule_id]["retired"] = lines[rule_id]["retired"] or today.isoformat()
    return as_csv([lines[rule_id] for rule_id in sorted(lines)])


def read_ledger(project_dir: Path) -> list[dict[str, str]]:
    """Return the lines of the ledger; none before there is one. Raises ContractError for an id that stands in it twice."""
    path = project_dir / LEDGER
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))) if path.is_file() else []
    ids = [row["id"] for row in rows]
    if repeated := sorted({rule_id for rule_id in ids if ids.count(rule_id) > 1}):
        raise ContractError(f"{LEDGER}: written twice: {', '.join(repeated)}")
    return rows


def as_csv(rows: Sequence[Mapping[str, str]]) -> str:
    """Return the lines of the ledger as CSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, LEDGER_HEADER, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
