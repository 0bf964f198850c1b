"""`make test`: every test, in two runs side by side, since a test waits about as long as it works. Each starts what it needs on free ports."""

import subprocess
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).parent
PYTEST = Path(sys.executable).with_name("pytest")
FIRST = ("bench", "dags", "dbt_project", "deploy", "end_to_end", "offline", "plug", "reconcile", "states")  # about half of the time


def main() -> int:
    """Show the first run as it goes and the second, all other rooms, after it; return 0 if both passed."""
    rooms = [TESTS / room for room in FIRST]
    with tempfile.TemporaryFile() as kept:
        first = subprocess.Popen([PYTEST, *rooms])
        second = subprocess.Popen([PYTEST, TESTS, *(f"--ignore={room}" for room in rooms)], stdout=kept, stderr=subprocess.STDOUT)
        codes = [ended(run) for run in (first, second)]
        kept.seek(0)
        sys.stdout.buffer.write(kept.read())
        sys.stdout.flush()
    return max(map(abs, codes))


def ended(run: subprocess.Popen[bytes]) -> int:
    """Return the exit code of a run. Whoever interrupts us has interrupted the runs too, which stop their services first."""
    while True:
        try:
            return run.wait()
        except KeyboardInterrupt:
            continue


if __name__ == "__main__":
    sys.exit(main())
