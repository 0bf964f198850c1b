import subprocess
import sys
import time

import psycopg
import pytest

from sealea.errors import ReleaseHeld, SealeaError
from sealea.release import gate, publishing
from sealea.release.summary import release_summary
from sealea.settings import environment

VALUES = "select org_id, value from published.indicator_value order by org_id"


def partitions(bench):
    query = "select relname from pg_class where relnamespace = 'release'::regnamespace and relkind = 'r' order by relname"
    return [name for (name,) in bench.query(query)]


def test_the_first_release_is_what_readers_see(bench):
    release_id = bench.published()

    assert bench.read(VALUES) == [("EX-0101", pytest.approx(0.25)), ("EX-0102", pytest.approx(0.5)), ("EX-0103", None)]
    assert bench.read("select distinct release_id from published.indicator_value") == [(release_id,)]
    assert bench.pointers() == {"goal_status": (release_id, release_id), "indicator_value": (release_id, release_id)}


def test_publishing_twice_changes_nothing(bench):
    release_id = bench.audited()
    first = publishing.publish(bench.settings, release_id)
    events = bench.query("select * from ops.release_event")

    assert publishing.publish(bench.settings, release_id) == first
    assert bench.query("select * from ops.release_event") == events
    assert partitions(bench) == ["goal_status_r1", "indicator_value_r1"]


def test_a_release_with_the_same_content_keeps_every_partition(bench):
    first, second = bench.published(), bench.published()

    assert bench.pointers() == {"goal_status": (second, first), "indicator_value": (second, first)}
    assert bench.read("select distinct release_id from published.indicator_value") == [(second,)]
    assert partitions(bench) == ["goal_status_r1", "indicator_value_r1"]


def test_the_order_of_rows_and_columns_is_no_change(bench):
    first = bench.published()
    bench.change(
        """
        create table candidate.reordered as select value, school_year, org_id from candidate.indicator_value order by org_id desc;
        drop table candidate.indicator_value;
        alter table candidate.reordered rename to indicator_value;
        grant select on candidate.indicator_value to sealea_pipeline
        """
    )
    second = bench.published()

    assert bench.pointers()["indicator_value"] == (second, first)


@pytest.mark.parametrize(
    "change",
    [
        "update candidate.indicator_value set value = 0.26 where org_id = 'EX-0101'",
        "update candidate.indicator_value set value = 0 where value is null",
        "update candidate.indicator_value set value = 0.75 - value where value is not null",  # the values trade places
        "delete from candidate.indicator_value where org_id = 'EX-0103'",
    ],
)
def test_a_changed_mart_moves_its_own_partition_only(bench, change):
    first = bench.published()
    bench.change(change)
    second = bench.published()

    assert bench.pointers() == {"goal_status": (second, first), "indicator_value": (second, second)}
    assert sorted(bench.read(VALUES)) == sorted(bench.query("select org_id, value from candidate.indicator_value"))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ("alter table candidate.indicator_value drop column school_year", "school_year integer is now missing"),
        ("alter table candidate.indicator_value alter column school_year type bigint", "school_year integer is now bigint"),
    ],
)
def test_a_published_column_that_is_lost_or_changed_is_refused(bench, change, complaint):
    first = bench.published()
    bench.change(change)
    bench.suite("indicator_value", lambda text: text.replace("[org_id, school_year]", "[org_id]"))
    release_id = bench.audited()

    with pytest.raises(SealeaError, match=complaint):
        publishing.publish(bench.settings, release_id)
    assert bench.pointers()["indicator_value"] == (first, first)


def test_a_mart_that_readers_know_cannot_silently_drop_out_of_a_release(bench):
    bench.published()
    (bench.settings.project_dir / "expectations/marts/goal_status.yml").unlink()
    bench.change("drop table candidate.goal_status")
    release_id = bench.audited()

    with pytest.raises(SealeaError, match=r"published\.goal_status has no suite"):
        publishing.publish(bench.settings, release_id)


def test_a_column_that_publishing_adds_itself_is_refused(bench):
    bench.change("alter table candidate.goal_status add column release_id integer")
    release_id = bench.audited()

    with pytest.raises(SealeaError, match=r"candidate.goal_status has a column release_id"):
        publishing.publish(bench.settings, release_id)


def test_a_partition_is_unique_by_the_key_of_its_mart_also_where_the_key_is_null(bench):
    bench.change("update candidate.indicator_value set school_year = null where org_id = 'EX-0101'")
    bench.published()

    with pytest.raises(psycopg.errors.UniqueViolation):
        bench.query("insert into release.indicator_value select * from release.indicator_value")


