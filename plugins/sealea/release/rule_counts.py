"""Great Expectations on the rules of level 2: one suite per domain, one row of counts, an expectation per rule. It sees nothing else."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from sealea.errors import RuleBug
from sealea.reconcile_rule import ReconcileRule, ReconcileSuite
from sealea.release.validation import COUNTS_ONLY, error_reports, harmless, sqlalchemy_url

GX_SEVERITY = {"F1": "critical", "F2": "critical", "S": "warning", "W": "info", "I": "info"}


@dataclass(frozen=True)
class Count:
    """How many findings of a rule stand, by Great Expectations."""

    suite: str
    rule: ReconcileRule
    is_met: bool
    failing: int


def write_counts(connection: psycopg.Connection, suites: Iterable[ReconcileSuite]) -> None:
    """Create reconcile.<suite>: one row, a column per rule with the findings that stand in the files that count."""
    for suite in suites:
        columns = [
            sql.SQL("count(*) filter (where finding.rule_id = {}) as {}").format(sql.Literal(rule.id), sql.Identifier(rule.relation))
            for rule in suite.rules
        ]
        view = sql.Identifier("reconcile", suite.suite)
        query = """
            create view {view} as
            select {columns} from ops.standing_finding as finding
            where finding.level = 2 and exists (select from reconcile.scope where scope.load_id = finding.load_id)
        """
        connection.execute(sql.SQL("drop view if exists {} cascade").format(view))
        connection.execute(sql.SQL(query).format(view=view, columns=sql.SQL(", ").join(columns)))
        connection.execute(sql.SQL("grant select on {} to sealea_transform").format(view))


def count(dsn: str, suites: Iterable[ReconcileSuite]) -> list[Count]:
    """Return what Great Expectations counts of every rule. Raises RuleBug if it cannot tell."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read while Great Expectations is imported, which takes seconds: hence here
    import great_expectations

    context = great_expectations.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_postgres("reconcile", connection_string=sqlalchemy_url(dsn, "reconcile"), create_temp_table=False)
    try:
        return [found for suite in suites for found in count_suite(source, suite)]
    finally:
        source.get_execution_engine().engine.dispose()
        source.get_engine().dispose()


def count_suite(source: Any, suite: ReconcileSuite) -> Iterator[Count]:
    """Yield the count of every rule of one suite."""
    import great_expectations
    from great_expectations import expectations

    batch = source.add_table_asset(suite.suite, table_name=suite.suite).add_batch_definition_whole_table("counts").get_batch()
    expected = [
        expectations.ExpectColumnMaxToBeBetween(column=rule.relation, max_value=0, severity=GX_SEVERITY[rule.severity], meta={"id": rule.id})
        for rule in suite.rules
    ]
    outcome = batch.validate(great_expectations.ExpectationSuite(name=suite.suite, expectations=expected), result_format=COUNTS_ONLY)
    by_id = {result.expectation_config.meta["id"]: result for result in outcome.results}
    for rule in suite.rules:
        result = by_id[rule.id]
        if errors := [error for error in error_reports(result.exception_info) if error["raised_exception"]]:
            raise RuleBug(f"{rule.id} cannot be counted by Great Expectations: {harmless(str(errors[0]['exception_message']))}")
        yield Count(suite.suite, rule, bool(result.success), int(result.result["observed_value"]))


def write_results(connection: psycopg.Connection, pin_id: int, counts: Iterable[Count], evaluated: dict[str, int]) -> None:
    """Write the counts to ops.reconcile_result; `evaluated` is for how many LEAs each rule was answered anew, by rule."""
    insert = """
        insert into ops.reconcile_result (pin_id, rule_id, suite, severity, is_met, failing_count, evaluated_lea_count)
        values (%s, %s, %s, %s, %s, %s, %s)
        on conflict (pin_id, rule_id) do update
        set is_met = excluded.is_met, failing_count = excluded.failing_count, evaluated_lea_count = excluded.evaluated_lea_count
    """
    with connection.cursor() as cursor:
        for found in counts:
            rule = found.rule
            cursor.execute(insert, [pin_id, rule.id, found.suite, rule.severity, found.is_met, found.failing, evaluated.get(rule.id, 0)])
