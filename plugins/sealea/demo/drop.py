"""Delivering files as a sender does: over SFTP, with the sender's own key, under a temporary name until complete."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

import asyncssh


@dataclass(frozen=True)
class Account:
    """One sender's login: where, as whom, with which private key; `known_hosts` pins the server's key."""

    host: str
    port: int
    sender_id: str
    private_key: Path
    known_hosts: str


def drop(deliveries: Mapping[Account, Sequence[Path]]) -> int:
    """Deliver the files of every account, the accounts one after the other; return how many files there were."""
    return sum(asyncio.run(drop_files(account, files)) for account, files in deliveries.items())


async def drop_files(account: Account, files: Sequence[Path]) -> int:
    """Upload `files` to the account's inbox, each renamed into place when it is complete."""
    async with connection(account) as connected, connected.start_sftp_client() as sftp:
        for file in files:
            await sftp.put(file, f"/inbox/{file.name}.part")
            await sftp.posix_rename(f"/inbox/{file.name}.part", f"/inbox/{file.name}")
    return len(files)


def waiting(accounts: Sequence[Account]) -> list[str]:
    """Return the names of the files that still lie in the accounts' inboxes."""
    return [name for account in accounts for name in asyncio.run(names(account, "/inbox"))]


def answers(account: Account) -> list[str]:
    """Return the names of the receipts and reports in the account's outbox."""
    return asyncio.run(names(account, "/outbox"))


async def names(account: Account, folder: str) -> list[str]:
    """Return the names of the files in one of the account's folders, in alphabetical order."""
    async with connection(account) as connected, connected.start_sftp_client() as sftp:
        return sorted(str(name) for name in await sftp.listdir(folder) if not str(name).startswith("."))


def connection(account: Account) -> AbstractAsyncContextManager[asyncssh.SSHClientConnection]:
    """Return the context manager of a login with the account's key, to a server whose key is known."""
    return asyncssh.connect(
        account.host,
        account.port,
        username=account.sender_id,
        client_keys=[str(account.private_key)],
        known_hosts=asyncssh.import_known_hosts(account.known_hosts),
        agent_path=None,
        config=None,
    )