def test_an_unaudited_release_is_refused(bench):
    pin_id = bench.pinned()
    ((release_id,),) = bench.query("insert into ops.release (pin_id) values (%s) returning release_id", pin_id)

    with pytest.raises(ReleaseHeld, match=f"The gate has not passed release {release_id}"):
        publishing.publish(bench.settings, release_id)


def test_a_held_release_is_refused(bench):
    bench.change("update candidate.indicator_value set value = 1.5 where org_id = 'EX-0101'")
    with pytest.raises(ReleaseHeld):
        bench.audited()

    with pytest.raises(ReleaseHeld, match="The gate has not passed release 1"):
        publishing.publish(bench.settings, 1)
    assert bench.pointers() == {}


def test_a_candidate_built_anew_after_the_audit_is_refused(bench):
    audited = bench.audited()
    bench.pinned()

    with pytest.raises(SealeaError, match=f"no longer those that release {audited} was audited on"):
        publishing.publish(bench.settings, audited)


def test_a_run_killed_before_its_last_step_leaves_readers_where_they_were_and_can_be_run_again(bench):
    first = bench.published()
    bench.change("update candidate.indicator_value set value = 0.9 where org_id = 'EX-0101'; update candidate.goal_status set status_code = 'RED'")
    second = bench.audited()
    with psycopg.connect(bench.pipeline) as blocker:
        blocker.execute("lock table ops.current_release in share mode")  # the pointers cannot move, all before them can
        program = f"from sealea.release import publishing; from sealea.settings import load_settings; publishing.publish(load_settings(), {second})"
        run = subprocess.Popen([sys.executable, "-c", program], env=environment(bench.settings))
        wait_for(lambda: bench.query("select count(*) from pg_locks where relation = 'ops.current_release'::regclass and not granted") == [(1,)])
        run.kill()
        run.wait()

    sessions = "select count(*) from pg_stat_activity where datname = current_database() and backend_type = 'client backend'"
    wait_for(lambda: bench.query(sessions) == [(1,)])
    assert bench.pointers()["indicator_value"] == (first, first)
    assert bench.read("select status_code from published.goal_status") == [("GREEN",)]
    assert publishing.publish(bench.settings, second)["marts"]["indicator_value"]["is_new"]
    assert bench.read("select status_code from published.goal_status") == [("RED",)]


def test_a_table_left_by_a_killed_run_does_not_stay(bench):
    bench.query("create table release.indicator_value_r1 (org_id text)")
    bench.query("create table release.goal_status_r99 (goal_code text)")
    bench.published()

    assert partitions(bench) == ["goal_status_r1", "indicator_value_r1"]
    assert len(bench.read(VALUES)) == 3


def wait_for(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_coverage_of_the_release_is_kept_for_the_next_gate(bench):
    release_id = bench.published()

    assert bench.query("select * from ops.release_coverage") == [(release_id, "assessment_result", 2026, 24)]


def test_the_summary_tells_what_readers_see(bench):
    with psycopg.connect(bench.pipeline) as connection:
        assert release_summary(connection)["release_id"] is None
    release_id = bench.published()
    with psycopg.connect(bench.pipeline) as connection:
        summary = release_summary(connection)

    assert summary["release_id"] == release_id
    assert summary["marts"][1] == {"mart": "indicator_value", "row_count": 3, "partition_release_id": release_id}
    assert [result["expectation_id"] for result in summary["gate"]] == ["GATE-901", "GATE-902", "GATE-903", "GATE-904", "GATE-911"]
    assert summary["coverage"] == [{"extract": "assessment_result", "school_year": 2026, "lea_count": 24}]
    assert summary["hold"] is None


def test_a_second_run_waits_for_its_turn(bench):
    """One that audits while another builds would audit half a candidate."""
    pin_id = bench.pinned()
    with psycopg.connect(bench.pipeline) as other:
        other.execute("select pg_advisory_lock(7325326)")
        program = f"from sealea.release import gate; from sealea.settings import load_settings; gate.audit(load_settings(), {pin_id})"
        run = subprocess.Popen([sys.executable, "-c", program], env=environment(bench.settings))
        wait_for(lambda: bench.query("select count(*) from pg_locks where locktype = 'advisory' and not granted") == [(1,)])
        assert bench.query("select count(*) from ops.release") == [(0,)]
    assert run.wait(timeout=60) == 0
    assert bench.query("select count(*) from ops.release") == [(1,)]


def test_audit_refuses_a_candidate_that_is_not_built_from_the_pin(bench):
    stale = bench.pinned()
    bench.query("delete from ops.build where layer = 'marts'")

    with pytest.raises(SealeaError, match=f"not built from pin {stale}"):
        gate.audit(bench.settings, stale)
