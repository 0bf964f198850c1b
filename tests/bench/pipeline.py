"""Every step of the pipeline, once for each state of the size: its seconds against rows, and its peak memory."""

import math
from statistics import linear_regression

from bench import server as servers
from bench.figure import Figure
from bench.journey import STEPS, Journey, before
from bench.place import Place
from bench.step import Cost

SECONDS, GROWTH = "seconds", "growth with rows"
PROCESS, SERVER = "peak memory, largest process", "peak memory, PostgreSQL sessions"
POINTS = 3  # as many sizes as a curve needs at least
LINEAR = 1.05  # what is no worse than linear, measured
TITLES = {
    "sample": "write the state's files",
    "receive": "receive: read, check, load, answer (one worker)",
    "pin": "pin: completeness of every load",
    "reconcile": "reconcile: rules of level 2, for all LEAs",
    "cells": "dbt: cells",
    "marts": "dbt: marts",
    "gate": "release gate",
    "publish": "publish",
}


def prepare(place: Place) -> None:
    """Nothing: each step prepares the next."""


def measure(place: Place, _: None) -> list[Figure]:
    """Return the cost of every step for every state."""
    figures: list[Figure] = []
    for journey in place.journeys:
        costs = travel(journey)
        rows = journey.rows(journey.database(STEPS[-1]))
        for name, cost in costs.items():
            figures += figures_of(name, [cost], rows, journey)
    return [*figures, *exponents(figures)]


def travel(journey: Journey) -> dict[str, Cost]:
    """Take a state from its files to the published marts; return what each step cost."""
    costs = {"sample": journey.write()}
    with journey.scratch(servers.MIGRATED) as database:
        for name in STEPS:
            costs[name] = journey.travel(name, database)
            if name == "pin":  # what other stages begin with
                servers.copy(journey.server, database, journey.database(name))
        servers.rename(journey.server, database, journey.database(STEPS[-1]))
    return costs


def figures_of(name: str, costs: list[Cost], rows: int, journey: Journey) -> list[Figure]:
    """Return what one step cost, as figures."""
    at = f"{journey.size.leas} LEAs"
    return [
        Figure(name, SECONDS, "s", tuple(cost.seconds for cost in costs), rows=rows, at=at),
        Figure(name, PROCESS, "MiB", tuple(cost.process_mib for cost in costs), rows=rows, at=at),
        Figure(name, SERVER, "MiB", tuple(cost.server_mib for cost in costs), rows=rows, at=at),
    ]


def exponents(figures: list[Figure]) -> list[Figure]:
    """Return how the seconds of each step grow with rows: the exponent e of seconds = c * rows^e, 1 being linear."""
    points: dict[str, list[Figure]] = {}
    for figure in figures:
        if figure.name == SECONDS:
            points.setdefault(figure.stage, []).append(figure)
    fitted = [(stage, exponent(curve)) for stage, curve in points.items() if len(curve) >= POINTS]
    return [Figure(stage, GROWTH, "", (value,), LINEAR) for stage, value in fitted]


def exponent(curve: list[Figure]) -> float:
    """Return the slope of the line through the points on log axes."""
    rows, seconds = ([math.log(value) for value in values] for values in zip(*((point.rows or 1, point.median) for point in curve), strict=True))
    return linear_regression(rows, seconds).slope


def alone(name: str, place: Place) -> list[Figure]:
    """Return the cost of one step, run `pairs` times on copies of what the step before left."""
    journey, costs = place.whole, []
    for _ in range(place.pairs):
        with journey.scratch(before(name)) as database:
            costs.append(journey.travel(name, database))
    return figures_of(name, costs, journey.rows(journey.reach("receive")), journey)
