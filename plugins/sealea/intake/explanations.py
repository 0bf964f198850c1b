"""Explanations: what the SEA's reference data know of a value that a rule found fault with, such as the successor of a closed school."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import polars as pl

from sealea.contract import Contract, Rule
from sealea.intake.causes import Explain

DIRECTORY = "org_directory"


def explainer(contracts: Iterable[Contract], rows_of: Callable[[str], pl.DataFrame | None]) -> Explain:
    """Return what explains a value by the reference rule that it broke; empty where there is nothing to add.

    `rows_of` gives the rows of a reference extract, None if there are none; it is asked only for what a value is looked up in.
    """
    rules = {rule.id: rule for contract in contracts for rule in contract.rules if rule.kind == "reference" and rule.fails_when is None}

    def explain(rule_id: str, value: str) -> str:
        rule = rules.get(rule_id)
        reference = rows_of(rule.reference_extract) if rule and value.strip() and not rule.match else None
        return "" if rule is None or reference is None else explanation(rule, value, reference)

    return explain


def explanation(rule: Rule, value: str, reference: pl.DataFrame) -> str:
    """Return what the reference data say of the value."""
    rows = reference.filter(pl.col(rule.reference_column).cast(pl.String) == value)
    if rows.is_empty():
        return f"{value} is not in the SEA's {rule.reference_extract}."
    if rule.reference_extract == DIRECTORY:
        return organisation(value, rows.row(0, named=True), rule.column)
    return f"{value} is in the SEA's {rule.reference_extract}, but does not count for this file."


def organisation(value: str, row: Mapping[str, Any], column: str | None) -> str:
    """Return what the directory says of an organisation that may not be named."""
    name = f"{value} ({row['org_name']})"
    if row["close_date"]:
        successor = row["successor_org_id"]
        what = f"its successor is {successor}: replace {value} by {successor} in {column}" if successor else "the directory names no successor"
        return f"{name} is closed since {row['close_date']}; {what}."
    if row["open_date"]:
        return f"{name} opens on {row['open_date']}."
    return f"{name} is in the directory as {row['org_type_code']}, which is not what belongs here."
