"""What quarantines one record, and what only asks a question; the rest of the file goes on."""

from sealea.contract import load_contract
from sealea.settings import PROJECT

ALL_LINES = list(range(2, 22))
UNREADABLE = {
    "school_year": ["2026.0", "+2026", "twenty", "2 026", "\uff12\uff10\uff12\uff16", "99999999999999999999", " 2026"],
    "fte": ["0,5", "1e0", "0.12345", "12", "1.", "-", "half", "1.0 "],
    "begin_date": ["15/08/2025", "2025-02-30", "2025-8-15", "20250815", "0000-01-01", "2025-08-15T00:00:00"],
    "is_teacher_of_record": ["true", "y", "1", "Yes"],
    "subject_code": ["MA\0TH"],
}
BROKEN = {
    ("REC-002", "school_id"): ["", "   "],
    ("REC-002", "fte"): [""],
    ("REC-004", "job_class_code"): ["Teacher", "TEACHER ", "10"],
    ("REC-005", "school_id"): ["EX0101001", "001", "EX-0101-001 ", "xEX-0101-001"],
    ("REC-005", "fte"): ["-0.0001"],
    ("REC-006", "lea_id"): ["EX-0102", "EX-01010", "EX-010"],
    ("PER-013", "end_date"): ["2025-08-14"],
    ("PER-019", "school_year"): ["2025"],
}


def assert_that_line_9_alone_is_quarantined(state, example, cases):
    """Send one file for each (rule, column, value) with the value on line 9."""
    outcomes = state.send_all("staff_assignment", [example("staff_assignment", (9, column, value)) for _, column, value in cases])

    assert [outcome.findings for outcome in outcomes] == [[(rule, 9, column)] for rule, column, _ in cases]
    assert {(outcome.status, *outcome.loaded_lines) for outcome in outcomes} == {("accepted", *range(2, 9), *range(10, 22))}


def test_a_value_that_is_not_of_its_type_is_a_finding_and_never_null(state, example):
    cases = [("REC-003", column, value) for column, values in UNREADABLE.items() for value in values]

    assert_that_line_9_alone_is_quarantined(state, example, cases)


def test_each_rule_quarantines_the_record_that_breaks_it(state, example):
    cases = [(rule, column, value) for (rule, column), values in BROKEN.items() for value in values]

    assert_that_line_9_alone_is_quarantined(state, example, cases)


def test_values_of_their_type_are_loaded_exactly(state, example):
    values = {"0.1": "0.1000", "00.50": "0.5000", ".5": "0.5000", "-0": "0.0000", "1.2345": "1.2345"}
    outcomes = state.send_all("staff_assignment", [example("staff_assignment", (9, "fte", value)) for value in values])

    assert [outcome.status for outcome in outcomes] == ["accepted"] * len(values)
    assert [fte for (fte,) in state.rows("select fte::text from raw.staff_assignment where line_number = 9 order by load_id")] == list(
        values.values()
    )


def test_a_question_to_the_sender_quarantines_nothing(state, example):
    (outcome,) = state.send_all("staff_assignment", [example("staff_assignment", (9, "fte", "1.0001"))])

    assert (outcome.status, outcome.findings) == ("accepted", [("PER-005", 9, "fte")])
    assert outcome.loaded_lines == ALL_LINES


def test_a_pattern_must_match_to_the_last_character(examine, example):
    outcome = examine("staff_assignment", example("staff_assignment", (21, "school_id", "EX-0101-001\n")))

    assert outcome.findings == [("REC-005", 21, "school_id")]


def test_the_range_of_whole_and_decimal_numbers_is_kept(examine, example):
    below = examine("staff", example("staff", (2, "contract_days", "0"), (3, "annual_base_salary_usd", "-0.01"), (4, "years_in_lea", "0")))
    above = examine("staff", example("staff", (2, "contract_days", "367"), (3, "contract_days", "366")))

    assert below.findings[1:] == [("REC-005", 2, "contract_days"), ("REC-005", 3, "annual_base_salary_usd")]
    assert above.findings[1:] == [("REC-005", 2, "contract_days")]


def test_a_line_with_another_number_of_values_is_unreadable_and_the_rest_goes_on(examine, example):
    lines = example("staff_assignment").splitlines(keepends=True)
    lines[4:4] = ["EX-0101,2026\n", '"EX-0101"x,2026,1,EX-0101-001,TEACHER,T100,,1,2025-08-15,,\n']

    outcome = examine("staff_assignment", "".join(lines))

    assert (outcome.status, outcome.findings) == ("accepted", [("REC-001", 5, None), ("REC-001", 6, None)])
    assert outcome.loaded_lines == [2, 3, 4, *range(7, 24)]
    assert outcome.lines("unreadable") == 2


def test_of_identical_records_the_first_stays(examine, example):
    lines = example("staff_assignment").splitlines(keepends=True)

    outcome = examine("staff_assignment", "".join([*lines, lines[3]]))

    assert outcome.findings == [("PER-004", 22, None)]
    assert outcome.loaded_lines == ALL_LINES


