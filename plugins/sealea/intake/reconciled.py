"""What level 2 found, told to the senders: a report on each of their files whose findings changed, beside that of level 1."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from sealea.database import connect
from sealea.errors import SealeaError
from sealea.intake import answering, ledger, outbox, report
from sealea.intake.desk import Desk, open_desk
from sealea.reconcile_rule import load_reconcile_rules
from sealea.settings import Settings

LOGGER = logging.getLogger(__name__)
PARTS = ("physical", "header", "blank", "loaded", "quarantined", "unreadable")
# Of the files that changed, those that count, and those that level 2 returned just now.
CHANGED = """
    select distinct on (state_code, submission_id)
        lower(sender.state_code) as state_code, submission.submission_id, submission.sender_id, submission.original_name, submission.sha256,
        delivery.delivery_id, delivery.received_at, load_status.status
    from ops.reconcile_answer
    inner join ops.submission using (submission_id)
    inner join ops.sender using (sender_id)
    inner join ops.delivery on submission.submission_id = delivery.submission_id and not delivery.is_duplicate
    inner join ops.load on submission.submission_id = load.submission_id
    inner join ops.load_status on load.load_id = load_status.load_id
    left join ops.current_load on load.load_id = current_load.load_id
    where reconcile_answer.answered_at is null and (current_load.load_id is not null or load_status.status = 'returned')
    order by state_code, submission_id, delivery.delivery_id
"""


@dataclass(frozen=True)
class Changed:
    """A file whose findings of level 2 changed, and what became of it."""

    state_code: str
    submission_id: int
    sender_id: str
    original_name: str
    sha256: str
    delivery_id: int
    received_at: datetime
    status: str


def answer(settings: Settings) -> int:
    """Return for how many files reports were posted now: those whose findings of level 2 changed since their sender last heard.

    They are delivered too; an outbox that cannot be written holds up no release, the next run of `receive` tries again.
    """
    with connect(settings.pipeline_dsn) as connection:
        connection.execute("lock table ops.reconcile_answer in share row exclusive mode")
        with connection.cursor(row_factory=class_row(Changed)) as cursor:
            files = cursor.execute(CHANGED).fetchall()
        for state_code, of_state in groupby(files, lambda file: file.state_code):
            desk = open_desk(settings.model_copy(update={"state_pack": state_code}), connection)
            for file in of_state:
                post(desk, connection, file)
        connection.execute("update ops.reconcile_answer set answered_at = clock_timestamp() where answered_at is null")
    try:
        outbox.deliver(settings)
    except SealeaError as error:
        LOGGER.warning("%s", error)
    return len(files)


def post(desk: Desk, connection: psycopg.Connection, file: Changed) -> None:
    """Post the report on one file; with a receipt if level 2 returned it."""
    load_ids = ledger.newest_loads(connection, file.submission_id)
    findings = ledger.findings(connection, load_ids, level=2)
    target = desk.target(file.sender_id, file.original_name)
    current = ledger.current(connection, file.sender_id, target) if target else {}
    counts = dict(line_counts(connection, load_ids))
    is_returned = file.status == "returned"
    facts = report.Facts(
        status="returned" if is_returned else "agrees" if findings.is_empty() else "compared",
        file_name=file.original_name,
        sender_name=desk.accounts[file.sender_id].name,
        subject=desk.rulebook.subject(target),
        delivery_id=file.delivery_id,
        received_at=answering.shown(file.received_at),
        sha256=file.sha256,
        standing_since=answering.shown(max(load.received_at for load in current.values())) if current else "",
        counts=counts,
        record_count=0,
        failed_record_count=0,
        not_applicable=desk.rulebook.not_applicable(target),
        is_of_level_2=True,
    )
    if is_returned:
        for name, body in report.receipt(facts, findings).items():
            outbox.post_file(connection, file.sender_id, name, body)
    answering.post_report(connection, file.sender_id, facts, load_ids, rule_ids=sorted(load_reconcile_rules(desk.settings.project_dir)))


def line_counts(connection: psycopg.Connection, load_ids: list[int]) -> Iterator[tuple[str, dict[str, int]]]:
    """Yield the account of the lines of each load, by extract."""
    names = [f"{part}_line_count" for part in PARTS]
    columns = sql.SQL(", ").join(map(sql.Identifier, ["extract", *names]))
    query = sql.SQL("select {} from ops.load where load_id = any(%s) order by load_id").format(columns)
    for extract, *counts in connection.execute(query, [load_ids]):
        yield extract, dict(zip(names, counts, strict=True))
