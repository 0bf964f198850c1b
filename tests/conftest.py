"""What all tests share: one real PostgreSQL for the run, and a fresh migrated warehouse for every test that asks."""

import itertools
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from sealea.contract import load_contracts
from sealea.database import migrate
from sealea.local import postgres as server
from sealea.local import secrets
from sealea.pack import load_pack
from sealea.settings import PROJECT, Settings

COUNTER = itertools.count()
TEMPLATE = "warehouse_template"


@dataclass(frozen=True)
class Warehouse:
    """The addresses of one warehouse by role, and settings that point at it."""

    pipeline: str
    transform: str
    bi: str
    superuser: str
    settings: Settings


def free_port() -> int:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def in_database(dsn: str, name: str) -> str:
    return f"{dsn.rsplit('/', 1)[0]}/{name}"


def execute(dsn: str, *statements: str) -> None:
    with closing(psycopg.connect(dsn, autocommit=True)) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Return the settings of a PostgreSQL that runs until the tests end, with a migrated template of a warehouse."""
    settings = Settings(state_dir=tmp_path_factory.mktemp("postgres"), postgres_port=free_port())
    secrets.ensure_secrets(settings)
    try:
        server.start(settings)
        superuser = secrets.superuser_dsn(settings)
        execute(superuser, f"create database {TEMPLATE} owner sealea_pipeline")
        pipeline = in_database(secrets.pipeline_dsn(settings), TEMPLATE)
        migrate(pipeline, load_contracts(PROJECT).values(), load_pack(PROJECT, "ex"))
        yield settings
    finally:
        server.stop(settings)
        server.erase(settings)


@pytest.fixture
def warehouse(postgres: Settings, tmp_path: Path) -> Iterator[Warehouse]:
    """Return a fresh warehouse: every table that the contracts call for, no rows."""
    name = f"warehouse_{next(COUNTER)}"
    superuser = secrets.superuser_dsn(postgres)
    execute(superuser, f"create database {name} template {TEMPLATE} owner sealea_pipeline")
    execute(superuser, f"grant connect on database {name} to sealea_transform, bi_reader")
    pipeline, transform, bi = (in_database(dsn(postgres), name) for dsn in (secrets.pipeline_dsn, secrets.transform_dsn, secrets.bi_dsn))
    settings = Settings(state_dir=tmp_path, pipeline_dsn=pipeline, transform_dsn=transform)
    secrets.ensure_secrets(settings)
    yield Warehouse(pipeline, transform, bi, in_database(superuser, name), settings)
    execute(superuser, f"drop database {name} with (force)")
