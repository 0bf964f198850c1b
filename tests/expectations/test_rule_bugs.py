"""A rule that itself breaks is our error: it is told by its id, for every kind of rule, and no record is called wrong."""

from typing import Any

import pytest

from sealea import examples
from sealea.contract import Contract, load_contracts, require_references
from sealea.errors import ContractError, RuleBug
from sealea.examples import Change, Pair
from sealea.settings import PROJECT

CONTRACTS = load_contracts(PROJECT)
AS_THEY_ARE = Pair(fails=(Change(line=2),))
BROKEN: list[tuple[str, str, dict[str, Any], str]] = [
    ("finance_ledger", "FIN-009", {"fails_when": "amount_usd <"}, "does not compile"),
    ("finance_ledger", "FIN-009", {"fails_when": "amount < 0"}, "does not compile"),
    ("finance_ledger", "FIN-009", {"fails_when": "amount_usd + 1"}, "instead of true or false"),
    ("finance_ledger", "FIN-009", {"fails_when": "sum(amount_usd) < 0"}, r"uses sum\("),
    ("finance_ledger", "FIN-013", {"where": "open_on <= submission_year_end"}, "where does not compile"),
    ("finance_ledger", "FIN-013", {"where": "max(open_date) is null"}, r"where uses max\("),
    ("finance_ledger", "FIN-013", {"when": "school_id"}, "when gives String instead of true or false"),
    ("finance_ledger", "FIN-010", {"fails_when": "fund_code <> reference.fund"}, "does not compile"),
    ("finance_ledger", "FIN-018", {"totals": {"records": "1", "zeros": "amount", "placeholders": "0"}}, "totals.zeros does not compile"),
    ("finance_ledger", "FIN-018", {"totals": {"records": "fund_code", "zeros": "0", "placeholders": "0"}}, "totals.records gives String"),
    ("finance_ledger", "FIN-018", {"fails_when": "zeroes = records"}, "does not compile"),
    ("finance_ledger", "FIN-015", {"when": "function like '1%'"}, "when does not compile"),
    ("finance_ledger", "FIN-009", {"kind": "column"}, "nothing checks rules of kind column"),
    ("finance_ledger", "FIN-009", {"kind": "owner"}, "nothing checks rules of kind owner"),
    ("finance_ledger", "FIN-009", {"kind": "file"}, "nothing checks rules of kind file"),
]


def with_rule(extract: str, rule_id: str, change: dict[str, Any]) -> Contract:
    contract = CONTRACTS[extract]
    rules = tuple(rule.model_copy(update=change) if rule.id == rule_id else rule for rule in contract.rules)
    return contract.model_copy(update={"rules": rules})


@pytest.mark.parametrize(("extract", "rule_id", "change", "says"), BROKEN)
def test_a_rule_that_breaks_is_told_by_its_id(extract: str, rule_id: str, change: dict[str, Any], says: str, broken) -> None:
    with pytest.raises(RuleBug, match=f"Rule {rule_id}.*{says}"):
        broken(with_rule(extract, rule_id, change), examples.records(PROJECT, extract), AS_THEY_ARE)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"found_in": "org_directry.org_id"}, "PER-003: in: the SEA sends no extract org_directry"),
        ({"found_in": "staff.lea_id"}, "PER-003: in: the SEA sends no extract staff"),
        ({"found_in": "org_directory.id"}, "PER-003: org_directory has no column id"),
        ({"match": {"lea_id": "lea"}}, "PER-003: org_directory has no column lea"),
    ],
)
def test_a_rule_that_looks_where_nothing_can_be_is_refused_before_a_file_waits_for_it(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ContractError, match=says):
        require_references({**CONTRACTS, "staff_assignment": with_rule("staff_assignment", "PER-003", change)})


def test_a_pattern_that_is_no_expression_is_refused() -> None:
    column = CONTRACTS["staff"].by_name["lea_id"].model_dump()

    with pytest.raises(ValueError, match="column lea_id: pattern: missing"):
        Contract.model_validate(CONTRACTS["staff"].model_dump(by_alias=True) | {"columns": [column | {"pattern": "[A-Z]{2}-("}]})
