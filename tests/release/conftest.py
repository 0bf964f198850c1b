"""Warehouses to publish from: one with two small candidate marts made by hand, one that dbt has built from the sample state."""

import itertools
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sealea.demo import sample
from sealea.intake import receiving, senders
from sealea.local import secrets
from sealea.pack import load_pack
from sealea.release import gate, pin, publishing, transform
from sealea.settings import PROJECT, Settings

HERE = Path(__file__).parent
COUNTER = itertools.count()


@dataclass(frozen=True)
class Bench:
    """A warehouse with candidate marts in it."""

    settings: Settings
    pipeline: str
    transform: str
    bi: str

    def query(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a statement run as the pipeline."""
        return run(self.pipeline, statement, *parameters)

    def read(self, statement: str) -> list[tuple[Any, ...]]:
        """Return the rows that a BI tool gets."""
        return run(self.bi, statement)

    def change(self, statement: str) -> list[tuple[Any, ...]]:
        """Change the candidate as dbt would, by the same role."""
        return run(self.transform, statement)

    def accept_load(self, physical_lines: int = 4, extract: str = "staff") -> int:
        """Record a file of one header and three rows as accepted and announced; return its load."""
        run(
            self.pipeline,
            "insert into ops.sender (sender_id, state_code, kind, sender_name) values ('ex-0101', 'EX', 'lea', 'Adams') on conflict do nothing",
        )
        ((count,),) = self.query("select count(*) from ops.submission")
        ((submission_id,),) = self.query(
            """
            insert into ops.submission (sender_id, layout, school_year, window_code, sha256, byte_count, original_name)
            values ('ex-0101', %s, 2026, %s, %s, 100, 'file.csv') returning submission_id
            """,
            extract,
            f"w{count}",
            f"sha{count}",
        )
        ((load_id,),) = self.query(
            """
            insert into ops.load (submission_id, extract, pack_version, physical_line_count, header_line_count, blank_line_count, loaded_line_count,
                quarantined_line_count, unreadable_line_count, loaded_row_count, quarantined_row_count)
            values (%s, %s, 'p', %s, 1, 0, 3, 0, 0, 3, 0) returning load_id
            """,
            submission_id,
            extract,
            physical_lines,
        )
        self.query(f"insert into raw.{extract} (load_id, line_number) select %s, generate_series(2, 4)", load_id)
        self.query("insert into ops.load_event (load_id, status, actor) values (%s, 'accepted', 'test')", load_id)
        self.query("insert into ops.outbox (kind, body) values ('asset', %s)", str(load_id))
        return int(load_id)

    def pinned(self) -> int:
        """Pin the inputs after one more file has come, and note that both layers were built from them."""
        self.accept_load()
        pin_id = pin.pin_inputs(self.settings)
        assert pin_id is not None
        self.query("delete from ops.build")
        self.query("insert into ops.build (layer, pin_id) values ('cells', %s), ('marts', %s)", pin_id, pin_id)
        return pin_id

    def audited(self) -> int:
        """Return a new release that the gate has passed."""
        return gate.audit(self.settings, self.pinned())

    def published(self) -> int:
        """Return a new release that readers see."""
        release_id = self.audited()
        publishing.publish(self.settings, release_id)
        return release_id

    def pointers(self) -> dict[str, tuple[int, int]]:
        """Return release and partition by mart."""
        return {mart: (release, partition) for mart, release, partition in self.query("select * from ops.current_release")}

    def suite(self, name: str, edit: Callable[[str], str]) -> None:
        """Rewrite one suite file."""
        path = self.settings.project_dir / f"expectations/marts/{name}.yml"
        path.write_text(edit(path.read_text()))


def run(dsn: str, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn) as connection:
        cursor = connection.execute(statement, parameters or None)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def bench(warehouse, tmp_path: Path) -> Bench:
    """Return a warehouse whose candidate holds the marts of candidate.sql and whose suites are those of project/."""
    project = tmp_path / "project"
    shutil.copytree(HERE / "project", project)
    settings = warehouse.settings.model_copy(update={"project_dir": project})
    run(warehouse.transform, (HERE / "candidate.sql").read_text())
    return Bench(settings, warehouse.pipeline, warehouse.transform, warehouse.bi)


@pytest.fixture(scope="session")
def built(postgres: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Return the settings of a warehouse that received the sample state, published it and built its marts once more; for copying only."""
    folder = tmp_path_factory.mktemp("built")
    superuser = secrets.superuser_dsn(postgres)
    execute(superuser, "create database built template warehouse_template owner sealea_pipeline")
    execute(superuser, "grant connect on database built to sealea_transform, bi_reader")
    pipeline, transform_dsn = (in_database(dsn(postgres), "built") for dsn in (secrets.pipeline_dsn, secrets.transform_dsn))
    project = folder / "project"  # a copy, so that nobody who edits a model changes the code version in the middle of a test
    for name in ("dbt_project", "expectations"):
        shutil.copytree(PROJECT / name, project / name, ignore=shutil.ignore_patterns("target", "logs"))
    settings = Settings(project_dir=project, state_dir=folder / "state", settle_seconds=0.01, pipeline_dsn=pipeline, transform_dsn=transform_dsn)
    secrets.ensure_secrets(settings)
    deliver(settings, folder / "sample")
    pin_id = pin.pin_inputs(settings)
    assert pin_id is not None
    for layer in transform.LAYERS:
        transform.build(settings, pin_id, layer)
    publishing.publish(settings, gate.audit(settings, pin_id))
    transform.build(settings, pin_id, "marts")
    return settings


def deliver(settings: Settings, sample_dir: Path) -> None:
    """Receive the files of the sample state."""
    listing = sample.write_sample(sample_dir, load_pack(PROJECT, "ex").file_name)
    with psycopg.connect(settings.pipeline_dsn) as connection:
        for sender in senders.load_senders(listing):
            senders.register(connection, sender.sender_id, "EX", sender.kind, sender.name, sender.organisations)
            (settings.sftp_dir / sender.sender_id / "outbox").mkdir(parents=True)
            shutil.copytree(sample_dir / sender.sender_id, settings.sftp_dir / sender.sender_id / "inbox")
    while waiting := receiving.ready_batches(settings):
        for batch in waiting:
            receiving.receive_batch(settings, batch)


@pytest.fixture
def state(built: Settings, postgres: Settings, tmp_path: Path) -> Iterator[Bench]:
    """Return a copy of the warehouse of the sample state, as dbt has built it, with its first release published."""
    superuser, name = secrets.superuser_dsn(postgres), f"state_{next(COUNTER)}"
    execute(superuser, f"create database {name} template built owner sealea_pipeline")
    execute(superuser, f"grant connect on database {name} to sealea_transform, bi_reader")
    pipeline, transform_dsn, bi = (in_database(dsn(postgres), name) for dsn in (secrets.pipeline_dsn, secrets.transform_dsn, secrets.bi_dsn))
    settings = built.model_copy(update={"pipeline_dsn": pipeline, "transform_dsn": transform_dsn, "state_dir": tmp_path})
    yield Bench(settings, pipeline, transform_dsn, bi)
    execute(superuser, f"drop database {name} with (force)")


def in_database(dsn: str, name: str) -> str:
    return f"{dsn.rsplit('/', 1)[0]}/{name}"


def execute(dsn: str, statement: str) -> None:
    with closing(psycopg.connect(dsn, autocommit=True)) as connection:
        connection.execute(statement)
