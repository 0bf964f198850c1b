"""Turns: things that are compared are run one after the other, again and again, so that a noisy moment hits all of them."""

import time
from collections.abc import Callable, Mapping

Seconds = dict[str, list[float]]


def seconds_of(run: Callable[[], object]) -> float:
    """Return how long `run` takes."""
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def by_turns(runs: Mapping[str, Callable[[], object]], pairs: int, between: Callable[[], object] = lambda: None) -> Seconds:
    """Return the seconds of each run by name, `pairs` values each; every other turn goes in reverse order.

    `between` is called before each run and not measured: it empties the table, for one.
    """
    seconds: Seconds = {name: [] for name in runs}
    for turn in range(pairs):
        for name in list(runs) if turn % 2 == 0 else reversed(list(runs)):
            between()
            seconds[name].append(seconds_of(runs[name]))
    return seconds
