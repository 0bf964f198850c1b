"""The whole stack as `make up` starts it: delivered to over SFTP, killed while its DAGs work, started again, left to itself."""

import logging
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import asyncssh
import psycopg

from plug import account, upload
from plug.bench import Bench, free_port
from plug.fault import Fault
from plug.fingerprint import Fingerprint, differences, files, fingerprint
from plug.upload import Stage
from sealea.demo.run import unpublished
from sealea.intake import senders as register
from sealea.local import airflow, postgres, processes, secrets, senders, stack
from sealea.local.process_table import live_processes
from sealea.local.service_record import read_record
from sealea.settings import Settings, environment

PATIENCE_SECONDS = 420
POLL_SECONDS = 0.5
EVERYTHING = "everything"
WORKERS = "workers of the scheduler"
# How often a file had to wait for another depends on the order in which tasks ran; so does what a run had to announce.
COMPARED = ("published", "pointers", "rows", "landed", "waiting", "deliveries", "submissions")
AT_WORK = "select dag_id || '.' || task_id from task_instance where state in ('queued', 'running', 'restarting') order by 1"
RUNS = "select count(*) from dag_run where state in ('queued', 'running')"
LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class Round:
    """One round: what was killed, in the middle of what, and how many seconds `make up` and all work after it took."""

    killed: str
    at_work: str
    up_seconds: float
    settled_seconds: float


@contextmanager
def platform(place: Bench, name: str) -> Iterator[Settings]:
    """Yield the settings of a platform that runs, its senders registered; it is stopped and erased in the end."""
    ports = {f"{service}_port": free_port() for service in ("postgres", "sftp", "airflow")}
    settings = Settings(project_dir=place.project, state_dir=place.work / name, **ports)  # type: ignore[arg-type]  # integers, whatever other settings are
    shutil.copytree(place.server.secrets_dir, settings.secrets_dir)
    addresses = {"pipeline_dsn": secrets.pipeline_dsn(settings), "transform_dsn": secrets.transform_dsn(settings)}
    try:
        sealea(settings, "up")
        with psycopg.connect(addresses["pipeline_dsn"]) as connection:
            for sender in register.load_senders(place.work / "sample/senders.yml"):
                register.register(connection, sender.sender_id, "EX", sender.kind, sender.name, sender.organisations)
                senders.add_sender(settings, sender.sender_id)
        yield settings.model_copy(update=addresses)
    finally:
        sealea(settings, "down")
        postgres.erase(settings)
    shutil.rmtree(settings.state_dir)


