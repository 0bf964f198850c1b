"""Which organisations are built again, so that cost follows the change: those whose inputs are not what the kept tables rest on."""

from collections.abc import Collection, Mapping

import psycopg

from sealea.contract import Contract
from sealea.release.affected import EVERYTHING
from sealea.release.releases import scalar

MAXIMUM_SHARE = 0.2  # of all LEAs; above it, building everything costs less
# A load that is new or no longer pinned, or of which other rows are left out than before.
CHANGED = """
    with pinned as (select load_id from ops.pin_load where pin_id = %(pin)s),
    left_out as (select load_id, line_number from ops.quarantined_row where pin_id = %(pin)s),
    changed as (
        (table pinned except table ops.basis_load) union (table ops.basis_load except table pinned)
        union select load_id from (table left_out except table ops.basis_quarantined_row) as newly
        union select load_id from (table ops.basis_quarantined_row except table left_out) as no_longer
    )
    select load.extract, array_agg(load.load_id) from changed inner join ops.load using (load_id) group by load.extract
"""
SAME_CODE = "select exists (select from ops.basis inner join ops.pin using (code_version, pack_version) where pin.pin_id = %s)"
# Who is counted may depend on what another LEA says of the same person. `contending_lea_ids` are all that have a result of the student.
SHARED_RESULTS = """
    select distinct unnest(string_to_array(coalesce(chosen.contending_lea_ids, chosen.responsible_lea_id), ' '))
    from (select distinct student_pid, subject_code, school_year from raw.assessment_result where load_id = any(%(loads)s)) as changed
    inner join intermediate.int_assessment__chosen as chosen using (student_pid, subject_code, school_year)
"""
SHARED_STAFF = """
    select distinct other.lea_id
    from (
        select staff_pid, school_year from raw.staff_assignment where load_id = any(%(loads)s)
        union
        select staff_pid, school_year from raw.staff where load_id = any(%(loads)s)
    ) as changed
    inner join raw.staff_assignment as other using (staff_pid, school_year)
    inner join ops.basis_load on other.load_id = basis_load.load_id
"""
# What is paid to an LEA counts with the payer or not, as what the payee spent in the whole year is here or not.
PAYERS = """
    select distinct payer.lea_id
    from raw.finance_ledger as payer
    inner join ops.basis_load on payer.load_id = basis_load.load_id
    where payer.payee_lea_id in (select distinct lea_id from raw.finance_ledger where load_id = any(%(loads)s))
"""
# LEAs whose attempts are others since the pin that the tables rest on: of a file that was returned no row counts, yet the coverage tells it.
ATTEMPTED = """
    select distinct sender_organisation.org_id
    from ops.load
    inner join ops.submission using (submission_id)
    inner join ops.sender_organisation using (sender_id)
    inner join ops.pin on pin.pin_id = %(pin)s
    cross join ops.basis
    where
        load.loaded_at > least(basis.pinned_at, pin.pinned_at)
        and load.loaded_at <= greatest(basis.pinned_at, pin.pinned_at)
        and sender_organisation.org_id <> '*'
"""
ATTEMPT = "attempt"  # stands in ops.touched for the extract of them: tables that come from certain extracts do not ask for it
SHARED = {"finance_ledger": PAYERS, "assessment_result": SHARED_RESULTS, "staff": SHARED_STAFF, "staff_assignment": SHARED_STAFF}
# LEAs that have persons in common with those that are built again are read too, and keep their rows.
READ_RESULTS = """
    select distinct unnest(string_to_array(contending_lea_ids, ' ')) from intermediate.int_assessment__chosen
    where contending_lea_ids is not null and string_to_array(contending_lea_ids, ' ') && %(leas)s::text[]
"""
READ_STAFF = """
    select distinct other.lea_id
    from raw.staff_assignment as touched
    inner join raw.staff_assignment as other using (staff_pid, school_year)
    inner join ops.basis_load on other.load_id = basis_load.load_id
    where touched.lea_id = any(%(leas)s)
"""
READ = {"assessment_result": READ_RESULTS, "staff": READ_STAFF, "staff_assignment": READ_STAFF}
# An LEA stands with all that adds up to it and all that it adds to; an organisation that the directory lacks adds to the state.
MARK = """
    with changed as (select unnest(%(leas)s::text[]) as lea_id),
    family as (
        select ancestry.org_id from intermediate.int_ancestry__expanded as ancestry inner join changed on ancestry.ancestor_org_id = changed.lea_id
        union
        select ancestry.ancestor_org_id from intermediate.int_ancestry__expanded as ancestry inner join changed on ancestry.org_id = changed.lea_id
        union
        select unnest(array[lea_id, left(lea_id, 2), left(lea_id, 2) || '-000']) from changed
    )
    insert into ops.touched (extract, org_id)
    select %(extract)s, org_id from family
    on conflict (extract, org_id) do update set is_read_only = false
"""
MARK_READ = "insert into ops.touched (extract, org_id, is_read_only) select %(extract)s, unnest(%(leas)s::text[]), true on conflict do nothing"

