"""Findings: one rule failing at one place. They name rules, lines and columns; never a value of the file."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import polars as pl

from sealea.contract import SEVERITY_MEANING, Rule

SCHEMA = {"rule_id": pl.String, "line_number": pl.Int64, "column_name": pl.String, "detail": pl.String}
MAXIMUM_PER_RULE = 100_000
MEANING = ("severity", "message", "fix")
ORDER = ("line_number", "rule_id", "column_name")


@cache
def none() -> pl.DataFrame:
    """Return a frame of no findings."""
    return pl.DataFrame(schema=SCHEMA)


@cache
def none_explained() -> pl.DataFrame:
    """Return a frame of no explained findings."""
    return pl.DataFrame(schema=SCHEMA | dict.fromkeys(("severity", "message", "fix"), pl.String))


def finding(rule_id: str, line_number: int | None = None, column_name: str | None = None, detail: str = "") -> pl.DataFrame:
    """Return a frame of one finding; `detail` adds to the rule's message and must not hold values of the file."""
    return pl.DataFrame([(rule_id, line_number, column_name, detail)], schema=SCHEMA, orient="row")


def at_lines(rule_id: str, line_numbers: pl.Series, column_name: str | None) -> pl.DataFrame:
    """Return one finding for each of the lines."""
    if line_numbers.is_empty():
        return none()
    constants = (pl.lit(value, pl.String).alias(name) for name, value in (("rule_id", rule_id), ("column_name", column_name), ("detail", "")))
    return pl.DataFrame({"line_number": line_numbers}).with_columns(*constants).select(*SCHEMA)


def explained(findings: pl.DataFrame, rules: Mapping[str, Rule]) -> pl.DataFrame:
    """Return the findings with the severity, message and fix of their rules, in the order of lines, the whole file's first.

    `rules` has them by id, and those that weigh otherwise in one column by `<id>.<column>`. Raises KeyError for a finding
    of a rule that is not in `rules`.
    """
    if findings.is_empty():
        return none_explained()
    places = findings.select("rule_id", "column_name").unique()
    used = [(rule_id, column, rules.get(f"{rule_id}.{column}") or rules[rule_id]) for rule_id, column in places.iter_rows()]
    meanings = pl.DataFrame(
        [(rule_id, column, rule.severity, rule.message, rule.fix) for rule_id, column, rule in used],
        schema=dict.fromkeys(("rule_id", "column_name", *MEANING), pl.String),
        orient="row",
    )
    return findings.join(meanings, on=["rule_id", "column_name"], how="left", nulls_equal=True).sort(ORDER, nulls_last=False)


def combined(findings: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return the explained findings on all extracts of one file, each once, in the one order that does not depend on where they come from."""
    together = pl.concat(findings).select(*none_explained().columns)
    return together.unique().sort(*ORDER, "detail", "severity", nulls_last=False)


@dataclass
class Bounded:
    """Explained findings of a file, added in the order of its lines: at most `maximum` per rule and column, the others only counted.

    A file of millions of records with one wrong column would otherwise store more findings than the file has bytes.
    """

    maximum: int = MAXIMUM_PER_RULE
    kept: list[pl.DataFrame] = field(default_factory=list)
    counts: Counter[tuple[str, str | None]] = field(default_factory=Counter)

    def add(self, explained: pl.DataFrame) -> None:
        """Add explained findings."""
        if explained.is_empty():
            return
        before = dict(self.counts)
        new = explained.group_by("rule_id", "column_name").len().rows()
        self.counts.update({(rule_id, column): count for rule_id, column, count in new})
        if max(self.counts[rule_id, column] for rule_id, column, _ in new) > self.maximum:
            room = [(rule_id, column, self.maximum - before.get((rule_id, column), 0)) for rule_id, column, _ in new]
            rooms = pl.DataFrame(room, schema={"rule_id": pl.String, "column_name": pl.String, "room": pl.Int64}, orient="row")
            places = explained.join(rooms, on=["rule_id", "column_name"], how="left", nulls_equal=True, maintain_order="left")
            explained = places.filter(pl.int_range(pl.len()).over("rule_id", "column_name") < pl.col("room")).drop("room")
        self.kept.append(explained)

    def all(self) -> pl.DataFrame:
        """Return the findings in the order of lines; what is left out is counted in one more."""
        if not self.kept:
            return none_explained()
        kept = pl.concat(self.kept)
        excess = [(rule_id, column, count - self.maximum) for (rule_id, column), count in self.counts.items() if count > self.maximum]
        if not excess:
            return kept.sort(ORDER, nulls_last=False, maintain_order=True)
        schema = {"rule_id": pl.String, "column_name": pl.String, "count": pl.Int64}
        remainder = (
            pl.DataFrame(excess, schema=schema, orient="row")
            .join(kept.select("rule_id", "column_name", *MEANING).unique(), on=["rule_id", "column_name"], how="left", nulls_equal=True)
            .select(
                "rule_id",
                pl.lit(None, pl.Int64).alias("line_number"),
                "column_name",
                pl.format("And {} more records.", "count").alias("detail"),  # int_collection__answered reads the number
                *MEANING,
            )
        )
        return pl.concat([kept, remainder]).sort(ORDER, nulls_last=False, maintain_order=True)


def lines_of(findings: pl.DataFrame, severity: str) -> pl.Series:
    """Return the distinct lines of the explained findings of one severity."""
    assert severity in SEVERITY_MEANING
    return findings.filter(pl.col("severity") == severity)["line_number"].drop_nulls().unique()
