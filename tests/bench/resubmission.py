"""One LEA sends its test results again with one record less: what that costs, step by step, against the full build, and until it is published."""

import json
import os
import shutil
from pathlib import Path

import psycopg

from bench import server as servers
from bench.cells_by_hand import MODELS, executed
from bench.figure import Figure, ratio
from bench.journey import STEPS, Journey
from bench.place import Place
from bench.step import Cost
from sealea.release import transform

STAGE = "one LEA resubmits"
SHARE, CELLS_SHARE = 0.02, 0.01  # the issues: at most 2 % of the cost for all, and so many seconds more; of the cells 1 %
BUILD_SECONDS, RECONCILE_SECONDS = 20.0, 10.0
EXTRACT = "assessment_result"
BUILDS = ("cells", "marts")
BEFORE = STEPS[STEPS.index("receive") + 1 : STEPS.index("marts") + 1]  # what is built when the file comes; nothing has been published


def prepare(place: Place) -> Path:
    """Return the file that will come again, one that was accepted."""
    journey = place.whole
    with psycopg.connect(journey.settings(journey.reach("receive")).pipeline_dsn) as connection:
        row = connection.execute(
            """
            select sender_id, original_name from ops.load
            inner join ops.load_status using (load_id) inner join ops.submission using (submission_id)
            where load.extract = %s and status = 'accepted' and original_name like '%%.csv' order by loaded_row_count, original_name limit 1
            """,
            [EXTRACT],
        ).fetchone()
    assert row
    return journey.files / row[0] / row[1]


def measure(place: Place, file: Path) -> list[Figure]:
    """Return what the build of all rows cost at first, and each step after the resubmission."""
    journey = place.whole
    with journey.scratch("receive") as database:
        first = {name: journey.travel(name, database) for name in BEFORE}
        all_cells, rows = cells_seconds(journey, database), journey.rows(database)
        costs = travel(journey, database, file)
        own_cells = cells_seconds(journey, database)
    whole, build = (sum(steps[name].seconds for name in BUILDS) for steps in (first, costs))
    reconciled = first["reconcile"].seconds
    limits = {"reconcile": SHARE * reconciled + RECONCILE_SECONDS}
    return [
        Figure(STAGE, "dbt, full build", "s", (whole,), rows=rows, note="cells and marts of an empty warehouse, tests included"),
        Figure(STAGE, "dbt, after one LEA's file", "s", (build,), SHARE * whole + BUILD_SECONDS, rows),
        ratio(STAGE, "assessment cells, of one LEA / of all", [own_cells], [all_cells], CELLS_SHARE, rows=rows, note="models alone, as dbt tells"),
        Figure(STAGE, "level 2, all LEAs", "s", (reconciled,), rows=rows),
        *(Figure(STAGE, name, "s", (cost.seconds,), limits.get(name), rows) for name, cost in costs.items()),
        Figure(STAGE, "file dropped to number published", "s", (sum(cost.seconds for cost in costs.values()),), rows=rows, note=IN_PROCESS),
    ]


IN_PROCESS = (
    "the steps above one after the other; the platform adds two readings 2 s apart, up to a minute until the next receive run, and Airflow's tasks"
)


def travel(journey: Journey, database: str, file: Path) -> dict[str, Cost]:
    """Drop the file without its last record and take it through every step; return what each cost."""
    settings = journey.settings(database)
    inbox = settings.sftp_dir / file.parent.name / "inbox"
    shutil.rmtree(inbox, ignore_errors=True)
    inbox.mkdir(parents=True)
    (inbox.parent / "outbox").mkdir(exist_ok=True)
    content = file.read_bytes()
    (inbox / file.name).write_bytes(content.rstrip(b"\r\n").rpartition(b"\n")[0] + b"\n")
    os.sync()
    costs = {name: journey.travel(name, database, deliver=False) for name in STEPS}
    assert costs["receive"].answer["accepted"] == 1, costs["receive"].answer
    return costs


def cells_seconds(journey: Journey, database: str) -> float:
    """Return how long dbt worked on the assessment cells in the last build."""
    settings = journey.settings(database)
    ((pin_id,),) = servers.rows(settings.pipeline_dsn, "select max(pin_id) from ops.pin")
    results = json.loads((transform.work_dir(settings) / f"pins/{pin_id}/cells.json").read_text())["results"]
    return sum(executed(result) for result in results if result["unique_id"].rpartition(".")[2] in MODELS)
