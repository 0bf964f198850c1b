"""Services of these tests: real ones, each installation in a folder of its own on ports that were free a moment ago."""

import asyncio
import itertools
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import asyncssh
import pytest

from sealea.local import postgres, secrets, senders, sftp
from sealea.settings import Settings

Answer = TypeVar("Answer")
COUNTER = itertools.count()


def installation(state_dir: Path) -> Settings:
    """Return the settings of an installation that nobody has started yet."""
    with closing(socket.socket()) as first, closing(socket.socket()) as second, closing(socket.socket()) as third:
        for listener in (first, second, third):
            listener.bind(("127.0.0.1", 0))
        ports = [listener.getsockname()[1] for listener in (first, second, third)]
    return Settings(state_dir=state_dir, postgres_port=ports[0], sftp_port=ports[1], airflow_port=ports[2])


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    """Return an installation with secrets and nothing running; what a test starts in it is stopped."""
    settings = installation(tmp_path / "state")
    secrets.ensure_secrets(settings)
    yield settings
    postgres.stop(settings)
    postgres.erase(settings)
    sftp.stop(settings)


@pytest.fixture(scope="module")
def sftp_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Return the settings of an SFTP server that takes files up to a million bytes."""
    settings = installation(tmp_path_factory.mktemp("sftp")).model_copy(update={"maximum_file_bytes": 1_000_000})
    secrets.ensure_secrets(settings)
    try:
        sftp.start(settings)
        sftp.wait(settings)
        yield settings
    finally:
        sftp.stop(settings)


class Sender:
    """One sender of the server: its home as the server sees it, and sessions as the sender has them."""

    CONTENT = b"staff_id,fte\n0001,1.000\n" * 1000

    def __init__(self, settings: Settings, sender_id: str) -> None:
        self.settings = settings
        self.sender_id = sender_id
        self.key = senders.add_sender(settings, sender_id)
        self.home = senders.home(settings, sender_id)
        self.inbox = self.home / "inbox"

    def connect(self, **changes: object) -> "asyncssh.connection._SSHClientConnectionManager":
        """Return the login of this sender, with the options that a test wants to differ."""
        options = {
            "username": self.sender_id,
            "client_keys": [str(self.key)],
            "known_hosts": asyncssh.import_known_hosts(senders.known_hosts_line(self.settings)),
            "agent_path": None,
            "config": None,
        }
        return asyncssh.connect(self.settings.host, self.settings.sftp_port, **options | changes)

    def session(self, use: Callable[[asyncssh.SFTPClient], Awaitable[Answer]]) -> Answer:
        """Return what `use` returns when it is given an SFTP session."""

        async def run() -> Answer:
            async with self.connect() as connection, connection.start_sftp_client() as client:
                return await use(client)

        return asyncio.run(run())

    def names(self) -> tuple[list[str], list[str]]:
        """Return what is in the inbox and among the drafts."""
        return sorted(path.name for path in self.inbox.iterdir()), sorted(path.name for path in (self.home / ".uploads").iterdir())

    @staticmethod
    async def put(client: asyncssh.SFTPClient, path: str | bytes, content: bytes = CONTENT) -> None:
        """Upload a file."""
        async with client.open(path, "wb") as file:
            await file.write(content)


@pytest.fixture
def sender(sftp_server: Settings) -> Sender:
    """Return a new sender."""
    return Sender(sftp_server, f"lea-{next(COUNTER)}")


@pytest.fixture
def other_sender(sftp_server: Settings) -> Sender:
    """Return another new sender."""
    return Sender(sftp_server, f"lea-{next(COUNTER)}")


@pytest.fixture
def sender_of() -> Callable[[Settings, str], Sender]:
    """Return the function that adds a sender to an installation."""
    return Sender
