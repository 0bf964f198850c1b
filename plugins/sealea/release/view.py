"""The views `published.<mart>`: what BI tools read, following the pointer of their mart."""

import psycopg
from psycopg import sql

from sealea.release.partition import Column, identifiers, read_columns
from sealea.release.releases import scalar

RELEASE_ID_COMMENT = "The release that this row belongs to; ops.release_event says when it was published."


def ensure_view(connection: psycopg.Connection, mart: str) -> None:
    """Make `published.<mart>` show every column of `release.<mart>`, described as the candidate is, readable by bi_reader.

    A view that is already right is not touched: replacing one waits for its readers.
    """
    columns = read_columns(connection, "release", mart)
    if [column.name for column in read_columns(connection, "published", mart)] != [column.name for column in columns]:
        connection.execute(view_statement(mart, columns))
        connection.execute(sql.SQL("grant select on {} to bi_reader").format(sql.Identifier("published", mart)))
    write_comments(connection, mart)


def view_statement(mart: str, columns: list[Column]) -> sql.Composed:
    """Return the statement that makes the view; the pointer is a subquery, so the other partitions are never read."""
    return sql.SQL(
        """
        create or replace view {view} as
        select
            (select release_id from ops.current_release where mart = {mart}) as release_id,
            {columns}
        from {table}
        where partition_release_id = (select partition_release_id from ops.current_release where mart = {mart})
        """
    ).format(view=sql.Identifier("published", mart), mart=sql.Literal(mart), columns=identifiers(columns), table=sql.Identifier("release", mart))


def write_comments(connection: psycopg.Connection, mart: str) -> None:
    """Describe the view and its columns as dbt describes the candidate."""
    view = sql.Identifier("published", mart)
    described = {column.name: column.comment for column in read_columns(connection, "published", mart)}
    for column in read_columns(connection, "candidate", mart):
        if column.comment != described[column.name]:
            comment = sql.SQL("comment on column {}.{} is {}")
            connection.execute(comment.format(view, sql.Identifier(column.name), sql.Literal(column.comment)))
    description = "select obj_description(to_regclass(%s), 'pg_class')"
    wanted = scalar(connection, description, [f"candidate.{mart}"])
    if wanted != scalar(connection, description, [f"published.{mart}"]):
        connection.execute(sql.SQL("comment on view {} is {}").format(view, sql.Literal(wanted)))
    release_id_comment = sql.SQL("comment on column {}.release_id is {}")
    connection.execute(release_id_comment.format(view, sql.Literal(RELEASE_ID_COMMENT)))
