"""What a pulled plug leaves behind for the next run to deal with, in words; for the summary only."""

from plug.fingerprint import files
from sealea.database import connect
from sealea.settings import Settings

QUERIES = {
    "answers to deliver": "select exists (select from ops.outbox where kind <> 'asset' and delivered_at is null)",
    "rows to publish": "select exists (select from ops.outbox where kind = 'asset' and delivered_at is null)",
    "half-built layer": "select exists (select from ops.pin) and (select count(*) from ops.build) < 2",
    "release without verdict": """
        select exists (select from ops.release where release_id not in (select release_id from ops.gate_result)
            and release_id not in (select release_id from ops.release_event))
    """,
    "partitions nobody reads": r"""
        select exists (select from pg_class where relnamespace = 'release'::regnamespace and relkind = 'r' and relname ~ '_r\d+$'
            and not exists (select from ops.release_mart where relname = mart || '_r' || partition_release_id))
    """,
}
FILES = {
    "uploads on their way out": ".leaving/*/*",
    "half-written answers": "*/outbox/.*",
    "half-sent uploads": "*/inbox/*.part",
}


def traces(settings: Settings) -> str:
    """Return what is unfinished now."""
    with connect(settings.pipeline_dsn) as connection:
        found = [name for name, query in QUERIES.items() if connection.execute(query).fetchone() == (True,)]
        delivered = {tuple(row) for row in connection.execute("select sender_id, original_name, upload_signature from ops.delivery")}
    found += [name for name, pattern in FILES.items() if files(settings.sftp_dir, pattern)]
    found += ["half-landed files"] if files(settings.landing_dir, ".drafts/*") else []
    waiting = [(path, path.stat()) for path in files(settings.sftp_dir, "*/inbox/*")]
    received = [(path.parts[-3], path.name, f"{status.st_ino}:{status.st_size}:{status.st_mtime_ns}") in delivered for path, status in waiting]
    found += ["uploads received but not removed"] if any(received) else []
    found += ["uploads to receive"] if not all(received) else []
    return ", ".join(found) or "nothing"
