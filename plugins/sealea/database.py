"""The warehouse: connections, migrations, the tables that contracts call for, and who may read what."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import psycopg
from psycopg import sql

from sealea.contract import Contract
from sealea.pack import Pack

WAREHOUSE = Path(__file__).parent / "warehouse"
LOCK_KEY = 7_325_325  # one migration at a time, whoever starts it
PROVENANCE = (("load_id", "bigint not null"), ("line_number", "bigint not null"))
GRANTS = (
    "grant usage on schema raw, ops to sealea_transform",
    "grant select on all tables in schema raw, ops to sealea_transform",
    "grant usage on schema reconcile to sealea_transform",
    "grant usage, create on schema staging, intermediate, restricted, candidate to sealea_transform",
    "grant usage on schema published to bi_reader",
    "grant select on all tables in schema published to bi_reader",
)


@contextmanager
def connect(dsn: str) -> Iterator[psycopg.Connection]:
    """Yield a connection whose block is one transaction: committed at its end, rolled back if it raises."""
    with psycopg.connect(dsn, connect_timeout=10) as connection:
        yield connection


def migrate(dsn: str, contracts: Iterable[Contract], *packs: Pack) -> list[str]:
    """Return the names of the migrations applied now; the warehouse then has every table that this code needs.

    Runs in one transaction and under a lock, so it may be started twice or break off at any moment.
    """
    with connect(dsn) as connection:
        connection.execute("select pg_advisory_xact_lock(%s)", [LOCK_KEY])
        applied = apply_migrations(connection)
        for contract in contracts:
            ensure_tables(connection, contract)
        for pack in packs:
            write_parameters(connection, pack)
        grant(connection)
    return applied


def apply_migrations(connection: psycopg.Connection) -> list[str]:
    """Apply the numbered SQL files that this warehouse has not seen, in order; return their names."""
    connection.execute("create table if not exists public.schema_migration (name text primary key, at timestamptz default now())")
    seen = {name for (name,) in connection.execute("select name from public.schema_migration")}
    new = [path for path in sorted(WAREHOUSE.glob("*.sql")) if path.name not in seen]
    for path in new:
        connection.execute(path.read_bytes())
        connection.execute("insert into public.schema_migration (name) values (%s)", [path.name])
    return [path.name for path in new]


def ensure_tables(connection: psycopg.Connection, contract: Contract) -> None:
    """Create raw.<extract> and, for identity columns, vault.<extract>; add the columns that a newer contract brought."""
    raw = [*PROVENANCE, *((str(column.raw_name), column.sql_type) for column in contract.raw_columns)]
    ensure_table(connection, "raw", contract.extract, raw)
    if contract.identity_columns:
        identity = [*PROVENANCE, *((column.name, column.sql_type) for column in contract.identity_columns)]
        ensure_table(connection, "vault", contract.extract, identity)


def ensure_table(connection: psycopg.Connection, schema: str, table: str, columns: list[tuple[str, str]]) -> None:
    """Create `schema.table` keyed by load and line if it is not there, and add the columns that it lacks."""
    name = sql.Identifier(schema, table)
    create = sql.SQL("create table if not exists {} (load_id bigint not null, line_number bigint not null, primary key (load_id, line_number))")
    connection.execute(create.format(name))
    for column, kind in columns:
        add = sql.SQL("alter table {} add column if not exists {} {}")
        connection.execute(add.format(name, sql.Identifier(column), sql.SQL(kind)))


def write_parameters(connection: psycopg.Connection, pack: Pack) -> None:
    """Make ops.state_parameter say what the pack says, booleans as 1 and 0."""
    rows = [(pack.state_code, name, Decimal(str(float(value)))) for name, value in pack.parameters.model_dump().items()]
    connection.execute("delete from ops.state_parameter where state_code = %s", [pack.state_code])
    with connection.cursor() as cursor:
        cursor.executemany("insert into ops.state_parameter (state_code, parameter, value) values (%s, %s, %s)", rows)


def grant(connection: psycopg.Connection) -> None:
    """Give each role what it needs and no more; the vault is the pipeline's alone."""
    for statement in GRANTS:
        connection.execute(statement)
