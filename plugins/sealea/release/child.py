"""dbt in a process of its own, which ends when the process that asked for it does: python -m sealea.release.child RESULTS LAYER TOUCHED ..."""

import os
import sys
import threading
import time
from pathlib import Path

from sealea.release import affected

POLL_SECONDS = 0.5


def end_with(parent: int) -> None:
    """End this process as soon as `parent` is gone: else an orphan would go on building the tables that the next run builds."""
    while os.getppid() == parent:
        time.sleep(POLL_SECONDS)
    os._exit(1)


def main() -> int:
    """Build what is touched of one layer with dbt and write what became of each node to the file RESULTS, in dbt's own format.

    TOUCHED are the extracts of which rows have changed, separated by commas; * builds the whole layer. What follows goes to dbt.
    Returns dbt's exit code: 0 all well, 1 a node failed, 2 dbt could not work. dbt itself writes its results only together with its
    manifest, twice, which nobody reads and which takes seconds.
    """
    results, layer, touched, *options = sys.argv[1:]
    threading.Thread(target=end_with, args=[os.getppid()], daemon=True).start()
    from dbt.cli.main import dbtRunner

    parsed = dbtRunner().invoke(["parse", *options])
    if not parsed.success:
        return said(parsed.exception)
    outcome = dbtRunner(manifest=parsed.result).invoke(["build", *selection(parsed.result.nodes, layer, touched.split(",")), *options])
    if outcome.result is not None:
        unfinished = Path(results).with_suffix(".part")
        outcome.result.write(str(unfinished))
        unfinished.replace(results)
    if outcome.exception:
        return said(outcome.exception)
    return 0 if outcome.success else 1


def selection(nodes: affected.Nodes, layer: str, touched: list[str]) -> list[str]:
    """Return dbt's options that choose what is built. A layer without anything to build has no names, and chooses all of it."""
    names = [] if affected.EVERYTHING in touched else affected.names(nodes, layer, touched)
    return ["--select", *names, "--indirect-selection", "empty"] if names else ["--select", f"tag:{layer}", "--exclude-resource-type", "unit_test"]


def said(error: BaseException | None) -> int:
    """Print why dbt could not work; return its exit code."""
    sys.stdout.write(f"{error}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
