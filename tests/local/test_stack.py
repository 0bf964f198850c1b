"""Up, down and status as one; Airflow itself is started by the end-to-end tests."""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing

import pytest

from sealea.errors import ServiceError
from sealea.local import airflow, postgres, processes, secrets, service_record, sftp, stack
from sealea.local.airflow_client import AirflowClient
from sealea.settings import PROJECT, Settings, load_settings


@pytest.fixture
def said():
    """Return the list to which progress lines are added."""
    return []


def start_two(settings):
    postgres.start(settings)
    sftp.start(settings)
    sftp.wait(settings)


def test_down_stops_what_runs_in_reverse_order_and_keeps_the_data(settings, said):
    start_two(settings)

    stack.down(settings, said.append)

    assert said == ["sftp stopped", "postgres stopped"]
    assert {service.state for service in stack.status(settings)} == {"stopped"}
    assert postgres.start(settings)  # on the data that were kept


def test_down_when_nothing_runs_says_so(settings, said):
    stack.down(settings, said.append)

    assert said == ["Nothing was running"]


def test_down_ends_a_migration_that_a_broken_off_up_left_behind(settings, said):
    record = processes.start(settings, airflow.MIGRATION, ["sleep", "600"], os.environ)

    stack.down(settings, said.append)

    assert said == ["airflow-migration stopped"]
    with pytest.raises(ProcessLookupError):
        os.kill(record.pid, 0)


def test_status_tells_running_crashed_and_stopped_apart(settings):
    start_two(settings)
    os.kill(processes.pid_of(settings, "sftp"), signal.SIGKILL)
    while processes.is_running(settings, "sftp"):
        time.sleep(0.01)

    services = {service.name: service for service in stack.status(settings)}

    assert (services["postgres"].state, services["postgres"].address) == ("running", f"127.0.0.1:{settings.postgres_port}")
    assert services["postgres"].pid == processes.pid_of(settings, "postgres")
    assert (services["sftp"].state, services["sftp"].pid) == ("crashed", None)
    assert services["airflow-scheduler"] == stack.ServiceStatus("airflow-scheduler", "stopped", None, "")
    assert services["airflow-api-server"].address == f"http://127.0.0.1:{settings.airflow_port}"


@pytest.mark.parametrize(("port", "setting"), [("postgres_port", "POSTGRES"), ("sftp_port", "SFTP"), ("airflow_port", "AIRFLOW")])
def test_up_starts_nothing_when_a_port_is_taken(settings, said, port, setting):
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", getattr(settings, port)))
        listener.listen()

        with pytest.raises(ServiceError, match=f"process {os.getpid()} .*SEALEA_{setting}_PORT"):
            stack.up(settings, said.append)

    assert said == []
    assert {service.state for service in stack.status(settings)} == {"stopped"}


def test_up_refuses_to_run_beside_services_at_other_ports(settings, said):
    postgres.start(settings)
    moved = settings.model_copy(update={"postgres_port": settings.airflow_port, "airflow_port": settings.postgres_port})

    with pytest.raises(ServiceError, match=rf"postgres runs at 127.0.0.1:{settings.postgres_port}, but the settings say .*make down"):
        stack.up(moved, said.append)


def test_what_was_started_before_a_failure_is_on_record_and_down_ends_it(settings, said):
    def fail(_: Settings) -> None:
        raise ServiceError("the warehouse could not be prepared")

    with pytest.raises(ServiceError, match="could not be prepared"):
        stack.up(settings, said.append, fail)
    assert {service.name for service in stack.status(settings) if service.state == "running"} == {"postgres", "sftp"}

    said.clear()
    stack.down(settings, said.append)

    assert said[-2:] == ["sftp stopped", "postgres stopped"]
    assert {service.state for service in stack.status(settings)} == {"stopped"}


def test_two_commands_at_once_do_not_undo_one_another(settings, said):
    path = service_record.record_path(settings, "any").with_name("lock")
    path.parent.mkdir(parents=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        for command in (stack.up, stack.down):
            with pytest.raises(ServiceError, match="another command"):
                command(settings, said.append)


def test_airflow_is_configured_by_our_settings_alone(settings, monkeypatch):
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "CeleryExecutor")
    monkeypatch.setenv("AIRFLOW_HOME", "/elsewhere")

    given = airflow.airflow_environment(settings)

    assert given["AIRFLOW_HOME"] == str(settings.state_dir / "airflow")
    assert given["AIRFLOW__CORE__EXECUTOR"] == "LocalExecutor"
    assert given["AIRFLOW__CORE__DAGS_FOLDER"] == str(PROJECT / "dags")
    assert given["DO_NOT_TRACK"] == "1"


def test_tasks_get_our_settings_and_the_addresses_of_the_warehouse(settings):
    given = load_settings(airflow.airflow_environment(settings))

    assert given == settings.model_copy(update={"pipeline_dsn": secrets.pipeline_dsn(settings), "transform_dsn": secrets.transform_dsn(settings)})


def test_no_secret_is_written_to_airflows_configuration_file(settings):
    airflow.prepare_home(settings)

    assert "=" not in (airflow.home(settings) / "airflow.cfg").read_text()
    assert airflow.passwords_file(settings).stat().st_mode & 0o077 == 0


def test_airflow_reads_the_options_that_we_set_as_we_mean_them(settings):
    airflow.prepare_home(settings)
    options = sorted(name for name in airflow.airflow_environment(settings) if name.startswith("AIRFLOW__"))
    code = (
        "import sys; from airflow.configuration import conf\n"
        "for option in sys.argv[1:]:\n"
        "    section, key = option.removeprefix('AIRFLOW__').lower().split('__')\n"
        "    assert key in conf.configuration_description[section]['options'], option\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", code, *options], env=airflow.airflow_environment(settings), capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


def test_a_client_of_an_airflow_that_does_not_run_says_what_to_do(settings):
    with pytest.raises(ServiceError, match="make status"), AirflowClient(settings):
        pass


def test_erasing_removes_the_database_for_good(settings):
    postgres.start(settings)
    postgres.stop(settings)
    shutil.rmtree(settings.secrets_dir)
    postgres.erase(settings)
    secrets.ensure_secrets(settings)

    assert postgres.start(settings)
