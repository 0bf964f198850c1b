"""Which models and tests a run builds again, by what they come from."""

from types import SimpleNamespace

from sealea.release import affected

LOADS = "model.w.int_load__owned"


def graph(**models):
    """Return a graph by model: what it reads, and its SQL if that matters."""
    nodes = {}
    for name, (below, sql) in models.items():
        nodes[f"model.w.{name}"] = SimpleNamespace(name=name, tags=["cells"], raw_code=sql, depends_on=SimpleNamespace(nodes=below))
    return nodes


def staging(extract):
    return [f"source.w.raw.{extract}", "source.w.ops.built_load", "source.w.ops.basis_quarantined_row"], ""


NODES = graph(
    stg_staff=staging("staff"),
    stg_finance_ledger=staging("finance_ledger"),
    int_load__owned=(["model.w.stg_staff", "model.w.stg_finance_ledger"], ""),
    stg_org_directory=staging("org_directory"),
    int_organisation__placed=(["model.w.stg_org_directory"], ""),
    int_staff__chosen=(["model.w.stg_staff", LOADS, "model.w.int_organisation__placed"], "where extract = 'staff'"),
    fct_staff_cell=(["model.w.int_staff__chosen"], ""),
    fct_ledger_cell=(["model.w.stg_finance_ledger", LOADS, "model.w.int_organisation__placed"], "where extract = 'finance_ledger'"),
    int_collection__expected=([LOADS], "select extract from loads"),
    int_submission__judged=(["source.w.ops.submission"], ""),
    fct_score=(["source.w.fitted.level_gap_fit"], ""),
    dim_code=(["seed.w.code"], ""),
)
ALWAYS = {"int_load__owned", "int_collection__expected", "int_submission__judged"}


def test_only_what_comes_from_a_touched_extract_is_built_beside_what_is_never_the_same():
    assert set(affected.names(NODES, "cells", ["staff"])) == ALWAYS | {"stg_staff", "int_staff__chosen", "fct_staff_cell"}
    assert set(affected.names(NODES, "cells", ["finance_ledger"])) == ALWAYS | {"stg_finance_ledger", "fct_ledger_cell"}
    assert set(affected.names(NODES, "cells", ["assessment_result"])) == ALWAYS | {"fct_score"}
    assert set(affected.names(NODES, "cells", [])) == ALWAYS
    assert affected.names(NODES, "marts", ["staff"]) == []


def test_a_test_is_asked_again_if_one_of_its_models_is_made_again():
    def test_of(*models):
        return SimpleNamespace(name="holds", tags=[], raw_code="", depends_on=SimpleNamespace(nodes=[f"model.w.{model}" for model in models]))

    for models, is_asked in ((["fct_staff_cell", "fct_ledger_cell"], True), (["fct_ledger_cell"], False), (["stg_finance_ledger"], False)):
        assert ("holds" in affected.names(NODES | {"test.w.holds": test_of(*models)}, "cells", ["staff"])) is is_asked, models
