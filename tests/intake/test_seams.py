"""The stages of intake do not know one another: what one finds is handed to the next by few modules only."""

import ast

import pytest

from sealea.settings import PROJECT

INTAKE = PROJECT / "plugins/sealea/intake"
WIRING = ("receiving", "rereading", "editions", "reconciled", "desk", "admission", "answering", "reporting", "rulebook")
EXAMINATION = {"body", "checking", "forms", "header", "inspection", "lines", "reading", "second_look", "verdict"}
VOCABULARY = {"findings", "record"}
PARTS_OF_A_STAGE = {
    "examination": EXAMINATION,
    "forms": {"archive", "charset", "fixed_width", "header", "lines", "manifest", "workbook"},
    "charset": {"lines"},
    "manifest": {"archive", "header"},
    "workbook": {"archive", "header", "sheet"},
    "reading": {"blocks", "body", "forms", "header", "lines", "parsing"},
    "body": {"forms", "parsing"},
    "blocks": {"body", "lines", "values"},
    "parsing": {"forms"},
    "second_look": {"blocks", "body", "forms", "header", "reading"},
    "inspection": {"checking", "lines", "mapping", "membership", "reading", "standards", "verdict"},
    "checking": {"expressions", "keys", "membership", "rules", "totals", "values"},
    "totals": {"expressions"},
    "rules": {"expressions", "values"},
    "membership": {"expressions"},
    "mapping": {"expressions", "membership", "native"},
    "cells": {"examination", "forms", "header", "parsing", "rulebook", "second_look"},
    "explanations": {"causes"},
    "outbox": {"reporting"},
    "report": {"causes"},
    "references": {"values"},
    "senders": {"rulebook"},
    "values": {"native"},
}


def siblings(module: str) -> set[str]:
    """Return the modules of intake that the module imports."""
    found = set()
    for node in ast.walk(ast.parse((INTAKE / f"{module}.py").read_text())):
        if isinstance(node, ast.ImportFrom) and node.module == "sealea.intake":
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sealea.intake."):
            found.add(str(node.module).split(".")[2])
    return found


@pytest.mark.parametrize("module", sorted(path.stem for path in INTAKE.glob("*.py") if path.stem not in (*WIRING, "__init__")))
def test_a_stage_imports_its_own_parts_and_the_shared_words(module):
    assert siblings(module) <= PARTS_OF_A_STAGE.get(module, set()) | VOCABULARY
