"""What an operator may expect of every DAG in the Airflow UI."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sealea.settings import PROJECT

README = (PROJECT / "dags/README.md").read_text()


@pytest.fixture(scope="module")
def bag(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what Airflow makes of the dags folder, without a scheduler or a database of ours."""
    home = tmp_path_factory.mktemp("airflow")
    airflow = {"AIRFLOW_HOME": str(home), "AIRFLOW__CORE__PLUGINS_FOLDER": str(PROJECT / "plugins"), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    script = Path(__file__).parent / "describe_dags.py"
    done = subprocess.run([sys.executable, script, PROJECT / "dags"], capture_output=True, text=True, env=os.environ | airflow, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def dags(bag: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return bag["dags"]


def test_every_dag_file_imports(bag: dict[str, Any]) -> None:
    assert bag["errors"] == {}
    assert set(bag["dags"]) == {"receive", "publish"}


def test_every_dag_says_what_to_do_when_it_is_red(dags: dict[str, dict[str, Any]]) -> None:
    for dag in dags.values():
        assert "When it is red" in dag["doc"]
        assert dag["description"]
        assert dag["tags"]


def test_the_triage_notes_name_every_task(dags: dict[str, dict[str, Any]]) -> None:
    for dag in dags.values():
        assert set(dag["tasks"]) <= set(re.findall(r"`(\w+)`", dag["doc"]))


def test_the_timetable_lists_every_dag(dags: dict[str, dict[str, Any]]) -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE)) == set(dags)


def test_every_task_has_an_owner_a_note_and_a_retry(dags: dict[str, dict[str, Any]]) -> None:
    for dag in dags.values():
        for name, task in dag["tasks"].items():
            assert task["owner"] == "SEA data engineering", name
            assert task["doc"], name
            assert task["retries"] >= 1, name


def test_one_run_at_a_time_and_no_catching_up(dags: dict[str, dict[str, Any]]) -> None:
    for dag in dags.values():
        assert dag["max_active_runs"] == 1
        assert dag["catchup"] is False


def test_every_mapped_task_names_its_batch(dags: dict[str, dict[str, Any]]) -> None:
    mapped = [task for dag in dags.values() for task in dag["tasks"].values() if task["is_mapped"]]

    assert mapped
    assert all(task["map_index_template"] for task in mapped)


def test_assets_lead_from_the_inboxes_to_the_published_marts(dags: dict[str, dict[str, Any]]) -> None:
    tasks = {name: task for dag in dags.values() for name, task in dag["tasks"].items()}

    assert tasks["find_ready_files"]["inlets"] == ["LEA and SEA inboxes"]
    assert tasks["announce_new_rows"]["outlets"] == tasks["pin_inputs"]["inlets"] == ["Accepted rows"]
    assert tasks["publish_release"]["outlets"] == ["Published marts"]


def test_publishing_starts_with_new_rows_and_every_morning(dags: dict[str, dict[str, Any]]) -> None:
    assert (dags["publish"]["assets"], dags["publish"]["cron"]) == (["Accepted rows"], "0 5 * * *")
