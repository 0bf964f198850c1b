"""Files held against the SEA's reference data, which may come later, may be corrected, and is recorded with each load."""

import polars as pl
import pytest

from sealea.contract import load_contract
from sealea.errors import RuleBug
from sealea.intake import membership, receiving, rereading
from sealea.intake.expressions import Submission
from sealea.intake.senders import register
from sealea.settings import PROJECT

NOTHING = {"accepted": 0, "returned": 0, "waiting": 0, "duplicate": 0}
DIRECTORY = "org_id,org_type_code,org_name,parent_org_id,open_date,close_date\nEX,SEA,Example,,,\n"
LEA = "EX-0101,LEA,Riverside,EX,2010-07-01,\n"
SCHOOL = "EX-0101-001,SCHOOL,North,EX-0101,2010-07-01,{}\n"


def directory(*lines):
    return DIRECTORY + "".join(lines)


def send_directory(state, *lines, sent_at="20260901T080000"):
    assert state.send("org_directory", directory(*lines), sender_id="sea", sent_at=sent_at) == "accepted"


def statuses(state):
    """Return the statuses of the LEA's loads, each with its history."""
    query = """
        select string_agg(status, ' ' order by load_event_id) from ops.load_event
        inner join ops.load using (load_id) inner join ops.submission using (submission_id)
        where sender_id = 'ex-0101' group by load_id order by load_id
    """
    return [history for (history,) in state.rows(query)]


def test_a_file_that_comes_before_the_directory_waits_and_is_accepted_without_being_sent_again(registered, example):
    state = registered
    assert state.send("staff_assignment", example("staff_assignment")) == "waiting"

    assert state.rows("select count(*) from raw.staff_assignment") == [(0,)]
    assert state.rows("select count(*) from ops.current_load") == [(0,)]
    first = state.answer("receipt.txt")
    assert first.startswith("Waiting: nothing is loaded yet. The file waits for org_directory of the SEA; it is read again by itself, do not send it")
    assert state.receive() == NOTHING

    state.drop("org_directory", example("org_directory"), sender_id="sea")

    assert state.receive() == NOTHING | {"accepted": 2}
    assert state.rows("select count(*) from raw.staff_assignment") == [(20,)]
    assert statuses(state) == ["waiting superseded", "accepted"]
    assert state.rows("select count(*) from ops.submission where sender_id = 'ex-0101'") == [(1,)]
    assert state.answer("again.receipt.txt").startswith("Accepted: all 20 records are loaded.")
    assert state.receive() == NOTHING


def test_it_does_not_matter_which_of_two_batches_that_run_side_by_side_is_first(registered, example):
    state = registered
    state.drop("org_directory", example("org_directory"), sender_id="sea")
    state.drop("staff_assignment", example("staff_assignment"))
    settings = state.settings.model_copy(update={"batch_files": 1})
    of_the_sea, of_the_lea = receiving.ready_batches(settings)

    assert receiving.receive_batch(settings, of_the_lea) == NOTHING | {"waiting": 1}
    assert receiving.receive_batch(settings, of_the_sea) == NOTHING | {"accepted": 1}
    assert receiving.recheck_waiting(settings) == NOTHING | {"accepted": 1}

    ((load_id,),) = state.rows("select load_id from ops.current_load where sender_id = 'sea'")
    assert state.rows("select reference_load_id from ops.load_reference inner join ops.current_load using (load_id)") == [(load_id,)]


def test_a_file_with_a_wrong_header_is_returned_at_once_and_does_not_wait(registered):
    assert registered.send("staff_assignment", "lea_id,school_year\nEX-0101,2026\n") == "returned"


def test_a_file_that_waits_and_comes_again_is_a_duplicate(registered, example):
    assert [registered.send("staff_assignment", example("staff_assignment")) for _ in range(2)] == ["waiting", "duplicate"]

    assert "Nothing new: this is the file that is waiting, byte for byte." in registered.answer("receipt.txt")


