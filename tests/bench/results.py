"""docs/benchmarks.json: the figures of the last run of each size, and what has become worse since the committed ones."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
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
class Run:
    """One whole run: when, on what, how noisy the machine was, and its figures."""

    at: str
    seconds: float
    load_average: float
    machine: Mapping[str, Any]
    figures: tuple[Figure, ...]

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
    return {
        size: Run(run["at"], run["seconds"], run["load_average"], run["machine"], tuple(map(figures.read, run["figures"])))
        for size, run in json.loads(text)["sizes"].items()
    }


def written(runs: Runs) -> str:
    """Return the text of docs/benchmarks.json, one figure a line."""
    sizes = []
    for size, run in sorted(runs.items(), key=lambda item: list(SIZES).index(item[0])):
        head = {"at": run.at, "seconds": run.seconds, "load_average": run.load_average, "machine": run.machine}
        lines = ",\n".join(f"   {json.dumps(figures.written(figure))}" for figure in run.figures)
        sizes.append(f' "{size}": {json.dumps(head)[:-1]}, "figures": [\n{lines}\n  ]}}')
    return '{"source": "make bench", "sizes": {\n' + ",\n".join(sizes) + "\n}}\n"


def worse(now: Run, before: Run | None) -> list[str]:
    """Return a line for each ratio that is more than 15 % worse than in the committed run."""
    if before is None:
        return []
    pairs = [(figure, before.by_key[figure.key]) for figure in now.figures if figure.unit == RATIO and figure.key in before.by_key]
    return [f"{own.stage}: {own.name}: {old.median:.2f} -> {own.median:.2f}" for own, old in pairs if own.median > WORSE * old.median]


def load(path: Path) -> Runs:
    """Return the runs in a file; none if there is no such file."""
    return read(path.read_text()) if path.is_file() else {}
