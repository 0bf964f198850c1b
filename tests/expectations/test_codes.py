"""National codes are written in one place, and the same word means the same everywhere."""

import csv
from collections import defaultdict

from sealea.contract import load_contracts
from sealea.settings import PROJECT

CONTRACTS = load_contracts(PROJECT)
# Code sets that are another one in each extract, though the column has the same name.
OF_THE_EXTRACT = {"status_code"}


def test_the_seed_of_national_codes_is_what_the_contracts_say() -> None:
    seed = list(csv.DictReader((PROJECT / "dbt_project/seeds/national_code.csv").read_text().splitlines()))
    written = {(name, column.name, code) for name, contract in CONTRACTS.items() for column in contract.columns for code in column.codes or ()}

    assert {(row["extract"], row["column_name"], row["code"]) for row in seed} == written
    assert len(seed) == len(written)
    assert [row for row in seed if not row["ceds_element"] or not row["ed_fi_element"]] == []


def test_a_code_of_a_column_means_the_same_in_every_extract() -> None:
    meanings: dict[tuple[str, str], set[str]] = defaultdict(set)
    for contract in CONTRACTS.values():
        for column in contract.columns:
            for code, meaning in (column.codes or {}).items():
                meanings[column.name, code].add(meaning)

    assert {key: said for key, said in meanings.items() if len(said) > 1 and key[0] not in OF_THE_EXTRACT} == {}


def test_the_sets_that_reports_are_told_apart_by_are_the_national_ones() -> None:
    """Sizes by their sources: IDEA 13 disabilities; Ed-Fi 14 reasons not tested and one of ours; NCES 12 locales; the federal 7 races."""
    sizes = {
        ("assessment_result", "primary_disability_code"): 13,
        ("assessment_result", "reason_not_tested_code"): 15,
        ("assessment_result", "federal_race_code"): 7,
        ("org_directory", "locale_code"): 12,
        ("student_enrollment", "grade_code"): 15,
    }

    assert {key: len(CONTRACTS[key[0]].by_name[key[1]].codes or {}) for key in sizes} == sizes
