"""One file's way: accepted, replaced, repeated, taken up again after a crash."""

import hashlib
import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from sealea.database import connect
from sealea.errors import RuleBug
from sealea.intake import answering, inbox, outbox, receiving


def test_an_accepted_file_is_in_raw_with_its_source_lines(state, example):
    assert state.send("staff_assignment", example("staff_assignment")) == "accepted"

    assert state.loaded_lines("staff_assignment") == list(range(2, 22))
    row = state.rows(
        "select school_id, fte::text, begin_date::text, end_date, is_teacher_of_record, subject_code from raw.staff_assignment where line_number in (5, 18)"
        " order by line_number"
    )
    assert row == [
        ("EX-0101-001", "0.7500", "2025-08-15", None, True, "SCI"),
        ("EX-0101-001", "0.4000", "2025-08-15", None, True, 'Art, music and "maker" lab'),
    ]
    assert list(state.inbox().iterdir()) == []


def test_every_example_is_accepted_without_a_quarantined_record(state, example):
    for sender, extract in (("sea", "org_directory"), ("ex-0101", "staff"), ("ex-0101", "staff_assignment"), ("ex-0101", "finance_ledger")):
        state.drop(extract, example(extract), sender_id=sender)

    assert state.receive() == {"accepted": 4, "returned": 0, "waiting": 0, "duplicate": 0}
    assert state.rows("select sum(loaded_row_count), sum(quarantined_row_count) from ops.load") == [(7 + 5 + 20 + 6, 0)]
    assert state.rows("select distinct rule_id from ops.finding") == [("FIN-030",)]


def test_the_landed_bytes_are_those_that_were_sent(state, example):
    content = example("staff_assignment").encode()
    state.send("staff_assignment", content)

    ((sha256, byte_count),) = state.rows("select sha256, byte_count from ops.submission")
    assert (sha256, byte_count) == (hashlib.sha256(content).hexdigest(), len(content))
    assert (state.settings.landing_dir / sha256[:2] / sha256).read_bytes() == content


def test_accepted_rows_are_announced_until_a_publish_run_has_pinned_them(state, example):
    state.send("staff_assignment", example("staff_assignment"))
    state.send("staff", "lea_id\n")

    (event,) = outbox.pending_asset_events(state.settings)
    ((load_id,),) = state.rows("select load_id from ops.current_load")
    message_id = event.pop("message_id")
    assert event == {"extract": "staff_assignment", "school_year": 2026, "sender_id": "ex-0101", "load_id": load_id}
    with connect(state.settings.pipeline_dsn) as connection:
        connection.execute("update ops.outbox set delivered_at = clock_timestamp() where message_id = %s", [message_id])
    assert outbox.pending_asset_events(state.settings) == []


def test_the_same_bytes_again_are_a_duplicate_and_load_nothing(state, example):
    state.send("staff_assignment", example("staff_assignment"))

    assert state.send("staff_assignment", example("staff_assignment"), sent_at="20261006T080000") == "duplicate"

    assert state.rows("select count(*) from raw.staff_assignment") == [(20,)]
    assert state.rows("select count(*), count(*) filter (where is_duplicate) from ops.delivery") == [(2, 1)]
    assert state.rows("select count(*) from ops.submission") == [(1,)]
    assert len(outbox.pending_asset_events(state.settings)) == 1


def test_the_same_bytes_for_another_window_are_no_duplicate(state, example):
    state.send("staff_assignment", example("staff_assignment"))

    assert state.send("staff_assignment", example("staff_assignment"), window="fall") == "accepted"


def test_a_corrected_file_under_the_same_name_replaces_the_first(state, example):
    state.send("staff_assignment", example("staff_assignment"))
    corrected = example("staff_assignment", (2, "fte", "0.9"))

    assert state.send("staff_assignment", corrected) == "accepted"

    ((current,),) = state.rows("select load_id from ops.current_load")
    assert state.rows("select fte::text from raw.staff_assignment where line_number = 2 and load_id = %s", current) == [("0.9000",)]
    assert state.rows("select status from ops.load_event order by load_event_id") == [("accepted",), ("accepted",), ("superseded",)]


