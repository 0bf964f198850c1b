"""Great Expectations at work: suites of expectations against tables of the warehouse, answered in counts alone."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import psycopg
from sqlalchemy import make_url

from sealea.errors import RuleBug
from sealea.release.suite import KEY_RULE, SQL_RULE, Expectation, Suite

COUNTS_ONLY = {"result_format": "SUMMARY", "partial_unexpected_count": 0}
ROW_COUNT = "expect_table_row_count_to_be_between"
# A row if no index keeps {table} unique by {key} or a part of it: for all rows, at every write, and where the key is NULL too.
KEY_NOT_ENFORCED = """
    select 1 where not exists (
        select from pg_index
        cross join lateral (
            select array_agg(attname::text) as columns, bool_and(attnotnull) as is_complete
            from pg_attribute
            where attrelid = indrelid and attnum = any ((indkey::int2[])[0:indnkeyatts - 1])
        ) as indexed
        where indrelid = '{table}'::regclass and indisunique and indisvalid and indimmediate and indpred is null and indexprs is null
            and (is_complete or indnullsnotdistinct) and columns <@ string_to_array('{key}', ', ')
    )
"""
# The columns of a key go together, which the planner cannot know: it expects few rows of a join and sorts a million for each worker.
SESSION = "-cdefault_transaction_read_only=on -cenable_mergejoin=off"
NAMES_ONLY = "42"  # errors of this SQLSTATE class name columns and functions, never data


@dataclass(frozen=True)
class Result:
    """What one expectation found: counts, never values. `bug` says why it could not be evaluated."""

    suite: str
    expectation: Expectation
    is_met: bool
    unexpected_count: int | None
    element_count: int | None
    bug: str | None = None


def validate(dsn: str, suites: Iterable[Suite]) -> list[Result]:
    """Return what every expectation of `suites` finds in the warehouse.

    Raises RuleBug if an expectation is unknown to Great Expectations or has wrong arguments. One that fails to run is a result with a `bug`.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read while Great Expectations is imported, which takes seconds: hence here
    import great_expectations

    context = great_expectations.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    results: list[Result] = []
    for schema, group in groupby(sorted(suites, key=lambda suite: suite.schema_name), lambda suite: suite.schema_name):
        source = context.data_sources.add_postgres(schema, connection_string=sqlalchemy_url(dsn, schema), create_temp_table=False)
        try:
            results += [result for suite in group for result in validate_suite(source, suite)]
        finally:
            source.get_execution_engine().engine.dispose()
            source.get_engine().dispose()
    return results


def validate_suite(source: Any, suite: Suite) -> Iterator[Result]:
    """Yield what each expectation of one suite finds, in the suite's order."""
    import great_expectations

    asset = source.add_table_asset(suite.suite, table_name=suite.table)
    batch = asset.add_batch_definition_whole_table("all rows").get_batch()
    configured = [configure(suite, expectation) for expectation in suite.expectations]
    outcome = batch.validate(great_expectations.ExpectationSuite(name=suite.suite, expectations=configured), result_format=COUNTS_ONLY)
    by_id = {result.expectation_config.meta["id"]: result for result in outcome.results}
    for expectation in suite.expectations:
        yield read_result(suite, expectation, by_id.get(expectation.id))


def configure(suite: Suite, expectation: Expectation) -> Any:
    """Return the Great Expectations object of `expectation`. Raises RuleBug if it does not know the type or the arguments."""
    from great_expectations.exceptions import ExpectationNotFoundError
    from great_expectations.expectations.registry import get_expectation_impl

    from sealea.release.counting import UnexpectedRowCount

    kwargs = dict(expectation.kwargs)
    if expectation.type == KEY_RULE:
        kwargs["unexpected_rows_query"] = KEY_NOT_ENFORCED
    if is_query := expectation.type in (SQL_RULE, KEY_RULE):
        kwargs["unexpected_rows_query"] = counting(str(kwargs.get("unexpected_rows_query", "")), suite)
    try:
        implementation = UnexpectedRowCount if is_query else get_expectation_impl(expectation.type)
        return implementation(**kwargs, severity=expectation.severity, meta={"id": expectation.id})
    except (ExpectationNotFoundError, TypeError, ValueError) as error:
        raise RuleBug(f"{expectation.id} in expectations/marts/{suite.suite}.yml is not an expectation that can be run: {error}") from error


def counting(query: str, suite: Suite) -> str:
    """Return `query` so that it gives one constant per failing row: no value of the row leaves the database.

    Great Expectations has a placeholder of its own, {batch}, for a subquery whose alias depends on whether the query says `join`
    somewhere. The table is therefore named by us; {batch} stands in a comment, for it is missed otherwise.
    """
    if "{table}" not in query:
        raise RuleBug(f"expectations/marts/{suite.suite}.yml: a query must read from {{table}}, the table that the suite is about: {query}")
    rule = query.replace("{table}", f"{suite.schema_name}.{suite.table}").replace("{key}", ", ".join(suite.key))
    return f"select 1 as failing_row from ({rule.rstrip('; ')}) as failing_rows /* {{batch}} */"


def read_result(suite: Suite, expectation: Expectation, outcome: Any) -> Result:
    """Return the counts in what Great Expectations reports; whatever else stands in it is left behind."""
    if outcome is None:
        return Result(suite.suite, expectation, False, None, None, "Great Expectations returned no result")
    if errors := [error for error in error_reports(outcome.exception_info) if error["raised_exception"]]:
        return Result(suite.suite, expectation, False, None, None, harmless(str(errors[0]["exception_message"])))
    found = dict(outcome.result)
    unexpected = found.get("observed_value") if expectation.type in (SQL_RULE, KEY_RULE) else found.get("unexpected_count")
    elements = found.get("observed_value") if expectation.type == ROW_COUNT else found.get("element_count")
    return Result(suite.suite, expectation, bool(outcome.success), unexpected, elements)


def error_reports(information: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the error reports of one result: a single one, or one per metric."""
    return [information] if "raised_exception" in information else list(information.values())


def harmless(message: str) -> str:
    """Return what an error message says of names and syntax, and only the kind of any other error: that could quote data."""
    database_error = re.search(r"\(psycopg\.errors\.(\w+)\)([^\n]*)", message)
    if database_error is None:
        return "the columns or arguments do not fit the table"
    kind = getattr(psycopg.errors, database_error[1], None)
    names_only = kind is not None and str(kind.sqlstate).startswith(NAMES_ONLY)
    return f"{database_error[1]}{':' + database_error[2] if names_only else ''}"


def sqlalchemy_url(dsn: str, schema: str) -> str:
    """Return a libpq address as SQLAlchemy writes it, for sessions that only read and look tables up in `schema`.

    A dollar sign is escaped, for Great Expectations would take what follows it for the name of a variable.
    """
    url = make_url(dsn).set(drivername="postgresql+psycopg").update_query_dict({"options": f"-csearch_path={schema} {SESSION}"})
    return url.render_as_string(hide_password=False).replace("$", r"\$")
