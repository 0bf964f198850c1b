"""`make bench`: measure, hold against the committed figures, write the page and its pictures. Ends with 1 if a ratio got worse by 15 %."""

import argparse
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from bench import machine, results, stages, table
from bench.figure import Figure
from bench.place import Place, place
from bench.results import Run
from bench.size import SIZES
from sealea.local import secrets
from sealea.settings import PROJECT

PICTURES = PROJECT / ".tools/bench/bin/python"


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description="What the pipeline costs, against COPY and against what a user would write instead.")
    parser.add_argument("--size", choices=SIZES, default="S")
    parser.add_argument("--stage", choices=stages.NAMES, nargs="*", help="run only these, on prepared input; write no page")
    parser.add_argument("--pairs", type=int, help="turns of each comparison")
    parser.add_argument("--work", type=Path, default=PROJECT / "var/bench", help="folder where the prepared input of single stages is kept")
    parser.add_argument("--out", type=Path, default=PROJECT / "docs", help="folder of the page, the figures and images/")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is stopped
    size = SIZES[chosen.size]
    pairs, noise, began = chosen.pairs or size.pairs, machine.load_average(), time.monotonic()
    if chosen.stage:
        with place(chosen.work / size.name, size, pairs, keep=True) as here:
            return measure_alone(here, chosen.stage)
    with tempfile.TemporaryDirectory(prefix="bench-") as work, place(Path(work), size, pairs, keep=False) as here:
        figures = measure_all(here, began)
        facts = machine.facts(secrets.superuser_dsn(here.server))
    return report(Run(results.today(), round(time.monotonic() - began), noise, facts, tuple(figures)), size.name, chosen.out)


def measure_alone(here: Place, names: list[str]) -> int:
    """Measure some stages and show their figures; return 0."""
    for name in names:
        show(name, stages.measured(here, name))
    return 0


def measure_all(here: Place, began: float) -> list[Figure]:
    """Return the figures of all stages, shown as they come."""
    figures: list[Figure] = []
    for name, found in stages.all_measured(here):
        show(f"{name} (after {time.monotonic() - began:.0f} s)", found)
        figures += found
    return figures


def show(title: str, figures: list[Figure]) -> None:
    """Print the figures of one stage."""
    lines = (table.row(replace(figure, name=f"{figure.stage}: {figure.name}"), None) for figure in figures)
    sys.stdout.write("\n".join([f"== {title}", *table.HEAD, *lines, "", ""]))
    sys.stdout.flush()


def report(run: Run, size: str, out: Path) -> int:
    """Write the page, the figures and the pictures; return 1 if a ratio got worse, which is said."""
    before = results.committed()
    runs = results.load(out / "benchmarks.json") | {size: run}
    (out / "images").mkdir(parents=True, exist_ok=True)
    (out / "benchmarks.json").write_text(results.written(runs))
    (out / "benchmarks.md").write_text(table.text(runs, before))
    python = str(PICTURES) if PICTURES.exists() else shutil.which("python3") or sys.executable
    subprocess.run([python, str(Path(__file__).parent / "pictures.py"), str(out)], check=True)
    lines = results.worse(run, before.get(size))
    sys.stdout.write("".join(f"WORSE than the committed run: {line}\n" for line in lines))
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
