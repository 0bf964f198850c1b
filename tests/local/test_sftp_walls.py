"""The SFTP server from outside: all that a sender cannot reach, read or change."""

import os

import asyncssh
import pytest

REFUSED = (asyncssh.SFTPPermissionDenied, asyncssh.SFTPNoSuchFile, asyncssh.SFTPFailure, asyncssh.SFTPOpUnsupported)


@pytest.mark.parametrize(
    "path",
    [
        "/outbox/planted.csv",
        "/planted.csv",
        "/inbox",
        "/inbox/../planted.csv",
        "/inbox/../outbox/planted.csv",
        "/../planted.csv",
        "../../../planted.csv",
        "/inbox/../../{other}/inbox/planted.csv",
        "/{other}/inbox/planted.csv",
        "{root}/{other}/inbox/planted.csv",
        "/.uploads/planted.csv",
        "/inbox/missing/planted.csv",
        "/etc/planted.csv",
    ],
)
def test_nothing_can_be_written_outside_the_inbox(sender, other_sender, path):
    path = path.format(other=other_sender.sender_id, root=sender.settings.sftp_dir)

    with pytest.raises(REFUSED):
        sender.session(lambda client: sender.put(client, path))

    assert not list(sender.settings.state_dir.rglob("planted.csv"))


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../../etc/passwd", "/inbox/../../{other}/inbox/secret.csv", "/{other}/inbox/secret.csv", "/.uploads"]
)
def test_nothing_outside_the_home_can_be_seen_or_read(sender, other_sender, path):
    (other_sender.inbox / "secret.csv").write_bytes(b"secret")
    path = path.format(other=other_sender.sender_id)

    for attempt in (lambda client: client.stat(path), lambda client: client.listdir(path), lambda client: client.open(path, "rb")):
        with pytest.raises(REFUSED):
            sender.session(attempt)


@pytest.mark.parametrize(
    "attempt",
    [
        lambda client: client.remove("/outbox/receipt.txt"),
        lambda client: client.rename("/outbox/receipt.txt", "/inbox/receipt.txt"),
        lambda client: client.posix_rename("/inbox/staff.csv", "/outbox/receipt.txt"),
        lambda client: client.rename("/inbox/staff.csv", "/staff.csv"),
        lambda client: client.rename("/inbox", "/outbox/inbox"),
        lambda client: client.rmdir("/inbox"),
        lambda client: client.rmdir("/outbox"),
        lambda client: client.mkdir("/mine"),
        lambda client: client.mkdir("/outbox/mine"),
        lambda client: client.chmod("/outbox/receipt.txt", 0o777),
        lambda client: client.truncate("/outbox/receipt.txt", 0),
        lambda client: client.symlink("/outbox/receipt.txt", "/inbox/link"),
        lambda client: client.symlink("/etc/passwd", "/inbox/link"),
        lambda client: client.symlink("../../../../etc/passwd", "/inbox/link"),
        lambda client: client.link("/outbox/receipt.txt", "/inbox/link"),
        lambda client: client.link("/inbox/staff.csv", "/inbox/link"),
        lambda client: client.readlink("/inbox/staff.csv"),
        lambda client: client.statvfs("/inbox"),
    ],
)
def test_links_and_changes_outside_the_inbox_are_refused(sender, attempt):
    (sender.home / "outbox" / "receipt.txt").write_text("Received.\n")
    (sender.inbox / "staff.csv").write_bytes(sender.CONTENT)

    with pytest.raises(REFUSED):
        sender.session(attempt)

    assert (sender.home / "outbox" / "receipt.txt").read_text() == "Received.\n"
    assert sender.names() == (["staff.csv"], [])
    assert (sender.inbox / "staff.csv").stat().st_nlink == 1


def test_a_symlink_that_somehow_is_in_a_home_leads_nowhere(sender, tmp_path):
    (tmp_path / "secret.csv").write_bytes(b"secret")
    (sender.inbox / "file").symlink_to(tmp_path / "secret.csv")
    (sender.inbox / "folder").symlink_to(tmp_path)

    for attempt in (
        lambda client: client.open("/inbox/file", "rb"),
        lambda client: sender.put(client, "/inbox/file"),
        lambda client: client.open("/inbox/folder/secret.csv", "rb"),
        lambda client: client.stat("/inbox/folder/secret.csv"),
        lambda client: client.listdir("/inbox/folder"),
        lambda client: sender.put(client, "/inbox/folder/planted.csv"),
        lambda client: client.remove("/inbox/folder/secret.csv"),
        lambda client: client.mkdir("/inbox/folder/mine"),
        lambda client: client.rename("/inbox/folder/secret.csv", "/inbox/secret.csv"),
    ):
        with pytest.raises(asyncssh.SFTPError):
            sender.session(attempt)

    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".csv"] == ["secret.csv"]
    assert (tmp_path / "secret.csv").read_bytes() == b"secret"


def test_a_named_pipe_in_the_inbox_does_not_hang_the_server(sender):
    os.mkfifo(sender.inbox / "pipe")

    with pytest.raises(asyncssh.SFTPPermissionDenied, match="Not a regular file"):
        sender.session(lambda client: client.open("/inbox/pipe", "rb"))


@pytest.mark.parametrize("name", [b"line\nbreak.csv", b"bell\x07.csv", b"latin\xe9.csv"])
def test_a_name_that_is_not_plain_text_is_refused(sender, name):
    with pytest.raises(asyncssh.SFTPFailure, match=r"UTF-8|control characters"):
        sender.session(lambda client: sender.put(client, b"/inbox/" + name))

    assert sender.names() == ([], [])
