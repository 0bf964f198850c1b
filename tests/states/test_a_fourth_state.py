"""The recipe of CONTRIBUTING: a state is a folder of data. This one is added here, to a copy of the expectations, without Python."""

import shutil
from pathlib import Path

import pytest

from sealea.settings import PROJECT

HERE = Path(__file__).parent
DIRECTORY = [
    {"org_id": "ZZ", "org_type_code": "SEA", "org_name": "Zenith", "parent_org_id": ""},
    {"org_id": "ZZ-01", "org_type_code": "LEA", "org_name": "First District", "parent_org_id": "ZZ"},
    {"org_id": "ZZ-01-001", "org_type_code": "SCHOOL", "org_name": "First School", "parent_org_id": "ZZ-01"},
]
REPORT = (HERE / "personnel.csv").read_text()
NAME = "hr_2024-25_close.txt"


@pytest.fixture
def zenith(platform, tmp_path):
    """Return the platform of the fourth state, with one district and its directory."""
    project = tmp_path / "project"
    shutil.copytree(PROJECT / "expectations", project / "expectations")
    shutil.copytree(HERE / "zz", project / "expectations/states/zz")
    state = platform("zz", project)
    state.enrol("first-district", "lea", ["ZZ-01"])
    state.drop_reference("org_directory", DIRECTORY, 2025)
    state.receive()
    return state


def send(state, report, name=NAME):
    """Send the district's report, written as its payroll system writes, and return what became of it."""
    outcomes = state.send("first-district", name, report.encode("windows-1252"))
    (outcome,) = outcomes
    return outcome


def newest_findings(state):
    """Return the findings on the newest file, each with the extract it concerns."""
    query = """
        select extract, rule_id, severity, line_number, column_name from ops.finding inner join ops.load using (load_id)
        where submission_id = (select max(submission_id) from ops.submission)
        order by extract, line_number nulls first, rule_id
    """
    return state.rows(query)


def test_a_native_file_of_the_new_state_becomes_rows_of_two_extracts(zenith):
    assert send(zenith, REPORT) == "accepted"

    assert zenith.rows("select count(*), count(distinct staff_pid), sum(annual_base_salary_usd)::text from raw.staff") == [(12, 12, "580150.75")]
    assert zenith.rows("select last_name, first_name, birth_date::text, staff_state_id from vault.staff where line_number = 2") == [
        ("Álvarez", "Ana", "1980-04-03", "000017")
    ]
    assignments = "select school_id, job_class_code, fte::text, begin_date::text, school_year from raw.staff_assignment where line_number in (2, 6)"
    assert zenith.rows(assignments + " order by line_number") == [
        ("ZZ-01-001", "TEACHER", "1.0000", "2024-08-15", 2025),
        ("000", "LIBRARIAN", "0.5000", "2024-08-15", 2025),
    ]
    assert zenith.rows("select employment_status_code, count(*) from raw.staff group by 1 order by 1") == [("other", 2), ("tenured", 10)]
    assert newest_findings(zenith) == []


def test_one_file_is_one_submission_with_a_load_for_each_extract(zenith):
    send(zenith, REPORT)

    loads = "select sender_id, layout, extract, window_code from ops.load inner join ops.submission using (submission_id) where sender_id <> 'sea' order by 3"
    assert zenith.rows(loads) == [
        ("first-district", "personnel", "staff", "close"),
        ("first-district", "personnel", "staff_assignment", "close"),
    ]
    receipt = zenith.answer("first-district", "receipt.txt")
    assert "Content    Personnel list of the state's payroll system (staff, staff_assignment), 2024-25, window close" in receipt
    assert "Lines      13 = 1 header + 0 blank + 12 loaded + 0 quarantined + 0 unreadable (staff)" in receipt
    assert "Rules      not applicable in this state: PER-006" in receipt
    assert send(zenith, REPORT) == "duplicate"


def test_what_the_map_cannot_read_is_told_in_the_words_of_the_native_file(zenith):
    report = REPORT.replace(";TCH;80;", ";TUT;80;")

    assert send(zenith, report) == "accepted"

    assert newest_findings(zenith) == [("staff_assignment", "REC-004", "F2", 3, "Job")]
    assert zenith.rows("select count(*) from raw.staff") == [(12,)]
    assert zenith.rows("select count(*) from raw.staff_assignment") == [(11,)]
    receipt = zenith.answer("first-district", "receipt.txt")
    assert "Column Job, line 3." in receipt
    assert "The state's pack knows no code for it." in receipt


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("13.12.1975", "12/13/1975", [("staff", "REC-003", "F2", 3, "Born")]),
        ("13.12.1975", "31.2.1975", [("staff", "REC-003", "F2", 3, "Born")]),
        ("13.12.1975", "unknown", [("staff", "REC-002", "F2", 3, "Born")]),
        ("$41,000;", "41.000,00;", [("staff", "REC-003", "F2", 3, "Base Pay")]),
        ("$41,000;", "($41,000);", [("staff", "REC-003", "F2", 3, "Base Pay")]),
        ("$41,000;", "$410,00;", [("staff", "REC-003", "F2", 3, "Base Pay")]),
        (";80;", ";eighty;", [("staff_assignment", "REC-003", "F2", 3, "Pct")]),
        (";80;", ";;", [("staff_assignment", "REC-002", "F2", 3, "Pct")]),
        (";80;", ";33.333333;", [("staff_assignment", "REC-003", "F2", 3, "Pct")]),
        ("Beck, Ben", "Beck", [("staff", "REC-003", "F2", 3, "Name")]),
        ("13.12.1975;001", "13.12.1975;777", [("staff_assignment", "PER-003", "F2", 3, "Site")]),
        (";80;", ";120;", [("staff_assignment", "PER-005", "F2", 3, "Pct")]),
        ("18;Beck", "1234567;Beck", [("staff", "REC-003", "F2", 3, "Employee"), ("staff_assignment", "REC-003", "F2", 3, "Employee")]),
    ],
)
def test_each_native_value_that_does_not_fit_is_one_finding_and_never_null(zenith, old, new, found):
    assert send(zenith, REPORT.replace(old, new)) == "accepted"

    assert newest_findings(zenith) == found
    quarantined = "select line_number from raw.{} where line_number = 3"
    assert [zenith.rows(quarantined.format(extract)) for extract in {row[0] for row in found}] == [[]] * len(found)


