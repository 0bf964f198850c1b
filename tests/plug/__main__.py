"""`make plug`: pull the plug so many times, and say what came of it. Ends with 1 at the first difference, naming the seed."""

import argparse
import itertools
import logging
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from statistics import mean

from plug import whole
from plug.bench import Bench, bench, scene
from plug.fault import Fault
from plug.fingerprint import Fingerprint, differences
from plug.journey import Journey, travel
from plug.plug import BUILDS, Kind, Plug, Tally
from sealea.local import airflow, sftp

PULLS_A_JOURNEY = 26
SERVICES = (whole.WORKERS, airflow.SCHEDULER, airflow.API_SERVER, airflow.DAG_PROCESSOR, airflow.TRIGGERER, sftp.NAME)


def main() -> int:
    parser = argparse.ArgumentParser(prog="plug", description="Kill processes at random moments of receiving and publishing; nothing may change.")
    parser.add_argument("--processes", type=int, default=100, help="kills of our own processes")
    parser.add_argument("--postgres", type=int, default=20, help="kills of PostgreSQL")
    parser.add_argument("--stack", type=int, default=5, help="kills of the whole stack")
    parser.add_argument(
        "--services", type=int, default=6, help="kills of one part of the running platform: task workers, one of Airflow's four, SFTP"
    )
    parser.add_argument("--journeys", type=int, default=1000, help="no more journeys than these, whatever has been hit")
    parser.add_argument("--seed", type=int, default=None, help="repeats the moments of an earlier run")
    parser.add_argument("--quick", action="store_true", help="one release instead of two, larger batches, no kill during the long builds of dbt")
    chosen = parser.parse_args()
    seed = random.SystemRandom().randrange(10**6) if chosen.seed is None else chosen.seed
    logging.basicConfig(format="%(asctime)s %(message)s", datefmt="%H:%M:%S", level=logging.INFO, stream=sys.stderr)
    logging.getLogger("asyncssh").setLevel(logging.ERROR)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is stopped
    tally, began = Tally(), time.monotonic()
    say(f"seed {seed}")
    try:
        with tempfile.TemporaryDirectory(prefix="plug-") as work, bench(Path(work), 25 if chosen.quick else 5) as place:
            journeys = pull(place, chosen, seed, tally)
            pull_stack(place, chosen.stack, chosen.services, seed, tally)
    except Fault as fault:
        say(f"{fault}\n\nDIFFERENT. The seed {seed} makes the same moments again.")
        summarise(tally, time.monotonic() - began)
        return 1
    summarise(tally, time.monotonic() - began)
    say(f"{journeys} journeys ended with the same numbers, rows, answers and ledger as the one without a kill.")
    return 0


def pull(place: Bench, wanted: argparse.Namespace, seed: int, tally: Tally) -> int:
    """Send the sample state on journeys until so many kills have hit; return how many it took. Raises Fault at the first difference."""
    if not wanted.processes + wanted.postgres:
        return 0
    with scene(place, "undisturbed") as stage:
        expected, reference = travel(place, stage, Plug(random.Random(seed), {}, place.server, Tally()), [], publish_each=not wanted.quick)
    logging.info("undisturbed: %s", {step: f"{len(taken)}x {mean(taken):.1f} s" for step, taken in reference.seconds.items()})
    journeys, seconds = 0, reference.seconds
    spared = BUILDS if wanted.quick else frozenset[str]()
    while journeys < wanted.journeys and (left := kills_left(wanted, tally)).total():
        plug = Plug(random.Random(f"{seed}/{journeys}"), {step: mean(taken) for step, taken in seconds.items()}, place.server, tally, spared)
        for kind, count in left.items():
            plug.plan(kind, round(count * min(1, PULLS_A_JOURNEY / left.total())))
        seconds = seconds | compare(place, plug, expected, reference, f"journey_{journeys}", publish_each=not wanted.quick)
        journeys += 1
    return journeys


def kills_left(wanted: argparse.Namespace, tally: Tally) -> Counter[Kind]:
    """Return how many kills of each kind are still to hit."""
    return Counter({"process": wanted.processes - tally.count("process"), "postgres": wanted.postgres - tally.count("postgres")})


def compare(place: Bench, plug: Plug, expected: Fingerprint, reference: Journey, name: str, *, publish_each: bool) -> dict[str, list[float]]:
    """Make one journey with the plug pulled; return how long its steps took. Raises Fault if anything came out otherwise than without."""
    with scene(place, name) as stage:
        found, journey = travel(place, stage, plug, reference.releases, publish_each=publish_each)
        if lines := differences(expected, found):
            raise Fault("\n".join([f"{name} ended with {len(lines)} differences:", *lines[:40]]))
    logging.info(
        "%s: as undisturbed; %s processes and PostgreSQL %s times killed so far", name, plug.tally.count("process"), plug.tally.count("postgres")
    )
    return journey.seconds


def pull_stack(place: Bench, everything: int, services: int, seed: int, tally: Tally) -> None:
    """Kill the running platform so many times, every time a new one. Raises Fault at the first difference."""
    if not everything + services:
        return
    expected, seconds = whole.undisturbed(place)
    logging.info("undisturbed: %.0f s from the first upload to the release", seconds)
    targets = [whole.EVERYTHING] * everything + [SERVICES[number % len(SERVICES)] for number in range(services)]
    attempts = itertools.count()
    for target in targets:
        while (done := whole.pulled(place, expected, seconds, target, f"{seed}/{next(attempts)}")) is None:
            logging.info("not counted: everything was published already")
        logging.info("%s: up after %.0f s, everything published after %.0f s", done.killed, done.up_seconds, done.settled_seconds)
        tally.rounds.append(done)


def say(line: str) -> None:
    """Print one line of the result now, though it may take an hour until the next."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def summarise(tally: Tally, seconds: float) -> None:
    """Print what was hit, and what the recoveries found."""
    say(f"\nProcesses killed: {tally.count('process')}; PostgreSQL killed: {tally.count('postgres')}; {seconds:.0f} s")
    say(f"Not counted, the step had ended: {tally.missed}. Runs given up and started anew: {tally.given_up}.")
    for title, counts in (("Killed", tally.killed), ("Found by the recovery", tally.found)):
        say(f"\n{title}:")
        for name, count in sorted(counts.items()):
            say(f"  {count:4}  {name}")
    say("\nHits by step:")
    for (kind, step), count in sorted(tally.hits.items()):
        say(f"  {count:4}  {kind:8}  {step}")
    say("\nKills of the running platform:")
    for done in tally.rounds:
        say(
            f"  {done.killed}, during {done.at_work}: 'make up' took {done.up_seconds:.0f} s, all was published {done.settled_seconds:.0f} s after it began"
        )


if __name__ == "__main__":
    sys.exit(main())
