"""Admission: what becomes of one file, all of it in one transaction: submission, loads, rows, findings, answer."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import psycopg

from sealea.file_name import FileName
from sealea.intake import answering, examination, forms, ledger, loading, outbox, pseudonym
from sealea.intake import findings as found
from sealea.intake.answering import Answer
from sealea.intake.desk import Desk
from sealea.intake.examination import Examination
from sealea.intake.landing import LandedFile
from sealea.intake.references import References, Vintage


@dataclass(frozen=True)
class File:
    """One file at the desk. `landed` is None if it was refused unread, for the reason `refusal`."""

    arrival: ledger.Arrival
    target: FileName | None
    landed: LandedFile | None
    refusal: str = ""

    @property
    def sha256(self) -> str:
        """Return the file's content as the ledger knows it."""
        return self.landed.sha256 if self.landed else ledger.UNREAD


Current = Mapping[str, ledger.Current]


def admit(desk: Desk, connection: psycopg.Connection, file: File) -> str | None:
    """Return the outcome of one delivered file, all of it committed together; None if the ledger has the file already."""
    with connection.transaction():
        ledger.lock(connection, file.arrival, file.target)
        if ledger.is_delivered(connection, file.arrival):
            return None
        current = ledger.current(connection, file.arrival.sender_id, file.target) if file.target else {}
        references = needed(desk, connection, file)
        repeated = repeats(desk, connection, file, current, references.vintage)
        if repeated:
            return acknowledge(desk, connection, file, current, repeated)
        byte_count, resubmission = (file.landed.byte_count, forms.resubmission(file.landed.path)) if file.landed else (0, None)
        submission_id = ledger.add_submission(connection, file.arrival, file.target, file.sha256, byte_count, resubmission)
        delivery = ledger.add_delivery(connection, file.arrival, submission_id, is_duplicate=False)
        return read(desk, connection, file, delivery, current, references)


def readmit(desk: Desk, connection: psycopg.Connection, waiting: ledger.Waiting, landed: LandedFile) -> str | None:
    """Return the outcome of a submission that waited, read again as new loads; None if it waits no longer or must wait on."""
    file = File(waiting.arrival, desk.target(waiting.arrival.sender_id, waiting.arrival.file_name), landed)
    with connection.transaction():
        ledger.lock(connection, file.arrival, file.target)
        references = needed(desk, connection, file)
        loads = ledger.waiting_loads(connection, "load.submission_id = %s", [waiting.delivery.submission_id])
        if references.missing or not loads:
            return None
        for load_id in loads:
            ledger.add_event(connection, load_id, "superseded", "read again, now that the reference data are here")
        current = ledger.current(connection, file.arrival.sender_id, file.target) if file.target else {}
        return read(desk, connection, file, waiting.delivery, current, references, is_again=True)


def reread(desk: Desk, connection: psycopg.Connection, known: ledger.Waiting, landed: LandedFile, load_id: int) -> str | None:
    """Return the outcome of a file that is read again under other rules; None if `load_id` is not its newest load any more, or is pinned now.

    The sender is told unless the answer is the one that it has. A file that is returned leaves what counts as it is.
    """
    arrival = known.arrival
    target = desk.target(arrival.sender_id, arrival.file_name) if arrival.sender_id in desk.accounts else None
    if target is None:
        return None  # its name says something else by now; what was read of it stands
    file = File(arrival, target, landed)
    with connection.transaction():
        ledger.lock(connection, arrival, target)
        if ledger.newest_loads(connection, known.delivery.submission_id)[-1] != load_id or ledger.is_certified(connection, arrival.sender_id, target):
            return None
        current = ledger.current(connection, arrival.sender_id, target)
        references = needed(desk, connection, file)
        return read(desk, connection, file, known.delivery, current, references, is_again=True, reread_of=load_id)


def needed(desk: Desk, connection: psycopg.Connection, file: File) -> References:
    """Return the reference data that the file is compared with; none if it is not read at all."""
    if file.target is None or file.landed is None:
        return References({}, (), frozenset())
    return desk.references(connection, file.target)


def repeats(desk: Desk, connection: psycopg.Connection, file: File, current: Current, vintage: Vintage) -> ledger.Reading | None:
    """Return the earlier reading of which this file is only a repetition: the one that counts, or the last one that came to nothing.

    Reading it again could give nothing else: the same bytes under the same contract, pack and reference data.
    """
    if file.target is None or file.landed is None:
        return None
    last = ledger.last_reading(connection, file.arrival.sender_id, file.target)
    if counts(current, file.target, file.sha256):
        return ledger.reading_of(connection, current[file.target.extracts[0]].submission_id)
    if last is None or last.sha256 != file.sha256 or last.status not in ("returned", "waiting"):
        return None
    versions = {(extract, desk.contracts[extract].version, desk.pack.version) for extract in file.target.extracts}
    if versions != last.versions:
        return None
    return last if last.vintage == vintage or (last.status == "returned" and is_due_to_the_file(desk, last)) else None


