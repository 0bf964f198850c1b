"""What a newcomer sees: one command from SFTP to published marts, and what happens when it is repeated."""

import csv
import os
import signal

import psycopg
import pytest

from sealea.demo import drop
from sealea.local import airflow as airflow_service
from sealea.local import processes, senders, stack
from sealea.local.process_table import command_line, live_processes

RELEASE = "select max(release_id) from ops.current_release"


def outbox(platform, sender_id):
    """Return the account's login and the names in its outbox, read over SFTP as the sender would."""
    settings = platform.settings
    key = senders.add_sender(settings, sender_id)
    account = drop.Account(settings.host, settings.sftp_port, sender_id, key, senders.known_hosts_line(settings))
    return drop.answers(account)


def expected(platform):
    """Return what must come of each file of the sample state."""
    with (platform.settings.state_dir / "sample/truth/submissions.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_demo_publishes(platform):
    assert platform.first_demo.returncode == 0, platform.first_demo.stdout + platform.first_demo.stderr
    with platform.reader() as reader:
        count, releases = reader.execute(
            "select count(*), count(distinct release_id) from published.indicator_value where value is not null"
        ).fetchone()

    assert count > 100
    assert releases == 1


def test_the_summary_tells_what_was_returned_and_how_to_log_in(platform):
    said = platform.first_demo.stdout
    returned = [row["file_name"] for row in expected(platform) if row["status"] == "returned" and row["round"] == "1"]

    assert returned
    assert [name for name in returned if name not in said] == []
    assert "Findings by severity" in said
    assert "Headline indicators" in said
    assert f"http://127.0.0.1:{platform.settings.airflow_port}" in said
    assert "psql" in said


def test_every_file_has_a_receipt_and_nothing_waits(platform):
    with platform.pipeline() as pipeline:
        delivered = pipeline.execute("select original_name from ops.delivery where sender_id = 'ex-0102' and not is_duplicate").fetchall()
        pending = pipeline.execute("select count(*) from ops.outbox where delivered_at is null").fetchone()
    answers = outbox(platform, "ex-0102")

    assert pending == (0,)
    assert sorted(name for (name,) in delivered) == sorted(
        row["file_name"] for row in expected(platform) if row["sender_id"] == "ex-0102" and row["round"] == "1"
    )
    for (name,) in delivered:
        assert [answer for answer in answers if answer.startswith(name.partition(".csv")[0]) and "receipt" in answer], name


def test_every_line_of_every_file_is_accounted_for(platform):
    with platform.pipeline() as pipeline:
        loads = pipeline.execute(
            """
            select original_name, sha256, physical_line_count,
                header_line_count + blank_line_count + loaded_line_count + quarantined_line_count + unreadable_line_count
            from ops.load inner join ops.submission using (submission_id)
            """
        ).fetchall()

    assert loads
    for name, sha256, physical, accounted in loads:
        assert physical == accounted
        if name.endswith(".csv"):
            landed = (platform.settings.landing_dir / sha256[:2] / sha256).read_bytes()
            assert landed.count(b"\n") == physical


def test_no_personal_value_leaves_the_vault(platform):
    with platform.pipeline() as pipeline:
        (planted,) = pipeline.execute("select last_name from vault.staff order by last_name limit 1").fetchone()
        found = [
            table
            for (table,) in pipeline.execute(
                "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname in ('raw', 'ops', 'restricted', 'candidate', 'release')"
            ).fetchall()
            if pipeline.execute(psycopg.sql.SQL(f"select count(*) from {table} as t where t::text like %s"), [f"%{planted}%"]).fetchone() != (0,)
        ]

    assert planted.startswith("Family")
    assert found == []


@pytest.mark.parametrize("schema", ["raw", "ops", "vault", "restricted", "candidate", "release", "staging", "intermediate"])
def test_the_bi_role_reads_published_and_nothing_else(platform, schema):
    with platform.pipeline() as pipeline:
        (table,) = pipeline.execute(
            "select format('%%I.%%I', table_schema, table_name) from information_schema.tables where table_schema = %s limit 1", [schema]
        ).fetchone()
    with platform.reader() as reader, pytest.raises(psycopg.errors.InsufficientPrivilege):
        reader.execute(psycopg.sql.SQL(f"select 1 from {table}"))


def test_a_second_demo_finds_only_duplicates_and_keeps_the_release(platform):
    with platform.pipeline() as pipeline:
        before = pipeline.execute(RELEASE).fetchone()
        delivered = pipeline.execute("select count(*) from ops.delivery where not is_duplicate").fetchone()
        rows = pipeline.execute("select count(*) from raw.assessment_result").fetchone()

    second = platform.sealea("demo")

    assert second.returncode == 0, second.stdout + second.stderr
    with platform.pipeline() as pipeline:
        assert pipeline.execute(RELEASE).fetchone() == before
        assert pipeline.execute("select count(*) from raw.assessment_result").fetchone() == rows
        assert pipeline.execute("select count(*) from ops.delivery where is_duplicate").fetchone() == delivered


def test_a_halved_coverage_turns_the_audit_red_and_readers_keep_their_release(platform, airflow):
    with platform.pipeline() as pipeline:
        before = pipeline.execute(RELEASE).fetchone()
        withdrawn = pipeline.execute(
            """
            insert into ops.load_event (load_id, status, actor, reason)
            select load_id, 'withdrawn', 'test', 'halve the coverage' from ops.current_load
            where extract = 'assessment_result' and sender_id in ('ex-0101', 'ex-0102', 'ex-0103')
            returning load_id
            """
        ).fetchall()
    try:
        run_id = airflow.trigger("publish")
        state = airflow.wait_for_run("publish", run_id, 300)
        tasks = {task["task_id"]: task["state"] for task in airflow.task_instances("publish", run_id)}
        with platform.pipeline() as pipeline:
            assert state == "failed"
            assert tasks["audit_candidate"] == "failed"
            assert tasks["publish_release"] == "upstream_failed"
            assert pipeline.execute(RELEASE).fetchone() == before
    finally:
        with platform.pipeline() as pipeline, pipeline.cursor() as cursor:
            cursor.executemany(
                "insert into ops.load_event (load_id, status, actor, reason) values (%s, 'accepted', 'test', 'undo the withdrawal')", withdrawn
            )


def test_a_lost_line_turns_the_publish_dag_red_at_its_first_task_and_readers_keep_their_release(platform, airflow):
    lose = "update ops.load set blank_line_count = blank_line_count + %s where load_id = (select max(load_id) from ops.current_load)"
    with platform.pipeline() as pipeline:
        before = pipeline.execute(RELEASE).fetchone()
        pipeline.execute(lose, [-1])
    try:
        run_id = airflow.trigger("publish")
        state = airflow.wait_for_run("publish", run_id, 300)
        tasks = {task["task_id"]: task["state"] for task in airflow.task_instances("publish", run_id)}
        with platform.pipeline() as pipeline:
            assert state == "failed"
            assert tasks.pop("pin_inputs") == "failed"
            assert set(tasks.values()) == {"upstream_failed"}
            assert pipeline.execute(RELEASE).fetchone() == before
    finally:
        with platform.pipeline() as pipeline:
            pipeline.execute(lose, [1])


def workers(platform):
    """Return the processes in which Airflow runs tasks."""
    scheduler = processes.pid_of(platform.settings, airflow_service.SCHEDULER)
    return [process for process in live_processes() if process.parent == scheduler and "LocalExecutor" in command_line(process)]


def test_up_brings_the_tasks_back_when_a_worker_was_killed(platform, airflow):
    for worker in workers(platform)[:2]:
        os.kill(worker.pid, signal.SIGKILL)

    again = platform.sealea("up")

    assert again.returncode == 0, again.stderr
    assert len(workers(platform)) == airflow_service.worker_count()
    assert airflow.wait_for_run("receive", airflow.trigger("receive"), 120) == "success"


def test_starting_again_is_harmless_and_status_tells_the_truth(platform):
    again = platform.sealea("up")

    assert again.returncode == 0, again.stderr
    assert {service.state for service in stack.status(platform.settings)} == {"running"}
