"""The SFTP server from outside: what a sender can do, and all that it cannot."""

import asyncio
import os
import signal
import stat
import time

import asyncssh
import pytest
from asyncssh.constants import FXF_APPEND, FXF_CREAT, FXF_EXCL, FXF_TRUNC, FXF_WRITE

from sealea.errors import ServiceError
from sealea.local import processes, secrets, senders, sftp

CONTENT = b"staff_id,fte\n0001,1.000\n" * 1000
REFUSED = (asyncssh.SFTPPermissionDenied, asyncssh.SFTPNoSuchFile, asyncssh.SFTPFailure, asyncssh.SFTPOpUnsupported)


def run(coroutine):
    return asyncio.run(coroutine)


async def put(client, path, content=CONTENT):
    async with client.open(path, "wb") as file:
        await file.write(content)


def names(sender):
    """Return what is in the inbox and among the drafts."""
    return sorted(path.name for path in sender.inbox.iterdir()), sorted(path.name for path in (sender.home / ".uploads").iterdir())


def wait_for(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


# A sender at work


def test_an_uploaded_file_arrives_byte_for_byte_and_only_the_server_can_read_it(sender):
    sender.session(lambda client: put(client, "/inbox/staff.csv"))

    assert (sender.inbox / "staff.csv").read_bytes() == CONTENT
    assert stat.S_IMODE((sender.inbox / "staff.csv").stat().st_mode) == 0o600


def test_a_receipt_can_be_listed_and_fetched(sender):
    (sender.home / "outbox" / "receipt.txt").write_text("Received.\n")

    async def fetch(client):
        return await client.listdir("/outbox"), await (await client.open("/outbox/receipt.txt", "rb")).read()

    listed, content = sender.session(fetch)

    assert "receipt.txt" in listed
    assert content == b"Received.\n"


def test_a_sender_works_in_its_inbox_as_usual(sender):
    async def work(client):
        await client.mkdir("/inbox/2026")
        await put(client, "/inbox/2026/staff.csv.part")
        await client.rename("/inbox/2026/staff.csv.part", "/inbox/2026/staff.csv")
        await put(client, "/inbox/other.csv")
        await client.posix_rename("/inbox/other.csv", "/inbox/2026/staff.csv")
        await put(client, "/inbox/mistake.csv")
        await client.remove("/inbox/mistake.csv")
        return await client.listdir("/"), await client.listdir("/inbox"), await client.realpath("inbox/../inbox/2026")

    root, inbox, real = sender.session(work)

    assert root == ["inbox", "outbox"]
    assert inbox == ["2026"]
    assert real == "/inbox/2026"
    assert names(sender) == (["2026"], [])


def test_modes_owners_and_times_that_clients_send_after_an_upload_are_ignored(sender):
    async def work(client):
        await put(client, "/inbox/staff.csv")
        await client.chmod("/inbox/staff.csv", 0o4777)
        await client.utime("/inbox/staff.csv", (1, 1))
        await client.chown("/inbox/staff.csv", 1, 1)

    sender.session(work)
    status = (sender.inbox / "staff.csv").stat()

    assert stat.S_IMODE(status.st_mode) == 0o600
    assert status.st_uid == os.geteuid()
    assert time.time() - status.st_mtime < 60


def test_the_mode_that_a_client_asks_for_when_it_opens_a_file_is_ignored(sender):
    async def work(client):
        attributes = asyncssh.SFTPAttrs(permissions=0o4777)
        async with client.open("/inbox/staff.csv", FXF_WRITE | FXF_CREAT | FXF_TRUNC, attributes, encoding=None) as file:
            await file.write(CONTENT)

    sender.session(work)

    assert stat.S_IMODE((sender.inbox / "staff.csv").stat().st_mode) == 0o600


# Half a file is never seen


def test_a_file_has_its_name_only_when_it_is_closed(sender):
    seen = []

    async def work(client):
        async with client.open("/inbox/staff.csv", "wb") as file:
            await file.write(CONTENT)
            seen.append((names(sender)[0], await client.listdir("/inbox"), await client.listdir("/")))

    sender.session(work)

    assert seen == [([], [], ["inbox", "outbox"])]
    assert names(sender) == (["staff.csv"], [])


def test_an_upload_whose_connection_is_lost_leaves_nothing(sender):
    async def lose():
        connection = await sender.connect()
        client = await connection.start_sftp_client()
        file = await client.open("/inbox/staff.csv", "wb")
        await file.write(CONTENT)
        assert len(names(sender)[1]) == 1
        connection.abort()
        await connection.wait_closed()

    run(lose())
    wait_for(lambda: names(sender)[1] == [])

    assert names(sender) == ([], [])


def test_an_upload_left_open_when_the_session_is_closed_leaves_nothing(sender):
    async def forget(client):
        file = await client.open("/inbox/staff.csv", "wb")
        await file.write(CONTENT)

    sender.session(forget)
    wait_for(lambda: names(sender)[1] == [])

    assert names(sender) == ([], [])


def test_a_lost_connection_keeps_the_file_that_was_there_before(sender):
    (sender.inbox / "staff.csv").write_bytes(b"the last complete one\n")

    async def forget(client):
        file = await client.open("/inbox/staff.csv", "wb")
        await file.write(CONTENT)

    sender.session(forget)
    wait_for(lambda: names(sender)[1] == [])

    assert (sender.inbox / "staff.csv").read_bytes() == b"the last complete one\n"


def test_two_uploads_under_one_name_do_not_mix_and_the_last_to_close_stays(sender):
    async def work(client):
        first, second = await client.open("/inbox/staff.csv", "wb"), await client.open("/inbox/staff.csv", "wb")
        await first.write(b"1111")
        await second.write(b"22")
        await first.close()
        await second.close()

    sender.session(work)

    assert (sender.inbox / "staff.csv").read_bytes() == b"22"


@pytest.mark.parametrize("flags", [FXF_WRITE | FXF_CREAT | FXF_APPEND, FXF_WRITE, FXF_WRITE | FXF_CREAT])
def test_a_file_is_not_changed_in_place(sender, flags):
    (sender.inbox / "staff.csv").write_bytes(CONTENT)

    async def append(client):
        async with client.open("/inbox/staff.csv", flags, encoding=None) as file:
            await file.write(b"more")

    with pytest.raises(asyncssh.SFTPFailure, match="send it again as a whole"):
        sender.session(append)
    with pytest.raises(asyncssh.SFTPPermissionDenied, match="send it again as a whole"):
        sender.session(lambda client: client.truncate("/inbox/staff.csv", 3))

    assert (sender.inbox / "staff.csv").read_bytes() == CONTENT


def test_a_new_file_does_not_replace_one_that_came_meanwhile(sender):
    async def work(client):
        file = await client.open("/inbox/staff.csv", FXF_WRITE | FXF_CREAT | FXF_EXCL, encoding=None)
        await file.write(b"late")
        (sender.inbox / "staff.csv").write_bytes(CONTENT)
        with pytest.raises(asyncssh.SFTPFailure, match="there already"):
            await file.close()
        with pytest.raises(asyncssh.SFTPFailure, match="there already"):
            await client.rename("/inbox/staff.csv", "/inbox/staff.csv")

    sender.session(work)

    assert (sender.inbox / "staff.csv").read_bytes() == CONTENT
    assert names(sender)[1] == []


def test_a_file_above_the_limit_is_refused_and_nothing_of_it_stays(sender):
    async def work(client):
        file = await client.open("/inbox/big.csv", "wb")
        await file.write(b"x", offset=999_999)
        with pytest.raises(asyncssh.SFTPFailure, match="larger than 1000000 bytes"):
            await file.write(b"x", offset=1_000_000)
        with pytest.raises(asyncssh.SFTPFailure, match="not stored whole"):
            await file.close()

    sender.session(work)

    assert names(sender) == ([], [])


# Walls


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
        sender.session(lambda client: put(client, path))

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
    (sender.inbox / "staff.csv").write_bytes(CONTENT)

    with pytest.raises(REFUSED):
        sender.session(attempt)

    assert (sender.home / "outbox" / "receipt.txt").read_text() == "Received.\n"
    assert names(sender) == (["staff.csv"], [])
    assert (sender.inbox / "staff.csv").stat().st_nlink == 1


def test_a_symlink_that_somehow_is_in_a_home_leads_nowhere(sender, tmp_path):
    (tmp_path / "secret.csv").write_bytes(b"secret")
    (sender.inbox / "file").symlink_to(tmp_path / "secret.csv")
    (sender.inbox / "folder").symlink_to(tmp_path)

    for attempt in (
        lambda client: client.open("/inbox/file", "rb"),
        lambda client: put(client, "/inbox/file"),
        lambda client: client.open("/inbox/folder/secret.csv", "rb"),
        lambda client: client.stat("/inbox/folder/secret.csv"),
        lambda client: client.listdir("/inbox/folder"),
        lambda client: put(client, "/inbox/folder/planted.csv"),
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
        sender.session(lambda client: put(client, b"/inbox/" + name))

    assert names(sender) == ([], [])


# The service


def test_the_log_tells_who_did_what_without_naming_files_or_addresses(sender):
    sender.session(lambda client: put(client, "/inbox/Amy Planted.csv", b"12345"))

    log = processes.log_path(sender.settings, "sftp").read_text()

    assert any(f"{sender.sender_id} uploaded" in line and "5 bytes" in line for line in log.splitlines())
    assert "Amy" not in log
    assert "from 127.0.0.1" not in log


def test_the_host_key_outlives_a_restart_and_drafts_of_a_killed_server_are_cleared(settings):
    sender_home = senders.home(settings, "lea-1")
    senders.add_sender(settings, "lea-1")
    before = senders.known_hosts_line(settings)
    assert sftp.start(settings)
    assert not sftp.start(settings)
    sftp.wait(settings)
    os.kill(processes.pid_of(settings, "sftp"), signal.SIGKILL)
    wait_for(lambda: processes.state(settings, "sftp") == "crashed")
    (sender_home / ".uploads" / "draft").write_bytes(b"half")

    sftp.start(settings)
    sftp.wait(settings)

    assert list((sender_home / ".uploads").iterdir()) == []
    assert senders.known_hosts_line(settings) == before
    assert secrets.secret(settings, "sftp_host.key").startswith("-----BEGIN OPENSSH PRIVATE KEY-----")


def test_a_server_that_is_stopped_drops_open_uploads(settings, sender_of):
    sender = sender_of(settings, "lea-1")
    sftp.start(settings)
    sftp.wait(settings)

    async def upload():
        async with sender.connect() as connection:
            client = await connection.start_sftp_client()
            file = await client.open("/inbox/staff.csv", "wb")
            await file.write(CONTENT)
            await asyncio.to_thread(sftp.stop, settings)
            with pytest.raises(asyncssh.Error):
                await file.write(CONTENT)

    run(upload())

    assert names(sender) == ([], [])


def test_a_busy_port_is_reported_with_its_setting(sftp_server, settings):
    with pytest.raises(ServiceError, match=rf"port {sftp_server.sftp_port}.*SEALEA_SFTP_PORT"):
        sftp.start(settings.model_copy(update={"sftp_port": sftp_server.sftp_port}))
