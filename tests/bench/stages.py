"""The stages of the benchmark by name. A new one is a module with `prepare(place)` and `measure(place, prepared)`, and its line here."""

from importlib import import_module

from bench import pipeline
from bench.figure import Figure
from bench.journey import STEPS
from bench.place import Place

# In the order of a whole run: some begin with what the pipeline leaves. Each is imported when its turn comes.
MODULES = ("small_files", "through_airflow", "pipeline", "resubmission", "cells_by_hand", "release", "large_file")
NAMES = (*MODULES, *STEPS)


def measured(place: Place, name: str) -> list[Figure]:
    """Return the figures of one stage: of a module, or of one step of the pipeline alone, on what the step before it left."""
    if name in STEPS:
        return pipeline.alone(name, place)
    module = import_module(f"bench.{name}")
    figures: list[Figure] = module.measure(place, module.prepare(place))
    return figures
