"""The dbt project as files: contracts, register and union agree, models are small and say what they hold, V's macro is exact."""

import csv
import math
import re
from pathlib import Path
from statistics import NormalDist
from typing import Any

import psycopg
import pytest
import yaml
from jinja2 import Environment

from sealea.contract import load_contracts
from sealea.errors import ContractError
from sealea.pack import Pack
from sealea.render.contracts import state_extracts, state_time_zones
from sealea.render.dictionary import dictionary, group_owners, mart_uses, meanings
from sealea.render.lineage import given_reasons, needed_extracts
from sealea.settings import PROJECT

DBT_PROJECT = PROJECT / "dbt_project"
MODELS = sorted((DBT_PROJECT / "models").rglob("*.sql"))
OURS = [path for path in MODELS if path.parent.name != "staging"]


def test_the_extracts_of_leas_and_their_owners_come_from_the_contracts() -> None:
    contracts = {name: contract.owner for name, contract in load_contracts(PROJECT).items() if contract.sender == "lea"}
    listed = {row["extract"] for row in csv.DictReader((DBT_PROJECT / "seeds/lea_extract.csv").read_text().splitlines())}
    counted = (DBT_PROJECT / "macros/lea_rows_by_owner.sql").read_text()
    owned = {extract: owner for owner, extract in re.findall(r"(\w+) as owner_org_id.*?ref\('stg_(\w+)'\)", counted, re.DOTALL)}

    assert listed == set(contracts)
    assert owned == contracts


def test_a_state_asks_for_the_required_columns_that_its_pack_neither_makes_optional_nor_leaves_unchecked() -> None:
    contracts = load_contracts(PROJECT)
    rules = {"REC-002.fte": "not_applicable", "REC-002.begin_date": "W", "REC-002.job_class_code": {"fall": "not_applicable", "other": "F2"}}
    named = {"state_code": "ZZ", "title": "Zenith", "time_zone": "America/Chicago", "file_name": "{extract}.csv"}
    pack = Pack.model_validate({**named, "optional_columns": {"staff": ["birth_date"]}, "rules": rules})

    # Of staff the contract requires 7 columns, of staff_assignment and staff_vacancy 8, with an fte each; the S-275 has no names, birth dates or terms of employment.
    assert state_extracts(contracts, [pack]).splitlines()[1:] == ["ZZ,staff,6", "ZZ,staff_assignment,7", "ZZ,staff_vacancy,7"]
    assert (DBT_PROJECT / "seeds/state_extract.csv").read_text().splitlines()[1:] == ["AK,finance_transaction,6", "WA,staff,3"]


def test_the_marts_of_teachers_and_materials_show_indicators_of_their_folders_alone() -> None:
    """Their rows of untouched organisations are kept unless an indicator of the folder is made again (config `shows`)."""
    folders = {path.stem.removeprefix("ind_"): path.parent.name for path in OURS if path.stem.startswith("ind_")}
    quoted = re.findall(r"'(\w+)'", (DBT_PROJECT / "macros/teacher_equity.sql").read_text())

    assert {folders[name] for name in quoted if name in folders} == {"equity"}
    assert {folder for name, folder in folders.items() if name.startswith("materials_")} == {"materials"}


def test_a_due_day_ends_in_the_time_zone_of_the_pack() -> None:
    pack = Pack.model_validate({"state_code": "ZZ", "title": "Zenith", "time_zone": "America/Chicago", "file_name": "{extract}.csv"})
    nowhere = pack.model_copy(update={"time_zone": "America/Nowhere"})

    assert state_time_zones([pack]) == "state_code,time_zone\nZZ,America/Chicago\n"
    with pytest.raises(ContractError, match="ZZ: America/Nowhere"):
        state_time_zones([nowhere])
    rows = (DBT_PROJECT / "seeds/state_time_zone.csv").read_text().splitlines()
    assert rows[1:] == ["AK,America/Anchorage", "EX,America/New_York", "WA,America/Los_Angeles"]


def register() -> list[dict[str, str]]:
    with (DBT_PROJECT / "seeds/indicator_register.csv").open() as file:
        return list(csv.DictReader(file))


def test_every_indicator_model_is_registered_as_built_and_in_the_union() -> None:
    models = {path.stem.removeprefix("ind_") for path in OURS if path.stem.startswith("ind_")}
    registered = {row["indicator_id"] for row in register() if row["mart_name"].startswith("indicator_value")}
    union = re.findall(r"'ind_(\w+)'", (DBT_PROJECT / "macros/united_indicators.sql").read_text())

    assert models == registered == set(union)


