"""A contract is of its year: a column of later years is not asked of earlier files, and a header of earlier years is read."""

import pytest

from sealea import examples
from sealea.contract import Contract, load_contracts
from sealea.examples import Change, Pair, Records
from sealea.settings import PROJECT

CONTRACTS = load_contracts(PROJECT)
EDGES = sorted(
    {
        (name, year)
        for name, contract in CONTRACTS.items()
        for part in (*contract.columns, *contract.rules)
        for year in (*((part.since - 1, part.since) if part.since else ()), *((part.until, part.until + 1) if part.until else ()))
    }
)


def of(school_year: int) -> Pair:
    return Pair(fails=(Change(line=2),), school_year=school_year)


def without(records: Records, *names: str) -> Records:
    """Return the records without these columns."""
    kept = [place for place, name in enumerate(records.header) if name not in names]
    return Records(
        *(tuple(line[place] for place in kept) for line in (records.header,)), tuple(tuple(line[place] for place in kept) for line in records.lines)
    )


def renamed(records: Records, names: dict[str, str]) -> Records:
    return Records(tuple(names.get(name, name) for name in records.header), records.lines)


def from_2026_on(extract: str, column: str, **keys: object) -> Contract:
    """Return the contract of an extract in which a column is required from 2026 on."""
    contract = CONTRACTS[extract]
    columns = tuple(each.model_copy(update={"required": True, "since": 2026, **keys}) if each.name == column else each for each in contract.columns)
    return contract.model_copy(update={"columns": columns})


def test_a_column_of_2026_on_is_not_asked_of_files_of_2025(broken) -> None:
    contract = from_2026_on("control_total", "certified_date")
    records = without(examples.records(PROJECT, "control_total"), "certified_date")
    earlier = records.changed([Change(line=line, set={"fiscal_year": "2025", "as_of_date": "2025-06-30"}) for line in range(2, 6)])

    assert broken(contract, records, of(2026)) == {"FILE-004"}
    assert "FILE-004" not in broken(contract, earlier, of(2025))


def test_a_file_of_2025_that_has_the_column_of_2026_is_told_that_it_is_not_known_yet(broken) -> None:
    contract = from_2026_on("control_total", "certified_date")

    assert "FILE-005" in broken(contract, examples.records(PROJECT, "control_total"), of(2025))
    assert broken(contract, examples.records(PROJECT, "control_total"), of(2026)) == set()


@pytest.mark.parametrize("extract", [name for name, contract in CONTRACTS.items() if any(column.aliases for column in contract.columns)])
def test_the_header_names_of_earlier_years_are_read(extract: str, broken) -> None:
    records = examples.records(PROJECT, extract)
    old = {column.name: column.aliases[0] for column in CONTRACTS[extract].columns if column.aliases}

    assert broken(CONTRACTS[extract], renamed(records, old), of(2026)) == set()


def test_a_header_that_has_a_column_under_its_old_and_its_new_name_has_it_twice(broken) -> None:
    records = examples.records(PROJECT, "finance_ledger")
    twice = Records((*records.header, "fund"), tuple((*line, "1") for line in records.lines))

    assert broken(CONTRACTS["finance_ledger"], twice, of(2026)) == {"FILE-005"}


def test_what_was_worked_out_from_a_whole_contract_is_not_taken_for_that_of_a_year() -> None:
    contract = from_2026_on("control_total", "certified_date")

    assert "certified_date" in contract.by_name
    assert "certified_date" not in contract.for_year(2025).by_name
    assert contract.for_year(2025).version != contract.version


def test_some_columns_are_of_some_years_only() -> None:
    assert EDGES


@pytest.mark.parametrize(("extract", "school_year"), EDGES)
def test_the_rules_of_a_year_look_only_at_columns_of_that_year(extract: str, school_year: int, broken) -> None:
    contract = CONTRACTS[extract].for_year(school_year)
    records = examples.records(PROJECT, extract)
    absent = {name for name in records.header if name not in contract.by_name}

    assert "FILE-005" not in broken(contract, without(records, *absent), of(school_year))
