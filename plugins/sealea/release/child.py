"""dbt in a process of its own, which ends when the process that asked for it does: python -m sealea.release.child RESULTS build ..."""

import os
import sys
import threading
import time
from pathlib import Path

POLL_SECONDS = 0.5


def end_with(parent: int) -> None:
    """End this process as soon as `parent` is gone: else an orphan would go on building the tables that the next run builds."""
    while os.getppid() == parent:
        time.sleep(POLL_SECONDS)
    os._exit(1)


def main() -> int:
    """Run dbt with the arguments of this process and write what became of each node to the file RESULTS, in dbt's own format.

    Returns dbt's exit code: 0 all well, 1 a node failed, 2 dbt could not work. dbt itself writes its results only together with its manifest, twice,
    which nobody reads and which takes seconds.
    """
    results = Path(sys.argv[1])
    threading.Thread(target=end_with, args=[os.getppid()], daemon=True).start()
    from dbt.cli.main import dbtRunner

    outcome = dbtRunner().invoke(sys.argv[2:])
    if outcome.result is not None:
        unfinished = results.with_suffix(".part")
        outcome.result.write(str(unfinished))
        unfinished.replace(results)
    if outcome.exception:
        sys.stdout.write(f"{outcome.exception}\n")
        return 2
    return 0 if outcome.success else 1


if __name__ == "__main__":
    sys.exit(main())
