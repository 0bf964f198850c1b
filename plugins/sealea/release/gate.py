"""The release gate: would we sign these numbers? A critical failure holds the release; readers keep the last one."""

import psycopg

from sealea.errors import ReleaseHeld, RuleBug, SealeaError
from sealea.release.releases import built_from, published_release, record, scalar, turn
from sealea.release.suite import Suite, load_suites
from sealea.release.transform import LAYERS
from sealea.release.validation import Result, validate
from sealea.settings import Settings

ACTOR = "release gate"


def audit(settings: Settings, pin_id: int) -> int:
    """Return a new release made from `pin_id` whose candidate marts meet every critical expectation.

    What each expectation found stands in ops.gate_result, as counts. Raises ReleaseHeld if a critical one is not met, and RuleBug if one
    cannot be evaluated; either way the release is held and readers see the last one.
    """
    with turn(settings.pipeline_dsn) as connection:
        require_build(connection, pin_id)
        release_id: int = scalar(connection, "insert into ops.release (pin_id) values (%s) returning release_id", [pin_id])
        try:
            suites = load_suites(settings.project_dir)
            require_tables(connection, suites)
            results = validate(settings.pipeline_dsn, suites)
        except RuleBug as error:
            record(connection, release_id, "held", ACTOR, str(error))
            raise
        with connection.transaction():
            write_results(connection, release_id, results)
            refusal = refuse(connection, release_id, results)
            if refusal:
                record(connection, release_id, "held", ACTOR, str(refusal))
    if refusal:
        raise refusal
    return release_id


def require_build(connection: psycopg.Connection, pin_id: int) -> None:
    """Raise SealeaError unless every layer is built from `pin_id`."""
    if any(built_from(connection, layer) != pin_id for layer in LAYERS):
        raise SealeaError(f"The candidate marts are not built from pin {pin_id}, or their build failed. Trigger the publish DAG again.")


def require_tables(connection: psycopg.Connection, suites: list[Suite]) -> None:
    """Raise RuleBug if a suite has no table or a candidate mart no suite: nothing is published unaudited."""
    tables = set(connection.execute("select schemaname, tablename from pg_tables where schemaname in ('restricted', 'candidate')"))
    audited = {(suite.schema_name, suite.table) for suite in suites}
    if missing := [".".join(table) for table in sorted(audited - tables)]:
        raise RuleBug(f"There is no table {', '.join(missing)}, but expectations/marts/ audits it. Build it with dbt, or delete its suite.")
    if unaudited := [".".join(table) for table in sorted(tables - audited) if table[0] == "candidate"]:
        raise RuleBug(f"No suite of expectations/marts/ audits {', '.join(unaudited)}. Write one, or drop the table if no model builds it any more.")


def write_results(connection: psycopg.Connection, release_id: int, results: list[Result]) -> None:
    """Write what every expectation found to ops.gate_result."""
    insert = """
        insert into ops.gate_result
            (release_id, expectation_id, suite, severity, is_met, unexpected_count, element_count, message, fix)
        values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
    """
    with connection.cursor() as cursor:
        for result in results:
            rule = result.expectation
            counts = (result.is_met, result.unexpected_count, result.element_count)
            cursor.execute(insert, [release_id, rule.id, result.suite, rule.severity, *counts, rule.message, rule.fix])


def refuse(connection: psycopg.Connection, release_id: int, results: list[Result]) -> ReleaseHeld | RuleBug | None:
    """Return the error that holds the release, None if nothing does. A rule that cannot be evaluated holds it whatever its severity."""
    reader_sees = published_release(connection)
    held = f"Release {release_id} is held; readers {'see nothing yet' if reader_sees is None else f'still see release {reader_sees}'}."
    bugs = [f"- {result.expectation.id} ({result.suite}): {result.bug}" for result in results if result.bug]
    failed = [describe(result) for result in results if not result.bug and not result.is_met and result.expectation.severity == "critical"]
    if bugs:
        lines = "\n".join([*bugs, *failed])
        return RuleBug(
            f"{held} Expectations that could not be evaluated: {len(bugs)}. Correct expectations/marts/, then trigger the DAG again.\n{lines}"
        )
    if failed:
        lines = "\n".join(failed)
        return ReleaseHeld(f"{held} Critical expectations not met: {len(failed)}.\n{lines}")
    return None


def describe(result: Result) -> str:
    """Return one line on an expectation that is not met: what, where, how often, what to do."""
    rule = result.expectation
    counts = ((result.unexpected_count, "failing"), (result.element_count, "in all"))
    found = ", ".join(f"{count} {meaning}" for count, meaning in counts if count is not None)
    return f"- {rule.id} ({result.suite}{': ' if found else ''}{found}): {rule.message} Fix: {rule.fix}"
