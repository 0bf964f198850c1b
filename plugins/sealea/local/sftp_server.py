"""The SFTP server: one account per sender, public keys only; run as `python -m sealea.local.sftp_server`.

What a client may do once it is in is decided in sftp_files. The log names senders, never addresses or file names.
"""

import asyncio
import logging
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass, field

import asyncssh
from typing_extensions import override

from sealea.local import sender_home, senders
from sealea.local.secrets import secret
from sealea.local.sftp_files import Channel
from sealea.settings import Settings, load_settings

LOGIN_SECONDS = 20
KEEPALIVE_SECONDS = 30  # a client that leaves three unanswered is gone
FAREWELL_SECONDS = 5
MAXIMUM_CONNECTIONS = 200
MAXIMUM_CONNECTIONS_PER_SENDER = 10

log = logging.getLogger("sealea.sftp")


@dataclass
class Guests:
    """Who is connected now; None stands for a connection that has not logged in."""

    senders: dict[asyncssh.SSHServerConnection, str | None] = field(default_factory=dict)


@dataclass(eq=False)
class Door(asyncssh.SSHServer):
    """Lets a client in that holds a key of its account, unless too many are in already."""

    settings: Settings
    guests: Guests

    @override
    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Count the connection, or end it if the server is full."""
        self._connection = conn
        self.guests.senders[conn] = None
        if len(self.guests.senders) > MAXIMUM_CONNECTIONS:
            log.warning("refused: %d connections are open", MAXIMUM_CONNECTIONS)
            conn.abort()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        sender_id = self.guests.senders.pop(self._connection, None)
        if sender_id:
            log.info("%s logout%s", sender_id, f" ({type(exc).__name__})" if exc else "")

    @override
    def begin_auth(self, username: str) -> bool:
        """Return True: everyone must show a key."""
        return True

    @override
    def public_key_auth_supported(self) -> bool:
        """Return True: keys are the only way in."""
        return True

    @override
    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Return whether the key opens the account; keys are read at each login."""
        return senders.is_authorised(self.settings, username, key)

    @override
    def session_requested(self) -> Channel:
        """Return what serves a channel that the client opens."""
        return Channel(self.settings)

    @override
    def auth_completed(self) -> None:
        """Note who came in, or end the connection if this sender has too many."""
        sender_id = self._connection.get_extra_info("username")
        if list(self.guests.senders.values()).count(sender_id) >= MAXIMUM_CONNECTIONS_PER_SENDER:
            log.warning("%s refused: %d connections are open", sender_id, MAXIMUM_CONNECTIONS_PER_SENDER)
            self._connection.disconnect(asyncssh.DISC_TOO_MANY_CONNECTIONS, "Too many connections of this account")
            return
        self.guests.senders[self._connection] = sender_id
        log.info("%s login", sender_id)


async def serve(settings: Settings) -> None:
    """Serve until told to stop by SIGTERM or SIGINT, then end the open sessions."""
    guests = Guests()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    listener = await asyncssh.listen(
        settings.host,
        settings.sftp_port,
        server_factory=lambda: Door(settings, guests),
        server_host_keys=[asyncssh.import_private_key(secret(settings, "sftp_host.key"))],
        encoding=None,
        allow_pty=False,
        agent_forwarding=False,
        login_timeout=LOGIN_SECONDS,
        keepalive_interval=KEEPALIVE_SECONDS,
    )
    log.info("listening on %s port %d", settings.host, settings.sftp_port)
    await stop.wait()
    listener.close()
    connections = list(guests.senders)
    for connection in connections:
        connection.abort()
    with suppress(TimeoutError):
        await asyncio.wait_for(asyncio.gather(*(connection.wait_closed() for connection in connections)), FAREWELL_SECONDS)


def main() -> None:
    """Run the server with the settings of the environment."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stdout)
    asyncssh.set_log_level(logging.WARNING)  # below that it logs addresses and file names
    settings = load_settings()
    for home in settings.sftp_dir.glob("*"):
        sender_home.discard_drafts(home)
    asyncio.run(serve(settings))


if __name__ == "__main__":
    main()
