"""The rules that keep the rooms apart, held against the imports as they are."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sealea.settings import PROJECT

PACKAGE = PROJECT / "plugins/sealea"
ROOMS = {"intake", "release", "local", "render", "sample_state"}
COMPOSERS = {"cli.py", "__main__.py", "demo", "check"}  # these hand the result of one room to the next
SHARED = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__", "cli"}


def imports(path: Path) -> Iterator[str]:
    """Yield the dotted name of every module that `path` imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{name.name}" for name in node.names)


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0]


def parts_of_ours(path: Path) -> set[str]:
    return {name.split(".")[1] for name in imports(path) if name.startswith("sealea.")}


@pytest.mark.parametrize(
    "path", sorted(path for path in PACKAGE.rglob("*.py") if room(path) in ROOMS), ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_a_room_imports_itself_and_what_all_share(path: Path) -> None:
    assert parts_of_ours(path) <= SHARED | {room(path)}


@pytest.mark.parametrize("path", [PACKAGE / f"{name}.py" for name in sorted(SHARED)], ids=lambda path: path.name)
def test_what_all_share_imports_no_room(path: Path) -> None:
    assert parts_of_ours(path) <= SHARED


def test_every_folder_of_the_package_is_a_room_or_a_composer() -> None:
    folders = {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"}

    assert folders <= ROOMS | COMPOSERS | {"warehouse"}


@pytest.mark.parametrize("path", sorted((PACKAGE / "sample_state").glob("*.py")), ids=lambda path: path.name)
def test_the_truth_of_the_sample_state_shares_nothing_with_what_it_judges(path: Path) -> None:
    assert parts_of_ours(path) <= {"sample_state"}


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_package_never_imports_airflow(path: Path) -> None:
    assert "airflow" not in {name.split(".")[0] for name in imports(path)}


@pytest.mark.parametrize("path", sorted((PROJECT / "dags").glob("*.py")), ids=lambda path: path.name)
def test_a_dag_file_is_wiring_of_at_most_80_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 80


@pytest.mark.parametrize("path", sorted((PROJECT / "dbt_project/models").rglob("*.sql")), ids=lambda path: path.name)
def test_only_staging_reads_raw(path: Path) -> None:
    reads_raw = re.search(r"source\(\s*['\"]raw['\"]", path.read_text())

    assert not reads_raw or path.parent.name == "staging"


@pytest.mark.parametrize("path", sorted((PROJECT / "dbt_project/models").rglob("*.sql")), ids=lambda path: path.name)
def test_no_model_reads_the_vault(path: Path) -> None:
    assert "vault" not in path.read_text()


def test_no_dag_or_module_is_named_like_a_module_that_others_import() -> None:
    names = {path.stem for path in (PROJECT / "dags").glob("*.py")}

    assert not {name for name in names if name.startswith("dbt_")}
    assert not names & set(sys.stdlib_module_names)


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_table_is_unlogged(path: Path) -> None:
    assert "unlogged table " not in path.read_text(), "PostgreSQL may not start after a crash in which an unlogged table was being made"
