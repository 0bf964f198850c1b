"""What returns a whole file, one test per rule; nothing of it is loaded and every finding of it is kept."""

from sealea.contract import load_contract
from sealea.settings import PROJECT

HEADER = "lea_id,school_year,staff_state_id,school_id,job_class_code,assignment_code,fte,begin_date\n"
RECORD = "EX-0101,2026,1001,EX-0101-001,TEACHER,T100,1,2025-08-15\n"


def returned(outcomes):
    """Return the findings of files that must all have come back with nothing loaded."""
    assert {(outcome.status, *outcome.loaded_lines) for outcome in outcomes} == {("returned",)}
    return [outcome.findings for outcome in outcomes]


def test_a_name_that_is_not_the_senders_to_use_is_returned_unread(state, example):
    names = [
        "staff_assignment.csv",
        state.name("staff_assignment", sender_id="ex-0102"),
        state.name("org_directory"),
        state.name("staff_assignment").replace("ex_", "wa_", 1),
        state.name("staff_assignment", window="<script>"),
    ]
    for name in names:
        (state.inbox() / name).write_text(example("staff_assignment"))

    assert state.receive() == {"accepted": 0, "returned": 5, "waiting": 0, "duplicate": 0}

    assert state.rows("select distinct rule_id, severity, line_number from ops.finding") == [("FILE-001", "F1", None)]
    assert state.rows("select distinct layout, school_year, window_code from ops.submission") == [(None, None, None)]
    assert state.rows("select distinct physical_line_count, unreadable_line_count, contract_version from ops.load") == [(21, 21, None)]
    assert len([path for path in state.outbox().iterdir() if path.name.endswith("receipt.txt")]) == 5


def test_the_seas_name_belongs_to_the_seas_extracts(state, example):
    assert state.send("staff_assignment", example("staff_assignment"), sender_id="sea") == "returned"


def test_bytes_that_are_no_text_are_named_by_their_line(state):
    good = (HEADER + RECORD).encode()
    contents = [
        good + b"EX-0101,2026,1002,EX-0101-001,TEACHER,T\x81,1,2025-08-15\n",
        b'"\r\n\r",\r\n\x8d',
        good.decode().encode("utf-16") + b"\0",
        good + b"EX-0101,2026,1002,EX-0101-001,TEACHER,T\xc3",
    ]

    findings = returned(state.send_all("staff_assignment", contents))

    assert findings == [[("FILE-002", 3, None)], [("FILE-002", 4, None)], [("FILE-002", 3, None)], [("FILE-002", 3, None)]]


def test_a_file_without_records_is_returned(state):
    contents = [b"", b"\xef\xbb\xbf", b"\n\r\n \n", HEADER, f"\n{HEADER}\n,,,\n"]

    assert returned(state.send_all("staff_assignment", contents)) == [[("FILE-003", None, None)]] * 5


def test_each_missing_required_column_is_named_and_the_other_columns_are_still_checked(state):
    without_fte = "lea_id,school_year,staff_state_id,school_id,job_class_code,assignment_code,begin_date\n"
    content = without_fte + "EX-0101,2026,1001,EX-0101-001,TEACHING,T100,2025-08-15\n"

    (findings,) = returned(state.send_all("staff_assignment", [content]))

    assert findings == [("FILE-007", None, None), ("FILE-004", 1, "fte"), ("REC-004", 2, "job_class_code")]


def test_without_a_key_column_no_record_is_called_a_duplicate(examine, example):
    content = example("staff_assignment").replace(",begin_date,", ",first_day,")

    assert examine("staff_assignment", content).findings == [("FILE-004", 1, "begin_date"), ("FILE-005", 1, None)]


def test_a_rule_that_needs_a_missing_required_column_is_silent(examine, example):
    content = example("finance_ledger").replace("account_type_code", "type_of_account")

    assert examine("finance_ledger", content).findings == [("FILE-004", 1, "account_type_code"), ("FILE-005", 1, None)]


def test_an_unknown_or_repeated_column_is_named_by_its_place_and_never_by_its_text(state):
    unknown = HEADER.replace("\n", ",Quillfeather\n") + RECORD.replace("\n", ",x\n")
    repeated = HEADER.replace("\n", ",fte\n") + RECORD.replace("\n", ",0.5\n")

    findings = returned(state.send_all("staff_assignment", [unknown, repeated]))

    assert findings == [[("FILE-005", 1, None)], [("FILE-005", 1, "fte")]]
    assert state.rows("select distinct detail from ops.finding") == [("It is column 9 of the header.",)]


