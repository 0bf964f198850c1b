"""The processes of this machine as /proc shows them."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True)
class Process:
    """One live process; pid and start time together are not reused before the next boot."""

    pid: int
    parent: int
    started: int  # clock ticks after boot: field 22 of /proc/<pid>/stat


def live(pid: int, started: int | None = None) -> Process | None:
    """Return process `pid` unless it is gone, a zombie, or started at another time than `started`."""
    process = None if (fields := stat_fields(pid)) is None or is_over(fields) else process_of(pid, fields)
    return process if process and started in (None, process.started) else None


def stat_fields(pid: int) -> list[str] | None:
    """Return the fields of /proc/<pid>/stat from the third, the state, on; None if there is no such process."""
    try:
        text = (PROC / str(pid) / "stat").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    return text.rpartition(")")[2].split()  # the command before it may hold blanks and parentheses


def process_of(pid: int, fields: list[str]) -> Process:
    """Return the process that the fields describe."""
    return Process(pid, parent=int(fields[1]), started=int(fields[19]))


def is_over(fields: list[str]) -> bool:
    """Return whether the process has ended; while one of its threads still ends, its files and ports are still open."""
    return fields[0] in "ZX" and int(fields[17]) <= 1


def live_processes() -> Iterator[Process]:
    """Yield every live process."""
    for entry in os.scandir(PROC):
        if entry.name.isdigit() and (process := live(int(entry.name))):
            yield process


def works_in(process: Process, command: str, folder: Path) -> bool:
    """Return whether the process runs `command` with `folder` as its current folder; False if we may not look."""
    entry = PROC / str(process.pid)
    try:
        return (entry / "comm").read_text().strip() == command and (entry / "cwd").readlink() == folder
    except OSError:
        return False


def command_line(process: Process) -> str:
    """Return the process's command line or the title it has given itself; "" if it is gone or we may not look."""
    try:
        return (PROC / str(process.pid) / "cmdline").read_text(errors="replace").replace("\0", " ")
    except OSError:
        return ""


def environment_has(pid: int, name: str, value: str) -> bool:
    """Return whether the process was started with `name` set to `value`; False if we may not look."""
    try:
        return f"{name}={value}".encode() in (PROC / str(pid) / "environ").read_bytes().split(b"\0")
    except OSError:
        return False


def reap(pid: int, started: int) -> None:
    """Collect the exit status of that process if it ended and is a child of this one; otherwise do nothing."""
    fields = stat_fields(pid)
    if fields and is_over(fields) and process_of(pid, fields).started == started:
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)


def boot_id() -> str:
    """Return the id of this boot: pids and start times of an earlier one mean nothing."""
    return (PROC / "sys/kernel/random/boot_id").read_text().strip()
