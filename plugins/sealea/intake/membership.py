"""Membership: values that must stand in the SEA's reference data, such as schools that are open and codes of the chart of accounts."""

import re
from collections.abc import Mapping

import polars as pl

from sealea.contract import Contract, Rule
from sealea.intake import expressions
from sealea.intake import findings as found
from sealea.intake.expressions import Submission

REFERENCE_COLUMN = re.compile(r"\breference\.(\w+)")
Known = dict[str, pl.DataFrame]


def problems(frame: pl.DataFrame, contract: Contract, references: Mapping[str, pl.DataFrame], submission: Submission, known: Known) -> pl.DataFrame:
    """Return the findings of the contract's reference rules; a blank or unreadable value is none of theirs.

    `references` are the rows of reference extracts by name; a rule whose extract is not among them is silent. A rule that looks in
    its own extract, such as parents in the directory, looks among the records of the file, for the file is the whole of it.
    `known` keeps the reference rows that count by rule, from one block to the next.
    """
    references = {**references, contract.extract: frame}
    results = [found.none()]
    for rule in contract.rules:
        if rule.kind == "reference" and rule.level == 1 and rule.reference_extract in references:
            if rule.id not in known:
                known[rule.id] = rows_that_count(rule, references[rule.reference_extract], submission)
            results.append(found.at_lines(rule.id, lines(rule, frame, known[rule.id]), rule.column))
    return pl.concat(results)


def rows_that_count(rule: Rule, reference: pl.DataFrame, submission: Submission) -> pl.DataFrame:
    """Return the reference rows that the rule looks at, their columns under names that no record has."""
    rows = rows_where(f"Rule {rule.id}: where", rule.where, reference, submission)
    if rule.fails_when is None:
        rows = rows.select(*dict.fromkeys(rule.matched_columns.values())).unique()
    return rows.rename({name: f"reference.{name}" for name in rows.columns})


def lines(rule: Rule, frame: pl.DataFrame, known: pl.DataFrame) -> pl.Series:
    """Return the lines that no reference row matches; of a rule with `fails_when`, those for which a row that matches makes it true."""
    what = f"Rule {rule.id}"
    if known.is_empty() and rule.without_reference == "silent":  # a chart of objects only says nothing of funds
        return frame["line_number"].clear()
    ours, theirs = list(rule.matched_columns), [f"reference.{name}" for name in rule.matched_columns.values()]
    conditions = [pl.col(name).is_not_null() for name in ours]
    conditions += [expressions.condition(f"{what}: when", rule.when, frame)] if rule.when else []
    if rule.fails_when is None and len(ours) == 1:
        failing = frame.select(pl.all_horizontal(*conditions, ~pl.col(ours[0]).is_in(known[theirs[0]].implode())).fill_null(value=False))
        return frame["line_number"].filter(failing.to_series())
    checked = frame.lazy().filter(conditions)
    if rule.fails_when is None:
        unmatched = checked.join(known.lazy(), left_on=ours, right_on=theirs, how="anti", maintain_order="left")
        return unmatched.select("line_number").collect()["line_number"]
    matched = checked.join(known.lazy(), left_on=ours, right_on=theirs, how="inner", coalesce=False, maintain_order="left")
    expression = REFERENCE_COLUMN.sub(r'"reference.\1"', rule.fails_when)
    fails = expressions.condition(what, expression, pl.DataFrame(schema=frame.schema | known.schema))
    return matched.filter(fails).select("line_number").collect()["line_number"].unique(maintain_order=True)


def rows_where(what: str, where: str | None, reference: pl.DataFrame, submission: Submission) -> pl.DataFrame:
    """Return the rows of reference data that meet `where`, all without one."""
    if where is None:
        return reference
    frame = expressions.with_submission(reference, submission)
    return frame.filter(expressions.condition(what, where, frame))
