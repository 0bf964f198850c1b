"""The generic data tests of dbt, on a few rows: each finds what it is there to find, and nothing else."""

from typing import Any

import psycopg
import pytest
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


def query(name: str, **arguments: Any) -> str:
    """Return the query of a generic data test on the temporary tables of the test."""
    text = (PROJECT / f"dbt_project/tests/generic/{name}.sql").read_text()
    environment = Environment(autoescape=False)
    environment.globals["ref"] = lambda model: model
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
