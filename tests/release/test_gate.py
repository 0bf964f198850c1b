import json

import psycopg
import pytest

from sealea.errors import ReleaseHeld, RuleBug
from sealea.release import gate, validation
from sealea.release.suite import load_suites

SECRET = 0.123456789012345


def results(bench):
    query = "select expectation_id, is_met, unexpected_count, element_count from ops.gate_result order by expectation_id"
    return {rule: counts for rule, *counts in bench.query(query)}


def events(bench):
    return bench.query("select status, actor, reason from ops.release_event")


def everything_written(bench):
    """Return every row of every table of ops, as one text."""
    tables = bench.query("select relname from pg_class where relnamespace = 'ops'::regnamespace and relkind = 'r'")
    return "\n".join(str(row) for (table,) in tables for row in bench.query(f"select t::text from ops.{table} as t"))


def test_a_candidate_that_meets_every_expectation_passes(bench):
    assert gate.audit(bench.settings, bench.pinned()) == 1
    assert results(bench) == {
        "GATE-901": [True, None, 3],
        "GATE-902": [True, 0, None],
        "GATE-903": [True, 0, 3],
        "GATE-904": [True, 0, 3],
        "GATE-911": [True, 0, 1],
    }
    assert events(bench) == []


def test_a_critical_failure_holds_the_release_and_says_what_to_do(bench):
    published = bench.published()
    bench.change("update candidate.indicator_value set value = 1.5")

    with pytest.raises(ReleaseHeld) as held:
        bench.audited()

    assert str(held.value) == (
        f"Release 2 is held; readers still see release {published}. Critical expectations not met: 1.\n"
        "- GATE-903 (indicator_value: 3 failing, 3 in all): A rate lies outside 0 to 1. Fix: Mend numerator or denominator."
    )
    assert events(bench)[1:] == [("held", "release gate", str(held.value))]
    assert bench.pointers()["indicator_value"] == (published, published)


def test_every_failure_is_named_not_only_the_first(bench):
    bench.change("delete from candidate.indicator_value; update candidate.goal_status set status_code = null")

    with pytest.raises(ReleaseHeld, match=r"(?s)not met: 2.*GATE-911.*GATE-901 \(indicator_value: 0 in all\)|GATE-901.*GATE-911"):
        bench.audited()


def test_a_warning_is_written_down_and_holds_nothing(bench):
    bench.change("update candidate.indicator_value set value = 0.95")

    bench.audited()

    assert results(bench)["GATE-904"] == [False, 3, 3]


@pytest.mark.parametrize("school_year", ["2026", "null"])
def test_two_rows_of_one_key_are_found_also_where_the_key_is_null(bench, school_year):
    """Great Expectations' own compound uniqueness passes over keys with a NULL."""
    bench.change(f"insert into candidate.indicator_value values ('EX-0104', {school_year}, 0.1), ('EX-0104', {school_year}, 0.2)")

    with pytest.raises(ReleaseHeld, match=r"GATE-902 \(indicator_value: 1 failing\)"):
        bench.audited()


def key_is_asserted(text):
    """Rewrite GATE-902 so that it asks for the constraint instead of counting rows."""
    rule = 'type: unexpected_rows_expectation\n    kwargs: {unexpected_rows_query: "select 1 from {table} group by {key} having count(*) > 1"}'
    return text.replace(rule, "type: expect_key_to_be_enforced")


@pytest.mark.parametrize(
    "key",
    [
        "alter table candidate.indicator_value add primary key (org_id, school_year)",
        "create unique index on candidate.indicator_value (school_year, org_id) nulls not distinct",
        "create unique index on candidate.indicator_value (org_id) nulls not distinct",
        "alter table candidate.indicator_value alter org_id set not null, alter school_year set not null, add unique (org_id, school_year)",
    ],
)
def test_a_key_that_postgresql_keeps_unique_is_not_counted_again(bench, key):
    bench.suite("indicator_value", key_is_asserted)
    bench.change(key)

    bench.audited()

    assert results(bench)["GATE-902"] == [True, 0, None]


@pytest.mark.parametrize(
    "key",
    [
        "select 1",
        "create index on candidate.indicator_value (org_id, school_year)",
        "create unique index on candidate.indicator_value (org_id, school_year)",  # any number of rows without a school year
        "create unique index on candidate.indicator_value (org_id, school_year, value) nulls not distinct",
        "create unique index on candidate.indicator_value (org_id, school_year) nulls not distinct where school_year > 2026",
        "create unique index on candidate.indicator_value (org_id, (school_year + 0)) nulls not distinct",
        "create unique index on candidate.indicator_value (org_id) include (school_year)",
        "alter table candidate.indicator_value add unique nulls not distinct (org_id, school_year) deferrable",
    ],
)
def test_a_key_that_postgresql_does_not_keep_unique_holds_the_release(bench, key):
    bench.suite("indicator_value", key_is_asserted)
    bench.change(key)

    with pytest.raises(ReleaseHeld, match=r"GATE-902 \(indicator_value: 1 failing\)"):
        bench.audited()


@pytest.mark.parametrize(
    ("wrong", "right", "complaint"),
    [
        ("severity:", "serverity:", "serverity"),
        ("description:", "descriptoin:", "descriptoin"),
        ("max_value: 1}", "maximum: 1}", "GATE-903.*maximum"),
        ("expect_column_values_to_be_between", "expect_columns_to_behave", "GATE-903.*expect_columns_to_behave"),
        ("GATE-901", "GATE-902", "written twice: GATE-902"),
        ("critical", "fatal", "severity"),
        ("suite: indicator_value", "suite: indicators", "must be named indicators.yml"),
        ("from {table}", "from candidate.goal_status", "must read from {table}"),
        ("table: indicator_value", "table: indicator_valeu", "no table candidate.indicator_valeu"),
    ],
)
def test_a_misspelt_suite_is_loud_and_holds_the_release(bench, wrong, right, complaint):
    bench.suite("indicator_value", lambda text: text.replace(wrong, right))

    with pytest.raises(RuleBug, match=f"(?s){complaint}"):
        bench.audited()

    assert [(status, actor) for status, actor, _ in events(bench)] == [("held", "release gate")]


