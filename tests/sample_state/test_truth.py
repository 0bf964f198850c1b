"""What the platform says of a sample state is what is true of it: every indicator, every finding, every count, by code that shares nothing."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import polars as pl
import psycopg
import pytest

from sealea.intake import receiving, senders
from sealea.local import secrets
from sealea.pack import load_pack
from sealea.release import pin, transform
from sealea.sample_state import planting
from sealea.sample_state.size import Size
from sealea.sample_state.writing import write_state
from sealea.settings import PROJECT, Settings

SIZE = Size(leas=12, students=5000, years=3, seed=7)
ERROR_RATE = 0.8
KEYS = ["indicator_id", "org_id", "school_year", "subject_code", "grade_code", "subgroup_code", "contrast_id"]
TOLERANCE = 1.1e-6  # six decimals are stored


@dataclass(frozen=True)
class Told:
    """What is true of the state, and how to ask the warehouse what the platform says."""

    pipeline: str
    indicators: pl.DataFrame
    findings: pl.DataFrame
    submissions: pl.DataFrame

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.pipeline) as connection:
            return connection.execute(statement).fetchall()


@pytest.fixture(scope="module")
def state(postgres: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """Return a sample state whose files, many of them with something wrong, were received, and whose indicators were built."""
    folder, superuser = tmp_path_factory.mktemp("state"), secrets.superuser_dsn(postgres)
    execute(superuser, "create database sample_state template warehouse_template owner sealea_pipeline")
    execute(superuser, "grant connect on database sample_state to sealea_transform")
    pipeline, transform_dsn = (f"{dsn(postgres).rsplit('/', 1)[0]}/sample_state" for dsn in (secrets.pipeline_dsn, secrets.transform_dsn))
    settings = Settings(state_dir=folder / "state", settle_seconds=0.01, pipeline_dsn=pipeline, transform_dsn=transform_dsn)
    secrets.ensure_secrets(settings)
    deliver(settings, write_state(SIZE, folder / "files", load_pack(PROJECT, "ex").file_name, ERROR_RATE))
    pin_id = pin.pin_inputs(settings)
    assert pin_id is not None
    for layer in transform.LAYERS:
        transform.build(settings, pin_id, layer)
    truth = folder / "files/truth"
    findings = pl.read_csv(truth / "findings.csv", schema=planting.FINDING)
    yield Told(pipeline, pl.read_parquet(truth / "indicators.parquet"), findings, pl.read_csv(truth / "submissions.csv"))
    execute(superuser, "drop database sample_state with (force)")


def deliver(settings: Settings, listing) -> None:
    """Put the files into the inboxes and receive them."""
    with psycopg.connect(settings.pipeline_dsn) as connection:
        for sender in senders.load_senders(listing):
            senders.register(connection, sender.sender_id, "EX", sender.kind, sender.name, sender.organisations)
            (settings.sftp_dir / sender.sender_id / "outbox").mkdir(parents=True)
            shutil.copytree(listing.parent / sender.sender_id, settings.sftp_dir / sender.sender_id / "inbox")
    for batch in receiving.ready_batches(settings):
        receiving.receive_batch(settings, batch)


def execute(dsn: str, statement: str) -> None:
    with closing(psycopg.connect(dsn, autocommit=True)) as connection:
        connection.execute(statement)


def test_every_planted_error_is_found_where_it_was_planted_and_nothing_else_is_said(state):
    said = state.query("""
        select submission.sender_id, submission.original_name, finding.rule_id, finding.severity, finding.line_number, finding.column_name
        from ops.finding inner join ops.load using (load_id) inner join ops.submission using (submission_id)
    """)
    columns = ["sender_id", "file_name", "rule_id", "severity", "line_number", "column_name"]
    found = {tuple(row[:5]) for row in said}
    planted = {tuple(row[:5]) for row in state.findings.select(columns).iter_rows()}

    assert state.findings["kind"].n_unique() > 40
    assert [sorted(planted - found, key=str)[:12], sorted(found - planted, key=str)[:12]] == [[], []], (
        f"{sorted(planted - found, key=str)[:12]} {sorted(found - planted, key=str)[:12]}"
    )
    named = {tuple(row) for row in state.findings.filter(pl.col("column_name").is_not_null()).select(columns).iter_rows()}
    assert named <= set(said)


def test_every_file_comes_to_what_it_must_with_as_many_rows(state):
    said = state.query("""
        select submission.sender_id, submission.original_name, load_status.status, load.loaded_row_count
        from ops.load inner join ops.load_status using (load_id) inner join ops.submission using (submission_id)
    """)

    expected = state.submissions.select("sender_id", "file_name", "status", "loaded_row_count").rows()
    assert sorted(set(expected) ^ set(said))[:10] == []
    assert len(said) == len(expected)


def test_every_indicator_has_its_true_value(state):
    rows = state.query(f"select {', '.join(KEYS)}, value, n from restricted.indicator_value_restricted where value is not null")
    schema = dict.fromkeys(KEYS, pl.String) | {"school_year": pl.Int64, "value": pl.Float64, "n": pl.Float64}
    told = pl.DataFrame(rows, schema=schema, orient="row")
    said = told.filter(pl.col("indicator_id").is_in(state.indicators["indicator_id"].unique().to_list()))

    both = state.indicators.join(said, on=KEYS, how="full", suffix="_said", coalesce=True)
    wrong_value = (pl.col("value") - pl.col("value_said")).abs() > TOLERANCE * pl.max_horizontal(1.0, pl.col("value").abs() / 1e6)
    wrong_count = (pl.col("n") - pl.col("n_said")).abs() > TOLERANCE
    different = both.filter(wrong_value.fill_null(value=True) | wrong_count.fill_null(value=False))

    assert set(state.indicators["indicator_id"]) == set(said["indicator_id"])
    assert different.is_empty(), f"{different.group_by('indicator_id').len()}\n{different.head(20)}"
