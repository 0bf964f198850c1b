"""docker-compose.yml, by what can be said of it without a Docker engine.

compose-spec.json is the Compose Specification's schema as the PyPI package check-jsonschema 0.39.0 carries it
(compose-spec/compose-spec, schema/compose-spec.json; Apache-2.0, see compose-spec.LICENSE).
"""

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from sealea.local.airflow import OPTIONS, TELEMETRY_OFF
from sealea.local.postgres import SERVER_SETTINGS
from sealea.local.postgres_home import INITDB_OPTIONS
from sealea.settings import PREFIX, PROJECT, Settings, environment, load_settings

HERE = Path(__file__).parent
ONE_SHOT = {"migrate"}
AIRFLOW = {"airflow-api-server", "airflow-scheduler", "airflow-dag-processor", "airflow-triggerer", "airflow-worker", "migrate"}
ALL = {"postgres", "redis", "sftp"} | AIRFLOW
MEMORY = {"shared_buffers", "effective_cache_size"}


def settings_of(service: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in service.get("environment", {}).items() if name.startswith(PREFIX)}


def sources(service: dict[str, Any]) -> dict[str, str]:
    """Return what is mounted where: target -> source."""
    return {volume.split(":")[1]: volume.split(":")[0] for volume in service["volumes"]}


def test_the_file_meets_the_compose_specification(compose):
    schema = json.loads((HERE / "compose-spec.json").read_text())
    Draft202012Validator.check_schema(schema)

    assert [f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(compose.raw)] == []


@pytest.mark.skipif(shutil.which("docker") is None, reason="no docker client here")
def test_docker_itself_accepts_the_file(environ):
    if subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("this docker client has no compose plugin")

    command = ["docker", "compose", "--file", PROJECT / "docker-compose.yml", "config", "--quiet"]
    done = subprocess.run(command, env={"PATH": "/usr/local/bin:/usr/bin:/bin"} | environ, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_the_services_are_those_of_production(compose):
    assert set(compose.services) == ALL
    assert {compose.services[name]["environment"]["AIRFLOW__CORE__EXECUTOR"] for name in AIRFLOW} == {"CeleryExecutor"}


# Settings


def test_every_setting_is_in_the_worker_or_named_as_one_of_the_laptop(compose):
    laptop = set(compose.raw["x-laptop-settings"])
    worker = set(settings_of(compose.services["airflow-worker"]))

    assert worker | laptop == set(environment(Settings()))
    assert not worker & laptop


@pytest.mark.parametrize("name", sorted(ALL))
def test_a_service_is_told_no_setting_that_does_not_exist(compose, name):
    load_settings(settings_of(compose.services[name]))


def test_what_the_operator_leaves_out_has_the_default_of_the_table(compose):
    told = load_settings(settings_of(compose.services["airflow-worker"]))

    set_here = {"project_dir", "state_dir", "pipeline_dsn", "transform_dsn"}
    assert told.model_dump(exclude=set_here) == Settings().model_dump(exclude=set_here)


def test_only_the_services_that_touch_the_warehouse_know_its_address(compose):
    knowing = {name for name, service in compose.services.items() if any(setting.endswith("_DSN") for setting in settings_of(service))}

    assert knowing == {"airflow-worker", "migrate"}


# Images


def test_every_image_is_pinned_and_ours_carry_the_version_of_the_project(compose, dockerfile):
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"]
    ours = {service["image"] for service in compose.services.values() if "build" in service}
    stages = set(re.findall(r"^FROM \S+ AS (\S+)$", dockerfile, re.MULTILINE))
    others = {service["image"] for service in compose.services.values()} - ours | set(re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE))

    assert ours == {f"sealea-airflow:{version}", f"sealea-sftp:{version}"}
    assert {service["build"]["target"] for service in compose.services.values() if "build" in service} <= stages
    assert all(re.fullmatch(r"[\w/]+:(\d+\.\d+\.\d+-slim-bookworm|\d+\.\d+(\.\d+)?-bookworm|bookworm-\d{8}-slim)", image) for image in others)