def test_the_register_has_one_line_for_each_indicator_in_the_order_of_the_catalogue() -> None:
    numbers = [tuple(map(int, row["catalogue_number"].split("."))) for row in register()]

    assert numbers == sorted(numbers)
    assert len((DBT_PROJECT / "seeds/indicator_register.csv").read_text().splitlines()) == len(numbers) + 1


# How many numbers each section of the catalogue has (indicators.md, Appendix A, with 1.11 and 3.9 of the text). The register may hold more.
CATALOGUE = {1: 11, 2: 6, 3: 9, 4: 7, 5: 12, 6: 6, 7: 10, 8: 8}


def test_every_number_of_the_catalogue_stands_in_the_register_built_or_not() -> None:
    catalogue = {f"{section}.{number}" for section, last in CATALOGUE.items() for number in range(1, last + 1)}

    assert catalogue - {row["catalogue_number"] for row in register()} == set()


def test_every_indicator_is_defined_and_built_or_says_what_it_waits_for() -> None:
    for row in register():
        assert all(row[name] for name in ("indicator_name", "goal_codes", "definition", "grain", "unit", "direction_code", "source")), row
        assert (row["is_built"] == "true") == bool(row["mart_name"]) == (not row["not_built_because"]), row["indicator_id"]


@pytest.mark.parametrize("path", [path for path in OURS if path.stem.startswith("ind_")], ids=lambda path: path.stem)
def test_an_indicator_tells_its_formula_and_an_example_worked_by_hand(path: Path) -> None:
    (properties,) = yaml.safe_load(path.with_suffix(".yml").read_text())["models"]
    meta = properties["config"]["meta"]

    assert set(meta) == {"formula", "worked_example"}
    assert re.search(r"\d", meta["worked_example"])


def test_an_indicator_without_a_model_of_its_own_tells_its_rule_beside_formula_and_example() -> None:
    for path in (DBT_PROJECT / "models/marts").rglob("*_restricted.yml"):
        (properties,) = yaml.safe_load(path.read_text())["models"]
        for indicator_id, meta in properties.get("config", {}).get("meta", {}).get("indicators", {}).items():
            assert set(meta) == {"formula", "business_rule", "worked_example"}, indicator_id


def test_the_data_dictionary_sends_no_reader_to_a_page_that_is_not_in_the_project() -> None:
    assert set(re.findall(r"[\w/-]+\.(?:md|yml|sql|csv)", dictionary(PROJECT).split("\n", 1)[1])) == set()


def test_every_reason_for_no_value_is_one_that_is_explained_to_readers() -> None:
    with (DBT_PROJECT / "seeds/reason_code.csv").open() as file:
        explained = {row["reason_code"] for row in csv.DictReader(file)}
    given = {reason for path in OURS if path.stem.startswith("ind_") for reason in re.findall(r"then '([A-Z]+_?[A-Z_]+)'", path.read_text())}

    assert given
    assert given <= explained


def test_the_data_dictionary_names_what_each_indicator_needs() -> None:
    assert needed_extracts(PROJECT, "ind_gap_trend") == ["`assessment_registry`", "`assessment_result`", "`student_enrollment`"]
    assert needed_extracts(PROJECT, "ind_participation") == ["`assessment_registry`", "`assessment_result`", "`student_enrollment`"]
    assert needed_extracts(PROJECT, "ind_first_pass_acceptance") == ["the log of submissions"]
    # Neither the mart nor the macro of that name makes it one that rests on other indicators.
    assert needed_extracts(PROJECT, "ind_materials_adoption") == ["`material_adoption`", "`material`"]
    assert all(needed_extracts(PROJECT, path.stem) for path in OURS if path.stem.startswith("ind_"))


def test_the_extract_that_is_counted_beside_an_indicator_is_one_that_it_needs() -> None:
    counted = {row["indicator_id"]: row["coverage_extract"] for row in register() if row["mart_name"].startswith("indicator_value")}

    assert counted["funding_cliff_exposure"] == "finance_payroll"
    assert [name for name, extract in counted.items() if extract and f"`{extract}`" not in needed_extracts(PROJECT, f"ind_{name}")] == []


