"""What is remembered of the services that were started: one small file each, in <state_dir>/run."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from sealea.errors import ServiceError
from sealea.settings import Settings


@dataclass(frozen=True)
class Record:
    """What is remembered of a started service; pid and start time are 0 between the intention to start it and the start."""

    name: str
    run_id: str
    boot_id: str
    address: str
    pid: int = 0
    started: int = 0


def record_path(settings: Settings, name: str) -> Path:
    """Return the file that remembers the service."""
    return settings.state_dir / "run" / f"{name}.json"


def read_record(settings: Settings, name: str) -> Record | None:
    """Return the record of the service, or None if it was never started or was stopped."""
    path = record_path(settings, name)
    try:
        return Record(**json.loads(path.read_text()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise ServiceError(f"{path} is not a record of a service. See whether {name} runs, stop it by hand and remove the file.") from error


def write_record(settings: Settings, record: Record) -> None:
    """Write the record so that a reader sees the old one or the new one, whole."""
    path = record_path(settings, record.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(asdict(record)))
    draft.replace(path)


def remove_record(settings: Settings, name: str) -> None:
    """Forget the service."""
    record_path(settings, name).unlink(missing_ok=True)


def started_at(settings: Settings, name: str) -> datetime:
    """Return when the service was started, UTC."""
    return datetime.fromtimestamp(record_path(settings, name).stat().st_mtime, UTC)
