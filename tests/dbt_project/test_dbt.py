"""The dbt project against a real warehouse: its worked examples, and a small state whose published numbers fit on a page.

The small state (data/, one folder per sender): Riverside is an LEA of two schools, with seven students, three teachers and
nine ledger lines; Lakeview sends nothing; Hilltop has closed. The state lets cells of three students and half a teacher be shown.
"""

from decimal import Decimal
from typing import Any

import psycopg
import yaml

from sealea.settings import PROJECT

DBT_PROJECT = PROJECT / "dbt_project"


def query(dsn: str, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn) as connection:
        return connection.execute(statement, parameters).fetchall()


def test_every_worked_example_holds_and_an_empty_warehouse_builds(dbt: Any) -> None:
    written = [test["name"] for path in DBT_PROJECT.rglob("*.yml") for test in (yaml.safe_load(path.read_text()) or {}).get("unit_tests", [])]

    run = dbt.run("build")

    assert [node for node in run if node.status not in ("success", "pass")] == []
    assert sorted(node.name for node in run if node.kind == "unit_test") == sorted(written)
    assert len(written) > 40


def test_a_small_state_publishes_the_numbers_worked_by_hand(built_small_state: Any) -> None:
    dsn = built_small_state.dsn

    assert indicators(dsn) == expected_indicators()
    assert goals(dsn) == expected_goals()
    assert coverage(dsn) == expected_coverage()
    assert transactions(dsn) == expected_transactions()
    assert teacher_equity(dsn) == expected_teacher_equity()
    assert materials(dsn) == expected_materials()
    assert resources(dsn) == expected_resources()
    # Nobody spent the grant G1, and its time is over: it lapses.
    assert query(
        dsn, "select facet, trim_scale(value) from candidate.indicator_value where indicator_id = 'grant_burn' and org_id = 'EX-0101' order by 1"
    ) == [(f"G1:{period}{facet}", value) for period in ("AUD", "UNAUD") for facet, value in (("", 0), (":ELAPSED", 1), (":LAPSE_RISK", 1))]
    # The other state sets no minimum, so nothing of its twelve students is shown.
    assert query(dsn, "select count(*) > 0, count(value), count(n) from candidate.indicator_value where org_id like 'YY%%'") == [(True, 0, 0)]


def indicators(dsn: str) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    statement = """
        select indicator_id, org_id, grade_code, subgroup_code, contrast_id, trim_scale(value), trim_scale(n), reason_code
        from candidate.indicator_value
        where left(org_id, 2) = 'EX' and subgroup_code in ('ALL', 'ECODIS') and contrast_id in ('NONE', 'economic')
            and facet = 'NONE' and not (grade_code = '04' and contrast_id = 'NONE' and indicator_id <> 'mean_scale_score')
    """
    worked = {key[0] for key in expected_indicators()}
    return {row[:5]: row[5:] for row in query(dsn, statement) if row[0] in worked}


