"""Real spending and pupils: all districts of Texas in 20 regions and their state, and Massachusetts by function, against their own totals.

The files know nothing of our models. Texas publishes pupils of districts, regions and the state apart from one another, and its operating
expenditure beside the functions that make it up; Massachusetts publishes dollars per pupil by function beside the total.
"""

import csv
import io
import math
import os
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sealea.render.lineage import needed_extracts
from sealea.settings import PROJECT

REAL = Path(os.environ.get("SHARED_DATA_DIR", PROJECT.parent / "shared/data"))
TAPR = REAL / "tx_tapr/2012-2013"
STUDENTS = "staff-and-student-information.csv"
TOTAL = "Total Operating Expenditures (TOP)"
# Column of the file by NCES function.
TEXAS_FUNCTIONS = {
    "TOP - Instruction ": "1000",
    "Guidance Counseling Svcs": "2120",
    "Social Work Services": "2110",
    "Health Services": "2130",
    "TOP - Curriculum/Staff Develop": "2210",
    "TOP - Instructional Res Media": "2220",
    "Extracurricular": "2190",
    "General Administration": "2300",
    "Instructional Leadership": "2290",
    "School Leadership": "2400",
    "Data Processing Services": "2580",
    "Plant Maint/Operation": "2600",
    "Security/Monitoring": "2660",
    "Transportation": "2700",
    "Food": "3100",
}
# Functions of the ten columns from Administration to Insurance, Retirement Programs and Other.
MASSACHUSETTS_FUNCTIONS = ("2300", "2400", "1000", "1000", "2213", "2230", "2120", "2130", "2600", "2900")
LEDGER = [
    "lea_id", "fiscal_year", "period_code", "amount_type_code", "account_type_code", "as_of_date", "fund_code", "function_code", "object_code",
    "program_code", "school_id", "amount_usd",
]  # fmt: skip
DIRECTORY = ["org_id", "org_type_code", "org_name", "parent_org_id"]
CENT = Decimal("0.01")


def records(path: Path) -> list[dict[str, str]]:
    """Return the records of a file whatever ends its lines, a byte order mark or not."""
    text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    return list(csv.DictReader(io.StringIO(text)))


def dollars(text: str) -> Decimal:
    return Decimal(text.replace("$", "").replace(",", "").strip() or 0)


def texas_spending() -> dict[str, dict[str, str]]:
    """Return the districts' spending of fiscal year 2013 by district number."""
    return {record["State ID (CDN)"]: record for record in records(REAL / "tx_fiscal/district_finance_2012_2014.csv") if record["Year"] == "2013"}


def texas_pupils(level: str) -> list[dict[str, str]]:
    return records(TAPR / level / STUDENTS)


def texas_regions() -> dict[str, str]:
    """Return the region of each district, as organisations here."""
    return {f"TX-{record['DISTRICT']}": f"TX-R{record['REGION']}" for record in records(TAPR / "district/reference.csv")}


def massachusetts() -> Iterator[tuple[str, list[Decimal], Decimal]]:
    """Yield a district, its dollars per pupil of the ten functions (blank is none), and the published total."""
    for record in records(REAL / "ma_dese/AllDistrictsDESE2017.csv"):
        lea, _, *numbers = record.values()
        if numbers[3]:
            yield f"MA-{lea}", [Decimal(number or 0) for number in numbers[3:13]], Decimal(numbers[13])


def line(lea: str, year: int, function: str, amount: Decimal, number: int = 0) -> tuple[object, ...]:
    """Return one line of an audited ledger, of the general fund's regular program; `number` tells apart lines of one function."""
    return (lea, year, "AUD", "actual", "expenditure", f"{year}-08-31", "1", function, str(100 + number), "100", "000", amount)


