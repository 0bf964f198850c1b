"""What rules of level 2 look at: the pinned files that count, by LEA, and the LEAs and persons whose answers may have changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

from sealea.contract import Contract
from sealea.reconcile_rule import ReconcileRule
from sealea.release.releases import ids

# Of several windows the latest counts, as in int_load__ranked.
SCOPE = """
    create table reconcile.scope as
    with pinned as (
        select pinned_load.*, sender.state_code
        from ops.pinned_load inner join ops.sender using (sender_id)
        where pinned_load.pin_id = %s
    ),
    calendar as (
        select distinct on (pinned.state_code, dated.extract, dated.school_year, dated.window_code)
            pinned.state_code, dated.extract, dated.school_year::integer as school_year, dated.window_code, dated.due_date
        from raw."window" as dated inner join pinned using (load_id)
        order by pinned.state_code, dated.extract, dated.school_year, dated.window_code, pinned.received_at desc, pinned.load_id desc
    ),
    ranked as (
        select
            pinned.load_id, pinned.extract, pinned.school_year, pinned.window_code, pinned.state_code,
            load_owner.owner_org_id, load_owner.row_count,
            count(*) over (partition by pinned.load_id) as owner_count,
            row_number() over (
                partition by pinned.extract, pinned.school_year, load_owner.owner_org_id,
                    case when load_owner.owner_org_id = pinned.state_code then pinned.sender_id end
                order by coalesce(calendar.due_date, (pinned.received_at at time zone 'UTC')::date) desc, pinned.received_at desc, pinned.load_id desc
            ) as window_rank
        from pinned
        inner join ops.load_owner using (load_id)
        left join calendar using (state_code, extract, school_year, window_code)
    )
    select load_id, extract, school_year, window_code, state_code, owner_org_id, row_count, owner_count from ranked where window_rank = 1
"""
# What an answer for one LEA rests on: its own files and those of its state's SEA.
INPUTS = """
    select own.owner_org_id, array_agg(distinct read.load_id order by read.load_id)
    from (select distinct owner_org_id, state_code from reconcile.scope where owner_org_id <> state_code) as own
    inner join reconcile.scope as read on read.owner_org_id in (own.owner_org_id, own.state_code)
    where read.extract = any(%s)
    group by own.owner_org_id
"""


@dataclass(frozen=True)
class Due:
    """The LEAs whose answer to a rule may have changed since it was given; `inputs` are the loads that each rests on now."""

    inputs: Mapping[str, list[int]]
    owners: tuple[str, ...]
    is_all: bool


def prepare(connection: psycopg.Connection, pin_id: int, contracts: Mapping[str, Contract]) -> None:
    """Write reconcile.scope: one row per LEA, extract, school year and load that counts in `pin_id`.

    The tables are logged: PostgreSQL does not start by itself after a crash in which an unlogged one was being made.
    """
    tell_owners(connection, pin_id, contracts)
    of_persons = [person_rows(extract) for extract, contract in contracts.items() if is_of_persons(contract)]
    tables = sql.SQL(", ").join([sql.SQL("reconcile.scope, reconcile.person"), *of_persons])
    connection.execute(sql.SQL("drop table if exists {} cascade").format(tables))
    connection.execute(SCOPE, [pin_id])
    connection.execute("create table reconcile.person (rule_id text not null, pid text not null)")
    connection.execute("analyze reconcile.scope")


def tell_owners(connection: psycopg.Connection, pin_id: int, contracts: Mapping[str, Contract]) -> None:
    """Add the loads of the pin that ops.load_owner does not know."""
    unknown = """
        select load_id from ops.pinned_load
        where pin_id = %s and extract = %s and load_id not in (select load_id from ops.load_owner)
    """
    for extract, contract in contracts.items():
        loads = ids(connection, unknown, [pin_id, extract])
        if loads and contract.owner:
            count = """
                insert into ops.load_owner
                select load_id, {owner}, count(*) from {table} where load_id = any(%s) and {owner} is not null group by 1, 2
            """
            names = {"owner": sql.Identifier(contract.owner), "table": sql.Identifier("raw", extract)}
            connection.execute(sql.SQL(count).format(**names), [loads])
        elif loads:
            of_state = """
                insert into ops.load_owner
                select load.load_id, sender.state_code, load.loaded_row_count
                from ops.load inner join ops.submission using (submission_id) inner join ops.sender using (sender_id)
                where load.load_id = any(%s)
            """
            connection.execute(of_state, [loads])


def due(connection: psycopg.Connection, rule: ReconcileRule, version: str) -> Due:
    """Return for which LEAs `rule` must be answered anew: those whose files changed, all if the rule or the SEA's data did."""
    now: dict[str, list[int]] = dict(connection.execute(INPUTS, [list(rule.reads)]).fetchall())
    stored = connection.execute("select owner_org_id, rule_version, load_ids from ops.reconcile_input where rule_id = %s", [rule.id])
    before = {owner: (was, loads) for owner, was, loads in stored}
    changed = sorted(owner for owner in now.keys() | before.keys() if before.get(owner) != (version, now.get(owner)))
    return Due(now, tuple(changed), is_all=set(now) <= set(changed))


