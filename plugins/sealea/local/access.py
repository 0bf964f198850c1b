"""Where the services are and how to log in, for a person at this machine."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from sealea.local import airflow, senders
from sealea.local.ports import reachable
from sealea.local.postgres_home import wheel_binaries
from sealea.local.secrets import AIRFLOW_USER, secret_path
from sealea.local.stack import ServiceStatus
from sealea.settings import Settings


def show(console: Console, settings: Settings, services: Sequence[ServiceStatus]) -> None:
    """Print the state of each service, then the logins. Passwords are not printed: the files that hold them are named."""
    console.rule("Services")
    table = Table("service", "state", "process", "address", box=None, pad_edge=False, header_style="bold")
    for service in services:
        table.add_row(service.name, service.state, str(service.pid or ""), service.address)
    console.print(table)
    if not settings.secrets_dir.is_dir():
        return
    console.rule("Logins")
    for line in logins(settings):
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def logins(settings: Settings) -> list[str]:
    """Return how to log in to the Airflow UI, to SFTP as a sender and to the published marts as the BI role."""
    host = reachable(settings.host)
    reader = secret_path(settings, "bi_reader")
    lines = [
        f"Airflow UI   {airflow.address(settings)}  user {AIRFLOW_USER}, password: cat {secret_path(settings, AIRFLOW_USER)}",
        f'Warehouse    PGPASSWORD="$(cat {reader})" {psql(settings)} -h {host} -p {settings.postgres_port} -U bi_reader warehouse',
        f"             its password: cat {reader}; then: select * from published.indicator_value limit 10;",
    ]
    keys = sorted((settings.state_dir / "senders").glob("*/id_ed25519"))
    if keys:
        example = keys[0]
        lines.append(
            f"SFTP         sftp -i {example} -P {settings.sftp_port} -o UserKnownHostsFile={known_hosts_file(settings)} {example.parent.name}@{host}"
        )
        lines.append(f"             one account per sender: {', '.join(key.parent.name for key in keys)}")
    return lines


def known_hosts_file(settings: Settings) -> Path:
    """Write the file by which the `sftp` program recognises our server, and return its path."""
    path = settings.state_dir / "senders" / "known_hosts"
    path.write_text(senders.known_hosts_line(settings))
    return path


def psql(settings: Settings) -> str:
    """Return the psql to type: the one on the PATH, else the one beside the server."""
    return shutil.which("psql") or str((Path(settings.pg_bin) if settings.pg_bin else wheel_binaries()) / "psql")
