"""The roles and databases of production, made on a real PostgreSQL as its image makes them."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import yaml

from sealea.local import postgres
from sealea.local.postgres_home import wheel_binaries
from sealea.local.secrets import DATABASE_ROLES, bi_dsn, dsn, ensure_secrets, pipeline_dsn, secret, superuser_dsn, transform_dsn
from sealea.settings import PROJECT, Settings, environment

ROLES_SQL = PROJECT / "deploy/postgres/roles.sql"
VARIABLES = {
    "airflow": "AIRFLOW_DB_PASSWORD",
    "sealea_pipeline": "PIPELINE_PASSWORD",
    "sealea_transform": "TRANSFORM_PASSWORD",
    "bi_reader": "BI_READER_PASSWORD",
}
SENDERS = [
    {"sender_id": "sea", "kind": "sea", "name": "State Education Agency", "organisations": ["*"]},
    {"sender_id": "ex-0101", "kind": "lea", "name": "Riverside Unified", "organisations": ["EX-0101"]},
]


def free_port() -> int:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Return a PostgreSQL as `make up` sets it up."""
    settings = Settings(state_dir=tmp_path_factory.mktemp("roles"), postgres_port=free_port())
    ensure_secrets(settings)
    try:
        postgres.start(settings)
        yield settings
    finally:
        postgres.stop(settings)
        postgres.erase(settings)


def roles_and_databases(settings: Settings) -> tuple[list, list]:
    """Return every role with its rights, and who may do what with which database."""
    with closing(psycopg.connect(superuser_dsn(settings))) as connection:
        roles = connection.execute(
            "select rolname, rolcanlogin, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls, rolinherit from pg_roles order by 1"
        ).fetchall()
        databases = connection.execute(
            """
            select datname, pg_get_userbyid(datdba), pg_get_userbyid(grantee), privilege_type
            from pg_database cross join aclexplode(coalesce(datacl, acldefault('d', datdba)))
            order by 1, 2, 3, 4
            """
        ).fetchall()
    return roles, databases


def make_blank(settings: Settings) -> None:
    """Take away what `make up` made, so that the server is as initdb leaves it."""
    with closing(psycopg.connect(superuser_dsn(settings), autocommit=True)) as connection:
        for database in postgres.OWNERS:
            connection.execute(f"drop database if exists {database} with (force)")
        for role in DATABASE_ROLES:
            connection.execute(f"drop role if exists {role}")
        connection.execute("grant connect, temporary on database postgres, template1 to public")


def run_roles_sql(settings: Settings, passwords: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [str(wheel_binaries() / "psql"), "--no-psqlrc", "--dbname", superuser_dsn(settings), "--file", str(ROLES_SQL)]
    return subprocess.run(command, env={"PATH": os.environ["PATH"], **passwords}, capture_output=True, text=True, check=False)


def passwords_of(settings: Settings) -> dict[str, str]:
    return {variable: secret(settings, role) for role, variable in VARIABLES.items()}


def test_production_has_the_roles_and_databases_of_a_laptop(laptop):
    wanted = roles_and_databases(laptop)
    make_blank(laptop)
    assert roles_and_databases(laptop) != wanted

    done = run_roles_sql(laptop, passwords_of(laptop))

    assert (done.returncode, done.stderr) == (0, "")
    assert roles_and_databases(laptop) == wanted


def test_a_second_run_changes_passwords_and_nothing_else(laptop):
    run_roles_sql(laptop, passwords_of(laptop))
    before = roles_and_databases(laptop)

    done = run_roles_sql(laptop, passwords_of(laptop) | {"BI_READER_PASSWORD": "it's \\ another"})

    assert (done.returncode, done.stderr) == (0, "")
    assert roles_and_databases(laptop) == before
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(bi_dsn(laptop))
    with closing(psycopg.connect(bi_dsn(laptop), password="it's \\ another")) as connection:
        assert connection.execute("select current_user").fetchone() == ("bi_reader",)
    run_roles_sql(laptop, passwords_of(laptop))


@pytest.mark.parametrize("missing", sorted(VARIABLES.values()))
def test_a_password_that_is_not_set_stops_everything(laptop, missing):
    passwords = passwords_of(laptop)
    del passwords[missing]

    done = run_roles_sql(laptop, passwords)

    assert done.returncode == 3
    assert "syntax error" in done.stderr


def test_the_migrate_service_makes_the_warehouse_and_its_senders_on_that(laptop, compose, tmp_path: Path):
    make_blank(laptop)
    run_roles_sql(laptop, passwords_of(laptop))
    listing = tmp_path / "senders.yml"
    listing.write_text(yaml.safe_dump({"senders": SENDERS}))
    steps = [step.split() for step in compose.services["migrate"]["command"][2].split(" && ")]
    settings = laptop.model_copy(update={"pipeline_dsn": pipeline_dsn(laptop), "transform_dsn": transform_dsn(laptop), "state_dir": tmp_path})

    for program, command, *arguments in (step for step in steps if step[0] == "sealea"):
        assert program == "sealea"
        told = [str(listing) if argument.endswith("/senders.yml") else argument for argument in arguments]
        for _ in range(2):  # every `docker compose up` runs it again
            subprocess.run([sys.executable, "-m", "sealea.cli", command, *told], env=os.environ | environment(settings), check=True)

    with closing(psycopg.connect(dsn(laptop, "sealea_pipeline"))) as connection:
        query = "select sender_id, state_code, org_id from ops.sender inner join ops.sender_organisation using (sender_id) order by 1"
        assert connection.execute(query).fetchall() == [("ex-0101", "EX", "EX-0101"), ("sea", "EX", "*")]


def test_a_list_of_senders_that_is_not_there_is_an_error_that_says_so(laptop, tmp_path: Path):
    command = [sys.executable, "-m", "sealea.cli", "senders", str(tmp_path / "senders.yml")]

    done = subprocess.run(command, env=os.environ | environment(laptop), capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr.startswith(f"sealea: There is no file {tmp_path}/senders.yml.")