def expected_indicators() -> dict[tuple[str, ...], tuple[Any, ...]]:
    number, withheld = Decimal, (None, None, "*")
    of_the_state = {
        # Six tested of the seven; the parent of s5 refused.
        ("participation", "ALL", "ALL", "NONE"): (number("0.857"), 7, None),
        ("participation", "ALL", "ECODIS", "NONE"): (number("1"), 3, None),
        # s2, s3, s4 and s7 of the six tested; s1, s2, s6 are disadvantaged; the file of the fall window no longer counts.
        ("proficiency", "ALL", "ALL", "NONE"): (number("0.667"), 6, None),
        ("proficiency", "ALL", "ECODIS", "NONE"): (number("0.333"), 3, None),
        # 4 / (.95 x 7 expected) = .601504; of the disadvantaged all three were tested: 1 / 3.
        ("proficiency_accountability", "ALL", "ALL", "NONE"): (number("0.602"), 6, None),
        ("proficiency_accountability", "ALL", "ECODIS", "NONE"): (number("0.333"), 3, None),
        # 3005 / 6; s1, s2 and s6: 1470 / 3.
        ("mean_scale_score", "04", "ALL", "NONE"): (number("501"), 6, None),
        ("mean_scale_score", "04", "ECODIS", "NONE"): (number("490"), 3, None),
        # 3 / 3 less 1 / 3.
        ("gap_percentage_point", "ALL", "ALL", "economic"): (number("0.667"), 3, None),
        ("gap_percentage_point", "04", "ALL", "economic"): (number("0.667"), 3, None),
        # Nobody disadvantaged outscores anybody else: 500 at most against 505 at least.
        ("gap_v", "04", "ALL", "economic"): (None, None, "SATURATED"),
        # Means 511.67 and 490, pooled SD 8.8976: d 2.4351, J = 1 - 3/15.
        ("gap_g", "04", "ALL", "economic"): (number("1.948"), 3, None),
        # t1 of t1, t2 and t3, who counts for .5833 + .4167.
        ("inexperienced_teachers", "ALL", "ALL", "NONE"): (number("0.333"), 3, None),
        # 1 / 2.4167 = .4138 at North, 0 at South: 30/40 x .4138 - 10/60 x .4138.
        ("exposure_gap", "ALL", "ALL", "economic"): (number("0.241"), 40, None),
        # 110 000 of salaries, as the payroll says, + 790 000 - 20 000 + 60 000; transfer, charter payment and building stay out.
        ("current_expenditure", "ALL", "ALL", "NONE"): (number("940000"), None, None),
        ("per_pupil_expenditure", "ALL", "ALL", "NONE"): (number("9400"), 100, None),
    }
    of_the_schools = {
        ("participation", "EX-0101-001", "ALL", "ALL", "NONE"): (number("0.8"), 5, None),
        ("participation", "EX-0101-001", "ALL", "ECODIS", "NONE"): withheld,
        ("participation", "EX-0101-002", "ALL", "ALL", "NONE"): withheld,
        ("participation", "EX-0101-002", "ALL", "ECODIS", "NONE"): withheld,
        ("mean_scale_score", "EX-0101-001", "04", "ALL", "NONE"): (number("505"), 4, None),
        ("mean_scale_score", "EX-0101-001", "04", "ECODIS", "NONE"): withheld,
        ("mean_scale_score", "EX-0101-002", "04", "ALL", "NONE"): withheld,
        ("mean_scale_score", "EX-0101-002", "04", "ECODIS", "NONE"): withheld,
        ("gap_percentage_point", "EX-0101-001", "ALL", "ALL", "economic"): withheld,
        ("gap_percentage_point", "EX-0101-001", "04", "ALL", "economic"): withheld,
        ("gap_percentage_point", "EX-0101-002", "ALL", "ALL", "economic"): withheld,
        ("gap_percentage_point", "EX-0101-002", "04", "ALL", "economic"): withheld,
        ("proficiency", "EX-0101-001", "ALL", "ALL", "NONE"): (number("0.75"), 4, None),
        ("proficiency", "EX-0101-001", "ALL", "ECODIS", "NONE"): withheld,
        ("proficiency", "EX-0101-002", "ALL", "ALL", "NONE"): withheld,
        ("proficiency", "EX-0101-002", "ALL", "ECODIS", "NONE"): withheld,
        # 3 / (.95 x 5). s7 spent the full year in the LEA only, so South has one full-year student.
        ("proficiency_accountability", "EX-0101-001", "ALL", "ALL", "NONE"): (number("0.632"), 4, None),
        ("proficiency_accountability", "EX-0101-001", "ALL", "ECODIS", "NONE"): withheld,
        ("proficiency_accountability", "EX-0101-002", "ALL", "ALL", "NONE"): withheld,
        ("proficiency_accountability", "EX-0101-002", "ALL", "ECODIS", "NONE"): withheld,
        ("gap_g", "EX-0101-001", "04", "ALL", "economic"): withheld,
        ("gap_g", "EX-0101-002", "04", "ALL", "economic"): withheld,
        ("inexperienced_teachers", "EX-0101-001", "ALL", "ALL", "NONE"): (number("0.414"), number("2.42"), None),
        ("inexperienced_teachers", "EX-0101-002", "ALL", "ALL", "NONE"): (number("0"), number("0.58"), None),
    }
    one_lea = {(indicator, org, *scope): value for (indicator, *scope), value in of_the_state.items() for org in ("EX", "EX-R1", "EX-0101")}
    return one_lea | of_the_schools


