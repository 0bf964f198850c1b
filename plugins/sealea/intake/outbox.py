"""The outbox: messages that must go out because a transaction committed. Delivered at least once, in the order they were written."""

import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path

import psycopg

from sealea.database import connect
from sealea.errors import SealeaError
from sealea.settings import Settings

LOGGER = logging.getLogger(__name__)
MESSAGES_AT_A_TIME = 100


def post_file(connection: psycopg.Connection, sender_id: str, file_name: str, body: str) -> None:
    """Write down that the sender is to find a file of this name and content in its outbox."""
    insert = "insert into ops.outbox (kind, sender_id, file_name, body) values ('file', %s, %s, %s)"
    connection.execute(insert, [sender_id, file_name, body])


def post_asset(connection: psycopg.Connection, sender_id: str, event: Mapping[str, object]) -> None:
    """Write down that the publish DAG is to hear of new rows."""
    connection.execute("insert into ops.outbox (kind, sender_id, body) values ('asset', %s, %s)", [sender_id, json.dumps(event)])


def deliver(settings: Settings) -> int:
    """Return how many files were put into senders' outboxes now.

    A file that was written while its mark was lost is written again, with the same content. What cannot be delivered stays
    pending and holds up nothing else; SealeaError then says how many those are.
    """
    delivered, last, failed = 0, 0, 0
    while True:
        with connect(settings.pipeline_dsn) as connection:
            messages = pending_files(connection, last)
            written = [message_id for message_id, sender_id, name, body in messages if put(settings.sftp_dir / sender_id / "outbox", name, body)]
            connection.execute("update ops.outbox set delivered_at = clock_timestamp() where message_id = any(%s)", [written])
        delivered, failed = delivered + len(written), failed + len(messages) - len(written)
        if not messages:
            break
        last = messages[-1][0]
    if failed:
        raise SealeaError(f"Answers that could not be put into an outbox: {failed}. The log names the folders; the next run tries again.")
    return delivered


def pending_files(connection: psycopg.Connection, after: int) -> list[tuple[int, str, str, str]]:
    """Return the next pending files as (message, sender, file name, body), none that another run is delivering."""
    query = """
        select message_id, sender_id, file_name, body from ops.outbox
        where kind = 'file' and delivered_at is null and message_id > %s
        order by message_id limit %s for update skip locked
    """
    return connection.execute(query, [after, MESSAGES_AT_A_TIME]).fetchall()


def put(folder: Path, file_name: str, body: str) -> bool:
    """Return whether the file is now in `folder`, whole; a reader never sees a part of it."""
    draft = folder / f".{file_name}.part"
    try:
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            os.fchmod(descriptor, 0o644)  # whatever the umask: the sender's own account reads it
            file.write(body)
            file.flush()
            os.fsync(descriptor)
        draft.replace(folder / file_name)
    except OSError as error:
        LOGGER.error("Not delivered to %s: %s", folder, error.strerror)
        return False
    return True


def pending_asset_events(settings: Settings) -> list[dict[str, object]]:
    """Return what no publish run has pinned yet: extract, school_year, sender_id, load_id and message_id of new rows.

    Nothing is marked here: the run that pins a load marks its message (docs/decisions/0003).
    """
    query = "select message_id, body from ops.outbox where kind = 'asset' and delivered_at is null order by message_id"
    with connect(settings.pipeline_dsn) as connection:
        return [json.loads(body) | {"message_id": message_id} for message_id, body in connection.execute(query)]
