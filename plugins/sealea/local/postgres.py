"""PostgreSQL of one machine: started and stopped, with its databases and one password for every role."""

import shutil
import signal
import time
from contextlib import closing
from pathlib import Path

import psycopg
from psycopg import sql

from sealea.errors import ServiceError
from sealea.local import processes
from sealea.local.ports import is_loopback, reachable, require_free
from sealea.local.postgres_home import Account, data_dir, hand_over, home, initialise, server_account, server_binaries, server_environment
from sealea.local.process_table import live_processes, works_in
from sealea.local.secrets import DATABASE_ROLES, secret, superuser_dsn
from sealea.settings import Settings

NAME = "postgres"
START_SECONDS = 60  # a start after a crash replays the log first
STOP_SECONDS = 15
ORPHAN_SECONDS = 10  # how long the sessions of a killed server may take to notice
SHARED_MEMORY = "/dev/shm"  # noqa: S108 - asked for its size only
SMALL_SHARED_MEMORY_BYTES = 256 * 2**20
OWNERS = {"airflow": "airflow", "warehouse": "sealea_pipeline"}
MAY_CONNECT = {"airflow": ("airflow",), "warehouse": ("sealea_pipeline", "sealea_transform", "bi_reader")}
SERVER_SETTINGS = {
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "effective_cache_size": "2GB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "jit": "off",  # costs more than it saves on queries of our size
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A failed statement and its context can quote personal data (COPY quotes the line): neither goes to the log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "password_encryption": "scram-sha-256",
    "unix_socket_directories": "",
}


def require_port(settings: Settings) -> None:
    """Raise ServiceError if the server does not run and its port belongs to another program."""
    if not processes.is_running(settings, NAME):
        require_free(settings.host, settings.postgres_port, "PostgreSQL", "SEALEA_POSTGRES_PORT")


def start(settings: Settings) -> bool:
    """Start the server and return True, or False if it already runs. Its databases and roles then exist."""
    if processes.is_running(settings, NAME):
        return False
    require_port(settings)
    account = server_account()
    binaries = server_binaries(settings, account)
    initialise(settings, account, binaries)
    write_access_rules(settings, account)
    command = [*account.prefix, str(binaries / "postgres"), "-D", str(data_dir(settings)), *options(settings)]
    remove_stale_lock(data_dir(settings))
    processes.start(settings, NAME, command, server_environment(), address=address(settings))
    processes.wait_until(settings, NAME, lambda: accepts(settings), START_SECONDS)
    ensure_roles_and_databases(settings)
    return True


def address(settings: Settings) -> str:
    """Return where clients find the server."""
    return f"{reachable(settings.host)}:{settings.postgres_port}"


def remove_stale_lock(data: Path) -> None:
    """Delete the lock of a server that was killed, once none of its processes is left.

    PostgreSQL itself takes a zombie, or another program that got the pid, for the server and would not start.
    Raises ServiceError if a server that we did not start uses the data.
    """
    deadline = time.monotonic() + ORPHAN_SECONDS
    while users := [process.pid for process in live_processes() if works_in(process, "postgres", data.resolve())]:
        if time.monotonic() > deadline:
            raise ServiceError(f"Processes {users} use the database in {data}, but were not started here. Stop them first.")
        time.sleep(0.1)
    (data / "postmaster.pid").unlink(missing_ok=True)


def stop(settings: Settings) -> bool:
    """Stop the server and return whether it ran: sessions are ended and data written out; failing that it stops at once."""
    return processes.stop(settings, NAME, STOP_SECONDS, (signal.SIGINT, signal.SIGQUIT), leader_only=True)


def erase(settings: Settings) -> None:
    """Delete the stopped server's data for good; the next start makes an empty one."""
    if processes.is_running(settings, NAME):
        raise ServiceError("PostgreSQL runs. Stop it with 'make down' before its data are deleted.")
    shutil.rmtree(home(settings), ignore_errors=True)


def write_access_rules(settings: Settings, account: Account) -> None:
    """Let password logins in from this machine, or from everywhere if the server listens beyond it."""
    rules = data_dir(settings) / "pg_hba.conf"
    rules.write_text(f"host all all {'samehost' if is_loopback(settings.host) else 'all'} scram-sha-256\n")
    hand_over(rules, account)


def options(settings: Settings) -> list[str]:
    """Return the server's command-line options."""
    values = SERVER_SETTINGS | {"listen_addresses": settings.host, "port": str(settings.postgres_port)}
    if shutil.disk_usage(SHARED_MEMORY).total < SMALL_SHARED_MEMORY_BYTES:  # containers often give too little for parallel queries
        values |= {"dynamic_shared_memory_type": "mmap"}
    return [part for name, value in values.items() for part in ("-c", f"{name}={value}")]


def accepts(settings: Settings) -> bool:
    """Return whether the server takes logins. Raises ServiceError if it refuses the superuser's password."""
    try:
        psycopg.connect(superuser_dsn(settings), connect_timeout=2).close()
    except psycopg.OperationalError as error:
        if "password authentication failed" in str(error):
            raise ServiceError(
                f"The database in {data_dir(settings)} was made with other passwords than those in {settings.secrets_dir}. "
                f"Restore that folder, or stop everything and delete {home(settings)} to begin with an empty database."
            ) from error
        return False
    return True


def ensure_roles_and_databases(settings: Settings) -> None:
    """Make the roles and databases that are missing, and let each role connect to its own database only."""
    with closing(psycopg.connect(superuser_dsn(settings), autocommit=True)) as connection:
        roles = {name for (name,) in connection.execute("select rolname from pg_roles")}
        for role in [role for role in DATABASE_ROLES if role not in roles]:
            create_role(connection, role, secret(settings, role))
        databases = {name for (name,) in connection.execute("select datname from pg_database")}
        for database in [name for name in OWNERS if name not in databases]:
            connection.execute(sql.SQL("create database {} owner {}").format(sql.Identifier(database), sql.Identifier(OWNERS[database])))
        for database in (*OWNERS, "postgres", "template1"):
            connection.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(database)))
        for database, allowed in MAY_CONNECT.items():
            names = sql.SQL(", ").join(map(sql.Identifier, allowed))
            connection.execute(sql.SQL("grant connect, temporary on database {} to {}").format(sql.Identifier(database), names))


def create_role(connection: psycopg.Connection, role: str, password: str) -> None:
    """Make a login role. The server is told only the scram verifier of its password."""
    verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    connection.execute(sql.SQL("create role {} login password {}").format(sql.Identifier(role), sql.Literal(verifier)))
