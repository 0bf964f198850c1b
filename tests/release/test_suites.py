"""The suites of expectations/marts/ against the marts as dbt builds them from the sample state."""

import psycopg
import pytest

from sealea.errors import ReleaseHeld
from sealea.release import gate, pin, publishing, transform
from sealea.release.suite import load_suites
from sealea.settings import PROJECT

SUITES = load_suites(PROJECT)
# What the sample state warns of: two years have no trend of three, and not every LEA reports every extract.
WARNED = {"GATE-073", "GATE-092"}
CELL = "org_id = 'EX-0101-001' and school_year = 2026 and subject_code = 'ELA' and grade_code = '03' and subgroup_code = 'ALL'"
COVERAGE = "extract = 'assessment_result' and school_year = 2026"
# Of a cell with too few students, whatever else a test has withheld before.
WITHHELD_RATE = """
    ctid = (
        select min(shown.ctid) from candidate.indicator_value as shown
        inner join restricted.fct_assessment_cell as cell using (org_id, school_year, subject_code, grade_code, subgroup_code)
        where indicator_id = 'proficiency' and reason_code = '*' and cell.tested_count between 1 and 9
    )
"""
STATE_RATE = """
    indicator_id = 'proficiency' and org_id = 'EX' and school_year = 2026 and subject_code = 'ELA' and grade_code = 'ALL' and subgroup_code = 'ALL'
"""


def ids_of(*, severity):
    return {rule.id for suite in SUITES for rule in suite.expectations if rule.severity == severity}


def unmet(state, pin_id=1):
    """Audit and return the ids of the expectations that are not met; the release is held if one of them is critical."""
    try:
        release_id = gate.audit(state.settings, pin_id)
        held = ""
    except ReleaseHeld as error:
        held = str(error)
        ((release_id,),) = state.query("select max(release_id) from ops.release")
    failing = {rule for (rule,) in state.query("select expectation_id from ops.gate_result where release_id = %s and not is_met", release_id)}
    for rule in ids_of(severity="critical"):
        assert (rule in held) == (rule in failing)
    assert "EX-" not in held
    return failing


def without_key(table):
    """Return the statement that drops a mart's primary key, whatever its name is."""
    query = (
        f"select format('alter table {table} drop constraint %I', conname) from pg_constraint where conrelid = '{table}'::regclass and contype = 'p'"
    )
    return f"do $$ begin execute ({query}); end $$;"


def twice(table):
    return f"insert into {table} select * from {table} limit 1;"


def test_the_sample_state_is_published_with_the_warnings_that_are_its_due(state):
    assert unmet(state) == WARNED
    assert state.read("select count(*) > 1000 from published.indicator_value") == [(True,)]
    assert state.pointers().keys() == {suite.table for suite in SUITES if suite.is_mart}


PLANTED = {
    "GATE-003": f"update restricted.fct_assessment_cell set level_1_count = level_1_count + 1 where {CELL}",
    "GATE-004": f"update restricted.fct_assessment_cell set score_count = tested_count + 1 where {CELL}",
    "GATE-005": f"update restricted.fct_assessment_cell set fay_expected_count = expected_count + 1 where {CELL}",
    "GATE-022": "update restricted.fct_ledger_cell set expenditure_usd = expenditure_usd + 1, capital_usd = capital_usd + 1 where org_id = 'EX-R01'",
    "GATE-042": f"update candidate.indicator_value set value = 1.2, numerator = 1.2 * denominator, interval_high = 1.3 where {STATE_RATE}",
    "GATE-044": "update candidate.indicator_value set n = 9 where indicator_id = 'gap_g' and reason_code = '*'",
    "GATE-045": f"update candidate.indicator_value set n = 12, numerator = 6, denominator = 12, value = .5, reason_code = null where {WITHHELD_RATE}",
    "GATE-049": """
        update candidate.indicator_value set standard_error = 1
        where ctid = (select ctid from candidate.indicator_value where indicator_id = 'mean_scale_score' and n < 30 limit 1)
    """,
    "GATE-090": f"update restricted.audit_coverage set lea_reported = 3, lea_expected = 3 where {COVERAGE}",
    "GATE-091": f"update restricted.audit_coverage set previous_lea_reported = 0 where {COVERAGE}",
}


