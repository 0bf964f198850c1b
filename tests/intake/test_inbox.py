"""What an inbox may hold, and what is never read from it."""

import os
import threading

import pytest

from sealea.intake import receiving
from sealea.intake.inbox import Places

SECRET = "the key of another account"


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret"
    path.write_text(SECRET)
    return path


def assert_refused_unread(state, detail):
    assert state.receive() == {"accepted": 0, "returned": 1, "waiting": 0, "duplicate": 0}
    assert state.rows("select rule_id, severity from ops.finding") == [("FILE-008", "F1")]
    assert state.rows("select sha256, byte_count from ops.submission") == [("unread", 0)]
    assert detail in state.answer("receipt.txt") + state.answer("report.html")
    assert list(state.inbox().iterdir()) == []
    assert [path for path in state.settings.landing_dir.rglob("*") if path.is_file()] == []
    assert len(list(Places(state.settings.sftp_dir).refused("ex-0101").iterdir())) == 1
    assert state.receive() == {"accepted": 0, "returned": 0, "waiting": 0, "duplicate": 0}


def test_a_symlink_is_moved_aside_and_its_target_stays_unread(state, secret):
    (state.inbox() / state.name("staff")).symlink_to(secret)

    assert_refused_unread(state, "The upload is a link or a device.")
    assert secret.read_text() == SECRET


def test_a_symlink_to_nothing_is_moved_aside(state):
    (state.inbox() / state.name("staff")).symlink_to("nothing")

    assert_refused_unread(state, "The upload is a link or a device.")


def test_a_hard_link_is_moved_aside_and_its_target_stays_unread(state, secret):
    os.link(secret, state.inbox() / state.name("staff"))

    assert_refused_unread(state, "The upload is not a plain file of its own.")
    assert secret.read_text() == SECRET


def test_a_named_pipe_is_moved_aside_and_keeps_nobody_waiting(state):
    os.mkfifo(state.inbox() / state.name("staff"))

    assert_refused_unread(state, "The upload is not a plain file of its own.")


def test_a_file_above_the_size_limit_is_moved_aside_unread(state, example):
    content = example("staff")
    settings = state.settings.model_copy(update={"maximum_file_bytes": len(content) - 1})
    state.drop("staff", content)

    assert_refused_unread(type(state)(settings), "The upload has more than")


def test_a_link_does_not_hold_up_the_file_beside_it(state, example, secret):
    (state.inbox() / state.name("staff")).symlink_to(secret)
    state.drop("staff_assignment", example("staff_assignment"))

    assert state.receive() == {"accepted": 1, "returned": 1, "waiting": 0, "duplicate": 0}


def test_an_inbox_that_became_a_link_is_not_followed(state, example, tmp_path):
    path = state.drop("staff", example("staff"))
    (batch,) = receiving.ready_batches(state.settings)
    state.inbox().rename(tmp_path / "moved")
    state.inbox().symlink_to(tmp_path / "moved")

    with pytest.raises(ExceptionGroup):
        receiving.receive_batch(state.settings, batch)

    assert (tmp_path / "moved" / path.name).exists()
    assert state.rows("select count(*) from ops.submission") == [(0,)]


def test_an_upload_that_is_not_finished_is_not_ready(state, example):
    name = state.name("staff")
    for unfinished in (f"{name}.part", f"{name}.tmp", f"{name}.filepart", f"{name}.PART", f".{name}"):
        (state.inbox() / unfinished).write_text(example("staff"))
    (state.inbox() / "a folder").mkdir()

    assert receiving.ready_batches(state.settings) == []


def test_a_file_that_grows_between_two_readings_is_not_ready(state, example):
    settings = state.settings.model_copy(update={"settle_seconds": 0.3})
    path = state.drop("staff", example("staff"))
    is_read = threading.Event()

    def grow():
        while not is_read.wait(0.02):
            with path.open("a") as file:
                file.write("EX-0101")

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        growing = receiving.ready_batches(settings)
    finally:
        is_read.set()
        writer.join()

    assert growing == []
    assert len(receiving.ready_batches(state.settings)) == 1


def test_a_file_that_changes_or_goes_after_it_was_ready_waits_for_the_next_run(state, example):
    changed, gone = state.drop("staff", example("staff")), state.drop("staff_assignment", example("staff_assignment"))
    (batch,) = receiving.ready_batches(state.settings)
    changed.write_text(example("staff", (2, "contract_days", "100")))
    gone.unlink()

    assert receiving.receive_batch(state.settings, batch) == {"accepted": 0, "returned": 0, "waiting": 0, "duplicate": 0}

    assert changed.exists()
    assert state.receive()["accepted"] == 1


def test_a_name_of_any_bytes_is_answered(state):
    (state.inbox() / os.fsdecode(b"caf\xe9 \n\x1b[31m%.csv")).write_bytes(b"a,b\n")

    assert state.receive()["returned"] == 1

    assert state.rows("select original_name from ops.submission") == [("caf\ufffd \ufffd\ufffd[31m%.csv",)]
    assert list(state.inbox().iterdir()) == []
    assert {path.name.split(".csv")[0] for path in state.outbox().iterdir()} == {"caf_____31m_"}
