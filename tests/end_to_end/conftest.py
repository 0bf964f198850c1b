"""The whole platform, started once for these tests by the command that a user types."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import psycopg
import pytest

from sealea.local import postgres, secrets
from sealea.local.airflow_client import AirflowClient
from sealea.settings import PROJECT, Settings, environment, load_settings

SEALEA = (sys.executable, "-m", "sealea.cli")


def free_port() -> int:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass(frozen=True)
class Platform:
    """A running platform: its settings, and what the first `sealea demo` printed."""

    settings: Settings
    first_demo: subprocess.CompletedProcess[str]

    def sealea(self, command: str) -> subprocess.CompletedProcess[str]:
        return sealea(self.settings, command)

    def pipeline(self) -> psycopg.Connection:
        return psycopg.connect(secrets.pipeline_dsn(self.settings), autocommit=True)

    def reader(self) -> psycopg.Connection:
        return psycopg.connect(secrets.bi_dsn(self.settings), autocommit=True)


def sealea(settings: Settings, command: str) -> subprocess.CompletedProcess[str]:
    environ = os.environ | environment(settings) | {"COLUMNS": "200"}
    return subprocess.run([*SEALEA, command], capture_output=True, text=True, env=environ, check=False, timeout=900)


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Return the platform after one `sealea demo`; it is stopped and its data erased when the tests end."""
    ports = {f"SEALEA_{name}_PORT": str(free_port()) for name in ("POSTGRES", "SFTP", "AIRFLOW")}
    settings = load_settings({"SEALEA_STATE_DIR": str(tmp_path_factory.mktemp("platform")), "SEALEA_PROJECT_DIR": str(PROJECT)} | ports)
    try:
        yield Platform(settings, sealea(settings, "demo"))
    finally:
        down = sealea(settings, "down")
        postgres.erase(settings)
        assert down.returncode == 0, down.stderr


@pytest.fixture(scope="session")
def airflow(platform: Platform) -> Iterator[AirflowClient]:
    """Return a client of the running Airflow."""
    with AirflowClient(platform.settings) as client:
        yield client