def goals(dsn: str) -> list[tuple[Any, ...]]:
    statement = """
        select org_id, school_year, trim_scale(trajectory_value), trim_scale(actual_value), trim_scale(progress_ratio), status_code,
            is_on_track, trim_scale(required_annual_progress), trim_scale(z_score), is_within_noise, reason_code
        from candidate.goal_status order by org_id
    """
    return query(dsn, statement)


def expected_goals() -> list[tuple[Any, ...]]:
    # Trajectory .50 + .30 / 3; progress .1667 / .10; (.80 - .6667) / 2 years; z = (.6667 - .60) / .19245. South shows no colour.
    state = ("EX", 2026, *map(Decimal, ("0.6", "0.667", "1.667")), "Green", True, *map(Decimal, ("0.067", "0.35")), True, None)
    return [state, ("EX-0101-002", 2026, Decimal("0.6"), None, None, None, None, None, None, None, "*")]


def coverage(dsn: str) -> list[tuple[Any, ...]]:
    statement = "select extract, lea_id, status_code, window_code, row_count from candidate.submission_coverage order by lea_id, extract"
    return query(dsn, statement)


def expected_coverage() -> list[tuple[Any, ...]]:
    sent = {
        "assessment_result": 7,
        "finance_fund_balance": 1,
        "finance_ledger": 9,
        "finance_payroll": 2,
        "material_adoption": 2,
        "staff": 3,
        "staff_assignment": 4,
        "staff_vacancy": 1,
        "time_use": 2,
    }
    riverside = [(extract, "EX-0101", "REPORTED", "close", rows) for extract, rows in sent.items()]
    lakeview = [(extract, "EX-0102", "MISSING", None, 0) for extract in sent]
    # Transactions are expected of nobody; they are shown where they came.
    riverside.insert(4, ("finance_transaction", "EX-0101", "REPORTED", "close", 6))
    return [*riverside, *lakeview, ("assessment_result", "YY-1", "REPORTED", "close", 12)]


def transactions(dsn: str) -> list[tuple[Any, ...]]:
    statement = """
        select org_id, fund_code, function_code, object_code, program_code, school_code, line_count, amount_usd
        from restricted.fct_transaction_cell where left(org_id, 7) = 'EX-0101' order by org_id, function_code, school_code
    """
    return query(dsn, statement)


def expected_transactions() -> list[tuple[Any, ...]]:
    # The same posting twice is two postings; site 9 is no school of the directory.
    at_north = ("100", "1", "315", "NONE", "001", 3, Decimal("9999.80"))
    at_site = ("100", "1", "315", "NONE", "9", 1, Decimal("0.10"))
    of_the_lea = ("100", "4", "510", "7", "NONE", 2, Decimal("-25.00"))
    whole = [("EX-0101", *account) for account in (at_north, at_site, of_the_lea)]
    return [*whole, ("EX-0101-000", *at_site), ("EX-0101-000", *of_the_lea), ("EX-0101-001", *at_north)]


def teacher_equity(dsn: str) -> list[tuple[Any, ...]]:
    statement = """
        select measure_code, trim_scale(measure), trim_scale(unknown_share), trim_scale(poverty_gap), trim_scale(exposure_gap),
            trim_scale(exposure_gap_within_leas), measure_reason_code, lea_reported_count
        from candidate.teacher_equity where org_id = 'EX-0101' order by measure_code
    """
    return query(dsn, statement)


