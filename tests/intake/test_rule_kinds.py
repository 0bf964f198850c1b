"""Reference and total rules: what they see, what they find, and what is our own error."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from pydantic import ValidationError

from sealea.contract import Column, Contract, Rule
from sealea.errors import RuleBug
from sealea.intake import expressions, membership, totals
from sealea.intake.expressions import Submission

SAID = {"severity": "S", "message": "It is wrong.", "fix": "Correct it.", "source": "test"}
SUBMISSION = Submission(2026, "close")


def contract(rule: Rule) -> Contract:
    names = ("fund", "function", "amount", "note")
    columns = tuple(Column(name=name, type="decimal(14,2)" if name == "amount" else "text", description="", ceds="", ed_fi="") for name in names)
    told = {"title": "", "description": "", "grain": "", "source": ""}
    return Contract(extract="ledger", domain="finance", sender="any", key=(), columns=columns, rules=(rule,), **told)


def frame(*rows: tuple[str | None, ...]) -> pl.DataFrame:
    """Return records from line 2 on, of fund, function, amount and note."""
    schema = {"fund": pl.String, "function": pl.String, "amount": pl.Decimal(14, 2), "note": pl.String}
    cells = [(fund, function, Decimal(amount) if amount else None, note) for fund, function, amount, note in rows]
    records = pl.DataFrame(cells, schema=schema, orient="row").with_row_index("line_number", 2)
    return expressions.with_submission(records.cast({"line_number": pl.Int64}), SUBMISSION)


def found_by(rule: Rule, records: pl.DataFrame, **references: pl.DataFrame) -> list[int | None]:
    if rule.kind == "total":
        sums = totals.sums(contract(rule))
        for each in sums:
            each.add(records)
        return totals.problems(sums, iter([records]))["line_number"].to_list()
    return membership.problems(records, contract(rule), references, SUBMISSION, {})["line_number"].to_list()


COMBINATION = pl.DataFrame({"fund_code": ["01", "02"], "function_code": ["1000", "2100"], "first_year": [2000, 2030]})
PAIR = {"id": "FIN-901", "kind": "reference", "column": "fund", "in": "combination.fund_code", "match": {"function": "function_code"}, **SAID}
LEDGER = frame(("01", "1000", "5", None), ("01", "2100", "5", None), ("02", "2100", "5", None), (None, "2100", "5", None), ("01", None, "5", None))


def test_several_columns_must_stand_in_one_reference_row_and_a_blank_one_is_not_looked_up():
    assert found_by(Rule(**PAIR), LEDGER, combination=COMBINATION) == [3]


def test_only_the_reference_rows_that_count_and_the_records_that_are_checked_meet():
    rule = Rule(**PAIR, where="first_year <= submission_school_year", when="function = '2100'")

    assert found_by(rule, LEDGER, combination=COMBINATION) == [3, 4]


def test_a_match_may_name_what_is_known_of_the_submission():
    window = pl.DataFrame({"window_code": ["close", "open"], "fund_code": ["01", "02"]})
    rule = Rule(**{**PAIR, "in": "window.fund_code", "match": {"submission_window": "window_code"}})

    assert found_by(rule, LEDGER, window=window) == [4]


def test_a_comparison_fails_where_the_row_that_matches_says_so_and_holds_where_none_does():
    grant = pl.DataFrame({"fund_code": ["01"], "award": [Decimal(10)], "end_date": [date(2026, 1, 1)]})
    given = {"id": "FIN-902", "kind": "reference", "column": "fund", "in": "grant.fund_code", **SAID}
    records = frame(("01", None, "10", None), ("01", None, "10.01", None), ("02", None, "99", None), ("01", None, None, None))

    assert found_by(Rule(**given, fails_when="amount > reference.award"), records, grant=grant) == [3]
    assert found_by(Rule(**given, fails_when="submission_year_end < reference.end_date"), records, grant=grant) == []


def test_a_rule_whose_reference_extract_is_not_there_is_silent():
    assert found_by(Rule(**PAIR), LEDGER) == []


def test_a_rule_that_may_be_silent_is_so_too_while_no_reference_row_counts():
    nothing_counts = {**PAIR, "where": "first_year > 2100"}

    assert found_by(Rule(**nothing_counts, without_reference="silent"), LEDGER, combination=COMBINATION) == []
    assert found_by(Rule(**nothing_counts), LEDGER, combination=COMBINATION) == [2, 3, 4]


TOTAL = {"id": "FIN-903", "kind": "total", "column": "amount", **SAID}
TRANSFERS = frame(
    ("01", "in", "5.10", None), ("01", "out", "5.00", None), ("02", "in", "7", None), ("02", "out", "7", None), ("02", "other", "9", None)
)
BALANCE = {"incoming": "case when function = 'in' then amount else 0 end", "outgoing": "case when function = 'out' then amount else 0 end"}


def test_a_group_whose_totals_fail_is_found_on_each_of_its_counted_records():
    rule = Rule(**TOTAL, by=("fund",), when="function in ('in', 'out')", totals=BALANCE, fails_when="abs(incoming - outgoing) > 0.05")

    assert found_by(rule, TRANSFERS) == [2, 3]


def test_without_a_group_the_whole_file_is_one_and_has_one_finding():
    rule = Rule(**TOTAL, totals={"records": "1"}, fails_when="records > 4")

    assert found_by(rule, TRANSFERS) == [None]
    assert found_by(rule, TRANSFERS.head(4)) == []


def test_a_group_of_blank_values_is_a_group():
    rule = Rule(**TOTAL, by=("note",), totals={"records": "1"}, fails_when="records = 5 and note is null")

    assert found_by(rule, TRANSFERS) == [2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"totals": {"records": "fund"}}, "totals.records gives String instead of a number"),
        ({"totals": {"records": "sum(amount)"}}, "uses sum"),
        ({"fails_when": "records"}, "instead of true or false"),
        ({"fails_when": "amount > 1"}, "does not compile"),
    ],
)
def test_a_total_rule_that_does_not_run_is_our_error(change, says):
    rule = Rule(**{**TOTAL, "totals": {"records": "1"}, "fails_when": "records > 1", **change})

    with pytest.raises(RuleBug, match=says):
        found_by(rule, TRANSFERS)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ({"kind": "total", "fails_when": "a > 1"}, "it needs `totals`"),
        ({"kind": "row", "fails_when": "a", "by": ["fund"]}, "`by` does not belong to it"),
        ({"kind": "reference", "column": "fund"}, "it needs `in`"),
        ({"kind": "key", "match": {"fund": "fund_code"}}, "`match` does not belong to it"),
    ],
)
def test_a_key_that_the_kind_of_a_rule_does_not_read_is_refused(written, says):
    with pytest.raises(ValidationError, match=says):
        Rule(id="FIN-904", **written, **SAID)


def test_a_contract_of_one_year_has_the_columns_and_rules_in_effect():
    rule = Rule(id="FIN-905", kind="row", fails_when="amount < 0", since=2027, **SAID)
    whole = contract(rule)
    fund = whole.columns[0].model_copy(update={"until": 2025})
    whole = whole.model_copy(update={"columns": (fund, *whole.columns[1:])})

    assert [[*part.by_name] for part in map(whole.for_year, (2025, 2026))] == [["fund", "function", "amount", "note"], ["function", "amount", "note"]]
    assert [len(whole.for_year(year).rules) for year in (2026, 2027)] == [0, 1]
