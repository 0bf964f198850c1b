"""Many small files through the platform as `make up` starts it: uploaded over SFTP, picked up by the receive DAG, until each sender has its answer."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import server as servers
from bench import small_files
from bench.figure import Figure
from bench.place import Place
from plug.whole import sealea
from sealea.demo import drop
from sealea.demo.main import open_accounts
from sealea.local import postgres, secrets
from sealea.settings import Settings

STAGE = "many small files through Airflow"
LIMIT_SECONDS = 600.0  # the issue, for 3,000 files
PATIENCE_SECONDS = 1800
POLL_SECONDS = 1.0
ANSWERED = "select count(*) from ops.delivery where not exists (select from ops.outbox where kind <> 'asset' and delivered_at is null)"
# A file that is read again when the SEA's data have come has an older reading beside the one that counts.
OUTCOMES = "select status, count(*) from ops.load inner join ops.load_status using (load_id) where status <> 'superseded' group by status"


def prepare(place: Place) -> list[Path]:
    """Return the files of the LEAs, in whatever form they come."""
    journey = small_files.small(place)
    journey.turns()
    return [path for path in sorted(journey.files.glob("ex-*/*")) if small_files.extract_of(path)]


def measure(place: Place, files: list[Path]) -> list[Figure]:
    """Return how long uploading takes, and how long it is from the first upload until the last answer, once."""
    journey = small_files.small(place)
    with platform(place) as settings:
        dsn = secrets.pipeline_dsn(settings)
        accounts = {account.sender_id: account for account in open_accounts(settings, journey.files / "senders.yml", dsn, "EX")}
        reference = sorted((journey.files / "sea").iterdir())
        drop.drop({accounts["sea"]: reference})
        wait(dsn, len(reference))
        began = time.monotonic()
        drop.drop({account: [file for file in files if file.parent.name == sender] for sender, account in accounts.items() if sender != "sea"})
        uploaded = time.monotonic() - began
        wait(dsn, len(reference) + len(files))
        answered = time.monotonic() - began
        outcomes = dict(servers.rows(dsn, OUTCOMES))
    assert outcomes == {"accepted": len(reference) + len(files)}, outcomes
    note = f"{len(files)} files of {place.size.small_leas} LEAs, each LEA with a login of its own; the publish DAG works beside it"
    return [
        Figure(STAGE, "first upload to last answer", "s", (answered,), LIMIT_SECONDS, note=note),
        Figure(STAGE, "of these: uploading over SFTP", "s", (uploaded,)),
        Figure(STAGE, "first upload to last answer, per file", "ms", (1000 * answered / len(files),)),
    ]


@contextmanager
def platform(place: Place) -> Iterator[Settings]:
    """Yield the settings of a platform of its own; it is stopped and erased in the end."""
    postgres_port, sftp_port, airflow_port = servers.free_port(), servers.free_port(), servers.free_port()
    settings = Settings(
        project_dir=place.project,
        state_dir=place.work / "platform",
        postgres_port=postgres_port,
        sftp_port=sftp_port,
        airflow_port=airflow_port,
    )
    try:
        sealea(settings, "up")
        yield settings
    finally:
        sealea(settings, "down")
        postgres.erase(settings)
    shutil.rmtree(settings.state_dir)


def wait(dsn: str, count: int) -> None:
    """Return when so many deliveries are answered. Raises TimeoutError if that does not happen."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while servers.rows(dsn, ANSWERED)[0][0] < count:
        if time.monotonic() > deadline:
            raise TimeoutError(f"Not all of {count} files were answered within {PATIENCE_SECONDS} s.")
        time.sleep(POLL_SECONDS)