def test_the_data_dictionary_says_how_each_indicator_tells_that_it_has_no_value() -> None:
    known = meanings(PROJECT)

    assert given_reasons(PROJECT, "ind_participation", known) == {"NO_STUDENTS"}
    assert given_reasons(PROJECT, "ind_gap_v", known) == {"NO_STUDENTS", "SMALL_N", "SATURATED", "NOT_COMPARABLE"}
    assert given_reasons(PROJECT, "ind_equity_gap_quartile", known) == {"MISSING_INPUT", "NOT_REQUIRED", "NO_STAFF", "SMALL_N"}
    assert given_reasons(PROJECT, "ind_submission_timeliness", known) == set()
    sections = dictionary(PROJECT).split("### ")[1:]
    assert [section.split("\n")[0] for section in sections if "- **Without a value:** " not in section] == []
    assert "- **Full academic year**" in dictionary(PROJECT)


def test_a_table_that_keeps_rows_names_the_extracts_of_leas_that_its_rows_come_from() -> None:
    of_leas = {f"`{name}`" for name, contract in load_contracts(PROJECT).items() if contract.sender == "lea"}
    configured = {}
    for path in OURS:
        (properties,) = yaml.safe_load(path.with_suffix(".yml").read_text())["models"]
        said = properties.get("config", {}).get("extracts") or re.findall(r"'(\w+)'", "".join(re.findall(r"\bextracts=\[(.*?)\]", path.read_text())))
        if said:
            configured[path.stem] = said

    assert len(configured) > 20
    for model, said in configured.items():
        assert {f"`{name}`" for name in said} == of_leas & set(needed_extracts(PROJECT, model)), model


# Students by score are held against the assessment cell instead (dbt_project/tests), whose measures add up; they have no rows of schools.
HELD_OTHERWISE = {"fct_score_count"}


def test_every_measure_of_every_cell_is_held_against_the_sum_of_its_children() -> None:
    unheld = {}
    for path in (DBT_PROJECT / "models/cells").glob("*.yml"):
        (properties,) = yaml.safe_load(path.read_text())["models"]
        tests = {name: test for tests in properties.get("data_tests", []) for name, test in tests.items()}
        added = tests.get("children_add_to_parent", {"arguments": {"keys": [], "measures": []}})["arguments"]
        unheld[path.stem] = {column["name"] for column in properties["columns"]} - {"org_id", *added["keys"], *added["measures"]}

    assert {model for model, columns in unheld.items() if columns} == HELD_OTHERWISE


# What is no measure: what a row is about, the files behind it, and what stands beside a measure only where a method is set.
NO_MEASURE = r"lea_\w+_count|row_count|vintage_date|(\w+_)?reason_codes?|\w+_standard_error|\w+_n|goal_name|owner_role|baseline_year|target_year|missing_components"
# Catalogues, and the long mart, in which one column alone may lack a value (GATE-043 and the test of indicator_value_restricted).
WITHOUT_MEASURES = {"dim_indicator", "dim_organisation", "submission_coverage", "indicator_value"}


def test_every_measure_of_every_published_mart_is_held_to_tell_why_it_is_missing() -> None:
    unheld = {}
    for path in (DBT_PROJECT / "models/marts/published").glob("*.yml"):
        for properties in yaml.safe_load(path.read_text()).get("models", []):
            reasons: dict[str, str] = {}
            for test in properties.get("data_tests", []):
                reasons |= test.get("tells_why", {"arguments": {"reasons": {}}})["arguments"]["reasons"]
            keys = {name for constraint in properties.get("constraints", []) for name in constraint.get("columns", [])}
            columns = {column["name"] for column in properties["columns"]} - keys - reasons.keys()
            unheld[properties["name"]] = {name for name in columns if not re.fullmatch(NO_MEASURE, name)}

    assert {model for model, columns in unheld.items() if columns} == WITHOUT_MEASURES


def test_every_published_mart_has_readers_and_somebody_who_answers_for_it() -> None:
    marts = {path.stem for path in (DBT_PROJECT / "models/marts/published").glob("*.sql")}
    owners, uses = group_owners(PROJECT), mart_uses(PROJECT)
    configured = yaml.safe_load((DBT_PROJECT / "dbt_project.yml").read_text())["models"]["sealea_warehouse"]
    groups = {configured["+group"], *(folder["+group"] for folder in configured["marts"].values() if isinstance(folder, dict) and "+group" in folder)}

    assert set(uses) == marts
    assert groups == set(owners) - {"performance"}
    assert f"**Owner:** {owners['performance']}." in dictionary(PROJECT)


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.stem)
def test_a_model_fits_on_a_page_and_says_grain_rule_and_source(path: Path) -> None:
    text = path.read_text()
    (properties,) = yaml.safe_load(path.with_suffix(".yml").read_text())["models"]

    assert len(text.splitlines()) <= 80
    assert len(re.findall(r"\bjoin\b", text)) <= 5
    assert properties["name"] == path.stem
    assert all(word in properties["description"] for word in ("Grain: ", "Business rule: ", "Source: "))


