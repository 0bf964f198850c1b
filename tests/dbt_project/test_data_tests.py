"""The data tests of dbt find what they are there to find: on a few rows, and on a built state in which one number is wrong."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from jinja2 import Environment

from sealea.settings import PROJECT

# One LEA with a school, its pseudo-child and an LEA that it took over; each has the students that its children have, by sex.
ORGANISATION = "create temp table int_organisation__listed as select * from (values {}) as listed (org_id, parent_org_id)"
ORGANISATIONS = ["('EX-1', null)", "('EX-1-001', 'EX-1')", "('EX-1-000', 'EX-1')", "('EX-2', 'EX-1')", "('EX-2-001', 'EX-2')"]
CELL = "create temp table cell as select * from (values {}) as cell (org_id, school_year, subgroup_dimension_code, subgroup_code, tested_count, score_sum)"
STUDENTS = {"EX-1": 10, "EX-1-001": 6, "EX-1-000": 1, "EX-2": 3, "EX-2-001": 3}
CELLS = [
    f"('{org}', 2026, '{dimension}', '{subgroup}', {count if subgroup != 'M' else 0}, {500 * count if subgroup != 'M' else 0})"
    for org, count in STUDENTS.items()
    for dimension, subgroup in (("all", "ALL"), ("sex", "F"), ("sex", "M"))
]
ADDED = {"keys": ["school_year", "subgroup_dimension_code", "subgroup_code"], "measures": ["tested_count", "score_sum"]}


def query(name: str, touched: str | None = None, **arguments: Any) -> str:
    """Return the query of a generic data test on the temporary tables of the test; `touched`: by touch, of the parent that is."""
    text = (PROJECT / f"dbt_project/tests/generic/{name}.sql").read_text()
    environment = Environment(autoescape=False)
    environment.globals["ref"] = lambda model: model
    environment.globals["config"] = {"meta": {"of_all_rows": touched is not None}}
    environment.globals["is_touched"] = lambda column, _: f"{column} = '{touched}'"
    macro = text.replace("{% test ", "{% macro ").replace("{% endtest %}", "{% endmacro %}")
    return str(getattr(environment.from_string(macro).module, name)(model="cell", **arguments))


@pytest.fixture
def connection(warehouse: Any) -> Any:
    with psycopg.connect(warehouse.transform) as connection:
        connection.execute(ORGANISATION.format(", ".join(ORGANISATIONS)))
        connection.execute(CELL.format(", ".join(CELLS)))
        yield connection


PLANTED = [
    ("update cell set score_sum = score_sum + 1 where org_id = 'EX-1' and subgroup_code = 'F'", {("EX-1", 2026, "sex", "F")}),
    ("update cell set tested_count = 4 where org_id = 'EX-2-001' and subgroup_code = 'F'", {("EX-2", 2026, "sex", "F")}),
    ("delete from cell where org_id = 'EX-2' and subgroup_code = 'ALL'", {("EX-1", 2026, "all", "ALL"), ("EX-2", 2026, "all", "ALL")}),
]


@pytest.mark.parametrize(("statement", "wrong"), PLANTED)
def test_a_cell_that_is_not_the_sum_of_its_children_is_found_by_any_of_its_measures(connection: Any, statement: str, wrong: set[Any]) -> None:
    asked = query("children_add_to_parent", **ADDED)

    assert connection.execute(asked).fetchall() == []
    connection.execute(statement)
    assert {row[:4] for row in connection.execute(asked)} == wrong


def test_a_run_by_touch_asks_the_touched_parents_and_all_of_their_children(connection: Any) -> None:
    asked = query("children_add_to_parent", touched="EX-1", **ADDED)

    assert connection.execute(asked).fetchall() == []
    connection.execute(PLANTED[1][0])  # in EX-2
    assert connection.execute(asked).fetchall() == []
    connection.execute(PLANTED[0][0])
    assert {row[:4] for row in connection.execute(asked)} == PLANTED[0][1]


def test_a_subgroup_that_is_missing_from_its_dimension_is_found(connection: Any) -> None:
    asked = query("partitions_add_to_all", keys=["org_id", "school_year"], measures=ADDED["measures"])

    assert connection.execute(asked).fetchall() == []
    connection.execute("delete from cell where org_id = 'EX-1-001' and subgroup_code = 'F'")
    assert connection.execute(asked).fetchall() == [("EX-1-001", 2026)]


def test_a_condition_that_is_unknown_does_not_hold(connection: Any) -> None:
    asked = query("holds", condition="score_sum = 500 * tested_count")

    assert connection.execute(asked).fetchall() == []
    connection.execute("update cell set score_sum = null where org_id = 'EX-1' and subgroup_code = 'F'")
    assert [row[:4] for row in connection.execute(asked)] == [("EX-1", 2026, "sex", "F")]


def test_a_key_that_occurs_twice_is_found(connection: Any) -> None:
    asked = query("unique_key", columns=["org_id", *ADDED["keys"]])

    assert connection.execute(asked).fetchall() == []
    connection.execute("insert into cell select * from cell where org_id = 'EX-2' and subgroup_code = 'M'")
    assert connection.execute(asked).fetchall() == [("EX-2", 2026, "sex", "M", 2)]


def test_a_number_that_is_missing_without_its_reason_is_found_and_one_beside_a_reason_too(connection: Any) -> None:
    asked = query("tells_why", reasons={"score_sum": "score_sum_reason_code", "tested_count": "score_sum_reason_code"})
    connection.execute("alter table cell add column score_sum_reason_code text")

    assert connection.execute(asked).fetchall() == []
    connection.execute("update cell set score_sum = null, score_sum_reason_code = 'NO_STUDENTS' where org_id = 'EX-1' and subgroup_code = 'M'")
    assert connection.execute(asked).fetchall() == []
    connection.execute("update cell set score_sum = null where org_id = 'EX-1' and subgroup_code = 'F'")
    connection.execute("update cell set score_sum_reason_code = 'SMALL_N' where org_id = 'EX-2' and subgroup_code = 'F'")
    connection.execute("update cell set tested_count = null where org_id = 'EX-2-001' and subgroup_code = 'F'")
    assert sorted(row[0] for row in connection.execute(asked)) == ["EX-1", "EX-2", "EX-2-001"]


# What a state's auditor adds up, with one number changed, and the test that says so. Every test runs as dbt has compiled it; the changed
# number never stays.
CELL_OF = "where org_id = '{}' and subgroup_code = 'ALL' and grade_code = 'ALL'"
TAMPERED = {
    "levels to tested": (
        "update restricted.fct_assessment_cell set level_1_count = level_1_count + 1 " + CELL_OF.format("EX-0101-001"),
        "levels_add_to_tested",
    ),
    "tested to expected": (
        "update restricted.fct_assessment_cell set tested_count = expected_count + 1 " + CELL_OF.format("EX-0101-001"),
        "populations_are_nested",
    ),
    "expected to enrolled": (
        "update restricted.fct_assessment_cell set expected_count = enrolled_count + 1 " + CELL_OF.format("EX"),
        "populations_are_nested",
    ),
    "full academic year to students": (
        "update restricted.fct_assessment_cell set fay_tested_count = tested_count + 1 " + CELL_OF.format("EX-0101"),
        "full_year_students_are_students",
    ),
    "subgroups to all": (
        "update restricted.fct_assessment_cell set tested_count = tested_count + 1 where org_id = 'EX-0101' and subgroup_code = 'ECODIS'",
        "partitions_add_to_all_fct_asse*",
    ),
    "schools and pseudo-child to LEA": (
        "update restricted.fct_assessment_cell set score_sum = score_sum + 1 " + CELL_OF.format("EX-0101-000"),
        "children_add_to_parent_fct_ass*",
    ),
    "LEAs to region": (
        "update restricted.fct_assessment_cell set tested_count = tested_count + 1 " + CELL_OF.format("EX-R1"),
        "children_add_to_parent_fct_ass*",
    ),
    "regions to state": (
        "update restricted.fct_assessment_cell set tested_count = tested_count + 1 " + CELL_OF.format("EX"),
        "children_add_to_parent_fct_ass*",
    ),
    "years in the state alone to its pseudo-child": (
        "insert into intermediate.int_assessment_cell__transferred values ('EX', 2026, 'ELA', 'ALL', 'all', 'ALL', 1, 1, 1)",
        "transfers_add_to_the_state",
    ),
    "scores to students": (
        "update restricted.fct_score_count set scale_score = scale_score + 1 where org_id = 'EX'",
        "score_counts_add_to_the_assessment_cell",
    ),
    "kinds of expenditure to all of it": (
        "update restricted.fct_ledger_cell set capital_usd = capital_usd + .01 where org_id = 'EX-0101'",
        "classes_add_to_expenditure",
    ),
    "sites to LEA expenditure": (
        "update restricted.int_site__allocated set central_usd = central_usd + 1 where org_id = 'EX-0101-001'",
        "sites_add_to_lea_*",
    ),
    "postings to state": (
        "update restricted.fct_transaction_cell set amount_usd = amount_usd + .01 where org_id = 'EX'",
        "transactions_add_to_the_state",
    ),
    "teachers by flag": (
        "update restricted.fct_teacher_cell set flagged_fte = known_fte + .000001 where org_id = 'EX-0101'",
        "teacher_flags_are_nested",
    ),
    "vacant to budgeted": (
        "update restricted.fct_position_cell set vacant_fte = vacant_fte + 1 where org_id = 'EX-0101'",
        "vacant_is_part_of_budgeted",
    ),
    "use of materials to students": (
        "update restricted.fct_materials_cell set used_student_count = used_student_count + 1 where org_id = 'EX-0101'",
        "use_adds_to_the_students_with_the_material",
    ),
    # Paid 110 000, booked 110 000, and 2 % may be apart.
    "payroll to ledger": (
        "update intermediate.int_ledger__classified set amount_usd = amount_usd - 2300 where lea_id = 'EX-0101' and object_code = '111'",
        "payroll_agrees_with_the_ledger",
    ),
}


def compiled(built: Any, name: str) -> str:
    """Return the one query that dbt has made of the data test or model whose file bears `name`, a pattern."""
    (path,) = (built.folder / "target/compiled").rglob(f"{name}.sql")
    return Path(path).read_text()


@pytest.fixture
def books(built_small_state: Any) -> Iterator[psycopg.Connection]:
    """Yield a connection to the built small state, whose changes are undone."""
    with psycopg.connect(built_small_state.dsn) as connection:
        yield connection
        connection.rollback()


@pytest.mark.parametrize("added", TAMPERED)
def test_one_wrong_number_of_a_built_state_is_found(built_small_state: Any, books: psycopg.Connection, added: str) -> None:
    statement, name = TAMPERED[added]
    asked = compiled(built_small_state, name)

    assert books.execute(asked).fetchall() == []
    assert books.execute(statement).rowcount > 0
    if added == "payroll to ledger":  # its test is of a table that compares the two
        columns = "org_id, school_year, payroll_usd, ledger_usd, is_agreed"
        books.execute("delete from restricted.int_payroll__compared")
        books.execute(
            f"insert into restricted.int_payroll__compared select {columns} from ({compiled(built_small_state, 'int_payroll__compared')}) as again"
        )
    assert books.execute(asked).fetchall() != []


# Who stayed from one October to the next takes two years; the small state has one.
WITHOUT_ROWS = {"fct_retention_cell"}


def test_every_measure_of_every_cell_of_a_built_state_is_found_if_it_is_wrong(built_small_state: Any, books: psycopg.Connection) -> None:
    asked = 0
    for path in sorted((PROJECT / "dbt_project/models/cells").glob("*.yml")):
        (properties,) = yaml.safe_load(path.read_text())["models"]
        tests = {name: test for tests in properties.get("data_tests", []) for name, test in tests.items()}
        if "children_add_to_parent" not in tests or path.stem in WITHOUT_ROWS:
            continue
        (question,) = (
            file.read_text() for file in (built_small_state.folder / "target/compiled").rglob(f"{path.stem}.yml/children_add_to_parent_*.sql")
        )
        for measure in tests["children_add_to_parent"]["arguments"]["measures"]:
            books.execute("savepoint before")
            changed = f"update restricted.{path.stem} set {measure} = {measure} + 1 where ctid in (select ctid from restricted.{path.stem} where org_id = 'EX-0101' limit 1)"
            assert books.execute(changed).rowcount == 1, path.stem
            assert books.execute(question).fetchall() != [], (path.stem, measure)
            books.execute("rollback to savepoint before")
            asked += 1

    assert asked > 60
