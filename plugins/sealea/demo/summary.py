"""What the demonstration achieved, as a reader sees it: deliveries, findings, release, headline indicators."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import psycopg
from rich.console import Console
from rich.table import Table

# The newest reading of each submission: one load per extract, with a status in common. A file that waited was read twice.
NEWEST = """
    newest as (
        select distinct on (load.submission_id, load.extract)
            load.submission_id, load.extract, load.load_id, load.loaded_row_count, load_status.status
        from ops.load inner join ops.load_status using (load_id)
        order by load.submission_id, load.extract, load.load_id desc
    )
"""
DELIVERIES = f"""
    with {NEWEST},
    reading as (select submission_id, min(status) as status, sum(loaded_row_count) as rows from newest group by submission_id)
    select
        delivery.sender_id,
        count(*) as delivered,
        count(*) filter (where not delivery.is_duplicate and reading.status not in ('returned', 'waiting')) as accepted,
        count(*) filter (where not delivery.is_duplicate and reading.status = 'returned') as returned,
        count(*) filter (where not delivery.is_duplicate and reading.status = 'waiting') as waiting,
        count(*) filter (where delivery.is_duplicate) as duplicate,
        coalesce(sum(reading.rows) filter (where not delivery.is_duplicate), 0) as rows
    from ops.delivery
    inner join reading using (submission_id)
    where delivery.received_at >= %s
    group by delivery.sender_id
    order by delivery.sender_id = 'sea' desc, delivery.sender_id
"""
RETURNED = f"""
    with {NEWEST}
    select
        submission.original_name,
        string_agg(
            distinct concat_ws(
                ' ', concat(finding.rule_id, ', column ' || finding.column_name, ':'), finding.message, nullif(finding.detail, ''), finding.fix
            ), ' '
        ) filter (where finding.severity = 'F1') as reasons
    from ops.delivery
    inner join ops.submission using (submission_id)
    inner join newest using (submission_id)
    left join ops.finding using (load_id)
    where delivery.received_at >= %s and not delivery.is_duplicate and newest.status = 'returned'
    group by submission.submission_id, submission.original_name
    order by submission.submission_id
"""
FINDINGS = f"""
    with {NEWEST}
    select
        finding.severity,
        finding.rule_id,
        finding.message,
        count(distinct finding.load_id) as files,
        count(*) as findings
    from ops.delivery
    inner join newest using (submission_id)
    inner join ops.finding using (load_id)
    where delivery.received_at >= %s and not delivery.is_duplicate
    group by finding.severity, finding.rule_id, finding.message
    order by array_position(array['F1', 'F2', 'S', 'W', 'I'], finding.severity), finding.rule_id
"""
RELEASE = """
    select release_id, max(at) as published_at
    from ops.release_event
    where status = 'published' and release_id = (select max(release_id) from ops.current_release)
    group by release_id
"""
GATE = """
    select severity, count(*) as expectations, count(*) filter (where is_met) as met
    from ops.gate_result where release_id = %s group by severity order by severity
"""
HEADLINES = """
    with latest as (
        select left(org_id, 2) as state_code, indicator_id, max(school_year) as school_year
        from published.indicator_value where value is not null group by 1, 2
    )
    select
        dim_organisation.org_name,
        dim_indicator.indicator_name,
        concat_ws(
            ', ',
            nullif(indicator_value.subject_code, 'ALL'),
            'grade ' || nullif(indicator_value.grade_code, 'ALL'),
            nullif(indicator_value.contrast_id, 'NONE')
        ) as scope,
        indicator_value.school_year,
        indicator_value.value,
        dim_indicator.unit
    from published.indicator_value
    inner join published.dim_indicator using (indicator_id)
    inner join published.dim_organisation using (org_id)
    inner join latest using (state_code, indicator_id, school_year)
    where dim_organisation.org_type_code = 'SEA'
        and indicator_value.subgroup_code = 'ALL'
        and indicator_value.facet = 'NONE'
        and (
            indicator_value.grade_code = 'ALL' and indicator_value.contrast_id in ('NONE', 'economic')
            or indicator_value.indicator_id = 'gap_g' and indicator_value.grade_code = '04' and indicator_value.contrast_id = 'economic'
        )
        and indicator_value.value is not null
    order by dim_organisation.org_name, dim_indicator.indicator_id, scope
"""
GOALS = """
    select goal_code, goal_name, subject_code, org_name, actual_value, trajectory_value, target_value, status_code
    from published.goal_status
    inner join published.dim_organisation using (org_id)
    where org_type_code = 'SEA' and school_year = (select max(school_year) from published.goal_status)
    order by goal_code, subject_code
"""


def show(console: Console, pipeline: psycopg.Connection, reader: psycopg.Connection, since: datetime) -> None:
    """Print the deliveries since `since`, their findings, and what readers of the published marts see now."""
    console.rule("Deliveries")
    print_table(
        console, ("sender", "delivered", "accepted", "returned", "waiting", "duplicate", "rows"), pipeline.execute(DELIVERIES, [since]).fetchall()
    )
    returned = pipeline.execute(RETURNED, [since]).fetchall()
    if returned:
        console.print("\nReturned to the sender, with a report in the outbox:")
        for name, reason in returned:
            console.print(f"  {name}\n    {reason}", highlight=False, markup=False)
    findings = pipeline.execute(FINDINGS, [since]).fetchall()
    if findings:
        console.rule("Findings by severity")
        print_table(console, ("severity", "rule", "meaning", "files", "findings"), findings)
    show_release(console, pipeline, reader)


def show_release(console: Console, pipeline: psycopg.Connection, reader: psycopg.Connection) -> None:
    """Print the current release with its gate, and the headline indicators as the BI role reads them."""
    release = pipeline.execute(RELEASE).fetchone()
    if release is None:
        return
    console.rule(f"Release {release[0]}, published {release[1]:%Y-%m-%d %H:%M:%S %Z}")
    gate = pipeline.execute(GATE, [release[0]]).fetchall()
    console.print("Release gate: " + ", ".join(f"{met} of {total} {severity} expectations met" for severity, total, met in gate))
    console.rule("Headline indicators")
    print_table(console, ("state", "indicator", "of", "year", "value", "unit"), reader.execute(HEADLINES).fetchall())
    console.rule("Goals of the state")
    print_table(console, ("goal", "name", "subject", "organisation", "actual", "on the way", "target", "status"), reader.execute(GOALS).fetchall())


def print_table(console: Console, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Print `rows` under `columns`, numbers to the right."""
    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for column, value in zip(table.columns, rows[0] if rows else (), strict=False):
        column.justify = "left" if isinstance(value, str) or value is None else "right"
    for row in rows:
        table.add_row(
            *("" if value is None else f"{value:,.3f}" if value.__class__.__name__ == "Decimal" and value % 1 else str(value) for value in row)
        )
    console.print(table)
