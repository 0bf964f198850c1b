"""The true personnel report of 98 Washington districts, with blank certificates and FTE above 1, through the staff cell."""

import csv
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

from sealea.settings import PROJECT

REAL = Path(os.environ.get("SHARED_DATA_DIR", PROJECT.parent / "shared/data")) / "wa_s275"


def read(name: str) -> list[dict[str, str]]:
    with (REAL / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def answers() -> dict[str, dict[str, str]]:
    """Return the answer of each district by the id that it bears here."""
    by_district = {answer["School District"]: answer for answer in read("answer_by_district.csv")}
    return {f"WA-{number:05d}": by_district[district] for number, district in enumerate(sorted(by_district), start=1)}


def enter(pin: Any) -> None:
    """Enter the report as one file of positions, and the SEA's directory."""
    ids = {answer["School District"]: lea for lea, answer in answers().items()}
    positions = [
        (ids[record["School District"]], 2019, record["Cert #"] or None, "000", "TEACHER", f"S275-{number}", record["Cert FTE"], "2018-09-01")
        for number, record in enumerate(read("secondary_teachers_2018_2019.csv"))
    ]
    directory = [("WA", "SEA", "Washington", None), *((lea, "LEA", district, "WA") for district, lea in ids.items())]
    columns = ["lea_id", "school_year", "staff_pid", "school_id", "job_class_code", "assignment_code", "fte", "begin_date"]
    pin.load("wa-sea", "org_directory", 2019, "ref", ["org_id", "org_type_code", "org_name", "parent_org_id"], directory)
    pin.load("wa-esd", "staff_assignment", 2019, "close", columns, positions)


def test_every_position_is_in_the_fte_of_its_district_with_or_without_a_certificate(query: Any) -> None:
    found = dict(query("select org_id, fte from restricted.fct_staff_cell where org_id like 'WA-_____'"))
    ((blank, shrunk),) = query(
        "select count(*), count(*) filter (where fte_cap <> least(fte, 1)) from intermediate.int_staff__capped where staff_pid is null"
    )

    expected = answers()
    assert found == {lea: Decimal(answer["cert_fte"]) for lea, answer in expected.items()}
    assert len(found) == 98
    # Nobody knows whether two blank certificates are one person, so none takes from another.
    assert (blank, shrunk) == (sum(int(answer["missing_cert"]) for answer in expected.values()), 0)