def enter(pin: Any) -> None:
    """Enter both states as their districts would send, and the pupils and directories as their SEAs would."""
    regions = texas_regions()
    directory = [("TX", "SEA", "Texas", None), *((region, "REGION", region, "TX") for region in sorted(set(regions.values())))]
    directory += [(lea, "LEA", lea, region) for lea, region in regions.items()]
    pin.load("tx-sea", "org_directory", 2013, "ref", DIRECTORY, directory)
    members = (("all", "ALL", "DPETALLC"), ("economic", "ECODIS", "DPETECOC"), ("economic", "NECODIS", "DPETNEDC"))
    counts = [
        (f"TX-{record['DISTRICT']}-000", 2013, "2012-10-26", "UG", dimension, member, int(record[column]))
        for record in texas_pupils("district")
        for dimension, member, column in members
    ]
    columns = ["school_id", "school_year", "census_date", "grade_code", "subgroup_dimension_code", "subgroup_code", "student_count"]
    pin.load("tx-sea", "enrollment_count", 2013, "fall", columns, counts)
    texas = [
        line(f"TX-{number}", 2013, function, dollars(record[column]))
        for number, record in texas_spending().items()
        for column, function in TEXAS_FUNCTIONS.items()
    ]
    pin.load("tx-books", "finance_ledger", 2013, "close", LEDGER, texas)
    known = list(massachusetts())
    pin.load(
        "ma-sea", "org_directory", 2017, "ref", DIRECTORY, [("MA", "SEA", "Massachusetts", None), *((lea, "LEA", lea, "MA") for lea, *_ in known)]
    )
    amounts = [
        line(lea, 2017, function, amount.quantize(CENT), number)
        for lea, functions, _ in known
        for number, (function, amount) in enumerate(zip(MASSACHUSETTS_FUNCTIONS, functions, strict=True))
    ]
    pin.load("ma-books", "finance_ledger", 2017, "close", LEDGER, amounts)


@pytest.fixture(scope="module")
def values(query: Any) -> dict[tuple[str, str, str], tuple[Any, ...]]:
    """Return value, numerator and denominator by indicator, organisation and facet."""
    rows = query(
        """
        select indicator_id, org_id, facet, value, numerator, denominator from restricted.indicator_value_restricted
        where left(org_id, 2) in ('TX', 'MA') and school_year in (2013, 2017)
        """
    )
    return {row[:3]: row[3:] for row in rows}


def test_twenty_regions_and_the_state_have_the_pupils_that_texas_publishes_for_them(query: Any) -> None:
    found = {
        row[:2]: row[2]
        for row in query(
            """
            select org_id, subgroup_code, student_count from restricted.fct_enrollment_cell
            where org_id like 'TX%' and grade_code = 'ALL' and subgroup_code in ('ALL', 'ECODIS')
            """
        )
    }
    published = {f"TX-R{record['REGION']}": (record["RPETALLC"], record["RPETECOC"]) for record in texas_pupils("region")}
    published["TX"] = (texas_pupils("state")[0]["SPETALLC"], texas_pupils("state")[0]["SPETECOC"])
    published |= {f"TX-{record['DISTRICT']}": (record["DPETALLC"], record["DPETECOC"]) for record in texas_pupils("district")}

    assert len(published) == 1 + 20 + 1228
    assert {org: (found[org, "ALL"], found[org, "ECODIS"]) for org in published} == {
        org: (int(everyone), int(poor)) for org, (everyone, poor) in published.items()
    }


def test_every_district_of_texas_spends_what_it_publishes_and_on_instruction_the_share_that_follows(values: Any) -> None:
    compared = 0
    for number, record in texas_spending().items():
        total, instruction = dollars(record[TOTAL]), dollars(record["TOP - Instruction "])
        assert values["current_expenditure", f"TX-{number}", "NONE"][0] == total
        if total:
            assert values["instruction_share", f"TX-{number}", "NONE"] == (round(instruction / total, 6), instruction, total)
        compared += 1
    assert compared == 1188


