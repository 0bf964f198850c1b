"""Planting errors into the files of a sample state, as the catalogue errors.yml has them, and knowing what must be found where."""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import yaml

from sealea.sample_state.size import Size

CATALOGUE = Path(__file__).parent / "errors.yml"
FINDING = {
    "sender_id": pl.String,
    "file_name": pl.String,
    "kind": pl.String,
    "rule_id": pl.String,
    "severity": pl.String,
    "line_number": pl.Int64,
    "column_name": pl.String,
    "level": pl.Int64,
}
SMALLEST = 20  # rows below which none is spoilt: a few bad ones would return the file
SEA = -1  # in the place of a row of leas
FIRST_DAY, SECOND_DAY, THIRD_DAY, LATE_DAY = "1005", "1012", "1019", "1120"  # days of the year on which files are sent; due is October 31
Kind = dict[str, Any]


@dataclass(frozen=True)
class Remarks:
    """What the platform rightly says of rows in which nothing was planted: `at` marks them. Errors are planted elsewhere."""

    rule: str
    severity: str
    column: str
    at: np.ndarray

    def within(self, start: int, end: int) -> "Remarks":
        """Return the remarks on the rows from `start` to `end`."""
        return replace(self, at=self.at[start:end])

    def findings(self) -> list[tuple[str, str, int | None, str | None]]:
        """Return them as findings."""
        return [(self.rule, self.severity, int(row) + 2, self.column) for row in np.flatnonzero(self.at)]


def remarked(remarks: tuple[Remarks, ...]) -> np.ndarray:
    """Return the rows that have remarks."""
    return np.unique(np.concatenate([np.flatnonzero(remark.at) for remark in remarks] or [np.zeros(0, dtype=np.int64)]))


def said(remarks: tuple[Remarks, ...]) -> list[tuple[str, str, int | None, str | None]]:
    """Return all remarks as findings."""
    return [finding for remark in remarks for finding in remark.findings()]


@dataclass(frozen=True)
class Planted:
    """A file with an error in it: the `rows` that can be read and its CSV, `text`; `lost` says which of the clean rows the platform must not count.

    `loaded_row_count` counts the rows that come into the warehouse: not always the rows that count.
    """

    rows: pl.DataFrame
    text: str
    lost: np.ndarray
    findings: list[tuple[str, str, int | None, str | None]]
    is_returned: bool
    kind: str = ""

    @property
    def loaded_row_count(self) -> int:
        """Return how many rows of the file are loaded."""
        return int((~self.lost).sum())

    def held(self) -> pl.DataFrame:
        """Return the rows that are loaded, with `line`, where each stands in the file."""
        bad = [line for _, severity, line, _ in self.findings if severity == "F2" and line]
        numbered = self.rows.with_columns(line=pl.int_range(2, self.rows.height + 2, dtype=pl.Int64))
        return numbered.clear() if self.is_returned else numbered.filter(~pl.col("line").is_in(bad))


@dataclass(frozen=True)
class Sending:
    """A file as it is sent in a turn, on a day of the year; `is_last` unless a later one takes its place."""

    turn: int
    day: str
    file: Planted
    is_last: bool = True


def clean_file(rows: pl.DataFrame, remarks: tuple[Remarks, ...]) -> Planted:
    """Return the file in which nothing is wrong."""
    return Planted(rows, rows.write_csv(), np.zeros(rows.height, dtype=bool), said(remarks), is_returned=False)


def sendings(kind: Kind | None, rows: pl.DataFrame, own: Planted, remarks: tuple[Remarks, ...]) -> list[Sending]:
    """Return how a file reaches the platform: once; never; late; wrong at first; or right, wrong, and right as before."""
    way = kind.get("delivery", "once") if kind else "once"
    if way == "missing":
        return []
    if way == "late":
        return [Sending(1, LATE_DAY, own)]
    if way == "once" or not own.kind:
        return [Sending(1, FIRST_DAY, own)]
    clean = clean_file(rows, remarks)
    if way == "corrected":
        return [Sending(1, FIRST_DAY, own, is_last=False), Sending(2, SECOND_DAY, clean)]
    return [Sending(1, FIRST_DAY, clean, is_last=False), Sending(2, SECOND_DAY, own, is_last=False), Sending(3, THIRD_DAY, clean)]


def loses(kind: Kind) -> bool:
    """Return whether rows with this kind of error are quarantined."""
    return kind.get("loses", False) or any(finding["severity"] == "F2" for finding in kind["finds"])


@cache
def catalogue() -> dict[str, Any]:
    """Return errors.yml."""
    whole: dict[str, Any] = yaml.safe_load(CATALOGUE.read_text())
    return whole


def kinds() -> list[Kind]:
    """Return what can go wrong."""
    of_all: list[Kind] = catalogue()["kinds"]
    return of_all


def spared(kind: Kind, rows: pl.DataFrame) -> np.ndarray:
    """Return the rows in which this kind is not planted, because what must agree with them would disagree too."""
    conditions: dict[str, str] = {} if kind.get("spares_nothing") else catalogue()["spared"]
    if kind["extract"] not in conditions:
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero(rows.select(pl.sql_expr(conditions[kind["extract"]]).fill_null(value=False)).to_series().to_numpy())