def test_going_back_to_the_first_content_counts(state, example):
    first, second = example("staff_assignment"), example("staff_assignment", (2, "fte", "0.9"))

    assert [state.send("staff_assignment", content) for content in (first, second, first)] == ["accepted"] * 3

    assert state.rows("select count(*) from ops.submission") == [(3,)]
    assert state.rows("select fte::text from raw.staff_assignment inner join ops.current_load using (load_id) where line_number = 2") == [("1.0000",)]


def test_a_returned_file_leaves_the_last_good_one_standing(state, example):
    state.send("staff_assignment", example("staff_assignment"))
    before = state.rows("select load_id from ops.current_load")

    assert state.send("staff_assignment", "lea_id,school_year\nEX-0101,2026\n") == "returned"

    assert state.rows("select load_id from ops.current_load") == before
    assert state.load()["loaded_row_count"] == 0
    assert "The file received" in state.answer("receipt.txt")


def test_a_returned_file_sent_again_is_a_duplicate_that_repeats_why(state):
    content = "lea_id,school_year\nEX-0101,2026\n"

    assert [state.send("staff_assignment", content) for _ in range(2)] == ["returned", "duplicate"]

    receipt = state.answer("receipt.txt")
    assert receipt.startswith("Nothing new: this is the file that was returned, byte for byte. It was returned for the reasons below.\n")
    assert "A required column is missing from the header." in receipt
    assert "Rule FILE-004: the file is returned." in receipt
    assert [state.rows(f"select count(*) from ops.{table}") for table in ("submission", "delivery", "load")] == [[(1,)], [(2,)], [(1,)]]


def test_a_returned_file_is_read_again_when_the_contract_has_changed(state, tmp_path):
    content = "lea_id,school_year\nEX-0101,2026\n"
    state.send("staff_assignment", content)
    project = changed_project(state, tmp_path, "unit: full-time equivalents", "unit: FTE")

    assert type(state)(state.settings.model_copy(update={"project_dir": project})).send("staff_assignment", content) == "returned"


def changed_project(state, tmp_path, old, new):
    """Return a copy of the project's expectations in which the contracts say `new` instead of `old`."""
    project = tmp_path / "project"
    (project / "expectations").mkdir(parents=True)
    for name in ("states", "file_rules.yml"):
        (project / "expectations" / name).symlink_to(state.settings.project_dir / "expectations" / name)
    (project / "expectations/extracts").mkdir()
    for contract in (state.settings.project_dir / "expectations/extracts").glob("*.yml"):
        (project / "expectations/extracts" / contract.name).write_text(contract.read_text().replace(old, new))
    return project


