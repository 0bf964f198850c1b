"""Loading: rows into the warehouse by COPY, within the transaction of the caller, while the file is still read and checked."""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO

import numpy as np
import polars as pl
import psycopg
from psycopg import sql

from sealea.contract import Contract
from sealea.errors import SealeaError

BLOCKS_AHEAD = 2
SAVEPOINT = sql.Identifier("rows_of_a_file")


@dataclass(frozen=True)
class Load:
    """Whose rows they are, and what puts pseudonyms in the place of person ids in them."""

    load_id: int
    contract: Contract
    pseudonymised: Callable[[pl.DataFrame], pl.DataFrame]


@dataclass
class Copying:
    """Copies rows as they come, in a thread of its own; from its first copy until it settles or gives up the connection is its alone.

    A file of one block is copied when it settles. Of a longer one the first blocks are copied before all is known: should it be
    returned after all, a savepoint undoes them; rows that turn out not to belong are deleted. Nobody sees any of it before the commit.
    """

    connection: psycopg.Connection
    load: Load
    first: list[pl.DataFrame] = field(default_factory=list)
    blocks: queue.Queue[pl.DataFrame | None] = field(default_factory=lambda: queue.Queue(BLOCKS_AHEAD))
    thread: threading.Thread | None = None
    errors: list[BaseException] = field(default_factory=list)
    is_given_up: bool = False

    def add(self, rows: pl.DataFrame) -> None:
        """Copy the rows, once there are more of them."""
        if self.is_given_up:
            return
        if not self.thread and not self.first:
            self.first.append(rows)
            return
        if not self.thread:
            self.begin()
        for block in [*self.first, rows]:
            self.blocks.put(block)
        self.first = []

    def begin(self) -> None:
        """Start copying."""
        self.connection.execute(sql.SQL("savepoint {}").format(SAVEPOINT))
        self.thread = threading.Thread(target=self.copy_all, name="copy", daemon=True)
        self.thread.start()

    def copy_all(self) -> None:
        """Copy blocks until there are no more; after an error they are only taken away."""
        while (rows := self.blocks.get()) is not None:
            try:
                if not self.errors and not self.is_given_up:
                    copy_load(self.connection, self.load, rows)
            except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits for this one
                self.errors.append(error)

    def end(self) -> None:
        """Wait until everything is copied. Raises what went wrong."""
        if self.thread:
            self.blocks.put(None)
            self.thread.join()
            self.thread = None
        if self.errors:
            raise self.errors[0]

    def settle(self, late: pl.Series) -> None:
        """Keep what was added, without the rows on the lines `late`."""
        if self.thread:
            self.end()
            delete_lines(self.connection, self.load, late)
            self.connection.execute(sql.SQL("release savepoint {}").format(SAVEPOINT))
        for rows in self.first:
            copy_load(self.connection, self.load, rows.filter(~pl.col("line_number").is_in(late.implode())) if len(late) else rows)
        self.first = []

    def give_up(self) -> None:
        """Keep nothing of what was added, and nothing that is added later."""
        self.is_given_up, self.first = True, []
        if self.thread:
            self.end()
            self.connection.execute(sql.SQL("rollback to savepoint {0}; release savepoint {0}").format(SAVEPOINT))


def copy_load(connection: psycopg.Connection, load: Load, typed: pl.DataFrame) -> None:
    """Copy rows of one load: with pseudonyms into raw.<extract>, their identity columns into vault.<extract>."""
    contract = load.contract
    copy_rows(connection, "raw", contract.extract, of_load(load.pseudonymised(typed), load.load_id))
    if contract.identity_columns:
        identities = typed.select("line_number", *(column.name for column in contract.identity_columns))
        copy_rows(connection, "vault", contract.extract, of_load(identities, load.load_id))


def delete_lines(connection: psycopg.Connection, load: Load, lines: pl.Series) -> None:
    """Delete the rows of some lines of a load, which this transaction has copied."""
    if lines.is_empty():
        return
    for schema in ("raw", "vault") if load.contract.identity_columns else ("raw",):
        table = sql.Identifier(schema, load.contract.extract)
        connection.execute(sql.SQL("delete from {} where load_id = %s and line_number = any(%s)").format(table), [load.load_id, lines.to_list()])


def load_findings(connection: psycopg.Connection, load_id: int, findings: pl.DataFrame) -> None:
    """Copy the explained findings of one load into ops.finding."""
    if findings.is_empty():
        return
    columns = ("rule_id", "severity", "line_number", "column_name", "message", "fix", "detail")
    copy_rows(connection, "ops", "finding", of_load(findings.select(*columns), load_id))


def of_load(rows: pl.DataFrame, load_id: int) -> pl.DataFrame:
    """Return the rows with their load in front."""
    return rows.select(pl.lit(load_id, pl.Int64).alias("load_id"), pl.all())


def copy_rows(connection: psycopg.Connection, schema: str, table: str, rows: pl.DataFrame) -> None:
    """Append `rows` to a table by column name.

    Raises SealeaError if PostgreSQL counts other rows than were sent.
    """
    columns = sql.SQL(", ").join(sql.Identifier(name) for name in rows.columns)
    text = as_text(rows)
    form = sql.SQL("format text") if text is not None else sql.SQL("format csv")
    statement = sql.SQL("copy {} ({}) from stdin ({})").format(sql.Identifier(schema, table), columns, form)
    with connection.cursor() as cursor:
        with cursor.copy(statement) as copy:
            copy.write(as_csv(rows) if text is None else text)
        arrived = cursor.rowcount
    if arrived != rows.height:
        raise SealeaError(f"Of {rows.height} rows for {schema}.{table} {arrived} arrived. Nothing was loaded; report this.")


def as_text(rows: pl.DataFrame) -> bytes | None:
    """Return the rows in PostgreSQL's text format, which costs both sides less than CSV; None if a value would have to be escaped."""
    buffer = BytesIO()
    rows.write_csv(buffer, include_header=False, separator="\t", quote_style="never", null_value="\\N")
    text = buffer.getvalue()
    nulls = sum(column.null_count() for column in rows.iter_columns())
    values = np.frombuffer(text, np.uint8)
    found = {byte: int(np.count_nonzero(values == ord(byte))) for byte in "\\\n\r\t"}
    return text if found == {"\\": nulls, "\n": rows.height, "\r": 0, "\t": rows.height * (rows.width - 1)} else None


def as_csv(rows: pl.DataFrame) -> bytes:
    """Return the rows as CSV. An unquoted empty value is NULL; no column holds empty text."""
    buffer = BytesIO()
    rows.write_csv(buffer, include_header=False)
    return buffer.getvalue()
