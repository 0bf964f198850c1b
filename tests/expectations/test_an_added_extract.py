"""The recipe of CONTRIBUTING: an extract is one contract and one folder of examples. This one is added here, to a copy of the project."""

import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from sealea import examples
from sealea.contract import load_contracts, load_file_rules
from sealea.database import connect, migrate
from sealea.intake import receiving, senders
from sealea.pack import load_pack
from sealea.release import pin, touched, transform
from sealea.render import files
from sealea.settings import PROJECT

HERE = Path(__file__).parent
SENDERS = (("sea", "sea", ["*"]), ("ex-0101", "lea", ["EX-0101"]))


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """Return a copy of the project to which two things were added, and whose generated files were written again."""
    project = tmp_path_factory.mktemp("added")
    for folder in ("expectations", "dbt_project"):
        shutil.copytree(PROJECT / folder, project / folder, ignore=shutil.ignore_patterns("target", "logs"))
    shutil.copy(HERE / "bus_route.yml", project / "expectations/extracts")
    shutil.copytree(HERE / "bus_route", project / "expectations/examples/bus_route")
    files.write(project, texts(project))
    return project


def texts(project: Path) -> dict[str, str]:
    return files.generated(project, load_contracts(project), load_pack(project, "ex"), load_file_rules(project))


def test_everything_that_follows_from_it_is_rendered(project) -> None:
    assert files.stale(project, texts(project)) == []
    assert "stg_bus_route" in (project / "dbt_project/models/staging/stg_bus_route.yml").read_text()
    assert (project / "docs/guide/templates/bus_route.csv").read_text().startswith("lea_id,school_year,route_id,school_id")
    assert "BUS-003: The school is not in the state's directory." in " ".join((project / "docs/rules.html").read_text().split()).replace("&#39;", "'")
    ledger = (project / "expectations/rule_ids.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in ledger if line.startswith("BUS-")] == ["BUS-001", "BUS-002", "BUS-003"]


@pytest.mark.parametrize("rule_id", ["BUS-001", "BUS-002", "BUS-003"])
def test_its_examples_are_held_against_its_rules_as_those_of_every_extract(project, rule_id, broken) -> None:
    contract, records, pair = (
        load_contracts(project)["bus_route"],
        examples.records(project, "bus_route"),
        examples.pairs(project, "bus_route")[rule_id],
    )

    assert broken(contract, records.changed(pair.passes), pair) == set()
    assert broken(contract, records.changed(pair.fails), pair) == {rule_id}


def test_a_file_of_it_comes_in_by_the_front_door_and_staging_reads_it(project, warehouse) -> None:
    settings = warehouse.settings.model_copy(update={"project_dir": project, "settle_seconds": 0.01})
    migrate(settings.pipeline_dsn, load_contracts(project).values(), load_pack(project, "ex"))
    with connect(settings.pipeline_dsn) as connection:
        for sender_id, kind, organisations in SENDERS:
            senders.register(connection, sender_id, "EX", kind, sender_id, organisations)
            (settings.sftp_dir / sender_id / "inbox").mkdir(parents=True)
    for sender_id, extract in (("sea", "org_directory"), ("ex-0101", "bus_route")):
        name = f"ex_{sender_id}_{extract}_2026_fall_20251020T080000.csv"
        shutil.copy(project / examples.FOLDER / extract / "records.csv", settings.sftp_dir / sender_id / "inbox" / name)

    outcomes = [receiving.receive_batch(settings, batch) for batch in receiving.ready_batches(settings)]

    assert sum(outcome["accepted"] for outcome in outcomes) == 2
    pin_id = pin.pin_inputs(settings)
    with connect(settings.pipeline_dsn) as connection:
        touched.rest_on(connection, pin_id)
    dbt = [Path(sys.executable).with_name("dbt"), "build", "--select", "stg_bus_route"]
    folders = ["--project-dir", project / "dbt_project", "--profiles-dir", project / "dbt_project", "--target-path", settings.state_dir / "target"]
    run = subprocess.run(
        [*dbt, *folders, "--log-path", settings.state_dir / "log"],
        env=transform.dbt_environment(settings),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout
    with psycopg.connect(warehouse.superuser) as connection:
        staged = "select line_number, route_id, school_id, route_miles::text, submission_window_code from staging.stg_bus_route order by 1"
        assert connection.execute(staged).fetchall() == [
            (2, "R1", "EX-0101-001", "12.5", "fall"),
            (3, "R2", "EX-0101-002", "20.0", "fall"),
            (4, "R3", "EX-0101-001", "31.4", "fall"),
        ]
