"""One LEA sends again: only what its rows touch is made again, and everything is what a full build gives."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import psycopg
import pytest

from sealea.intake import receiving, senders
from sealea.local import secrets
from sealea.pack import load_pack
from sealea.release import pin, touched, transform
from sealea.sample_state.size import Size
from sealea.sample_state.writing import write_state
from sealea.settings import PROJECT, Settings

SIZE = Size(leas=12, students=700, years=2, seed=3)
RESULTS = ("restricted.fct_assessment_cell", "restricted.fct_score_count", "restricted.ind_proficiency", "restricted.ind_gap_v")
KEPT = (*RESULTS, "restricted.fct_ledger_cell", "restricted.fct_staff_cell", "restricted.fct_teacher_cell")
# What rests on no test result, but for its coverage; a log of submissions and what is counted by loads is made again with every file.
OF_OTHER_FILES = (
    "fct_ledger_cell",
    "fct_materials_cell",
    "fct_teacher_cell",
    "ind_current_expenditure",
    "ind_materials_use",
    "ind_teacher_retention",
    "materials_restricted",
    "teacher_equity_restricted",
)
TABLES = """
    select schemaname || '.' || tablename from pg_tables where schemaname in ('intermediate', 'restricted', 'candidate')
    union
    select schemaname || '.' || viewname from pg_views where schemaname in ('restricted', 'candidate')
    order by 1
"""


class State:
    """A sample state in a warehouse: what it delivers, builds and holds."""

    def __init__(self, settings: Settings, files: Path) -> None:
        self.settings, self.files = settings, files

    def query(self, statement: str) -> list[tuple]:
        with psycopg.connect(self.settings.pipeline_dsn) as connection:
            return connection.execute(statement).fetchall()

    def receive(self) -> None:
        for batch in receiving.ready_batches(self.settings):
            receiving.receive_batch(self.settings, batch)

    def build(self) -> None:
        pin_id = pin.pin_inputs(self.settings)
        for layer in transform.LAYERS:
            transform.build(self.settings, pin_id, layer)

    def contents(self) -> dict[str, tuple]:
        """Return the count of rows and a fingerprint of each table and mart that dbt has built."""
        fingerprint = "select count(*), sum(('x' || left(md5(whole::text), 15))::bit(60)::bigint) from {} as whole"
        return {table: self.query(fingerprint.format(table))[0] for (table,) in self.query(TABLES)}

    def files_of(self, names: tuple[str, ...]) -> dict[str, int]:
        """Return the file in which PostgreSQL keeps each table; a table that is made again has another."""
        return dict(self.query(f"select relname, relfilenode::bigint from pg_class where relname in {names}"))

    def references(self) -> set[tuple]:
        """Return the scopes of the state's means and spreads, each with these."""
        columns = "school_year, subject_code, grade_code"
        query = f"select ({columns})::text, (reference_code, mean_score, standard_deviation)::text from restricted.int_score_reference__chosen"
        return set(self.query(query))

    def scopes_rewritten_of_others(self, table: str, last: int) -> set[str]:
        """Return the scopes, less that of all grades, of which LEAs have rows written after the transaction `last` that were not made again."""
        query = f"""
            with placed as (select org_id, lea_id from intermediate.int_organisation__placed where org_type_code <> 'PSEUDO_CHILD'),
            made_again as (
                select lea_id from candidate.indicator_value as value inner join placed using (org_id)
                where indicator_id = 'proficiency' and value.xmin::text::bigint > {last} and lea_id is not null
            )
            select distinct (rewritten.school_year, rewritten.subject_code, rewritten.grade_code)::text
            from {table} as rewritten inner join placed using (org_id)
            where rewritten.xmin::text::bigint > {last} and rewritten.grade_code <> 'ALL' and lea_id not in (select lea_id from made_again)
        """
        return {scope for (scope,) in self.query(query)}

    def asked(self, test: str) -> set[str]:
        """Return the organisations whose rows the last run of a data test of the kind `holds` looked at."""
        (compiled,) = (transform.work_dir(self.settings) / "target/compiled").rglob(f"{test}*.sql")
        rows = compiled.read_text().partition("from")[2].rpartition("where (")[0]
        return {org for (org,) in self.query(f"select distinct org_id from {rows}")}

    def rewritten(self, table: str, last: int) -> set[str]:
        """Return the organisations that have a row written after the transaction `last`."""
        return {org for (org,) in self.query(f"select distinct org_id from {table} where xmin::text::bigint > {last}")}


