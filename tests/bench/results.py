"""docs/benchmarks.json: the figures of the last run of each size, and what has become worse since the committed ones."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import figure as figures
from bench.figure import RATIO, Figure
from bench.size import SIZES
from sealea.settings import PROJECT

NAME = "docs/benchmarks.json"
WORSE = 1.15  # a ratio that got worse by more is said aloud


@dataclass(frozen=True)
class Part:
    """One stage as it was measured last: when, how long that took, how many processes wanted to run when it began, and its figures."""

    at: str
    seconds: float
    load_average: float
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Run:
    """What is known of one size: the machine, and each stage by name."""

    machine: Mapping[str, Any]
    parts: Mapping[str, Part]

    @property
    def figures(self) -> list[Figure]:
        """Return the figures of all stages."""
        return [figure for part in self.parts.values() for figure in part.figures]

    @property
    def by_key(self) -> dict[tuple[str, str, str], Figure]:
        """Return the figures by what names them in every run."""
        return {figure.key: figure for figure in self.figures}


Runs = dict[str, Run]


def today() -> str:
    """Return the day, as it is written down."""
    return datetime.now(UTC).date().isoformat()


def committed() -> Runs:
    """Return the runs in the last commit by size; none before the first."""
    done = subprocess.run(["git", "-C", str(PROJECT), "show", f"HEAD:{NAME}"], capture_output=True, text=True, check=False)
    return read(done.stdout) if done.returncode == 0 else {}


def read(text: str) -> Runs:
    """Return the runs that the text of docs/benchmarks.json holds."""
    return {size: Run(run["machine"], {name: part(entry) for name, entry in run["parts"].items()}) for size, run in json.loads(text)["sizes"].items()}


def part(entry: Mapping[str, Any]) -> Part:
    """Return the stage that an entry describes."""
    return Part(entry["at"], entry["seconds"], entry["load_average"], tuple(map(figures.read, entry["figures"])))


def written(runs: Runs) -> str:
    """Return the text of docs/benchmarks.json."""
    sizes = {
        size: {
            "machine": dict(run.machine),
            "parts": {name: asdict(part) | {"figures": list(map(figures.written, part.figures))} for name, part in run.parts.items()},
        }
        for size, run in sorted(runs.items(), key=lambda item: list(SIZES).index(item[0]))
    }
    return json.dumps({"source": "make bench", "sizes": sizes}, indent=1) + "\n"


def updated(runs: Runs, size: str, machine: Mapping[str, Any], name: str, measured: Part) -> Runs:
    """Return the runs with a stage of one size measured anew; the other stages of this size stay if they were measured on such a machine."""
    known = runs.get(size)
    others = known.parts if known and known.machine == machine else {}
    return runs | {size: Run(machine, {**others, name: measured})}


def worse(now: Run, before: Run | None) -> list[str]:
    """Return a line for each ratio that is more than 15 % worse than in the committed run."""
    if before is None:
        return []
    pairs = [(figure, before.by_key[figure.key]) for figure in now.figures if figure.unit == RATIO and figure.key in before.by_key]
    return [f"{own.stage}: {own.name}: {old.median:.2f} -> {own.median:.2f}" for own, old in pairs if own.median > WORSE * old.median]


def load(path: Path) -> Runs:
    """Return the runs in a file; none if there is no such file."""
    return read(path.read_text()) if path.is_file() else {}
