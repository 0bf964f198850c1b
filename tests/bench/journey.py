"""The journey of a sample state from its files to the published marts, one step after the other; each leaves a database behind.

A database `s<leas>_<step>` holds what a state has come to after a step. A stage that is run alone begins with a copy of the one before.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg

from bench import server as servers
from bench import step
from bench.step import Cost
from sealea.intake import senders
from sealea.sample_state.size import Size as StateSize
from sealea.settings import Settings

STEPS = ("receive", "pin", "reconcile", "cells", "marts", "gate", "publish")  # as the DAGs have them
ERROR_RATE = 0.05
ROWS = "select coalesce(sum(loaded_row_count), 0)::bigint from ops.load inner join ops.load_status using (load_id) where status = 'accepted'"


@dataclass(frozen=True)
class Journey:
    """One state in the benchmark's folder."""

    server: Settings
    work: Path
    project: Path
    size: StateSize
    prefix: str = "s"
    error_rate: float = ERROR_RATE

    @property
    def name(self) -> str:
        """Return what the state's databases and folder begin with."""
        return f"{self.prefix}{self.size.leas}"

    @property
    def files(self) -> Path:
        """Return the folder of the state's files."""
        return self.work / self.name / "files"

    def database(self, step_name: str) -> str:
        """Return the name of the database as a step left it."""
        return f"{self.name}_{step_name}"

    def settings(self, database: str) -> Settings:
        """Return the settings of an installation with that warehouse."""
        return servers.pointed(self.server, database, self.work / self.name / "state", self.project)

    def write(self) -> Cost:
        """Write the files of the state; return what that cost."""
        shutil.rmtree(self.files, ignore_errors=True)
        argument = {"size": asdict(self.size), "out": str(self.files), "error_rate": self.error_rate}
        return step.run(self.settings(servers.TEMPLATE), self.server, "sample", argument)

    def travel(self, name: str, database: str, *, deliver: bool = True) -> Cost:
        """Take the state in `database` one step on; return what that cost. Unless `deliver`, its inboxes hold what shall be received."""
        settings = self.settings(database)
        if name == "receive" and deliver:
            return step.total([self.received(settings, turn) for turn in self.turns()])
        return step.run(settings, self.server, name, self.argument(name, settings))

    def turns(self) -> list[Path]:
        """Return the folders of what is sent at first, and of what is sent again later, in order; the files are written unless they are there."""
        if not (self.files / "senders.yml").is_file():
            self.write()
        return [self.files, *sorted(self.files.glob("round-*"))]

    def received(self, settings: Settings, turn: Path) -> Cost:
        """Deliver and receive the files of one turn; return what receiving cost."""
        self.deliver(settings, turn=turn)
        return step.run(settings, self.server, "receive")

    def argument(self, name: str, settings: Settings) -> Any:
        """Return what the DAG hands the step: the pin, or the release."""
        queries = {"reconcile": "ops.pin", "cells": "ops.pin", "marts": "ops.pin", "gate": "ops.pin", "publish": "ops.release"}
        if name not in queries:
            return None
        table = queries[name]
        ((value,),) = servers.rows(settings.pipeline_dsn, f"select max({table.removeprefix('ops.')}_id) from {table}")
        return value

    def deliver(self, settings: Settings, wanted: Callable[[Path], bool] = lambda _: True, turn: Path | None = None) -> int:
        """Register the senders and lay their wanted files, those of a turn or of the first, into their inboxes; return how many."""
        first, *_ = self.turns()
        shutil.rmtree(settings.sftp_dir, ignore_errors=True)
        with psycopg.connect(settings.pipeline_dsn) as connection:
            for sender in senders.load_senders(self.files / "senders.yml"):
                senders.register(connection, sender.sender_id, "EX", sender.kind, sender.name, sender.organisations)
                (settings.sftp_dir / sender.sender_id / "outbox").mkdir(parents=True)
                (settings.sftp_dir / sender.sender_id / "inbox").mkdir()
        files = [path for path in sorted((turn or first).glob("*/*")) if path.is_file() and path.parent.name != "truth" and wanted(path)]
        for path in files:
            shutil.copyfile(path, settings.sftp_dir / path.parent.name / "inbox" / path.name)
        return len(files)

    def reach(self, name: str) -> str:
        """Return the database as the step `name` left it; the steps up to it are made unless that has been done."""
        if name == servers.MIGRATED:
            return servers.TEMPLATE
        if not servers.exists(self.server, self.database(name)):
            with self.scratch(before(name)) as database:
                self.travel(name, database)
                servers.rename(self.server, database, self.database(name))
        return self.database(name)

    @contextmanager
    def scratch(self, name: str) -> Iterator[str]:
        """Yield a copy of the database as the step `name` left it; it is dropped in the end unless it has got another name."""
        database = f"{self.name}_scratch"
        servers.copy(self.server, self.reach(name), database)
        yield database
        servers.drop(self.server, database)

    def rows(self, database: str) -> int:
        """Return how many rows count."""
        ((count,),) = servers.rows(self.settings(database).pipeline_dsn, ROWS)
        return int(count)


def before(name: str) -> str:
    """Return the step before."""
    place = STEPS.index(name)
    return STEPS[place - 1] if place else servers.MIGRATED
