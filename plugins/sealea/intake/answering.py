"""Answering: the facts of one delivery, put together from its examination and the ledger, posted to the sender."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

import polars as pl
import psycopg

from sealea.file_name import FileName
from sealea.intake import ledger, outbox, report
from sealea.intake.desk import Desk
from sealea.intake.examination import Examination


@dataclass(frozen=True)
class Answer:
    """What is known of one delivery. `examined` is by extract; a delivery that repeats an earlier one has the findings of the ledger."""

    status: str
    arrival: ledger.Arrival
    delivery: ledger.Delivery
    sha256: str
    findings: pl.DataFrame | None = None
    examined: Mapping[str, Examination] = field(default_factory=dict)
    repeats: ledger.Reading | None = None
    is_again: bool = False

    @property
    def waits_for(self) -> str:
        """Return the reference data for which the file waits; empty if it does not."""
        if self.repeats:
            return self.repeats.reason if self.repeats.status == "waiting" else ""
        return next((examination.verdict.reason or "" for examination in self.examined.values() if self.status == "waiting"), "")


def post(desk: Desk, connection: psycopg.Connection, target: FileName | None, answer: Answer, current: Mapping[str, ledger.Current]) -> None:
    """Post the answer to the sender; `current` is what counted before."""
    verdicts = [examination.verdict for examination in answer.examined.values()]
    facts = report.Facts(
        status=answer.status,
        file_name=answer.arrival.file_name,
        sender_name=desk.accounts[answer.arrival.sender_id].name,
        subject=subject(desk, target),
        delivery_id=answer.delivery.delivery_id,
        received_at=shown(answer.delivery.received_at),
        sha256=answer.sha256,
        standing_since=shown(max(load.received_at for load in current.values())) if current else "",
        counts={extract: asdict(examination.account) for extract, examination in answer.examined.items()},
        record_count=verdicts[0].record_count if verdicts else 0,
        failed_record_count=failed_records(list(answer.examined.values())),
        waits_for=answer.waits_for,
        repeats=answer.repeats.status if answer.repeats else "",
        not_applicable=not_applicable(desk, target),
        is_again=answer.is_again,
    )
    findings = pl.concat([verdict.findings for verdict in verdicts]).unique(maintain_order=True) if verdicts else answer.findings
    for name, body in report.answer(facts, findings).items():
        outbox.post_file(connection, answer.arrival.sender_id, name, body)


def failed_records(examined: list[Examination]) -> int:
    """Return how many records of the file were not loaded for each of its extracts."""
    if not examined:
        return 0
    common = examined[0].verdict.loaded["line_number"]
    for examination in examined[1:]:
        common = common.filter(common.is_in(examination.verdict.loaded["line_number"].implode()))
    return examined[0].verdict.record_count - len(common)


def not_applicable(desk: Desk, target: FileName | None) -> tuple[str, ...]:
    """Return the rules that the state does not apply to files like this one."""
    if target is None:
        return ()
    return tuple(sorted({rule for extract in target.extracts for rule in desk.standard(extract, target).not_applicable}))


def subject(desk: Desk, target: FileName | None) -> str:
    """Return what the file is about, such as "Everyone the LEA employs (staff), 2025-26, window close"."""
    if target is None:
        return ""
    year = f"{target.school_year - 1}-{target.school_year % 100:02d}"
    is_native = target.layout in desk.pack.maps
    title = desk.pack.maps[target.layout].title if is_native else desk.contracts[target.layout].title
    return f"{title} ({', '.join(target.extracts)}), {year}, window {target.window_code}"


def shown(moment: datetime) -> str:
    """Return the moment as a sender reads it."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
