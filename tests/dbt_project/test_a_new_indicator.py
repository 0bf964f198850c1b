"""CONTRIBUTING, "Add an indicator", from outside the catalogue: one SQL, one YAML, one row of the register; nothing else is touched."""

import csv
import shutil
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sealea.render.dictionary import dictionary
from sealea.render.indicators import indicator_files
from sealea.settings import PROJECT

SQL = """\
select
    'lowest_level_share' as indicator_id,
    cell.org_id,
    cell.school_year,
    cell.subject_code,
    cell.grade_code,
    cell.subgroup_code,
    'NONE' as contrast_id,
    'NONE' as facet,
    cast(cell.level_1_count as numeric(18, 6)) as numerator,
    cast(cell.tested_count as numeric(18, 6)) as denominator,
    cast(cast(cell.level_1_count as numeric) / nullif(cell.tested_count, 0) as numeric(18, 6)) as value,
    cast(null as numeric(18, 6)) as standard_error,
    cast(null as numeric(18, 6)) as interval_low,
    cast(null as numeric(18, 6)) as interval_high,
    cast(cell.tested_count as numeric(18, 6)) as n,
    case when cell.tested_count = 0 then 'NO_STUDENTS' end as reason_code
from {{ ref('fct_assessment_cell') }} as cell
where cell.subgroup_code = 'ALL' and cell.org_id = 'EX-0101'
"""
UNIT_TEST = """\
unit_tests:
    - name: three_of_twelve_students_are_at_the_lowest_level  # 3 / 12
      model: ind_lowest_level_share
      given:
          - input: ref('fct_assessment_cell')
            rows:
                - {org_id: EX-0101, subgroup_code: ALL, level_1_count: 3, tested_count: 12}
                - {org_id: EX-0101, subgroup_code: LEP, level_1_count: 1, tested_count: 1}
      expect:
          rows: [{org_id: EX-0101, subgroup_code: ALL, numerator: "3", denominator: "12", value: "0.250000", n: "12", reason_code: null}]
"""
ROW = [
    "lowest_level_share", "1.12", "Students at the lowest level", "GAP", "Students at level 1 of the students tested.", "LEA x year x subject x grade",
    "share", "lower", "minimum_n", "10", "students", "3", "Own construct", "true", "indicator_value", "", "assessment_result",
]  # fmt: skip


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a copy of the project with the three additions, rendered."""
    copy = tmp_path / "project"
    shutil.copytree(PROJECT / "dbt_project", copy / "dbt_project", ignore=shutil.ignore_patterns("target", "logs"))
    folder = copy / "dbt_project/models/marts/performance"
    (folder / "ind_lowest_level_share.sql").write_text(SQL)
    properties = (folder / "ind_participation.yml").read_text().split("unit_tests:")[0]
    (folder / "ind_lowest_level_share.yml").write_text(properties.replace("participation", "lowest_level_share") + UNIT_TEST)
    with (copy / "dbt_project/seeds/indicator_register.csv").open("a", newline="") as register:
        csv.writer(register, lineterminator="\n").writerow(ROW)
    for path, text in indicator_files(copy).items():
        (copy / path).write_text(text)
    return copy


@pytest.mark.usefixtures("small_state")
def test_an_indicator_from_outside_the_catalogue_takes_one_sql_one_yaml_and_one_row(warehouse: Any, dbt_on: Any, project: Path) -> None:
    dbt = dbt_on(warehouse.transform, project, project / "dbt_project")

    run = dbt.run("build", "--select", "+indicator_value", "--exclude-resource-type", "unit_test", "test")

    assert [node for node in run if node.status not in ("success", "pass")] == []
    # What the recipe asks for holds of it too: its worked example, the tests of the register and those of the marts that carry it.
    tests = dbt.run("test", "--select", "ind_lowest_level_share", "indicator_register", "indicator_value_restricted", "indicator_value")
    assert [node for node in tests if node.status != "pass"] == []
    assert "three_of_twelve_students_are_at_the_lowest_level" in {node.name for node in tests}
    assert len(tests) > 3
    with psycopg.connect(warehouse.pipeline) as connection:
        found = connection.execute(
            "select subject_code, grade_code, trim_scale(value) from candidate.indicator_value where indicator_id = 'lowest_level_share'"
        ).fetchall()
    assert [(subject, grade, float(value)) for subject, grade, value in found if grade == "ALL"] == [("ELA", "ALL", 0.167)]
    assert "### 1.12 Students at the lowest level (`lowest_level_share`)" in dictionary(project)
