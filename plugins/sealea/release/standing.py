"""The standing findings of level 2: what the views of the rules give becomes rows of ops.finding, what no longer holds is cleared."""

from collections.abc import Mapping

import psycopg
from psycopg import sql

from sealea.contract import Contract
from sealea.errors import SealeaError
from sealea.pack import Pack
from sealea.reconcile_rule import ReconcileRule
from sealea.release.releases import scalar
from sealea.release.scope import Due, person_column, person_rows

# What the view gives, each row with the severity that its state gives the rule in the window of the file.
FOUND = """
    create temporary table found on commit drop as
    select failing.*, weight.severity
    from reconcile.{view} as failing
    inner join reconcile.scope using (load_id, owner_org_id)
    inner join (values {weights}) as weight (state_code, window_code, severity) using (state_code, window_code)
"""
SAME = """
    found.load_id = finding.load_id and found.line_number is not distinct from finding.line_number
    and found.owner_org_id = finding.owner_org_id and found.about_org_id is not distinct from finding.about_org_id
    and found.column_name is not distinct from finding.column_name and found.severity = finding.severity
"""
# Of the pinned loads only: what was found in a load that does not count any more stays its history.
CLEAR = """
    insert into ops.finding_cleared (finding_id, pin_id)
    select finding.finding_id, {pin}
    from ops.standing_finding as finding
    where finding.level = 2 and finding.rule_id = {rule}
        and finding.load_id in (select load_id from ops.pin_load where pin_id = {pin})
        and ({answered} or finding.load_id not in (select load_id from reconcile.scope))
        and (
            (finding.message, finding.fix) is distinct from ({message}, {fix})
            or not exists (select from found where {same})
        )
"""
ADD = """
    insert into ops.finding
        (finding_id, level, load_id, rule_id, severity, line_number, column_name, owner_org_id, about_org_id, message, detail, fix)
    select nextval('ops.finding_id_seq'), 2, found.load_id, {rule}, found.severity, found.line_number, found.column_name,
        found.owner_org_id, found.about_org_id, {message}, coalesce('School ' || found.about_org_id || '.', ''), {fix}
    from found
    where not exists (
        select from ops.standing_finding as finding where finding.level = 2 and finding.rule_id = {rule} and {same}
    )
"""
QUARANTINE = """
    insert into ops.quarantined_row (pin_id, load_id, line_number)
    select distinct %(pin)s::bigint, finding.load_id, finding.line_number
    from ops.standing_finding as finding
    where finding.level = 2 and finding.severity = 'F2' and finding.line_number is not null
        and finding.load_id in (select load_id from reconcile.scope)
"""
TOUCHED = """
    insert into ops.reconcile_answer (pin_id, submission_id)
    select distinct %(pin)s::bigint, load.submission_id
    from ops.finding
    left join ops.finding_cleared using (finding_id)
    inner join ops.load using (load_id)
    where finding.level = 2 and (finding.finding_id > %(last)s or finding_cleared.cleared_at >= %(since)s)
    on conflict (pin_id, submission_id) do update set answered_at = null
"""


def write_findings(connection: psycopg.Connection, rule: ReconcileRule, due: Due, contract: Contract, pin_id: int, packs: list[Pack]) -> None:
    """Make the standing findings of `rule` for what is due those of its view. With the same view nothing is written."""
    weights = severities(connection, rule, packs)
    names = {"view": sql.Identifier(rule.relation), "weights": weights}
    connection.execute(sql.SQL(FOUND).format(**names))
    values = {"rule": rule.id, "message": rule.message, "fix": rule.fix, "pin": pin_id}
    parts = {name: sql.Literal(value) for name, value in values.items()} | {"same": sql.SQL(SAME), "answered": answered(rule, due, contract)}
    for statement in (CLEAR, ADD):
        connection.execute(sql.SQL(statement).format(**parts))
    connection.execute("drop table found")


def severities(connection: psycopg.Connection, rule: ReconcileRule, packs: list[Pack]) -> sql.Composable:
    """Return (state, window, severity) of a rule as VALUES of SQL; where a state does not apply the rule there is no row."""
    by_state = {pack.state_code: pack for pack in packs}
    rows: list[tuple[str | None, str | None, str | None]] = [(None, None, None)]
    for state, window in connection.execute("select distinct state_code, window_code from reconcile.scope order by 1, 2"):
        pack = by_state.get(state)
        setting = pack.setting(rule.id, window) if pack else None
        rows += [(state, window, setting or rule.severity)] if setting != "not_applicable" else []
    lines = [sql.SQL("({}::text, {}::text, {}::text)").format(*map(sql.Literal, row)) for row in rows]
    return sql.SQL(", ").join(lines)


def answered(rule: ReconcileRule, due: Due, contract: Contract) -> sql.Composable:
    """Return the condition under which a finding is of a row that the view has judged."""
    if due.is_all:
        return sql.SQL("true")
    if rule.by == "lea":
        return sql.SQL("finding.owner_org_id = any({}::text[])").format(sql.Literal(list(due.owners)))
    judged = """
        (finding.load_id, finding.line_number) in (
            select load_id, line_number from {} where {} in (select pid from reconcile.person where rule_id = {})
        )
    """
    return sql.SQL(judged).format(person_rows(contract.extract), sql.Identifier(str(person_column(contract))), sql.Literal(rule.id))


def quarantine(connection: psycopg.Connection, pin_id: int) -> None:
    """Write which rows the release of `pin_id` leaves out. Raises SealeaError if one of them is not in raw."""
    connection.execute("delete from ops.quarantined_row where pin_id = %s", [pin_id])
    connection.execute(QUARANTINE, {"pin": pin_id})
    extracts = connection.execute(
        "select extract, count(*) from ops.quarantined_row inner join ops.load using (load_id) where pin_id = %s group by extract", [pin_id]
    )
    for extract, expected in extracts.fetchall():
        count = sql.SQL("select count(*) from raw.{} inner join ops.quarantined_row using (load_id, line_number) where pin_id = {}")
        found = connection.execute(count.format(sql.Identifier(extract), sql.Literal(pin_id))).fetchone()
        if found != (expected,):
            raise SealeaError(f"Rules of level 2 quarantine {expected} rows of {extract} that are not all in raw. Report this fault.")


def mark(connection: psycopg.Connection) -> Mapping[str, object]:
    """Return where the findings end now, so that what comes after can be told."""
    return {
        "last": scalar(connection, "select coalesce(max(finding_id), 0) from ops.finding"),
        "since": scalar(connection, "select clock_timestamp()"),
    }


def ask_for_answers(connection: psycopg.Connection, pin_id: int, since: Mapping[str, object]) -> None:
    """Note the files whose findings changed since the mark: their senders are to hear of it."""
    connection.execute(TOUCHED, {"pin": pin_id, **since})
