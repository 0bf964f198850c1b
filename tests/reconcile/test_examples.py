"""Every rule of level 2 finds what its failing example marks and nothing in its passing one, by PostgreSQL and Great Expectations."""

import dataclasses
import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from sealea import document
from sealea.contract import load_contracts
from sealea.pack import load_packs
from sealea.reconcile_rule import load_reconcile_rules, load_reconcile_suites
from sealea.release import reconciling, rule_counts
from sealea.release.releases import turn
from sealea.settings import PROJECT

FOLDER = PROJECT / "expectations/reconcile/examples"
RULES = load_reconcile_rules(PROJECT)
EXAMPLES: dict[str, dict[str, Any]] = {rule: files for path in sorted(FOLDER.glob("*.yml")) for rule, files in document.read(path).items()}
CONTRACTS = load_contracts(PROJECT)
PERSONS = ("staff_state_id", "state_student_id")

Place = tuple[str, str, int, int | None]  # extract, LEA, school year, line
Files = dict[tuple[str, str, int], list[dict[str, Any]]]


@dataclasses.dataclass(frozen=True)
class Judged:
    """The warehouse of all examples after level 2, and what Great Expectations counted."""

    state: Any
    counts: dict[str, int]
    expected: dict[tuple[str, str], set[Place]]


def named(value: Any, suffix: str) -> Any:
    """Return the value with the LEAs of one example of their own, so that examples do not touch."""
    if not isinstance(value, str):
        return value
    return value.replace("EX-0101", f"EX-A{suffix}").replace("EX-0102", f"EX-B{suffix}")


def expanded(row: dict[str, Any], suffix: str) -> Iterator[dict[str, Any]]:
    """Yield the row as often as it says, each time of another person."""
    for number in range(row.get("from", 0), row.get("from", 0) + row.get("times", 1)):
        count = number if "times" in row else ""
        yield {name: f"{value}{count} {suffix}" if name in PERSONS else named(value, suffix) for name, value in row.items()}


def placed(files: Files, example: dict[str, Any], suffix: str) -> set[Place]:
    """Add the rows of an example to `files`; return where its rule must find something."""
    marked: set[Place] = {(of, lea, int(year), None) for of, lea, year in (named(text, suffix).split() for text in example.get("whole", ()))}
    for extract, rows in example.items():
        for row in (copy for given in rows if extract != "whole" for copy in expanded(given, suffix)):
            lea, year = row.get("lea", named("EX-0101", suffix)), row.get("year", 2026)
            own = files[extract, lea if CONTRACTS[extract].owner else "EX", year]
            if row not in own or extract != "assessment_registry":  # the tests of the state are the same for all
                own.append(row)
            if row.get("fails"):
                marked.add((extract, lea, year, len(own) + 1))
    return marked


@pytest.fixture(scope="module")
def judged(shared_state: Any) -> Judged:
    """Return a state whose LEAs are those of all examples, each example with its own, judged at once."""
    files: Files = defaultdict(list)
    expected = {
        (rule, verdict): placed(files, examples[verdict], f"{rule.replace('-', '')}{verdict[0].upper()}")
        for rule, examples in EXAMPLES.items()
        for verdict in ("passes", "fails")
    }
    for (extract, lea, year), rows in sorted(files.items()):
        shared_state.send(extract, lea, year, rows)
    suites = load_reconcile_suites(PROJECT, CONTRACTS)
    pin_id = shared_state.pin()
    with turn(shared_state.settings.pipeline_dsn) as connection:
        reconciling.answer(connection, pin_id, suites, CONTRACTS, load_packs(PROJECT))
    counts = {count.rule.id: count.failing for count in rule_counts.count(shared_state.settings.transform_dsn, suites)}
    return Judged(shared_state, counts, expected)


def found(judged: Judged, rule: str, suffix: str) -> set[Place]:
    return set(
        judged.state.query(
            """
            select load.extract, finding.owner_org_id, submission.school_year, finding.line_number
            from ops.standing_finding as finding inner join ops.load using (load_id) inner join ops.submission using (submission_id)
            where finding.level = 2 and finding.rule_id = %s and finding.owner_org_id like %s
            """,
            rule,
            f"EX-_{suffix}",
        )
    )


def test_every_rule_has_a_passing_and_a_failing_example() -> None:
    assert set(EXAMPLES) == set(RULES)
    assert all(set(examples) == {"passes", "fails"} for examples in EXAMPLES.values())


@pytest.mark.parametrize("rule", sorted(RULES))
def test_the_rule_finds_what_its_failing_example_marks(judged: Judged, rule: str) -> None:
    expected = judged.expected[rule, "fails"]

    assert expected
    assert found(judged, rule, f"{rule.replace('-', '')}F") == expected


@pytest.mark.parametrize("rule", sorted(RULES))
def test_the_rule_finds_nothing_in_its_passing_example(judged: Judged, rule: str) -> None:
    assert found(judged, rule, f"{rule.replace('-', '')}P") == set()


def test_great_expectations_counts_the_findings_of_every_rule(judged: Judged) -> None:
    rows = judged.state.query("select rule_id, count(*) from ops.standing_finding where level = 2 group by rule_id")

    assert {rule: count for rule, count in judged.counts.items() if count} == dict(rows)


def test_nothing_that_level_2_writes_has_a_value_of_a_file_in_it(judged: Judged) -> None:
    """Names, birth dates and amounts of the examples, looked for in what senders, operators and Great Expectations see."""
    secret = ("Diaz", "Roe", "O'Hara", "1971-07-07", "2016-02-03", "50001", "4999.99")
    tables = ("ops.finding", "ops.reconcile_result", "ops.reconcile_input", "ops.quarantined_row")
    seen = json.dumps([judged.state.query(f"select row_to_json(t)::text from {table} as t") for table in tables])
    views = [name for (name,) in judged.state.query("select matviewname from pg_matviews where schemaname = 'reconcile'")]
    columns = judged.state.query(
        "select distinct attname from pg_attribute where attrelid in (select format('reconcile.%I', matviewname)::regclass from pg_matviews) and attnum > 0"
    )

    assert [value for value in secret if value in seen] == []
    assert len(views) == len(RULES)
    assert {name for (name,) in columns} == {"load_id", "line_number", "owner_org_id", "about_org_id", "column_name"}
