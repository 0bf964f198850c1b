"""The release tables of `ops`: whose turn it is to publish, what readers see now, whether a hold stands."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from typing import Any, Literal

import psycopg

from sealea.errors import ServiceError

TURN_KEY = 7_325_326  # one step of publishing at a time, whoever starts it
PATIENCE = "10min"

Layer = Literal["cells", "marts"]
Status = Literal["held", "published", "rolled_back"]


@contextmanager
def turn(dsn: str) -> Iterator[psycopg.Connection]:
    """Yield a connection in autocommit mode that alone may pin, build, audit, publish or roll back.

    Raises ServiceError if another one keeps the turn for longer than PATIENCE. The turn ends with the connection, so a killed process keeps none.
    """
    with psycopg.connect(dsn, autocommit=True, connect_timeout=10) as connection:
        connection.execute(f"set lock_timeout = '{PATIENCE}'")
        try:
            connection.execute("select pg_advisory_lock(%s)", [TURN_KEY])
        except psycopg.errors.LockNotAvailable as error:
            raise ServiceError(f"Another publish run is still at work after {PATIENCE}. Let it end, or clear it in the Airflow UI.") from error
        connection.execute("reset lock_timeout")
        yield connection


def scalar(connection: psycopg.Connection, query: str, parameters: list[Any] | None = None) -> Any:
    """Return the first column of the first row of a query; None if there is no row."""
    row = connection.execute(query, parameters).fetchone()
    return row[0] if row else None


def ids(connection: psycopg.Connection, query: str, parameters: list[Any] | dict[str, Any] | None = None) -> list[int]:
    """Return the first column of all rows of a query."""
    return [row[0] for row in connection.execute(query, parameters)]


def published_release(connection: psycopg.Connection) -> int | None:
    """Return the release that readers see now; None before the first."""
    release_id: int | None = scalar(connection, "select max(release_id) from ops.current_release")
    return release_id


def standing_hold(connection: psycopg.Connection) -> str | None:
    """Return who placed the standing hold and why, in one sentence; None if nothing is on hold."""
    hold = connection.execute("select actor, reason, placed_at from ops.release_hold where lifted_at is null").fetchone()
    if hold is None:
        return None
    actor, reason, placed_at = hold
    return f"{actor} has put publishing on hold at {placed_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC: {reason}"


def record(connection: psycopg.Connection, release_id: int, status: Status, actor: str, reason: str | None = None) -> None:
    """Add one event to the history of a release."""
    insert = "insert into ops.release_event (release_id, status, actor, reason) values (%s, %s, %s, %s)"
    connection.execute(insert, [release_id, status, actor, reason])


def built_from(connection: psycopg.Connection, layer: Layer) -> int | None:
    """Return the pin that the tables of `layer` were built from; None if their last build did not succeed."""
    pin_id: int | None = scalar(connection, "select pin_id from ops.build where layer = %s", [layer])
    return pin_id
