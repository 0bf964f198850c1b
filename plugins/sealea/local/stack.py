"""All services of one machine together: up, down, status."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sealea.errors import ServiceError
from sealea.local import airflow, postgres, processes, sftp
from sealea.local.secrets import ensure_secrets
from sealea.local.service_record import read_record
from sealea.settings import Settings

Say = Callable[[str], None]


@dataclass(frozen=True)
class ServiceStatus:
    """How one service is doing. `pid` is None unless it runs; `address` is where clients find it, if they do."""

    name: str
    state: processes.State
    pid: int | None
    address: str


def up(settings: Settings, say: Say, prepare: Callable[[Settings], None] | None = None) -> None:
    """Start what does not run yet and return when all of it is ready; `prepare` is called when the database is.

    Whatever breaks this off, a service that was started is on record: `down` ends it, or another `up` goes on with it.
    """
    settings.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings.state_dir.chmod(0o700)  # landed files and inboxes hold personal data
    with exclusively(settings):
        ensure_secrets(settings)
        require_same_addresses(settings)
        require_ports(settings)
        tell(say, "PostgreSQL", postgres.address(settings), started=postgres.start(settings))
        is_sftp_new = sftp.start(settings)
        if airflow.begin_migration(settings):
            say("Airflow's database is being prepared")
        if prepare:
            prepare(settings)
        airflow.finish_migration(settings)
        is_airflow_new = bool(airflow.start(settings))
        sftp.wait(settings)
        tell(say, "SFTP", sftp.address(settings), started=is_sftp_new)
        if is_airflow_new:
            say("Airflow is starting")
        airflow.wait(settings)
        tell(say, "Airflow", airflow.address(settings), started=is_airflow_new)


def down(settings: Settings, say: Say) -> None:
    """Stop every service on record, those that serve others last. Data stay."""
    with exclusively(settings):
        stopped = [*airflow.stop(settings), *(name for name, stop in ((sftp.NAME, sftp.stop), (postgres.NAME, postgres.stop)) if stop(settings))]
    for name in stopped:
        say(f"{name} stopped")
    if not stopped:
        say("Nothing was running")


def status(settings: Settings) -> list[ServiceStatus]:
    """Return the state of each service, in the order in which they are started."""
    return [
        ServiceStatus(name, processes.state(settings, name), processes.pid_of(settings, name), address)
        for name, address in addresses(settings).items()
    ]


def addresses(settings: Settings) -> dict[str, str]:
    """Return where the settings place each service; "" for one that has no clients."""
    named = {postgres.NAME: postgres.address(settings), sftp.NAME: sftp.address(settings), airflow.API_SERVER: airflow.address(settings)}
    return named | {name: "" for name in airflow.COMMANDS if name not in named}


def tell(say: Say, service: str, address: str, *, started: bool) -> None:
    """Say where the service is and whether it was started now."""
    say(f"{service} {'is ready' if started else 'is already running'} at {address}")


def require_ports(settings: Settings) -> None:
    """Raise ServiceError, before anything is started, if a port that will be needed belongs to another program."""
    for service in (postgres, sftp, airflow):
        service.require_port(settings)


def require_same_addresses(settings: Settings) -> None:
    """Raise ServiceError if a service runs at another address than the settings now say."""
    for name, address in addresses(settings).items():
        record = read_record(settings, name)
        if record and address and record.address != address and processes.is_running(settings, name):
            raise ServiceError(f"{name} runs at {record.address}, but the settings say {address}. Run 'make down' first.")


@contextmanager
def exclusively(settings: Settings) -> Iterator[None]:
    """Hold the installation's lock: two that start and stop services at once would undo one another's work."""
    path = settings.state_dir / "run" / "lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ServiceError("Services are being started or stopped by another command. Wait for it, or end it with Ctrl-C.") from error
        yield