def expected_teacher_equity() -> list[tuple[Any, ...]]:
    # t1 has an emergency permit, t2 a credential for art, t3 one for the assignment. North (75 % poor) has t1, t2 and .416667 of t3:
    # 1 / 2.416667 = .414; South none. 30/40 x .414 - 10/60 x .414, all of it within the LEA.
    a_third = (Decimal("0.333"), Decimal("0"), Decimal("0.414"), Decimal("0.241"), Decimal("0.241"), None, 1)
    nobody_knows = (None, None, None, None, None, "MISSING_INPUT", 1)
    vacant = (Decimal("0.135"), None, None, None, None, None, 1)  # .5 of 3.2 + .5, the whole year
    return [
        ("ACCESS_EFFECTIVE_TEACHERS", *nobody_knows),
        ("EMERGENCY", *a_third),
        ("INEFFECTIVE", *nobody_knows),
        ("INEXPERIENCED", *a_third),
        ("OUT_OF_FIELD", *a_third),
        ("SALARY_PARITY", *nobody_knows),
        ("SALARY_PARITY_ADJUSTED", *nobody_knows),
        ("STUDENT_TEACHER_RATIO", Decimal("33.3"), None, None, None, None, None, 1),
        ("VACANCY", *vacant),
        ("VACANCY_FLOW", *vacant),
    ]


def materials(dsn: str) -> list[tuple[Any, ...]]:
    statement = """
        select subject_code, grade_code, trim_scale(section_share), trim_scale(student_share), trim_scale(used_share),
            trim_scale(learning_share), trim_scale(access_gap), spending_share_reason_code, adoption_lag_years_reason_code,
            trim_scale(lapsed_section_share), spending_per_pupil_usd_reason_code
        from candidate.materials where org_id = 'EX-0101' order by subject_code, grade_code
    """
    return query(dsn, statement)


def expected_materials() -> list[tuple[Any, ...]]:
    # 2 of 5 sections, 40 of 100 students, all of them at North; 45 of 100 hours; 30/40 - 10/60; the rating of M1 stands.
    share, na, none = Decimal("0.4"), "NOT_APPLICABLE", Decimal(0)
    return [
        ("ALL", "ALL", share, share, share, Decimal("0.45"), Decimal("0.583"), "MISSING_INPUT", na, none, "MISSING_INPUT"),
        ("ALL", "ELEMENTARY", share, share, share, None, None, na, na, none, na),
        ("ELA", "ALL", share, share, share, None, None, na, "NOT_REACHED", none, na),
        ("ELA", "ELEMENTARY", share, share, share, None, None, na, na, none, na),
    ]


def resources(dsn: str) -> list[tuple[Any, ...]]:
    statement = """
        select goal_code, trim_scale(money), trim_scale(people), trim_scale(staff_time), trim_scale(need_share),
            trim_scale(per_pupil_expenditure_usd), trim_scale(fund_balance_ratio), trim_scale(funding_cliff_exposure),
            effort_esea_ratio_reason_code, trim_scale(untagged_share), alignment_reason_code
        from candidate.resources_and_alignment where org_id = 'EX-0101' order by goal_code
    """
    return query(dsn, statement)


def expected_resources() -> list[tuple[Any, ...]]:
    # 900 000 - 20 000 without food; t1 is paid by the grant for PM-1, whose one year is over; 100 of 600 dollars are unassigned.
    number = Decimal
    of_the_lea = (number("9400"), number("0.167"), number("0.5"), "MISSING_INPUT", number("1"), "UNTAGGED")
    return [
        ("ALL", number("880000"), number("2"), number("100"), number("1"), *of_the_lea),
        ("PM-1", None, number("1"), number("45"), number("1"), *of_the_lea),
        ("UNTAGGED", number("880000"), number("1"), number("55"), None, *of_the_lea),
    ]
