"""Publishing an audited release, and going back to an earlier one: pointers move, all in one transaction."""

from dataclasses import dataclass
from typing import Any

import psycopg

from sealea.errors import ReleaseHeld, SealeaError
from sealea.release.partition import (
    LOCK_PATIENCE,
    OWN_COLUMNS,
    Content,
    build_partition,
    drop_leftovers,
    ensure_parent,
    partition_name,
    read_columns,
    read_content,
)
from sealea.release.releases import built_from, published_release, record, scalar, standing_hold, turn
from sealea.release.suite import Suite, load_suites
from sealea.release.view import ensure_view
from sealea.settings import Settings

ACTOR = "publish DAG"
COLUMN_NAMES = "select column_name::text from information_schema.columns where table_schema = 'candidate' and table_name = %s"
PUBLISHED_MART = """
    select release_mart.partition_release_id, release_mart.content_hash
    from ops.current_release
    inner join ops.release_mart using (release_id, mart)
    where current_release.mart = %s
"""
COVERAGE = """
    insert into ops.release_coverage (release_id, extract, school_year, lea_count)
    select %s, extract, school_year, lea_reported from restricted.audit_coverage where lea_reported > 0
"""
MOVE_POINTERS = """
    insert into ops.current_release (mart, release_id, partition_release_id)
    select mart, release_id, partition_release_id from ops.release_mart where release_id = %s
    on conflict (mart) do update set release_id = excluded.release_id, partition_release_id = excluded.partition_release_id
"""


@dataclass(frozen=True)
class ServedMart:
    """The partition that serves one mart of a release."""

    mart: str
    partition_release_id: int
    content: Content


def publish(settings: Settings, release_id: int) -> dict[str, Any]:
    """Let readers see the audited release; return its marts with their rows and the release whose partition serves them.

    A mart whose content is that of the published release keeps its partition. Publishing the same release again changes nothing.
    Raises SealeaError, and leaves readers with the last release, if the candidate is not the one that the gate has passed.
    """
    marts = [suite for suite in load_suites(settings.project_dir) if suite.is_mart]
    with turn(settings.pipeline_dsn) as connection:
        if published_release(connection) != release_id:
            refuse_publishing(connection, release_id)
            refuse_lost_marts(connection, marts)
            try:
                drop_leftovers(connection)
                go_live(connection, release_id, [serve(connection, suite, release_id) for suite in marts])
            except psycopg.errors.LockNotAvailable as error:
                cause = "A lock was not free; when a mart has a new column, it is a reader who keeps the old shape open"
                raise SealeaError(f"{cause}. Readers still see the last release. Publish release {release_id} again.") from error
        return describe(connection, release_id)


def refuse_publishing(connection: psycopg.Connection, release_id: int) -> None:
    """Raise unless the gate passed this release, nothing is on hold and the candidate is still the one that was audited."""
    if hold := standing_hold(connection):
        raise ReleaseHeld(f"{hold}. Lift the hold to publish release {release_id}.")
    statuses = {status for (status,) in connection.execute("select status from ops.release_event where release_id = %s", [release_id])}
    if statuses - {"held"}:
        raise SealeaError(f"Release {release_id} has been published before. To show it again, roll back to it.")
    passed = scalar(connection, "select bool_and(is_met or severity <> 'critical') from ops.gate_result where release_id = %s", [release_id])
    if statuses or not passed:
        raise ReleaseHeld(f"The gate has not passed release {release_id}; ops.gate_result says why. Trigger the publish DAG again.")
    pin_id = scalar(connection, "select pin_id from ops.release where release_id = %s", [release_id])
    if built_from(connection, "marts") != pin_id:
        raise SealeaError(f"The candidate marts are no longer those that release {release_id} was audited on. Trigger the publish DAG again.")


def refuse_lost_marts(connection: psycopg.Connection, marts: list[Suite]) -> None:
    """Raise SealeaError if a mart that readers know is not part of this release: they would see it beside newer ones."""
    known = {mart for (mart,) in connection.execute("select mart from ops.current_release")}
    if lost := sorted(known - {suite.table for suite in marts}):
        raise SealeaError(
            f"published.{lost[0]} has no suite in expectations/marts/ any more, so it cannot be part of a release. "
            f"Restore it, or retire it for good: drop view published.{lost[0]}; delete from ops.current_release where mart = '{lost[0]}'."
        )


