"""Receiving: uploads from the inboxes to raw rows and answers, in batches; what waits for reference data is taken up again."""

import logging
from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import asdict
from typing import Any

import psycopg

from sealea.database import connect
from sealea.errors import SealeaError, UnsafeUpload
from sealea.intake import admission, batches, failures, inbox, landing, ledger
from sealea.intake.admission import File
from sealea.intake.desk import Desk, open_desk
from sealea.settings import Settings

LOGGER = logging.getLogger(__name__)
OUTCOMES = ("accepted", "returned", "waiting", "duplicate")


def by_state(settings: Settings) -> list[Settings]:
    """Return the settings once for each state that has senders, each naming the state's own pack: one warehouse holds several."""
    with connect(settings.pipeline_dsn) as connection:
        states = connection.execute("select distinct lower(state_code) from ops.sender order by 1").fetchall()
    return [settings.model_copy(update={"state_pack": state}) for (state,) in states]


def ready_batches(settings: Settings) -> list[dict[str, Any]]:
    """Return what can be received now as batches {state_pack, label, files}: by state, the SEA's files first, then by sender."""
    return [batch for state in by_state(settings) for batch in ready_batches_of_state(state)]


def ready_batches_of_state(settings: Settings) -> list[dict[str, Any]]:
    """Return the batches of the state whose pack the settings name; each sender's files are in order of receipt."""
    with connect(settings.pipeline_dsn) as connection:
        desk = open_desk(settings, connection)
    uploads = inbox.ready(desk.places, desk.accounts, settings.settle_seconds)
    order = {sender_id: place for place, sender_id in enumerate(desk.accounts)}
    uploads.sort(key=lambda upload: (order[upload.sender_id], upload.sent_at_ns, upload.quoted_name))
    divided = batches.divide(uploads, settings.batch_files, lambda upload: scope(desk, upload))
    return [{"state_pack": settings.state_pack, "label": label(desk, batch), "files": [asdict(upload) for upload in batch]} for batch in divided]


def scope(desk: Desk, upload: inbox.Upload) -> Hashable:
    """Return what uploads have in common that must be received in their order: sender, year, window and extracts."""
    target = desk.target(upload.sender_id, upload.name)
    return (upload.sender_id, target.school_year, target.window_code, desk.family(target)) if target else (upload.sender_id, upload.quoted_name)


def label(desk: Desk, batch: list[inbox.Upload]) -> str:
    """Return what an operator sees of the batch, such as "ex-0101 staff + 3 files"."""
    target = desk.target(batch[0].sender_id, batch[0].name)
    first = f"{batch[0].sender_id} {target.layout if target else 'unnamed'}"
    return first if len(batch) == 1 else f"{first} + {len(batch) - 1} file{'s' if len(batch) > 2 else ''}"


def receive_batch(settings: Settings, batch: Mapping[str, Any]) -> dict[str, int]:
    """Return how many files of the batch were accepted, returned, left waiting and duplicate.

    A file that fails for a reason of ours stays in its inbox; the others go on, and an ExceptionGroup of SealeaErrors says
    at the end what went wrong.
    """
    outcomes: Counter[str] = Counter(dict.fromkeys(OUTCOMES, 0))
    failed: list[SealeaError] = []
    with connect(settings.pipeline_dsn) as connection:
        desk = open_desk(settings.model_copy(update={"state_pack": batch["state_pack"]}), connection)
        connection.commit()
        for fields in batch["files"]:
            upload = inbox.Upload(**fields)
            try:
                outcome = receive(desk, connection, upload)
            except Exception as error:  # noqa: BLE001 - one file must not disturb the next; raised below
                failed.append(failures.told(f"Upload {upload.signature} of {upload.sender_id} is still in its inbox", error))
            else:
                outcomes.update([outcome] if outcome else [])
    if failed:
        raise ExceptionGroup(f"{len(failed)} of {len(batch['files'])} files could not be received", failed)
    return dict(outcomes)


def recheck_waiting(settings: Settings) -> dict[str, int]:
    """Return what became of the submissions whose reference data have come since, in all states."""
    outcomes: Counter[str] = Counter(dict.fromkeys(OUTCOMES, 0))
    for state in by_state(settings):
        outcomes.update(recheck_waiting_of_state(state))
    return dict(outcomes)


def recheck_waiting_of_state(settings: Settings) -> dict[str, int]:
    """Return what became of the submissions of one state that waited; those that must wait on are not counted.

    One that fails for a reason of ours waits on; an ExceptionGroup of SealeaErrors says at the end what went wrong.
    """
    outcomes: Counter[str] = Counter(dict.fromkeys(OUTCOMES, 0))
    failed: list[SealeaError] = []
    with connect(settings.pipeline_dsn) as connection:
        desk = open_desk(settings, connection)
        waiting = ledger.waiting(connection, desk.pack.state_code)
        connection.commit()
        for submission in waiting:
            try:
                outcome = admission.readmit(desk, connection, submission, landing.landed(settings.landing_dir, submission.sha256))
            except Exception as error:  # noqa: BLE001 - one file must not disturb the next; raised below
                failed.append(failures.told(f"Submission {submission.delivery.submission_id} waits on", error))
            else:
                outcomes.update([outcome] if outcome else [])
    if failed:
        raise ExceptionGroup(f"{len(failed)} of {len(waiting)} waiting files could not be read again", failed)
    return dict(outcomes)


def receive(desk: Desk, connection: psycopg.Connection, upload: inbox.Upload) -> str | None:
    """Return the outcome of one upload; None if it changes, is gone, or was received before a crash."""
    arrival = ledger.Arrival(upload.sender_id, upload.name, upload.signature)
    target = desk.target(upload.sender_id, upload.name)
    try:
        landed = land(desk, upload)
        refusal = ""
    except UnsafeUpload as error:
        landed, refusal = None, str(error)
    if landed is None and not refusal:
        return None
    outcome = admission.admit(desk, connection, File(arrival, target, landed, refusal))
    inbox.clear(desk.places, upload, is_refused=bool(refusal))
    LOGGER.info("Upload %s of %s: %s", upload.signature, upload.sender_id, outcome)
    return outcome


def land(desk: Desk, upload: inbox.Upload) -> landing.LandedFile | None:
    """Return the landed bytes; None if the upload is gone or changes. Raises UnsafeUpload, with nothing read."""
    file = inbox.open_upload(desk.places, upload, desk.settings.maximum_file_bytes)
    if file is None:
        return None
    with file:
        landed = landing.land(file, desk.settings.landing_dir)
        return landed if inbox.is_unchanged(file, upload) else None
