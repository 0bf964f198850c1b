"""Nothing is lost: what a release is to be made from must be all that the files hold. Otherwise nothing is published."""

import psycopg
from psycopg import sql

from sealea.errors import SealeaError

LOST_LINES = """
    with accounted as (
        select
            load_id,
            physical_line_count,
            header_line_count + blank_line_count + loaded_line_count + quarantined_line_count + unreadable_line_count as accounted_line_count
        from ops.load
    )
    select accounted.load_id, accounted.physical_line_count, accounted.accounted_line_count
    from accounted
    left join ops.load_status using (load_id)
    where accounted.physical_line_count <> accounted.accounted_line_count
        and load_status.status is distinct from 'withdrawn' -- someone has dealt with it
    order by accounted.load_id
"""
LOST_ROWS = """
    with stored as (select load_id, count(*) as row_count from raw.{} group by load_id)
    select current_load.load_id, current_load.loaded_row_count, coalesce(stored.row_count, 0)
    from ops.current_load
    left join stored using (load_id)
    where current_load.extract = {} and coalesce(stored.row_count, 0) <> current_load.loaded_row_count
    order by current_load.load_id
"""
NAMED = 10


def require_complete(connection: psycopg.Connection) -> None:
    """Return if the lines of every load add up to those of its file and the rows of every current load are in raw, each once.

    How many lines a file has was told from its bytes when it came, not by the reader. Raises SealeaError naming the loads.
    """
    problems = [*lost_lines(connection), *lost_rows(connection)]
    if problems:
        raise SealeaError(
            f"{len(problems)} loads do not account for every line of their file ({'; '.join(problems[:NAMED])}). "
            "Do not publish: withdraw these loads, report the fault with the sha256 of their submissions, and read the files again."
        )


def lost_lines(connection: psycopg.Connection) -> list[str]:
    """Return a phrase for each load whose parts do not add up to the lines of its file."""
    return [f"load {load}: {physical} lines in the file, {accounted} accounted for" for load, physical, accounted in connection.execute(LOST_LINES)]


def lost_rows(connection: psycopg.Connection) -> list[str]:
    """Return a phrase for each current load that has more or fewer rows in raw than were loaded."""
    extracts = [extract for (extract,) in connection.execute("select distinct extract from ops.current_load where extract is not null order by 1")]
    problems = []
    for extract in extracts:
        query = sql.SQL(LOST_ROWS).format(sql.Identifier(extract), sql.Literal(extract))
        problems += [f"load {load}: {loaded} rows loaded, {stored} in raw.{extract}" for load, loaded, stored in connection.execute(query)]
    return problems