def test_a_crash_between_commit_and_removal_doubles_nothing(state, example, monkeypatch):
    state.drop("staff_assignment", example("staff_assignment"))

    def crash(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as moment:
        moment.setattr(inbox, "clear", crash)
        with pytest.raises(KeyboardInterrupt):
            state.receive()
    assert len(list(state.inbox().iterdir())) == 1

    assert state.receive() == {"accepted": 0, "returned": 0, "waiting": 0, "duplicate": 0}

    assert list(state.inbox().iterdir()) == []
    assert state.rows("select count(*) from raw.staff_assignment") == [(20,)]
    assert [state.rows(f"select count(*) from ops.{table}") for table in ("submission", "delivery", "load")] == [[(1,)]] * 3
    assert len([path for path in state.outbox().iterdir() if path.name.endswith("receipt.txt")]) == 1


def test_a_crash_before_the_commit_leaves_the_file_for_the_next_run(state, example, monkeypatch):
    state.drop("staff_assignment", example("staff_assignment"))

    def crash(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as moment:
        moment.setattr(answering, "post", crash)
        with pytest.raises(KeyboardInterrupt):
            state.receive()
    assert state.rows("select count(*) from raw.staff_assignment") == [(0,)]

    assert state.receive()["accepted"] == 1
    assert state.rows("select count(*) from raw.staff_assignment") == [(20,)]


def test_an_upload_that_a_crash_kept_from_leaving_comes_back(state, example):
    path = state.drop("staff_assignment", example("staff_assignment"))
    leaving = inbox.Places(state.settings.sftp_dir).leaving("ex-0101")
    leaving.mkdir(parents=True)
    path.rename(leaving / path.name)

    assert state.receive()["accepted"] == 1
    assert list(leaving.iterdir()) == []


def test_a_newer_upload_under_the_same_name_is_not_removed_with_the_older(state, example):
    path = state.drop("staff_assignment", example("staff_assignment"))
    (batch,) = receiving.ready_batches(state.settings)
    places, (seen,) = inbox.Places(state.settings.sftp_dir), [inbox.Upload(**fields) for fields in batch["files"]]
    state.drop("staff_assignment", example("staff_assignment", (2, "fte", "0.9")))

    inbox.clear(places, seen, is_refused=False)

    assert path.exists()
    assert receiving.receive_batch(state.settings, batch) == {"accepted": 0, "returned": 0, "waiting": 0, "duplicate": 0}
    assert state.receive()["accepted"] == 1
    assert state.rows("select fte::text from raw.staff_assignment where line_number = 2") == [("0.9000",)]


def test_two_runs_at_the_same_time_receive_a_file_once(state, example):
    state.drop("staff_assignment", example("staff_assignment"))
    (batch,) = receiving.ready_batches(state.settings)
    start = threading.Barrier(3)

    def run(_):
        start.wait()
        return receiving.receive_batch(state.settings, batch)["accepted"]

    with ThreadPoolExecutor(3) as runs:
        assert sum(runs.map(run, range(3))) == 1

    assert state.rows("select count(*) from raw.staff_assignment") == [(20,)]
    assert [state.rows(f"select count(*) from ops.{table}") for table in ("submission", "delivery", "load")] == [[(1,)]] * 3


def test_a_broken_rule_is_our_error_and_stops_no_other_file(state, example, tmp_path):
    project = changed_project(state, tmp_path, "fails_when: fte > 1,", "fails_when: fte > avg(fte),")
    settings = state.settings.model_copy(update={"project_dir": project})
    broken = state.drop("staff_assignment", example("staff_assignment"))
    state.drop("staff", example("staff"))

    (batch,) = receiving.ready_batches(settings)
    with pytest.raises(ExceptionGroup) as raised:
        receiving.receive_batch(settings, batch)

    (bug,) = raised.value.exceptions
    assert isinstance(bug, RuleBug)
    assert "PER-005 uses avg(" in str(bug)
    assert list(state.inbox().iterdir()) == [broken]
    assert state.rows("select layout from ops.submission") == [("staff",)]
    assert state.rows("select count(*) from ops.finding") == [(0,)]


def test_the_seas_files_come_first_and_a_senders_files_in_the_order_of_their_receipt(state, example):
    late = state.drop("staff", example("staff"))
    early = state.drop("staff_assignment", example("staff_assignment"))
    state.drop("org_directory", example("org_directory"), sender_id="sea")
    os.utime(early, (1_000_000_000, 1_000_000_000))
    os.utime(late, (1_000_000_001, 1_000_000_001))

    (batch,) = receiving.ready_batches(state.settings)

    assert [(file["sender_id"], file["quoted_name"].split("_2026")[0]) for file in batch["files"]] == [
        ("sea", "ex_sea_org_directory"),
        ("ex-0101", "ex_ex-0101_staff_assignment"),
        ("ex-0101", "ex_ex-0101_staff"),
    ]
    assert batch["label"] == "sea org_directory + 2 files"
    assert json.loads(json.dumps(batch)) == batch


def test_two_files_for_one_window_never_lie_in_batches_that_run_side_by_side(state, example):
    settings = state.settings.model_copy(update={"batch_files": 1})
    state.drop("staff", example("staff"), sent_at="20261005T080000")
    state.drop("staff", example("staff"), sent_at="20261005T080001")
    state.drop("staff_assignment", example("staff_assignment"))

    labels = [batch["label"] for batch in receiving.ready_batches(settings)]

    assert labels == ["ex-0101 staff", "ex-0101 staff_assignment"]


def test_the_folder_of_an_account_that_nobody_registered_is_left_alone(state):
    stranger = state.settings.sftp_dir / "ex-9999/inbox"
    stranger.mkdir(parents=True)
    (stranger / "file.csv").write_text("a\n")

    assert receiving.ready_batches(state.settings) == []
    assert (stranger / "file.csv").exists()
