"""The release gate and publishing on a release of a million rows: the state of this size, as many times as it takes, each under a code of its own."""

from bench import server as servers
from bench import step
from bench.figure import Figure
from bench.journey import Journey
from bench.place import Place
from bench.step import Cost
from sealea.release.suite import load_suites

ROWS = 1_000_000
LIMIT_SECONDS = 5.0  # the issue: 60 expectations on a million rows
# Every table whose rows belong to an organisation, as the gate and publishing read them.
COLUMNS = """
    select table_schema || '.' || table_name, array_agg(column_name::text order by ordinal_position)
    from information_schema.columns
    where table_schema in ('candidate', 'restricted') or table_name = 'int_organisation__placed'
    group by table_schema, table_name
    having bool_or(column_name in ('org_id', 'lea_id'))
"""
OF_ORGANISATIONS = {"org_id", "lea_id", "parent_org_id"}
FORGET = "delete from ops.current_release"  # so that each release is the first one: all marts are new


def prepare(place: Place) -> str:
    """Return a database whose candidate marts and cells hold a million rows."""
    journey = place.whole
    database = f"{journey.name}_million"
    servers.copy(place.server, journey.reach("publish"), database)
    dsn = journey.settings(database).transform_dsn
    tables = {table: columns for table, columns in servers.rows(dsn, COLUMNS) if is_audited(journey, table)}
    have = count(dsn, journey)
    copies = -(-ROWS // have) - 1
    superuser = servers.in_database(servers.superuser(place.server), database)
    for number in range(copies):
        code = f"{chr(ord('F') + number // 26)}{chr(ord('A') + number % 26)}"
        servers.execute(superuser, PARAMETERS.format(code=code), *(another_state(table, columns, code) for table, columns in tables.items()))
    servers.execute(superuser, "vacuum analyze")
    return database


PARAMETERS = "insert into ops.state_parameter select '{code}', parameter, value from ops.state_parameter where state_code = 'EX'"


def is_audited(journey: Journey, table: str) -> bool:
    """Return whether a suite reads the table, or joins it."""
    return table.endswith("int_organisation__placed") or table in audited(journey)


def audited(journey: Journey) -> list[str]:
    """Return the tables of the suites."""
    return [f"{suite.schema_name}.{suite.table}" for suite in load_suites(journey.project)]


def another_state(table: str, columns: list[str], code: str) -> str:
    """Return the statement that copies the state's rows for a state of another code."""
    values = [f"regexp_replace({name}, '^EX', '{code}')" if name in OF_ORGANISATIONS else name for name in columns]
    key = next(name for name in columns if name in OF_ORGANISATIONS)
    return f"insert into {table} ({', '.join(columns)}) select {', '.join(values)} from {table} where {key} like 'EX%'"


def count(dsn: str, journey: Journey) -> int:
    """Return how many rows the gate reads."""
    return sum(servers.rows(dsn, f"select count(*) from {table}")[0][0] for table in audited(journey))


def measure(place: Place, database: str) -> list[Figure]:
    """Return the cost of the gate and of publishing, `pairs` times each, with no release before it."""
    journey = place.whole
    settings = journey.settings(database)
    rows, rules = count(settings.transform_dsn, journey), sum(len(suite.expectations) for suite in load_suites(journey.project))
    gate: list[Cost] = []
    publish: list[Cost] = []
    for _ in range(place.pairs):
        servers.execute(settings.pipeline_dsn, FORGET)
        gate.append(journey.travel("gate", database))
        publish.append(step.run(settings, place.server, "publish", gate[-1].answer))
    servers.drop(place.server, database)
    return [
        Figure("release of a million rows", f"gate, {rules} expectations", "s", seconds(gate), LIMIT_SECONDS, rows),
        Figure("release of a million rows", "gate: import of Great Expectations", "s", tuple(cost.import_seconds for cost in gate)),
        Figure("release of a million rows", "publish, every mart new", "s", seconds(publish), rows=rows),
    ]


def seconds(costs: list[Cost]) -> tuple[float, ...]:
    """Return the seconds of each run."""
    return tuple(cost.seconds for cost in costs)
