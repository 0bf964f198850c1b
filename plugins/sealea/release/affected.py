"""Which nodes of the dbt project a publish run has to build: those that may give other rows than the last time, told from dbt's own graph."""

import re
from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any

EVERYTHING = "*"
STAGING, LOADS = "stg_", "int_load__"
# What changes only with what the SEA sends and with the pack, after which everything is made again.
STEADY_MODELS = re.compile("int_(organisation|ancestry|state|window)__")
STEADY_SOURCES = {"built_load", "sender", "state_parameter"}
FITTED = frozenset({"assessment_result", "student_enrollment"})  # what the tables that are fitted outside of dbt come from
NOTHING: frozenset[str] = frozenset()
NAMED_EXTRACT = re.compile(r"extract = '(\w+)'")

Nodes = Mapping[str, Any]


def names(nodes: Nodes, layer: str, touched: Collection[str]) -> list[str]:
    """Return the models and tests of a layer to build when rows of these extracts have changed.

    A test is among them if one of the models that it asks is made again: any other passed when they were built.
    """
    models = [unique_id for unique_id, node in nodes.items() if node_kind(unique_id) == "model" and layer in node.tags]
    extracts = extracts_below(nodes)
    affected = {model for model in models if (rests_on := extracts(model)) is None or not rests_on.isdisjoint(touched)}
    tests = {unique_id for unique_id, node in nodes.items() if node_kind(unique_id) == "test" and affected & set(node.depends_on.nodes)}
    return sorted(nodes[unique_id].name for unique_id in affected | tests)


def extracts_below(nodes: Nodes) -> Callable[[str], frozenset[str] | None]:
    """Return what tells the extracts whose rows a model comes from; None if it comes from the log of submissions or from loads of whatever kind.

    These are never the same. A model that asks which loads count has to say of which extracts.
    """

    @cache
    def of_model(model: str) -> frozenset[str] | None:
        name = node_name(model)
        if name.startswith(LOADS):
            return None
        if name.startswith(STAGING):
            return frozenset({name.removeprefix(STAGING)})
        below = [of_reference(model, unique_id) for unique_id in nodes[model].depends_on.nodes]
        return frozenset().union(*(extracts for extracts in below if extracts)) if None not in below else None

    def of_reference(model: str, below: str) -> frozenset[str] | None:
        kind, name = node_kind(below), node_name(below)
        if name.startswith(LOADS):
            return frozenset(NAMED_EXTRACT.findall(nodes[model].raw_code)) or None
        if kind == "source":
            return FITTED if ".fitted." in below else NOTHING if name in STEADY_SOURCES else None
        return of_model(below) if kind == "model" and not STEADY_MODELS.match(name) else NOTHING

    return of_model


def node_kind(unique_id: str) -> str:
    """Return model, test, seed or source."""
    return unique_id.partition(".")[0]


def node_name(unique_id: str) -> str:
    """Return the name of a model, seed or source."""
    return unique_id.rpartition(".")[2]
