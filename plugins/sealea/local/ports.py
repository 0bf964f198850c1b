"""Ports: whether one is free, and who holds it if not."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

from sealea.errors import ServiceError

PROC = Path("/proc")
LISTENING = "0A"  # TCP_LISTEN in /proc/net/tcp
ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - what to dial when a service listens everywhere


def require_free(host: str, port: int, service: str, setting: str) -> None:
    """Return if `service` can listen on the port. Raises ServiceError naming who holds it and the setting to change."""
    if not is_free(host, port):
        raise ServiceError(f"{service} needs port {port}, which is held by {holder(port)}. End that program or choose another port with {setting}.")


def is_free(host: str, port: int) -> bool:
    """Return whether a server could listen on the port now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: a connection in TIME_WAIT is no obstacle
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def answers(host: str, port: int) -> bool:
    """Return whether something accepts connections on the port."""
    try:
        socket.create_connection((reachable(host), port), timeout=1).close()
    except OSError:
        return False
    return True


def reachable(host: str) -> str:
    """Return the address under which this machine reaches a service that listens on `host`."""
    return ANY_ADDRESS.get(host, host)


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach a service that listens on `host`."""
    return host == "localhost" or ip_address(host).is_loopback


def holder(port: int) -> str:
    """Return words for the process that listens on the port, as far as we may see it."""
    sockets = {f"socket:[{inode}]" for inode in listening_inodes(port)}
    for process in PROC.glob("[0-9]*"):
        with suppress(OSError):
            if any(str(link.readlink()) in sockets for link in (process / "fd").iterdir()):
                return f"process {process.name} ({(process / 'comm').read_text().strip()})"
    return "another program"


def listening_inodes(port: int) -> Iterator[str]:
    """Yield the inodes of the sockets that listen on the port."""
    for table in ("tcp", "tcp6"):
        with suppress(FileNotFoundError):
            for line in (PROC / "net" / table).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                    yield fields[9]
