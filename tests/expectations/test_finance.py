"""The finance extracts hold together: codes are national ones, and the examples are one set of books."""

import csv
from collections.abc import Iterator
from decimal import Decimal

import pytest

from sealea.contract import load_contracts
from sealea.settings import PROJECT

EXAMPLES = PROJECT / "expectations/examples"
DIGITS = {"fund": 1, "function": 4, "object": 3, "program": 3, "source": 4}

Row = dict[str, str]


def rows(extract: str) -> list[Row]:
    return list(csv.DictReader((EXAMPLES / extract / "records.csv").read_text().splitlines()))


def national_codes() -> list[Row]:
    return list(csv.DictReader((PROJECT / "dbt_project/seeds/nces_account_code.csv").read_text().splitlines()))


def total(records: list[Row], column: str = "amount_usd", **fixed: str) -> Decimal:
    """Return the sum of a column over the records whose values begin with those of `fixed`."""
    chosen = [record for record in records if all(record[name].startswith(value) for name, value in fixed.items())]
    return sum((Decimal(record[column]) for record in chosen), Decimal(0))


def test_national_codes_have_the_digits_of_their_dimension_and_a_parent_in_it() -> None:
    known = {(row["dimension_code"], row["nces_code"]) for row in national_codes()}
    orphans = [row for row in national_codes() if row["parent_code"] and (row["dimension_code"], row["parent_code"]) not in known]

    assert {dimension: {len(code) for of, code in known if of == dimension} for dimension in DIGITS} == {
        name: {count} for name, count in DIGITS.items()
    }
    assert orphans == []


def test_the_fund_classes_of_every_contract_are_the_national_ones() -> None:
    funds = {row["nces_code"] for row in national_codes() if row["dimension_code"] == "fund"}
    coded = {
        name: set(column.codes)
        for name, contract in load_contracts(PROJECT).items()
        if (column := contract.by_name.get("fund_code")) and column.codes
    }

    assert coded == dict.fromkeys(("finance_fund_balance", "finance_ledger", "finance_payroll", "grant"), funds)


def test_the_crosswalk_leads_to_national_codes_and_comes_from_the_chart() -> None:
    known = {(row["dimension_code"], row["nces_code"]) for row in national_codes()}
    chart = {(row["dimension_code"], row["code"]) for row in rows("chart_of_accounts")}
    crosswalk = [row for row in rows("account_crosswalk") if row["dimension_code"] in DIGITS]

    assert {(row["dimension_code"], row["nces_code"]) for row in crosswalk} <= known
    assert {(row["dimension_code"], row["code"]) for row in crosswalk} <= chart


def fund_flows() -> Iterator[tuple[str, str, Decimal, Decimal]]:
    """Yield fund, column of finance_fund_balance, what stands there and what the ledger adds up to."""
    ledger = [row for row in rows("finance_ledger") if row["amount_type_code"] == "actual"]
    for balance in rows("finance_fund_balance"):
        own = [row for row in ledger if row["fund_code"] == balance["fund_code"]]
        revenue, spent = ([row for row in own if row["account_type_code"] == kind] for kind in ("revenue", "expenditure"))
        other = total(revenue, source_code="5")
        moved = total(spent, object_code="91")
        sums = {"revenues_usd": total(revenue) - other, "other_sources_usd": other, "expenditures_usd": total(spent) - moved, "other_uses_usd": moved}
        yield from ((balance["fund_code"], name, Decimal(balance[name] or 0), amount) for name, amount in sums.items())


@pytest.mark.parametrize(("fund", "column", "reported", "booked"), list(fund_flows()))
def test_the_fund_balances_of_the_examples_are_those_of_its_ledger(fund: str, column: str, reported: Decimal, booked: Decimal) -> None:
    assert reported == booked


def test_the_pay_of_the_examples_is_what_the_ledger_has_under_salaries() -> None:
    ledger = [row for row in rows("finance_ledger") if row["amount_type_code"] == "actual"]

    assert total(rows("finance_payroll"), object_code="1") == total(ledger, object_code="1")


def test_the_certified_totals_of_the_examples_are_the_revenue_of_the_ledger() -> None:
    ledger = [row for row in rows("finance_ledger") if row["amount_type_code"] == "actual"]
    controls = [row for row in rows("control_total") if row["lea_id"] == "EX-0101"]

    assert [Decimal(row["certified_usd"]) for row in controls] == [total(ledger, source_code=row["source_prefix"]) for row in controls]