# The mart of achievement repeats what indicator_value says, so it no longer agrees either.
ALSO = {"GATE-042": {"GATE-111"}, "GATE-045": {"GATE-111"}}


@pytest.mark.parametrize("rule", PLANTED)
def test_a_planted_error_holds_the_release_and_is_named(state, rule):
    served = state.pointers()
    state.change(PLANTED[rule])

    assert unmet(state) - WARNED == {rule} | ALSO.get(rule, set())
    assert state.pointers() == served


def test_a_gap_needs_the_minimum_of_all_numbers_too_where_that_of_gaps_is_smaller(state):
    """9 students on one side, in a state that needs 10 for every number and says 5 of gaps."""
    with psycopg.connect(state.pipeline) as connection:
        connection.execute("update ops.state_parameter set value = 5 where parameter = 'minimum_n_gap'")
    state.change(PLANTED["GATE-044"])

    assert unmet(state) - WARNED == {"GATE-044"}


def test_a_ratio_of_half_a_teacher_is_its_numerator_by_its_denominator_although_both_are_rounded(state):
    """60 students of .583333 FTE: what is shown, .58, would give 103.4."""
    state.change(
        """
        update candidate.indicator_value set numerator = 60, denominator = .58, value = 102.9, n = 60
        where ctid = (select min(ctid) from candidate.indicator_value where indicator_id = 'student_teacher_ratio' and reason_code is null)
        """
    )

    assert unmet(state) == WARNED


def test_students_whom_the_census_does_not_have_are_no_rate_above_1(state):
    """The census has 5 students of grade 04, the assessment file 5 of them and 7 of grade 06: 7 / 5."""
    state.change(
        """
        update candidate.indicator_value set numerator = 7, denominator = 5, value = 1.4, n = 5
        where ctid = (select min(ctid) from candidate.indicator_value where indicator_id = 'cross_file_consistency' and reason_code is null)
        """
    )

    assert unmet(state) == WARNED


def test_a_goal_must_not_tell_what_its_indicator_withholds(state):
    state.change(
        """
        update candidate.indicator_value as shown
        set value = null, numerator = null, denominator = null, n = null,
            standard_error = null, interval_low = null, interval_high = null, reason_code = '*'
        from candidate.goal_status as goal
        where goal.actual_value is not null and shown.facet = 'NONE'
            and (shown.indicator_id, shown.org_id, shown.school_year, shown.subject_code, shown.grade_code, shown.subgroup_code, shown.contrast_id)
            = (goal.indicator_id, goal.org_id, goal.measured_year, goal.subject_code, goal.grade_code, goal.subgroup_code, goal.contrast_id)
        """
    )

    assert unmet(state) - WARNED == {"GATE-063", "GATE-111"}


EMPTY_RULES = {"GATE-001", "GATE-020", "GATE-030", "GATE-040", "GATE-060", "GATE-070", "GATE-080", "GATE-100"}


def test_an_empty_candidate_is_not_published(state):
    for suite in SUITES:
        state.change(f"delete from {suite.schema_name}.{suite.table}")

    assert unmet(state) == EMPTY_RULES | {"GATE-091"}  # the last: nothing is compared any more


