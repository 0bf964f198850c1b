"""Row rules: SQL expressions of the contract, each true where a record fails. An expression sees one record and nothing else.

A rule that cannot run is our error, not the sender's: it raises RuleBug and the file waits.
"""

from collections.abc import Iterable, Iterator, Sequence

import polars as pl

from sealea.contract import Contract, Rule
from sealea.errors import RuleBug
from sealea.intake import expressions
from sealea.intake import findings as found
from sealea.intake.expressions import Columns
from sealea.intake.values import has_unreadable, is_unreadable, unreadable

KINDS = ("row", "key", "reference", "total")
Failing = tuple[Rule, pl.Expr]


def problems(records: pl.DataFrame, frame: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    """Return the findings of the contract's row rules on the typed values of `records`; NULL means that a rule holds.

    A rule is silent about a record whose value it cannot know: unreadable, or of a required column that the file lacks.
    Raises RuleBug if a rule is not an expression on one record or does not compile.
    """
    missing = {column.name for column in contract.columns if column.required} - set(records.columns)
    unknown = {name: is_unreadable(records[name], frame[name]) for name in contract.by_name if has_unreadable(records, frame, name)}
    frame_of_rules = frame.hstack([series.alias(unreadable(name)) for name, series in unknown.items()])
    seen = expressions.columns(frame)
    key = ("rules of records", seen, frozenset(missing), frozenset(unknown))
    failing = contract.once(key, lambda: failing_where(contract.rules, seen, missing, set(unknown)))
    return pl.concat([found.none(), *(found.at_lines(rule.id, lines, rule.column) for rule, lines in run(failing, frame_of_rules))])


def failing_where(rules: Iterable[Rule], seen: Columns, missing: set[str], unknown: set[str]) -> list[Failing]:
    """Return where each rule fails that needs none of the `missing` columns; it is silent where a value that it needs is `unknown`."""
    failing = []
    for rule in applicable(rules):
        expression = expressions.condition(f"Rule {rule.id}", str(rule.fails_when), seen)
        used = set(expression.meta.root_names())
        if not used & missing:
            failing.append((rule, pl.all_horizontal(expression, *(~pl.col(unreadable(name)) for name in sorted(used & unknown)))))
    return failing


def applicable(rules: Iterable[Rule]) -> list[Rule]:
    """Return the rules that run on one record. Raises RuleBug for a level 1 rule of a kind that nothing checks."""
    first_level = [rule for rule in rules if rule.level == 1]
    for rule in first_level:
        if rule.kind not in KINDS:
            raise RuleBug(f"Rule {rule.id}: nothing checks rules of kind {rule.kind} that a contract adds. Write it as a row rule.")
    return [rule for rule in first_level if rule.kind == "row"]


def run(failing: Sequence[Failing], frame: pl.DataFrame) -> Iterator[tuple[Rule, pl.Series]]:
    """Yield the lines on which each rule fails. Raises RuleBug, without any value, if an expression breaks off."""
    try:
        results = frame.select(fails.fill_null(value=False).alias(str(place)) for place, (_, fails) in enumerate(failing))
    except pl.exceptions.PolarsError as error:
        raise RuleBug(f"Rule {broken(failing, frame)} breaks off on some value: {type(error).__name__}. Correct its fails_when.") from None
    for result, (rule, _) in zip(results.iter_columns(), failing, strict=True):
        if result.any():
            yield rule, frame["line_number"].filter(result)


def broken(failing: Sequence[Failing], frame: pl.DataFrame) -> str:
    """Return the id of the first rule that does not run."""
    for rule, fails in failing:
        try:
            frame.select(fails)
        except pl.exceptions.PolarsError:
            return rule.id
    return ", ".join(rule.id for rule, _ in failing)
