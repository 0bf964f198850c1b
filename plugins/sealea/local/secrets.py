"""Passwords and keys: made once, one file each, readable by their owner only, never logged."""

import base64
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from sealea.errors import ServiceError
from sealea.local.ports import reachable
from sealea.settings import Settings

KEY_BYTES = 32
AIRFLOW_USER = "admin"
DATABASE_ROLES = ("sealea_pipeline", "sealea_transform", "bi_reader", "airflow")


def password() -> str:
    """Return a new password that needs no quoting in an address."""
    return secrets.token_urlsafe(24)


def signing_key() -> str:
    """Return a new key long enough for HS512."""
    return secrets.token_urlsafe(64)


def hex_key() -> str:
    """Return 32 new random bytes, in hexadecimal."""
    return secrets.token_hex(KEY_BYTES)


def fernet_key() -> str:
    """Return a new key for Airflow's encryption of connections and variables."""
    return base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()


def host_key() -> str:
    """Return a new ed25519 private key in OpenSSH form."""
    import asyncssh  # slow to import, and most who read a secret, such as every task, never need it

    return asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()


SECRETS: Mapping[str, Callable[[], str]] = MappingProxyType(
    {
        "postgres": password,
        **dict.fromkeys(DATABASE_ROLES, password),
        AIRFLOW_USER: password,
        "airflow_fernet.key": fernet_key,
        "airflow_jwt.key": signing_key,
        "airflow_api.key": signing_key,
        "pseudonym_student.key": hex_key,
        "pseudonym_staff.key": hex_key,
        "sftp_host.key": host_key,
    }
)


def ensure_secrets(settings: Settings) -> None:
    """Make the secrets that are missing; one that exists is never replaced."""
    settings.secrets_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings.secrets_dir.chmod(0o700)
    for name, make in SECRETS.items():
        if not secret_path(settings, name).exists():
            write_private(secret_path(settings, name), make())


def secret(settings: Settings, name: str) -> str:
    """Return a secret by name; pseudonym keys are 64 hexadecimal digits. Raises ServiceError if it was never made."""
    try:
        return secret_path(settings, name).read_text()
    except FileNotFoundError as error:
        raise ServiceError(f"The secret {secret_path(settings, name)} is missing. 'make up' makes it; restore it if the data are older.") from error


def secret_path(settings: Settings, name: str) -> Path:
    """Return the file of a secret. Raises KeyError for a name outside the table."""
    if name not in SECRETS:
        raise KeyError(name)
    return settings.secrets_dir / name


def pseudonym_key(settings: Settings, kind: str) -> bytes:
    """Return the 32 bytes that key the pseudonyms of `kind`: "student" or "staff"."""
    return bytes.fromhex(secret(settings, f"pseudonym_{kind}.key"))


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600, exist_ok=False)
    with draft.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def pipeline_dsn(settings: Settings) -> str:
    """Return the warehouse address for receiving and publishing."""
    return settings.pipeline_dsn or dsn(settings, "sealea_pipeline")


def transform_dsn(settings: Settings) -> str:
    """Return the warehouse address for dbt."""
    return settings.transform_dsn or dsn(settings, "sealea_transform")


def bi_dsn(settings: Settings) -> str:
    """Return the local warehouse address for reports and BI tools."""
    return dsn(settings, "bi_reader")


def superuser_dsn(settings: Settings) -> str:
    """Return the address with which databases and roles are made."""
    return dsn(settings, "postgres", "postgres")


def airflow_dsn(settings: Settings, driver: str = "psycopg2") -> str:
    """Return the SQLAlchemy address of Airflow's own database; SQLAlchemy 2.1 needs the driver spelt out."""
    return dsn(settings, "airflow", "airflow").replace("postgresql:", f"postgresql+{driver}:", 1)


def dsn(settings: Settings, role: str, database: str = "warehouse") -> str:
    """Return a libpq address with the role's password in it."""
    return f"postgresql://{role}:{secret(settings, role)}@{reachable(settings.host)}:{settings.postgres_port}/{database}"
