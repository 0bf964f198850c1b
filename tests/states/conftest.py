"""Whole states whose files go through the front door: the SEA's few reference files are written here, the LEAs' are real ones."""

import csv
import io
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sealea.contract import load_contracts
from sealea.database import connect, migrate
from sealea.intake import outbox, receiving, senders
from sealea.pack import load_pack
from sealea.settings import PROJECT, Settings

Row = Mapping[str, object]


@dataclass(frozen=True)
class Platform:
    """The platform of one state as its senders and its engineer see it."""

    settings: Settings
    state_code: str

    def enrol(self, sender_id: str, kind: str, organisations: Sequence[str]) -> None:
        """Register an account and open its inbox."""
        with connect(self.settings.pipeline_dsn) as connection:
            senders.register(connection, sender_id, self.state_code, kind, sender_id, organisations)
        (self.settings.sftp_dir / sender_id / "inbox").mkdir(parents=True, exist_ok=True)

    def drop(self, sender_id: str, name: str, content: bytes | str) -> None:
        """Put a file into its sender's inbox, renamed into place as the SFTP server does."""
        inbox = self.settings.sftp_dir / sender_id / "inbox"
        draft = inbox / f".{name}"
        draft.write_bytes(content if isinstance(content, bytes) else content.encode())
        draft.rename(inbox / name)

    def drop_reference(self, extract: str, rows: Iterable[Row], year: int = 2019) -> None:
        """Put a file of the SEA, in the form of the contract, into its inbox."""
        state = self.state_code.lower()
        self.drop("sea", f"{state}_sea_{extract}_{year}_ref_20260101T000000.csv", as_csv(rows))

    def receive(self) -> dict[str, int]:
        """Receive what is ready, take up what waited, deliver the answers: one run of the DAG. Return the outcomes."""
        total = dict.fromkeys(receiving.OUTCOMES, 0)
        for batch in receiving.ready_batches(self.settings):
            for outcome, count in receiving.receive_batch(self.settings, json.loads(json.dumps(batch))).items():
                total[outcome] += count
        for outcome, count in receiving.recheck_waiting(self.settings).items():
            total[outcome] += count
        outbox.deliver(self.settings)
        return total

    def send(self, sender_id: str, name: str, content: bytes | str) -> dict[str, int]:
        """Drop one file, receive it and return the outcomes that are not zero."""
        self.drop(sender_id, name, content)
        return {outcome: count for outcome, count in self.receive().items() if count}

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.settings.pipeline_dsn) as connection:
            return connection.execute(query, values).fetchall()

    def answer(self, sender_id: str, suffix: str) -> str:
        """Return the newest answer with this suffix in the sender's outbox."""
        paths = [path for path in (self.settings.sftp_dir / sender_id / "outbox").iterdir() if path.name.endswith(suffix)]
        return max(paths, key=lambda path: path.stat().st_mtime_ns).read_text()


def as_csv(rows: Iterable[Row]) -> str:
    rows = list(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@pytest.fixture
def platform(warehouse):
    """Return a function that gives the platform of a state, its SEA registered, from this project's pack or another project's."""

    def of(pack: str, project: Path = PROJECT) -> Platform:
        settings = warehouse.settings.model_copy(update={"settle_seconds": 0.01, "state_pack": pack, "project_dir": project})
        loaded = load_pack(project, pack)
        migrate(settings.pipeline_dsn, load_contracts(project).values(), loaded)
        state = Platform(settings, loaded.state_code)
        state.enrol("sea", "sea", ["*"])
        return state

    return of


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real data, from SHARED_DATA_DIR or beside the project; skip where there is none."""
    folder = Path(os.environ.get("SHARED_DATA_DIR", PROJECT.parent / "shared/data"))
    if not (folder / "README.md").is_file():
        pytest.skip(f"{folder} is absent: real data are not part of the project; SHARED_DATA_DIR names their folder")
    return folder