def serve(connection: psycopg.Connection, suite: Suite, release_id: int) -> ServedMart:
    """Return the partition that will serve a mart: the published one if the content is the same, else a new one."""
    mart, columns = suite.table, read_columns(connection, "candidate", suite.table)
    if reserved := OWN_COLUMNS & {name for (name,) in connection.execute(COLUMN_NAMES, [mart])}:
        raise SealeaError(f"candidate.{mart} has a column {', '.join(reserved)}, which publishing adds itself. Rename it in the model.")
    content = read_content(connection, "candidate", mart, columns)
    published = connection.execute(PUBLISHED_MART, [mart]).fetchone()
    if published and published[1] == content.content_hash:
        return ServedMart(mart, published[0], content)
    ensure_parent(connection, mart, columns)
    build_partition(connection, mart, suite.key, release_id, content)
    return ServedMart(mart, release_id, content)


def go_live(connection: psycopg.Connection, release_id: int, served: list[ServedMart]) -> None:
    """Record the release, describe its views and move every pointer, in one transaction."""
    insert = "insert into ops.release_mart (release_id, mart, partition_release_id, row_count, content_hash) values (%s, %s, %s, %s, %s)"
    with connection.transaction():
        connection.execute(f"set local lock_timeout = '{LOCK_PATIENCE}'")
        for mart in served:
            ensure_view(connection, mart.mart)
            connection.execute(insert, [release_id, mart.mart, mart.partition_release_id, mart.content.row_count, mart.content.content_hash])
        connection.execute(COVERAGE, [release_id])
        connection.execute(MOVE_POINTERS, [release_id])
        record(connection, release_id, "published", ACTOR)


def describe(connection: psycopg.Connection, release_id: int) -> dict[str, Any]:
    """Return a release with the rows and the serving partition of each of its marts."""
    rows = connection.execute("select mart, row_count, partition_release_id from ops.release_mart where release_id = %s order by mart", [release_id])
    marts = {mart: {"rows": count, "partition_release_id": partition, "is_new": partition == release_id} for mart, count, partition in rows}
    return {"release_id": release_id, "marts": marts}


def rollback(settings: Settings, to_release_id: int, actor: str, reason: str) -> None:
    """Let readers see an earlier release again, and put publishing on hold so that the next run does not undo it.

    A mart that the earlier release did not have is empty meanwhile. Raises SealeaError if that release was never published or is gone.
    """
    with turn(settings.pipeline_dsn) as connection:
        from_release_id = published_release(connection)
        refuse_rollback(connection, from_release_id, to_release_id)
        assert from_release_id is not None
        with connection.transaction():
            connection.execute("delete from ops.current_release")
            connection.execute(MOVE_POINTERS, [to_release_id])
            record(connection, from_release_id, "rolled_back", actor, f"to release {to_release_id}: {reason}")
            if standing_hold(connection) is None:
                connection.execute("insert into ops.release_hold (actor, reason) values (%s, %s)", [actor, reason])


def refuse_rollback(connection: psycopg.Connection, from_release_id: int | None, to_release_id: int) -> None:
    """Raise SealeaError unless readers see another release and every partition of the earlier one is there."""
    if from_release_id == to_release_id:
        raise SealeaError(f"Readers already see release {to_release_id}.")
    served = connection.execute("select mart, partition_release_id from ops.release_mart where release_id = %s", [to_release_id]).fetchall()
    if not served:
        raise SealeaError(f"Release {to_release_id} was never published. Choose one that ops.release_event lists as published.")
    for mart, partition in served:
        if scalar(connection, "select to_regclass(%s)", [f"release.{partition_name(mart, partition)}"]) is None:
            raise SealeaError(f"The rows of {mart} as of release {to_release_id} are no longer kept. Choose a later release.")


def lift_hold(settings: Settings, actor: str) -> bool:
    """Let the next run publish again; return whether there was a hold."""
    with turn(settings.pipeline_dsn) as connection:
        lift = "update ops.release_hold set lifted_at = clock_timestamp(), lifted_by = %s where lifted_at is null"
        return connection.execute(lift, [actor]).rowcount > 0
