"""What readers see now, and how it came about: for pages, reports and the demonstration."""

from typing import Any

import psycopg

from sealea.release.releases import published_release, scalar, standing_hold

MARTS = "select mart, row_count, partition_release_id from ops.release_mart where release_id = %s order by mart"
GATE = """
    select expectation_id, suite, severity, is_met, unexpected_count, element_count, message
    from ops.gate_result where release_id = %s order by expectation_id
"""
COVERAGE = "select extract, school_year, lea_count from ops.release_coverage where release_id = %s order by extract, school_year"


def release_summary(connection: psycopg.Connection) -> dict[str, Any]:
    """Return the published release with its marts, gate results and coverage; `release_id` is None before the first. Fit for JSON."""
    release_id = published_release(connection)
    published_at = scalar(connection, "select max(at) from ops.release_event where release_id = %s and status = 'published'", [release_id])
    return {
        "release_id": release_id,
        "published_at": published_at and published_at.isoformat(),
        "hold": standing_hold(connection),
        "marts": records(connection, MARTS, release_id),
        "gate": records(connection, GATE, release_id),
        "coverage": records(connection, COVERAGE, release_id),
    }


def records(connection: psycopg.Connection, query: str, release_id: int | None) -> list[dict[str, Any]]:
    """Return the rows of a query about one release, each by column name."""
    cursor = connection.execute(query, [release_id])
    names = [column.name for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor]
