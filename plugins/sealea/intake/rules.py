"""Row rules: SQL expressions of the contract, each true where a record fails. An expression sees one record and nothing else.

A rule that cannot run is our error, not the sender's: it raises RuleBug and the file waits.
"""

from collections.abc import Iterable

import polars as pl

from sealea.contract import Contract, Rule
from sealea.errors import RuleBug
from sealea.intake import expressions
from sealea.intake import findings as found
from sealea.intake.values import unreadable, written

KINDS = ("row", "key", "reference", "total")


def problems(records: pl.DataFrame, frame: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    """Return the findings of the contract's row rules on the typed values of `records`; NULL means that a rule holds.

    A rule is silent about a record whose value it cannot know: unreadable, or of a required column that the file lacks.
    Raises RuleBug if a rule is not an expression on one record or does not compile.
    """
    present = [name for name in contract.by_name if name in records.columns]
    frame = frame.hstack(records.select(pl.col(name).alias(written(name)) for name in present))
    missing = {column.name for column in contract.columns if column.required} - set(present)
    results = [found.none()]
    for rule in applicable(contract.rules):
        expression = expressions.condition(f"Rule {rule.id}", str(rule.fails_when), frame)
        used = set(expression.meta.root_names())
        if not used & missing:
            known = [~unreadable(name) for name in used & set(present)]
            results.append(found.at_lines(rule.id, run(rule, frame, pl.all_horizontal(expression, *known)), rule.column))
    return pl.concat(results)


def applicable(rules: Iterable[Rule]) -> list[Rule]:
    """Return the rules that run on one record. Raises RuleBug for a level 1 rule of a kind that nothing checks."""
    first_level = [rule for rule in rules if rule.level == 1]
    for rule in first_level:
        if rule.kind not in KINDS:
            raise RuleBug(f"Rule {rule.id}: nothing checks rules of kind {rule.kind} that a contract adds. Write it as a row rule.")
    return [rule for rule in first_level if rule.kind == "row"]


def run(rule: Rule, frame: pl.DataFrame, fails: pl.Expr) -> pl.Series:
    """Return the lines on which the rule fails. Raises RuleBug, without any value, if the expression breaks off."""
    try:
        return frame.filter(fails)["line_number"]
    except pl.exceptions.PolarsError as error:
        raise RuleBug(f"Rule {rule.id} breaks off on some value: {type(error).__name__}. Correct its fails_when.") from None
