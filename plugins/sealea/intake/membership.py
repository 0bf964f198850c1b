"""Membership: values that must stand in the SEA's reference data, such as schools that are open and codes of the chart of accounts."""

from collections.abc import Mapping

import polars as pl

from sealea.contract import Contract, Rule
from sealea.intake import expressions
from sealea.intake import findings as found


def problems(typed: pl.DataFrame, contract: Contract, references: Mapping[str, pl.DataFrame], school_year: int) -> pl.DataFrame:
    """Return the findings of the contract's reference rules; a blank or unreadable value is none of theirs.

    `references` are the rows of reference extracts by name; a rule whose extract is not among them is silent.
    """
    frame = expressions.with_submission(typed, school_year)
    rules = [rule for rule in contract.rules if rule.kind == "reference" and rule.level == 1 and rule.reference_extract in references]
    failing = [found.at_lines(rule.id, lines(rule, frame, references[rule.reference_extract], school_year), rule.column) for rule in rules]
    return pl.concat([found.none(), *failing])


def lines(rule: Rule, frame: pl.DataFrame, reference: pl.DataFrame, school_year: int) -> pl.Series:
    """Return the lines whose value the reference data do not hold."""
    known = rows_where(f"Rule {rule.id}: where", rule.where, reference, school_year)[rule.reference_column]
    applies = expressions.condition(f"Rule {rule.id}: when", rule.when, frame) if rule.when else pl.lit(value=True)
    is_unknown = pl.col(str(rule.column)).is_not_null() & ~pl.col(str(rule.column)).is_in(known.unique().implode())
    return frame.filter(applies & is_unknown)["line_number"]


def rows_where(what: str, where: str | None, reference: pl.DataFrame, school_year: int) -> pl.DataFrame:
    """Return the rows of reference data that meet `where`, all without one."""
    if where is None:
        return reference
    frame = expressions.with_submission(reference, school_year)
    return frame.filter(expressions.condition(what, where, frame))
