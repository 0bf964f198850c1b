"""What came of the deliveries, without what differs from run to run: ids, times and the order of things."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql

from sealea.settings import Settings

Fingerprint = dict[str, list[str]]
MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC")
IN_NAME = re.compile(r"\.\d+(?=\.[a-z])")
IN_WORDS = re.compile(r"(Delivery\s+|<dt>Delivery</dt><dd>|\"delivery_id\": )\d+")
LEDGER = {
    "deliveries": """
        select sender_id, delivery.original_name, sha256, byte_count, is_duplicate, school_year, window_code
        from ops.delivery inner join ops.submission using (sender_id, submission_id)
    """,
    "submissions": "select sender_id, original_name, sha256 from ops.submission",
    "loads": """
        select sender_id, original_name, sha256, contract_version, load.pack_version, physical_line_count, header_line_count, blank_line_count,
            loaded_line_count, quarantined_line_count, unreadable_line_count, loaded_row_count, quarantined_row_count,
            load.load_id in (select load_id from ops.current_load) as is_current,
            (select string_agg(status || ' ' || regexp_replace(coalesce(reason, ''), 'load \\d+', 'load N'), ', ' order by load_event_id)
             from ops.load_event where load_event.load_id = load.load_id) as history
        from ops.load inner join ops.submission using (submission_id)
    """,
    "findings": """
        select sender_id, original_name, sha256, rule_id, severity, line_number, column_name, message, detail, fix
        from ops.finding inner join ops.load using (load_id) inner join ops.submission using (submission_id)
        where not exists (select from ops.finding_cleared where finding_cleared.finding_id = finding.finding_id)
    """,
    "set aside": """
        select sender_id, original_name, sha256, line_number
        from ops.quarantined_row inner join ops.load using (load_id) inner join ops.submission using (submission_id)
        where pin_id = (select max(pin_id) from ops.pin)
    """,
    "messages": "select kind, sender_id, regexp_replace(file_name, '\\.\\d+(?=\\.[a-z]|$)', '.N'), delivered_at is null as is_pending from ops.outbox",
    "pointers": """
        select mart, row_count, content_hash, count(*) over (partition by release_id) as marts_of_this_release
        from ops.current_release inner join ops.release_mart using (release_id, mart)
    """,
    "published releases": "select status, count(*) from ops.release_event group by status",
}


def fingerprint(settings: Settings, bi_dsn: str) -> Fingerprint:
    """Return everything that a pulled plug must not change, by part; each part is a sorted list of lines."""
    with psycopg.connect(settings.pipeline_dsn) as connection:
        parts = {name: [" | ".join(map(str, row)) for row in connection.execute(query)] for name, query in LEDGER.items()}
        parts["rows"] = [line for schema in ("raw", "vault") for line in loaded_rows(connection, schema)]
    parts["published"] = published(bi_dsn)
    parts["answers"] = [answer(path) for path in files(settings.sftp_dir, "*/outbox/*")]
    parts["waiting"] = [
        str(path.relative_to(settings.sftp_dir)) for path in [*files(settings.sftp_dir, "*/inbox/*"), *files(settings.sftp_dir, ".leaving/*/*")]
    ]
    parts["landed"] = [f"{path.name} {sha256(path)}" for path in files(settings.landing_dir, "[0-9a-f][0-9a-f]/*")]
    return {name: sorted(lines) for name, lines in parts.items()}


def loaded_rows(connection: psycopg.Connection, schema: str) -> Iterator[str]:
    """Yield count and hash of the rows of every load, by the file it comes from; loads that the ledger does not know included."""
    for (table,) in connection.execute("select tablename from pg_tables where schemaname = %s", [schema]).fetchall():
        query = sql.SQL("""
            select sender_id, original_name, sha256, count(*), md5(string_agg((to_jsonb(stored) - 'load_id')::text, ',' order by line_number))
            from {} as stored left join ops.load using (load_id) left join ops.submission using (submission_id)
            group by load_id, sender_id, original_name, sha256
        """).format(sql.Identifier(schema, table))
        yield from (f"{schema}.{table} | {' | '.join(map(str, row))}" for row in connection.execute(query))


def published(bi_dsn: str) -> list[str]:
    """Return count and hash of what a reader sees of every mart, and of how many releases it is."""
    with psycopg.connect(bi_dsn) as reader:
        views = [name for (name,) in reader.execute("select table_name from information_schema.views where table_schema = 'published' order by 1")]
        query = "select count(*), md5(string_agg(line, ',' order by line)) from (select (to_jsonb(seen) - 'release_id')::text as line from {} as seen) as lines"
        return [f"{view} | {reader.execute(sql.SQL(query).format(sql.Identifier('published', view))).fetchone()}" for view in views]


def answer(path: Path) -> str:
    """Return an answer's place and the hash of its words, less delivery number and times."""
    words = IN_NAME.sub(".N", IN_WORDS.sub(r"\1N", MOMENT.sub("TIME", path.read_text())))
    name = IN_NAME.sub(".N", path.name)
    return f"{path.parts[-3]} | {name} | {hashlib.sha256(words.encode()).hexdigest()}"


def files(folder: Path, pattern: str) -> list[Path]:
    """Return the files that match; folders do not count."""
    return [path for path in folder.glob(pattern) if not path.is_dir()]


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def differences(expected: Fingerprint, found: Fingerprint) -> list[str]:
    """Return one line for each thing that is missing, or too much; nothing if they are equal."""
    lines = []
    for part in expected:
        wanted, got = Counter(expected[part]), Counter(found[part])
        lines += [f"{part}: missing {count}x: {line}" for line, count in (wanted - got).items()]
        lines += [f"{part}: too much {count}x: {line}" for line, count in (got - wanted).items()]
    return lines
