"""The catalogue of rules as a page: every rule with its examples, to search, filter and print; it needs no network."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sealea import examples
from sealea.catalogue import EVERY_EXTRACT, Entry
from sealea.contract import SEVERITY_MEANING, Contract, Rule
from sealea.examples import Change, Records
from sealea.pack import Pack
from sealea.render import reconcile_examples
from sealea.render.reconcile_examples import Example

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True
)
LEVELS = {1: "one file", 2: "several files", 3: "release gate"}
SHOWN_LINES = 4
AS_IT_IS = Change.model_validate({"line": 2})
WORD = re.compile(r"[a-z_][a-z0-9_]*")


@dataclass(frozen=True)
class Part:
    """One rule of the page: what is said of it, how states weigh it, and its examples as tables or as files."""

    entry: Entry
    weighed: tuple[str, ...]
    examples: tuple[Example, ...]
    files: tuple[str, ...]


def page(project: Path, entries: Sequence[Entry], contracts: Mapping[str, Contract], packs: Sequence[Pack]) -> str:
    """Return docs/rules.html."""
    across = reconcile_examples.of_rules(project, contracts)
    parts = [part(project, entry, contracts, packs, across.get(entry.rule_id, ())) for entry in entries]
    subjects = [EVERY_EXTRACT, *sorted({entry.subject for entry in entries} - {EVERY_EXTRACT})]
    severities = SEVERITY_MEANING | {"holds the release": "readers keep the last release"}
    return TEMPLATES.get_template("rules.html.j2").render(parts=parts, subjects=subjects, levels=LEVELS, severities=severities)


def part(project: Path, entry: Entry, contracts: Mapping[str, Contract], packs: Sequence[Pack], across: tuple[Example, ...]) -> Part:
    """Return one rule of the page; `across` are its examples if it is one of several files."""
    shown = tuple(tables(project, entry.rule, contracts[entry.subject])) if entry.rule and entry.subject in contracts else across
    paths = [path for outcome in ("passes", "fails") for path in examples.files(project, entry.rule_id, outcome)]
    return Part(entry, tuple(settings(entry, packs)), shown, tuple(str(path.relative_to(project)) for path in paths))


def settings(entry: Entry, packs: Sequence[Pack]) -> Iterator[str]:
    """Yield how each state weighs the rule that does not leave it as it is."""
    for pack in packs:
        for name, setting in pack.rules.items():
            rule_id, _, column = name.partition(".")
            if rule_id == entry.rule_id:
                by_window = setting if isinstance(setting, dict) else {"": setting}
                words = [f"{value.replace('_', ' ')}{f' in window {window}' if window else ''}" for window, value in by_window.items()]
                yield f"{pack.state_code}{f', column {column}' if column else ''}: {', '.join(words)}"


def tables(project: Path, rule: Rule, contract: Contract) -> Iterator[Example]:
    """Yield the two examples of a rule of one extract; none if it has none yet."""
    pair = examples.pairs(project, contract.extract).get(rule.id)
    if pair is None:
        return
    records = examples.records(project, contract.extract)
    reference = tuple(told(f"records of {name}", change) for name, changes in pair.reference.items() for change in changes)
    for outcome, changes in (("passes", pair.passes), ("fails", pair.fails)):
        yield table(outcome, rule, contract, records, changes, reference)


def table(outcome: str, rule: Rule, contract: Contract, records: Records, changes: Sequence[Change], reference: tuple[str, ...]) -> Example:
    """Return the lines that an example changes, in the columns that the rule looks at."""
    set_here = {name for change in changes for name in change.set}
    text = " ".join([rule.fails_when or "", rule.when or "", *rule.totals.values(), *rule.matched_columns, *rule.by, rule.column or ""])
    looked_at = set(WORD.findall(text)) | set_here | (set(contract.key) if rule.kind == "key" else set())
    columns = tuple(name for name in records.header if name in looked_at)
    shown = [change for change in changes if change.drop is None][:SHOWN_LINES]
    lines: list[tuple[str, tuple[str, ...]]] = []
    cells: set[tuple[int, int]] = set()
    for change in shown or [AS_IT_IS]:
        place = change.line or change.copied or 2
        values = dict(zip(records.header, records.lines[place - 2], strict=True)) | change.set
        cells |= {(len(lines), columns.index(name)) for name in change.set}
        lines.append((f"line {place}" if change.line else f"copy of line {place}", tuple(values[name] for name in columns)))
    notes = [f"without line {change.drop}" for change in changes if change.drop]
    hidden = len([change for change in changes if change.drop is None]) - len(shown)
    notes += [f"and {hidden} more lines changed in this way"] if hidden else []
    return Example(outcome, contract.extract, columns, tuple(lines), (*notes, *reference), frozenset(cells))


def told(where: str, change: Change) -> str:
    """Return a change of reference data in words."""
    values = ", ".join(f"{name} {value or 'blank'}" for name, value in change.set.items())
    if change.drop:
        return f"{where}: without line {change.drop}"
    return f"{where}: {'line' if change.line else 'copy of line'} {change.line or change.copied} with {values}"
