"""Who gets into the SFTP server: keys and accounts of senders, and all that a session is not."""

import asyncio
import stat

import asyncssh
import pytest

from sealea.errors import SettingError
from sealea.local import processes, senders


def run(coroutine):
    return asyncio.run(coroutine)


def log_in(sender, **changes):
    async def connect():
        async with sender.connect(**changes):
            pass

    run(connect())


def test_a_new_sender_needs_no_restart(sender):
    log_in(sender)  # `sender` was added while the server ran

    log = processes.log_path(sender.settings, "sftp")
    processes.wait_until(sender.settings, "sftp", lambda: f"{sender.sender_id} login" in log.read_text(), 10)


@pytest.mark.parametrize("name", ["nobody-we-know", "..", "../senders", "LEA", "", "a" * 65, "root"])
def test_an_unknown_account_is_refused(sender, name):
    with pytest.raises(asyncssh.PermissionDenied):
        log_in(sender, username=name)

    assert not (sender.settings.sftp_dir / name).is_dir() or name in ("..", "../senders", "")


def test_the_key_of_another_sender_is_refused(sender, other_sender):
    with pytest.raises(asyncssh.PermissionDenied):
        log_in(sender, client_keys=[str(other_sender.key)])


def test_a_withdrawn_key_is_refused_at_the_next_login(sender):
    log_in(sender)
    (senders.account(sender.settings, sender.sender_id) / "authorized_keys").write_text("# none\n")

    with pytest.raises(asyncssh.PermissionDenied):
        log_in(sender)


def test_passwords_are_not_asked_for(sender):
    with pytest.raises(asyncssh.PermissionDenied):
        log_in(sender, client_keys=None, password="anything")


def test_there_is_no_shell_no_command_no_other_subsystem_and_no_tunnel(sender):
    async def try_all():
        async with sender.connect() as connection:
            for request in ({"command": "cat /etc/passwd"}, {"command": "scp -t /inbox"}, {}, {"subsystem": "netconf"}):
                with pytest.raises(asyncssh.ChannelOpenError):
                    await connection.create_process(**request)
            with pytest.raises(asyncssh.ChannelOpenError):
                await connection.open_connection("127.0.0.1", sender.settings.sftp_port)
            with pytest.raises(asyncssh.ChannelListenError):
                await connection.forward_remote_port("127.0.0.1", 0, "127.0.0.1", 1)

    run(try_all())


def test_an_eleventh_connection_of_one_sender_is_refused_and_others_still_get_in(sender, other_sender):
    async def crowd():
        connections = [await sender.connect() for _ in range(10)]
        with pytest.raises((asyncssh.ChannelOpenError, asyncssh.DisconnectError, ConnectionError)):
            async with sender.connect() as connection, connection.start_sftp_client() as client:
                await client.listdir("/inbox")
        async with other_sender.connect() as connection, connection.start_sftp_client() as client:
            await client.listdir("/inbox")
        for connection in connections:
            connection.close()
            await connection.wait_closed()

    run(crowd())


# Accounts


def test_a_sender_with_a_key_of_its_own_gets_no_key_pair(settings):
    keys = senders.account(settings, "lea-own-key")
    keys.mkdir(parents=True)
    (keys / "authorized_keys").write_text("ssh-ed25519 AAAA its own\n")

    assert not senders.add_sender(settings, "lea-own-key").exists()
    assert (keys / "authorized_keys").read_text() == "ssh-ed25519 AAAA its own\n"


def test_adding_a_sender_twice_keeps_its_key(settings):
    first = senders.add_sender(settings, "lea-1").read_bytes()

    assert senders.add_sender(settings, "lea-1").read_bytes() == first
    assert stat.S_IMODE(senders.add_sender(settings, "lea-1").stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["..", "a/b", "LEA", "", "lea 1", "a" * 65, "lea\n"])
def test_an_id_that_could_leave_its_folder_is_refused(settings, name):
    with pytest.raises(SettingError, match="cannot name a sender"):
        senders.add_sender(settings, name)


def test_a_damaged_key_line_does_not_lock_out_the_others(sender):
    keys = senders.account(sender.settings, sender.sender_id) / "authorized_keys"
    keys.write_text(f"this is not a key\n\n# a comment\n{keys.read_text()}")

    log_in(sender)