def per_pupil() -> dict[str, list[tuple[float, int]]]:
    """Return dollars per pupil and pupils of the districts that have both, by region and for the state."""
    pupils = {record["DISTRICT"]: int(record["DPETALLC"]) for record in texas_pupils("district")}
    regions, districts = texas_regions(), defaultdict(list)
    for number, record in texas_spending().items():
        if pupils[number] and dollars(record[TOTAL]) > 0:
            for org in ("TX", regions[f"TX-{number}"]):
                districts[org].append((float(dollars(record[TOTAL])) / pupils[number], pupils[number]))
    return dict(districts)


def test_dollars_per_pupil_of_regions_and_state_are_ratios_of_sums(values: Any) -> None:
    districts = per_pupil()

    assert len(districts) == 21
    for org, members in districts.items():
        expected = sum(usd * pupils for usd, pupils in members) / sum(pupils for _, pupils in members)
        assert float(values["per_pupil_expenditure", org, "NONE"][0]) == pytest.approx(expected, rel=1e-9)


def test_equity_of_funding_in_texas_follows_from_its_definition(values: Any) -> None:
    """Every pair of districts is compared here, where the model goes through them once in order (indicators.md 5.7)."""
    members = per_pupil()["TX"]
    pupils = sum(weight for _, weight in members)
    mean = sum(usd * weight for usd, weight in members) / pupils
    spread = math.sqrt(sum(weight * (usd - mean) ** 2 for usd, weight in members) / pupils)
    distance = sum(weight * sum(other_weight * abs(usd - other) for other, other_weight in members) for usd, weight in members)

    assert float(values["funding_variation", "TX", "NONE"][0]) == pytest.approx(spread / mean, abs=1e-6)
    assert float(values["funding_gini", "TX", "NONE"][0]) == pytest.approx(distance / (2 * pupils**2 * mean), abs=1e-6)


def test_ten_functions_of_every_district_of_massachusetts_add_to_the_total_that_it_publishes(values: Any) -> None:
    compared = 0
    for lea, functions, total in massachusetts():
        spent = values["current_expenditure", lea, "NONE"][0]
        assert abs(spent - total) <= 10 * CENT / 2 + CENT / 100, lea
        teaching = float(functions[2] + functions[3])
        assert float(values["function_mix", lea, "1000"][0]) == pytest.approx(teaching / float(total), abs=1e-5)
        compared += 1
    assert compared == 323


def test_a_state_that_sends_ledgers_alone_has_what_rests_on_them_and_the_dictionary_says_what_the_rest_needs(query: Any) -> None:
    """Massachusetts sends no pupils, tests or staff here: that is a reason where it is asked for, and stops nothing else."""
    found = {
        indicator: (shown, set(reasons or []))
        for indicator, shown, reasons in query(
            """
            select
                register.indicator_id,
                count(shown.value) filter (where shown.facet not like '%:ELAPSED'), -- of a year how much is over tells the calendar
                array_agg(distinct shown.reason_code) filter (where shown.value is null and shown.org_id is not null)
            from candidate.dim_indicator as register
            left join candidate.indicator_value as shown on register.indicator_id = shown.indicator_id and shown.org_id like 'MA%'
            where register.is_built and register.mart_name = 'indicator_value'
            group by register.indicator_id
            """
        )
    }
    ledgers = {"current_expenditure", "instruction_share", "function_mix", "administration_share", "indirect_cost_rate"}
    capacity = {name for name in found if "the log of submissions" in needed_extracts(PROJECT, f"ind_{name}")}

    assert len(found) > 50
    for name, (shown, reasons) in found.items():
        needs = set(needed_extracts(PROJECT, f"ind_{name}")) - {"`org_directory`", "the log of submissions"}
        assert (shown > 0) == (name in ledgers) or name in capacity, (name, needs)
        assert shown == 0 or "`finance_ledger`" in needs or name in capacity, name
        assert (
            reasons <= {"MISSING_INPUT", "NOT_COMPARABLE", "NO_STUDENTS", "NOT_REACHED", "NOT_APPLICABLE", "UNALLOCATED"}
            or name in ledgers | capacity
        ), (
            name,
            reasons,
        )
    assert found["per_pupil_expenditure"] == (0, {"MISSING_INPUT"})
    assert found["proficiency"] == (0, set())
