"""The state of the examples: what the SEA has sent in it is what the examples of its own extracts say."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from sealea import examples
from sealea.contract import Column, Contract, load_contracts, load_file_rules
from sealea.examples import Pair, Records
from sealea.intake import checking, examination, pseudonym, standards
from sealea.intake.values import polars_type
from sealea.settings import PROJECT

READ: Mapping[str, Callable[[str], Any]] = {"integer": int, "date": date.fromisoformat, "boolean": "Y".__eq__, "text": str, "code": str}


def as_typed(contract: Contract, records: Records) -> pl.DataFrame:
    """Return the records of a reference extract as the warehouse gives them."""
    columns = [column for column in contract.columns if column.identity is None]
    rows = [[value(column, row.get(column.name, "")) for column in columns] for row in records.rows]
    return pl.DataFrame(rows, schema={column.name: polars_type(column) for column in columns}, orient="row")


def value(column: Column, text: str) -> Any:
    return READ.get(column.type, Decimal)(text) if text else None


@pytest.fixture(scope="session")
def contracts() -> dict[str, Contract]:
    return load_contracts(PROJECT)


@pytest.fixture(scope="session")
def sent(contracts: dict[str, Contract]) -> dict[str, Records]:
    """Return what the SEA of the examples has sent, by extract."""
    return {name: examples.records(PROJECT, name) for name in examples.extracts(PROJECT) if contracts[name].sender != "lea"}


@pytest.fixture(scope="session")
def references(contracts: dict[str, Contract], sent: dict[str, Records]) -> dict[str, pl.DataFrame]:
    """Return what files are compared with, by extract."""
    return {name: as_typed(contracts[name], records) for name, records in sent.items()}


@pytest.fixture
def broken(tmp_path, contracts, references, sent) -> Callable[[Contract, Records, Pair], set[str]]:
    """Return a function that gives the rules which records of a contract break in the state of the examples."""
    file_rules = load_file_rules(PROJECT)

    def found(contract: Contract, records: Records, pair: Pair) -> set[str]:
        path = tmp_path / "records.csv"
        path.write_text(records.text)
        of_year = contract.for_year(pair.school_year)
        organisations = frozenset({"EX-0101"} if contract.sender == "lea" else {"*"})
        claim = checking.Claim("EX", pair.school_year, organisations, pair.window)
        changed = {name: as_typed(contracts[name], sent[name].changed(changes)) for name, changes in pair.reference.items()}
        rules = {**file_rules, **{rule.id: rule for rule in of_year.rules}}
        standard = standards.Standard(of_year, rules, 1.0, pseudonym.normalised)  # of few records, one is always more than the state allows
        (result,) = examination.examined(path, [examination.Subject(standard, references | changed)], claim)
        return set(result.verdict.findings["rule_id"])

    return found
