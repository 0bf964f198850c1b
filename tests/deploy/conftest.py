"""The production files as data: docker-compose.yml with and without its variables filled in, and the secrets that fill them."""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from sealea.settings import PROJECT

VARIABLE = re.compile(r"\$\$|\$\{(?P<name>\w+)(?:(?P<operator>:[-?])(?P<argument>[^}]*))?\}")


@dataclass(frozen=True)
class Compose:
    """docker-compose.yml: its text, what YAML makes of it, and its services with every variable filled in."""

    text: str
    raw: dict[str, Any]
    services: dict[str, dict[str, Any]]


def filled(node: Any, environ: Mapping[str, str]) -> Any:
    """Return `node` with the variables in its strings filled in, as Compose does it."""

    def value(match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        if match["operator"] == ":-":
            return environ.get(match["name"]) or match["argument"]
        return environ[match["name"]]

    if isinstance(node, dict):
        return {key: filled(item, environ) for key, item in node.items()}
    if isinstance(node, list):
        return [filled(item, environ) for item in node]
    return VARIABLE.sub(value, node) if isinstance(node, str) else node


@pytest.fixture(scope="session")
def secrets_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an .env file that deploy/new-secrets.sh wrote."""
    path = tmp_path_factory.mktemp("deploy") / ".env"
    subprocess.run([PROJECT / "deploy/new-secrets.sh", path], check=True)
    return path


@pytest.fixture(scope="session")
def new_secrets(secrets_file: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in secrets_file.read_text().splitlines())


@pytest.fixture(scope="session")
def environ(new_secrets: dict[str, str]) -> dict[str, str]:
    """Return what an operator sets: the secrets and the three that nobody can guess."""
    return new_secrets | {"SEALEA_STATE_PACK": "ex", "AIRFLOW_BASE_URL": "https://airflow.sea.example", "SENDERS_DIR": "/srv/senders"}


@pytest.fixture(scope="session")
def compose(environ: dict[str, str]) -> Compose:
    text = (PROJECT / "docker-compose.yml").read_text()
    raw = yaml.safe_load(text)
    return Compose(text, raw, filled(raw["services"], environ))


@pytest.fixture(scope="session")
def dockerfile() -> str:
    return (PROJECT / "Dockerfile").read_text()