def chosen(size: Size, rate: float, lea_count: int) -> dict[tuple[str, int, int], Kind]:
    """Return what goes wrong in which file, by extract, school year and row of leas: every kind in turn, in `rate` of the files."""
    chance = size.chance("errors")
    plan: dict[tuple[str, int, int], Kind] = {}
    by_extract: dict[str, list[Kind]] = {}
    for kind in kinds():
        by_extract.setdefault(kind["extract"], []).append(kind)
    for extract, of_extract in by_extract.items():
        senders = [SEA] if of_extract[0].get("sender") == "sea" else range(lea_count)
        files = [(extract, year, sender) for year in size.school_years for sender in senders]
        count, order = round(rate * len(files)), chance.permutation(len(of_extract))
        waiting = [of_extract[place] for place in order]
        for at in chance.permutation(len(files))[:count]:
            may_come = (place for place, kind in enumerate(waiting) if kind.get("years") != "last" or files[at][1] == size.school_years[-1])
            plan[files[at]] = waiting.pop(next(may_come))
            waiting.append(plan[files[at]])
    return plan


def planted(
    size: Size, kind: Kind | None, rows: pl.DataFrame, other_lea: str, subject: tuple[Any, ...], remarks: tuple[Remarks, ...] = ()
) -> Planted:
    """Return the file of `rows`, all text, with one kind of error in it, or clean; `other_lea` sends files of its own."""
    clean = clean_file(rows, remarks)
    if kind is None or not (kind["finds"] or "across" in kind) or (rows.height < SMALLEST and loses(kind)):
        return clean
    if kind.get("file") == {"swapped": True}:
        return clean
    if "file" in kind:
        return wrong_file(kind, rows)
    eligible = rows.with_row_index("row").filter(pl.sql_expr(kind["where"]) if "where" in kind else pl.lit(value=True))["row"].to_numpy()
    eligible = np.setdiff1d(np.setdiff1d(eligible, remarked(remarks)), spared(kind, rows))
    count = min(kind.get("rows", 3), max(1, rows.height // 50), len(eligible))
    if not count:
        return clean
    at = np.sort(size.chance("planted", *subject).choice(eligible, count, replace=False))
    change = kind["change"]
    if "set" in change:
        wrong, copies = with_values(rows, at, {name: value.format(lea=f"{subject[-1]:04}") for name, value in change["set"].items()}), []
    else:
        values = change["copy"] if "copy" in change else {change["foreign"]: other_lea, **change.get("with", {})}
        wrong = pl.concat([rows, rows[at].with_columns(pl.lit(value or None, pl.String).alias(name) for name, value in values.items())])
        copies = list(range(rows.height, rows.height + count))
    findings = [*reported(kind, {"lines": list(at), "copies": copies, "both": [*at, *copies]}), *said(remarks)]
    lost = np.full(rows.height, any(finding["severity"] == "F1" for finding in kind["finds"]))
    is_returned = bool(lost.any())
    lost[[line - 2 for _, severity, line, _ in findings if severity == "F2" and line and line - 2 < rows.height]] = True
    return Planted(wrong, wrong.write_csv(), lost, findings, is_returned, kind["kind"])


def reported(kind: Kind, rows: dict[str, list[int]]) -> list[tuple[str, str, int | None, str | None]]:
    """Return the findings of a kind; `rows` are those at fault, counted from 0, by where a finding may stand."""
    lines: dict[str, list[int | None]] = {place: [int(row) + 2 for row in of_place] for place, of_place in rows.items()}
    lines |= {"header": [1], "file": [None]}
    return [(found["rule"], found["severity"], line, found.get("column")) for found in kind["finds"] for line in lines[found.get("at", "lines")]]


def with_values(rows: pl.DataFrame, at: np.ndarray, values: dict[str, str]) -> pl.DataFrame:
    """Return the rows with other values in some of them; a column that is not there is added."""
    is_changed = np.zeros(rows.height, dtype=bool)
    is_changed[at] = True
    absent = [name for name in values if name not in rows.columns]
    whole = rows.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)
    mask = pl.Series(is_changed)
    return whole.with_columns(
        pl.when(mask).then(pl.lit(value or None, pl.String)).otherwise(pl.col(name)).alias(name) for name, value in values.items()
    )


def swapped(kind: Kind, rows: pl.DataFrame, others: pl.DataFrame, remarks: tuple[Remarks, ...]) -> Planted:
    """Return the file of another LEA in the place of the own one; `remarks` are on the other's rows."""
    findings = [*reported(kind, {"lines": list(range(others.height))}), *said(remarks)]
    return Planted(others, others.write_csv(), np.ones(rows.height, dtype=bool), findings, is_returned=True, kind=kind["kind"])


def wrong_file(kind: Kind, rows: pl.DataFrame) -> Planted:
    """Return a file that is wrong as a whole."""
    change = kind["file"]
    at_fault, read = list(range(rows.height)), rows
    if "without" in change:
        text = rows.drop(change["without"]).write_csv()
    elif "with" in change:
        text = rows.with_columns(pl.lit("blue").alias(change["with"])).write_csv()
    elif "only_header" in change:
        read = rows.clear()
        text = read.write_csv()
    elif "set" in change:
        text = with_values(rows, np.arange(rows.height), change["set"]).write_csv()
    elif "reversed" in change:
        text = rows.select(reversed(rows.columns)).write_csv()
    else:
        middle = rows.height // 2
        value = rows[middle, change["open_quote"]]
        text = rows[:middle].write_csv() + rows[middle:].write_csv(include_header=False).replace(f",{value},", f',"{value},', 1)
        at_fault, read = [middle], rows[:middle]
    findings = reported(kind, {"lines": at_fault})
    is_returned = any(severity == "F1" for _, severity, _, _ in findings)
    return Planted(read, text, np.full(rows.height, is_returned), findings, is_returned, kind["kind"])
