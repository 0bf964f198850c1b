"""Every rule of the file specification stands in one catalogue, and a mistake in a rule of level 2 is named."""

import shutil
from pathlib import Path

import pytest

from sealea.contract import load_contracts
from sealea.errors import ContractError
from sealea.reconcile_rule import load_reconcile_rules, load_reconcile_suites
from sealea.settings import PROJECT

CONTRACTS = load_contracts(PROJECT)
LAST = {"FIN": 18, "PER": 18, "ASM": 16}
# The sums of ASM-017 are held at the gate: GATE-003 levels, GATE-004 populations.
AT_THE_GATE = {"ASM-017"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copytree(PROJECT / "expectations/reconcile", tmp_path / "expectations/reconcile")
    return tmp_path


def change(project: Path, old: str, new: str) -> None:
    path = project / "expectations/reconcile/finance.yml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_every_rule_of_the_specification_is_in_a_contract_or_in_a_suite_once():
    of_one_file = {rule.id for contract in CONTRACTS.values() for rule in contract.rules}
    of_several = set(load_reconcile_rules(PROJECT))
    specified = {f"{prefix}-{number:03d}" for prefix, last in LAST.items() for number in range(1, last + 1)}

    assert specified - AT_THE_GATE <= of_one_file | of_several
    assert of_one_file & of_several == set()


def test_the_rules_fit_the_contracts():
    assert load_reconcile_suites(PROJECT, CONTRACTS)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("column: beginning_balance_usd", "column: begining_balance", "FIN-006: finance_fund_balance has no column begining_balance"),
        ("reads: [finance_fund_balance]", "reads: [fund_balances]", "FIN-006: there is no extract fund_balances"),
        ("id: FIN-006", "id: FIN-005", "FIN-005: written twice"),
        ("severity: S", "sevrity: S", "sevrity"),
        ("uses: [balance_moved]", "uses: [balance_move]", "no such relation: balance_move"),
    ],
)
def test_a_misspelt_name_is_refused_by_name(project, old, new, message):
    change(project, old, new)

    with pytest.raises(ContractError, match=message):
        load_reconcile_suites(project, CONTRACTS)
