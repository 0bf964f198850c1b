"""What level 2 does with what its rules find: findings by difference, rows set aside, files returned, cost that follows the change."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from sealea.contract import load_contracts
from sealea.errors import RuleBug
from sealea.pack import load_packs
from sealea.reconcile_rule import ReconcileSuite, load_reconcile_suites
from sealea.release import reconciling, touched
from sealea.release.releases import turn
from sealea.settings import PROJECT

CONTRACTS, PACKS = load_contracts(PROJECT), load_packs(PROJECT)
SUITES = load_reconcile_suites(PROJECT, CONTRACTS)
TEACHER = {"job_class_code": "TEACHER", "school_id": "000", "fte": 1, "begin_date": "2025-08-01", "leadership_role_code": "SUPERINTENDENT"}


def only(*rule_ids: str) -> list[ReconcileSuite]:
    """Return the suites with these rules alone."""
    chosen = [(suite, tuple(rule for rule in suite.rules if rule.id in rule_ids)) for suite in SUITES]
    return [suite.model_copy(update={"rules": rules}) for suite, rules in chosen if rules]


def answer(state: Any, *rule_ids: str, packs: Any = PACKS) -> tuple[int, dict[str, int]]:
    """Return the pin of now and for how many LEAs each of the rules was answered anew."""
    pin_id = state.pin()
    with turn(state.settings.pipeline_dsn) as connection:
        return pin_id, reconciling.answer(connection, pin_id, only(*rule_ids), CONTRACTS, packs)


def staged(state: Any, extract: str, pin_id: int) -> list[tuple[Any, ...]]:
    """Return load and line of the rows that staging gives, by its own SQL."""
    text = (PROJECT / f"dbt_project/models/staging/stg_{extract}.sql").read_text()
    text = re.sub(r"\{\{ source\('(\w+)', '(\w+)'\) \}\}", r"\1.\2", text)
    with turn(state.settings.pipeline_dsn) as connection:
        touched.rest_on(connection, pin_id)
    return state.query(f"select load_id, line_number from ({text}) as staged order by 1, 2")


def test_the_same_files_give_the_same_findings_and_write_nothing(state):
    state.send("staff", "EX-0101", 2026, [{"staff_state_id": "A"}])
    load = state.send("staff_assignment", "EX-0101", 2026, [{"staff_state_id": "A"}, {"staff_state_id": "B"}])
    pin_id, evaluated = answer(state, "PER-002")
    before = state.query("select finding_id, load_id, line_number from ops.finding")
    again, evaluated_again = answer(state, "PER-002")

    assert (pin_id, evaluated) == (again, {"PER-002": 1})
    assert evaluated_again == {"PER-002": 0}
    assert [row[1:] for row in before] == [(load, 3)]
    assert state.query("select finding_id, load_id, line_number from ops.finding") == before
    assert state.query("select count(*) from ops.finding_cleared") == [(0,)]


def test_a_row_with_an_f2_finding_is_left_out_of_staging_for_that_pin(state):
    state.send("staff", "EX-0101", 2026, [{"staff_state_id": "A"}])
    load = state.send("staff_assignment", "EX-0101", 2026, [{"staff_state_id": "A"}, {"staff_state_id": "B"}])
    first, _ = answer(state, "PER-002")
    state.send("staff", "EX-0101", 2026, [{"staff_state_id": "A"}, {"staff_state_id": "B"}])
    state.query("insert into ops.release (pin_id) values (%s)", first)  # keeps the pin
    second, _ = answer(state, "PER-002")

    assert staged(state, "staff_assignment", first) == [(load, 2)]
    assert staged(state, "staff_assignment", second) == [(load, 2), (load, 3)]
    assert state.findings() == []
    assert state.query("select count(*) from ops.finding where level = 2") == [(1,)]  # what was said stays


def test_a_new_file_of_one_lea_is_answered_for_that_lea_and_the_others_keep_their_findings(state):
    for lea in ("EX-0101", "EX-0102", "EX-0103"):
        state.send("staff", lea, 2026, [{"staff_state_id": f"A {lea}"}])
        state.send("staff_assignment", lea, 2026, [{"staff_state_id": f"B {lea}"}])
    _, everything = answer(state, "PER-002")
    ids = dict(state.query("select owner_org_id, finding_id from ops.standing_finding where level = 2"))
    state.send("staff", "EX-0102", 2026, [{"staff_state_id": "B EX-0102"}])
    _, one = answer(state, "PER-002")

    assert (everything, one) == ({"PER-002": 3}, {"PER-002": 1})
    assert dict(state.query("select owner_org_id, finding_id from ops.standing_finding where level = 2")) == {
        lea: ids[lea] for lea in ("EX-0101", "EX-0103")
    }
    assert "EX-0101" not in str(state.query("select pg_get_viewdef('reconcile.per_002')"))


def test_a_rule_about_persons_is_answered_again_for_those_whom_a_changed_file_names_or_named(state):
    def send(lea: str, *persons: str) -> None:
        state.send("staff_assignment", lea, 2026, [TEACHER | {"staff_state_id": person} for person in persons])

    send("EX-0101", "A", "B")
    send("EX-0102", "A", "B")
    send("EX-0103", "C")
    answer(state, "PER-102")
    both = [("PER-102", "staff_assignment", lea, line) for lea in ("EX-0101", "EX-0102") for line in (2, 3)]
    assert state.findings() == both

    send("EX-0102", "A")  # B is now in one LEA only: what is said of the other LEA's line goes too
    _, evaluated = answer(state, "PER-102")

    assert evaluated == {"PER-102": 1}
    assert state.findings() == [("PER-102", "staff_assignment", lea, 2) for lea in ("EX-0101", "EX-0102")]


def test_answers_for_what_changed_are_those_that_answering_everything_gives(state):
    for lea in ("EX-0101", "EX-0102", "EX-0103"):
        state.send("staff", lea, 2025, [{"staff_state_id": person, "years_teaching_total": 5} for person in ("A", "B", lea)])
        state.send("staff", lea, 2026, [{"staff_state_id": person, "years_teaching_total": 4} for person in ("A", lea)])
        state.send("staff_assignment", lea, 2026, [TEACHER | {"staff_state_id": person} for person in ("A", "C")])
    rules = [rule.id for suite in SUITES for rule in suite.rules]
    answer(state, *rules)
    state.send("staff", "EX-0102", 2026, [{"staff_state_id": "C", "years_teaching_total": 7}])
    answer(state, *rules)
    by_difference = state.findings()
    state.query("delete from ops.reconcile_input")
    answer(state, *rules)

    assert by_difference
    assert state.findings() == by_difference


def test_a_change_of_what_the_sea_says_is_answered_for_all(state):
    for lea in ("EX-0101", "EX-0102"):
        ledger = {"period_code": "AUD", "amount_type_code": "actual", "account_type_code": "expenditure", "project_code": "T1", "amount_usd": 9}
        state.send("finance_ledger", lea, 2026, [ledger])
    award = {"lea_id": "EX-0101", "grant_code": "T1", "award_year": 2020, "award_usd": 9, "begin_date": "2019-07-01", "end_date": "2020-06-30"}
    state.send("grant", "EX", 2026, [])
    assert answer(state, "FIN-016")[1] == {"FIN-016": 2}
    assert state.findings() == []
    state.send("grant", "EX", 2026, [award])

    assert answer(state, "FIN-016")[1] == {"FIN-016": 2}
    assert state.findings() == [("FIN-016", "finance_ledger", "EX-0101", 2)]


def test_a_pack_sets_the_severity_by_window_and_may_switch_a_rule_off(state):
    state.send("staff", "EX-0101", 2026, [{"staff_state_id": "A"}])
    load = state.send("staff_assignment", "EX-0101", 2026, [{"staff_state_id": "B"}])
    answer(state, "PER-002")

    def under(rules: dict[str, Any]) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
        packs = [pack.model_copy(update={"rules": rules}) if pack.state_code == "EX" else pack for pack in PACKS]
        pin_id, _ = answer(state, "PER-002", packs=packs)
        return state.query("select severity from ops.standing_finding where level = 2"), staged(state, "staff_assignment", pin_id)

    assert under({}) == ([("F2",)], [])
    assert under({"PER-002": {"close": "W", "other": "F1"}}) == ([("W",)], [(load, 2)])
    assert under({"PER-002": "not_applicable"}) == ([], [(load, 2)])


def broken(tmp_path: Path, old: str, new: str) -> Path:
    """Return a project whose rule PER-002 was changed."""
    shutil.copytree(PROJECT / "expectations", tmp_path / "broken/expectations", dirs_exist_ok=True)
    path = tmp_path / "broken/expectations/reconcile/personnel.yml"
    text = path.read_text()
    at = text.index("id: PER-002")
    assert old in text[at:]
    path.write_text(text[:at] + text[at:].replace(old, new, 1))
    return tmp_path / "broken"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("select assignment.load_id", "select assignment.lode_id", r"does not run: UndefinedColumn: column assignment.lode_id does not exist"),
        ("where staff.load_id is null", "where 1 / 0 = 1", r"does not run: DivisionByZero$"),
        ("where staff.load_id is null", "where assignment.staff_pid::integer = 1", r"does not run: InvalidTextRepresentation$"),
        ("assignment.owner_org_id\n", "assignment.staff_pid as owner_org_id\n", r"gives 1 rows that are not of a pinned staff_assignment file"),
        ("assignment.owner_org_id\n", "assignment.owner_org_id, assignment.staff_pid as about_org_id\n", r"gives 1 rows that are not"),
    ],
)
def test_a_rule_that_breaks_is_named_and_is_nobodys_finding(state, tmp_path, old, new, message):
    state.send("staff", "EX-0101", 2026, [{"staff_state_id": "A"}])
    state.send("staff_assignment", "EX-0101", 2026, [{"staff_state_id": "Quillfeather"}])
    settings = state.settings.model_copy(update={"project_dir": broken(tmp_path, old, new)})

    with pytest.raises(RuleBug, match=rf"(?m)^- PER-002 in expectations/reconcile/personnel.yml {message}") as failure:
        reconciling.reconcile(settings, state.pin())

    assert "Quillfeather" not in str(failure.value)
    assert state.query("select count(*) from ops.finding") == [(0,)]
    assert state.query("select count(*) from ops.reconcile_input") == [(0,)]


def test_a_file_that_is_not_of_the_lea_by_its_roster_is_returned_and_the_last_good_one_counts(state):
    state.send("student_enrollment", "EX-0101", 2026, [{"state_student_id": person} for person in "ABCD"])
    good = state.send("assessment_result", "EX-0101", 2026, [{"state_student_id": person} for person in "ABCD"])
    first = reconciling.reconcile(state.settings, state.pin())
    bad = state.send("assessment_result", "EX-0101", 2026, [{"state_student_id": person} for person in "WXYZ"])

    assert first is not None
    second = reconciling.reconcile(state.settings, state.pin())

    assert state.query("select status, actor, reason from ops.load_event where load_id = %s order by load_event_id desc limit 1", bad) == [
        ("returned", "reconciliation", "ASM-002")
    ]
    assert state.query(
        "select load_id from ops.pin_load inner join ops.load using (load_id) where pin_id = %s and extract = 'assessment_result'", second
    ) == [(good,)]
    assert state.query("select rule_id, severity, line_number from ops.standing_finding where load_id = %s and severity = 'F1'", bad) == [
        ("ASM-002", "F1", None)
    ]

    state.send("student_enrollment", "EX-0101", 2026, [{"state_student_id": person} for person in "WXYZ"])  # the roster was wrong, not the results
    third = reconciling.reconcile(state.settings, state.pin())

    assert state.query(
        "select load_id from ops.pin_load inner join ops.load using (load_id) where pin_id = %s and extract = 'assessment_result'", third
    ) == [(bad,)]
    assert state.findings("ASM-002") == []
    assert state.query("select is_met, failing_count from ops.reconcile_result where pin_id = %s and rule_id = 'ASM-002'", third) == [(True, 0)]


def test_a_certified_file_stays(state):
    state.send("student_enrollment", "EX-0101", 2026, [{"state_student_id": "A"}])
    load = state.send("assessment_result", "EX-0101", 2026, [{"state_student_id": "B"}])
    state.query("insert into ops.load_event (load_id, status, actor) values (%s, 'certified', 'steward')", load)
    pin_id = state.pin()

    assert reconciling.reconcile(state.settings, pin_id) == pin_id
    assert state.findings("ASM-002") == [("ASM-002", "assessment_result", "EX-0101", None)]


def test_the_role_that_counts_cannot_read_what_the_rules_compare(state):
    state.send("staff", "EX-0101", 2026, [{"staff_state_id": "A", "last_name": "Roe"}])
    reconciling.reconcile(state.settings, state.pin())
    granted = state.query(
        """
        select nspname || '.' || relname from pg_class inner join pg_namespace on relnamespace = pg_namespace.oid
        where nspname in ('vault', 'reconcile') and relkind in ('r', 'v', 'm') and has_table_privilege('sealea_transform', pg_class.oid, 'select')
        order by 1
        """
    )

    assert granted == [(f"reconcile.{suite.suite}",) for suite in SUITES]
