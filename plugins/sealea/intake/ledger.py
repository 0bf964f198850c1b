"""The ledger of deliveries: what was delivered, how it was read, what became of it. Written in the caller's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

import polars as pl
import psycopg
from psycopg import sql

from sealea.file_name import FileName
from sealea.intake import findings as found

ACTOR = "intake"
UNREAD = "unread"  # stands for the sha256 of an upload that was refused before its first byte
FINDING = ("rule_id", "severity", "line_number", "column_name", "message", "fix", "detail")


@dataclass(frozen=True)
class Arrival:
    """A file that a sender delivered: its name as shown, and what tells it from others of that name."""

    sender_id: str
    file_name: str
    signature: str


@dataclass(frozen=True)
class Delivery:
    """One file taken from an inbox, and the submission it is or repeats."""

    delivery_id: int
    submission_id: int
    received_at: datetime


@dataclass(frozen=True)
class Current:
    """The load that counts for a sender, extract, school year and window, and how its file was written."""

    load_id: int
    submission_id: int
    sha256: str
    layout: str
    received_at: datetime


@dataclass(frozen=True)
class Reading:
    """The newest loads of one submission: their common status and reason, (extract, contract version, pack version), reference vintage."""

    submission_id: int
    sha256: str
    status: str
    reason: str
    versions: set[tuple[str, str, str]]
    vintage: tuple[int, ...]


@dataclass(frozen=True)
class Waiting:
    """A submission that waits for reference data."""

    arrival: Arrival
    delivery: Delivery
    sha256: str


def lock(connection: psycopg.Connection, arrival: Arrival, target: FileName | None) -> None:
    """Wait until no other transaction handles the same sender, extracts, school year and window; ends with the transaction."""
    scopes = [f"{extract} {target.school_year} {target.window_code}" for extract in sorted(target.extracts)] if target else [arrival.file_name]
    for scope in scopes:  # in one order for all, so that two files cannot wait for one another
        connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"intake {arrival.sender_id} {scope}"])


def is_delivered(connection: psycopg.Connection, arrival: Arrival) -> bool:
    """Return whether the ledger has this file already: a crash left it in the inbox after its commit."""
    query = "select 1 from ops.delivery where sender_id = %s and original_name = %s and upload_signature = %s"
    return connection.execute(query, [arrival.sender_id, arrival.file_name, arrival.signature]).fetchone() is not None


def current(connection: psycopg.Connection, sender_id: str, target: FileName) -> dict[str, Current]:
    """Return the loads that count for the target, by extract; an extract without one is left out."""
    query = """
        select current_load.extract, current_load.load_id, submission.submission_id, submission.sha256, submission.layout, submission.received_at
        from ops.current_load inner join ops.submission using (submission_id)
        where current_load.sender_id = %s and current_load.extract = any(%s)
            and current_load.school_year = %s and current_load.window_code = %s
    """
    rows = connection.execute(query, [sender_id, list(target.extracts), target.school_year, target.window_code])
    return {extract: Current(*values) for extract, *values in rows}


def last_reading(connection: psycopg.Connection, sender_id: str, target: FileName) -> Reading | None:
    """Return the newest reading of the newest submission for the target; None if nothing was ever submitted."""
    query = """
        select max(submission_id) from ops.submission
        where sender_id = %s and layout = %s and school_year = %s and window_code = %s
    """
    row = connection.execute(query, [sender_id, target.layout, target.school_year, target.window_code]).fetchone()
    return reading_of(connection, row[0]) if row and row[0] else None


def reading_of(connection: psycopg.Connection, submission_id: int) -> Reading:
    """Return the newest reading of a submission."""
    query = """
        select distinct on (load.extract)
            load.load_id, load.extract, load.contract_version, load.pack_version,
            load_status.status, coalesce(load_status.reason, ''), submission.sha256
        from ops.load
        inner join ops.load_status using (load_id)
        inner join ops.submission using (submission_id)
        where load.submission_id = %s
        order by load.extract, load.load_id desc
    """
    rows = connection.execute(query, [submission_id]).fetchall()
    status, reason, sha256 = rows[0][4:]
    vintage = "select distinct reference_load_id from ops.load_reference where load_id = any(%s) order by 1"
    references = connection.execute(vintage, [[row[0] for row in rows]]).fetchall()
    return Reading(submission_id, sha256, status, reason, {row[1:4] for row in rows}, tuple(load_id for (load_id,) in references))


def newest_loads(connection: psycopg.Connection, submission_id: int) -> list[int]:
    """Return the newest loads of a submission, one for each of its extracts."""
    query = "select max(load_id) from ops.load where submission_id = %s group by extract order by 1"
    return [load_id for (load_id,) in connection.execute(query, [submission_id])]


def is_certified(connection: psycopg.Connection, sender_id: str, target: FileName) -> bool:
    """Return whether what counts for the target is certified, in whole or in part."""
    query = """
        select 1 from ops.current_load inner join ops.load_status using (load_id)
        where load_status.status = 'certified' and sender_id = %s and extract = any(%s) and school_year = %s and window_code = %s
    """
    values = [sender_id, list(target.extracts), target.school_year, target.window_code]
    return connection.execute(query, values).fetchone() is not None


def told(connection: psycopg.Connection, submission_id: int) -> set[tuple[Any, ...]]:
    """Return what the sender knows of the newest reading of a submission: its status, and the findings with their weight and place."""
    query = """
        with newest as (select max(load_id) as load_id from ops.load where submission_id = %s group by extract)
        select status, coalesce(reason, ''), null, null from ops.load_status inner join newest using (load_id)
        union all
        select rule_id, severity, line_number, column_name from ops.finding inner join newest using (load_id) where level = 1
    """
    return set(connection.execute(query, [submission_id]))


def findings(connection: psycopg.Connection, load_ids: Sequence[int], level: int | None = None) -> pl.DataFrame:
    """Return the explained findings of the loads of one file that stand, of one level or of both."""
    query = """
        select {} from ops.finding
        where load_id = any(%s) and level = coalesce(%s, level)
            and not exists (select from ops.finding_cleared where finding_cleared.finding_id = finding.finding_id)
    """
    columns = sql.SQL(", ").join(sql.Identifier(name) for name in FINDING)
    rows = connection.execute(sql.SQL(query).format(columns), [list(load_ids), level]).fetchall()
    schema = dict.fromkeys(FINDING, pl.String) | {"line_number": pl.Int64}
    return found.combined([pl.DataFrame(rows, schema=schema, orient="row")])


def waiting(connection: psycopg.Connection, state_code: str) -> list[Waiting]:
    """Return the submissions of the state that wait, oldest first."""
    query = """
        select submission.sender_id, delivery.original_name, delivery.upload_signature,
            delivery.delivery_id, delivery.submission_id, delivery.received_at, submission.sha256
        from ops.submission
        inner join ops.sender using (sender_id)
        inner join ops.delivery using (submission_id)
        where sender.state_code = %s and not delivery.is_duplicate
            and exists (
                select from ops.load inner join ops.load_status using (load_id)
                where load.submission_id = submission.submission_id and load_status.status = 'waiting'
            )
        order by submission.submission_id
    """
    return [Waiting(Arrival(*row[:3]), Delivery(*row[3:6]), row[6]) for row in connection.execute(query, [state_code]).fetchall()]


def end_waiting(connection: psycopg.Connection, sender_id: str, target: FileName, submission_id: int) -> None:
    """Mark as superseded what waits of the target in earlier submissions than this one."""
    condition = """
        submission.sender_id = %s and submission.layout = %s and submission.school_year = %s and submission.window_code = %s
            and submission.submission_id < %s
    """
    values = [sender_id, target.layout, target.school_year, target.window_code, submission_id]
    for load_id in waiting_loads(connection, condition, values):
        add_event(connection, load_id, "superseded", f"replaced by submission {submission_id}")


def waiting_loads(connection: psycopg.Connection, condition: LiteralString, values: list[Any]) -> list[int]:
    """Return the waiting loads that meet a condition on load and submission."""
    query = (
        "select load.load_id from ops.load inner join ops.load_status using (load_id) inner join ops.submission using (submission_id) "
        "where load_status.status = 'waiting' and " + condition
    )
    return [load_id for (load_id,) in connection.execute(query, values)]


def add_submission(
    connection: psycopg.Connection,
    arrival: Arrival,
    target: FileName | None,
    sha256: str,
    byte_count: int,
    resubmission: tuple[str, str, str] | None = None,
) -> int:
    """Return a new submission of these bytes; `target` is None if the name could not be understood.

    `resubmission` is what the sender says of sending it again: type, reason, and what it replaces.
    """
    insert = """
        insert into ops.submission
            (sender_id, layout, school_year, window_code, sha256, byte_count, original_name,
            resubmission_type, resubmission_reason, resubmission_replaces)
        values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) returning submission_id
    """
    named = [target.layout, target.school_year, target.window_code] if target else [None, None, None]
    again = resubmission or (None, None, None)
    return int(returned(connection, insert, [arrival.sender_id, *named, sha256, byte_count, arrival.file_name, *again])[0])


def add_delivery(connection: psycopg.Connection, arrival: Arrival, submission_id: int, *, is_duplicate: bool) -> Delivery:
    """Return a new delivery of the submission."""
    insert = """
        insert into ops.delivery (sender_id, original_name, upload_signature, submission_id, is_duplicate)
        values (%s, %s, %s, %s, %s) returning delivery_id, submission_id, received_at
    """
    return Delivery(*returned(connection, insert, [arrival.sender_id, arrival.file_name, arrival.signature, submission_id, is_duplicate]))


def next_load_id(connection: psycopg.Connection) -> int:
    """Return the id of a load that is to come: its rows are copied while the file is still read."""
    return int(returned(connection, "select nextval(pg_get_serial_sequence('ops.load', 'load_id'))", [])[0])


def add_load(
    connection: psycopg.Connection,
    load_id: int,
    submission_id: int,
    extract: str | None,
    versions: tuple[str | None, str],
    vintage: Iterable[int],
    counts: Mapping[str, int],
) -> None:
    """Add a load of the submission under these versions of contract and pack; `counts` has the count columns of ops.load."""
    row = {
        "load_id": load_id,
        "submission_id": submission_id,
        "extract": extract,
        "contract_version": versions[0],
        "pack_version": versions[1],
        **counts,
    }
    columns = sql.SQL(", ").join(sql.Identifier(name) for name in row)
    values = sql.SQL(", ").join([sql.Placeholder()] * len(row))
    connection.execute(sql.SQL("insert into ops.load ({}) overriding system value values ({})").format(columns, values), list(row.values()))
    reference = "insert into ops.load_reference (load_id, reference_load_id) select %s, unnest(%s::bigint[])"
    connection.execute(reference, [load_id, list(vintage)])


def add_event(connection: psycopg.Connection, load_id: int, status: str, reason: str | None) -> None:
    """Append a status to the load's history."""
    insert = "insert into ops.load_event (load_id, status, actor, reason) values (%s, %s, %s, %s)"
    connection.execute(insert, [load_id, status, ACTOR, reason])


def returned(connection: psycopg.Connection, insert: LiteralString | sql.Composed, values: list[Any]) -> tuple[Any, ...]:
    """Return the row that an insert gives back."""
    row = connection.execute(insert, values).fetchone()
    assert row is not None
    return row
