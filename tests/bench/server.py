"""The PostgreSQL of the benchmark, and the databases in it that stand for how far a state has come."""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from sealea.contract import load_contracts
from sealea.database import migrate
from sealea.local import postgres, processes, secrets
from sealea.local.postgres_home import wheel_binaries
from sealea.pack import load_pack
from sealea.settings import PROJECT, Settings

TEMPLATE = "bench_template"
MIGRATED = "migrated"


@contextmanager
def running(work: Path) -> Iterator[Settings]:
    """Yield the settings of a server whose data are in `work`; they are kept when it stops. One that a killed run has left is stopped."""
    settings = Settings(state_dir=work / "server", postgres_port=free_port())
    secrets.ensure_secrets(settings)
    postgres.stop(settings)
    try:
        postgres.start(settings)
        make_template(settings)
        yield settings
    finally:
        postgres.stop(settings)


def make_template(server: Settings) -> None:
    """Make the database that every other begins with: all tables, no rows; migrate one that is there already."""
    if not exists(server, TEMPLATE):
        execute(secrets.superuser_dsn(server), f"create database {TEMPLATE} owner sealea_pipeline")
    migrate(in_database(secrets.pipeline_dsn(server), TEMPLATE), load_contracts(PROJECT).values(), load_pack(PROJECT, "ex"))


def pid(server: Settings) -> int:
    """Return the process of the server."""
    record = processes.read_record(server, postgres.NAME)
    assert record
    return record.pid


def exists(server: Settings, database: str) -> bool:
    """Return whether the database is there."""
    return bool(rows(secrets.superuser_dsn(server), "select 1 from pg_database where datname = %s", database))


def copy(server: Settings, template: str, database: str) -> None:
    """Make a database that holds what `template` holds; one of that name is dropped."""
    superuser = secrets.superuser_dsn(server)
    drop(server, database)
    execute(superuser, f"create database {database} template {template} owner sealea_pipeline")
    execute(superuser, f"grant connect, temporary on database {database} to sealea_transform, bi_reader")


def rename(server: Settings, database: str, name: str) -> None:
    """Give a database another name."""
    drop(server, name)
    execute(secrets.superuser_dsn(server), f"alter database {database} rename to {name}")


def drop(server: Settings, database: str) -> None:
    """Drop a database if it is there."""
    execute(secrets.superuser_dsn(server), f"drop database if exists {database} with (force)")


def pointed(server: Settings, database: str, state_dir: Path, project: Path) -> Settings:
    """Return settings of an installation whose warehouse is `database`; all have the same keys."""
    pipeline, transform = (in_database(dsn(server), database) for dsn in (secrets.pipeline_dsn, secrets.transform_dsn))
    (state_dir / "log").mkdir(parents=True, exist_ok=True)
    if not (state_dir / "secrets").exists():
        (state_dir / "secrets").symlink_to(server.secrets_dir)
    return server.model_copy(
        update={"state_dir": state_dir, "project_dir": project, "settle_seconds": 0.01, "pipeline_dsn": pipeline, "transform_dsn": transform}
    )


def rows(dsn: str, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    with psycopg.connect(dsn) as connection:
        return connection.execute(query, parameters or None).fetchall()


def execute(dsn: str, *statements: str) -> None:
    """Run statements of our own, each by itself."""
    with closing(psycopg.connect(dsn, autocommit=True)) as connection:
        for statement in statements:
            connection.execute(sql.SQL(statement))  # type: ignore[arg-type]  # our own statements


def free_port() -> int:
    """Return a port that nobody listens on."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def superuser(server: Settings) -> str:
    """Return the superuser's address."""
    return secrets.superuser_dsn(server)


def psql(dsn: str, command: str) -> None:
    """Run one command of psql, which is started for it."""
    program = [str(wheel_binaries() / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", command]
    subprocess.run(program, check=True, env=client_environment(dsn))


def client_environment(dsn: str) -> dict[str, str]:
    """Return the environment by which psql finds the database; on its command line everybody on the machine could read the password."""
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    return os.environ | {names[name]: str(value) for name, value in conninfo_to_dict(dsn).items() if name in names}


def in_database(dsn: str, name: str) -> str:
    """Return the address of another database of the same server."""
    return f"{dsn.rsplit('/', 1)[0]}/{name}"
