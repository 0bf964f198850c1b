"""Reference data: what the SEA has sent and what counts of it now. Other files are checked against it."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl
import psycopg
from psycopg import sql

from sealea.contract import Contract
from sealea.intake.values import polars_type

Vintage = tuple[int, ...]


@dataclass(frozen=True)
class References:
    """The reference data that a file needs: rows by extract, the loads they come from, and the extracts that never came.

    `known` keeps what rules make of these rows, from one file to the next.
    """

    rows: Mapping[str, pl.DataFrame]
    vintage: Vintage
    missing: frozenset[str]
    known: dict[Hashable, pl.DataFrame] = field(default_factory=dict)


class Shelf:
    """Reference rows by the loads they come from, so that a batch of files reads them once."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.rows: dict[tuple[str, Vintage], pl.DataFrame] = {}
        self.known: dict[Vintage, dict[Hashable, pl.DataFrame]] = {}

    def references(self, connection: psycopg.Connection, state_code: str, contracts: Iterable[Contract]) -> References:
        """Return what counts now of the extracts of these contracts."""
        found: dict[str, pl.DataFrame] = {}
        loads: list[int] = []
        missing = set()
        needed = {contract.extract: contract for contract in contracts}
        current = current_loads(connection, state_code, list(needed)) if needed else {}
        for contract in needed.values():
            vintage = current.get(contract.extract)
            if not vintage:
                missing.add(contract.extract)
                continue
            key = (contract.extract, vintage)
            if key not in self.rows:
                self.rows[key] = read_rows(connection, contract, vintage)
            found[contract.extract] = self.rows[key]
            loads += vintage
        vintage = tuple(sorted(loads))
        return References(found, vintage, frozenset(missing), self.known.setdefault(vintage, {}))


def current_loads(connection: psycopg.Connection, state_code: str, extracts: list[str]) -> dict[str, Vintage]:
    """Return the loads of reference extracts that count, of every year and window; an extract is not there if none was ever accepted."""
    query = """
        select current_load.extract, array_agg(current_load.load_id order by current_load.load_id)
        from ops.current_load inner join ops.sender using (sender_id)
        where sender.kind = 'sea' and sender.state_code = %s and current_load.extract = any(%s)
        group by current_load.extract
    """
    return {extract: tuple(load_ids) for extract, load_ids in connection.execute(query, [state_code, extracts])}


def read_rows(connection: psycopg.Connection, contract: Contract, vintage: Vintage) -> pl.DataFrame:
    """Return the rows of these loads, typed; of rows with one key only that of the latest year: years may come in files of their own."""
    columns = [column for column in contract.columns if column.identity is None]
    query = sql.SQL(
        """
        select distinct on ({key}) {columns}
        from raw.{table} as reference
        inner join ops.load using (load_id)
        inner join ops.submission using (submission_id)
        where reference.load_id = any(%s)
        order by {key}, submission.school_year desc, reference.load_id desc
        """
    ).format(
        key=sql.SQL(", ").join(sql.Identifier("reference", name) for name in contract.key),
        columns=sql.SQL(", ").join(sql.Identifier("reference", column.name) for column in columns),
        table=sql.Identifier(contract.extract),
    )
    rows = connection.execute(query, [list(vintage)]).fetchall()
    return pl.DataFrame(rows, schema={column.name: polars_type(column) for column in columns}, orient="row")
