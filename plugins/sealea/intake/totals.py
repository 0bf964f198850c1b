"""Totals: rules on the sums of a group of records, such as accounts that must balance. An expression sees one record, or one group's sums."""

import polars as pl

from sealea.contract import Contract, Rule
from sealea.errors import RuleBug
from sealea.intake import expressions
from sealea.intake import findings as found

EXACT = pl.Decimal(38, 6)
SUBMISSION = ("submission_school_year", "submission_year_start", "submission_year_end", "submission_window")


def problems(frame: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    """Return the findings of the contract's total rules: on each counted record of a failing group, or one on the whole file.

    Unreadable and blank values add nothing. Raises RuleBug if an expression does not compile or gives no number.
    """
    rules = [rule for rule in contract.rules if rule.kind == "total" and rule.level == 1]
    return pl.concat([found.none(), *(failing(rule, frame) for rule in rules)])


def failing(rule: Rule, frame: pl.DataFrame) -> pl.DataFrame:
    """Return the findings of one rule."""
    what = f"Rule {rule.id}"
    counted = frame.filter(expressions.condition(f"{what}: when", rule.when, frame)) if rule.when else frame
    group = [*rule.by, *SUBMISSION]
    amounts = [amount(f"{what}: totals.{name}", text, frame).alias(name) for name, text in rule.totals.items()]
    totals = counted.select(*group, *amounts).group_by(group, maintain_order=True).agg(pl.col(*rule.totals).sum())
    fails = expressions.condition(what, str(rule.fails_when), totals)
    groups = totals.filter(fails).select(group)
    if not rule.by:
        return found.none() if groups.is_empty() else found.finding(rule.id, None, rule.column)
    lines = counted.join(groups, on=group, how="semi", nulls_equal=True)["line_number"]
    return found.at_lines(rule.id, lines, rule.column)


def amount(what: str, text: str, frame: pl.DataFrame) -> pl.Expr:
    """Return the expression of what is summed, exact. Raises RuleBug if it gives no number."""
    expression, kind = expressions.compiled(what, text, frame)
    if not kind.is_numeric():
        raise RuleBug(f"{what} gives {kind} instead of a number. Correct it.")
    return expression.cast(EXACT)