def test_of_records_that_differ_under_one_key_none_stays(state, example):
    lines = example("staff_assignment").splitlines(keepends=True)
    other = lines[3].replace(",0.5,", ",0.6,")

    (outcome,) = state.send_all("staff_assignment", ["".join([*lines, other])])

    assert outcome.findings == [("PER-004", 4, None), ("PER-004", 22, None)]
    assert outcome.loaded_lines == [line for line in ALL_LINES if line != 4]
    assert state.rows("select detail from ops.finding where line_number = 22") == [("The same key first stands on line 4.",)]


def test_two_spellings_of_one_person_id_are_one_person_to_the_key(examine, example):
    lines = example("staff_assignment").splitlines(keepends=True)
    spelt_otherwise = lines[3].replace(",1002,", ",0000001002,")

    assert examine("staff_assignment", "".join([*lines, spelt_otherwise])).findings == [("PER-004", 22, None)]


def test_a_blank_in_the_key_is_a_value_like_any_other(examine, example):
    lines = example("finance_ledger").splitlines(keepends=True)

    outcome = examine("finance_ledger", "".join([*lines, lines[1].replace("4125000.00", "1.00")]))

    assert [finding for finding in outcome.findings if finding[0] == "FIN-003"] == [("FIN-003", 2, None), ("FIN-003", 8, None)]


def test_a_posting_may_repeat_since_its_extract_has_no_key(examine, example):
    outcome = examine("finance_transaction", example("finance_transaction"))

    assert (outcome.status, outcome.findings, outcome.loaded_lines) == ("accepted", [], [2, 3, 4])


def test_records_whose_key_cannot_be_read_are_no_duplicates(examine, example):
    outcome = examine("staff_assignment", example("staff_assignment", (3, "begin_date", "soon"), (4, "begin_date", "later")))

    assert outcome.findings == [("REC-003", 3, "begin_date"), ("REC-003", 4, "begin_date")]


def test_another_leas_record_makes_no_duplicate_of_ones_own_and_adds_to_no_total_of_theirs(examine):
    header = (
        "responsible_lea_id,responsible_school_id,school_year,state_student_id,grade_enrolled_code,grade_tested_code,test_code,subject_code,"
        "assessment_type_code,administration_code,attempt_number,participation_code,scale_score,performance_level\n"
    )
    record = "EX-0101,000,2026,{},04,04,ST04,ELA,REGULAR,SPRING,1,PARTICIPATED,500,3\n"
    own = "".join(record.format(student) for student in range(1, 21))
    foreign = record.format(1).replace("EX-0101", "EX-0102")  # with it, the student would have two valid scores (ASM-027)

    outcome = examine("assessment_result", header + own + foreign)

    assert outcome.findings == [("REC-006", 22, "responsible_lea_id")]
    assert outcome.loaded_lines == ALL_LINES


def test_a_rule_is_silent_about_a_record_whose_value_it_cannot_know(examine, example):
    outcome = examine("staff_assignment", example("staff_assignment", (9, "end_date", "2025-08-32"), (3, "school_year", "2O25")))

    assert outcome.findings == [("REC-003", 3, "school_year"), ("REC-003", 9, "end_date")]


def test_columns_may_come_in_any_order_and_optional_ones_may_be_absent(state, example):
    names = ["fte", "begin_date", "assignment_code", "job_class_code", "school_id", "staff_state_id", "school_year", "lea_id"]
    header, *records = [line.split(",") for line in example("staff_assignment").replace('"Art, music and ""maker"" lab"', "Art").splitlines()]
    content = "\n".join(",".join(record[header.index(name)] for name in names) for record in [header, *records])

    (outcome,) = state.send_all("staff_assignment", [content])

    assert (outcome.status, outcome.findings, outcome.loaded_lines) == ("accepted", [], ALL_LINES)
    assert state.rows("select distinct end_date, subject_code from raw.staff_assignment") == [(None, None)]
    assert state.rows("select school_id, fte::text from raw.staff_assignment where line_number = 5") == [("EX-0101-001", "0.7500")]


def test_a_column_may_have_the_name_of_an_earlier_year(examine, example):
    contract = load_contract(PROJECT / "expectations/extracts/staff_assignment.yml")
    columns = [column.model_copy(update={"aliases": ("percent_time",)}) if column.name == "fte" else column for column in contract.columns]
    renamed = contract.model_copy(update={"columns": tuple(columns)})

    assert examine("staff_assignment", example("staff_assignment").replace("fte", "percent_time", 1), renamed).findings == []
    both = "\n".join(f"{line},0.5" for line in example("staff_assignment").replace("is_teacher_of_record", "percent_time", 1).splitlines())
    assert [rule for rule, _, _ in examine("staff_assignment", both, renamed).findings[:2]] == ["FILE-005", "FILE-005"]


def test_the_sea_may_report_its_own_state_only(state, example):
    records = "".join(f"EX-0101-{number:03d},SCHOOL,School {number},EX-0101\n" for number in range(100, 130))
    content = example("org_directory") + records + "WA-0101,LEA,Elsewhere,EX\n" + "EX-0103,LEA,Nearby,WA-R1\n" + "EXX,LEA,Odd,EX\n"

    (outcome,) = state.send_all("org_directory", [content], sender_id="sea")

    expected = [
        ("REC-006", 39, "org_id"),
        ("REC-006", 40, "parent_org_id"),
        ("REF-030", 40, "parent_org_id"),
        ("REC-005", 41, "org_id"),
        ("REC-006", 41, "org_id"),
    ]
    assert (outcome.status, outcome.findings) == ("accepted", expected)