def test_a_newer_file_takes_the_place_of_one_that_waits(registered, example):
    registered.send("staff_assignment", example("staff_assignment"))
    registered.send("staff_assignment", example("staff_assignment", (2, "fte", "0.9")))
    registered.drop("org_directory", example("org_directory"), sender_id="sea")

    assert registered.receive() == NOTHING | {"accepted": 2}

    assert statuses(registered) == ["waiting superseded", "waiting superseded", "accepted"]
    assert registered.rows("select count(*), count(*) filter (where fte = 0.9) from raw.staff_assignment")[0][0] == 20
    assert registered.rows("select fte::text from raw.staff_assignment where line_number = 2") == [("0.9000",)]


@pytest.mark.parametrize(
    ("close_date", "is_open"), [("", True), ("2025-07-01", True), ("2025-06-30", False)], ids=["open", "closed in the year", "closed before"]
)
def test_a_school_must_be_open_in_the_school_year(registered, example, close_date, is_open):
    send_directory(registered, LEA, SCHOOL.format(""), f"EX-0101-002,SCHOOL,South,EX-0101,2010-07-01,{close_date}\n")

    (outcome,) = registered.send_all("staff_assignment", [example("staff_assignment", (3, "school_id", "EX-0101-002"), (4, "school_id", "000"))])

    known = [finding for finding in outcome.findings if finding[1] in (3, 4)]
    assert known == ([] if is_open else [("PER-003", 3, "school_id")])


def test_a_school_that_the_directory_does_not_have_is_quarantined(registered, example):
    registered.send("org_directory", example("org_directory"), sender_id="sea")

    (outcome,) = registered.send_all("staff_assignment", [example("staff_assignment", (5, "school_id", "EX-0101-999"))])

    assert (outcome.status, outcome.findings) == ("accepted", [("PER-003", 5, "school_id")])
    assert 5 not in outcome.loaded_lines


def test_a_record_that_failed_against_an_older_directory_counts_when_the_directory_knows_better(registered, example):
    state, known = registered, example("org_directory")
    school = next(line for line in known.splitlines(keepends=True) if line.startswith("EX-0101-001,"))
    standing = "select count(*) from raw.staff_assignment inner join ops.current_load using (load_id) where line_number = 5"
    state.send("org_directory", known, sender_id="sea")
    state.send_all("staff_assignment", [example("staff_assignment", (5, "school_id", "EX-0101-999"))])

    assert rereading.reread(state.settings) == NOTHING
    assert state.rows(standing) == [(0,)]

    state.send("org_directory", known + school.replace("EX-0101-001", "EX-0101-999"), sender_id="sea", sent_at="20260902T080000")

    assert rereading.reread(state.settings) == NOTHING | {"accepted": 1}
    assert state.rows(standing) == [(1,)]
    assert rereading.reread(state.settings) == NOTHING


def test_a_record_read_before_the_chart_of_accounts_ever_came_is_held_against_it_when_it_comes(registered, example):
    state, found = registered, "select count(*) from ops.standing_finding where rule_id = 'FIN-001' and line_number = 3"
    state.send("org_directory", example("org_directory"), sender_id="sea")
    state.send_all("finance_ledger", [example("finance_ledger", (3, "object_code", "9999"))])
    assert rereading.reread(state.settings) == NOTHING
    assert state.rows(found) == [(0,)]

    chart = (PROJECT / "expectations/examples/chart_of_accounts/records.csv").read_text()
    state.send("chart_of_accounts", chart, sender_id="sea")

    assert rereading.reread(state.settings) == NOTHING | {"returned": 1}  # a chart of four funds knows little of the file
    assert state.rows(found) == [(1,)]
    assert rereading.reread(state.settings) == NOTHING


def test_a_file_that_is_returned_for_its_form_is_read_again_once_when_other_data_come(registered, example):
    state, chart = registered, (PROJECT / "expectations/examples/chart_of_accounts/records.csv").read_text()
    state.send("org_directory", example("org_directory"), sender_id="sea")
    assert state.send("finance_ledger", "lea_id,fiscal_year\nEX-0101,2026\n") == "returned"
    assert rereading.reread(state.settings) == NOTHING

    state.send("chart_of_accounts", chart, sender_id="sea")

    assert rereading.reread(state.settings) == NOTHING | {"returned": 1}
    assert rereading.reread(state.settings) == NOTHING


