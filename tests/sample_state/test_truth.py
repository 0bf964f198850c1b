"""What the platform says of a sample state is what is true of it: every indicator, computed twice by code that shares nothing."""

import shutil
from pathlib import Path

import polars as pl
import psycopg
import pytest

from sealea.intake import receiving, senders
from sealea.pack import load_pack
from sealea.release import pin, transform
from sealea.sample_state.size import Size
from sealea.sample_state.writing import write_state
from sealea.settings import PROJECT

SIZE = Size(leas=5, students=2200, years=3, seed=7)
KEYS = ["indicator_id", "org_id", "school_year", "subject_code", "grade_code", "subgroup_code", "contrast_id"]
TOLERANCE = 1.1e-6  # six decimals are stored


@pytest.fixture
def state(warehouse, tmp_path: Path):
    """Return a warehouse that received the files of a sample state and built its indicators, and the state's truth."""
    settings = warehouse.settings.model_copy(update={"settle_seconds": 0.01})
    listing = write_state(SIZE, tmp_path / "files", load_pack(PROJECT, "ex").file_name)
    with psycopg.connect(settings.pipeline_dsn) as connection:
        for sender in senders.load_senders(listing):
            senders.register(connection, sender.sender_id, "EX", sender.kind, sender.name, sender.organisations)
            (settings.sftp_dir / sender.sender_id / "outbox").mkdir(parents=True)
            shutil.copytree(tmp_path / "files" / sender.sender_id, settings.sftp_dir / sender.sender_id / "inbox")
    outcomes = [receiving.receive_batch(settings, batch) for batch in receiving.ready_batches(settings)]
    assert not sum(outcome["returned"] + outcome["waiting"] for outcome in outcomes)
    pin_id = pin.pin_inputs(settings)
    assert pin_id is not None
    for layer in transform.LAYERS:
        transform.build(settings, pin_id, layer)
    return warehouse, pl.read_parquet(tmp_path / "files/truth/indicators.parquet")


def test_every_indicator_has_its_true_value_and_no_finding_is_reported_on_clean_files(state):
    warehouse, truth = state
    with psycopg.connect(warehouse.pipeline) as connection:
        rows = connection.execute(f"select {', '.join(KEYS)}, value, n, reason_code from restricted.indicator_value_restricted").fetchall()
        findings = connection.execute("select rule_id, count(*) from ops.finding group by 1").fetchall()
    schema = dict.fromkeys(KEYS, pl.String) | {"school_year": pl.Int64, "value": pl.Float64, "n": pl.Float64, "reason_code": pl.String}
    said = pl.DataFrame(rows, schema=schema, orient="row").filter(pl.col("value").is_not_null())
    built = said["indicator_id"].unique()

    both = truth.filter(pl.col("indicator_id").is_in(built.implode())).join(said, on=KEYS, how="full", suffix="_said", coalesce=True)
    different = both.filter(
        ((pl.col("value") - pl.col("value_said")).abs() > TOLERANCE * pl.max_horizontal(1.0, pl.col("value").abs() / 1e6)).fill_null(value=True)
        | ((pl.col("n") - pl.col("n_said")).abs() > 1e-6).fill_null(value=False)
    )

    assert findings == []
    assert set(truth["indicator_id"]) == set(built)
    assert both.height > 30_000  # of five LEAs
    assert different.is_empty(), f"{different.group_by('indicator_id').len()}\n{different.head(20)}"
