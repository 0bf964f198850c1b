"""What the tests of the dbt project share: dbt as the role that transforms, and loads as the pipeline enters them."""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import conninfo, sql

from sealea.local import secrets
from sealea.release import touched
from sealea.release.level_gap import fit_level_gaps
from sealea.settings import PROJECT, Settings

DBT_PROJECT = PROJECT / "dbt_project"
DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Outcome:
    """What became of one node of a dbt run."""

    kind: str
    name: str
    status: str
    message: str


def outcome(result: dict[str, Any]) -> Outcome:
    kind, _, *name = result["unique_id"].split(".")
    return Outcome(kind, name[-1], result["status"], result["message"] or "")


@dataclass(frozen=True)
class Dbt:
    """dbt on one warehouse, with the project as it is or a copy of it."""

    dsn: str
    folder: Path
    project: Path = DBT_PROJECT

    def run(self, *arguments: str) -> list[Outcome]:
        """Run dbt as the role that transforms, on the loads that the warehouse rests on; return what became of each node."""
        address = conninfo.conninfo_to_dict(self.dsn)
        names = {"HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password", "DATABASE": "dbname"}
        environment = os.environ | {f"TRANSFORM_{name}": str(address.get(key, "")) for name, key in names.items()}
        folders = {
            "--project-dir": self.project,
            "--profiles-dir": self.project,
            "--target-path": self.folder / "target",
            "--log-path": self.folder / "log",
        }
        options = [str(part) for option in folders.items() for part in option]
        command = [str(Path(sys.executable).with_name("dbt")), "--no-use-colors", "--warn-error", *arguments, *options]
        finished = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        results = self.folder / "target/run_results.json"
        assert results.exists(), finished.stdout
        outcomes = [outcome(result) for result in json.loads(results.read_text())["results"]]
        return [node for node in outcomes if node.kind != "exposure"]  # who reads a mart; nothing of it runs

    def build(self) -> None:
        """Build and test both layers, as a publish run does."""
        for layer in ("cells", "marts"):
            run = self.run("build", "--select", f"tag:{layer}", "--exclude-resource-type", "unit_test")
            assert [node for node in run if node.status not in ("success", "pass")] == []
            if layer == "cells":
                fit_level_gaps(self.dsn)


@pytest.fixture(scope="session")
def dbt_on() -> Callable[[str, Path], Dbt]:
    """Return the function that makes dbt work on the warehouse of a DSN, with a folder for what it writes."""
    return Dbt


@pytest.fixture
def dbt(warehouse: Any, tmp_path: Path) -> Dbt:
    """Return dbt on the warehouse of the test."""
    return Dbt(warehouse.transform, tmp_path)


@dataclass(frozen=True)
class Pin:
    """A pin, and the loads that are entered for it."""

    connection: psycopg.Connection
    pin_id: int

    def load(self, sender_id: str, extract: str, year: int, window: str, columns: list[str], rows: Iterable[Iterable[object]]) -> None:
        """Enter `rows` of `columns` as an accepted load of the sender's file for one extract, school year and window."""
        state = "EX" if sender_id == "sea" else sender_id[:2].upper()
        kind = "sea" if sender_id.endswith("sea") else "lea"
        organisation = "*" if kind == "sea" else sender_id.upper()
        self.connection.execute("insert into ops.sender values (%s, %s, %s, %s) on conflict do nothing", [sender_id, state, kind, sender_id])
        self.connection.execute("insert into ops.sender_organisation values (%s, %s) on conflict do nothing", [sender_id, organisation])
        load_id = self.accepted(sender_id, extract, year, window)
        names = sql.SQL(", ").join(map(sql.Identifier, ["load_id", "line_number", *columns]))
        with self.connection.cursor().copy(sql.SQL("copy {} ({}) from stdin").format(sql.Identifier("raw", extract), names)) as target:
            for number, row in enumerate(rows, start=2):
                target.write_row([load_id, number, *row])

    def accepted(self, sender_id: str, extract: str, year: int, window: str) -> int:
        submission = """
            insert into ops.submission (sender_id, layout, school_year, window_code, sha256, byte_count, original_name)
            values (%s, %s, %s, %s, %s, 1, %s) returning submission_id
        """
        reading = """
            insert into ops.load (submission_id, extract, pack_version, physical_line_count, header_line_count, blank_line_count,
                loaded_line_count, quarantined_line_count, unreadable_line_count, loaded_row_count, quarantined_row_count)
            values (%s, %s, 'test', 0, 1, 0, 0, 0, 0, 0, 0) returning load_id
        """
        name = f"{extract}_{year}_{window}"
        submission_id = self.returned(submission, sender_id, extract, year, window, name, name)
        load_id = self.returned(reading, submission_id, extract)
        self.connection.execute("insert into ops.pin_load (pin_id, load_id) values (%s, %s)", [self.pin_id, load_id])
        return load_id

    def returned(self, statement: str, *parameters: object) -> int:
        row = self.connection.execute(statement, parameters).fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture(scope="session")