@pytest.mark.parametrize(
    ("wrong", "right", "complaint"),
    [
        ("column: value, min", "column: valeu, min", "GATE-903 .indicator_value.: the columns or arguments do not fit"),
        ("having count(*) > 1", "having cuont(*) > 1", r"GATE-902 .indicator_value.: UndefinedFunction: function cuont"),
        ("group by {key} having count(*) > 1", "where 1 / 0 > org_id::integer", "GATE-902 .indicator_value.: (DivisionByZero|InvalidText\\w+)\n"),
    ],
)
def test_an_expectation_that_cannot_be_evaluated_is_loud_and_holds_the_release_whatever_its_severity(bench, wrong, right, complaint):
    bench.suite("indicator_value", lambda text: text.replace(wrong, right).replace("severity: critical", "severity: info"))

    with pytest.raises(RuleBug, match=complaint + "|" + complaint.removesuffix("\n") + "$"):
        bench.audited()

    assert [status for status, _, _ in events(bench)] == ["held"]
    assert bench.query("select count(*) from ops.gate_result where is_met") != [(0,)]


def test_a_rule_cannot_write(bench):
    bench.query("create function ops.meddle() returns boolean language sql as 'delete from ops.release_event; select true'")
    bench.suite("indicator_value", lambda text: text.replace("group by {key} having count(*) > 1", "where ops.meddle()"))

    with pytest.raises(RuleBug, match=r"GATE-902 \(indicator_value\): ReadOnlySqlTransaction"):
        bench.audited()


def test_a_bug_does_not_hide_a_failure_beside_it(bench):
    bench.change("update candidate.goal_status set status_code = null")
    bench.suite("indicator_value", lambda text: text.replace("column: value, min", "column: valeu, min"))

    with pytest.raises(RuleBug, match=r"(?s)GATE-903.*GATE-911 \(goal_status: 1 failing, 1 in all\)"):
        bench.audited()


def test_a_mart_without_a_suite_is_not_published_unaudited(bench):
    bench.change("create table candidate.secret_mart (id integer)")

    with pytest.raises(RuleBug, match=r"audits candidate\.secret_mart"):
        bench.audited()


def test_a_project_without_suites_publishes_nothing(bench):
    for name in ("goal_status", "indicator_value"):
        (bench.settings.project_dir / f"expectations/marts/{name}.yml").unlink()

    with pytest.raises(RuleBug, match="holds no suite"):
        bench.audited()


def test_no_value_of_a_failing_row_is_written_or_said(bench):
    """One fails a column's range, one the key, one makes the rule itself break on the value."""
    bench.change(f"insert into candidate.indicator_value values ('EX-SECRET', 2026, {SECRET + 1}), ('EX-SECRET', 2026, {SECRET + 1})")
    bench.suite("goal_status", lambda text: text + BREAKS_ON_THE_VALUE)

    with pytest.raises(RuleBug) as bug:
        bench.audited()

    assert results(bench)["GATE-903"] == [False, 2, 5]
    assert results(bench)["GATE-902"] == [False, 1, None]
    for text in (str(bug.value), everything_written(bench)):
        assert "GATE-912" in text
        assert "SECRET" not in text
        assert "123456789" not in text


BREAKS_ON_THE_VALUE = """
  - id: GATE-912
    type: unexpected_rows_expectation
    kwargs: {unexpected_rows_query: "select 1 from {table}, candidate.indicator_value where org_id::integer > 1"}
    severity: critical
    message: GATE-912 breaks.
    fix: Mend it.
"""


def test_great_expectations_itself_reports_no_value(bench, monkeypatch):
    """The raw results, before we take the counts out of them."""
    bench.change(f"insert into candidate.indicator_value values ('EX-SECRET', 2026, {SECRET + 1}), ('EX-SECRET', 2026, {SECRET + 1})")
    reports = []
    read = validation.read_result
    monkeypatch.setattr(validation, "read_result", lambda *arguments: reports.append(arguments[2]) or read(*arguments))

    validation.validate(bench.pipeline, load_suites(bench.settings.project_dir))

    raw = json.dumps([report.to_json_dict() for report in reports], default=str)
    assert len(reports) == 5
    assert '"unexpected_count": 2' in raw
    assert "SECRET" not in raw
    assert "123456789" not in raw


def test_a_password_with_a_dollar_sign_and_an_at_sign_reaches_the_database(bench, warehouse):
    with psycopg.connect(warehouse.superuser, autocommit=True) as connection:
        connection.execute("create role dollar login password 'pa$HOME@x:y/z'")
        try:
            connection.execute(f"grant connect on database {connection.info.dbname} to dollar")
            connection.execute("grant usage on schema candidate to dollar; grant select on all tables in schema candidate to dollar")
            address = connection.info
            dsn = f"postgresql://dollar:pa%24HOME%40x%3Ay%2Fz@{address.host}:{address.port}/{address.dbname}"
            found = validation.validate(dsn, load_suites(bench.settings.project_dir))
            assert all(result.is_met for result in found)
        finally:
            connection.execute("drop owned by dollar; drop role dollar")
