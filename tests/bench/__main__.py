"""`make bench`: measure, hold against the committed figures, write the page and its pictures. Ends with 1 if a ratio got worse by 15 %."""

import argparse
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from bench import machine, results, stages, table
from bench.place import Place, place
from bench.results import Part
from bench.size import SIZES
from sealea.local import secrets
from sealea.settings import PROJECT

PICTURES = PROJECT / ".tools/bench/bin/python"


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description="What the pipeline costs, against COPY and against what a user would write instead.")
    parser.add_argument("--size", choices=SIZES, default="S")
    parser.add_argument("--stage", choices=stages.NAMES, nargs="*", help="only these, on prepared input, which is kept")
    parser.add_argument("--write", action="store_true", help="write the figures of single stages into the page too")
    parser.add_argument("--pairs", type=int, help="turns of each comparison")
    parser.add_argument("--work", type=Path, default=PROJECT / "var/bench", help="folder where the prepared input of single stages is kept")
    parser.add_argument("--out", type=Path, default=PROJECT / "docs", help="folder of the page, the figures and images/")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is stopped
    size = SIZES[chosen.size]
    pairs, is_written = chosen.pairs or size.pairs, chosen.write or not chosen.stage
    with tempfile.TemporaryDirectory(prefix="bench-") as work:
        folder = chosen.work / size.name if chosen.stage else Path(work)
        with place(folder, size, pairs, keep=bool(chosen.stage)) as here:
            for name in chosen.stage or stages.MODULES:
                measured = measure(here, name)
                if is_written:
                    write(here, name, measured, chosen.out)
    return judge(size.name, chosen.out) if is_written else 0


def measure(here: Place, name: str) -> Part:
    """Measure one stage and show its figures."""
    load, began = machine.load_average(), time.monotonic()
    figures = stages.measured(here, name)
    part = Part(results.today(), round(time.monotonic() - began), load, tuple(figures))
    lines = (table.row(replace(figure, name=f"{figure.stage}: {figure.name}"), None) for figure in figures)
    sys.stdout.write("\n".join([f"== {name}, {part.seconds:.0f} s", *table.HEAD, *lines, "", ""]))
    sys.stdout.flush()
    return part


def write(here: Place, name: str, measured: Part, out: Path) -> None:
    """Write the stage into the figures, the page and the pictures: a run that is broken off leaves what it has measured."""
    facts = machine.facts(secrets.superuser_dsn(here.server))
    runs = results.updated(results.load(out / "benchmarks.json"), here.size.name, facts, name, measured)
    (out / "images").mkdir(parents=True, exist_ok=True)
    (out / "benchmarks.json").write_text(results.written(runs))
    (out / "benchmarks.md").write_text(table.text(runs, results.committed()))
    subprocess.run([str(PICTURES), str(Path(__file__).parent / "pictures.py"), str(out)], check=True)


def judge(size: str, out: Path) -> int:
    """Return 1 if a ratio got worse than in the committed run, which is said."""
    lines = results.worse(results.load(out / "benchmarks.json")[size], results.committed().get(size))
    sys.stdout.write("".join(f"WORSE than the committed run: {line}\n" for line in lines))
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