@pytest.fixture(scope="module")
def state(postgres: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[State]:
    """Return a state whose marts are built."""
    folder, superuser = tmp_path_factory.mktemp("touched"), secrets.superuser_dsn(postgres)
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute("create database touched template warehouse_template owner sealea_pipeline")
        connection.execute("grant connect on database touched to sealea_transform")
    pipeline, transforming = (f"{dsn(postgres).rsplit('/', 1)[0]}/touched" for dsn in (secrets.pipeline_dsn, secrets.transform_dsn))
    settings = Settings(state_dir=folder / "state", settle_seconds=0.01, pipeline_dsn=pipeline, transform_dsn=transforming)
    secrets.ensure_secrets(settings)
    listing = write_state(SIZE, folder / "files", load_pack(PROJECT, "ex").file_name, 0.0)
    with psycopg.connect(pipeline) as connection:
        for sender in senders.load_senders(listing):
            senders.register(connection, sender.sender_id, "EX", sender.kind, sender.name, sender.organisations)
            (settings.sftp_dir / sender.sender_id / "outbox").mkdir(parents=True)
            shutil.copytree(listing.parent / sender.sender_id, settings.sftp_dir / sender.sender_id / "inbox")
    state = State(settings, folder / "files")
    state.receive()
    state.build()
    yield state
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute("drop database touched with (force)")


def plain_results(state: State) -> dict[str, Path]:
    """Return the last year's results that came as plain CSV and have a tested student behind the first lines, by LEA."""
    found = {}
    for path in sorted(state.files.glob("ex-*/*_assessment_result_2026_*.csv")):
        header, *lines = path.read_text(errors="replace").splitlines()
        if header.startswith("responsible_lea_id,") and any(",PARTICIPATED," in line and "\ufffd" not in line for line in lines[3:]):
            found[path.parent.name.upper()] = path
    return found


def send_again(state: State) -> tuple[str, str, str]:
    """Send files again and return three LEAs. Of the first: results without three records, and with one of a student whom the second reports
    too; a ledger in which the second is paid; and assignments without one. Of the third: the roster, in which all are disadvantaged now.
    A fourth sends results that are returned.
    """
    (lea, own_file), (other, other_file), (rostered, last_file), (returned, wrong_file) = list(plain_results(state).items())[:4]
    own, others = own_file.read_text().splitlines(), other_file.read_text().splitlines()
    tested = next(line for line in others[4:] if ",PARTICIPATED," in line)
    shared = ",".join([*own[1].split(",")[:2], *tested.split(",")[2:]]).replace(other, lea)
    assignments = own_file.with_name(own_file.name.replace("assessment_result", "staff_assignment"))
    inbox = state.settings.sftp_dir / lea.lower() / "inbox"
    (inbox / own_file.name).write_text("\n".join([own[0], *own[4:], shared]) + "\n")
    pay(state, own_file, other)
    (inbox / assignments.name).write_text("\n".join(assignments.read_text().splitlines()[:-1]) + "\n")
    roster = last_file.with_name(last_file.name.replace("assessment_result", "student_enrollment"))
    students = pl.read_csv(roster, infer_schema=False).with_columns(pl.lit("Y").alias("is_economically_disadvantaged"))
    (state.settings.sftp_dir / rostered.lower() / "inbox" / roster.name).write_text(students.write_csv())
    (state.settings.sftp_dir / returned.lower() / "inbox" / wrong_file.name).write_text("no\nresults\n")
    state.receive()
    statuses = state.query("select status, count(*) from (select * from ops.load_status order by load_id desc limit 5) as newest group by status")
    assert sorted(statuses) == [("accepted", 4), ("returned", 1)]
    return lea, other, rostered


def pay(state: State, results: Path, payee: str) -> None:
    """Send the ledger that lies beside results again; a line of its last period names the LEA that was paid."""
    ledger = results.with_name(results.name.replace("assessment_result", "finance_ledger"))
    lines = ledger.read_text().splitlines()
    paid = next(number for number, line in enumerate(lines) if ",UNAUD," in line and ",actual,expenditure,1,2300," in line)
    columns = [",payee_lea_id", *("," for _ in lines[1:])]
    columns[paid] = f",{payee}"
    text = "\n".join(line + column for line, column in zip(lines, columns, strict=True)) + "\n"
    (state.settings.sftp_dir / results.parent.name / "inbox" / ledger.name).write_text(text)


def test_only_the_touched_organisations_are_made_again_and_all_is_what_a_full_build_gives(state):
    before = state.contents()
    lea, other, rostered = send_again(state)
    ((last,),) = state.query("select pg_current_xact_id()::text::bigint")

    state.build()
    after = state.contents()
    placed = "select org_id from intermediate.int_organisation__placed where lea_id = any({}) or org_type_code in ('REGION', 'SEA')"
    for table in KEPT:
        own, near = ({lea, other, rostered}, ()) if table in RESULTS else ({lea}, (other,))
        family = {org for (org,) in state.query(placed.format(f"array{[*own, *near]}"))} | {"EX-000"}
        rewritten = state.rewritten(table, last)
        assert {*own, "EX"} <= rewritten <= family, table
        assert before[table] != after[table], table
    assert state.query("select * from candidate.indicator_value where indicator_id = 'proficiency' and lea_carried_forward_count > 0")
    assert state.asked("levels_add_to_tested") == state.rewritten("restricted.fct_assessment_cell", last) | {"EX-000"}
    disadvantaged = f"select economic_code, count(*) > 0 from intermediate.int_assessment__classified where responsible_lea_id = '{rostered}'"
    assert state.query(f"{disadvantaged} and school_year = 2026 group by economic_code") == [("ECODIS", True)]

    with psycopg.connect(state.settings.pipeline_dsn) as connection:
        connection.execute("delete from ops.basis")
    state.build()

    assert state.contents() == after


def test_a_run_that_breaks_off_leaves_what_it_touched_to_the_next_and_keeps_what_rests_on_other_files(state, monkeypatch):
    lea, path = next(iter(plain_results(state).items()))
    shutil.copy(path, state.settings.sftp_dir / lea.lower() / "inbox")
    state.receive()
    pin_id = pin.pin_inputs(state.settings)
    before, references = state.files_of(OF_OTHER_FILES), state.references()
    ((last,),) = state.query("select pg_current_xact_id()::text::bigint")
    transform.build(state.settings, pin_id, "cells")

    assert (lea,) in state.query("select org_id from ops.touched")
    transform.build(state.settings, pin_id, "cells")
    monkeypatch.setattr(touched, "clear", broken_off)
    with pytest.raises(InterruptedError):
        transform.build(state.settings, pin_id, "marts")
    monkeypatch.undo()
    transform.build(state.settings, pin_id, "marts")
    assert state.query("select * from ops.touched") == []
    assert len(before) == len(OF_OTHER_FILES)
    assert state.files_of(OF_OTHER_FILES) == before
    changed = {scope for scope, _ in references ^ state.references()}
    assert 0 < len(changed) < len(references) / 2
    assert state.scopes_rewritten_of_others("candidate.achievement_and_gaps", last) == changed

    after = state.contents()
    with psycopg.connect(state.settings.pipeline_dsn) as connection:
        connection.execute("delete from ops.basis")
    state.build()
    assert state.contents() == after


def test_a_payee_that_takes_its_books_back_and_sends_a_budget_leaves_the_payment_to_the_payer(state):
    (payer, results), (payee, others) = list(plain_results(state).items())[:2]
    pay(state, results, payee)
    state.receive()
    state.build()
    classes = f"select distinct expenditure_class_code from intermediate.int_ledger__classified where lea_id = '{payer}' and function_code = '2300'"
    assert sorted(state.query(classes)) == [("current",), ("payment_to_lea",)]

    ledger = others.with_name(others.name.replace("assessment_result", "finance_ledger"))
    header, *lines = ledger.read_text().splitlines()
    budget = "\n".join([header, *(line for line in lines if ",budget," in line)]) + "\n"
    (state.settings.sftp_dir / payee.lower() / "inbox" / ledger.name).write_text(budget)
    state.receive()
    assert state.query("select status from ops.load_status order by load_id desc limit 1") == [("accepted",)]
    state.build()
    after = state.contents()
    assert state.query(classes) == [("current",)]

    with psycopg.connect(state.settings.pipeline_dsn) as connection:
        connection.execute("delete from ops.basis")
    state.build()
    assert state.contents() == after


def broken_off(_: psycopg.Connection) -> None:
    raise InterruptedError
