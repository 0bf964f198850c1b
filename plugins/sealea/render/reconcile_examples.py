"""The examples of level 2 as small tables: files that a rule lets pass and files that it does not, with the lines that it finds."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sealea import document
from sealea.contract import Contract
from sealea.reconcile_rule import FOLDER

MARKS = ("lea", "year", "fails", "times", "from")
LEA, YEAR = "EX-0101", 2026  # what the examples do not write
PERSONS = ("staff_state_id", "state_student_id")


@dataclass(frozen=True)
class Example:
    """Records that pass or fail, as a small table: the columns that matter, and the lines. `marked` are the cells that the reader is to see."""

    outcome: str
    subject: str
    columns: tuple[str, ...]
    lines: tuple[tuple[str, tuple[str, ...]], ...]
    notes: tuple[str, ...]
    marked: frozenset[tuple[int, int]]


def of_rules(project: Path, contracts: Mapping[str, Contract]) -> dict[str, tuple[Example, ...]]:
    """Return the tables of every rule of level 2 that has examples, by rule id: one for each extract that an example has, passing first."""
    written = [document.read(path) for path in sorted((project / FOLDER / "examples").glob("*.yml"))]
    return {rule: tuple(tables(examples, contracts)) for rules in written for rule, examples in rules.items()}


def tables(examples: Mapping[str, Mapping[str, Any]], contracts: Mapping[str, Contract]) -> Iterator[Example]:
    """Yield the tables of one rule."""
    for outcome in ("passes", "fails"):
        for extract, rows in examples[outcome].items():
            if extract != "whole":
                found = [file.split()[1:] for file in examples[outcome].get("whole", ()) if file.split()[0] == extract]
                notes = tuple(f"the file of {lea}, {year} is found as a whole" for lea, year in found)
                yield table(outcome, extract, rows, notes, has_owner=bool(contracts[extract].owner))


def table(outcome: str, extract: str, rows: Sequence[Mapping[str, Any]], notes: tuple[str, ...], *, has_owner: bool) -> Example:
    """Return the rows of one extract. Each LEA and year is a file of its own, whose lines count from 2."""
    columns = tuple(dict.fromkeys(name for row in rows for name in row if name not in MARKS))
    filled: Counter[tuple[str, int]] = Counter()
    lines: list[tuple[str, tuple[str, ...]]] = []
    for row in rows:
        file, count = (row.get("lea", LEA) if has_owner else "the SEA", row.get("year", YEAR)), row.get("times", 1)
        first, last = filled[file] + 2, filled[file] + 1 + count
        filled[file] += count
        place = f"line {first}" if count == 1 else f"lines {first} to {last}"
        lines.append((f"{file[0]}, {file[1]}, {place}{': found' if row.get('fails') else ''}", tuple(shown(row, name) for name in columns)))
    marked = frozenset((number, cell) for number, row in enumerate(rows) if row.get("fails") for cell in range(len(columns)))
    return Example(outcome, extract, columns, tuple(lines), notes, marked)


def shown(row: Mapping[str, Any], name: str) -> str:
    """Return the value as a file would have it; of a row that stands for many persons, the first and the last of them."""
    value = row.get(name, "")
    if name in PERSONS and "times" in row:
        first = row.get("from", 0)
        return f"{value}{first} to {value}{first + row['times'] - 1}"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.2f}" if name.endswith("_usd") and value != "" else str(value)
