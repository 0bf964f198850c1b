"""PostgreSQL's processes, killed, and the server started again."""

import os
import random
import signal
import time
from contextlib import suppress

from sealea.local import postgres
from sealea.local.process_table import Process, live_processes
from sealea.local.service_record import read_record
from sealea.settings import Settings

PATIENCE_SECONDS = 60


def kill(server: Settings, chance: random.Random) -> str:
    """Kill the whole server, its first process alone, or any one of the others; return which."""
    record = read_record(server, postgres.NAME)
    assert record, "PostgreSQL was not started"
    others = [process.pid for process in descendants(record.pid)]
    kind = chance.choice(["server", "postmaster", "one process"])
    pids = {"server": [record.pid, *others], "postmaster": [record.pid], "one process": chance.sample(others, 1)}[kind]
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return f"PostgreSQL: {kind}"


def descendants(pid: int) -> list[Process]:
    """Return the live processes that `pid` has started."""
    return [process for process in live_processes() if process.parent == pid]


def restore(server: Settings) -> None:
    """Start the server as `make up` does and return when it takes logins."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    postgres.start(server)
    while not postgres.accepts(server):
        assert time.monotonic() < deadline, "PostgreSQL does not come back"
        postgres.start(server)
        time.sleep(0.1)
