"""What must hold at every moment, also in the middle: every line accounted for, every file somewhere, readers see one release."""

import codecs
import io
import re
import zipfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from plug.fingerprint import files, published
from sealea.settings import Settings

MANIFEST = "manifest.json"
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
ROW = re.compile(rb"<row\b")
END_OF_LINE = re.compile(rb"\r\n|\r|\n")
LOADS = """
    select load_id, sha256, original_name, physical_line_count, header_line_count, blank_line_count, loaded_line_count,
        quarantined_line_count, unreadable_line_count, loaded_row_count,
        exists (select from ops.load_event where load_event.load_id = load.load_id and status = 'accepted') as was_accepted
    from ops.load inner join ops.submission using (submission_id)
"""


def physical_lines(data: bytes) -> int:
    """Return the number of lines by the bytes alone: ends of line, and one for what follows the last of them.

    Of a ZIP its one data file is counted, of a workbook the rows of its only sheet.
    """
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if "[Content_Types].xml" in archive.namelist():
                [sheet] = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
                return len(ROW.findall(archive.read(sheet)))
            [member] = [name for name in archive.namelist() if name != MANIFEST]
            data = archive.read(member)
    if data.startswith(UTF_16):
        data = data.decode("utf-16").encode()
    ends = list(END_OF_LINE.finditer(data))
    return len(ends) + bool(data[ends[-1].end() if ends else 0 :])


def lost_lines(settings: Settings) -> list[str]:
    """Return one line for each load whose lines or rows are not all there: counted from the landed bytes and from the rows in raw."""
    problems = []
    with psycopg.connect(settings.pipeline_dsn, row_factory=dict_row) as connection:
        stored = stored_rows(connection)
        for load in connection.execute(LOADS).fetchall():
            landed = settings.landing_dir / load["sha256"][:2] / load["sha256"]
            in_bytes = physical_lines(landed.read_bytes())
            parts = sum(load[f"{part}_line_count"] for part in ("header", "blank", "loaded", "quarantined", "unreadable"))
            rows, expected = stored.pop(load["load_id"], 0), load["loaded_row_count"] if load["was_accepted"] else 0
            if not in_bytes == load["physical_line_count"] == parts or rows != expected:
                problems.append(
                    f"{load['original_name']}: {in_bytes} lines in its bytes, {parts} accounted for; {rows} rows in raw instead of {expected}"
                )
    return problems + [f"load {load_id} has {count} rows in raw, but the ledger does not know it" for load_id, count in stored.items()]


def stored_rows(connection: psycopg.Connection[Any]) -> Counter[int]:
    """Return how many rows of each load are in raw."""
    rows: Counter[int] = Counter()
    for table in connection.execute("select tablename from pg_tables where schemaname = 'raw'").fetchall():
        query = sql.SQL("select load_id, count(*) as rows from {} group by load_id").format(sql.Identifier("raw", table["tablename"]))
        rows.update({found["load_id"]: found["rows"] for found in connection.execute(query)})
    return rows


def lost_files(settings: Settings, sent: Mapping[tuple[str, str], int]) -> list[str]:
    """Return one line for each upload that is neither waiting nor delivered; `sent` is how often sender and name were sent."""
    with psycopg.connect(settings.pipeline_dsn) as connection:
        delivered = {
            (sender, name): count
            for sender, name, count in connection.execute("select sender_id, original_name, count(*) from ops.delivery group by 1, 2")
        }
    waiting = {(path.parts[-3], path.name) for path in files(settings.sftp_dir, "*/inbox/*")}
    waiting |= {(path.parts[-2], path.name) for path in files(settings.sftp_dir, ".leaving/*/*")}
    missing = [upload for upload, times in sent.items() if delivered.get(upload, 0) + (upload in waiting) < times]
    doubled = [upload for upload, times in delivered.items() if times > sent.get(upload, 0)]
    return [f"{name} of {sender} is gone" for sender, name in missing] + [f"{name} of {sender} was received twice" for sender, name in doubled]


def answers_without_a_delivery(settings: Settings) -> list[str]:
    """Return one line for each answer to a delivery that the ledger does not know."""
    with psycopg.connect(settings.pipeline_dsn) as connection:
        known = {str(delivery) for (delivery,) in connection.execute("select delivery_id from ops.delivery")}
    return [f"{path} answers nothing" for path in files(settings.sftp_dir, "*/outbox/[!.]*") if delivery_of(path) not in known]


def delivery_of(path: Path) -> str:
    """Return the delivery that an answer is about: the number before what kind of answer it is, whatever the file was called."""
    return re.findall(r"\.(\d+)\.(?=[a-z])", path.name)[-1]


def mixture(bi_dsn: str, releases: list[list[str]]) -> list[str]:
    """Return a line if readers see anything but one of these releases."""
    return [] if (seen := published(bi_dsn)) in releases else [f"readers see what was never a release: {seen}"]
