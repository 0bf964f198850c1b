import subprocess
import sys
import time
from decimal import Decimal

import psycopg
import pytest

from sealea.errors import SealeaError
from sealea.release import publishing
from sealea.settings import environment

VALUES = "select org_id, value from published.indicator_value order by org_id"


def test_a_transaction_that_began_before_keeps_reading_the_old_release_in_every_mart(bench):
    bench.published()
    with psycopg.connect(bench.bi) as reader:
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        before = reader.execute(VALUES).fetchall()
        bench.change("update candidate.indicator_value set value = 0.9 where org_id = 'EX-0101'")
        bench.change("update candidate.goal_status set status_code = 'RED'")
        bench.published()

        assert reader.execute(VALUES).fetchall() == before
        assert reader.execute("select status_code from published.goal_status").fetchall() == [("GREEN",)]
    assert bench.read("select status_code from published.goal_status") == [("RED",)]


def test_until_the_last_pointer_moves_none_has(bench):
    bench.published()
    bench.change("update candidate.indicator_value set value = 0.9; update candidate.goal_status set status_code = 'RED'")
    second = bench.audited()
    with psycopg.connect(bench.pipeline) as blocker:
        blocker.execute("select from ops.current_release where mart = 'indicator_value' for update")
        program = f"from sealea.release import publishing; from sealea.settings import load_settings; publishing.publish(load_settings(), {second})"
        run = subprocess.Popen([sys.executable, "-c", program], env=environment(bench.settings))
        wait_for(lambda: bench.query("select count(*) from pg_locks where not granted") == [(1,)])
        assert bench.read("select status_code from published.goal_status") == [("GREEN",)]
    assert run.wait(timeout=60) == 0
    assert bench.read("select status_code from published.goal_status") == [("RED",)]
    assert bench.read("select distinct value from published.indicator_value") == [(Decimal("0.9"),)]


def test_no_statement_ever_sees_two_releases_at_once(bench):
    """Three releases pass while a reader asks both marts in one statement, over and over."""
    bench.published()
    both = """
        select distinct indicator_value.release_id, goal_status.release_id, goal_status.status_code, max(indicator_value.value)
        from published.indicator_value cross join published.goal_status group by 1, 2, 3
    """
    watcher = subprocess.Popen([sys.executable, "-c", WATCH, bench.bi, both], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert watcher.stdout.readline() == "watching\n"
    for number in (2, 3, 4):
        bench.change(f"update candidate.indicator_value set value = 0.{number} where org_id = 'EX-0102'")
        bench.change(f"update candidate.goal_status set status_code = '0.{number}'")
        bench.published()
    seen = {eval(line) for line in watcher.communicate("stop\n", timeout=60)[0].splitlines()}

    assert {first for first, _, _, _ in seen} >= {1, 4}
    assert all(first == second for first, second, _, _ in seen)
    assert {(status, value) for first, _, status, value in seen if first > 1} <= {("0.2", 0.25), ("0.3", 0.3), ("0.4", 0.4)}


WATCH = """
import select, sys, psycopg
with psycopg.connect(sys.argv[1], autocommit=True) as connection:
    print("watching", flush=True)
    seen = set()
    while True:
        ready = select.select([sys.stdin], [], [], 0)[0]
        seen |= {(a, b, c, float(d)) for a, b, c, d in connection.execute(sys.argv[2])}
        if ready:
            break
print("\\n".join(map(repr, seen)))
"""


def test_a_mart_that_gains_a_column_shows_it_and_a_view_of_a_bi_tool_goes_on(bench):
    bench.published()
    bench.query("create view public.dashboard as select org_id, value from published.indicator_value")
    bench.change("alter table candidate.indicator_value add column reason_code text; update candidate.indicator_value set reason_code = 'SMALL_N'")
    bench.published()

    assert bench.read("select distinct reason_code from published.indicator_value") == [("SMALL_N",)]
    assert len(bench.query("select * from public.dashboard")) == 3


def test_a_reader_who_keeps_the_old_shape_open_makes_publishing_fail_not_hang(bench):
    bench.published()
    bench.change("alter table candidate.goal_status add column note text")
    release_id = bench.audited()
    with psycopg.connect(bench.bi) as reader:
        reader.execute("select * from published.goal_status")
        with pytest.raises(SealeaError, match="a reader who keeps the old shape open"):
            publishing.publish(bench.settings, release_id)
    publishing.publish(bench.settings, release_id)

    assert bench.read("select note from published.goal_status") == [(None,)]


def test_readers_find_the_descriptions_of_the_models(bench):
    bench.published()
    bench.change("comment on column candidate.goal_status.status_code is 'How the goal stands.'")
    bench.published()

    assert bench.query("select obj_description('published.indicator_value'::regclass)") == [("One row per organisation and school year.",)]
    described = bench.query("select attname, col_description(attrelid, attnum) from pg_attribute where attrelid = 'published.goal_status'::regclass")
    assert dict(described)["status_code"] == "How the goal stands."
    assert "release" in dict(described)["release_id"]


def test_bi_reader_reads_published_marts_and_nothing_else(bench):
    bench.published()
    tables = bench.query(
        """
        select format('%I.%I', nspname, relname), nspname from pg_class inner join pg_namespace on pg_namespace.oid = relnamespace
        where nspname in ('ops', 'raw', 'vault', 'staging', 'intermediate', 'restricted', 'candidate', 'release', 'published')
            and relkind in ('r', 'p', 'v')
        """
    )
    assert {schema for _, schema in tables} >= {"ops", "raw", "vault", "restricted", "candidate", "release", "published"}
    for table, schema in tables:
        if schema == "published":
            bench.read(f"select * from {table}")
        else:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                bench.read(f"select * from {table}")


def test_bi_reader_cannot_write_what_it_reads(bench):
    bench.published()

    for statement in ("delete from published.goal_status", "create table published.mine (id int)", "drop view published.goal_status"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            bench.read(statement)


def test_the_other_partitions_are_never_read(bench):
    bench.published()
    bench.change("update candidate.goal_status set status_code = 'RED'")
    bench.published()
    plan = "\n".join(line for (line,) in bench.query("explain (analyze, costs off, timing off) select * from published.goal_status"))

    assert "goal_status_r1" in plan
    assert "(never executed)" in next(line for line in plan.splitlines() if "goal_status_r1" in line)


def wait_for(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
