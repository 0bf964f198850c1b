"""Which extracts a dbt model rests on, read from the SQL of the models."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

WORD = re.compile(r"\w+")
# Which load counts and where an organisation stands: every model rests on these, so they tell nothing about one.
COMMON = ("int_load__", "int_organisation__", "int_ancestry__", "int_state__", "int_window__", "int_collection__expected")
UNTOLD = ("lea_rows_by_owner", "united_indicators")  # macros that name every extract or indicator
LOG = "int_submission__judged"
UNION = "indicator_value_restricted"


@cache
def references(project: Path) -> Mapping[str, frozenset[str]]:
    """Return the models that each model names, itself or through a macro that it calls."""
    models = {path.stem: path.read_text() for path in (project / "dbt_project/models").rglob("*.sql")}
    macros = {path.stem: path.read_text() for path in (project / "dbt_project/macros").glob("*.sql") if path.stem not in UNTOLD}
    named = {name: set(WORD.findall(text)) for name, text in (models | macros).items()}
    return {name: frozenset((named[name] | {word for macro in named[name] & set(macros) for word in named[macro]}) & set(models)) for name in models}


def needed_extracts(project: Path, model: str) -> list[str]:
    """Return what `model` rests on: extracts in alphabetical order, then the log of submissions, then other indicators."""
    models, waiting = references(project), [model]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in seen and not name.startswith(COMMON):
            seen.add(name)
            waiting += () if name == UNION else models.get(name, frozenset())
    extracts = sorted(f"`{name.removeprefix('stg_')}`" for name in seen if name.startswith("stg_"))
    others = {LOG: "the log of submissions", UNION: "the indicators that it is about"}
    return [*extracts, *(words for name, words in others.items() if name in seen)]
