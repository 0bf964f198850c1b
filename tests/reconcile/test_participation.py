"""Participation is looked at for every federal racial and ethnic group (ASM-011): who belongs to which, and from how many students on."""

from typing import Any

from sealea.contract import load_contracts
from sealea.pack import load_packs
from sealea.reconcile_rule import load_reconcile_suites
from sealea.release import reconciling
from sealea.release.releases import turn
from sealea.settings import PROJECT

CONTRACTS, PACKS = load_contracts(PROJECT), load_packs(PROJECT)
ROSTER = {"grade_code": "03", "entry_date": "2025-08-01"}
TEST = {
    "test_code": "T3",
    "subject_code": "ELA",
    "grade_code": "03",
    "administration_code": "SPRING",
    "assessment_type_code": "REGULAR",
    "administration_begin_date": "2026-04-01",
}
WHITE, ASIAN = {"is_white": True}, {"is_asian": True}

Group = tuple[int, int, dict[str, bool]]  # students enrolled, of whom tested, and their races


def send(state: Any, lea: str, *groups: Group) -> None:
    """Put roster and results of an LEA into the warehouse: two hundred white students who all took part, and the groups."""
    students = [
        (f"{place}-{number} of {lea}", number < tested, races)
        for place, (enrolled, tested, races) in enumerate([(200, 200, WHITE), *groups])
        for number in range(enrolled)
    ]
    state.send("student_enrollment", lea, 2026, [ROSTER | races | {"state_student_id": student} for student, _, races in students])
    results = [
        {"state_student_id": student, "subject_code": "ELA", "participation_code": "PARTICIPATED"} for student, is_tested, _ in students if is_tested
    ]
    state.send("assessment_result", lea, 2026, results)


def test_a_race_or_ethnicity_of_whom_too_few_took_part_is_found_among_many_who_did(state):
    state.send("assessment_registry", "EX", 2026, [TEST])
    # 18 of 20 Asian students are 90 %; of all students 218 of 220 are 99.1 %.
    send(state, "EX-0101", (20, 18, ASIAN))
    # 9 of 10 of two or more races are 90 %; were they counted as Asian too, 19 of 20 would be 95 %, which is enough.
    send(state, "EX-0102", (10, 10, ASIAN), (10, 9, ASIAN | WHITE))
    # 5 of 9 are too few to be looked at: the minimum is 10.
    send(state, "EX-0103", (9, 5, ASIAN))
    # 19 of 20 are 95 %; those who are Hispanic count as nothing else, and five of them are too few to be looked at.
    send(state, "EX-0104", (20, 19, ASIAN), (5, 0, ASIAN | {"is_hispanic": True}))
    suites = [suite.model_copy(update={"rules": rules}) for suite in load_reconcile_suites(PROJECT, CONTRACTS) if (rules := asm_011(suite))]
    pin_id = state.pin()

    with turn(state.settings.pipeline_dsn) as connection:
        reconciling.answer(connection, pin_id, suites, CONTRACTS, PACKS)

    found = state.query("select owner_org_id, rule_id, column_name, line_number from ops.standing_finding where level = 2 order by 1")
    assert found == [(lea, "ASM-011", "is_hispanic", None) for lea in ("EX-0101", "EX-0102")]


def asm_011(suite: Any) -> tuple[Any, ...]:
    return tuple(rule for rule in suite.rules if rule.id == "ASM-011")