def sealea(settings: Settings, command: str) -> float:
    """Run a command as the user does; return its seconds. Raises Fault with what it said if it fails."""
    local = settings.model_copy(update={"pipeline_dsn": "", "transform_dsn": ""})
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("SEALEA_", "PYTHON"))}
    environ = inherited | environment(local) | {"PYTHONPATH": str(settings.project_dir / "plugins")}
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-P", "-m", "sealea.cli", command], env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Fault(f"sealea {command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return time.monotonic() - began


def undisturbed(place: Bench) -> tuple[Fingerprint, float]:
    """Return what comes of the first stage on a platform that is left alone, and the seconds from the first upload to the release."""
    with platform(place, "stack_undisturbed") as settings:
        began = time.monotonic()
        deliver(settings, place.stages[0])
        settle(settings, place.stages[0])
        return result(settings), time.monotonic() - began


def pulled(place: Bench, expected: Fingerprint, within: float, what: str, seed: str) -> Round | None:
    """Return how a round went in which `what` was killed at some moment `within` so many seconds; None if nothing was left to do by then.

    Raises Fault if anything differs.
    """
    chance = random.Random(seed)
    with platform(place, f"stack_{seed.replace('/', '_')}") as settings, ThreadPoolExecutor(1) as background:
        deadline = time.monotonic() + chance.uniform(0, within)
        uploading = background.submit(deliver, settings, place.stages[0])
        time.sleep(max(0, deadline - time.monotonic()))
        if uploading.done() and not unsettled(settings, sum(map(len, place.stages[0].values()))):
            return None
        at_work = work(settings)
        {EVERYTHING: kill_everything, WORKERS: kill_workers}.get(what, lambda *_: kill_leader(settings, what))(settings, chance)
        LOGGER.info("killed %s during: %s", what, at_work)
        with suppress(OSError, asyncssh.Error):
            uploading.result()
        began = time.monotonic()
        up_seconds = sealea(settings, "up")
        settle(settings, place.stages[0])
        seconds = time.monotonic() - began
        problems = differences(expected, result(settings)) + account.lost_lines(settings) + unanswered(settings)
        if problems:
            raise Fault("\n".join([f"{what} was killed during {at_work}; {len(problems)} differences:", *problems[:40]]))
    return Round(what, at_work, up_seconds, seconds)


def deliver(settings: Settings, stage: Stage) -> None:
    """Upload what has not arrived yet."""
    with psycopg.connect(settings.pipeline_dsn) as connection:
        delivered = set(connection.execute("select sender_id, original_name from ops.delivery"))
    absent = upload.missing(settings, stage)
    left = {sender_id: [file for file in group if (sender_id, file.name) not in delivered] for sender_id, group in absent.items()}
    upload.upload_all(settings, {sender_id: group for sender_id, group in left.items() if group})


def settle(settings: Settings, stage: Stage) -> None:
    """Return when every file was received and answered and the release rests on them, with nobody starting any DAG by hand."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    deliver(settings, stage)
    while reason := unsettled(settings, sum(map(len, stage.values()))):
        if time.monotonic() > deadline:
            raise Fault(f"After {PATIENCE_SECONDS} s: {reason}; at work: {work(settings)}\n{ended_runs(settings)}")
        time.sleep(POLL_SECONDS)


def unsettled(settings: Settings, file_count: int) -> str:
    """Return what is still to be done; "" if nothing is."""
    with psycopg.connect(settings.pipeline_dsn) as connection:
        row = connection.execute(
            "select (select count(*) from ops.delivery), (select count(*) from ops.outbox where delivered_at is null), (select count(*) from ops.current_release)"
        ).fetchone()
        assert row
        delivered, messages, published = row
        is_behind = unpublished(connection)
    if delivered < file_count or files(settings.sftp_dir, "*/inbox/*"):
        return f"{delivered} of {file_count} files received"
    if messages:
        return f"{messages} messages wait in ops.outbox"
    if is_behind or not published:
        return "the release does not rest on what was received"
    return ""


def work(settings: Settings) -> str:
    """Return which tasks are at work now."""
    with psycopg.connect(secrets.dsn(settings, "airflow", "airflow")) as connection:
        tasks = sorted({task for (task,) in connection.execute(AT_WORK)})
    return ", ".join(tasks) or "uploading or between tasks"


def ended_runs(settings: Settings) -> str:
    """Return how the tasks of the latest runs ended, for the message of a fault."""
    query = "select dag_id, run_id, task_id, map_index, try_number, state, last_heartbeat_at from task_instance where state is distinct from 'success' order by queued_dttm desc nulls last limit 30"
    with psycopg.connect(secrets.dsn(settings, "airflow", "airflow")) as connection:
        return "\n".join(str(row) for row in connection.execute(query))


def result(settings: Settings) -> Fingerprint:
    """Return what came of the files, as far as it does not depend on the order in which tasks ran."""
    everything = fingerprint(settings, secrets.bi_dsn(settings))
    return {part: everything[part] for part in COMPARED}


def unanswered(settings: Settings) -> list[str]:
    """Return one line for each delivery without a receipt, or with a receipt that is not in the ledger."""
    with psycopg.connect(settings.pipeline_dsn) as connection:
        delivered = {(sender, str(delivery)) for sender, delivery in connection.execute("select sender_id, delivery_id from ops.delivery")}
    answered = {(path.parts[-3], account.delivery_of(path)) for path in files(settings.sftp_dir, "*/outbox/*.receipt.txt")}
    missing = [f"delivery {delivery} of {sender} has no receipt" for sender, delivery in sorted(delivered - answered)]
    return missing + [
        f"there is a receipt for delivery {delivery} of {sender}, which nobody made" for sender, delivery in sorted(answered - delivered)
    ]


def kill_everything(settings: Settings, chance: random.Random) -> None:
    """Kill every process of every service at once, as a power cut does."""
    records = [record for name in stack.addresses(settings) if (record := read_record(settings, name))]
    pids = [process.pid for record in records for process in processes.members(record, set())]
    chance.shuffle(pids)
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def kill_leader(settings: Settings, name: str) -> None:
    """Kill the first process of one service; what it has started is left to itself."""
    record = read_record(settings, name)
    assert record, f"{name} does not run"
    os.kill(record.pid, signal.SIGKILL)


def kill_workers(settings: Settings, chance: random.Random) -> None:
    """Kill some of the processes in which tasks run, busy or idle; the scheduler goes on without them."""
    scheduler = processes.pid_of(settings, airflow.SCHEDULER)
    workers = [process.pid for process in live_processes() if process.parent == scheduler]
    for pid in chance.sample(workers, chance.randint(1, len(workers))):
        os.kill(pid, signal.SIGKILL)
