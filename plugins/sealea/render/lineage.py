"""Which extracts a dbt model rests on, and why it may have no value, read from the SQL of the models."""

import re
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path

REFERENCE = re.compile(r"\bref\('(\w+)'\)")
CALL = re.compile(r"\b(\w+)\(")
QUOTED = re.compile(r"'([A-Z_]+)'")
MADE_OF = ("int_", "ind_")  # what a mart is made of; cells hold measures, which have no reason
# Which load counts and where an organisation stands: every model rests on these, so they tell nothing about one.
COMMON = ("int_load__", "int_organisation__", "int_ancestry__", "int_state__", "int_window__", "int_collection__expected")
UNTOLD = ("lea_rows_by_owner", "united_indicators")  # macros that name every extract or indicator
LOG = "int_submission__judged"
UNION = "indicator_value_restricted"


@cache
def sources(project: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Return the SQL of each model and of each macro that tells something about the models that call it."""
    models = {path.stem: path.read_text() for path in (project / "dbt_project/models").rglob("*.sql")}
    macros = {path.stem: path.read_text() for path in (project / "dbt_project/macros").glob("*.sql") if path.stem not in UNTOLD}
    return models, macros


@cache
def references(project: Path) -> Mapping[str, frozenset[str]]:
    """Return the models that each model names, itself or through a macro that it calls."""
    models, macros = sources(project)
    named = {name: set(REFERENCE.findall(text)) for name, text in (models | macros).items()}
    called = {name: set(CALL.findall(text)) & set(macros) for name, text in models.items()}
    return {name: frozenset((named[name] | {word for macro in called[name] for word in named[macro]}) & set(models)) for name in models}


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


def given_reasons(project: Path, model: str, known: Collection[str]) -> set[str]:
    """Return the `known` reasons for no value that `model` gives, itself, by a macro, or by what it is made of up to the cells."""
    (models, macros), waiting, seen = sources(project), [model], set[str]()
    given: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in seen and name in models and (name == model or name.startswith(MADE_OF)):
            seen.add(name)
            texts = [models[name], *(macros[word] for word in set(CALL.findall(models[name])) & set(macros))]
            given.update(reason for text in texts for reason in QUOTED.findall(text) if reason in known)
            waiting += references(project)[name]
    return given
