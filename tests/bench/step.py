"""One step of the pipeline in a process of its own: python -m bench.step STEP < argument as JSON.

It prints its seconds, without those of the imports, and its answer as JSON; `run` starts it and watches its memory.
"""

import json
import logging
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import server as servers
from bench.memory import Watch
from sealea.settings import Settings, environment, load_settings

TESTS = Path(__file__).parents[1]
SILENT = {"GX_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
IMPORTED = {
    "gate": "great_expectations",
    "reconcile": "great_expectations",
    "sample": "polars",
    "receive": "polars",
}  # by every task once, before its work begins


@dataclass(frozen=True)
class Cost:
    """What a step cost: wall seconds, seconds until its modules were imported, peak MiB of its largest process and of PostgreSQL's sessions."""

    seconds: float
    import_seconds: float
    process_mib: float
    server_mib: float
    answer: Any


class StepFailed(Exception):
    """A step of the pipeline ended with an error."""


def run(settings: Settings, server: Settings, step: str, argument: Any = None) -> Cost:
    """Run a step and return what it cost. Raises StepFailed with the end of its log."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("SEALEA_", "PYTHON"))}
    environ |= environment(settings) | SILENT | {"PYTHONPATH": python_path(settings)}
    log = settings.state_dir / "log" / f"{step}.log"
    with log.open("wb") as output:
        command = [sys.executable, "-P", "-m", "bench.step", step]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=output, env=environ)
        with process, Watch(process.pid, servers.pid(server)) as watch:
            said, _ = process.communicate(json.dumps(argument).encode())
    if process.returncode:
        raise StepFailed(f"The step {step} failed:\n{log.read_text(errors='replace')[-4000:]}")
    seconds, import_seconds, answer = json.loads(said)
    return Cost(seconds, import_seconds, watch.process_mib, watch.server_mib, answer)


def total(costs: list[Cost]) -> Cost:
    """Return what several runs of a step cost together; the memory is that of the largest, the answer adds up."""
    answer = sum((Counter(cost.answer) for cost in costs), Counter())
    imports, process, server = (max(getattr(cost, name) for cost in costs) for name in ("import_seconds", "process_mib", "server_mib"))
    return Cost(sum(cost.seconds for cost in costs), imports, process, server, dict(answer))


def python_path(settings: Settings) -> str:
    """Return where Python finds the copied package and the benchmark."""
    return f"{settings.project_dir / 'plugins'}{os.pathsep}{TESTS}"


def main() -> None:
    began = time.perf_counter()
    name, argument = sys.argv[1], json.load(sys.stdin)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what the step itself prints goes to its log
    logging.basicConfig(format="%(asctime)s %(message)s")
    logging.getLogger("sealea").setLevel(logging.INFO)
    step, settings = STEPS[name], load_settings()
    if name in IMPORTED:
        __import__(IMPORTED[name])
    imported = time.perf_counter()
    answer = step(settings, argument)
    answers.write(json.dumps([time.perf_counter() - imported, imported - began, answer]))
    answers.flush()


def write_sample(settings: Settings, argument: dict[str, Any]) -> str:
    """Write a sample state; return its list of senders."""
    from sealea.pack import load_pack
    from sealea.sample_state.size import Size
    from sealea.sample_state.writing import write_state

    pattern = load_pack(settings.project_dir, "ex").file_name
    return str(write_state(Size(**argument["size"]), Path(argument["out"]), pattern, argument["error_rate"]))


def receive(settings: Settings, _: Any) -> dict[str, float]:
    """Receive everything that lies in the inboxes and answer its senders, as the receive DAG does with one worker.

    The answer counts the outcomes; `batch_seconds` are those of landing, reading, checking and loading alone.
    """
    from sealea.intake import outbox, receiving

    outcomes: Counter[str] = Counter()
    batches = receiving.ready_batches(settings)
    began = time.perf_counter()
    for batch in batches:
        outcomes.update(receiving.receive_batch(settings, batch))
    seconds = time.perf_counter() - began
    outcomes.update(receiving.recheck_waiting(settings))
    outbox.deliver(settings)
    return dict(outcomes) | {"batch_seconds": seconds}


def pin(settings: Settings, _: Any) -> int | None:
    from sealea.release.pin import pin_inputs

    return pin_inputs(settings)


def reconcile(settings: Settings, pin_id: int) -> int | None:
    from sealea.release import reconciling

    return reconciling.reconcile(settings, pin_id)


def cells(settings: Settings, pin_id: int) -> dict[str, Any]:
    from sealea.release import transform

    return transform.build(settings, pin_id, "cells")


def marts(settings: Settings, pin_id: int) -> dict[str, Any]:
    from sealea.release import transform

    return transform.build(settings, pin_id, "marts")


def audit(settings: Settings, pin_id: int) -> int:
    from sealea.release import gate

    return gate.audit(settings, pin_id)


def publish(settings: Settings, release_id: int) -> dict[str, Any]:
    from sealea.release import publishing

    return publishing.publish(settings, release_id)


STEPS: dict[str, Callable[[Settings, Any], Any]] = {
    "sample": write_sample,
    "receive": receive,
    "pin": pin,
    "reconcile": reconcile,
    "cells": cells,
    "marts": marts,
    "gate": audit,
    "publish": publish,
}


if __name__ == "__main__":
    main()
