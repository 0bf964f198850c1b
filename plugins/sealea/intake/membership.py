"""Membership: values that must stand in the SEA's reference data, such as schools that are open and codes of the chart of accounts."""

import re
from collections.abc import Hashable, Mapping

import polars as pl

from sealea.contract import Contract, Rule
from sealea.intake import expressions
from sealea.intake import findings as found
from sealea.intake.expressions import Columns, Submission

REFERENCE_COLUMN = re.compile(r"\breference\.(\w+)")
Known = dict[Hashable, pl.DataFrame]


def problems(frame: pl.DataFrame, contract: Contract, references: Mapping[str, pl.DataFrame], submission: Submission, known: Known) -> pl.DataFrame:
    """Return the findings of the contract's reference rules; a blank or unreadable value is none of theirs.

    `references` are the rows of reference extracts by name; a rule whose extract is not among them is silent. A rule that looks in
    its own extract, such as parents in the directory, looks among the records of the file, for the file is the whole of it.
    `known` keeps the reference rows that count, for the next block and for other files that are held against the same references.
    """
    seen, results = expressions.columns(frame), [found.none()]
    simple: list[tuple[Rule, pl.Expr]] = []
    for rule in contract.rules:
        if rule.kind != "reference" or rule.level != 1 or rule.reference_extract not in (*references, contract.extract):
            continue
        is_own = rule.reference_extract == contract.extract
        counting = rows_that_count(rule, frame, submission) if is_own else known_rows(rule, references[rule.reference_extract], submission, known)
        if counting.is_empty() and rule.without_reference == "silent":  # a chart of objects only says nothing of funds
            continue
        if rule.fails_when is None and len(rule.matched_columns) == 1:
            simple.append((rule, unknown_value(rule, seen, counting)))
        else:
            results.append(found.at_lines(rule.id, lines(rule, frame, seen, counting), rule.column))
    fails = frame.select(expression.alias(str(place)) for place, (_, expression) in enumerate(simple))
    failing = [(rule, fails[str(place)]) for place, (rule, _) in enumerate(simple)]
    return pl.concat([*results, *(found.at_lines(rule.id, frame["line_number"].filter(each), rule.column) for rule, each in failing if each.any())])


def known_rows(rule: Rule, reference: pl.DataFrame, submission: Submission, known: Known) -> pl.DataFrame:
    """Return the reference rows that the rule looks at, told once for all rules that look at the same."""
    key = (rule.reference_extract, rule.where, tuple(rule.matched_columns.values()), rule.fails_when is None, submission)
    if key not in known:
        known[key] = rows_that_count(rule, reference, submission)
    return known[key]


def rows_that_count(rule: Rule, reference: pl.DataFrame, submission: Submission) -> pl.DataFrame:
    """Return the reference rows that the rule looks at, their columns under names that no record has."""
    rows = rows_where(f"Rule {rule.id}: where", rule.where, reference, submission)
    if rule.fails_when is None:
        rows = rows.select(*dict.fromkeys(rule.matched_columns.values())).unique()
    return rows.rename({name: f"reference.{name}" for name in rows.columns})


def conditions(rule: Rule, seen: Columns) -> list[pl.Expr]:
    """Return which records the rule looks at: those with all values, and what its `when` says."""
    when = [expressions.condition(f"Rule {rule.id}: when", rule.when, seen)] if rule.when else []
    return [pl.col(name).is_not_null() for name in rule.matched_columns] + when


def unknown_value(rule: Rule, seen: Columns, known: pl.DataFrame) -> pl.Expr:
    """Return where the one value that the rule looks up stands in no reference row."""
    ((ours, theirs),) = rule.matched_columns.items()
    return pl.all_horizontal(*conditions(rule, seen), ~pl.col(ours).is_in(known[f"reference.{theirs}"].implode())).fill_null(value=False)


def lines(rule: Rule, frame: pl.DataFrame, seen: Columns, known: pl.DataFrame) -> pl.Series:
    """Return the lines that no reference row matches; of a rule with `fails_when`, those for which a row that matches makes it true."""
    ours, theirs = list(rule.matched_columns), [f"reference.{name}" for name in rule.matched_columns.values()]
    checked = frame.lazy().filter(conditions(rule, seen))
    if rule.fails_when is None:
        unmatched = checked.join(known.lazy(), left_on=ours, right_on=theirs, how="anti", maintain_order="left")
        return unmatched.select("line_number").collect()["line_number"]
    matched = checked.join(known.lazy(), left_on=ours, right_on=theirs, how="inner", coalesce=False, maintain_order="left")
    expression = REFERENCE_COLUMN.sub(r'"reference.\1"', rule.fails_when)
    fails = expressions.condition(f"Rule {rule.id}", expression, expressions.both(seen, known))
    return matched.filter(fails).select("line_number").unique(maintain_order=True).collect()["line_number"]


def rows_where(what: str, where: str | None, reference: pl.DataFrame, submission: Submission) -> pl.DataFrame:
    """Return the rows of reference data that meet `where`, all without one."""
    if where is None:
        return reference
    frame = expressions.with_submission(reference, submission)
    return frame.filter(expressions.condition(what, where, frame))
