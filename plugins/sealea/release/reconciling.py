"""Level 2: hold the pinned files against one another, set rows aside, return files, before anything is built from them."""

import hashlib
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass

import psycopg

from sealea.contract import Contract, load_contracts
from sealea.errors import RuleBug, SealeaError
from sealea.pack import Pack, load_packs
from sealea.reconcile_rule import ReconcileRule, ReconcileSuite, load_reconcile_suites
from sealea.release import rule_counts, rule_view, scope, standing
from sealea.release.pin import pin_inputs
from sealea.release.releases import ids, scalar, turn
from sealea.settings import Settings

LOGGER = logging.getLogger(__name__)
ACTOR = "reconciliation"
MAXIMUM_ROUNDS = 5
EDITION = "1"  # of how answers are worked out: raise it to have every rule answered anew
RETURN = """
    with fatal as (
        select load.submission_id, string_agg(distinct finding.rule_id, ', ' order by finding.rule_id) as reason
        from ops.standing_finding as finding
        inner join reconcile.scope using (load_id)
        inner join ops.load using (load_id)
        inner join ops.load_status using (load_id)
        where finding.level = 2 and finding.severity = 'F1' and scope.owner_count = 1 and load_status.status = 'accepted'
        group by load.submission_id
    )
    insert into ops.load_event (load_id, status, actor, reason)
    select load.load_id, 'returned', %(actor)s, fatal.reason
    from fatal
    inner join ops.load using (submission_id)
    inner join ops.pin_load on load.load_id = pin_load.load_id and pin_load.pin_id = %(pin)s
    returning load_id
"""
# A file that was returned for what other files said is judged again when one of them was replaced, unless it was itself.
REINSTATE = """
    with returned as (
        select event.load_id, event.load_event_id, load.submission_id, submission.sender_id, submission.school_year, submission.window_code
        from ops.load_event as event
        inner join ops.load using (load_id)
        inner join ops.submission using (submission_id)
        where event.status = 'returned' and event.actor = %(actor)s
            and event.load_event_id = (select max(load_event_id) from ops.load_event where load_id = event.load_id)
    )
    insert into ops.load_event (load_id, status, actor, reason)
    select returned.load_id, 'accepted', %(actor)s, 'other files of the LEA came; judged again'
    from returned
    inner join ops.load using (load_id)
    where not exists (
        select from ops.load as later inner join ops.submission using (submission_id)
        where submission.sender_id = returned.sender_id and submission.school_year = returned.school_year
            and submission.window_code = returned.window_code and later.extract = load.extract and later.load_id > returned.load_id
    ) and exists (
        select from ops.load_event as event
        inner join ops.load as other using (load_id)
        inner join ops.submission using (submission_id)
        where event.load_event_id > returned.load_event_id and event.status = 'accepted' and event.actor <> %(actor)s
            and other.extract <> load.extract and submission.sender_id = returned.sender_id
    )
    returning load_id
"""


@dataclass(frozen=True)
class Question:
    """A rule, the fingerprint of what its answers depend on besides files, and the LEAs for which it must be answered."""

    suite: ReconcileSuite
    rule: ReconcileRule
    version: str
    due: scope.Due


def reconcile(settings: Settings, pin_id: int) -> int | None:
    """Return the pin to build from once every rule of level 2 is answered; None if nothing is left to publish.

    It is `pin_id`, or a new one if files were returned, or returned ones are judged again. Findings stand in ops.finding, rows that
    the release leaves out in ops.quarantined_row. Raises RuleBug naming every rule that does not run; then nothing is written.
    """
    contracts, packs = load_contracts(settings.project_dir), load_packs(settings.project_dir)
    suites = load_reconcile_suites(settings.project_dir, contracts)
    with turn(settings.pipeline_dsn) as connection:
        changed = ids(connection, REINSTATE, {"actor": ACTOR})
    for _ in range(MAXIMUM_ROUNDS):
        if changed:
            pinned = pin_inputs(settings)
            if pinned is None:
                return None
            pin_id = pinned
        with turn(settings.pipeline_dsn) as connection:
            evaluated = answer(connection, pin_id, suites, contracts, packs)
            rule_counts.write_results(connection, pin_id, rule_counts.count(settings.transform_dsn, suites), evaluated)
            changed = ids(connection, RETURN, {"actor": ACTOR, "pin": pin_id})
        if not changed:
            return pin_id
        LOGGER.warning("Returned by rules of level 2: %s files. What counted before them counts.", len(changed))
    raise SealeaError(
        f"After {MAXIMUM_ROUNDS} rounds files are still returned. Look in ops.load_event for those of {ACTOR}, and trigger the DAG again."
    )