def test_an_lea_is_not_a_school_and_must_be_in_the_directory_itself(registered, example):
    send_directory(registered, SCHOOL.format(""), "EX-0101-002,SCHOOL,South,EX-0101,,\n")

    (outcome,) = registered.send_all("staff_assignment", [example("staff_assignment")])

    assert outcome.status == "returned"
    assert [finding for finding in outcome.findings if finding[0] == "PER-020"] == [("PER-020", line, "lea_id") for line in range(2, 22)]


def test_a_file_returned_for_the_directorys_sake_is_read_again_once_the_directory_is_corrected(registered, example):
    content = example("staff_assignment")
    send_directory(registered, LEA)

    assert registered.send("staff_assignment", content) == "returned"
    assert registered.send("staff_assignment", content) == "duplicate"

    registered.send("org_directory", example("org_directory"), sender_id="sea", sent_at="20260902T080000")
    assert registered.send("staff_assignment", content) == "accepted"


def test_the_directories_of_two_years_add_up_and_the_later_one_says_more(registered, example):
    send_directory(registered, LEA, SCHOOL.format("2024-06-30"))
    others = "".join(f"EX-0101-00{number},SCHOOL,South,EX-0101,,\n" for number in (2, 3))
    content = directory(SCHOOL.format(""), others)
    registered.drop("org_directory", content, sender_id="sea", year=2027)
    registered.receive()

    assert registered.send("staff_assignment", example("staff_assignment")) == "accepted"
    assert registered.rows("select count(*) from ops.finding inner join ops.load using (load_id) where extract = 'staff_assignment'") == [(0,)]


def test_another_states_directory_is_not_compared_with(registered, example):
    with receiving.connect(registered.settings.pipeline_dsn) as connection:
        register(connection, "wa-sea", "WA", "sea", "Washington", ["*"])
    registered.send("org_directory", example("org_directory"), sender_id="sea")
    registered.rows("with moved as (update ops.submission set sender_id = 'wa-sea' where layout = 'org_directory' returning 1) select * from moved")

    assert registered.send("staff_assignment", example("staff_assignment")) == "waiting"


def test_outplaced_pupils_that_the_sender_answers_for_are_accepted_and_others_are_not(registered, example):
    registered.send("org_directory", example("org_directory"), sender_id="sea")
    with receiving.connect(registered.settings.pipeline_dsn) as connection:
        register(connection, "ex-0101", "EX", "lea", "Riverside", ["EX-0101", "EX-0102"])
    header = (
        "responsible_lea_id,responsible_school_id,testing_school_id,school_year,state_student_id,grade_enrolled_code,grade_tested_code,test_code,"
        "subject_code,assessment_type_code,administration_code,attempt_number,participation_code,reason_not_tested_code\n"
    )
    line = "{},000,EX-0103-001,2026,{},04,04,ST04,ELA,REGULAR,SPRING,1,NOT_TESTED,ABSENT\n"
    own = "".join(line.format("EX-0101", number) for number in range(20))

    (outcome,) = registered.send_all("assessment_result", [header + own + line.format("EX-0102", 77) + line.format("EX-0103", 78)])

    assert outcome.status == "accepted"
    assert {finding[:2] for finding in outcome.findings} >= {("REC-006", 23)}
    assert 22 in outcome.loaded_lines
    assert 23 not in outcome.loaded_lines


def test_a_reference_rule_that_sees_other_rows_than_one_is_our_error():
    contract = load_contract(PROJECT / "expectations/extracts/staff_assignment.yml")
    (rule,) = [rule for rule in contract.rules if rule.id == "PER-003"]
    broken = rule.model_copy(update={"where": "open_date = max(open_date)"})
    schema = {"org_id": pl.String, "open_date": pl.Date}

    with pytest.raises(RuleBug, match=r"Rule PER-003: where uses max\("):
        membership.rows_that_count(broken, pl.DataFrame({"org_id": ["EX"], "open_date": [None]}, schema=schema), Submission(2026, "close"))