def test_a_rule_weighs_by_window_as_the_pack_says(zenith):
    report = REPORT.replace(";80;", ";120;")

    assert send(zenith, report, "hr_2024-25_fall.txt") == "accepted"

    assert newest_findings(zenith) == [("staff_assignment", "PER-005", "I", 3, "Pct")]


def test_a_native_column_that_a_feed_needs_and_the_header_lacks_returns_the_file_for_all_extracts(zenith):
    assert send(zenith, REPORT.replace("Base Pay", "Pay")) == "returned"

    assert newest_findings(zenith) == [(extract, "FILE-004", "F1", 1, "Base Pay") for extract in ("staff", "staff_assignment")]
    assert zenith.rows("select count(*) from raw.staff") == zenith.rows("select count(*) from raw.staff_assignment") == [(0,)]


def test_one_extract_of_a_file_that_must_be_returned_returns_the_others(zenith):
    assert send(zenith, REPORT.replace(";TCH;", ";TUT;")) == "returned"

    loads = "select extract, status, reason, loaded_row_count from ops.load_status inner join ops.load using (load_id) where extract like 'staff%%' order by 1"
    assert zenith.rows(loads) == [("staff", "returned", "FILE-007", 0), ("staff_assignment", "returned", "FILE-007", 0)]
    assert zenith.rows("select count(*) from ops.current_load where sender_id = 'first-district'") == [(0,)]


def test_native_columns_may_come_in_any_order_and_those_that_no_feed_reads_are_ignored(zenith):
    rows = [line.split(";") for line in REPORT.splitlines()]
    turned = "\r\n".join(";".join([*reversed(row), "Remark"]) for row in rows)

    assert send(zenith, turned) == "accepted"
    assert newest_findings(zenith) == []


def test_an_optional_native_column_may_be_absent(zenith):
    rows = [line.split(";") for line in REPORT.splitlines()]
    without = "\n".join(";".join([*row[:7], *row[8:]]) for row in rows)

    assert send(zenith, without) == "accepted"
    assert zenith.rows("select distinct employment_status_code from raw.staff") == [("other",)]


def test_bytes_that_are_not_of_the_declared_encoding_are_named_by_their_line(zenith):
    outcomes = zenith.send("first-district", NAME, REPORT.encode("windows-1252").replace(b"Beck", b"B\x81ck"))

    assert outcomes == {"returned": 1}
    assert {finding[1:4] for finding in newest_findings(zenith)} == {("FILE-002", "F1", 3)}


def test_a_file_in_the_form_of_the_contract_replaces_its_part_of_a_native_one(zenith):
    send(zenith, REPORT)
    header = "lea_id,school_year,staff_state_id,last_name,first_name,birth_date,employment_status_code\n"

    zenith.send("first-district", "zz_first-district_staff_2025_close_20250801T000000.csv", header + "ZZ-01,2025,17,A,B,1980-01-01,other\n")

    current = "select extract, layout, current_load.loaded_row_count from ops.current_load inner join ops.submission using (submission_id) where extract like 'staff%%' order by 1"
    assert zenith.rows(current) == [("staff", "staff", 1), ("staff_assignment", "personnel", 12)]
    assert send(zenith, REPORT) == "accepted"


@pytest.mark.parametrize(
    "name", ["hr_2024-26_close.txt", "hr_2024_close.txt", "hr_2024-25_.txt", "xhr_2024-25_close.txt", "hr_2024-25_close.txt.csv"]
)
def test_a_name_from_which_year_or_window_would_have_to_be_guessed_is_returned(zenith, name):
    assert send(zenith, REPORT, name) == "returned"
    assert newest_findings(zenith) == [(None, "FILE-001", "F1", None, None)]


def test_a_name_that_two_maps_understand_is_returned(zenith):
    maps = zenith.settings.project_dir / "expectations/states/zz/maps"
    (maps / "other.yml").write_text((maps / "personnel.yml").read_text().replace('"hr_', '"*_'))

    assert send(zenith, REPORT) == "returned"
    assert newest_findings(zenith) == [(None, "FILE-001", "F1", None, None)]


def test_the_parameters_of_the_new_state_reach_the_warehouse(zenith):
    assert zenith.rows("select value from ops.state_parameter where state_code = 'ZZ' and parameter = 'minimum_n'") == [(20,)]
