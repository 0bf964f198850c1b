"""`make demo`: the senders of the sample state, or of the real files, their deliveries, the run, and the summary."""

from pathlib import Path

from rich.console import Console

from sealea.database import connect
from sealea.demo import real, run, sample, summary
from sealea.demo.drop import Account
from sealea.demo.run import Say
from sealea.intake import senders as register
from sealea.local import secrets, senders
from sealea.local.airflow_client import AirflowClient
from sealea.local.ports import reachable
from sealea.pack import load_pack
from sealea.settings import Settings

SUMMARY_COLUMNS = 130


def demonstrate(settings: Settings, say: Say, data: Path | None = None) -> None:
    """Deliver the sample state, or the real files in `data`, to the running platform; publish and print the summary.

    Raises SealeaError if a file is left behind or the release was not published.
    """
    pipeline = secrets.pipeline_dsn(settings)
    deliveries = {
        account: sorted((listing.parent / account.sender_id).iterdir(), key=directory_first)
        for state_code, listing in write_files(settings, data).items()
        for account in open_accounts(settings, listing, pipeline, state_code)
    }
    with AirflowClient(settings) as airflow:
        began = run.run(airflow, pipeline, deliveries, say)
    with connect(pipeline) as connection, connect(secrets.bi_dsn(settings)) as reader:
        summary.show(wide(Console()), connection, reader, began)


def directory_first(file: Path) -> tuple[bool, str]:
    """Return the place of a file among those of its sender: the directory comes first, others are compared with it."""
    return "org_directory" not in file.name, file.name


def write_files(settings: Settings, data: Path | None) -> dict[str, Path]:
    """Write what is to be delivered and return the list of senders by state code; their files lie in folders beside it."""
    if data:
        return real.write_real(data, settings.state_dir / "real")
    pack = load_pack(settings.project_dir, settings.state_pack)
    return {pack.state_code: sample.write_sample(settings.state_dir / "sample", pack.file_name)}


def open_accounts(settings: Settings, listing: Path, pipeline: str, state_code: str) -> list[Account]:
    """Register the listed senders in the warehouse and on the SFTP server; return their logins in the order of the list."""
    known = register.load_senders(listing)
    with connect(pipeline) as connection:
        for sender in known:
            register.register(connection, sender.sender_id, state_code, sender.kind, sender.name, sender.organisations)
    known_hosts = senders.known_hosts_line(settings)
    host = reachable(settings.host)
    return [Account(host, settings.sftp_port, sender.sender_id, senders.add_sender(settings, sender.sender_id), known_hosts) for sender in known]


def wide(console: Console) -> Console:
    """Return the console, at least so wide that the tables of the summary fit."""
    console.width = max(console.width, SUMMARY_COLUMNS)
    return console
