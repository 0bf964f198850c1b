"""The view of a rule: a query of expectations/reconcile/ over the pinned rows, which gives failing rows and no value of them."""

from collections.abc import Mapping

import psycopg
from psycopg import sql

from sealea.contract import Contract
from sealea.errors import RuleBug
from sealea.reconcile_rule import ReconcileRule, ReconcileSuite
from sealea.release.scope import Due, is_of_persons, person_column, person_rows

NAMES_ONLY = "42"  # errors of this SQLSTATE class name columns and functions, never data
PROVENANCE = "scope.load_id, sent.line_number, scope.owner_org_id, scope.state_code, scope.school_year as submission_school_year"
FOREIGN = """
    select count(*) from reconcile.{view} as failing
    where not exists (
        select from reconcile.scope
        where scope.load_id = failing.load_id and scope.owner_org_id = failing.owner_org_id and scope.extract = %s
    ) or failing.about_org_id not like failing.owner_org_id || '-%%' or failing.column_name <> all(%s)
"""


def write_view(connection: psycopg.Connection, suite: ReconcileSuite, rule: ReconcileRule, due: Due, contracts: Mapping[str, Contract]) -> None:
    """Create the materialised view reconcile.<rule> with (load_id, line_number, owner_org_id, about_org_id, column_name) of what is due.

    Raises RuleBug naming the rule if its query does not run, or gives rows that are not of its extract.
    """
    view = sql.Identifier("reconcile", rule.relation)
    connection.execute(sql.SQL("drop materialized view if exists {} cascade").format(view))
    # Who the few persons are is looked up in the vault by key.
    connection.execute(f"set local enable_nestloop = {'on' if rule.identities and is_of_few(rule, due) else 'off'}")
    try:
        with connection.transaction():
            connection.execute(sql.SQL("create materialized view {} as {}").format(view, failing_rows(connection, suite, rule, due, contracts)))
            foreign = sql.SQL(FOREIGN).format(view=sql.Identifier(rule.relation))
            columns = [column.name for column in contracts[rule.extract].columns]
            strangers = connection.execute(foreign, [rule.extract, columns]).fetchone()
    except psycopg.Error as error:
        raise RuleBug(f"{rule.id} in expectations/reconcile/{suite.suite}.yml does not run: {harmless(error)}") from None
    if strangers and strangers[0]:
        raise RuleBug(
            f"{rule.id} in expectations/reconcile/{suite.suite}.yml gives {strangers[0]} rows that are not of a pinned {rule.extract} file "
            "and its LEA, or name something other than a school of the LEA and a column of the extract."
        )


def failing_rows(
    connection: psycopg.Connection, suite: ReconcileSuite, rule: ReconcileRule, due: Due, contracts: Mapping[str, Contract]
) -> sql.Composable:
    """Return the query of the view: the rule's own over what it may read, each under its name."""
    parts = [named("parameter", parameters(connection)), named("file", files(rule, due))]
    parts += [named(extract, rows(connection, rule, contracts[extract], due)) for extract in rule.reads]
    parts += [named(f"{extract}_identity", identities(contracts[extract], rule, due)) for extract in rule.identities]
    parts += [named(name, sql.SQL(query)) for name, query in suite.relations.items() if name in rule.uses]
    output = output_columns(connection, sql.SQL(", ").join(parts), rule)
    query = """
        with {}, failing as ({})
        select distinct {} from failing
        where load_id in (select load_id from reconcile.scope where school_year between {} and {})
    """
    years = (sql.Literal(rule.since or 0), sql.Literal(rule.until or 9999))
    return sql.SQL(query).format(sql.SQL(", ").join(parts), sql.SQL(rule.query), output, *years)


def output_columns(connection: psycopg.Connection, parts: sql.Composable, rule: ReconcileRule) -> sql.Composable:
    """Return the columns of the view; about_org_id and column_name are NULL and the rule's own if the query does not give them."""
    probe = sql.SQL("with {}, failing as ({}) select * from failing limit 0").format(parts, sql.SQL(rule.query))
    given = {column.name for column in connection.execute(probe).description or ()}
    about = "about_org_id" if "about_org_id" in given else "null"
    column = "column_name" if "column_name" in given else sql.Literal(rule.column).as_string(connection)
    text = f"load_id::bigint as load_id, line_number::bigint as line_number, owner_org_id::text as owner_org_id, {about}::text as about_org_id"
    return sql.SQL(f"{text}, {column}::text as column_name")