def test_a_file_without_a_header_shows_none_of_its_values(state, example):
    _, *records = example("staff").splitlines(keepends=True)

    assert state.send("staff", "".join(records)) == "returned"

    assert state.rows("select count(*) from ops.finding where concat(message, detail, column_name, fix) like '%%Quillfeather%%'") == [(0,)]
    assert "Quillfeather" not in state.answer("report.html") + state.answer("findings.csv") + state.answer("receipt.txt")


def test_an_unclosed_quote_is_named_by_the_line_on_which_it_opened(state):
    to_the_end = HEADER + RECORD + 'EX-0101,2026,1002,"EX-0101-001,TEACHER,T100,1,2025-08-15\n' + RECORD
    on_the_last_line = HEADER + RECORD + 'EX-0101,2026,1002,"EX-0101'
    behind_a_quoted_line_break = HEADER + 'EX-0101,2026,1002,"a\r\nb""c",TEACHER,"T100,1,2025-08-15\n' + RECORD
    up_to_another_quote = HEADER + RECORD + '"EX-0101,2026\n' + 'EX-0101,2026,1003,"EX-0101-001",TEACHER,T100,1,2025-08-15\n'
    in_the_header = 'lea_id,"school_year\n' + RECORD
    contents = [to_the_end, on_the_last_line, behind_a_quoted_line_break, up_to_another_quote, in_the_header]

    outcomes = state.send_all("staff_assignment", contents)

    opened = [[(rule, line) for rule, line, _ in findings if rule == "FILE-006"] for findings in returned(outcomes)]
    assert opened == [[("FILE-006", 3)], [("FILE-006", 3)], [("FILE-006", 3)], [("FILE-006", 3)], [("FILE-006", 1)]]
    assert [outcome.lines("unreadable") for outcome in outcomes] == [2, 1, 3, 2, 2]


def test_a_quote_in_a_value_that_is_not_quoted_may_hide_a_missing_comma_and_is_named(state):
    good = [RECORD.replace("1001", str(number)) for number in range(1002, 1022)]
    bare = 'EX-0101,2026,10"01,EX-0101-001,TEACHER,T100,1,2025-08-15\n'
    moved = 'EX-0101,2026,1001"EX-0101-001,TEACHER",T100,1,2025-08-15,\n'

    (outcome,) = state.send_all("staff_assignment", [HEADER + bare + moved + "".join(good)])

    assert (outcome.status, outcome.findings) == ("accepted", [("REC-001", 2, None), ("REC-001", 3, None)])
    assert outcome.loaded_lines == list(range(4, 24))


def test_more_quarantined_records_than_the_state_allows_return_the_file(state, example):
    two_of_twenty = example("staff_assignment", (2, "fte", "x"), (3, "fte", "x"))
    three_of_twenty = example("staff_assignment", (2, "fte", "x"), (3, "fte", "x"), (4, "fte", "x"))
    with_a_ragged_line = two_of_twenty + "EX-0101\n"

    at_the_limit, above, ragged = state.send_all("staff_assignment", [two_of_twenty, three_of_twenty, with_a_ragged_line])

    assert (at_the_limit.status, at_the_limit.counts["quarantined_row_count"]) == ("accepted", 2)
    assert [rule for outcome in (above, ragged) for rule, line, _ in outcome.findings if line is None] == ["FILE-007", "FILE-007"]
    assert [finding[:2] for finding in above.findings] == [("FILE-007", None), ("REC-003", 2), ("REC-003", 3), ("REC-003", 4)]
    assert above.counts["quarantined_row_count"] == 20


def test_an_f1_rule_on_one_record_returns_the_file(examine, example):
    contract = load_contract(PROJECT / "expectations/extracts/staff_assignment.yml")
    rules = tuple(rule.model_copy(update={"severity": "F1"}) if rule.id == "PER-005" else rule for rule in contract.rules)

    outcome = examine("staff_assignment", example("staff_assignment", (7, "fte", "1.5")), contract.model_copy(update={"rules": rules}))

    assert (outcome.status, outcome.findings, outcome.loaded_lines) == ("returned", [("PER-005", 7, "fte")], [])