def write_persons(connection: psycopg.Connection, rule: ReconcileRule, due: Due, contracts: Mapping[str, Contract]) -> None:
    """Write to reconcile.person whom the files of the due LEAs name, those that count now and those that counted before."""
    counted = "select unnest(load_ids) from ops.reconcile_input where rule_id = %s and owner_org_id = any(%s)"
    before = ids(connection, counted, [rule.id, list(due.owners)])
    loads = sorted({load for owner in due.owners for load in due.inputs.get(owner, [])}.union(before))
    insert = """
        insert into reconcile.person
        select distinct {rule}, {pid} from {table} where load_id = any(%s) and {owner} = any(%s) and {pid} is not null
    """
    for extract in rule.reads:
        owner, pid = contracts[extract].owner, person_column(contracts[extract])
        if owner and pid:
            names = {
                "rule": sql.Literal(rule.id),
                "pid": sql.Identifier(pid),
                "table": sql.Identifier("raw", extract),
                "owner": sql.Identifier(owner),
            }
            connection.execute(sql.SQL(insert).format(**names), [loads, list(due.owners)])


def write_person_rows(connection: psycopg.Connection, rules: Sequence[ReconcileRule], contracts: Mapping[str, Contract]) -> None:
    """Write the pinned rows of everybody in reconcile.person once for all `rules`: each would look for them among those of the whole state."""
    connection.execute("analyze reconcile.person")
    query = """
        create table {} as
        select * from {}
        where load_id in (select load_id from reconcile.scope where extract = {}) and {} in (select pid from reconcile.person)
    """
    for extract in sorted({extract for rule in rules for extract in rule.reads if is_of_persons(contracts[extract])}):
        pid = sql.Identifier(str(person_column(contracts[extract])))
        connection.execute(sql.SQL(query).format(person_rows(extract), sql.Identifier("raw", extract), sql.Literal(extract), pid))
        connection.execute(sql.SQL("analyze {}").format(person_rows(extract)))


def person_rows(extract: str) -> sql.Composable:
    """Return the name of the table that `write_person_rows` writes for an extract."""
    return sql.Identifier("reconcile", f"{extract}_of_persons")


def is_of_persons(contract: Contract) -> bool:
    """Return whether an LEA's rows of the extract are of persons."""
    return bool(contract.owner and person_column(contract))


def person_column(contract: Contract) -> str | None:
    """Return the column of raw.<extract> with the pseudonym of the person; None if its rows are of no person."""
    return next((column.raw_name for column in contract.columns if column.identity in ("student", "staff")), None)


def write_inputs(connection: psycopg.Connection, rule: ReconcileRule, version: str, due: Due) -> None:
    """Note what the answers to `rule` rest on now."""
    connection.execute("delete from ops.reconcile_input where rule_id = %s and owner_org_id = any(%s)", [rule.id, list(due.owners)])
    rows = [(rule.id, owner, version, due.inputs[owner]) for owner in due.owners if owner in due.inputs]
    with connection.cursor() as cursor:
        cursor.executemany("insert into ops.reconcile_input (rule_id, owner_org_id, rule_version, load_ids) values (%s, %s, %s, %s)", rows)