def counts(current: Current, target: FileName, sha256: str) -> bool:
    """Return whether these bytes, read as this layout, are what counts for every extract of the target."""
    now = {(load.submission_id, load.sha256, load.layout) for load in current.values()}
    return set(current) == set(target.extracts) and len(now) == 1 and next(iter(now))[1:] == (sha256, target.layout)


def is_due_to_the_file(desk: Desk, last: ledger.Reading) -> bool:
    """Return whether a file was returned for a reason that no reference data can mend."""
    fatal = set(last.reason.split(", "))
    return any(rule_id in desk.file_rules and rule_id != "FILE-007" for rule_id in fatal)


def acknowledge(desk: Desk, connection: psycopg.Connection, file: File, current: Current, repeated: ledger.Reading) -> str:
    """Write down and answer a delivery of bytes that are known already; return "duplicate"."""
    delivery = ledger.add_delivery(connection, file.arrival, repeated.submission_id, is_duplicate=True)
    load_ids = ledger.newest_loads(connection, repeated.submission_id) if repeated.status == "returned" else []
    findings = ledger.findings(connection, load_ids) if load_ids else None
    answer = Answer("duplicate", file.arrival, delivery, file.sha256, findings, repeats=repeated, load_ids=load_ids)
    answering.post(desk, connection, file.target, answer, current)
    return "duplicate"


def read(
    desk: Desk,
    connection: psycopg.Connection,
    file: File,
    delivery: ledger.Delivery,
    current: Current,
    references: References,
    *,
    is_again: bool = False,
    reread_of: int | None = None,
) -> str:
    """Return the verdict on a submission, which is examined, loaded and answered; `reread_of` is its last load under other rules."""
    told = ledger.told(connection, delivery.submission_id) if reread_of else None
    extracts: Sequence[str | None] = file.target.extracts if file.target else (None,)
    load_ids = [ledger.next_load_id(connection) for _ in extracts]
    results = examine(desk, connection, file, references, load_ids)
    for extract, load_id, result in zip(extracts, load_ids, results, strict=True):
        version = (desk.contracts[extract].version if extract else None, desk.pack.version)
        ledger.add_load(connection, load_id, delivery.submission_id, extract, version, references.vintage, asdict(result.account))
        loading.load_findings(connection, load_id, result.verdict.findings)
        ledger.add_event(connection, load_id, result.verdict.status, result.verdict.reason)
        if file.target and extract and result.verdict.status == "accepted":
            announce(connection, file.target, extract, load_id)
            if extract in current:
                supersede(connection, current[extract], delivery, load_id)
    status = results[0].verdict.status
    if file.target and status in ("accepted", "waiting"):
        ledger.end_waiting(connection, file.arrival.sender_id, file.target, delivery.submission_id)
    examined = dict(zip((extract or "" for extract in extracts), results, strict=True))
    if told is None or told != ledger.told(connection, delivery.submission_id):
        findings = found.combined([result.verdict.findings for result in results])
        answer = Answer(status, file.arrival, delivery, file.sha256, findings, examined, load_ids=load_ids, is_again=is_again, reread_of=reread_of)
        answering.post(desk, connection, file.target, answer, current)
    return status


def supersede(connection: psycopg.Connection, current: ledger.Current, delivery: ledger.Delivery, load_id: int) -> None:
    """Mark as superseded the older of two loads: what counted, or a load of an earlier file that was read again beside it."""
    is_older = current.submission_id > delivery.submission_id
    old, new = (load_id, current.load_id) if is_older else (current.load_id, load_id)
    ledger.add_event(connection, old, "superseded", f"replaced by load {new}")


def examine(desk: Desk, connection: psycopg.Connection, file: File, references: References, load_ids: Sequence[int]) -> list[Examination]:
    """Return the examination of the file for each of its extracts, whose rows are loaded, or the one reason for which it is returned unread."""
    if file.landed is None:
        refusal = examination.refused(None, desk.file_rules["FILE-008"], file.refusal)
        return [refusal] * (len(file.target.extracts) if file.target else 1)
    if file.target is None:
        return [examination.refused(file.landed.path, desk.file_rules["FILE-001"])]
    target = file.target
    keepers = [copying(desk, connection, target, extract, load_id) for extract, load_id in zip(target.extracts, load_ids, strict=True)]
    return examination.examined(file.landed.path, desk.subjects(target, references), desk.claim(target), keepers)


def copying(desk: Desk, connection: psycopg.Connection, target: FileName, extract: str, load_id: int) -> loading.Copying:
    """Return what copies the rows of one load, persons as pseudonyms."""
    contract = desk.contracts[extract].for_year(target.school_year)
    keys = pseudonym.load_keys(desk.settings.secrets_dir, contract)
    return loading.Copying(connection, loading.Load(load_id, contract, pseudonym.Pseudonyms(contract, desk.pack.state_code, keys).of))


def announce(connection: psycopg.Connection, target: FileName, extract: str, load_id: int) -> None:
    """Announce new rows to those who wait for them."""
    event = {"extract": extract, "school_year": target.school_year, "sender_id": target.sender_id, "load_id": load_id}
    outbox.post_asset(connection, target.sender_id, event)
