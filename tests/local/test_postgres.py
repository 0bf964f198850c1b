"""The local PostgreSQL: starts, survives, keeps its roles apart."""

import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from sealea.errors import ServiceError
from sealea.local import postgres, postgres_home, processes, secrets

ROLES = {"sealea_pipeline": "warehouse", "sealea_transform": "warehouse", "bi_reader": "warehouse", "airflow": "airflow"}
DATABASES = ("warehouse", "airflow", "postgres", "template1")


def query(dsn, statement):
    with closing(psycopg.connect(dsn, autocommit=True)) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_data_survive_a_restart_and_a_kill(settings):
    assert postgres.start(settings)
    assert not postgres.start(settings)  # runs already
    query(secrets.pipeline_dsn(settings), "create table public.kept as select 42 as answer")
    assert postgres.stop(settings)
    assert not postgres.stop(settings)  # stopped already

    postgres.start(settings)
    os.kill(processes.pid_of(settings, "postgres"), signal.SIGKILL)
    while processes.is_running(settings, "postgres"):
        time.sleep(0.01)
    assert processes.state(settings, "postgres") == "crashed"

    assert postgres.start(settings)
    assert query(secrets.pipeline_dsn(settings), "select answer from public.kept") == [(42,)]


def test_a_lock_that_names_the_pid_of_another_program_does_not_keep_it_from_starting(settings):
    postgres.start(settings)
    lock = (postgres_home.data_dir(settings) / "postmaster.pid").read_text()
    postgres.stop(settings)
    with subprocess.Popen(["sleep", "600"]) as stranger:
        _, rest = lock.split("\n", 1)
        (postgres_home.data_dir(settings) / "postmaster.pid").write_text(f"{stranger.pid}\n{rest}")

        assert postgres.start(settings)
        assert stranger.poll() is None
        stranger.kill()


def test_a_second_installation_cannot_take_the_data_of_a_running_server(settings, monkeypatch):
    monkeypatch.setattr(postgres, "ORPHAN_SECONDS", 0.5)
    postgres.start(settings)
    processes.remove_record(settings, "postgres")  # as if another checkout with the same folder had started it
    elsewhere = settings.model_copy(update={"postgres_port": settings.airflow_port})
    try:
        with pytest.raises(ServiceError, match="were not started here"):
            postgres.start(elsewhere)
    finally:
        pid = int((postgres_home.data_dir(settings) / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGQUIT)


def test_a_half_made_data_folder_is_made_again(settings):
    draft = postgres_home.home(settings) / "data.draft"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("17")

    assert postgres.start(settings)


def test_a_busy_port_is_reported_before_anything_is_made(settings):
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", settings.postgres_port))
        listener.listen()

        with pytest.raises(ServiceError, match=f"port {settings.postgres_port}.*SEALEA_POSTGRES_PORT"):
            postgres.start(settings)

    assert not postgres_home.home(settings).exists()


def test_a_folder_without_a_server_is_refused_with_the_setting_to_change(settings, tmp_path):
    with pytest.raises(ServiceError, match="SEALEA_PG_BIN"):
        postgres.start(settings.model_copy(update={"pg_bin": str(tmp_path)}))


def test_data_of_other_secrets_are_refused_with_what_to_do(settings):
    postgres.start(settings)
    postgres.stop(settings)
    shutil.rmtree(settings.secrets_dir)
    secrets.ensure_secrets(settings)

    with pytest.raises(ServiceError, match=f"other passwords than those in {settings.secrets_dir}"):
        postgres.start(settings)


def test_data_of_a_running_server_are_not_erased(settings):
    postgres.start(settings)

    with pytest.raises(ServiceError, match="make down"):
        postgres.erase(settings)

    assert query(secrets.bi_dsn(settings), "select 1") == [(1,)]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to another account")
def test_binaries_that_the_servers_account_cannot_reach_are_copied(settings, tmp_path, monkeypatch):
    hidden = tmp_path / "hidden"
    shutil.copytree(postgres_home.wheel_binaries().parent, hidden)
    hidden.chmod(0o700)
    monkeypatch.setattr(postgres_home, "ROOT_HOME", Path("/var/lib/sealea/tests"))
    try:
        postgres.start(settings.model_copy(update={"pg_bin": str(hidden / "bin")}))
        assert query(secrets.bi_dsn(settings), "select 1") == [(1,)]
    finally:
        postgres.stop(settings)
        shutil.rmtree("/var/lib/sealea/tests")


@pytest.mark.parametrize(("role", "database"), [(role, database) for role in ROLES for database in DATABASES])
def test_a_role_connects_to_its_own_database_only(postgres, role, database):  # the shared server of tests/conftest.py
    dsn = make_conninfo(secrets.dsn(postgres, role), dbname=database)

    if ROLES[role] == database:
        assert query(dsn, "select current_user") == [(role,)]
    else:
        with pytest.raises(psycopg.OperationalError, match=f'permission denied for database "{database}"'):
            psycopg.connect(dsn)


@pytest.mark.parametrize(("password", "answer"), [(":wrong", "password authentication failed"), ("", "no password supplied")])
def test_a_login_without_the_password_is_refused(postgres, password, answer):
    dsn = secrets.bi_dsn(postgres).replace(f":{secrets.secret(postgres, 'bi_reader')}", password)

    with pytest.raises(psycopg.OperationalError, match=answer):
        psycopg.connect(dsn)


def test_the_server_is_durable_checks_its_pages_and_speaks_utf8(postgres):
    names = ("fsync", "synchronous_commit", "full_page_writes", "data_checksums", "server_encoding", "TimeZone", "password_encryption")

    values = query(secrets.superuser_dsn(postgres), "select " + ", ".join(f"current_setting('{name}')" for name in names))

    assert values == [("on", "on", "on", "on", "UTF8", "UTC", "scram-sha-256")]


def test_no_role_but_the_superuser_has_special_powers(postgres):
    powers = "rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls"

    assert query(secrets.superuser_dsn(postgres), f"select rolname from pg_roles where {powers}") == [("postgres",)]


def test_the_reader_cannot_make_anything_in_the_warehouse(postgres):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        query(secrets.bi_dsn(postgres), "create table public.mine (x int)")


def test_neither_a_failed_statement_nor_its_row_reaches_the_servers_log(settings):
    postgres.start(settings)
    with closing(psycopg.connect(secrets.pipeline_dsn(settings), autocommit=True)) as connection:
        connection.execute("create table public.person (name text, born date)")
        with pytest.raises(psycopg.errors.InvalidDatetimeFormat), connection.cursor().copy("copy public.person from stdin") as copy:
            copy.write("Amy Planted\tnever\n")
        with pytest.raises(psycopg.errors.UndefinedTable):
            connection.execute("select 'Amy Planted' from nowhere")

    log = processes.log_path(settings, "postgres").read_text()

    assert "invalid input syntax" in log
    assert "Amy Planted" not in log
