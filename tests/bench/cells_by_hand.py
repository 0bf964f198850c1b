"""The assessment cells: our models against one GROUPING SETS query written by hand, over the same rows, giving the same cells."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench import server as servers
from bench.figure import Figure, ratio
from bench.place import Place
from bench.turns import seconds_of
from sealea.release import transform
from sealea.settings import Settings

STAGE = "assessment cells"
LIMIT = 1.2  # the issue
MODELS = ("int_assessment_cell__summed", "int_assessment_cell__transferred", "fct_assessment_cell")
BY_HAND = Path(__file__).parent / "cells_by_hand.sql"
TABLE = "restricted.cells_by_hand"
DIFFERENT = """
    select (select count(*) from (table restricted.fct_assessment_cell except all table {table}) as ours_only)
        + (select count(*) from (table {table} except all table restricted.fct_assessment_cell) as theirs_only)
"""


def prepare(place: Place) -> str:
    """Return a database with everything that the cells are made of."""
    journey = place.whole
    database = f"{journey.name}_by_hand"
    servers.copy(place.server, journey.reach("publish"), database)
    return database


def measure(place: Place, database: str) -> list[Figure]:
    """Return our seconds over those of the query, by turns. Raises AssertionError if they give other cells."""
    settings = place.whole.settings(database)
    ours: list[float] = []
    theirs: list[float] = []
    for turn in range(place.pairs):
        for run in (ours_seconds, theirs_seconds) if turn % 2 == 0 else (theirs_seconds, ours_seconds):
            (ours if run is ours_seconds else theirs).append(run(settings))
    ((different,),) = servers.rows(settings.transform_dsn, DIFFERENT.format(table=TABLE))
    ((rows,),) = servers.rows(settings.transform_dsn, "select count(*) from intermediate.int_assessment__classified")
    assert not different, f"{different} cells differ"
    servers.drop(place.server, database)
    return [
        ratio(STAGE, "dbt models / one query by hand", ours, theirs, LIMIT, rows=rows, note="full build; every cell was compared and is the same"),
        Figure(STAGE, "dbt models", "s", tuple(ours), rows=rows),
        Figure(STAGE, "one query by hand", "s", tuple(theirs), rows=rows),
    ]


def theirs_seconds(settings: Settings) -> float:
    """Return how long the query takes to make its table, with the statistics that a reader needs."""
    statements = (f"create table {TABLE} as {BY_HAND.read_text()}", f"analyze {TABLE}")
    servers.execute(settings.transform_dsn, f"drop table if exists {TABLE}")
    return seconds_of(lambda: servers.execute(settings.transform_dsn, *statements))


def ours_seconds(settings: Settings) -> float:
    """Return how long dbt works on the models from nothing, by its own account: without starting and parsing."""
    project, work = str(settings.project_dir / "dbt_project"), transform.work_dir(settings)
    options = {"--project-dir": project, "--profiles-dir": project, "--target-path": str(work / "target"), "--log-path": str(work / "log")}
    chosen = ("--no-use-colors", "run", "--full-refresh", "--select", *MODELS, *(part for option in options.items() for part in option))
    done = subprocess.run(
        [str(Path(sys.executable).with_name("dbt")), *chosen],
        env=transform.dbt_environment(settings),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    results = work / "target/run_results.json"
    return sum(map(executed, json.loads(results.read_text())["results"]))


def executed(result: Mapping[str, Any]) -> float:
    """Return the seconds that dbt spent on one model."""
    return float(result["execution_time"])
