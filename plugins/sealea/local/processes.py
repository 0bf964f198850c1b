"""Long-lived processes: started detached, known by pid and start time, stopped without ever touching anyone else's."""

import os
import signal
import subprocess
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import IO, Literal

from sealea.errors import ServiceError
from sealea.local.ports import reachable
from sealea.local.process_table import Process, boot_id, environment_has, live, live_processes, reap
from sealea.local.service_record import Record, read_record, remove_record, write_record
from sealea.settings import Settings, environment

# Every process of a run inherits this variable, so that one whose parent died is still recognised as ours.
# It must not start with SEALEA_, which is reserved for settings.
RUN_MARK = "SERVICE_RUN_ID"
POLL_SECONDS = 0.05
ORPHAN_SECONDS = 1  # for what a crashed service left; it has nobody to tell it how to end
TAIL_LINES = 25
PLUGINS = Path(__file__).resolve().parents[2]
# Bytecode must be kept (without it each process compiles everything again); another Airflow's or PostgreSQL's settings are not ours.
MISLEADING = ("PYTHON", "AIRFLOW", "SEALEA_", "PG")

State = Literal["running", "stopped", "crashed"]


def start(settings: Settings, name: str, command: Sequence[str | Path], environment: Mapping[str, str], *, address: str = "") -> Record:
    """Start `command` in a session of its own, its output in log/<name>.log, and return its record.

    `address` is remembered as the place where clients find it.
    The intention is recorded first: whatever interrupts this function, `stop` finds the process by its mark.
    """
    intention = Record(name, uuid.uuid4().hex, boot_id(), address)
    write_record(settings, intention)
    with fresh_log(settings, name) as log:
        try:
            pid = spawn(command, {**environment, RUN_MARK: intention.run_id}, log)
        except OSError as error:
            remove_record(settings, name)
            raise ServiceError(f"{name} could not be started: {error}. Check that {command[0]} exists and may be run.") from error
    process = live(pid)
    record = replace(intention, pid=pid, started=process.started if process else 0)
    write_record(settings, record)
    return record


def spawn(command: Sequence[str | Path], environment: Mapping[str, str], log: IO[bytes]) -> int:
    """Return the pid of `command`, started with no terminal, in a session of its own."""
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        cwd="/",
        env=environment,
        start_new_session=True,
    )
    child.returncode = 0  # the service outlives this object, which would otherwise warn that it is left running
    return child.pid


