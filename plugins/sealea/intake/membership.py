"""Membership: values that must stand in the SEA's reference data, such as schools that are open and codes of the chart of accounts."""

import re
from collections.abc import Mapping

import polars as pl

from sealea.contract import Contract, Rule
from sealea.intake import expressions
from sealea.intake import findings as found
from sealea.intake.expressions import Submission

REFERENCE_COLUMN = re.compile(r"\breference\.(\w+)")


def problems(frame: pl.DataFrame, contract: Contract, references: Mapping[str, pl.DataFrame], submission: Submission) -> pl.DataFrame:
    """Return the findings of the contract's reference rules; a blank or unreadable value is none of theirs.

    `references` are the rows of reference extracts by name; a rule whose extract is not among them is silent. A rule that looks in
    its own extract, such as parents in the directory, looks among the records of the file, for the file is the whole of it.
    """
    references = {**references, contract.extract: frame}
    rules = [rule for rule in contract.rules if rule.kind == "reference" and rule.level == 1 and rule.reference_extract in references]
    failing = [found.at_lines(rule.id, lines(rule, frame, references[rule.reference_extract], submission), rule.column) for rule in rules]
    return pl.concat([found.none(), *failing])


def lines(rule: Rule, frame: pl.DataFrame, reference: pl.DataFrame, submission: Submission) -> pl.Series:
    """Return the lines that no reference row matches; of a rule with `fails_when`, those for which a row that matches makes it true."""
    what = f"Rule {rule.id}"
    known = rows_where(f"{what}: where", rule.where, reference, submission)
    if known.is_empty() and rule.without_reference == "silent":  # a chart of objects only says nothing of funds
        return frame["line_number"].clear()
    checked = frame.filter(expressions.condition(f"{what}: when", rule.when, frame)) if rule.when else frame
    checked = checked.filter(pl.col(name).is_not_null() for name in rule.matched_columns)
    ours, theirs = list(rule.matched_columns), [f"reference.{name}" for name in rule.matched_columns.values()]
    known = known.rename({name: f"reference.{name}" for name in known.columns})
    if rule.fails_when is None:
        return checked.join(known, left_on=ours, right_on=theirs, how="anti", maintain_order="left")["line_number"]
    matched = checked.join(known, left_on=ours, right_on=theirs, how="inner", coalesce=False, maintain_order="left")
    expression = REFERENCE_COLUMN.sub(r'"reference.\1"', rule.fails_when)
    return matched.filter(expressions.condition(what, expression, matched))["line_number"].unique(maintain_order=True)


def rows_where(what: str, where: str | None, reference: pl.DataFrame, submission: Submission) -> pl.DataFrame:
    """Return the rows of reference data that meet `where`, all without one."""
    if where is None:
        return reference
    frame = expressions.with_submission(reference, submission)
    return frame.filter(expressions.condition(what, where, frame))
