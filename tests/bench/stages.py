"""The stages of the benchmark by name. A new one is a module with `prepare(place)` and `measure(place, prepared)`, and its line here."""

from types import ModuleType

from bench import cells, pipeline, release, resubmission, small_files
from bench.figure import Figure
from bench.journey import STEPS
from bench.place import Place

# In the order of a whole run: the others begin with what the pipeline leaves.
MODULES: dict[str, ModuleType] = {
    "small_files": small_files,
    "pipeline": pipeline,
    "resubmission": resubmission,
    "cells_by_hand": cells,
    "release": release,
}
NAMES = (*MODULES, *STEPS)


def measured(place: Place, name: str) -> list[Figure]:
    """Return the figures of one stage: of a module, or of one step of the pipeline alone, on what the step before it left."""
    if name in STEPS:
        return pipeline.alone(name, place)
    module = MODULES[name]
    figures: list[Figure] = module.measure(place, module.prepare(place))
    return figures
