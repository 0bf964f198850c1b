"""Totals: rules on the sums of a group of records, such as accounts that must balance. An expression sees one record, or one group's sums."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import polars as pl

from sealea.contract import Contract, Rule
from sealea.errors import RuleBug
from sealea.intake import expressions
from sealea.intake import findings as found
from sealea.intake.expressions import Columns

EXACT = pl.Decimal(38, 6)
SUBMISSION = ("submission_school_year", "submission_year_start", "submission_year_end", "submission_window")
COUNT = "count of records"
GROUPS_AT_ONCE = 1_000_000


@dataclass
class Sums:
    """The sums of one total rule over the blocks so far, by group. Unreadable and blank values add nothing."""

    rule: Rule
    parts: list[pl.DataFrame] = field(default_factory=list)

    @property
    def group(self) -> list[str]:
        """Return the columns that tell groups apart."""
        return [*self.rule.by, *SUBMISSION]

    def add(self, frame: pl.DataFrame) -> None:
        """Add the records of a block. Raises RuleBug if an expression does not compile or gives no number."""
        self.put(self.summed(frame))

    def take_away(self, frame: pl.DataFrame) -> None:
        """Take away records that were added before."""
        part = self.summed(frame)
        self.put(part.with_columns((pl.lit(0) - pl.col(name)).cast(part.schema[name]).alias(name) for name in (*self.rule.totals, COUNT)))

    def summed(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the sums of a block by group, and how many records are in them."""
        rule, seen = self.rule, expressions.columns(frame)
        amounts = [amount(f"Rule {rule.id}: totals.{name}", text, seen).alias(name) for name, text in rule.totals.items()]
        counted = counted_in(rule, frame, seen).select(*self.group, *amounts)
        return counted.group_by(self.group).agg(pl.col(*rule.totals).sum(), pl.len().cast(pl.Int64).alias(COUNT)).collect()

    def put(self, part: pl.DataFrame) -> None:
        """Keep the sums of a block, together with the others once they are many."""
        self.parts.append(part)
        if sum(part.height for part in self.parts[1:]) > GROUPS_AT_ONCE:
            self.parts = [self.total().collect()]

    def total(self) -> pl.LazyFrame:
        """Return the sums of each group that has records."""
        return pl.concat(self.parts).lazy().group_by(self.group).agg(pl.col(*self.rule.totals, COUNT).sum()).filter(pl.col(COUNT) > 0)

    def failing_groups(self) -> pl.DataFrame:
        """Return the groups for which the rule fails. Raises RuleBug if it does not compile."""
        fails = expressions.condition(f"Rule {self.rule.id}", str(self.rule.fails_when), self.parts[0])
        return self.total().filter(fails).select(self.group).collect()


def sums(contract: Contract) -> list[Sums]:
    """Return the sums that the contract's total rules need, of nothing yet."""
    return [Sums(rule) for rule in contract.rules if rule.kind == "total" and rule.level == 1]


def counted_in(rule: Rule, frame: pl.DataFrame, seen: Columns) -> pl.LazyFrame:
    """Return the records that the rule counts; `seen` are the columns of the frame."""
    return frame.lazy().filter(expressions.condition(f"Rule {rule.id}: when", rule.when, seen)) if rule.when else frame.lazy()


def problems(all_sums: Iterable[Sums], frames: Iterator[pl.DataFrame]) -> pl.DataFrame:
    """Return the findings of total rules: on each counted record of a failing group, or one on the whole file.

    `frames` gives the typed records once more; it is only looked at when a group fails.
    """
    results, by_group = [found.none()], []
    for each in all_sums:
        groups = each.failing_groups() if each.parts else None
        if groups is None or groups.is_empty():
            continue
        if each.rule.by:
            by_group.append((each, groups))
        else:
            results.append(found.finding(each.rule.id, None, each.rule.column))
    if by_group:
        results += [lines_of(each, groups, frame) for frame in frames for each, groups in by_group]
    return pl.concat(results)


def lines_of(each: Sums, groups: pl.DataFrame, frame: pl.DataFrame) -> pl.DataFrame:
    """Return a finding for each counted record of a block that is of one of the groups."""
    counted = counted_in(each.rule, frame, expressions.columns(frame)).join(groups.lazy(), on=each.group, how="semi", nulls_equal=True)
    return found.at_lines(each.rule.id, counted.select("line_number").collect()["line_number"], each.rule.column)


def amount(what: str, text: str, seen: Columns) -> pl.Expr:
    """Return the expression of what is summed, exact. Raises RuleBug if it gives no number."""
    expression, kind = expressions.compiled(what, text, seen)
    if not kind.is_numeric():
        raise RuleBug(f"{what} gives {kind} instead of a number. Correct it.")
    return expression.cast(EXACT)