def test_what_is_copied_into_an_image_exists_and_passes_dockerignore(dockerfile):
    ignore = [line for line in (PROJECT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    admitted = [line.removeprefix("!") for line in ignore if line.startswith("!")]
    copies = re.findall(r"^COPY (?!--from)(?:--\S+ )*(.+) \S+$", dockerfile, re.MULTILINE)
    copied = [source for line in copies for source in line.split()]

    assert ignore[0] == "*"
    assert len(copied) > 5
    for source in [*copied, *admitted]:
        assert (PROJECT / source).exists(), source
    for source in copied:
        assert any(source == entry or source.startswith(f"{entry}/") for entry in admitted), source


# Order, health and reach


def test_everything_that_stays_up_tells_whether_it_is_well_and_is_started_again(compose):
    staying = {name: service for name, service in compose.services.items() if name not in ONE_SHOT}

    assert [name for name, service in staying.items() if not service.get("healthcheck", {}).get("test")] == []
    assert {service["restart"] for service in staying.values()} == {"unless-stopped"}
    assert compose.services["migrate"]["restart"] == "no"


def test_nothing_of_airflow_starts_before_the_databases_are_at_this_version(compose):
    for name in AIRFLOW - ONE_SHOT:
        assert compose.services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert compose.services["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}


def test_a_service_waits_for_one_that_exists_and_is_well(compose):
    waits = [wait for service in compose.services.values() for wait in service.get("depends_on", {}).items()]

    assert len(waits) > len(AIRFLOW)
    for name, wait in waits:
        assert name in compose.services
        assert wait == {"condition": "service_completed_successfully" if name in ONE_SHOT else "service_healthy"}


def test_only_the_sftp_server_can_be_reached_from_outside_and_it_reaches_nothing(compose):
    networks, services = compose.raw["networks"], compose.services
    inside = {name for name, network in networks.items() if (network or {}).get("internal")}

    assert {name for name, service in services.items() if "ports" in service} == {"sftp", "airflow-api-server"}
    assert services["airflow-api-server"]["ports"] == ["127.0.0.1:8080:8080"]
    assert [name for name, service in services.items() if not set(service["networks"]) <= inside] == ["airflow-api-server", "sftp"]
    assert [name for name, service in services.items() if set(service["networks"]) & set(services["sftp"]["networks"])] == ["sftp"]


def test_no_service_has_more_rights_than_it_needs(compose, dockerfile):
    assert "\nUSER $COLLECTOR_ID:$COLLECTOR_ID\n" in dockerfile  # the airflow image; postgres and redis name their user
    for name, service in compose.services.items():
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert "privileged" not in service
        assert ("cap_add" in service) == (name == "sftp")
        assert service.get("read_only", False) == (name not in {"postgres", "sftp"})
        assert name in AIRFLOW | {"sftp"} or service["user"] == name
        assert "mem_limit" in service


# The same on both sides


def test_the_collector_and_the_sftp_server_see_the_same_files_with_the_same_number(compose, dockerfile):
    worker, sftp = compose.services["airflow-worker"], compose.services["sftp"]
    settings = load_settings(settings_of(worker))
    collector = re.search(r"^ARG COLLECTOR_ID=(\d+)$", dockerfile, re.MULTILINE)

    assert sources(worker)[str(settings.sftp_dir)] == sources(sftp)[str(settings.sftp_dir)] == "sftp"
    assert sources(worker)[str(settings.landing_dir)] == "landing"
    assert f"HOMES={settings.sftp_dir} " in (PROJECT / "deploy/sftp/serve.sh").read_text()
    assert collector
    assert f"{settings.secrets_dir}:mode=0700,uid={collector[1]},gid={collector[1]}" in worker["tmpfs"]


def test_every_volume_is_declared_and_used(compose):
    used = {source for service in compose.services.values() for source in sources(service | {"volumes": service.get("volumes", [])}).values()}

    assert {source for source in used if not source.startswith((".", "/"))} == set(compose.raw["volumes"])


def test_airflow_is_set_up_as_on_a_laptop_but_for_executor_and_login(compose):
    here = compose.services["airflow-worker"]["environment"]
    there = {f"AIRFLOW__{name}": value for name, value in OPTIONS.items()} | TELEMETRY_OFF

    differing = {name for name in here.keys() & there.keys() if here[name] != there[name]}
    assert differing == {"AIRFLOW__CORE__EXECUTOR", "AIRFLOW__CORE__AUTH_MANAGER"}
    assert TELEMETRY_OFF.keys() <= here.keys()
    assert {name for name in there if "PERMISSIONS" in name or "EXPOSE" in name} <= here.keys()


def test_the_login_is_not_the_one_for_development_and_nobody_is_let_in_without(compose):
    for name in AIRFLOW:
        told = compose.services[name]["environment"]
        assert told["AIRFLOW__CORE__AUTH_MANAGER"].endswith(".FabAuthManager")
        assert told["AIRFLOW__FAB__COOKIE_SECURE"] == "true"
        assert not [option for option in told if "SIMPLE_AUTH" in option or "ROLE_PUBLIC" in option]


def test_postgresql_runs_as_on_a_laptop_but_for_memory(compose):
    service = compose.services["postgres"]
    here = dict(option.removeprefix("-c").split("=", 1) for option in service["command"][1:])
    there = {name: value for name, value in SERVER_SETTINGS.items() if name != "unix_socket_directories"}

    assert here.keys() == there.keys()
    assert {name for name in here if here[name] != there[name]} <= MEMORY
    assert set(service["environment"]["POSTGRES_INITDB_ARGS"].split()) == set(INITDB_OPTIONS) - {"--username=postgres"}