def answer(
    connection: psycopg.Connection, pin_id: int, suites: list[ReconcileSuite], contracts: Mapping[str, Contract], packs: list[Pack]
) -> dict[str, int]:
    """Answer every rule where its inputs changed, in one transaction; return for how many LEAs, by rule."""
    evaluated: dict[str, int] = {}
    bugs: list[str] = []
    with connection.transaction():
        require_pin(connection, pin_id)
        # Load and LEA go together, which the planner cannot know: it expects one row of a join, finds a million, and loops over them, merges
        # them by a key that all of them share, or joins files to one another by LEA alone. Hash joins in the order of the rule never do.
        # One session works here, and a state of millions of students would sort and hash on disk with what is right for many.
        for setting in ("enable_nestloop = off", "enable_mergejoin = off", "join_collapse_limit = 1", "jit = off", "work_mem = '256MB'"):
            connection.execute(f"set local {setting}")
        scope.prepare(connection, pin_id, contracts)
        require_parameters(connection)
        mark = standing.mark(connection)
        for question in questions(connection, suites, contracts, packs):
            began, rule = time.monotonic(), question.rule
            evaluated[rule.id] = len(question.due.owners)
            try:
                answer_question(connection, pin_id, question, contracts, packs)
                LOGGER.info("%s: %s LEAs in %.1f s", rule.id, evaluated[rule.id], time.monotonic() - began)
            except RuleBug as error:
                bugs.append(f"- {error}")
        if bugs:
            lines = "\n".join(bugs)
            raise RuleBug(f"Rules of level 2 that could not be evaluated: {len(bugs)}. No finding was written and nothing is built.\n{lines}")
        standing.quarantine(connection, pin_id)
        standing.ask_for_answers(connection, pin_id, mark)
        rule_counts.write_counts(connection, suites)
    return evaluated


def questions(connection: psycopg.Connection, suites: list[ReconcileSuite], contracts: Mapping[str, Contract], packs: list[Pack]) -> list[Question]:
    """Return every rule with the LEAs for which it must be answered anew; the rows of the persons whom that takes are written once for all."""
    asked = []
    for suite in suites:
        for rule in suite.rules:
            rule_version = version(connection, suite, rule, packs)
            asked.append(Question(suite, rule, rule_version, scope.due(connection, rule, rule_version)))
    of_few = [question for question in asked if question.due.owners and rule_view.is_of_few(question.rule, question.due)]
    for question in of_few:
        scope.write_persons(connection, question.rule, question.due, contracts)
    scope.write_person_rows(connection, [question.rule for question in of_few], contracts)
    return asked


def answer_question(connection: psycopg.Connection, pin_id: int, question: Question, contracts: Mapping[str, Contract], packs: list[Pack]) -> None:
    """Write the findings of a rule for the LEAs that are due. Raises RuleBug if it does not run."""
    rule, due = question.rule, question.due
    if due.owners:
        rule_view.write_view(connection, question.suite, rule, due, contracts)
        standing.write_findings(connection, rule, due, contracts[rule.extract], pin_id, packs)
        scope.write_inputs(connection, rule, question.version, due)


def version(connection: psycopg.Connection, suite: ReconcileSuite, rule: ReconcileRule, packs: list[Pack]) -> str:
    """Return a fingerprint of everything besides files that an answer depends on: the rule, its relations, the states' numbers and severities."""
    relations = [suite.relations[name] for name in rule.uses]
    settings = [(pack.state_code, pack.rules.get(rule.id)) for pack in packs]
    numbers = connection.execute("select state_code, parameter, value from ops.state_parameter order by 1, 2").fetchall()
    return hashlib.sha256(repr((EDITION, rule.version, relations, settings, numbers)).encode()).hexdigest()[:12]


def require_pin(connection: psycopg.Connection, pin_id: int) -> None:
    """Raise SealeaError if the pin is gone."""
    if scalar(connection, "select pin_id from ops.pin where pin_id = %s", [pin_id]) is None:
        raise SealeaError(f"Pin {pin_id} is gone: newer inputs have been pinned since. Trigger the publish DAG again.")


def require_parameters(connection: psycopg.Connection) -> None:
    """Raise SealeaError if a state has not every number that rules compare with: they would hold in silence."""
    missing = """
        select distinct scope.state_code || ' ' || known.parameter
        from reconcile.scope
        cross join (select distinct parameter from ops.state_parameter) as known
        where (scope.state_code, known.parameter) not in (select state_code, parameter from ops.state_parameter)
        order by 1
    """
    if lacking := [name for (name,) in connection.execute(missing)]:
        raise SealeaError(f"These parameters are not in the warehouse: {', '.join(lacking)}. Run 'sealea migrate' with the packs of all states.")