def python_environment(settings: Settings) -> dict[str, str]:
    """Return the environment of our own Python processes: the caller's, less what would mislead them, and the settings."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(MISLEADING)}
    local = ",".join(filter(None, [inherited.get("NO_PROXY"), "127.0.0.1", "localhost", reachable(settings.host)]))
    return inherited | environment(settings) | {"PYTHONPATH": str(PLUGINS), "PYTHONUNBUFFERED": "1", "NO_PROXY": local, "no_proxy": local}


def state(settings: Settings, name: str) -> State:
    """Return "running", "stopped", or "crashed": started, never stopped, and no longer there."""
    record = read_record(settings, name)
    if record is None:
        return "stopped"
    return "running" if leader(record) else "crashed"


def is_running(settings: Settings, name: str) -> bool:
    """Return whether the process started as `name` still runs; another process that got its pid does not count."""
    return state(settings, name) == "running"


def pid_of(settings: Settings, name: str) -> int | None:
    """Return the pid of the service if it runs."""
    record = read_record(settings, name)
    return record.pid if record and leader(record) else None


def wait_until(settings: Settings, name: str, ready: Callable[[], bool], seconds: float) -> None:
    """Return once `ready()` holds. Raises ServiceError with the end of the log if the service dies or time runs out."""
    deadline = time.monotonic() + seconds
    while not ready():
        if not is_running(settings, name):
            raise ServiceError(f"{name} ended while starting. {tail(settings, name)}")
        if time.monotonic() > deadline:
            raise ServiceError(f"{name} was not ready after {seconds:.0f} s. {tail(settings, name)}")
        time.sleep(POLL_SECONDS)


def wait_end(settings: Settings, name: str, seconds: float) -> bool:
    """Return True, and forget the process, once it has ended by itself; False if it was never started.

    Raises ServiceError with the end of the log if it takes longer.
    """
    deadline = time.monotonic() + seconds
    while is_running(settings, name):
        if time.monotonic() > deadline:
            raise ServiceError(f"{name} was not done after {seconds:.0f} s. {tail(settings, name)}")
        time.sleep(POLL_SECONDS)
    was_started = read_record(settings, name) is not None
    stop(settings, name)
    return was_started


def stop(
    settings: Settings, name: str, patience: float = 10, gently: Sequence[signal.Signals] = (signal.SIGTERM,), *, leader_only: bool = False
) -> bool:
    """End the service and everything it started; return False if nothing of it was running.

    Each signal of `gently` is given `patience` seconds; what is left then is killed. With `leader_only` the gentle
    signals go to the first process alone, which ends its own children.
    """
    record = read_record(settings, name)
    if record is None:
        return False
    known = set(members(record, set()))
    found = bool(known)
    if leader(record) is None:
        patience = min(patience, ORPHAN_SECONDS)
    for number in (*gently, signal.SIGKILL):
        is_gentle_to_leader = leader_only and number != signal.SIGKILL and leader(record) is not None
        send([p for p in known if p.pid == record.pid] if is_gentle_to_leader else known, number)
        if wait_gone(record, known, patience):
            remove_record(settings, name)
            return found
    left = sorted({process.pid for process in members(record, known)})
    raise ServiceError(f"{name} could not be stopped: processes {left} do not end. Stop them by hand.")


def send(processes: Iterable[Process], number: signal.Signals) -> None:
    """Signal each process that still is the one we mean."""
    for process in processes:
        if live(process.pid, process.started):
            with suppress(ProcessLookupError):
                os.kill(process.pid, number)


def wait_gone(record: Record, known: set[Process], seconds: float) -> bool:
    """Return whether all processes of the run ended within `seconds`; those first seen meanwhile are added to `known`."""
    deadline = time.monotonic() + seconds
    while alive := members(record, known):
        known.update(alive)
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    for process in known:
        reap(process.pid, process.started)
    return True


def members(record: Record, known: set[Process]) -> list[Process]:
    """Return the live processes of a run: the first one, whoever carries its mark, those `known`, and all descendants of these."""
    if record.boot_id != boot_id():
        return []
    table = {process.pid: process for process in live_processes()}
    mine = {(record.pid, record.started)} | {(process.pid, process.started) for process in known}
    ours = {pid for pid, process in table.items() if (pid, process.started) in mine or environment_has(pid, RUN_MARK, record.run_id)}
    while children := {pid for pid, process in table.items() if process.parent in ours} - ours:
        ours |= children
    return [table[pid] for pid in sorted(ours)]


def leader(record: Record) -> Process | None:
    """Return the process that was started, if it still runs."""
    if record.boot_id != boot_id() or not record.pid:
        return None
    reap(record.pid, record.started)
    return live(record.pid, record.started)


def log_path(settings: Settings, name: str) -> Path:
    """Return the log file of the service."""
    return settings.log_dir / f"{name}.log"


def fresh_log(settings: Settings, name: str) -> IO[bytes]:
    """Return an empty log opened for appending; the log of the run before is kept as <name>.previous.log."""
    path = log_path(settings, name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists():
        path.replace(path.with_suffix(".previous.log"))
    return path.open("ab")


def tail(settings: Settings, name: str) -> str:
    """Return the last lines of the service's log, introduced by its path."""
    path = log_path(settings, name)
    lines = path.read_text(errors="replace").splitlines()[-TAIL_LINES:] if path.exists() else []
    return "\n".join([f"The end of {path}:", *(f"    {line}" for line in lines)])
