"""Numbers as US software writes them are read as what they can only mean; what could mean two things is a finding."""

import pytest

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
    outcomes = state.send_all("finance_ledger", [example("finance_ledger", (2, "amount_usd", written)) for written in AMOUNTS])

    assert [outcome.status for outcome in outcomes] == ["accepted"] * len(AMOUNTS)
    assert [amount for (amount,) in state.rows("select amount_usd::text from raw.finance_ledger where line_number = 2 order by load_id")] == list(
        AMOUNTS.values()
    )


@pytest.mark.parametrize("amount", AMBIGUOUS)
def test_an_amount_that_could_mean_something_else_is_a_finding(amounts, amount):
    assert amounts(amount) == [("REC-003", 2, "amount_usd")]
