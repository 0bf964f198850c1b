"""An LEA's laptop has the wheel and the light packages, and nothing else of the platform."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sealea import examples
from sealea.settings import PROJECT

NAME = "ex_ex-0101_staff_assignment_2026_close_20261005T080000.csv"
VERSIONS = """
from sealea.intake.rulebook import load_rulebook
from sealea.settings import PROJECT
print(PROJECT)
for folder in sorted((PROJECT / "expectations/states").iterdir()):
    book = load_rulebook(PROJECT, folder.name)
    print(book.pack.version, *sorted(book.file_rules), *(f"{name} {contract.version}" for name, contract in book.contracts.items()), sep=chr(10))
"""
# What another system does not have: checking a file must not need it.
AS_ON_WINDOWS = """
import os, sys
for name in ("O_DIRECTORY", "O_NOFOLLOW", "O_CLOEXEC", "O_NONBLOCK", "fchmod", "geteuid", "getuid", "setsid"):
    delattr(os, name)
for name in ("fcntl", "grp", "pwd", "resource"):
    sys.modules[name] = None
from sealea import cli
code = cli.main(sys.argv[1:])
print(sorted({name.partition(".")[0] for name in sys.modules} & {"airflow", "asyncssh", "dbt", "great_expectations", "pandas", "psycopg", "sqlalchemy"}))
sys.exit(code)
"""


@pytest.fixture(scope="module")
def laptop(tmp_path_factory) -> Path:
    """Return the Python of an empty environment into which the wheel and the locked light packages were installed."""
    folder = tmp_path_factory.mktemp("laptop")
    uv = shutil.which("uv") or str(PROJECT / ".tools/uv/bin/uv")
    python = folder / "venv/bin/python"
    environ = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")} | {"UV_COMPILE_BYTECODE": "0"}
    for command in (
        ["build", "--quiet", "--wheel", "--out-dir", folder, PROJECT],
        ["venv", "--quiet", "--python", sys.executable, folder / "venv"],
        ["pip", "sync", "--quiet", "--require-hashes", "--python", python, PROJECT / "requirements/check.txt"],
    ):
        subprocess.run([uv, *command], check=True, env=environ)
    (wheel,) = folder.glob("*.whl")
    subprocess.run([uv, "pip", "install", "--quiet", "--no-deps", "--python", python, wheel], check=True, env=environ)
    return python


@pytest.mark.timeout(300)
def test_the_wheel_has_the_same_contracts_rules_and_packs_as_the_checkout(laptop):
    told = subprocess.run([laptop, "-c", VERSIONS], capture_output=True, text=True, cwd=laptop.parent, check=True).stdout
    own = subprocess.run([sys.executable, "-c", VERSIONS], capture_output=True, text=True, check=True).stdout

    assert told.splitlines()[0] != own.splitlines()[0]
    assert told.splitlines()[1:] == own.splitlines()[1:]
    assert len(told.splitlines()) > 30


@pytest.fixture
def file(tmp_path) -> Path:
    path = tmp_path / NAME
    path.write_text(examples.records(PROJECT, "staff_assignment").text)
    return path


@pytest.mark.timeout(300)
def test_a_file_is_checked_where_nothing_of_the_platform_is_installed(laptop, file, tmp_path):
    command = [laptop.with_name("sealea"), "check", file, "--report", tmp_path / "reports"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env={"HOME": str(tmp_path)}, check=False)
    absent = subprocess.run([laptop, "-c", "import psycopg"], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{NAME}: Would be accepted: all 7 records would be loaded.")
    assert (tmp_path / f"reports/{NAME}.check.report.html").is_file()
    assert "No module named 'psycopg'" in absent.stderr


@pytest.mark.timeout(300)
def test_what_needs_the_platform_says_so(laptop, tmp_path):
    done = subprocess.run([laptop.with_name("sealea"), "migrate"], capture_output=True, text=True, env={"HOME": str(tmp_path)}, check=False)

    assert (done.returncode, done.stdout) == (1, "")
    assert "pip install 'sealea[platform]'" in done.stderr


def test_checking_needs_nothing_that_only_a_server_has(file):
    done = subprocess.run([sys.executable, "-c", AS_ON_WINDOWS, "check", file], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "[]"


def test_other_commands_do_not_load_what_checking_needs():
    script = "import sys; from sealea import cli; print('polars' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "False\n"
