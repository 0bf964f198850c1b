"""One layer of the dbt project, built from pinned inputs in a process of its own."""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import conninfo

from sealea.contract import load_contracts
from sealea.errors import SealeaError
from sealea.release import touched
from sealea.release.affected import FITTED
from sealea.release.level_gap import fit_level_gaps
from sealea.release.releases import Layer, built_from, scalar, turn
from sealea.settings import Settings

LAYERS: tuple[Layer, ...] = ("cells", "marts")
FAILED = ("error", "fail", "runtime error")
TIMEOUT_SECONDS = 3600
KEPT_PINS = 50
TAIL_LINES = 15
MAXIMUM_NAMED = 20
# What dbt builds is derived, and counts only from the row in ops.build on, whose own commit waits for all before it to be on disk.
NO_WAIT = "-c synchronous_commit=off"


@dataclass(frozen=True)
class Node:
    """What became of one model, test or seed."""

    name: str
    status: str
    message: str


def build(settings: Settings, pin_id: int, layer: Layer) -> dict[str, Any]:
    """Build and test the models of `layer` from the loads of `pin_id`; return how many nodes ended in each status.

    The result of every node is kept in state_dir/dbt/pins/<pin_id>/<layer>.json. Raises SealeaError naming each node that failed.
    """
    with turn(settings.pipeline_dsn) as connection:
        require_inputs(connection, pin_id, layer)
        if layer == LAYERS[0]:
            touched.mark(connection, pin_id, load_contracts(settings.project_dir))
        connection.execute("delete from ops.build where layer = any(%s)", [list(LAYERS[LAYERS.index(layer) :])])
        results = results_file(settings, pin_id, layer)
        output, exit_code = run_dbt(settings, layer, touched.extracts(connection), results)
        nodes = list(read_nodes(results))
        raise_for_failures(layer, nodes, exit_code, output)
        if layer == "cells":
            touched.prove(connection, pin_id)
            fit_level_gaps(settings.transform_dsn, touched.organisations(connection, FITTED))
        connection.execute("insert into ops.build (layer, pin_id) values (%s, %s)", [layer, pin_id])
        if layer == LAYERS[-1]:
            touched.clear(connection)
    statuses = Counter(node.status for node in nodes)
    return {"pin_id": pin_id, "layer": layer, "statuses": dict(sorted(statuses.items())), "results": str(results)}


def require_inputs(connection: psycopg.Connection, pin_id: int, layer: Layer) -> None:
    """Raise SealeaError if the pin is gone or the layer below was built from other inputs."""
    if scalar(connection, "select pin_id from ops.pin where pin_id = %s", [pin_id]) is None:
        raise SealeaError(f"Pin {pin_id} is gone: newer inputs have been pinned since. Trigger the publish DAG again.")
    below = LAYERS[: LAYERS.index(layer)]
    if any(built_from(connection, name) != pin_id for name in below):
        raise SealeaError(f"The layer '{below[-1]}' is not built from pin {pin_id}. Build it first: trigger the publish DAG again.")


def run_dbt(settings: Settings, layer: Layer, touched_extracts: list[str], results: Path) -> tuple[str, int]:
    """Run `dbt build` for what is touched of one layer, which writes `results`; return what it printed and its exit code."""
    project = str(settings.project_dir / "dbt_project")
    options = {
        "--vars": json.dumps({"builds_by_touch": True}),
        "--project-dir": project,
        "--profiles-dir": project,
        "--target-path": str(work_dir(settings) / "target"),
        "--log-path": str(work_dir(settings) / "log"),
        "--log-level-file": "info",
    }
    for_dbt = ["--no-use-colors", "--no-write-json", *(part for option in options.items() for part in option)]
    command = [sys.executable, "-m", "sealea.release.child", str(results), layer, ",".join(touched_extracts), *for_dbt]
    try:
        finished = subprocess.run(
            command,
            env=dbt_environment(settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise SealeaError(f"dbt was ended: the layer '{layer}' took over {TIMEOUT_SECONDS} s. Look for a slow model or a lock.") from error
    return finished.stdout, finished.returncode


def dbt_environment(settings: Settings) -> dict[str, str]:
    """Return the environment of the dbt process: the address and role it works with, and no telemetry."""
    address = conninfo.conninfo_to_dict(settings.transform_dsn)
    names = {"HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password", "DATABASE": "dbname"}
    warehouse = {f"TRANSFORM_{name}": str(address.get(key) or "") for name, key in names.items()}
    fixed = {"PGOPTIONS": NO_WAIT, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1"}
    return dict(os.environ) | warehouse | fixed


def results_file(settings: Settings, pin_id: int, layer: Layer) -> Path:
    """Return where dbt's results are kept, in the folder of their pin; those of an earlier attempt and the folders of the oldest pins go."""
    pins = work_dir(settings) / "pins"
    kept = pins / str(pin_id) / f"{layer}.json"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.unlink(missing_ok=True)
    for folder in sorted(pins.iterdir(), key=lambda folder: int(folder.name))[:-KEPT_PINS]:
        shutil.rmtree(folder)
    return kept


def read_nodes(results: Path) -> Iterator[Node]:
    """Yield what became of every node; nothing if dbt ended before it ran any."""
    if results.is_file():
        for result in json.loads(results.read_text())["results"]:
            name = ".".join(result["unique_id"].split(".")[2:3])
            yield Node(name, result["status"], without_values(result["message"] or ""))


def without_values(message: str) -> str:
    """Return a database's message in one line, less its DETAIL and CONTEXT, which quote data."""
    lines = [line.strip() for line in message.splitlines()]
    return " ".join(line for line in lines if line and not line.startswith(("DETAIL:", "CONTEXT:", "LINE ", "^", "compiled code at")))


def raise_for_failures(layer: Layer, nodes: list[Node], exit_code: int, output: str) -> None:
    """Raise SealeaError naming the nodes that failed, or the end of dbt's output if it did not come to run any."""
    failed = [node for node in nodes if node.status in FAILED]
    if failed:
        named = "\n".join(f"- {node.name}: {node.message}" for node in failed[:MAXIMUM_NAMED])
        raise SealeaError(
            f"dbt could not build the layer '{layer}': {len(failed)} of {len(nodes)} nodes failed. Readers still see the last release.\n{named}\n"
            "A failed test of a stg_ model means that raw holds what the contract forbids; any other is a fault of the model. "
            "Mend it, then trigger the publish DAG again."
        )
    if exit_code or not nodes:
        tail = "\n".join(output.splitlines()[-TAIL_LINES:])
        raise SealeaError(f"dbt built nothing of the layer '{layer}' (exit code {exit_code}). Correct dbt_project/ or its connection:\n{tail}")


def work_dir(settings: Settings) -> Path:
    """Return the folder of dbt's target, log and kept results."""
    return settings.state_dir / "dbt"