def named(name: str, query: sql.Composable) -> sql.Composable:
    """Return `query` as a part of a WITH; inlined where it is read once."""
    return sql.SQL("{} as ({})").format(sql.Identifier(name), query)


def is_of_few(rule: ReconcileRule, due: Due) -> bool:
    """Return whether the rows of a few persons are all that is looked at."""
    return rule.by == "person" and not due.is_all


def files(rule: ReconcileRule, due: Due) -> sql.Composable:
    """Return the query of what files there are, of the due LEAs only if a row depends on nothing else."""
    everything = sql.SQL("select * from reconcile.scope")
    return everything if due.is_all or rule.by == "person" else sql.SQL("{} where owner_org_id = any({})").format(everything, owners(due))


def rows(connection: psycopg.Connection, rule: ReconcileRule, contract: Contract, due: Due) -> sql.Composable:
    """Return the query of the pinned rows of an extract that an answer to what is due needs.

    Loads are named one by one, so that PostgreSQL reads a few by index and all at once.
    """
    table: sql.Composable = sql.Identifier("raw", contract.extract)
    of_lea = bool(contract.owner)
    is_partial = of_lea and not due.is_all
    restrict = sql.SQL(" and scope.owner_org_id = any({})").format(owners(due)) if is_partial and rule.by == "lea" else sql.SQL("")
    if is_of_few(rule, due) and is_of_persons(contract):
        person, table = sql.SQL(" and sent.{} in (select pid from reconcile.person where rule_id = {})"), person_rows(contract.extract)
        restrict = person.format(sql.Identifier(str(person_column(contract))), sql.Literal(rule.id))
    of_due = restrict if rule.by == "lea" else sql.SQL("")
    loads = sql.SQL("select load_id from reconcile.scope where extract = {}{}").format(sql.Literal(contract.extract), of_due)
    load_ids = sorted({load_id for (load_id,) in connection.execute(loads)})
    own = [column.raw_name for column in contract.raw_columns if column.raw_name != "state_code"]
    query = "select {}, {} from {} as sent inner join reconcile.scope on sent.load_id = scope.load_id{} where sent.load_id = any({}){}"
    return sql.SQL(query).format(
        sql.SQL(PROVENANCE),
        sql.SQL(", ").join(sql.Identifier("sent", str(name)) for name in own),
        table,
        sql.SQL(" and sent.{} = scope.owner_org_id").format(sql.Identifier(str(contract.owner))) if of_lea else sql.SQL(""),
        sql.Literal(load_ids) if load_ids else sql.SQL("array[]::bigint[]"),
        restrict,
    )


def identities(contract: Contract, rule: ReconcileRule, due: Due) -> sql.Composable:
    """Return the query of what the vault has of an extract, by load and line: of pinned loads, which to know is of no use for a few rows."""
    columns = sql.SQL(", ").join(sql.Identifier(column.name) for column in contract.identity_columns)
    pinned = sql.SQL(" where load_id in (select load_id from reconcile.scope where extract = {})").format(sql.Literal(contract.extract))
    query = sql.SQL("select load_id, line_number, {} from {}{}")
    return query.format(columns, sql.Identifier("vault", contract.extract), sql.SQL("") if is_of_few(rule, due) else pinned)


def owners(due: Due) -> sql.Composable:
    """Return the due LEAs as an array of SQL."""
    return sql.SQL("array[{}]::text[]").format(sql.SQL(", ").join(sql.Literal(owner) for owner in due.owners))


def parameters(connection: psycopg.Connection) -> sql.Composable:
    """Return the query of the numbers that each state sets, a column for each."""
    names = [name for (name,) in connection.execute("select distinct parameter from ops.state_parameter order by 1")]
    column = sql.SQL("max(value) filter (where parameter = {}) as {}")
    columns = sql.SQL(", ").join(column.format(sql.Literal(name), sql.Identifier(name)) for name in names)
    return sql.SQL("select state_code, {} from ops.state_parameter group by state_code").format(columns)


def harmless(error: psycopg.Error) -> str:
    """Return what a database error says of names and syntax, and only the kind of any other: that could quote data."""
    kind = type(error).__name__
    return f"{kind}: {error.diag.message_primary}" if (error.sqlstate or "").startswith(NAMES_ONLY) else kind
