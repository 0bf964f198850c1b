"""What the platform says of a sample state is what is true of it: every indicator, every finding, every count, by code that shares nothing."""

import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
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

SIZES = {"S": (12, 5_000), "M": (100, 100_000)}
CHOSEN = os.environ.get("SEALEA_TRUTH", "S7").split()  # sizes and seeds; `make truth` tries more of them
ERROR_RATE = 0.8
KEYS = ["indicator_id", "org_id", "school_year", "subject_code", "grade_code", "subgroup_code", "contrast_id", "facet"]
# Indicators of which both sides were seen to say the same. The truth tells more of them; a name joins when its values have been compared.
COMPARED = {
    *("participation", "proficiency", "proficiency_accountability", "mean_scale_score", "gap_percentage_point", "gap_g", "gap_v"),
    *("inexperienced_teachers", "exposure_gap", "current_expenditure", "per_pupil_expenditure"),
    *("emergency_credential_teachers", "out_of_field_teachers", "ineffective_teachers"),
    *("teacher_retention", "teacher_turnover", "teacher_turnover_lea", "teacher_attrition"),
}
LOGGER = logging.getLogger(__name__)
TOLERANCE = 1.1e-6  # six decimals are stored


@dataclass(frozen=True)
class Told:
    """What is true of the state, and how to ask the warehouse what the platform says."""

    settings: Settings
    indicators: pl.DataFrame
    findings: pl.DataFrame
    submissions: pl.DataFrame

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.settings.pipeline_dsn) as connection:
            return connection.execute(statement).fetchall()


