"""The demonstration from end to end: deliver as the senders would, let the DAGs work, show what came of it."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import psycopg

from sealea.database import connect
from sealea.demo import drop
from sealea.errors import SealeaError

PATIENCE_SECONDS = 600
POLL_SECONDS = 1.0
IN_PROGRESS = ("queued", "running")
Say = Callable[[str], None]


class Airflow(Protocol):
    """What the demonstration needs of a running Airflow."""

    def trigger(self, dag_id: str) -> str:
        """Start a run and return its id."""

    def wait_for_run(self, dag_id: str, run_id: str, seconds: float) -> str:
        """Return the state in which the run ended."""

    def run_states(self, dag_id: str) -> Mapping[str, str]:
        """Return the state of each recent run, by run id."""


def run(airflow: Airflow, pipeline_dsn: str, deliveries: Mapping[drop.Account, Sequence[Path]], say: Say) -> datetime:
    """Deliver, receive and publish; return when it began, by the warehouse's clock.

    Raises SealeaError if a file is left in an inbox or the release was not published.
    """
    with connect(pipeline_dsn) as connection:
        began: datetime = scalar(connection, "select clock_timestamp()")
    # The SEA's reference data go before what is compared with them, or files would be read again when they come.
    agencies = [account for account in deliveries if account.sender_id.endswith("sea")]
    for accounts in filter(None, (agencies, [account for account in deliveries if account not in agencies])):
        count = drop.drop({account: deliveries[account] for account in accounts})
        say(f"Delivered {count} files over SFTP from {len(accounts)} senders")
        receive(airflow, accounts, say)
    publish(airflow, pipeline_dsn, say)
    return began


def receive(airflow: Airflow, accounts: Sequence[drop.Account], say: Say) -> None:
    """Run the receive DAG until every inbox is empty. Raises SealeaError if a run fails or files stay behind."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while left := drop.waiting(accounts):
        if time.monotonic() > deadline:
            raise SealeaError(f"{len(left)} files are still in their inboxes, the first {left[0]}. See the receive DAG in the Airflow UI.")
        say(f"Receiving: {len(left)} files wait in the inboxes")
        run_id = airflow.trigger("receive")
        state = airflow.wait_for_run("receive", run_id, deadline - time.monotonic())
        if state != "success":
            raise SealeaError(f"The run {run_id} of the receive DAG ended as {state}. Its log is in the Airflow UI.")
    say("Received every file; receipts and reports are in the senders' outboxes")


def publish(airflow: Airflow, pipeline_dsn: str, say: Say) -> None:
    """Wait until the publish DAG has worked off what was received; start it when nothing new was announced.

    Raises SealeaError if the release was not published.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    with connect(pipeline_dsn) as connection:
        if not unpublished(connection):
            run_id = airflow.trigger("publish")
            say("Publishing: nothing new was accepted, so the release should stay as it is")
            airflow.wait_for_run("publish", run_id, PATIENCE_SECONDS)
        else:
            say("Publishing: dbt builds the marts, Great Expectations audits them")
    while time.monotonic() < deadline:
        states = airflow.run_states("publish")
        with connect(pipeline_dsn) as connection:
            waiting = unpublished(connection)
        if not any(state in IN_PROGRESS for state in states.values()):
            if not waiting:
                return
            if "failed" in states.values():
                raise SealeaError("The release was not published: a run of the publish DAG failed. Its log in the Airflow UI says what to do.")
        time.sleep(POLL_SECONDS)
    raise SealeaError(f"The release was not published within {PATIENCE_SECONDS} s. See the publish DAG in the Airflow UI.")


def unpublished(connection: psycopg.Connection) -> bool:
    """Return whether there is no release yet, or the current one does not rest on exactly the current loads."""
    return bool(
        scalar(
            connection,
            """
            with served as (select pin_id from ops.release where release_id = (select max(release_id) from ops.current_release)),
            pinned as (select load_id from ops.pin_load where pin_id = (select pin_id from served))
            select not exists (select 1 from served)
                or exists (select load_id from ops.current_load except select load_id from pinned)
                or exists (select load_id from pinned except select load_id from ops.current_load)
            """,
        )
    )


def scalar(connection: psycopg.Connection, query: str) -> Any:
    """Return the one value of a query."""
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]