# Quantiles of the standard normal distribution as Wichura 1988 tests AS 241 by, and the usual ones of tables.
PUBLISHED = {
    0.25: -0.6744897501960817432,
    0.001: -3.090232306167813542,
    1e-20: -9.262340089798407568,
    0.5: 0.0,
    0.9: 1.2815515655446004,
    0.975: 1.959963984540054,
    0.995: 2.5758293035489004,
}


def computed(dsn: str, macro: str, argument: float | None) -> Any:
    """Return what a macro of one argument makes PostgreSQL compute."""
    environment = Environment(autoescape=False)
    for name in ("horner", macro):
        environment.globals[name] = getattr(environment.from_string((DBT_PROJECT / f"macros/{name}.sql").read_text()).module, name)
    called = environment.from_string(f"{{{{ {macro}('given.argument') }}}}").render()
    statement = f"select {called} from (select cast(%s as double precision) as argument) as given"
    with psycopg.connect(dsn) as connection:
        ((value,),) = connection.execute(statement, [argument]).fetchall()
    return value


def probit(dsn: str, probability: float) -> Any:
    return computed(dsn, "probit", probability)


@pytest.mark.parametrize(("probability", "quantile"), PUBLISHED.items())
def test_probit_agrees_with_published_quantiles(warehouse: Any, probability: float, quantile: float) -> None:
    assert probit(warehouse.transform, probability) == pytest.approx(quantile, rel=1e-12, abs=1e-12)


def test_probit_inverts_the_error_function_of_the_c_library_on_both_sides_of_each_seam(warehouse: Any) -> None:
    """0.075 and 0.925 part the middle from the tails, exp(-25) the near tail from the far one."""
    seam = math.exp(-25)
    for probability in (1e-300, seam * 0.999, seam * 1.001, 1e-6, 0.0749, 0.0751, 0.3, 0.7, 0.9249, 0.9251, 1 - 1e-6):
        quantile = probit(warehouse.transform, probability)
        assert math.erfc(-quantile / math.sqrt(2)) / 2 == pytest.approx(probability, rel=1e-9)
        assert quantile == pytest.approx(NormalDist().inv_cdf(probability), rel=1e-12)


def test_probit_of_certainty_is_null(warehouse: Any) -> None:
    assert [probit(warehouse.transform, certain) for certain in (0.0, 1.0, -0.1, 1.1)] == [None] * 4


def test_the_share_of_a_normal_distribution_below_a_deviate_agrees_with_the_standard_library(warehouse: Any) -> None:
    for deviate in (-40.0, -8.0, -1.959964, -4 / 3, -1e-9, 0.0, 0.5, 1.644854, 3.0, 40.0):
        assert computed(warehouse.transform, "normal_share", deviate) == pytest.approx(NormalDist().cdf(deviate), abs=7.5e-8)
    assert computed(warehouse.transform, "normal_share", None) is None


def test_errors_closed_after_2_4_and_6_days_and_one_still_open_survive_as_kaplan_and_meier_say(warehouse: Any) -> None:
    """indicators.md 7.4: S(2) = .75, S(4) = .50; then .25, which the error still open at day 10 leaves as it is."""
    macro = Environment(autoescape=False).from_string((DBT_PROJECT / "macros/open_share.sql").read_text()).module
    days = "values (2, 1, 4), (4, 1, 3), (6, 1, 2), (10, 0, 1)"
    statement = f"""
        select open_days, {macro.open_share("passed")} from ({days}) as day (open_days, closed, at_risk)
        cross join lateral (select cast(closed as numeric) as closed_count, cast(at_risk as numeric) as at_risk_count) as counted
        window passed as (order by open_days)
    """
    with psycopg.connect(warehouse.transform) as connection:
        survived = {days: float(share) for days, share in connection.execute(statement)}

    assert survived == pytest.approx({2: 0.75, 4: 0.50, 6: 0.25, 10: 0.25}, abs=1e-12)
