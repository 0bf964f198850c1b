"""Examination: what a file holds and what becomes of it, by its contracts alone. It needs no warehouse and changes nothing."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from sealea.contract import Rule
from sealea.intake import body, forms, header, lines, reading, second_look
from sealea.intake.checking import Claim
from sealea.intake.forms import Refused, Rows, Text
from sealea.intake.inspection import InMemory, Inspection, Keeper, Subject
from sealea.intake.lines import Account
from sealea.intake.reading import Reading
from sealea.intake.second_look import Seen
from sealea.intake.verdict import Judgement, Verdict, in_common

__all__ = ["Examination", "Subject", "examined", "layout_of", "refused"]


@dataclass(frozen=True)
class Examination:
    """The verdict on what one file says of one extract, the account of its lines, and the typed rows to load if they were kept in memory."""

    verdict: Verdict
    account: Account
    loaded: pl.DataFrame


def examined(
    path: Path, subjects: Sequence[Subject], claim: Claim, keepers: Sequence[Keeper] = (), watch: Callable[[float], None] = lambda _share: None
) -> list[Examination]:
    """Return the examination of the file for each of its extracts, all accepted, all returned or all waiting.

    `keepers` take the typed rows, one for each extract, while the file is read in pieces; without them the rows are kept in memory.
    `watch` is told after each piece what share of the file's lines, 0 to 1, is checked.
    Raises RuleBug if a rule of a contract or an expression of a map does not run.
    """
    layout = layout_of(subjects[0])
    form = forms.recognise(path, layout, claim.window, claim.organisations)
    keepers = keepers or [InMemory() for _ in subjects]
    inspections = [Inspection(subject, claim, keeper, form.line_count) for subject, keeper in zip(subjects, keepers, strict=True)]
    seen = Seen()
    for piece in pieces(form, layout, needs_whole_file=any(subject.needs_whole_file for subject in subjects)):
        seen.note(piece)
        for inspection in inspections:
            inspection.take(piece)
        watch(inspections[0].seen_line_count / max(form.line_count, 1))

    def again(wanted: pl.Series | None) -> Iterator[pl.DataFrame]:
        assert not isinstance(form, Refused)
        return second_look.records(form, layout, seen, wanted)

    concluded = [inspection.concluded(again) for inspection in inspections]
    verdicts = in_common([verdict for verdict, _ in concluded])
    for keeper, verdict, (_, late) in zip(keepers, verdicts, concluded, strict=True):
        if verdict.status == "accepted":
            keeper.settle(late)
        else:
            keeper.give_up()
    return [
        Examination(verdict, inspection.account(is_loaded=verdict.status == "accepted"), keeper.rows if isinstance(keeper, InMemory) else nothing())
        for verdict, inspection, keeper in zip(verdicts, inspections, keepers, strict=True)
    ]


def nothing() -> pl.DataFrame:
    """Return a frame of no rows."""
    return pl.DataFrame(schema=body.POSITION)


def pieces(form: Text | Rows | Refused, layout: header.Layout, *, needs_whole_file: bool) -> Iterator[Reading]:
    """Yield the reading of the file in pieces; in one if a rule compares its records, in none of records if it is refused."""
    if isinstance(form, Refused):
        yield reading.unread(form.line_count, form.rule_id, form.line_number, form.detail)
    elif needs_whole_file:
        yield reading.read(form, layout)
    else:
        yield from reading.pieces(form, layout)


def layout_of(subject: Subject) -> header.Layout:
    """Return how the file is written that holds the subject."""
    feed = subject.feed
    return (
        header.of_map(feed.column_map, feed.delivery.school_year) if feed else header.of_contract(subject.standard.contract, subject.standard.sheet)
    )


def refused(path: Path | None, rule: Rule, detail: str = "") -> Examination:
    """Return the examination of a file that is returned unread for one reason; without a path there are no bytes either."""
    line_count = lines.survey(path).count if path else 0
    judgement = Judgement({rule.id: rule}, 1.0)
    unread = reading.unread(line_count, rule.id, detail=detail)
    judgement.weigh(unread.findings)
    return Examination(judgement.verdict(0, 0), Account(line_count, 0, 0, 0, 0, line_count, 0, 0), nothing())


def failed_record_count(examined: Sequence[Examination]) -> int:
    """Return how many records of the file were not loaded for each of its extracts."""
    if not examined:
        return 0
    first = examined[0].verdict
    if first.status != "accepted":
        return first.record_count
    quarantined: int = pl.concat([examination.verdict.quarantined for examination in examined]).n_unique()
    return quarantined + first.failed_record_count - len(first.quarantined)