def pin_in() -> Callable[[psycopg.Connection], Pin]:
    """Return the function that makes a new pin in the warehouse of a connection."""

    def new(connection: psycopg.Connection) -> Pin:
        row = connection.execute("insert into ops.pin (code_version, pack_version) values ('test', 'test') returning pin_id").fetchone()
        assert row is not None
        return Pin(connection, row[0])

    return new


def enter_small_state(dsn: str, pin_in: Callable[[psycopg.Connection], Pin]) -> None:
    """Let the warehouse of `dsn` rest on the loads of the small state, and of another state that has set no minimum."""
    with psycopg.connect(dsn) as connection:
        pin = pin_in(connection)
        for path in sorted(DATA.glob("*/*.csv")):  # data/<sender>/<extract>_<year>_<window>.csv
            extract, year, window = path.stem.rsplit("_", 2)
            header, *rows = csv.reader(path.read_text().splitlines())
            pin.load(path.parent.name, extract, int(year), window, header, [[value or None for value in row] for row in rows])
        connection.execute("update ops.state_parameter set value = 3 where parameter in ('minimum_n', 'minimum_n_gap')")
        connection.execute("update ops.state_parameter set value = 0.5 where parameter = 'minimum_teacher_fte'")
        touched.rest_on(connection, pin.pin_id)


@pytest.fixture
def small_state(warehouse: Any, pin_in: Callable[[psycopg.Connection], Pin]) -> None:
    """Let the warehouse of the test rest on the loads of the small state."""
    enter_small_state(warehouse.pipeline, pin_in)


@pytest.fixture(scope="session")
def built_small_state(
    postgres: Settings, tmp_path_factory: pytest.TempPathFactory, dbt_on: Callable[..., Dbt], pin_in: Callable[..., Pin]
) -> Iterator[Dbt]:
    """Return dbt, as it has built and tested the small state in a warehouse that tests leave as it is."""
    pipeline, transform = (f"{dsn(postgres).rsplit('/', 1)[0]}/small_state" for dsn in (secrets.pipeline_dsn, secrets.transform_dsn))
    with psycopg.connect(secrets.superuser_dsn(postgres), autocommit=True) as connection:
        connection.execute("create database small_state template warehouse_template owner sealea_pipeline")
        connection.execute("grant connect on database small_state to sealea_transform")
    enter_small_state(pipeline, pin_in)
    dbt = dbt_on(transform, tmp_path_factory.mktemp("small_state"))
    dbt.build()
    yield dbt
    with psycopg.connect(secrets.superuser_dsn(postgres), autocommit=True) as connection:
        connection.execute("drop database small_state with (force)")


@pytest.fixture(scope="session")
def shared_warehouse(
    request: pytest.FixtureRequest,
    postgres: Settings,
    tmp_path_factory: pytest.TempPathFactory,
    dbt_on: Callable[..., Dbt],
    pin_in: Callable[..., Pin],
) -> Iterator[Callable[[str], list[tuple[Any, ...]]]]:
    """Return a function that asks the warehouse that dbt has built, once, from the data of all modules that are run and bring some.

    Such a module enters them into a pin by `enter`, in states of its own; one with real data names their folder in REAL.
    """
    modules = {item.module for item in request.session.items if isinstance(item, pytest.Function) and hasattr(item.module, "enter")}
    pipeline, transform = (f"{dsn(postgres).rsplit('/', 1)[0]}/shared" for dsn in (secrets.pipeline_dsn, secrets.transform_dsn))
    with psycopg.connect(secrets.superuser_dsn(postgres), autocommit=True) as connection:
        connection.execute("create database shared template warehouse_template owner sealea_pipeline")
        connection.execute("grant connect on database shared to sealea_transform")
    with psycopg.connect(pipeline) as connection:
        pin = pin_in(connection)
        for module in sorted(modules, key=lambda module: str(module.__name__)):
            if not hasattr(module, "REAL") or module.REAL.is_dir():
                module.enter(pin)
        touched.rest_on(connection, pin.pin_id)
    dbt_on(transform, tmp_path_factory.mktemp("dbt")).build()
    with psycopg.connect(transform, autocommit=True) as connection:
        yield lambda statement: connection.execute(statement).fetchall()
    with psycopg.connect(secrets.superuser_dsn(postgres), autocommit=True) as connection:
        connection.execute("drop database shared with (force)")


@pytest.fixture(scope="module")
def query(request: pytest.FixtureRequest) -> Callable[[str], list[tuple[Any, ...]]]:
    """Return the function that asks the shared warehouse, as the role that transforms."""
    real = getattr(request.module, "REAL", None)
    if real and not real.is_dir():
        pytest.skip(f"{real} is absent: real data are not part of the project; SHARED_DATA_DIR names their folder")
    ask: Callable[[str], list[tuple[Any, ...]]] = request.getfixturevalue("shared_warehouse")
    return ask
