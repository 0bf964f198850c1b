"""A step in a process of its own, and the plug pulled on it at a given moment."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sealea.local.process_table import live_processes
from sealea.settings import Settings, environment

TESTS = Path(__file__).parents[1]
ORPHAN_SECONDS = 15
Pull = Callable[[subprocess.Popen[bytes]], str]


@dataclass(frozen=True)
class Ending:
    """How a step ended. `hit` says what was killed while it was really at work; "" if nothing was."""

    status: Literal["done", "killed", "failed"]
    answer: Any
    seconds: float
    hit: str
    log: str
    group: int


def run(settings: Settings, step: str, argument: Any, log: Path, *, after: float = 0, pull: Pull | None = None) -> Ending:
    """Run a step; `pull` is called `after` so many seconds of its work unless it has ended by then."""
    command = [sys.executable, "-P", "-m", "plug.step", step]
    path = f"{settings.project_dir / 'plugins'}{os.pathsep}{TESTS}"
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("SEALEA_", "PYTHON"))}
    environ |= environment(settings) | {"PYTHONPATH": path, "GX_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=output, env=environ, start_new_session=True)
    assert process.stdin
    assert process.stdout
    with process, process.stdin, process.stdout:
        process.stdin.write(json.dumps(argument).encode())
        process.stdin.close()
        said, hit, began = process.stdout.readline(), "", time.monotonic()
        if said == b"begun\n" and pull and not select.select([process.stdout], [], [], after)[0]:
            hit = pull(process)
        answer = process.stdout.read()
    seconds = time.monotonic() - began
    done = answer.startswith(b"done ")
    status: Literal["done", "killed", "failed"] = "done" if done else "killed" if process.returncode == -signal.SIGKILL else "failed"
    return Ending(status, json.loads(answer[5:]) if done else None, seconds, hit, log.read_text(errors="replace"), process.pid)


def kill_alone(process: subprocess.Popen[bytes]) -> str:
    """Kill the task's process and leave what it has started to itself."""
    process.kill()
    return "task"


def kill_group(process: subprocess.Popen[bytes]) -> str:
    """Kill the task's process and everything it has started."""
    os.killpg(process.pid, signal.SIGKILL)
    return "task and its children"


def kill_child(process: subprocess.Popen[bytes]) -> str:
    """Kill what the task has started, dbt for one, and leave the task alone; the task itself if there is nothing."""
    children = [other.pid for other in live_processes() if other.parent == process.pid]
    if not children:
        return kill_alone(process)
    for pid in children:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return "child of the task"


def ends(group: int) -> bool:
    """Return whether what a killed task has started ends by itself, and soon."""
    deadline = time.monotonic() + ORPHAN_SECONDS
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    os.killpg(group, signal.SIGKILL)
    return False
