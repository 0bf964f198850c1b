"""The platform with the senders of three states, and what `sealea check` says of the same files."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from sealea import cli
from sealea.contract import load_contracts
from sealea.database import connect, migrate
from sealea.intake import outbox, receiving, senders
from sealea.pack import load_packs
from sealea.settings import PROJECT, Settings

RIVERSIDE = "ex-0101"


@dataclass(frozen=True)
class Front:
    """The platform as its senders see it."""

    settings: Settings

    def enrol(self, sender_id: str, kind: str, *organisations: str) -> None:
        """Register an account and open its inbox."""
        state_code = sender_id.partition("-")[0].upper()
        with connect(self.settings.pipeline_dsn) as connection:
            senders.register(connection, sender_id, state_code, kind, sender_id, organisations)
        (self.settings.sftp_dir / sender_id / "inbox").mkdir(parents=True)

    def outbox(self, sender_id: str = RIVERSIDE) -> Path:
        return self.settings.sftp_dir / sender_id / "outbox"

    def send(self, sender_id: str, *files: Path) -> dict[str, int]:
        """Drop the files, receive them and deliver the answers, as one run of the DAG does; return the outcomes."""
        for file in files:
            (self.settings.sftp_dir / sender_id / "inbox" / file.name).write_bytes(file.read_bytes())
        total = dict.fromkeys(receiving.OUTCOMES, 0)
        for batch in receiving.ready_batches(self.settings):
            for outcome, count in receiving.receive_batch(self.settings, json.loads(json.dumps(batch))).items():
                total[outcome] += count
        for outcome, count in receiving.recheck_waiting(self.settings).items():
            total[outcome] += count
        outbox.deliver(self.settings)
        return {outcome: count for outcome, count in total.items() if count}

    def answer(self, name: str, suffix: str, sender_id: str = RIVERSIDE) -> bytes:
        """Return the newest answer on the file of this name."""
        paths = [path for path in self.outbox(sender_id).iterdir() if path.name.startswith(f"{name}.") and path.name.endswith(suffix)]
        return max(paths, key=lambda path: path.stat().st_mtime_ns).read_bytes()


@pytest.fixture
def front(warehouse) -> Front:
    """Return the platform of every state of the project; its accounts are to be enrolled."""
    settings = warehouse.settings.model_copy(update={"settle_seconds": 0.01})
    migrate(settings.pipeline_dsn, load_contracts(PROJECT).values(), *load_packs(PROJECT))
    return Front(settings)


@pytest.fixture
def sealea_check(capsys) -> Callable[..., tuple[int, str, str]]:
    """Return a function that runs `sealea check` and gives its exit code, standard output and standard error."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        words: Sequence[str] = ["check", *map(str, arguments)]
        try:
            code = cli.main(words)
        except SystemExit as stop:
            code = int(stop.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run
