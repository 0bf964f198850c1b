"""The SFTP server as a service: started, stopped, and where clients find it."""

import sys

from sealea.local import processes
from sealea.local.ports import answers, reachable, require_free
from sealea.settings import Settings

NAME = "sftp"
START_SECONDS = 30
STOP_SECONDS = 10


def address(settings: Settings) -> str:
    """Return where clients find the server."""
    return f"{reachable(settings.host)}:{settings.sftp_port}"


def require_port(settings: Settings) -> None:
    """Raise ServiceError if the server does not run and its port belongs to another program."""
    if not processes.is_running(settings, NAME):
        require_free(settings.host, settings.sftp_port, "The SFTP server", "SEALEA_SFTP_PORT")


def start(settings: Settings) -> bool:
    """Start the server and return True, or False if it already runs; `wait` tells when it takes connections."""
    if processes.is_running(settings, NAME):
        return False
    require_port(settings)
    command = [sys.executable, "-P", "-m", "sealea.local.sftp_server"]
    processes.start(settings, NAME, command, processes.python_environment(settings), address=address(settings))
    return True


def wait(settings: Settings) -> None:
    """Return when the server takes connections."""
    processes.wait_until(settings, NAME, lambda: answers(settings.host, settings.sftp_port), START_SECONDS)


def stop(settings: Settings) -> bool:
    """Stop the server and return whether it ran; open uploads are dropped."""
    return processes.stop(settings, NAME, STOP_SECONDS)
