"""Where the benchmark takes place: a folder with a PostgreSQL, a copy of the project, and states of the wanted size."""

import fcntl
import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import server as servers
from bench.journey import Journey
from bench.size import Size
from sealea import database
from sealea.local import postgres
from sealea.settings import PROJECT, Settings

COPIED = ("dags", "dbt_project", "expectations", "plugins")


@dataclass(frozen=True)
class Place:
    """What the stages share."""

    work: Path
    project: Path
    server: Settings
    size: Size
    pairs: int

    @property
    def journeys(self) -> list[Journey]:
        """Return the states, the whole one last."""
        return [Journey(self.server, self.work, self.project, state) for state in self.size.states]

    @property
    def whole(self) -> Journey:
        """Return the state of the full size."""
        return self.journeys[-1]

    def settings(self, database: str) -> Settings:
        """Return the settings of an installation of its own, for a stage that needs no state."""
        return servers.pointed(self.server, database, self.work / database, self.project)


@contextmanager
def place(work: Path, size: Size, pairs: int, *, keep: bool) -> Iterator[Place]:
    """Yield the place in the folder `work`; what is in it stays for the next run if `keep`; else the server's data go, which root has elsewhere.

    The project is copied: who edits it meanwhile changes no number.
    """
    work.mkdir(parents=True, exist_ok=True)
    with (work / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another run may be at work here
        forget_outdated(work)
        try:
            with servers.running(work) as server:
                yield Place(work, copy_project(work), server, size, pairs)
        finally:
            if not keep:
                postgres.erase(Settings(state_dir=work / "server"))


def forget_outdated(work: Path) -> None:
    """Delete what earlier runs have prepared if the tables of the warehouse were others then."""
    sources = sorted([*database.WAREHOUSE.glob("*.sql"), *(PROJECT / "expectations/extracts").glob("*.yml")])
    stamp = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    noted = work / "tables"
    if not noted.is_file() or noted.read_text() != stamp:
        server = Settings(state_dir=work / "server")
        postgres.stop(server)
        postgres.erase(server)
        for folder in [path for path in work.iterdir() if path.is_dir()]:
            shutil.rmtree(folder)
        noted.write_text(stamp)


def copy_project(work: Path) -> Path:
    """Return a copy of everything that runs, as it is now."""
    project = work / "project"
    for name in COPIED:
        shutil.rmtree(project / name, ignore_errors=True)
        shutil.copytree(PROJECT / name, project / name, ignore=shutil.ignore_patterns("target", "logs", "__pycache__"))
    return project
