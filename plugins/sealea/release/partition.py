"""The partitions of `release.<mart>`: built as standalone tables, then attached, so that no reader waits."""

from dataclasses import dataclass

import psycopg
from psycopg import sql

from sealea.errors import SealeaError
from sealea.release.releases import scalar

OWN_COLUMNS = {"release_id", "partition_release_id"}  # the view and the partitions say which release a row belongs to
LOCK_PATIENCE = "5s"  # for the rare statements that readers must wait behind
# What the text of a row depends on; fixed so that equal rows have equal fingerprints in every session.
CANONICAL_TEXT = "set local datestyle = 'ISO, YMD'; set local timezone = 'UTC'; set local extra_float_digits = 1; set local bytea_output = 'hex'"
COLUMNS = """
    select attname, format_type(atttypid, atttypmod), col_description(attrelid, attnum)
    from pg_attribute
    where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped
    order by attnum
"""
LEFTOVERS = r"""
    select relname from pg_class
    where relnamespace = 'release'::regnamespace and relkind = 'r' and not relispartition and relname ~ '_r\d+$'
"""


@dataclass(frozen=True)
class Column:
    """One column of a mart, with the comment that its dbt description became."""

    name: str
    sql_type: str
    comment: str | None


@dataclass(frozen=True)
class Content:
    """How many rows a mart holds and a fingerprint of them that depends neither on their order nor on that of the columns."""

    row_count: int
    content_hash: str


def read_columns(connection: psycopg.Connection, schema: str, table: str) -> list[Column]:
    """Return the columns of a table or view in their order, without those that say which release a row belongs to; none if it does not exist."""
    rows = connection.execute(COLUMNS, [f"{schema}.{table}"])
    return [Column(*row) for row in rows if row[0] not in OWN_COLUMNS]


def read_content(connection: psycopg.Connection, schema: str, table: str, columns: list[Column]) -> Content:
    """Return the row count and the fingerprint of a table."""
    ordered = sorted(columns, key=lambda column: column.name)
    query = sql.SQL(
        """
        with row_hash as (select md5(row({columns})::text) as digest from {table})
        select
            count(*),
            md5(concat_ws(
                '|',
                {shape},
                count(*),
                sum(('x' || left(digest, 16))::bit(64)::bigint::numeric),
                sum(('x' || right(digest, 16))::bit(64)::bigint::numeric)
            ))
        from row_hash
        """
    ).format(
        columns=identifiers(ordered),
        table=sql.Identifier(schema, table),
        shape=sql.Literal(",".join(f"{column.name} {column.sql_type}" for column in ordered)),
    )
    with connection.transaction():
        connection.execute(CANONICAL_TEXT)
        row = connection.execute(query).fetchone()
    assert row is not None
    return Content(*row)


def ensure_parent(connection: psycopg.Connection, mart: str, columns: list[Column]) -> None:
    """Make `release.<mart>` if this is the mart's first release, and add the columns that the mart has gained.

    Raises SealeaError if a published column is gone or has another type: its name is a promise to BI tools.
    """
    present = {column.name: column.sql_type for column in read_columns(connection, "release", mart)}
    refuse_broken_promises(mart, columns, present)
    gained = [column for column in columns if column.name not in present]
    with connection.transaction():
        connection.execute(f"set local lock_timeout = '{LOCK_PATIENCE}'")
        if not present:
            create = "create table if not exists {} (partition_release_id bigint not null, {}) partition by list (partition_release_id)"
            connection.execute(sql.SQL(create).format(sql.Identifier("release", mart), sql.SQL(", ").join(map(definition, columns))))
        elif gained:
            added = sql.SQL(", ").join(sql.SQL("add column {}").format(definition(column)) for column in gained)
            connection.execute(sql.SQL("alter table {} {}").format(sql.Identifier("release", mart), added))


def refuse_broken_promises(mart: str, columns: list[Column], published: dict[str, str]) -> None:
    """Raise SealeaError if the candidate lacks a published column or gives it another type."""
    candidate = {column.name: column.sql_type for column in columns}
    broken = [f"{name} {kind} is now {candidate.get(name, 'missing')}" for name, kind in published.items() if candidate.get(name) != kind]
    if broken:
        raise SealeaError(
            f"published.{mart} would break for its readers: {'; '.join(broken)}. Keep the column as it was "
            f"(filled with NULL if it has no meaning any more), or publish the new shape as a mart of another name, such as {mart}_2."
        )


def build_partition(connection: psycopg.Connection, mart: str, key: tuple[str, ...], release_id: int, content: Content) -> None:
    """Copy the candidate into a partition of its own, unique by `key`, and attach it. One that is already there from a broken attempt is kept.

    Raises SealeaError if what is there differs from the candidate.
    """
    columns = read_columns(connection, "candidate", mart)
    name = partition_name(mart, release_id)
    if scalar(connection, "select relispartition from pg_class where oid = to_regclass(%s)", [f"release.{name}"]):
        if read_content(connection, "release", name, columns) != content:
            raise SealeaError(f"release.{name} was built from another candidate. Trigger the publish DAG again: it makes a new release.")
        return
    table, parent = sql.Identifier("release", name), sql.Identifier("release", mart)
    with connection.transaction():
        connection.execute(sql.SQL("create table {} (like {})").format(table, parent))
        connection.execute(copy_statement(table, mart, key, release_id, columns))
        unique = sql.SQL("create unique index on {} ({}) nulls not distinct")
        connection.execute(unique.format(table, sql.SQL(", ").join(map(sql.Identifier, key))))
    connection.execute(sql.SQL("analyze {}").format(table))
    attach = sql.SQL("alter table {} attach partition {} for values in ({})")
    connection.execute(attach.format(parent, table, sql.Literal(release_id)))


def copy_statement(table: sql.Identifier, mart: str, key: tuple[str, ...], release_id: int, columns: list[Column]) -> sql.Composed:
    """Return the statement that copies the candidate's rows, in the order of the key."""
    return sql.SQL("insert into {} (partition_release_id, {}) select {}, {} from {} order by {}").format(
        table,
        identifiers(columns),
        sql.Literal(release_id),
        identifiers(columns),
        sql.Identifier("candidate", mart),
        sql.SQL(", ").join(map(sql.Identifier, key)),
    )


def drop_leftovers(connection: psycopg.Connection) -> None:
    """Drop the standalone tables that a killed run has left; nobody reads them."""
    for (name,) in connection.execute(LEFTOVERS).fetchall():
        connection.execute(sql.SQL("drop table {}").format(sql.Identifier("release", name)))


def partition_name(mart: str, release_id: int) -> str:
    """Return the name of the partition that holds a mart as of one release."""
    return f"{mart}_r{release_id}"


def definition(column: Column) -> sql.Composed:
    """Return name and type of a column, as in `create table`."""
    return sql.SQL("{} {}").format(sql.Identifier(column.name), sql.SQL(column.sql_type))


def identifiers(columns: list[Column]) -> sql.Composed:
    """Return the names of `columns`, separated by commas."""
    return sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)
