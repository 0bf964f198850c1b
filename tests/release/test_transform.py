import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sealea.errors import SealeaError
from sealea.release import pin, transform
from sealea.settings import PROJECT, environment

PROJECT_FILE = """
name: small
version: "1.0"
profile: sealea
models:
    +materialized: table
    +grants: {select: [sealea_pipeline]}
    small:
        cells: {+schema: restricted, +tags: cells}
        marts: {+schema: candidate, +tags: marts}
"""
MART_TESTS = """
models:
    - name: mart_pinned
      columns: [{name: load_id, data_tests: [unique]}]
"""

BROKEN_MODEL = """
{{ config(post_hook='create unique index on {{ this }} (who)') }}
select unnest(array['Ann', 'Ann']) as who
"""


@pytest.fixture
def small(bench):
    """Return the bench with a dbt project of one cell and one mart, both of which show the pinned loads."""
    bench.change("drop table candidate.indicator_value, candidate.goal_status")
    dbt = bench.settings.project_dir / "dbt_project"
    for folder in ("models/cells", "models/marts", "macros"):
        (dbt / folder).mkdir(parents=True)
    shutil.copy(PROJECT / "dbt_project/profiles.yml", dbt)
    shutil.copy(PROJECT / "dbt_project/macros/generate_schema_name.sql", dbt / "macros")
    (dbt / "dbt_project.yml").write_text(PROJECT_FILE)
    (dbt / "models/cells/cell_pinned.sql").write_text("select load_id from {{ source('ops', 'any_load') }}")
    (dbt / "models/cells/sources.yml").write_text("sources: [{name: ops, tables: [{name: any_load, identifier: built_load}]}]")
    (dbt / "models/marts/mart_pinned.sql").write_text("select load_id from {{ ref('cell_pinned') }}")
    (dbt / "models/marts/marts.yml").write_text(MART_TESTS)
    return bench


def layers(bench):
    return dict(bench.query("select layer, pin_id from ops.build"))


def test_both_layers_are_built_from_the_pinned_loads_and_the_pipeline_may_read_them(small):
    """Twice: dbt must not remember the first pin when it builds the second."""
    first = small.accept_load()
    for loads in ([first], [first, first + 1]):
        pin_id = pin.pin_inputs(small.settings)

        assert transform.build(small.settings, pin_id, "cells")["statuses"] == {"success": 1}
        assert transform.build(small.settings, pin_id, "marts")["statuses"] == {"pass": 1, "success": 1}

        assert small.query("select load_id from candidate.mart_pinned order by load_id") == [(load,) for load in loads]
        assert layers(small) == {"cells": pin_id, "marts": pin_id}
        assert len(json.loads((small.settings.state_dir / f"dbt/pins/{pin_id}/marts.json").read_text())["results"]) == 2
        small.accept_load()
    assert not (small.settings.project_dir / "dbt_project/target").exists()


def test_a_failed_node_is_named_with_what_to_do_and_without_values(small):
    small.accept_load()
    pin_id = pin.pin_inputs(small.settings)
    models = small.settings.project_dir / "dbt_project/models"
    (models / "cells/cell_broken.sql").write_text(BROKEN_MODEL)
    (models / "cells/cell_twice.sql").write_text("select load_id from ops.pin_load union all select load_id from ops.pin_load")
    (models / "cells/cells.yml").write_text(MART_TESTS.replace("mart_pinned", "cell_twice"))

    with pytest.raises(SealeaError) as failure:
        transform.build(small.settings, pin_id, "cells")

    message = str(failure.value)
    assert "the layer 'cells': 2 of 4 nodes failed. Readers still see the last release." in message
    assert "- cell_broken: Database Error in model cell_broken" in message
    assert "could not create unique index" in message
    assert "- unique_cell_twice_load_id: Got 1 result, configured to fail if != 0" in message
    assert "Ann" not in message
    assert layers(small) == {}


def test_a_project_that_dbt_cannot_read_is_reported_with_the_end_of_its_output(small):
    small.accept_load()
    pin_id = pin.pin_inputs(small.settings)
    (small.settings.project_dir / "dbt_project/models/cells/cell_pinned.sql").write_text("select {{ ref('nowhere') }}")

    with pytest.raises(SealeaError, match=r"(?s)built nothing of the layer 'cells' \(exit code 2\).*depends on a node named 'nowhere'"):
        transform.build(small.settings, pin_id, "cells")


def test_marts_are_not_built_upon_cells_of_other_inputs(small):
    small.pinned()
    small.accept_load()
    newer = pin.pin_inputs(small.settings)

    with pytest.raises(SealeaError, match=f"'cells' is not built from pin {newer}"):
        transform.build(small.settings, newer, "marts")


def test_a_pin_that_is_gone_is_refused(small):
    with pytest.raises(SealeaError, match="Pin 77 is gone"):
        transform.build(small.settings, 77, "cells")


def test_the_results_of_the_newest_pins_are_kept_and_those_of_the_oldest_go(small):
    kept = small.settings.state_dir / "dbt/pins"
    for number in range(8, 68):
        (kept / str(number)).mkdir(parents=True)

    transform.results_file(small.settings, 68, "cells")

    assert sorted(int(folder.name) for folder in kept.iterdir()) == list(range(19, 69))


def test_dbt_ends_with_the_task_that_asked_for_it(small):
    """Else the next run and the orphan would build the same tables at once."""
    small.accept_load()
    pin_id = pin.pin_inputs(small.settings)
    (small.settings.project_dir / "dbt_project/models/cells/cell_slow.sql").write_text("select 1 as one from pg_sleep(120)")
    program = f"from sealea.release import transform; from sealea.settings import load_settings; transform.build(load_settings(), {pin_id}, 'cells')"
    task = subprocess.Popen([sys.executable, "-c", program], env=environment(small.settings))
    asleep = "select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'"
    deadline = time.monotonic() + 60
    while small.change(asleep) != [(1,)]:
        assert task.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.1)
    (dbt,) = [int(process) for process in Path(f"/proc/{task.pid}/task/{task.pid}/children").read_text().split()]

    task.kill()
    task.wait()

    while running(dbt):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert layers(small) == {}


def running(process):
    status = Path(f"/proc/{process}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"
