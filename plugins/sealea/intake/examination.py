"""Examination: what a file holds and what becomes of it, by its contracts alone. It needs no warehouse and changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from sealea.contract import Rule
from sealea.intake import checking, forms, header, lines, mapping, reading, standards, verdict
from sealea.intake import findings as found
from sealea.intake.checking import Claim
from sealea.intake.forms import Refused
from sealea.intake.lines import Account
from sealea.intake.mapping import Feed
from sealea.intake.reading import Reading
from sealea.intake.standards import Standard
from sealea.intake.verdict import Verdict


@dataclass(frozen=True)
class Examination:
    """The verdict on what one file says of one extract, and the account of its lines."""

    verdict: Verdict
    account: Account


@dataclass(frozen=True)
class Subject:
    """One extract that a file holds: what it is held to, how it is mapped if the file is a native one, and what it is compared with.

    `references` are rows of reference extracts by name; `missing` are those that the SEA has never sent.
    """

    standard: Standard
    references: Mapping[str, pl.DataFrame]
    missing: frozenset[str] = frozenset()
    feed: Feed | None = None


def examined(path: Path, subjects: Sequence[Subject], claim: Claim) -> list[Examination]:
    """Return the examination of the file for each of its extracts, all accepted, all returned or all waiting.

    Raises RuleBug if a rule of a contract or an expression of a map does not run.
    """
    layout = layout_of(subjects[0])
    form = forms.recognise(path, layout, claim.window, claim.organisations)
    if isinstance(form, Refused):
        unread = reading.unread(form.line_count, form.rule_id, form.line_number, form.detail)
        return [concluded(unread, judged(unread.records, unread.findings, unread, subject), form.line_count) for subject in subjects]
    read = reading.read(form, layout)
    verdicts = [verdict_on(read, subject, claim) for subject in subjects]
    return [concluded(read, common, form.line_count) for common in verdict.in_common(verdicts)]


def layout_of(subject: Subject) -> header.Layout:
    """Return how the file is written that holds the subject."""
    feed = subject.feed
    return (
        header.of_map(feed.column_map, feed.delivery.school_year) if feed else header.of_contract(subject.standard.contract, subject.standard.sheet)
    )


def verdict_on(read: Reading, subject: Subject, claim: Claim) -> Verdict:
    """Return the verdict on what was read, as far as the reference data at hand allow one."""
    standard, feed = subject.standard, subject.feed
    if feed and subject.missing & feed.column_map.lookup_extracts:
        return judged(read.records, read.findings, read, subject)  # not even the organisation of a record can be told
    records, unmapped = read.records, found.none()
    if feed:
        mapped = mapping.mapped(records, feed)
        records, unmapped = mapped.records, mapped.findings
    typed, findings = checking.check(records, standard.contract, claim, standard.same_person, subject.references)
    # What level 1 says of a value that a spreadsheet changed or the map could not give is only a consequence.
    place = ["line_number", "column_name"]
    mangled = in_contract_columns(read.mangled, feed) if feed else read.mangled
    unmapped = unmapped.join(mangled, on=place, how="anti")
    own = findings.join(pl.concat([mangled, unmapped]), on=place, how="anti")
    return judged(typed, pl.concat([read.findings, mangled, unmapped, own]), read, subject)


def in_contract_columns(findings: pl.DataFrame, feed: Feed) -> pl.DataFrame:
    """Return findings on native columns as findings on the contract columns that come from them."""
    names = [(native, column) for column in feed.sources for native in feed.native_columns(column)]
    columns = pl.DataFrame(names, schema={"column_name": pl.String, "contract_column": pl.String}, orient="row")
    return findings.join(columns, on="column_name").select("rule_id", "line_number", pl.col("contract_column").alias("column_name"), "detail")


def judged(typed: pl.DataFrame, findings: pl.DataFrame, read: Reading, subject: Subject) -> Verdict:
    """Return the verdict on typed records; what a sender of a native file reads names the native columns."""
    standard = subject.standard
    applicable = standards.applicable(findings, standard.not_applicable)
    result = verdict.judge(typed, applicable, read.unreadable_record_count, standard.rules, standard.maximum_quarantined_share)
    result = verdict.waiting(result, subject.missing) if subject.missing else result
    return verdict.renamed(result, subject.feed.native_names) if subject.feed else result


def refused(path: Path | None, rule: Rule, detail: str = "") -> Examination:
    """Return the examination of a file that is returned unread for one reason; without a path there are no bytes either."""
    line_count = lines.survey(path).count if path else 0
    read = reading.unread(line_count, rule.id, detail=detail)
    return concluded(read, verdict.judge(read.records, read.findings, 0, {rule.id: rule}, 1.0), line_count)


def failed_record_count(examined: Sequence[Examination]) -> int:
    """Return how many records of the file were not loaded for each of its extracts."""
    if not examined:
        return 0
    common = examined[0].verdict.loaded["line_number"]
    for examination in examined[1:]:
        common = common.filter(common.is_in(examination.verdict.loaded["line_number"].implode()))
    return examined[0].verdict.record_count - len(common)


def concluded(read: Reading, judged: Verdict, physical_line_count: int) -> Examination:
    """Return the examination with the account of every line. Raises SealeaError if a line is left out."""
    readable_line_count = int(read.records["line_count"].sum())
    loaded_line_count = int(judged.loaded["line_count"].sum())
    account = Account(
        physical_line_count=physical_line_count,
        header_line_count=read.header_line_count,
        blank_line_count=read.blank_line_count,
        loaded_line_count=loaded_line_count,
        quarantined_line_count=readable_line_count - loaded_line_count,
        unreadable_line_count=read.unreadable_line_count,
        loaded_row_count=judged.loaded.height,
        quarantined_row_count=read.records.height - judged.loaded.height,
    )
    account.require_every_line()
    return Examination(judged, account)
