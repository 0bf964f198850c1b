"""Planting errors into the files of a sample state, as the catalogue errors.yml has them, and knowing what must be found where."""

from dataclasses import dataclass
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
}
SMALLEST = 60  # rows below which none is spoilt: a few bad ones would return the file
Kind = dict[str, Any]


@dataclass(frozen=True)
class Planted:
    """A file with an error in it. `text` is its CSV, `lost` says which of the clean rows the platform must not count."""

    text: str
    lost: np.ndarray
    findings: list[tuple[str, str, int | None, str | None]]
    is_returned: bool


def kinds() -> list[Kind]:
    """Return the catalogue."""
    catalogue: list[Kind] = yaml.safe_load(CATALOGUE.read_text())["kinds"]
    return catalogue


def chosen(size: Size, rate: float, lea_count: int) -> dict[tuple[str, int, int], Kind]:
    """Return what goes wrong in which file, by extract, school year and row of leas: every kind in turn, in `rate` of the files."""
    chance = size.chance("errors")
    plan: dict[tuple[str, int, int], Kind] = {}
    by_extract: dict[str, list[Kind]] = {}
    for kind in kinds():
        by_extract.setdefault(kind["extract"], []).append(kind)
    for extract, of_extract in by_extract.items():
        files = [(extract, year, lea) for year in size.school_years for lea in range(lea_count)]
        count = round(rate * len(files))
        for place, at in enumerate(chance.permutation(len(files))[:count]):
            plan[files[at]] = of_extract[place % len(of_extract)]
    return plan


def planted(size: Size, kind: Kind | None, rows: pl.DataFrame, other_lea: str, subject: tuple[Any, ...]) -> Planted:
    """Return the file of `rows`, all text, with one kind of error in it, or clean; `other_lea` sends files of its own."""
    clean = Planted(rows.write_csv(), np.zeros(rows.height, dtype=bool), [], is_returned=False)
    if kind is None or (rows.height < SMALLEST and any(finding["severity"] == "F2" for finding in kind["finds"])):
        return clean
    if "file" in kind:
        return wrong_file(kind, rows)
    eligible = rows.with_row_index("row").filter(pl.sql_expr(kind["where"]) if "where" in kind else pl.lit(value=True))["row"].to_numpy()
    count = min(3, max(1, rows.height // 50), len(eligible))
    if not count:
        return clean
    at = np.sort(size.chance("planted", *subject).choice(eligible, count, replace=False))
    change = kind["change"]
    if "set" in change:
        wrong, copies = with_values(rows, at, change["set"]), []
    else:
        values = change["copy"] if "copy" in change else {change["foreign"]: other_lea}
        wrong = pl.concat([rows, rows[at].with_columns(pl.lit(value or None, pl.String).alias(name) for name, value in values.items())])
        copies = list(range(rows.height, rows.height + count))
    findings = reported(kind, {"lines": list(at), "copies": copies, "both": [*at, *copies]})
    lost = np.full(rows.height, any(finding["severity"] == "F1" for finding in kind["finds"]))
    is_returned = bool(lost.any())
    lost[[line - 2 for _, severity, line, _ in findings if severity == "F2" and line and line - 2 < rows.height]] = True
    return Planted(wrong.write_csv(), lost, findings, is_returned)


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


def wrong_file(kind: Kind, rows: pl.DataFrame) -> Planted:
    """Return a file that is wrong as a whole."""
    change = kind["file"]
    at_fault = list(range(rows.height))
    if "without" in change:
        text = rows.drop(change["without"]).write_csv()
    elif "with" in change:
        text = rows.with_columns(pl.lit("blue").alias(change["with"])).write_csv()
    elif "only_header" in change:
        text = rows.clear().write_csv()
    elif "set" in change:
        text = with_values(rows, np.arange(rows.height), change["set"]).write_csv()
    elif "reversed" in change:
        text = rows.select(reversed(rows.columns)).write_csv()
    else:
        middle = rows.height // 2
        value = rows[middle, change["open_quote"]]
        text = rows[:middle].write_csv() + rows[middle:].write_csv(include_header=False).replace(f",{value},", f',"{value},', 1)
        at_fault = [middle]
    findings = reported(kind, {"lines": at_fault})
    is_returned = any(severity == "F1" for _, severity, _, _ in findings)
    return Planted(text, np.full(rows.height, is_returned), findings, is_returned)