REST_ON = (
    "insert into ops.basis_load select load_id from ops.pin_load where pin_id = %(pin)s on conflict do nothing",
    "delete from ops.basis_quarantined_row",
    "insert into ops.basis_quarantined_row select load_id, line_number from ops.quarantined_row where pin_id = %(pin)s",
    "delete from ops.basis",
    """
    insert into ops.basis (code_version, pack_version, pin_id, pinned_at)
    select code_version, pack_version, pin_id, pinned_at from ops.pin where pin_id = %(pin)s
    """,
)

REFERENCES = """
    insert into ops.basis_score_reference
    select state_code, school_year, subject_code, grade_code, reference_code, mean_score, standard_deviation
    from restricted.int_score_reference__chosen
"""


def mark(connection: psycopg.Connection, pin_id: int, contracts: Mapping[str, Contract]) -> None:
    """Write down whose rows are made again for this pin, beside what an earlier run has left to do, in one transaction.

    Everything is if the code, a state pack or anything that the SEA sent is another one, or nothing was ever built.
    """
    with connection.transaction():
        changed: dict[str, list[int]] = dict(connection.execute(CHANGED, {"pin": pin_id}).fetchall())
        is_of_leas = all(extract in contracts and contracts[extract].sender == "lea" for extract in changed)
        is_same_code = scalar(connection, SAME_CODE, [pin_id])
        if is_of_leas and is_same_code:
            attempted = names(connection, ATTEMPTED, {"pin": pin_id})
            rest_on(connection, pin_id, keep_old=True)  # who shares persons is asked of old and new loads
            mark_leas(connection, ATTEMPT, attempted)
            for extract, load_ids in changed.items():
                mark_extract(connection, contracts[extract], load_ids)
        else:
            connection.execute("insert into ops.touched (extract, org_id) values ('*', '*') on conflict do nothing")
        if is_same_code:
            connection.execute("delete from ops.proven_load where load_id = any(%s)", [[load for loads in changed.values() for load in loads]])
        else:
            connection.execute("delete from ops.proven_load")
        rest_on(connection, pin_id)


def mark_extract(connection: psycopg.Connection, contract: Contract, load_ids: list[int]) -> None:
    """Write down the LEAs whose rows changed with these loads, those that share persons with them, and the organisations around them."""
    extract, owner = contract.extract, contract.owner
    leas = names(connection, f"select distinct {owner} from raw.{extract} where load_id = any(%(loads)s)", {"loads": load_ids})
    if extract in SHARED:
        leas |= names(connection, SHARED[extract], {"loads": load_ids})
    mark_leas(connection, extract, leas)


def mark_leas(connection: psycopg.Connection, extract: str, leas: set[str]) -> None:
    """Write down LEAs whose rows of an extract are made again, and the organisations around them; all if they are many."""
    lea_count = scalar(connection, "select count(*) from intermediate.int_organisation__placed where org_type_code = 'LEA'")
    if len(leas) > max(1, MAXIMUM_SHARE * lea_count):
        connection.execute("insert into ops.touched (extract, org_id) values (%s, '*') on conflict do nothing", [extract])
        return
    connection.execute(MARK, {"extract": extract, "leas": sorted(leas)})
    if extract in READ:
        connection.execute(MARK_READ, {"extract": extract, "leas": sorted(names(connection, READ[extract], {"leas": sorted(leas)}))})


def names(connection: psycopg.Connection, query: str, parameters: Mapping[str, object]) -> set[str]:
    """Return the first column of all rows of a query."""
    return {name for (name,) in connection.execute(query, parameters) if name is not None}


def rest_on(connection: psycopg.Connection, pin_id: int, *, keep_old: bool = False) -> None:
    """Write down that the kept tables rest on this pin once everything touched is made again."""
    if not keep_old:
        connection.execute("delete from ops.basis_load where load_id not in (select load_id from ops.pin_load where pin_id = %s)", [pin_id])
    for statement in REST_ON:
        connection.execute(statement, {"pin": pin_id})


def prove(connection: psycopg.Connection, pin_id: int) -> None:
    """Write down that the rows of the pinned loads have passed the tests of staging."""
    connection.execute("insert into ops.proven_load select load_id from ops.pin_load where pin_id = %s on conflict do nothing", [pin_id])


def organisations(connection: psycopg.Connection, extracts: Collection[str]) -> list[str] | None:
    """Return the organisations of which rows of these extracts have to be made again; None if all have."""
    query = "select distinct org_id from ops.touched where extract = any(%(extracts)s) and not is_read_only"
    touched = names(connection, query, {"extracts": [EVERYTHING, *extracts]})
    return None if EVERYTHING in touched else sorted(touched)


def extracts(connection: psycopg.Connection) -> list[str]:
    """Return the extracts whose rows have to be made again, '*' among them if all have."""
    return sorted(names(connection, "select distinct extract from ops.touched", {}))


def clear(connection: psycopg.Connection) -> None:
    """Write down that all layers are built from what they rest on, in one transaction."""
    with connection.transaction():
        if scalar(connection, "select to_regclass('restricted.int_score_reference__chosen')") is not None:
            connection.execute("delete from ops.basis_score_reference")
            connection.execute(REFERENCES)
        connection.execute("delete from ops.touched")
