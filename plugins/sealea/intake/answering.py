"""Answering: the facts of one delivery, put together from its examination and the ledger, posted to the sender."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

import polars as pl
import psycopg

from sealea.file_name import FileName
from sealea.intake import examination, ledger, outbox, report
from sealea.intake.desk import Desk
from sealea.intake.examination import Examination


@dataclass(frozen=True)
class Answer:
    """What is known of one delivery. `examined` is by extract; `load_ids` have the findings, None for a delivery without any of its own."""

    status: str
    arrival: ledger.Arrival
    delivery: ledger.Delivery
    sha256: str
    findings: pl.DataFrame | None = None
    examined: Mapping[str, Examination] = field(default_factory=dict)
    repeats: ledger.Reading | None = None
    load_ids: Sequence[int] = ()
    is_again: bool = False
    reread_of: int | None = None

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
        subject=desk.rulebook.subject(target),
        delivery_id=answer.delivery.delivery_id,
        received_at=shown(answer.delivery.received_at),
        sha256=answer.sha256,
        standing_since=shown(max(load.received_at for load in current.values())) if current else "",
        counts={extract: asdict(examination.account) for extract, examination in answer.examined.items()},
        record_count=verdicts[0].record_count if verdicts else 0,
        failed_record_count=examination.failed_record_count(list(answer.examined.values())),
        waits_for=answer.waits_for,
        repeats=answer.repeats.status if answer.repeats else "",
        not_applicable=desk.rulebook.not_applicable(target),
        is_again=answer.is_again,
        reread_of=answer.reread_of,
    )
    for name, body in report.receipt(facts, answer.findings).items():
        outbox.post_file(connection, answer.arrival.sender_id, name, body)
    post_report(connection, answer.arrival.sender_id, facts, answer.load_ids, None if answer.repeats else answer.delivery.submission_id)


def post_report(
    connection: psycopg.Connection,
    sender_id: str,
    facts: report.Facts,
    load_ids: Sequence[int] = (),
    submission_id: int | None = None,
    rule_ids: Sequence[str] = (),
) -> None:
    """Write down that the sender is to find a report on the findings of these loads in its outbox; without loads it is a receipt.

    With `submission_id` it says what changed since the submission before that one; with `rule_ids` it is on these rules alone, such as
    those of level 2. The facts hold no value of a file.
    """
    recipe = {"facts": asdict(facts), "load_ids": list(load_ids), "submission_id": submission_id, "rule_ids": list(rule_ids)}
    outbox.post_report(connection, sender_id, report.stem(facts), json.dumps(recipe))


def shown(moment: datetime) -> str:
    """Return the moment as a sender reads it."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
