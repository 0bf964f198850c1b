"""The SFTP server from outside: what a sender can do, and how the service behaves."""

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


def run(coroutine):
    return asyncio.run(coroutine)


def wait_for(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


# A sender at work


def test_an_uploaded_file_arrives_byte_for_byte_and_only_the_server_can_read_it(sender):
    sender.session(lambda client: sender.put(client, "/inbox/staff.csv"))

    assert (sender.inbox / "staff.csv").read_bytes() == sender.CONTENT
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
        await sender.put(client, "/inbox/2026/staff.csv.part")
        await client.rename("/inbox/2026/staff.csv.part", "/inbox/2026/staff.csv")
        await sender.put(client, "/inbox/other.csv")
        await client.posix_rename("/inbox/other.csv", "/inbox/2026/staff.csv")
        await sender.put(client, "/inbox/mistake.csv")
        await client.remove("/inbox/mistake.csv")
        return await client.listdir("/"), await client.listdir("/inbox"), await client.realpath("inbox/../inbox/2026")

    root, inbox, real = sender.session(work)

    assert root == ["inbox", "outbox"]
    assert inbox == ["2026"]
    assert real == "/inbox/2026"
    assert sender.names() == (["2026"], [])


def test_modes_owners_and_times_that_clients_send_after_an_upload_are_ignored(sender):
    async def work(client):
        await sender.put(client, "/inbox/staff.csv")
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
            await file.write(sender.CONTENT)

    sender.session(work)

    assert stat.S_IMODE((sender.inbox / "staff.csv").stat().st_mode) == 0o600


# Half a file is never seen


def test_a_file_has_its_name_only_when_it_is_closed(sender):
    seen = []

    async def work(client):
        async with client.open("/inbox/staff.csv", "wb") as file:
            await file.write(sender.CONTENT)
            seen.append((sender.names()[0], await client.listdir("/inbox"), await client.listdir("/")))

    sender.session(work)

    assert seen == [([], [], ["inbox", "outbox"])]
    assert sender.names() == (["staff.csv"], [])


def test_an_upload_whose_connection_is_lost_leaves_nothing(sender):
    async def lose():
        connection = await sender.connect()
        client = await connection.start_sftp_client()
        file = await client.open("/inbox/staff.csv", "wb")
        await file.write(sender.CONTENT)
        assert len(sender.names()[1]) == 1
        connection.abort()
        await connection.wait_closed()

    run(lose())
    wait_for(lambda: sender.names()[1] == [])

    assert sender.names() == ([], [])


def test_an_upload_left_open_when_the_session_is_closed_leaves_nothing(sender):
    async def forget(client):
        file = await client.open("/inbox/staff.csv", "wb")
        await file.write(sender.CONTENT)

    sender.session(forget)
    wait_for(lambda: sender.names()[1] == [])

    assert sender.names() == ([], [])


def test_a_lost_connection_keeps_the_file_that_was_there_before(sender):
    (sender.inbox / "staff.csv").write_bytes(b"the last complete one\n")

    async def forget(client):
        file = await client.open("/inbox/staff.csv", "wb")
        await file.write(sender.CONTENT)

    sender.session(forget)
    wait_for(lambda: sender.names()[1] == [])

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
    (sender.inbox / "staff.csv").write_bytes(sender.CONTENT)

    async def append(client):
        async with client.open("/inbox/staff.csv", flags, encoding=None) as file:
            await file.write(b"more")

    with pytest.raises(asyncssh.SFTPFailure, match="send it again as a whole"):
        sender.session(append)
    with pytest.raises(asyncssh.SFTPPermissionDenied, match="send it again as a whole"):
        sender.session(lambda client: client.truncate("/inbox/staff.csv", 3))

    assert (sender.inbox / "staff.csv").read_bytes() == sender.CONTENT


def test_a_new_file_does_not_replace_one_that_came_meanwhile(sender):
    async def work(client):
        file = await client.open("/inbox/staff.csv", FXF_WRITE | FXF_CREAT | FXF_EXCL, encoding=None)
        await file.write(b"late")
        (sender.inbox / "staff.csv").write_bytes(sender.CONTENT)
        with pytest.raises(asyncssh.SFTPFailure, match="there already"):
            await file.close()
        with pytest.raises(asyncssh.SFTPFailure, match="there already"):
            await client.rename("/inbox/staff.csv", "/inbox/staff.csv")

    sender.session(work)

    assert (sender.inbox / "staff.csv").read_bytes() == sender.CONTENT
    assert sender.names()[1] == []


def test_a_file_above_the_limit_is_refused_and_nothing_of_it_stays(sender):
    async def work(client):
        file = await client.open("/inbox/big.csv", "wb")
        await file.write(b"x", offset=999_999)
        with pytest.raises(asyncssh.SFTPFailure, match="larger than 1000000 bytes"):
            await file.write(b"x", offset=1_000_000)
        with pytest.raises(asyncssh.SFTPFailure, match="not stored whole"):
            await file.close()

    sender.session(work)

    assert sender.names() == ([], [])


# The service


def test_the_log_tells_who_did_what_without_naming_files_or_addresses(sender):
    sender.session(lambda client: sender.put(client, "/inbox/Amy Planted.csv", b"12345"))

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
            await file.write(sender.CONTENT)
            await asyncio.to_thread(sftp.stop, settings)
            with pytest.raises(asyncssh.Error):
                await file.write(sender.CONTENT)

    run(upload())

    assert sender.names() == ([], [])


def test_a_busy_port_is_reported_with_its_setting(sftp_server, settings):
    with pytest.raises(ServiceError, match=rf"port {sftp_server.sftp_port}.*SEALEA_SFTP_PORT"):
        sftp.start(settings.model_copy(update={"sftp_port": sftp_server.sftp_port}))
