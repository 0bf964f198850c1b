"""One step of the DAGs in a process of its own, to be killed: python -m plug.step STEP < argument as JSON.

It says `begun` when everything is imported and `done <answer as JSON>` when the step has ended; nothing else on standard output.
"""

import json
import os
import sys
from collections.abc import Callable
from typing import Any

from sealea.settings import Settings, load_settings

RECEIVING = ("find_ready_files", "check_and_load", "recheck_waiting", "reread_under_changed_rules", "answer_senders", "announce_new_rows")


def main() -> None:
    name, argument = sys.argv[1], json.load(sys.stdin)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what the step itself prints goes to its log
    step, settings = task(name), load_settings()
    print("begun", file=answers, flush=True)
    answer = step(settings, argument)
    print("done", json.dumps(answer), file=answers, flush=True)


def task(name: str) -> Callable[[Settings, Any], Any]:
    """Return what the task of this name in dags/ runs, with what it needs imported."""
    return receiving_task(name) if name in RECEIVING else publishing_task(name)


def receiving_task(name: str) -> Callable[[Settings, Any], Any]:
    from sealea.intake import outbox, receiving, rereading

    tasks: dict[str, Callable[[Settings, Any], Any]] = {
        "find_ready_files": lambda settings, _: receiving.ready_batches(settings),
        "check_and_load": receiving.receive_batch,
        "recheck_waiting": lambda settings, _: receiving.recheck_waiting(settings),
        "reread_under_changed_rules": lambda settings, _: rereading.reread_some(settings),
        "answer_senders": lambda settings, _: outbox.deliver(settings),
        "announce_new_rows": lambda settings, _: outbox.pending_asset_events(settings),
    }
    return tasks[name]


def publishing_task(name: str) -> Callable[[Settings, Any], Any]:
    from sealea.intake import reconciled
    from sealea.release import gate, pin, publishing, reconciling, transform

    def reconcile(settings: Settings, pin_id: int) -> int | None:
        reconciled_pin_id = reconciling.reconcile(settings, pin_id)
        reconciled.answer(settings)
        return reconciled_pin_id

    tasks: dict[str, Callable[[Settings, Any], Any]] = {
        "pin_inputs": lambda settings, _: pin.pin_inputs(settings),
        "reconcile": reconcile,
        "build_cells": lambda settings, pin_id: transform.build(settings, pin_id, "cells"),
        "build_marts": lambda settings, pin_id: transform.build(settings, pin_id, "marts"),
        "audit_candidate": gate.audit,
        "publish_release": publishing.publish,
    }
    return tasks[name]


if __name__ == "__main__":
    main()
