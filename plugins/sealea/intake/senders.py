"""Senders: the accounts that deliver files, and the organisations each may report."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

import psycopg
import yaml
from pydantic import Field, ValidationError

from sealea.contract import Closed
from sealea.errors import SettingError
from sealea.intake.rulebook import Account

WHOLE_STATE = "*"


class Sender(Closed):
    """One account: an LEA, or the SEA itself. The organisation '*' stands for all of the state."""

    sender_id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    kind: Literal["lea", "sea"]
    name: Annotated[str, Field(min_length=1)]
    organisations: Annotated[tuple[str, ...], Field(min_length=1)]


class SenderList(Closed):
    """A file that lists senders."""

    senders: tuple[Sender, ...]


def load_senders(path: Path) -> tuple[Sender, ...]:
    """Return the senders that `path` lists. Raises SettingError naming the file and what is wrong in it."""
    try:
        senders = SenderList.model_validate(yaml.safe_load(path.read_text())).senders
    except (ValidationError, yaml.YAMLError) as error:
        raise SettingError(f"{path}: {error}") from error
    ids = [sender.sender_id for sender in senders]
    repeated = sorted({sender_id for sender_id in ids if ids.count(sender_id) > 1})
    if repeated:
        raise SettingError(f"{path}: listed twice: {', '.join(repeated)}. List each sender once.")
    return senders


def register(connection: psycopg.Connection, sender_id: str, state_code: str, kind: str, name: str, organisations: Iterable[str]) -> None:
    """Make the warehouse know this sender; what it knew of the sender before is replaced."""
    connection.execute(
        """
        insert into ops.sender (sender_id, state_code, kind, sender_name) values (%s, %s, %s, %s)
        on conflict (sender_id) do update
        set state_code = excluded.state_code, kind = excluded.kind, sender_name = excluded.sender_name
        """,
        [sender_id, state_code, kind, name],
    )
    connection.execute("delete from ops.sender_organisation where sender_id = %s", [sender_id])
    insert = "insert into ops.sender_organisation (sender_id, org_id) select %s, unnest(%s::text[])"
    connection.execute(insert, [sender_id, sorted(set(organisations))])


def accounts(connection: psycopg.Connection, state_code: str) -> dict[str, Account]:
    """Return the senders of the state by id, the SEA first: its reference data come before what refers to them."""
    query = """
        select sender.sender_id, sender.kind, sender.sender_name, array_remove(array_agg(sender_organisation.org_id), null)
        from ops.sender
        left join ops.sender_organisation using (sender_id)
        where sender.state_code = %s
        group by sender.sender_id
        order by sender.kind = 'sea' desc, sender.sender_id
    """
    rows = connection.execute(query, [state_code])
    return {sender_id: Account(sender_id, kind, name, frozenset(organisations)) for sender_id, kind, name, organisations in rows}
