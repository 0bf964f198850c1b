"""Checking: which of a contract's rules fail where. Columnar, in process, block by block, the same on every machine."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

from sealea.contract import Contract
from sealea.intake import expressions, keys, membership, rules, totals, values
from sealea.intake import findings as found
from sealea.intake.expressions import Submission
from sealea.intake.keys import Fingerprints, SamePerson
from sealea.intake.membership import Known
from sealea.intake.totals import Sums

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


@dataclass
class Check:
    """The check of one file by its contract. `block` tells what is wrong with single records, `rest` what only all of them together tell.

    `same_person` gives the form in which person ids are compared: the raw rows hold its pseudonym, so a key that told two
    spellings of one id apart would let the same person in twice. `references` are the rows of reference extracts by name.
    """

    contract: Contract
    claim: Claim
    same_person: SamePerson
    references: Mapping[str, pl.DataFrame]
    known: Known = field(default_factory=dict)
    foreign_lines: list[pl.Series] = field(default_factory=list)
    sums: list[Sums] = field(init=False)
    fingerprints: Fingerprints = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nothing."""
        self.sums = totals.sums(self.contract)
        self.fingerprints = Fingerprints(self.contract, self.same_person)

    def block(self, records: pl.DataFrame, *, may_have_nul: bool = True) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return the typed records of a block and the findings on each by itself. Raises RuleBug if a rule does not run."""
        contract = self.contract
        written = values.without_blanks(records, contract)
        typed = values.typed(written, contract, may_have_nul=may_have_nul)
        by_value = values.problems(written, typed, contract)
        frame = expressions.with_submission(typed, self.claim.submission)
        by_row = rules.problems(written, frame, contract)
        by_reference = membership.problems(frame, contract, self.references, self.claim.submission, self.known)
        foreign = foreign_records(typed, contract, self.claim)
        # What is not the sender's to send adds to none of its totals.
        own = frame if foreign.is_empty() else frame.filter(~pl.col("line_number").is_in(foreign["line_number"].implode()))
        for each in self.sums:
            each.add(own)
        self.foreign_lines.append(foreign["line_number"])
        self.add_keys(typed, records, by_value, foreign)
        return typed, pl.concat([by_value, by_row, by_reference, foreign])

    def add_keys(self, typed: pl.DataFrame, records: pl.DataFrame, by_value: pl.DataFrame, foreign: pl.DataFrame) -> None:
        """Take note of the keys. Neither a record without its key nor one that is not the sender's to send makes another one a duplicate."""
        contract = self.contract
        if not keys.key_rules(contract) or not keys.has_key(records, contract):
            return
        if by_value.is_empty() and foreign.is_empty():
            self.fingerprints.add(typed)
            return
        unknown_keys = by_value.filter(pl.col("column_name").is_in(contract.key) & pl.col("rule_id").is_in(["REC-002", "REC-003"]))
        left_out = pl.concat([unknown_keys, foreign])["line_number"].unique()
        self.fingerprints.add(typed.filter(~pl.col("line_number").is_in(left_out.implode())))

    def rest(self, again: Callable[[pl.Series | None], Iterator[pl.DataFrame]]) -> pl.DataFrame:
        """Return the findings that need several records. `again` gives the records of some lines, or all, once more."""

        def typed(lines: pl.Series | None) -> Iterator[pl.DataFrame]:
            return (values.typed(values.without_blanks(records, self.contract), self.contract) for records in again(lines))

        submission, results = self.claim.submission, [found.none()]
        for findings, repeated in keys.repeated_in(self.fingerprints, typed):
            results.append(findings)
            for each in self.sums if len(repeated) else ():
                # A copy that does not stay adds to no total: it would take the record that stays with it.
                each.take_away(expressions.with_submission(repeated, submission))
        gone = pl.concat([pl.concat(results)["line_number"], *self.foreign_lines]).unique().implode()
        staying = (expressions.with_submission(frame.filter(~pl.col("line_number").is_in(gone)), submission) for frame in typed(None))
        return pl.concat([totals.problems(self.sums, staying), *results])


def check(
    records: pl.DataFrame, contract: Contract, claim: Claim, same_person: SamePerson, references: Mapping[str, pl.DataFrame]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the typed records and the findings of every level 1 rule on them, all records at once.

    Raises RuleBug if a rule itself does not run.
    """

    def again(lines: pl.Series | None) -> Iterator[pl.DataFrame]:
        yield records if lines is None else records.filter(pl.col("line_number").is_in(lines.implode()))

    whole = Check(contract, claim, same_person, references)
    typed, findings = whole.block(records)
    return typed, pl.concat([findings, whole.rest(again)])


def needs_whole_file(contract: Contract) -> bool:
    """Return whether a rule compares records with others of the file, as the parents of a directory: it is checked in one block."""
    return any(rule.kind == "reference" and rule.level == 1 and rule.reference_extract == contract.extract for rule in contract.rules)


def foreign_records(typed: pl.DataFrame, contract: Contract, claim: Claim) -> pl.DataFrame:
    """Return REC-006 for every record that names an organisation which the sender may not report."""
    columns = [contract.owner] if contract.owner else organisation_columns(contract)
    is_foreign = typed.select((~may_report(name, claim)).fill_null(value=False).alias(name) for name in columns)
    lines = typed["line_number"]
    return pl.concat([found.none(), *(found.at_lines("REC-006", lines.filter(is_foreign[name]), name) for name in columns if is_foreign[name].any())])


def organisation_columns(contract: Contract) -> list[str]:
    """Return the columns that hold organisation ids of the state; those of NCES have names and forms of their own."""
    return [name for name in contract.by_name if name in ("org_id", "lea_id", "school_id") or name.endswith("_org_id")]


def may_report(column: str, claim: Claim) -> pl.Expr:
    """Return whether the organisation is the sender's to report; for '*' it must be of the state."""
    if WHOLE_STATE in claim.organisations:
        return (pl.col(column) == claim.state_code) | pl.col(column).str.starts_with(f"{claim.state_code}-")
    return pl.col(column).is_in(sorted(claim.organisations))
