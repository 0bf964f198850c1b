"""Peak memory of a running stage, told from /proc while it runs.

ru_maxrss would not do: what the parent held when it forked counts in it.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from sealea.local.process_table import live_processes

PROC = Path("/proc")
POLL_SECONDS = 0.05
KIB_A_MIB = 1024


class Watch:
    """Watches the descendants of two processes: a stage, and the PostgreSQL server, whose sessions share most of their memory.

    `process_mib` is the most that any process of the stage has held; `server_mib` the most that all sessions held at one moment
    of their own, shared buffers not counted.
    """

    def __init__(self, stage: int, server: int) -> None:
        self.process_mib = 0.0
        self.server_mib = 0.0
        self._pids = (stage, server)
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _watch(self) -> None:
        stage, server = self._pids
        while not self._end.wait(POLL_SECONDS):
            tree = list(descendants(stage, server))
            held = [memory_kib(pid, "VmHWM") for root, pid in tree if root == stage]
            own = sum(memory_kib(pid, "RssAnon") for root, pid in tree if root == server)
            self.process_mib = max(self.process_mib, max(held, default=0) / KIB_A_MIB)
            self.server_mib = max(self.server_mib, own / KIB_A_MIB)


def descendants(*roots: int) -> Iterator[tuple[int, int]]:
    """Yield (root, pid) for each root and each process that came from it."""
    children: dict[int, list[int]] = {}
    for process in live_processes():
        children.setdefault(process.parent, []).append(process.pid)
    for root in roots:
        left = [root]
        while left:
            pid = left.pop()
            yield root, pid
            left += children.get(pid, [])


def memory_kib(pid: int, field: str) -> int:
    """Return a field of /proc/<pid>/status; 0 if the process is gone."""
    with suppress(FileNotFoundError, ProcessLookupError):
        if found := re.search(rf"^{field}:\s+(\d+)", (PROC / str(pid) / "status").read_text(), re.MULTILINE):
            return int(found[1])
    return 0
