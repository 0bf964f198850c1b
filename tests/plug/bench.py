"""Where journeys take place: a PostgreSQL of their own, a copy of the project, and the sample state's files in two stages."""

import shutil
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from plug.upload import Stage
from sealea.contract import load_contracts
from sealea.database import connect, migrate
from sealea.demo import sample
from sealea.intake import senders as register
from sealea.local import postgres, secrets, senders, sftp
from sealea.pack import load_pack
from sealea.settings import PROJECT, Settings

TEMPLATE = "plug_template"
COPIED = ("dags", "plugins", "dbt_project", "expectations")


@dataclass(frozen=True)
class Bench:
    """What all journeys share. `stages` are delivered one after the other."""

    work: Path
    project: Path
    server: Settings
    stages: list[Stage]
    batch_files: int


@dataclass(frozen=True)
class Scene:
    """One installation, empty at first: its settings, how a reader logs in, and the PostgreSQL it stands on."""

    settings: Settings
    bi: str
    server: Settings


@contextmanager
def bench(work: Path, batch_files: int) -> Iterator[Bench]:
    """Yield a bench in the folder `work`; its server is stopped and its data erased in the end.

    The project is copied: who edits a model meanwhile changes no number.
    """
    project = copy_project(work)
    server = Settings(state_dir=work / "server", project_dir=project, postgres_port=free_port())
    secrets.ensure_secrets(server)
    try:
        postgres.start(server)
        stages = write_stages(work)
        make_template(server, work / "sample/senders.yml")
        yield Bench(work, project, server, stages, batch_files)
    finally:
        postgres.stop(server)
        postgres.erase(server)


def copy_project(work: Path) -> Path:
    """Return a copy of everything that runs."""
    unwanted = shutil.ignore_patterns("target", "logs", "__pycache__")
    for name in COPIED:
        shutil.copytree(PROJECT / name, work / "project" / name, ignore=unwanted)
    return work / "project"


def make_template(server: Settings, listing: Path) -> None:
    """Make the database that every scene begins with: all tables, the senders registered, no rows."""
    execute(secrets.superuser_dsn(server), f"create database {TEMPLATE} owner sealea_pipeline")
    pipeline = in_database(secrets.pipeline_dsn(server), TEMPLATE)
    pack = load_pack(server.project_dir, "ex")
    migrate(pipeline, load_contracts(server.project_dir).values(), pack)
    with connect(pipeline) as connection:
        for sender in register.load_senders(listing):
            register.register(connection, sender.sender_id, pack.state_code, sender.kind, sender.name, sender.organisations)


@contextmanager
def scene(bench: Bench, name: str) -> Iterator[Scene]:
    """Yield a new installation with a running SFTP server; with the same keys as every other, so that pseudonyms are equal."""
    superuser = secrets.superuser_dsn(bench.server)
    execute(superuser, f"create database {name} template {TEMPLATE} owner sealea_pipeline")
    execute(superuser, f"grant connect on database {name} to sealea_transform, bi_reader")
    pipeline, transform, bi = (in_database(dsn(bench.server), name) for dsn in (secrets.pipeline_dsn, secrets.transform_dsn, secrets.bi_dsn))
    settings = bench.server.model_copy(
        update={
            "state_dir": bench.work / name,
            "sftp_port": free_port(),
            "settle_seconds": 0.05,
            "batch_files": bench.batch_files,
            "pipeline_dsn": pipeline,
            "transform_dsn": transform,
        }
    )
    shutil.copytree(bench.server.secrets_dir, settings.secrets_dir)
    for sender_id in bench.stages[0]:
        senders.add_sender(settings, sender_id)
    try:
        sftp.start(settings)
        sftp.wait(settings)
        yield Scene(settings, bi, bench.server)
    finally:
        sftp.stop(settings)
    execute(superuser, f"drop database {name} with (force)")
    shutil.rmtree(settings.state_dir)


def write_stages(work: Path) -> list[Stage]:
    """Return the sample state's files, and what some senders send after them: corrections, the same once more, a mess."""
    listing = sample.write_sample(work / "sample", load_pack(PROJECT, "ex").file_name)
    senders_listed = sorted(sender.sender_id for sender in register.load_senders(listing))
    first = {sender_id: sorted((listing.parent / sender_id).iterdir()) for sender_id in senders_listed}
    second: Stage = {}
    for sender_id, word, change in (
        ("ex-0101", "staff_assignment_2026", without_last_record),
        ("ex-0102", "assessment_result_2026", without_last_record),
        ("ex-0103", "finance_ledger_2026", untidy),
        ("ex-0203", "staff_assignment_2026", bytes),
        ("ex-0202", "staff_2026", bytes),
        ("sea", "goal", bytes),
    ):
        path = next(path for path in first[sender_id] if word in path.name)
        again = work / "again" / sender_id / path.name
        again.parent.mkdir(parents=True, exist_ok=True)
        again.write_bytes(change(path.read_bytes()))
        second.setdefault(sender_id, []).append(again)
    return [first, second]


def without_last_record(content: bytes) -> bytes:
    """Return the file less its last line."""
    return content.rstrip(b"\n").rpartition(b"\n")[0] + b"\n"


def untidy(content: bytes) -> bytes:
    """Return the file with CR LF, blank lines, one line of too many values, and none after the last."""
    lines = content.splitlines()
    return b"\r\n".join([*lines[:3], b"", b"  ", lines[3] + b",more", *lines[4:]])


def free_port() -> int:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def in_database(dsn: str, name: str) -> str:
    return f"{dsn.rsplit('/', 1)[0]}/{name}"


def execute(dsn: str, statement: str) -> None:
    with closing(psycopg.connect(dsn, autocommit=True)) as connection:
        connection.execute(statement)
