"""The outbox: messages that must go out because a transaction committed. Delivered at least once, in the order they were written."""

import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import psycopg

from sealea.database import connect
from sealea.errors import SealeaError
from sealea.intake.reporting import Renderer
from sealea.settings import Settings

LOGGER = logging.getLogger(__name__)
MESSAGES_AT_A_TIME = 100


class Message(NamedTuple):
    """One answer that waits to be delivered: the file `body`, or what a report is made from."""

    message_id: int
    kind: str
    sender_id: str
    file_name: str
    body: str


def post_file(connection: psycopg.Connection, sender_id: str, file_name: str, body: str) -> None:
    """Write down that the sender is to find a file of this name and content in its outbox."""
    insert = "insert into ops.outbox (kind, sender_id, file_name, body) values ('file', %s, %s, %s)"
    connection.execute(insert, [sender_id, file_name, body])


def post_report(connection: psycopg.Connection, sender_id: str, name: str, recipe: str) -> None:
    """Write down that the sender is to find a report; `recipe` says what it is made from and holds no value of a file."""
    insert = "insert into ops.outbox (kind, sender_id, file_name, body) values ('report', %s, %s, %s)"
    connection.execute(insert, [sender_id, name, recipe])


def post_asset(connection: psycopg.Connection, sender_id: str, event: Mapping[str, object]) -> None:
    """Write down that the publish DAG is to hear of new rows."""
    connection.execute("insert into ops.outbox (kind, sender_id, body) values ('asset', %s, %s)", [sender_id, json.dumps(event)])


def deliver(settings: Settings) -> int:
    """Return how many files were put into senders' outboxes now.

    A file that was written while its mark was lost is written again, with the same content. What cannot be rendered or delivered
    stays pending and holds up nothing else; SealeaError then says how many messages those are.
    """
    delivered, last, failed = 0, 0, 0
    while True:
        with connect(settings.pipeline_dsn) as connection:
            renderer = Renderer(settings, connection)
            messages = pending(connection, last)
            drafts = {message.message_id: draft_all(settings, renderer, message) for message in messages}
            # All are written before the first is waited for: the disk then takes them together. Of two of one name the later one goes out.
            is_there = {path: put(path) for path in dict.fromkeys(path for paths in drafts.values() for path in paths or ())}
            written = {message_id: len(paths) for message_id, paths in drafts.items() if paths is not None and all(is_there[path] for path in paths)}
            connection.execute("update ops.outbox set delivered_at = clock_timestamp() where message_id = any(%s)", [list(written)])
        delivered, failed = delivered + sum(written.values()), failed + len(messages) - len(written)
        if not messages:
            break
        last = messages[-1].message_id
    if failed:
        raise SealeaError(f"Answers that could not be put into an outbox: {failed}. The log names the folders; the next run tries again.")
    return delivered


def pending(connection: psycopg.Connection, after: int) -> list[Message]:
    """Return the next pending answers, none that another run is delivering."""
    query = """
        select message_id, kind, sender_id, file_name, body from ops.outbox
        where kind <> 'asset' and delivered_at is null and message_id > %s
        order by message_id limit %s for update skip locked
    """
    return [Message(*row) for row in connection.execute(query, [after, MESSAGES_AT_A_TIME])]


def draft_all(settings: Settings, renderer: Renderer, message: Message) -> list[Path] | None:
    """Return the files of the message, each written as a draft beside its place in the sender's outbox; None if one could not be."""
    folder = settings.sftp_dir / message.sender_id / "outbox"
    try:
        files = renderer.files(message.sender_id, message.body) if message.kind == "report" else {message.file_name: message.body}
    except psycopg.Error:
        raise
    except Exception as error:  # noqa: BLE001 - one report must not hold up the next; an error may quote a file, so only its kind is told
        LOGGER.error("Report %s of %s cannot be written: %s", message.message_id, message.sender_id, type(error).__name__)
        return None
    return [folder / name for name in files] if all(draft(folder / name, body) for name, body in files.items()) else None


def draft_of(path: Path) -> Path:
    """Return where a file of an outbox is written before it is whole."""
    return path.with_name(f".{path.name}.part")


def draft(path: Path, body: str) -> bool:
    """Return whether the draft of a file is written."""
    try:
        path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        draft_of(path).unlink(missing_ok=True)
        descriptor = os.open(draft_of(path), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            os.fchmod(descriptor, 0o644)  # whatever the umask: the sender's own account reads it
            file.write(body)
    except OSError as error:
        return undelivered(path, error)
    return True


def put(path: Path) -> bool:
    """Return whether the file is now in its place, whole and on disk; a reader never sees a part of it."""
    try:
        descriptor = os.open(draft_of(path), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        draft_of(path).replace(path)
    except OSError as error:
        return undelivered(path, error)
    return True


def undelivered(path: Path, error: OSError) -> bool:
    """Return False, when the log says why nothing is delivered to a folder."""
    LOGGER.error("Not delivered to %s: %s", path.parent, error.strerror)
    return False


def pending_asset_events(settings: Settings) -> list[dict[str, object]]:
    """Return what no publish run has pinned yet: extract, school_year, sender_id, load_id and message_id of new rows.

    Nothing is marked here: the run that pins a load marks its message (docs/decisions/0003).
    """
    query = "select message_id, body from ops.outbox where kind = 'asset' and delivered_at is null order by message_id"
    with connect(settings.pipeline_dsn) as connection:
        return [json.loads(body) | {"message_id": message_id} for message_id, body in connection.execute(query)]
