"""Checking: which of a contract's rules fail where. Columnar, in process, the same on every machine."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from sealea.contract import Contract, Rule
from sealea.intake import expressions, membership, rules, totals, values
from sealea.intake import findings as found
from sealea.intake.expressions import Submission

WHOLE_STATE = "*"


@dataclass(frozen=True)
class Claim:
    """What the delivery claims and its sender may: the school year and window of the file, the organisations it may report."""

    state_code: str
    school_year: int
    organisations: frozenset[str]
    window: str = ""

    @property
    def submission(self) -> Submission:
        """Return what expressions may know of the delivery."""
        return Submission(self.school_year, self.window)


def check(
    records: pl.DataFrame, contract: Contract, claim: Claim, same_person: Callable[[str], pl.Expr], references: Mapping[str, pl.DataFrame]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the typed records and the findings of every level 1 rule on them.

    `same_person` gives the form in which person ids are compared: the raw rows hold its pseudonym, so a key that told two
    spellings of one id apart would let the same person in twice. `references` are the rows of reference extracts by name.
    Raises RuleBug if a rule itself does not run.
    """
    typed = values.typed(records, contract)
    by_value = values.problems(records, typed, contract)
    frame = expressions.with_submission(typed, claim.submission)
    by_row = rules.problems(records, frame, contract)
    by_reference = membership.problems(frame, contract, references, claim.submission)
    foreign = foreign_records(typed, contract, claim)
    unknown_keys = by_value.filter(pl.col("column_name").is_in(contract.key) & pl.col("rule_id").is_in(["REC-002", "REC-003"]))
    # Neither a record without its key nor one that is not the sender's to send makes another one a duplicate.
    left_out = pl.concat([unknown_keys, foreign])["line_number"].unique()
    comparable = typed.filter(~pl.col("line_number").is_in(left_out.implode())) if has_key(records, contract) else typed.clear()
    repeated = repeated_keys(comparable, contract, same_person)
    # A copy that does not stay adds to no total: it would take the record that stays with it.
    by_total = totals.problems(frame.filter(~pl.col("line_number").is_in(repeated["line_number"].implode())), contract)
    return typed, pl.concat([by_value, by_row, by_reference, by_total, foreign, repeated])


def has_key(records: pl.DataFrame, contract: Contract) -> bool:
    """Return whether the file has every key column that it must have; those that may be blank may be absent."""
    return all(name in records.columns for name in contract.key if contract.by_name[name].required)


def foreign_records(typed: pl.DataFrame, contract: Contract, claim: Claim) -> pl.DataFrame:
    """Return REC-006 for every record that names an organisation which the sender may not report."""
    columns = [contract.owner] if contract.owner else organisation_columns(contract)
    found_lines = [found.at_lines("REC-006", typed.filter(~may_report(name, claim))["line_number"], name) for name in columns]
    return pl.concat([found.none(), *found_lines])


def organisation_columns(contract: Contract) -> list[str]:
    """Return the columns that hold organisation ids of the state; those of NCES have names and forms of their own."""
    return [name for name in contract.by_name if name in ("org_id", "lea_id", "school_id") or name.endswith("_org_id")]


def may_report(column: str, claim: Claim) -> pl.Expr:
    """Return whether the organisation is the sender's to report; for '*' it must be of the state."""
    if WHOLE_STATE in claim.organisations:
        return (pl.col(column) == claim.state_code) | pl.col(column).str.starts_with(f"{claim.state_code}-")
    return pl.col(column).is_in(sorted(claim.organisations))


def repeated_keys(typed: pl.DataFrame, contract: Contract, same_person: Callable[[str], pl.Expr]) -> pl.DataFrame:
    """Return a finding of the contract's key rule for every record that must not stay because of another with its key.

    Of records that say the same in every column the first stays: nothing is lost. Records that differ all go: which of
    them is true, only the sender knows. A blank key column is a value like any other (an account has no grant code).
    """
    key_rules = [rule for rule in contract.rules if rule.kind == "key" and rule.level == 1]
    if not key_rules:
        return found.none()
    comparable = compared(typed, contract, same_person)
    repeated = comparable.filter(pl.struct(*contract.key).is_duplicated())
    if repeated.is_empty():
        return found.none()
    content = pl.struct(*contract.by_name)
    repeated = repeated.with_columns(
        pl.col("line_number").min().over(contract.key).alias("first_line_number"),
        (content.n_unique().over(contract.key) == 1).alias("is_copy"),
    ).filter(~(pl.col("is_copy") & (pl.col("line_number") == pl.col("first_line_number"))))
    return pl.concat([named(repeated, rule) for rule in key_rules])


def compared(typed: pl.DataFrame, contract: Contract, same_person: Callable[[str], pl.Expr]) -> pl.DataFrame:
    """Return the typed records with person ids in the form by which they are compared."""
    people: Iterable[str] = (column.name for column in contract.columns if column.identity in ("student", "staff"))
    return typed.with_columns(same_person(name).alias(name) for name in people)


def named(repeated: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """Return the findings on repeated records, each naming the line on which its key first stands."""
    first, line = pl.col("first_line_number"), pl.col("line_number")
    detail = pl.when(first != line).then(pl.format("The same key first stands on line {}.", first)).otherwise(pl.lit(""))
    return repeated.select(pl.lit(rule.id).alias("rule_id"), line, pl.lit(rule.column, pl.String).alias("column_name"), detail.alias("detail"))
