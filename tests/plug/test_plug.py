"""Killed at any moment, the platform goes on to the same numbers, rows, answers and ledger; and the harness would see if it did not."""

import itertools
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from plug import account
from plug.bench import Scene, bench, execute, in_database, scene
from plug.child import run
from plug.fingerprint import differences, fingerprint
from plug.upload import upload_all
from sealea.local import secrets

TESTS = Path(__file__).parents[1]
COUNTER = itertools.count()
PROCESSES, POSTGRES = 5, 2
SURELY_HIT = 1  # of the seven; the others may come when their step has just ended, about one in four does
FEW = {"sea": "org_directory", "ex-0101": "staff_2026", "ex-0103": "finance_ledger_2026"}


def test_kills_of_our_processes_and_of_postgresql_change_nothing():
    kills = ["--processes", str(PROCESSES), "--postgres", str(POSTGRES), "--stack", "0", "--services", "0", "--journeys", "1"]
    command = [sys.executable, "-P", "-m", "plug", "--quick", *kills]

    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(TESTS)}, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    hits = [int(count) for count in re.findall(r"killed: (\d+)", done.stdout)]
    assert sum(hits) > SURELY_HIT, done.stdout


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Return a bench whose only stage is a few files."""
    with bench(tmp_path_factory.mktemp("plug"), batch_files=25) as whole:
        few = {sender_id: [file for file in whole.stages[0][sender_id] if word in file.name] for sender_id, word in FEW.items()}
        whole.stages[:] = [few]
        yield whole


@pytest.fixture(scope="module")
def original(place, tmp_path_factory):
    """Return a scene whose files were uploaded, received and answered; for copying only."""
    log = tmp_path_factory.mktemp("log") / "steps.log"
    with scene(place, "original") as stage:
        upload_all(stage.settings, place.stages[0])
        for batch in run(stage.settings, "find_ready_files", None, log).answer:
            run(stage.settings, "check_and_load", batch, log)
        run(stage.settings, "answer_senders", None, log)
        execute(stage.settings.pipeline_dsn, "create view published.mart as select 1 as release_id, count(*) as value from raw.staff")
        execute(stage.settings.pipeline_dsn, "grant select on published.mart to bi_reader")
        yield stage


@pytest.fixture
def received(original, place, tmp_path):
    """Return a copy of that scene, and what came of its files."""
    name, superuser = f"copy_{next(COUNTER)}", secrets.superuser_dsn(place.server)
    execute(superuser, f"create database {name} template original owner sealea_pipeline")
    execute(superuser, f"grant connect on database {name} to bi_reader")
    state_dir = shutil.copytree(original.settings.state_dir, tmp_path / "state")
    settings = original.settings.model_copy(update={"state_dir": state_dir, "pipeline_dsn": in_database(original.settings.pipeline_dsn, name)})
    copy = Scene(settings, in_database(original.bi, name), place.server)
    yield copy, fingerprint(settings, copy.bi)
    execute(superuser, f"drop database {name} with (force)")


def problems(stage, before, files):
    """Return what the harness finds wrong: in the middle of a journey, and at its end."""
    sent = {(sender_id, file.name): 1 for sender_id, group in files.items() for file in group}
    settings = stage.settings
    in_the_middle = [*account.lost_lines(settings), *account.lost_files(settings, sent), *account.answers_without_a_delivery(settings)]
    in_the_middle += account.mixture(stage.bi, [before["published"]])
    return in_the_middle, differences(before, fingerprint(settings, stage.bi))


def test_nothing_is_wrong_when_nothing_has_happened(received, place):
    assert problems(*received, place.stages[0]) == ([], [])


@pytest.mark.parametrize(
    ("change", "sees"),
    [
        ("insert into raw.staff (load_id, line_number) select max(load_id), 9999 from raw.staff", "rows in raw"),
        ("delete from raw.staff where line_number = 2", "rows in raw"),
        ("update ops.load set loaded_line_count = loaded_line_count - 1 where loaded_line_count > 0", "accounted for"),
        ("update ops.load set physical_line_count = physical_line_count + 1, blank_line_count = blank_line_count + 1", "lines in its bytes"),
        ("update raw.staff set load_id = 9999", "the ledger does not know it"),
    ],
)
def test_a_lost_or_doubled_line_is_seen_at_once(received, place, change, sees):
    execute(received[0].settings.pipeline_dsn, change)

    at_once, in_the_end = problems(*received, place.stages[0])

    assert sees in "".join(at_once)
    assert in_the_end


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ("update vault.staff set last_name = 'Other' where line_number = 2", "rows"),
        ("insert into ops.load_event (load_id, status, actor) select max(load_id), 'accepted', 'twice' from ops.load", "loads"),
        ("delete from ops.outbox where file_name like '%receipt%'", "messages"),
        ("create or replace view published.mart as select 1 as release_id, count(*) + 1 as value from raw.staff", "published"),
    ],
)
def test_any_other_change_is_seen_in_the_end(received, place, change, part):
    execute(received[0].settings.pipeline_dsn, change)

    assert [line for line in problems(*received, place.stages[0])[1] if line.startswith(f"{part}: ")]


def test_a_missing_receipt_is_seen(received, place):
    receipt = next(received[0].settings.sftp_dir.glob("*/outbox/*.receipt.txt"))
    receipt.unlink()

    assert f"answers: missing 1x: {receipt.parts[-3]}" in problems(*received, place.stages[0])[1][0]


def test_a_second_receipt_is_seen(received, place):
    receipt = next(received[0].settings.sftp_dir.glob("*/outbox/*.receipt.txt"))
    receipt.with_name(receipt.name.replace(".receipt.", "9.receipt.")).write_text(receipt.read_text())

    at_once, in_the_end = problems(*received, place.stages[0])

    assert "answers nothing" in at_once[0]
    assert "answers: too much 1x" in in_the_end[0]


def test_an_upload_that_is_gone_is_seen_at_once(received, place):
    files = place.stages[0] | {"ex-0102": [Path("never_received.csv")]}

    assert problems(*received, files)[0] == ["never_received.csv of ex-0102 is gone"]


@pytest.mark.parametrize(("data", "count"), [(b"", 0), (b"\n", 1), (b"a", 1), (b"a\r\nb\rc\nd", 4), (b"a\n\r\n", 2)])
def test_physical_lines_are_counted_by_their_bytes(data, count):
    assert account.physical_lines(data) == count
