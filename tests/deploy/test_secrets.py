"""Where the secrets of production come from: the environment, and nowhere else."""

import re
import subprocess

from sealea.settings import PROJECT

VARIABLE = re.compile(r"(?<!\$)\$\{?(\w+)(:[-?])?([^}]*)")


def test_every_secret_comes_from_the_environment_and_has_no_default(compose, new_secrets):
    uses = VARIABLE.findall(compose.text)
    required = {name for name, operator, _ in uses if operator == ":?"}
    optional = {name for name, operator, _ in uses if operator == ":-"}

    assert {operator for _, operator, _ in uses} == {":?", ":-"}
    assert required == set(new_secrets) | {"SEALEA_STATE_PACK", "AIRFLOW_BASE_URL", "SENDERS_DIR"}
    assert not required & optional
    assert not [name for name in optional if re.search("PASSWORD|SECRET|KEY|TOKEN|DSN", name)]


def test_every_variable_an_operator_may_set_is_explained(compose, new_secrets):
    page = (PROJECT / "docs/deployment.md").read_text()

    names = {name for name, _, _ in VARIABLE.findall(compose.text)}
    assert {name for name in names - set(new_secrets) if name not in page} == set()


def test_no_password_is_written_into_an_address(compose):
    passwords = re.findall(r"://\w*:([^@\s]+)@", compose.text)

    assert len(passwords) == 5
    assert all(re.fullmatch(r"\$\{\w+:\?\}", password) for password in passwords)


def test_new_secrets_are_new_private_and_never_replace_old_ones(secrets_file, new_secrets):
    again = subprocess.run([PROJECT / "deploy/new-secrets.sh", secrets_file], capture_output=True, text=True, check=False)

    assert again.returncode != 0
    assert "File exists" in again.stderr
    assert len(set(new_secrets.values())) == len(new_secrets)
    assert min(map(len, new_secrets.values())) >= 44
    assert secrets_file.stat().st_mode & 0o777 == 0o600


def test_secrets_in_the_project_folder_are_neither_committed_nor_built_into_an_image():
    assert "/.env" in (PROJECT / ".gitignore").read_text().splitlines()
    assert not [line for line in (PROJECT / ".dockerignore").read_text().splitlines() if line.startswith("!") and ".env" in line]
