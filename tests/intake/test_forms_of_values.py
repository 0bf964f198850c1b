"""Numbers as US software writes them are read as what they can only mean; what could mean two things is a finding."""

import pytest
from pydantic import ValidationError

from sealea.contract import load_contract
from sealea.pack import Pack
from sealea.settings import PROJECT

AMOUNTS = {
    "$1,234.50": "1234.50",
    "(500.00)": "-500.00",
    "-$   62.74": "-62.74",
    "1,234": "1234.00",
    "$(1,000)": "-1000.00",
    "($5.25)": "-5.25",
    "$ 7 ": "7.00",
    "$-3.10": "-3.10",
}
AMBIGUOUS = ["12,50", "0,500", "1,23", "1.234,50", "1,234,5", "-(5)", "( 5)", "5-", "$", "()", "1 234", "USD 5", "5 $"]


@pytest.fixture
def amounts(examine, example):
    """Return a function that tells the findings of a ledger with this amount on line 2."""
    return lambda amount: [
        finding for finding in examine("finance_ledger", example("finance_ledger", (2, "amount_usd", amount))).findings if finding[1] == 2
    ]


def test_an_amount_with_dollar_sign_commas_or_parentheses_is_what_it_says(state, example):
    state.send("org_directory", example("org_directory"), sender_id="sea")
    outcomes = state.send_all("finance_ledger", [example("finance_ledger", (2, "amount_usd", written)) for written in AMOUNTS])

    assert [outcome.status for outcome in outcomes] == ["accepted"] * len(AMOUNTS)
    assert [amount for (amount,) in state.rows("select amount_usd::text from raw.finance_ledger where line_number = 2 order by load_id")] == list(
        AMOUNTS.values()
    )


@pytest.mark.parametrize("amount", AMBIGUOUS)
def test_an_amount_that_could_mean_something_else_is_a_finding(amounts, amount):
    assert amounts(amount) == [("REC-003", 2, "amount_usd")]


IDS_THAT_A_SPREADSHEET_CHANGED = ["1.2E+11", "1E+05", "3-Jan", "Jan-05", "1-Mar-26", "12/1/2025", "#N/A", "#REF!"]
IDS_AS_SOMEBODY_CHOSE_THEM = ["1E5", "3-1", "2025-12-01", "JAN-5", "12/1", "#12", "0012", "A.1E+11"]


@pytest.mark.parametrize("identifier", IDS_THAT_A_SPREADSHEET_CHANGED)
def test_an_id_that_a_spreadsheet_took_for_something_else_is_quarantined_and_not_turned_back(examine, example, identifier):
    outcome = examine("staff_assignment", example("staff_assignment", (9, "staff_state_id", identifier)))

    assert (outcome.findings, 9 in outcome.loaded_lines) == ([("REC-007", 9, "staff_state_id")], False)


@pytest.mark.parametrize("identifier", IDS_AS_SOMEBODY_CHOSE_THEM)
def test_an_id_that_only_looks_a_little_like_a_number_or_a_date_stays(examine, example, identifier):
    assert examine("staff_assignment", example("staff_assignment", (9, "staff_state_id", identifier))).findings == []


def test_where_an_id_has_a_form_the_spreadsheet_is_named_and_not_the_form(examine, example):
    assert examine("staff_assignment", example("staff_assignment", (9, "school_id", "1.0E+10"))).findings == [("REC-007", 9, "school_id")]


def test_dates_are_read_in_the_forms_that_the_pack_declares_and_in_no_others(examine, example):
    contract = load_contract(PROJECT / "expectations/extracts/staff_assignment.yml")
    columns = tuple(column.model_copy(update={"date_forms": ("M/D/YYYY", "YYYYMMDD")}) for column in contract.columns)
    declared = contract.model_copy(update={"columns": columns})
    content = example(
        "staff_assignment",
        (2, "begin_date", "8/15/2025"),
        (3, "begin_date", "20250815"),
        (4, "begin_date", "15/8/2025"),
        (5, "begin_date", "8/15/25"),
    )

    findings = examine("staff_assignment", content, declared).findings

    assert findings == [("REC-003", 4, "begin_date"), ("REC-003", 5, "begin_date")]


@pytest.mark.parametrize("forms", [["M/D/YYYY", "D/M/YYYY"], ["YYYY-DD-MM"], ["MDYYYY"], ["YYYY-MMM-DD"]])
def test_forms_of_dates_that_could_be_two_dates_are_no_pack(forms):
    with pytest.raises(ValidationError, match="date"):
        Pack.model_validate({"state_code": "EX", "title": "Example", "time_zone": "America/Chicago", "file_name": "x", "date_forms": forms})