def test_every_other_critical_expectation_can_fail(state):
    """One error of each kind, all at once."""
    for suite in SUITES:
        table = f"{suite.schema_name}.{suite.table}"
        state.change((without_key(table) if suite.is_mart else "") + twice(table))
    for error in (
        f"update restricted.fct_assessment_cell set tested_count = enrolled_count + 1, fay_tested_count = enrolled_count + 2 where {CELL}",
        "update restricted.fct_ledger_cell set capital_usd = capital_usd + 1 where org_id = 'EX-0101-001'",
        "update restricted.fct_staff_cell set inexperienced_fte = known_experience_fte + 1 where org_id = 'EX-0101-001'",
        "update candidate.indicator_value set value = null, reason_code = '*' where indicator_id in (select indicator_id from candidate.goal_status)",
        f"update candidate.indicator_value set value = 1.5, reason_code = 'UNEXPLAINED', org_id = 'EX-9999' where {STATE_RATE}",
        f"update candidate.indicator_value set value = 1, n = 9 where {WITHHELD_RATE}",
        "update candidate.indicator_value set standard_error = 1 where indicator_id = 'mean_scale_score' and n < 30",
        "update candidate.goal_status set status_code = 'Blue', reason_code = '*'",
        "update candidate.dim_indicator set minimum_parameter = null where indicator_id = 'gap_g'",
        "update candidate.dim_organisation set parent_org_id = 'EX-9999' where org_id = 'EX-0101'",
        "update restricted.audit_coverage set lea_reported = 0, previous_lea_reported = 7",
        "update candidate.submission_coverage set status_code = 'LOST'",
        "update restricted.fct_teacher_cell set known_fte = fte_cap + 1, fte_cap = fte_cap - 0.1 where org_id = 'EX-0101-001'",
        """
        insert into restricted.fct_materials_cell
            (org_id, school_year, subject_code, grade_code, section_count, high_quality_section_count)
        select 'EX', 2026, 'ELA', 'HIGH', 0, 1 from generate_series(1, 2)
        """,
        "update candidate.teacher_equity set measure = null, measure_reason_code = null, unknown_share = 2 where org_id = 'EX'",
        "insert into candidate.materials (org_id, school_year, subject_code, grade_code, section_share) values ('EX', 2026, 'ALL', 'ALL', 2)",
        """
        update candidate.achievement_and_gaps set gap_trend = null, gap_verdict = 'closing'
        where ctid = (select min(ctid) from candidate.achievement_and_gaps)
        """,
        "update candidate.data_capacity set lea_missing_count = lea_expected_count + 1",
        "update candidate.resources_and_alignment set goal_code = 'X-1', money_share = 2, alignment_index = 2 where org_id = 'EX'",
    ):
        state.change(error)

    assert ids_of(severity="critical") - unmet(state) == ids_of(severity="critical") & EMPTY_RULES


def test_a_state_half_of_whose_leas_withdrew_their_results_is_held_until_they_are_back(state):
    """The whole way: events, pin, dbt, gate."""
    withdrawn = """
        insert into ops.load_event (load_id, status, actor)
        select load_id, %s, 'steward' from ops.load inner join ops.submission using (submission_id)
        where extract = 'assessment_result' and school_year = 2026 and sender_id in ('ex-0101', 'ex-0102', 'ex-0103')
    """
    state.query(withdrawn, "withdrawn")
    pin_id = pin.pin_inputs(state.settings)
    for layer in transform.LAYERS:
        transform.build(state.settings, pin_id, layer)
    served = state.pointers()

    assert unmet(state, pin_id) == {"GATE-090", *WARNED}
    assert state.pointers() == served
    state.query(withdrawn, "accepted")
    assert pin.pin_inputs(state.settings) is None


def test_the_key_of_every_suite_is_the_key_that_dbt_gives_the_mart(state):
    keys = """
        select relname, array_agg(attname::text order by array_position(conkey, attnum))
        from pg_constraint
        inner join pg_class on pg_class.oid = conrelid
        inner join pg_attribute on attrelid = conrelid and attnum = any(conkey)
        where contype = 'p' and connamespace = 'candidate'::regnamespace
        group by relname
    """

    assert {table: tuple(key) for table, key in state.query(keys)} == {suite.table: suite.key for suite in SUITES if suite.is_mart}


def test_the_same_inputs_built_again_keep_every_partition(state):
    """dbt gives the same numbers each time, so a release of unchanged marts copies nothing."""
    served = state.pointers()
    for layer in transform.LAYERS:
        transform.build(state.settings, 1, layer)
    release_id = gate.audit(state.settings, 1)
    publishing.publish(state.settings, release_id)

    assert state.pointers() == {mart: (release_id, partition) for mart, (_, partition) in served.items()}


def test_readers_find_a_description_of_every_published_mart_and_column(state):
    undescribed = """
        select relname, attname from pg_class
        inner join pg_attribute on attrelid = pg_class.oid
        where relnamespace = 'published'::regnamespace and relkind = 'v' and attnum > 0
            and (obj_description(pg_class.oid) is null or col_description(attrelid, attnum) is null)
    """

    assert state.query(undescribed) == []
    assert state.query("select count(*) from pg_class where relnamespace = 'published'::regnamespace") == [(sum(suite.is_mart for suite in SUITES),)]
