"""Airflow of one machine: its settings, its database, and its four processes."""

import json
import os
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path

import httpx
import psycopg

from sealea.errors import ServiceError
from sealea.local import processes
from sealea.local.ports import reachable, require_free
from sealea.local.process_table import command_line, live_processes
from sealea.local.secrets import AIRFLOW_USER, airflow_dsn, dsn, pipeline_dsn, secret, transform_dsn, write_private
from sealea.local.service_record import started_at
from sealea.settings import Settings

MIGRATION = "airflow-migration"
API_SERVER = "airflow-api-server"
SCHEDULER = "airflow-scheduler"
DAG_PROCESSOR = "airflow-dag-processor"
TRIGGERER = "airflow-triggerer"
COMMANDS: Mapping[str, tuple[str, ...]] = {
    API_SERVER: ("api-server", "--workers", "1"),
    # Task logs are read from the folder; serving them too would take two more fixed ports.
    SCHEDULER: ("scheduler", "--skip-serve-logs"),
    DAG_PROCESSOR: ("dag-processor",),
    TRIGGERER: ("triggerer", "--skip-serve-logs"),
}
HEALTH_NAMES = {SCHEDULER: "scheduler", DAG_PROCESSOR: "dag_processor", TRIGGERER: "triggerer"}
WORKER_TITLE = "airflow worker -- LocalExecutor"
MIGRATION_SECONDS = 300
START_SECONDS = 180
FORK_SECONDS = 10
STOP_SECONDS = 12
OPTIONS = {
    "CORE__AUTH_MANAGER": "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager",
    "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{AIRFLOW_USER}:admin",
    "CORE__EXECUTOR": "LocalExecutor",
    "CORE__LOAD_EXAMPLES": "false",
    "CORE__DAGS_ARE_PAUSED_AT_CREATION": "false",
    "CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL": "5",
    "DAG_PROCESSOR__REFRESH_INTERVAL": "5",  # seconds until a new file is seen; a changed one is read at the next look
    "DAG_PROCESSOR__BUNDLE_REFRESH_CHECK_INTERVAL": "2",
    "DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "60",
    "DAG_PROCESSOR__STALE_DAG_THRESHOLD": "120",
    "DAG_PROCESSOR__PARSING_PROCESSES": "1",
    "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.5",
    # After a crash tasks go on within a minute; by default it takes five.
    "SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "15",  # tasks whose scheduler died
    "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "90",  # tasks whose worker died
    "LOGGING__COLORED_CONSOLE_LOG": "false",
    "LOGGING__FILE_TASK_HANDLER_NEW_FOLDER_PERMISSIONS": "0o700",
    "LOGGING__FILE_TASK_HANDLER_NEW_FILE_PERMISSIONS": "0o600",
    "API__EXPOSE_CONFIG": "false",
}
TELEMETRY_OFF = {"GX_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}


def home(settings: Settings) -> Path:
    """Return AIRFLOW_HOME."""
    return settings.state_dir / "airflow"


def address(settings: Settings) -> str:
    """Return the address of the UI and the API."""
    return f"http://{reachable(settings.host)}:{settings.airflow_port}"


def airflow_environment(settings: Settings) -> dict[str, str]:
    """Return the environment that makes `airflow` work on this installation; no secret is written to a configuration file."""
    own = {
        "CORE__DAGS_FOLDER": settings.project_dir / "dags",
        "CORE__PLUGINS_FOLDER": settings.project_dir / "plugins",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": passwords_file(settings),
        "CORE__EXECUTION_API_SERVER_URL": f"{address(settings)}/execution/",
        "CORE__PARALLELISM": worker_count(),
        "CORE__FERNET_KEY": secret(settings, "airflow_fernet.key"),
        "DATABASE__SQL_ALCHEMY_CONN": airflow_dsn(settings),
        "DATABASE__SQL_ALCHEMY_CONN_ASYNC": airflow_dsn(settings, "psycopg_async"),
        "API__HOST": settings.host,
        "API__PORT": settings.airflow_port,
        "API__BASE_URL": address(settings),
        "API__SECRET_KEY": secret(settings, "airflow_api.key"),
        "API_AUTH__JWT_SECRET": secret(settings, "airflow_jwt.key"),
        "LOGGING__BASE_LOG_FOLDER": settings.log_dir / "airflow",
        "LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY": settings.log_dir / "airflow" / "dag_processor",
    }
    named = {f"AIRFLOW__{name}": str(value) for name, value in (OPTIONS | own).items()}
    # Tasks know the warehouse by its settings only, here as in production.
    addresses = {"pipeline_dsn": pipeline_dsn(settings), "transform_dsn": transform_dsn(settings)}
    own_settings = processes.python_environment(settings.model_copy(update=addresses))
    # SPT_NOENV: process titles must not overwrite the environment by which a run's processes are recognised.
    return own_settings | TELEMETRY_OFF | named | {"AIRFLOW_HOME": str(home(settings)), "SPT_NOENV": "1"}


def passwords_file(settings: Settings) -> Path:
    """Return the file from which Airflow's simple login reads the password of its one user."""
    return settings.secrets_dir / "airflow_passwords.json"


def prepare_home(settings: Settings) -> None:
    """Make AIRFLOW_HOME with a configuration file that says nothing, or Airflow writes one with keys of its own."""
    home(settings).mkdir(mode=0o700, parents=True, exist_ok=True)
    (home(settings) / "airflow.cfg").write_text("# Airflow is configured by the environment that sealea gives it.\n")
    write_private(passwords_file(settings), json.dumps({AIRFLOW_USER: secret(settings, AIRFLOW_USER)}))


def airflow_command(*arguments: str) -> list[str]:
    """Return the command line of `airflow`; -P keeps the current folder off the import path."""
    return [sys.executable, "-P", "-m", "airflow", *arguments]


def begin_migration(settings: Settings) -> bool:
    """Start bringing Airflow's database to this version; return False if it is there already."""
    if is_migrated(settings):
        return False
    processes.stop(settings, MIGRATION)
    migrated_file(settings).unlink(missing_ok=True)
    prepare_home(settings)
    then_note_success = ["sh", "-c", '"$@" && echo done >"$0"', str(success_file(settings))]
    command = [*then_note_success, *airflow_command("db", "migrate")]
    processes.start(settings, MIGRATION, command, airflow_environment(settings))
    return True


def finish_migration(settings: Settings) -> None:
    """Return when the migration that was begun, if any, has succeeded. Raises ServiceError with the end of its log if not."""
    if not processes.wait_end(settings, MIGRATION, MIGRATION_SECONDS):
        return
    if not success_file(settings).exists():
        raise ServiceError(f"Airflow's database could not be migrated. {processes.tail(settings, MIGRATION)}")
    migrated_file(settings).write_text(json.dumps([version("apache-airflow"), revision_of(settings)]))
    success_file(settings).unlink()


def success_file(settings: Settings) -> Path:
    """Return the file that a successful migration leaves."""
    return home(settings) / "migration.done"


def migrated_file(settings: Settings) -> Path:
    """Return the file that remembers to which version the database was migrated."""
    return home(settings) / "migrated.json"


def is_migrated(settings: Settings) -> bool:
    """Return whether this version migrated the database and nobody replaced it since; asking Airflow itself takes 3 s."""
    try:
        migrated = json.loads(migrated_file(settings).read_text())
    except FileNotFoundError:
        return False
    return bool(migrated == [version("apache-airflow"), revision_of(settings)])


def revision_of(settings: Settings) -> str | None:
    """Return the revision of Airflow's database, or None if it is empty."""
    with closing(psycopg.connect(dsn(settings, "airflow", "airflow"))) as connection:
        if connection.execute("select to_regclass('alembic_version')").fetchone() == (None,):
            return None
        row = connection.execute("select version_num from alembic_version").fetchone()
        return row[0] if row else None


def require_port(settings: Settings) -> None:
    """Raise ServiceError if the server does not run and its port belongs to another program."""
    if not processes.is_running(settings, API_SERVER):
        require_free(settings.host, settings.airflow_port, "Airflow", "SEALEA_AIRFLOW_PORT")


def start(settings: Settings) -> list[str]:
    """Start the processes that do not run, or not whole, and return their names; `wait` tells when they are healthy."""
    missing = [name for name in COMMANDS if not processes.is_running(settings, name) or (name == SCHEDULER and has_lost_worker(settings))]
    require_port(settings)
    if missing:
        prepare_home(settings)
    for name in missing:
        processes.stop(settings, name)  # what a crashed one left
        processes.start(settings, name, airflow_command(*COMMANDS[name]), airflow_environment(settings), address=address(settings))
    return missing


def worker_count() -> int:
    """Return how many tasks run at the same time."""
    return max(4, os.cpu_count() or 1)


def has_lost_worker(settings: Settings) -> bool:
    """Return whether a worker of the running scheduler was killed.

    The scheduler goes on and reports itself healthy, but the workers share a lock: if the dead one held it, no task ever starts again,
    not even in a worker that replaces it. Those it began with were all started together.
    """
    pid = processes.pid_of(settings, SCHEDULER)
    started = [process.started for process in live_processes() if process.parent == pid and command_line(process).startswith(WORKER_TITLE)]
    return len(started) != worker_count() or max(started) - min(started) > FORK_SECONDS * os.sysconf("SC_CLK_TCK")


def wait(settings: Settings) -> None:
    """Return when all processes are healthy. Raises ServiceError with the end of the log of one that is not."""
    processes.wait_until(settings, API_SERVER, lambda: bool(health(settings)), START_SECONDS)
    for name in HEALTH_NAMES:
        processes.wait_until(settings, name, partial(is_healthy, settings, name), START_SECONDS)


def is_healthy(settings: Settings, name: str) -> bool:
    """Return whether the process has reported since it was started; the report of a run before it does not count."""
    part = health(settings).get(HEALTH_NAMES[name], {})
    heartbeat = part.get(f"latest_{HEALTH_NAMES[name]}_heartbeat")
    return part.get("status") == "healthy" and heartbeat is not None and datetime.fromisoformat(heartbeat) > started_at(settings, name)


def health(settings: Settings) -> Mapping[str, Mapping[str, str | None]]:
    """Return what the API says of Airflow's parts: status and latest heartbeat; nothing while it does not answer."""
    try:
        response = httpx.get(f"{address(settings)}/api/v2/monitor/health", timeout=5, trust_env=False)
    except httpx.TransportError:
        return {}
    return response.json() if response.status_code == httpx.codes.OK else {}


def stop(settings: Settings) -> list[str]:
    """Stop all processes and return the names of those that ran; the API goes last, tasks report their end to it."""
    with ThreadPoolExecutor() as pool:
        first = [name for name in (MIGRATION, *COMMANDS) if name != API_SERVER]
        ended = list(pool.map(lambda name: processes.stop(settings, name, STOP_SECONDS), first))
    ended.append(processes.stop(settings, API_SERVER, STOP_SECONDS))
    return [name for name, ran in zip([*first, API_SERVER], ended, strict=True) if ran]
