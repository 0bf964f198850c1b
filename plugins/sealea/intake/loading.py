"""Loading: rows into the warehouse by COPY, within the transaction of the caller."""

from io import BytesIO

import polars as pl
import psycopg
from psycopg import sql

from sealea.contract import Contract
from sealea.errors import SealeaError

ROWS_PER_BLOCK = 50_000


def load(connection: psycopg.Connection, contract: Contract, load_id: int, typed: pl.DataFrame, pseudonymised: pl.DataFrame) -> None:
    """Copy the rows of one load: `pseudonymised` into raw.<extract>, the identity columns of `typed` into vault.<extract>."""
    copy_rows(connection, "raw", contract.extract, of_load(pseudonymised, load_id))
    if contract.identity_columns:
        identities = typed.select("line_number", *(column.name for column in contract.identity_columns))
        copy_rows(connection, "vault", contract.extract, of_load(identities, load_id))


def load_findings(connection: psycopg.Connection, load_id: int, findings: pl.DataFrame) -> None:
    """Copy the explained findings of one load into ops.finding."""
    columns = ("rule_id", "severity", "line_number", "column_name", "message", "fix", "detail")
    copy_rows(connection, "ops", "finding", of_load(findings.select(*columns), load_id))


def of_load(rows: pl.DataFrame, load_id: int) -> pl.DataFrame:
    """Return the rows with their load in front."""
    return rows.select(pl.lit(load_id, pl.Int64).alias("load_id"), pl.all())


def copy_rows(connection: psycopg.Connection, schema: str, table: str, rows: pl.DataFrame) -> None:
    """Append `rows` to a table by column name. An unquoted empty value is NULL; no column holds empty text.

    Raises SealeaError if PostgreSQL counts other rows than were sent.
    """
    columns = sql.SQL(", ").join(sql.Identifier(name) for name in rows.columns)
    statement = sql.SQL("copy {} ({}) from stdin (format csv)").format(sql.Identifier(schema, table), columns)
    with connection.cursor() as cursor:
        with cursor.copy(statement) as copy:
            for block in rows.iter_slices(ROWS_PER_BLOCK):
                buffer = BytesIO()
                block.write_csv(buffer, include_header=False)
                copy.write(buffer.getvalue())
        arrived = cursor.rowcount
    if arrived != rows.height:
        raise SealeaError(f"Of {rows.height} rows for {schema}.{table} {arrived} arrived. Nothing was loaded; report this.")
