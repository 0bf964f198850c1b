"""Many small files, three of each LEA: landed, read, checked, loaded, each in a transaction of its own, against one COPY of each."""

from pathlib import Path

import psycopg
from psycopg import sql

from bench import server as servers
from bench import step
from bench.figure import Figure, ratio
from bench.journey import Journey
from bench.place import Place
from bench.size import state
from bench.turns import seconds_of
from sealea.contract import load_contracts

STAGE = "many small files"
LIMIT = 2.0  # the issue
EXTRACTS = ("staff", "staff_assignment", "finance_ledger")
STUDENTS = 40  # of an LEA: a file has about 25 rows
REFERENCE = "reference"


def small(place: Place) -> Journey:
    """Return a state of many small LEAs without errors."""
    leas = place.size.small_leas
    return Journey(place.server, place.work, place.project, state(leas, leas * STUDENTS, 1), "small", 0.0)


def prepare(place: Place) -> list[Path]:
    """Return the files that both sides load; the database `small<leas>_reference` has received the SEA's."""
    journey = small(place)
    database = journey.database(REFERENCE)
    if not servers.exists(place.server, database):
        with_reference = journey.database("draft")
        servers.copy(place.server, servers.TEMPLATE, with_reference)
        settings = journey.settings(with_reference)
        journey.deliver(settings, lambda path: path.parent.name == "sea")
        step.run(settings, place.server, "receive")
        servers.execute(settings.pipeline_dsn, "create schema bench", *(table_by_hand(journey, extract) for extract in EXTRACTS))
        servers.rename(place.server, with_reference, database)
    known = {column.name for extract in EXTRACTS for column in load_contracts(journey.project)[extract].columns}
    return [path for path in sorted(journey.files.glob("ex-*/*.csv")) if extract_of(path) and is_plain(path, known)]


def extract_of(path: Path) -> str | None:
    """Return the extract that a file's name tells; None if it is none of ours."""
    found = [extract for extract in EXTRACTS if f"_{extract}_20" in path.name]
    return found[0] if found else None


def is_plain(path: Path, known: set[str]) -> bool:
    """Return whether COPY can read the file as it is: UTF-8 without a mark, commas, today's names of the columns."""
    try:
        head, _, _ = path.read_text(encoding="utf-8").partition("\n")
    except UnicodeDecodeError:
        return False
    return set(head.strip().split(",")) <= known


def table_by_hand(journey: Journey, extract: str) -> str:
    """Return the statement that makes the table which COPY loads: typed, with the key of raw.<extract>."""
    contract = load_contracts(journey.project)[extract]
    columns = ", ".join(f"{column.name} {column.sql_type}" for column in contract.columns)
    key = "load_id bigint default 0, line_number bigint default nextval('bench.line'), primary key (load_id, line_number)"
    return f"create sequence if not exists bench.line; create table bench.{extract} ({columns}, {key})"


def measure(place: Place, files: list[Path]) -> list[Figure]:
    """Return our seconds over those of COPY over one connection and of psql for each file, and the seconds of each per file, by turns."""
    journey, ours, whole, theirs, by_psql = small(place), [], [], [], []
    for turn in range(place.pairs):
        database = journey.database("turn")
        servers.copy(place.server, journey.database(REFERENCE), database)
        if turn % 2 == 0:
            theirs.append(copied(journey, database, files))
            by_psql.append(copied_by_psql(journey, database, files))
        journey.deliver(journey.settings(database), set(files).__contains__)
        cost = step.run(journey.settings(database), place.server, "receive")
        assert cost.answer["accepted"] == len(files), cost.answer
        ours.append(cost.answer["batch_seconds"])
        whole.append(cost.seconds)
        if turn % 2:
            theirs.append(copied(journey, database, files))
            by_psql.append(copied_by_psql(journey, database, files))
        servers.drop(place.server, database)
    note = (
        f"{len(files)} files of {place.size.small_leas} LEAs; ours land, read, check by every rule, load and write findings and receipt, file by file"
    )
    milliseconds = [tuple(1000 * seconds / len(files) for seconds in side) for side in (ours, theirs, by_psql, whole)]
    return [
        ratio(STAGE, "receive / one COPY each", ours, theirs, LIMIT, note=note),
        ratio(STAGE, "receive / one psql \\copy each", ours, by_psql, note="psql is started for each file"),
        Figure(STAGE, "receive, per file", "ms", milliseconds[0]),
        Figure(STAGE, "one COPY, per file", "ms", milliseconds[1]),
        Figure(STAGE, "one psql \\copy, per file", "ms", milliseconds[2]),
        Figure(STAGE, "from inbox to answer in the outbox, per file", "ms", milliseconds[3]),
    ]


def copied(journey: Journey, database: str, files: list[Path]) -> float:
    """Return how long it takes to COPY each file in a transaction of its own, over one connection."""
    with psycopg.connect(journey.settings(database).pipeline_dsn) as connection:
        return seconds_of(lambda: [copy_file(connection, file) for file in files])


def copied_by_psql(journey: Journey, database: str, files: list[Path]) -> float:
    """Return how long it takes to COPY each file with psql."""
    dsn = journey.settings(database).pipeline_dsn
    return seconds_of(
        lambda: [servers.psql(dsn, f"\\copy bench.{extract_of(file)} ({header(file)}) from '{file}' with (format csv, header)") for file in files]
    )


def header(file: Path) -> str:
    """Return the names of the file's columns, with commas."""
    return file.read_text().partition("\n")[0].strip()


def copy_file(connection: psycopg.Connection, file: Path) -> None:
    """COPY one file and commit."""
    columns = sql.SQL(", ").join(map(sql.Identifier, header(file).split(",")))
    statement = sql.SQL("copy {} ({}) from stdin (format csv, header)").format(sql.Identifier("bench", extract_of(file) or ""), columns)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(file.read_bytes())
    connection.commit()
