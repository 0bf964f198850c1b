"""Answers arrive at least once, whole, and one sender's trouble holds up nobody else."""

import pytest

from sealea.database import connect
from sealea.errors import SealeaError
from sealea.intake import outbox


def post(state, *names, sender_id="ex-0101"):
    with connect(state.settings.pipeline_dsn) as connection:
        for name in names:
            outbox.post_file(connection, sender_id, name, f"body of {name}\r\n\u00e9")


def test_a_message_is_delivered_once_and_readable_by_the_sender(state):
    post(state, "one.receipt.txt", "two.receipt.txt")

    assert [outbox.deliver(state.settings), outbox.deliver(state.settings)] == [2, 0]

    path = state.outbox() / "one.receipt.txt"
    assert path.read_bytes().decode() == "body of one.receipt.txt\r\n\u00e9"
    assert path.stat().st_mode & 0o777 == 0o644
    assert sorted(path.name for path in state.outbox().iterdir()) == ["one.receipt.txt", "two.receipt.txt"]


def test_a_file_whose_mark_was_lost_is_written_again_with_the_same_content(state):
    post(state, "one.receipt.txt")
    outbox.deliver(state.settings)
    with connect(state.settings.pipeline_dsn) as connection:
        connection.execute("update ops.outbox set delivered_at = null")
    (state.outbox() / ".one.receipt.txt.part").write_text("half of a")

    assert outbox.deliver(state.settings) == 1

    assert [path.name for path in state.outbox().iterdir()] == ["one.receipt.txt"]


def test_more_messages_than_are_taken_at_a_time_all_arrive(state, monkeypatch):
    monkeypatch.setattr(outbox, "MESSAGES_AT_A_TIME", 2)
    post(state, *(f"{number}.txt" for number in range(5)))

    assert outbox.deliver(state.settings) == 5


def test_an_outbox_that_cannot_be_written_holds_up_no_other(state):
    state.outbox("ex-0102").write_text("not a folder")
    post(state, "one.txt", sender_id="ex-0102")
    post(state, "two.txt")

    with pytest.raises(SealeaError, match="into an outbox: 1"):
        outbox.deliver(state.settings)
    assert (state.outbox() / "two.txt").exists()

    state.outbox("ex-0102").unlink()
    assert outbox.deliver(state.settings) == 1
    assert (state.outbox("ex-0102") / "one.txt").exists()


def test_a_link_planted_in_an_outbox_is_replaced_and_not_followed(state, tmp_path):
    target = tmp_path / "target"
    target.write_text("untouched")
    state.outbox().mkdir()
    (state.outbox() / "one.txt").symlink_to(target)
    (state.outbox() / ".one.txt.part").symlink_to(target)
    post(state, "one.txt")

    outbox.deliver(state.settings)

    assert target.read_text() == "untouched"
    assert not (state.outbox() / "one.txt").is_symlink()


def test_of_two_answers_of_one_name_the_later_one_is_there_and_both_are_delivered(state):
    with connect(state.settings.pipeline_dsn) as connection:
        for body in ("earlier", "later"):
            outbox.post_file(connection, "ex-0101", "answer.txt", body)

    assert outbox.deliver(state.settings) == 2
    assert (state.settings.sftp_dir / "ex-0101/outbox/answer.txt").read_text() == "later"
    assert outbox.deliver(state.settings) == 0
