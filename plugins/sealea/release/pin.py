"""The inputs of a release, fixed before anything is built: which loads, which code, which state pack."""

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from sealea.contract import load_contracts
from sealea.pack import load_pack
from sealea.release.completeness import require_complete
from sealea.release.releases import ids, published_release, scalar, standing_hold, turn
from sealea.settings import Settings

LOGGER = logging.getLogger(__name__)
CODE = (
    "dbt_project/dbt_project.yml",
    "dbt_project/macros",
    "dbt_project/materializations",
    "dbt_project/models",
    "dbt_project/seeds",
    "expectations",
    "plugins/sealea/release/binormal.py",
    "plugins/sealea/release/level_gap.py",
)
CODE_SUFFIXES = {".csv", ".md", ".py", ".sql", ".yml"}


@dataclass(frozen=True)
class Inputs:
    """What a release is made from."""

    load_ids: tuple[int, ...]
    code_version: str
    pack_version: str

    @property
    def input_hash(self) -> str:
        """Return a fingerprint of all inputs."""
        return hashlib.sha256(repr((self.load_ids, self.code_version, self.pack_version)).encode()).hexdigest()


def pin_inputs(settings: Settings) -> int | None:
    """Return the pin that names the current inputs; None if there is nothing to publish or a hold stands.

    There is nothing to publish when the inputs are those of the published release, or when nothing was published yet and
    no LEA's file is there. The `asset` messages that announced the pinned loads are then delivered; those that come later
    announce the next run. Raises SealeaError if a load lost lines or rows.
    """
    code_version, pack_version = code_fingerprint(settings.project_dir), load_pack(settings.project_dir, settings.state_pack).version
    references = [name for name, contract in load_contracts(settings.project_dir).items() if contract.sender != "lea"]
    with turn(settings.pipeline_dsn) as connection:
        if hold := standing_hold(connection):
            LOGGER.warning("Nothing is pinned. %s. Lift the hold to publish again.", hold)
            return None
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ  # loads and their messages as of one moment
        with connection.transaction():
            require_complete(connection)
            messages = ids(connection, "select message_id from ops.outbox where kind = 'asset' and delivered_at is null")
            loads = ids(connection, "select load_id from ops.current_load order by load_id")
            inputs = Inputs(tuple(loads), code_version, pack_version)
            pin_id = pin(connection, inputs) if is_news(connection, inputs, references) else None
        connection.isolation_level = None
        connection.execute("update ops.outbox set delivered_at = clock_timestamp() where message_id = any(%s) and delivered_at is null", [messages])
    return pin_id


def is_news(connection: psycopg.Connection, inputs: Inputs, references: list[str]) -> bool:
    """Return whether readers do not see yet what these inputs give. The first release needs a file of an LEA: of none of the `references`."""
    release_id = published_release(connection)
    if release_id is None:
        is_told = bool(scalar(connection, "select exists (select from ops.current_load where extract <> all(%s))", [references]))
        if inputs.load_ids and not is_told:
            LOGGER.info(
                "Nothing is pinned: only reference files of the SEA are there. The first file of an LEA that is accepted makes the first release."
            )
        return is_told
    query = "select pin.input_hash from ops.release inner join ops.pin using (pin_id) where release.release_id = %s"
    return bool(inputs.load_ids) and scalar(connection, query, [release_id]) != inputs.input_hash


def pin(connection: psycopg.Connection, inputs: Inputs) -> int:
    """Return the pin of these inputs, the one they already have or a new one. Other pins that no release rests on are deleted."""
    drop_unused_pins(connection, inputs)
    known: int | None = scalar(connection, "select pin_id from ops.pin where input_hash = %s", [inputs.input_hash])
    if known is not None:
        return known
    insert = "insert into ops.pin (code_version, pack_version, input_hash) values (%s, %s, %s) returning pin_id"
    pin_id: int = scalar(connection, insert, [inputs.code_version, inputs.pack_version, inputs.input_hash])
    connection.execute("insert into ops.pin_load (pin_id, load_id) select %s, unnest(%s::bigint[])", [pin_id, list(inputs.load_ids)])
    return pin_id


def drop_unused_pins(connection: psycopg.Connection, inputs: Inputs) -> None:
    """Delete the pins of runs that ended before the gate, except that of `inputs`."""
    unused = """
        select pin.pin_id from ops.pin
        where pin.input_hash is distinct from %s and not exists (select from ops.release where release.pin_id = pin.pin_id)
    """
    pin_ids = ids(connection, unused, [inputs.input_hash])
    connection.execute("delete from ops.pin_load where pin_id = any(%s)", [pin_ids])
    connection.execute("delete from ops.pin where pin_id = any(%s)", [pin_ids])


def code_fingerprint(project_dir: Path) -> str:
    """Return a fingerprint of everything that turns rows into numbers: models, seeds, contracts, suites.

    It depends on names and contents alone: the same on every machine, whatever its line ends or file dates.
    """
    digest = hashlib.sha256()
    for path in code_files(project_dir):
        content = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{path.relative_to(project_dir).as_posix()}\0{hashlib.sha256(content).hexdigest()}\n".encode())
    return digest.hexdigest()[:12]


def code_files(project_dir: Path) -> Iterator[Path]:
    """Yield the files that `code_fingerprint` reads, in an order that does not depend on the machine."""
    roots = [project_dir / name for name in CODE]
    files = [path for root in roots for path in ([root] if root.is_file() else root.rglob("*")) if path.is_file() and path.suffix in CODE_SUFFIXES]
    yield from sorted(files, key=lambda path: path.relative_to(project_dir).as_posix())
