"""Files as rows of the warehouse: what rules of level 2 see, written without the intake, so that an example is a few columns."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from psycopg import sql

from sealea.contract import Contract, load_contracts
from sealea.local import secrets
from sealea.release import pin
from sealea.settings import PROJECT, Settings

CONTRACTS = load_contracts(PROJECT)
COUNTER = itertools.count()
MARKS = {"lea", "year", "fails", "times", "from"}

Row = Mapping[str, Any]


@dataclass(frozen=True)
class State:
    """A warehouse that files can be put into."""

    settings: Settings

    def query(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.settings.pipeline_dsn) as connection:
            cursor = connection.execute(statement, parameters or None)
            return cursor.fetchall() if cursor.description else []

    def send(self, extract: str, lea: str, year: int, rows: Sequence[Row], window: str = "close") -> int:
        """Put a file of an LEA, or of the SEA if the extract has no owner, into the warehouse, accepted; return its load.

        Rows have columns by the names of the contract; the first stands on line 2. A file of the same window replaces the one before it.
        """
        contract = CONTRACTS[extract]
        sender = lea.lower() if contract.owner else "sea"
        lines = len(rows)
        with psycopg.connect(self.settings.pipeline_dsn) as connection:
            kind = "lea" if contract.owner else "sea"
            connection.execute(
                "insert into ops.sender (sender_id, state_code, kind, sender_name) values (%s, 'EX', %s, %s) on conflict do nothing",
                [sender, kind, f"The office of {sender}"],
            )
            submission = connection.execute(
                """
                insert into ops.submission (sender_id, layout, school_year, window_code, sha256, byte_count, original_name)
                values (%s, %s, %s, %s, %s, 1, %s) returning submission_id
                """,
                [sender, extract, year, window, f"sha{next(COUNTER)}", f"ex_{sender}_{extract}_{year}_{window}_20261005T080000.csv"],
            ).fetchone()
            assert submission
            connection.execute(
                """
                insert into ops.delivery (sender_id, original_name, upload_signature, submission_id, is_duplicate)
                values (%s, %s, %s, %s, false)
                """,
                [sender, f"ex_{sender}_{extract}_{year}_{window}_20261005T080000.csv", f"signature {next(COUNTER)}", submission[0]],
            )
            load = connection.execute(
                """
                insert into ops.load (submission_id, extract, contract_version, pack_version, physical_line_count, header_line_count, blank_line_count,
                    loaded_line_count, quarantined_line_count, unreadable_line_count, loaded_row_count, quarantined_row_count)
                values (%s, %s, 'c', 'p', %s, 1, 0, %s, 0, 0, %s, 0) returning load_id
                """,
                [submission[0], extract, lines + 1, lines, lines],
            ).fetchone()
            assert load
            for line, row in enumerate(rows, start=2):
                write_row(connection, contract, load[0], line, complete(contract, lea, year, row))
            connection.execute("insert into ops.load_event (load_id, status, actor) values (%s, 'accepted', 'test')", [load[0]])
        return int(load[0])

    def pin(self) -> int:
        pin_id = pin.pin_inputs(self.settings)
        assert pin_id is not None
        return pin_id

    def findings(self, rule_id: str = "%") -> list[tuple[Any, ...]]:
        """Return the standing findings of level 2 in the files that count as (rule, extract, LEA, line), in order."""
        return self.query(
            """
            select finding.rule_id, load.extract, finding.owner_org_id, finding.line_number
            from ops.standing_finding as finding inner join ops.current_load as load using (load_id)
            where finding.level = 2 and finding.rule_id like %s
            order by 1, 2, 3, 4 nulls first
            """,
            rule_id,
        )


def complete(contract: Contract, lea: str, year: int, row: Row) -> dict[str, Any]:
    """Return the row with its owner and year."""
    values = {name: value for name, value in row.items() if name not in MARKS}
    if contract.owner:
        values[contract.owner] = lea
    for name in ("school_year", "fiscal_year"):
        if name in contract.by_name:
            values.setdefault(name, year)
    return values


def write_row(connection: psycopg.Connection, contract: Contract, load_id: int, line: int, values: dict[str, Any]) -> None:
    """Write one row to raw, person ids standing for their pseudonyms, and to the vault."""
    raw = {str(contract.by_name[name].raw_name): value for name, value in values.items() if contract.by_name[name].raw_name}
    insert_into(connection, "raw", contract.extract, {"load_id": load_id, "line_number": line, **raw})
    if contract.identity_columns:
        names = {column.name for column in contract.identity_columns}
        identity = {name: value for name, value in values.items() if name in names}
        insert_into(connection, "vault", contract.extract, {"load_id": load_id, "line_number": line, **identity})


def insert_into(connection: psycopg.Connection, schema: str, table: str, row: Row) -> None:
    columns, places = sql.SQL(", ").join(map(sql.Identifier, row)), sql.SQL(", ").join([sql.Placeholder()] * len(row))
    connection.execute(sql.SQL("insert into {} ({}) values ({})").format(sql.Identifier(schema, table), columns, places), list(row.values()))


def new_state(postgres: Settings, state_dir: Any) -> tuple[State, str]:
    """Return a fresh warehouse and the name of its database."""
    name, superuser = f"reconcile_{next(COUNTER)}", secrets.superuser_dsn(postgres)
    execute(superuser, f"create database {name} template warehouse_template owner sealea_pipeline")
    execute(superuser, f"grant connect on database {name} to sealea_transform, bi_reader")
    pipeline, transform = (f"{dsn(postgres).rsplit('/', 1)[0]}/{name}" for dsn in (secrets.pipeline_dsn, secrets.transform_dsn))
    return State(Settings(state_dir=state_dir, pipeline_dsn=pipeline, transform_dsn=transform)), name


@pytest.fixture(scope="module")
def shared_state(postgres: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[State]:
    """Return a warehouse without files that the tests of one module share."""
    made, name = new_state(postgres, tmp_path_factory.mktemp("shared"))
    yield made
    execute(secrets.superuser_dsn(postgres), f"drop database {name} with (force)")


@pytest.fixture
def state(postgres: Settings, tmp_path) -> Iterator[State]:
    """Return a warehouse without files."""
    made, name = new_state(postgres, tmp_path)
    yield made
    execute(secrets.superuser_dsn(postgres), f"drop database {name} with (force)")


def execute(dsn: str, statement: str) -> None:
    with closing(psycopg.connect(dsn, autocommit=True)) as connection:
        connection.execute(statement)