@pytest.fixture(scope="module", params=CHOSEN)
def delivered(request: pytest.FixtureRequest, postgres: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """Return a sample state whose files, many of them with something wrong, were received."""
    folder, superuser = tmp_path_factory.mktemp("state"), secrets.superuser_dsn(postgres)
    execute(superuser, "create database sample_state template warehouse_template owner sealea_pipeline")
    execute(superuser, "grant connect on database sample_state to sealea_transform")
    pipeline, transform_dsn = (f"{dsn(postgres).rsplit('/', 1)[0]}/sample_state" for dsn in (secrets.pipeline_dsn, secrets.transform_dsn))
    settings = Settings(state_dir=folder / "state", settle_seconds=0.01, pipeline_dsn=pipeline, transform_dsn=transform_dsn)
    secrets.ensure_secrets(settings)
    leas, students = SIZES[request.param[0]]
    size = Size(leas, students, years=3, seed=int(request.param[1:]))
    deliver(settings, write_state(size, folder / "files", load_pack(PROJECT, "ex").file_name, ERROR_RATE))
    truth = folder / "files/truth"
    findings = pl.read_csv(truth / "findings.csv", schema=planting.FINDING)
    yield Told(settings, pl.read_parquet(truth / "indicators.parquet"), findings, pl.read_csv(truth / "submissions.csv"))
    execute(superuser, "drop database sample_state with (force)")


@pytest.fixture(scope="module")
def state(delivered: Told) -> Told:
    """Return the sample state with its indicators built."""
    pin_id = pin.pin_inputs(delivered.settings)
    assert pin_id is not None
    for layer in transform.LAYERS:
        transform.build(delivered.settings, pin_id, layer)
    return delivered


def deliver(settings: Settings, listing: Path) -> None:
    """Put the files into the inboxes and receive them, those that are sent again after the others."""
    known = senders.load_senders(listing)
    with psycopg.connect(settings.pipeline_dsn) as connection:
        for sender in known:
            senders.register(connection, sender.sender_id, "EX", sender.kind, sender.name, sender.organisations)
            for folder in ("inbox", "outbox"):
                (settings.sftp_dir / sender.sender_id / folder).mkdir(parents=True)
    for turn in (listing.parent, *sorted(listing.parent.glob("round-*"))):
        for sender in known:
            if (turn / sender.sender_id).is_dir():
                shutil.copytree(turn / sender.sender_id, settings.sftp_dir / sender.sender_id / "inbox", dirs_exist_ok=True)
        while batches := receiving.ready_batches(settings):
            for batch in batches:
                receiving.receive_batch(settings, batch)


def execute(dsn: str, statement: str) -> None:
    with closing(psycopg.connect(dsn, autocommit=True)) as connection:
        connection.execute(statement)


def test_every_planted_error_is_found_where_it_was_planted_and_nothing_else_is_said(delivered):
    said = delivered.query("""
        select submission.sender_id, submission.original_name, finding.rule_id, finding.severity, finding.line_number, finding.column_name
        from ops.finding inner join ops.load using (load_id) inner join ops.submission using (submission_id)
    """)
    columns = ["sender_id", "file_name", "rule_id", "severity", "line_number", "column_name"]
    found = {tuple(row[:5]) for row in said}
    planted = {tuple(row[:5]) for row in delivered.findings.select(columns).iter_rows()}

    assert delivered.findings["kind"].n_unique() > 40
    kinds = {(sender, file): kind for sender, file, kind in delivered.findings.select("sender_id", "file_name", "kind").iter_rows() if kind}
    missing, unexpected = by_kind(kinds, planted - found), by_kind(kinds, found - planted)
    assert not missing + unexpected, "\n".join(["not found:", *missing, "found beyond what was planted:", *unexpected])
    named = {tuple(row) for row in delivered.findings.filter(pl.col("column_name").is_not_null()).select(columns).iter_rows()}
    assert named <= set(said)


def by_kind(kinds: dict[tuple[str, str], str], findings: set[tuple[Any, ...]]) -> list[str]:
    """Return how many findings each kind of error and rule has, and where one of them is."""
    told: dict[tuple[str | None, ...], list[str]] = {}
    for sender, file, rule, severity, line in sorted(findings, key=str):
        told.setdefault((kinds.get((sender, file)), rule, severity), []).append(f"{file}:{line}")
    return [f"{kind}: {rule} {severity}, {len(places)}, as at {places[0]}" for (kind, rule, severity), places in told.items()]


def test_every_file_comes_to_what_it_must_with_as_many_rows(delivered):
    said = delivered.query("""
        select submission.sender_id, submission.original_name, load_status.status, load.loaded_row_count
        from ops.load inner join ops.load_status using (load_id) inner join ops.submission using (submission_id)
    """)

    expected = delivered.submissions.select("sender_id", "file_name", "status", "loaded_row_count").rows()
    assert set(expected) == set(said), "\n".join(str(row) for row in sorted(set(expected) ^ set(said)))
    assert len(said) == len(expected)


def test_every_indicator_has_its_true_value(state):
    rows = state.query(f"select {', '.join(KEYS)}, value, n from restricted.indicator_value_restricted where value is not null")
    schema = dict.fromkeys(KEYS, pl.String) | {"school_year": pl.Int64, "value": pl.Float64, "n": pl.Float64}
    said = pl.DataFrame(rows, schema=schema, orient="row")
    sides = ["indicator_id", "facet"]
    missing = said.select(sides).unique().join(state.indicators.select(sides).unique(), on=sides, how="anti").sort(sides)
    LOGGER.info("The truth lacks %s; told and not compared: %s", missing.rows(), sorted(set(state.indicators["indicator_id"]) - COMPARED))
    compared = state.indicators.filter(pl.col("indicator_id").is_in(COMPARED))
    both = compared.join(said.join(compared.select(sides).unique(), on=sides, how="semi"), on=KEYS, how="full", suffix="_said", coalesce=True)
    wrong_value = (pl.col("value") - pl.col("value_said")).abs() > TOLERANCE * pl.max_horizontal(1.0, pl.col("value").abs() / 1e6)
    wrong_count = (pl.col("n") - pl.col("n_said")).abs() > TOLERANCE
    different = both.filter(wrong_value.fill_null(value=True) | wrong_count.fill_null(value=False))

    assert set(compared["indicator_id"]) == COMPARED <= set(said["indicator_id"])
    assert different.is_empty(), "\n".join(str(row) for row in (*different.group_by(sides).len().rows(), *different.head(12).rows()))
