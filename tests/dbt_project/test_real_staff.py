"""The true personnel report of 98 Washington districts, with blank certificates and FTE above 1, through the staff cell."""

import csv
import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sealea.settings import PROJECT

REAL = Path(os.environ.get("SHARED_DATA_DIR", PROJECT.parent / "shared/data")) / "wa_s275"


def read(name: str) -> list[dict[str, str]]:
    with (REAL / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.skipif(not REAL.is_dir(), reason=f"{REAL} is absent: real data are not part of the project; SHARED_DATA_DIR names their folder")
def test_every_position_is_in_the_fte_of_its_district_with_or_without_a_certificate(warehouse: Any, dbt: Any, pin_in: Callable[..., Any]) -> None:
    answers = {answer["School District"]: answer for answer in read("answer_by_district.csv")}
    ids = {district: f"WA-{number:05d}" for number, district in enumerate(sorted(answers), start=1)}
    positions = [
        (ids[record["School District"]], 2019, record["Cert #"] or None, "000", "TEACHER", f"S275-{number}", record["Cert FTE"], "2018-09-01")
        for number, record in enumerate(read("secondary_teachers_2018_2019.csv"))
    ]
    directory = [("WA", "SEA", "Washington", None), *((lea, "LEA", district, "WA") for district, lea in ids.items())]
    columns = ["lea_id", "school_year", "staff_pid", "school_id", "job_class_code", "assignment_code", "fte", "begin_date"]
    with psycopg.connect(warehouse.pipeline) as connection:
        pin = pin_in(connection)
        pin.load("wa-sea", "org_directory", 2019, "ref", ["org_id", "org_type_code", "org_name", "parent_org_id"], directory)
        pin.load("wa-esd", "staff_assignment", 2019, "close", columns, positions)

    dbt.build(pin.pin_id)

    with psycopg.connect(warehouse.transform) as connection:
        found = dict(connection.execute("select org_id, fte from restricted.fct_staff_cell where org_id like 'WA-_____'").fetchall())
        ((blank, shrunk),) = connection.execute(
            "select count(*), count(*) filter (where fte_cap <> least(fte, 1)) from intermediate.int_staff__capped where staff_pid is null"
        ).fetchall()
    assert found == {ids[district]: Decimal(answer["cert_fte"]) for district, answer in answers.items()}
    assert len(found) == 98
    # Nobody knows whether two blank certificates are one person, so none takes from another.
    assert (blank, shrunk) == (sum(int(answer["missing_cert"]) for answer in answers.values()), 0)
