"""The chart of accounts of the sample state: every code that its books use, and the pairs of codes that go together."""

import polars as pl

from sealea.sample_state.accounts import AT_LEA, AT_SCHOOLS, BENEFITS, PAY, REVENUE_SHARES
from sealea.sample_state.funds import GRANTS
from sealea.sample_state.size import Size

NAMES = {
    "fund": {"1": "General fund", "2": "Special revenue funds", "3": "Capital projects funds", "4": "Debt service funds"},
    "source": {
        "1110": "Ad valorem taxes",
        "1322": "Tuition from other LEAs",
        "3100": "Unrestricted state aid",
        "4200": "Federal aid through the state",
        "5100": "Issuance of bonds",
        "5200": "Fund transfers in",
    },
    "program": {
        "100": "Regular",
        "200": "Special",
        "300": "Vocational",
        "400": "Other instruction",
        "800": "Community services",
        "900": "Cocurricular",
    },
}
PAIRS = ("fund_function", "fund_object", "function_object", "project_object", "fund_project", "program_function")
# Codes of the state's own, and the national one that each is part of (NCES 2015-347, chapter 6); all others are national themselves.
OWN_CODES = {("function", "5100"): "5000", ("function", "5200"): "5000", ("object", "411"): "410"}
# Spoilt goods go from one object to another of the general fund; charter tuition is paid from it.
FURTHER = (("1", "1000", "650", "100", ""), ("1", "1000", "564", "100", ""))


def used() -> list[tuple[str, str, str, str, str]]:
    """Return every fund, function, object, program and project that expenditure of the state may have together."""
    accounts = [(fund, function, code, program, project) for fund, function, code, program, project, _ in AT_LEA] + list(FURTHER)
    for fund, function, objects, programs, project in AT_SCHOOLS:
        accounts += [(fund, function, code, program, project) for code, _ in objects for program in programs]
    for function, salaries, payers in PAY.values():
        for program, _, fund, project in payers:
            accounts += [(fund, function, code, program, project) for code in (salaries, *(code for code, _ in BENEFITS))]
    # Reversals turn supplies of instruction into technology.
    accounts += [
        (fund, function, "650", program, project) for fund, function, code, program, project in accounts if (function, code) == ("1000", "610")
    ]
    return sorted(set(accounts))


def chart() -> pl.DataFrame:
    """Return the codes as columns of the extract chart_of_accounts, all text."""
    accounts = used()
    codes = {
        "fund": set(NAMES["fund"]),
        "function": {function for _, function, _, _, _ in accounts},
        "object": {code for _, _, code, _, _ in accounts},
        "source": {source for sources in REVENUE_SHARES.values() for source, _ in sources} | set(NAMES["source"]),
        "program": {program for _, _, _, program, _ in accounts} | {"100"},
        "project": set(GRANTS),
    }
    rows = [
        (dimension, code, NAMES.get(dimension, {}).get(code, f"{dimension.title()} {code}"))
        for dimension, of_dimension in codes.items()
        for code in sorted(of_dimension)
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(("dimension_code", "code", "code_name"), pl.String), orient="row")


def combinations() -> pl.DataFrame:
    """Return the pairs as columns of the extract account_combination, all text."""
    places = {"fund": 0, "function": 1, "object": 2, "program": 3, "project": 4}
    rows: set[tuple[str, str, str]] = set()
    for pair in PAIRS:
        first, second = (places[name] for name in pair.split("_"))
        rows |= {(pair, account[first], account[second]) for account in used() if account[first] and account[second]}
    columns = ("pair_code", "first_code", "second_code")
    return pl.DataFrame(sorted(rows), schema=dict.fromkeys(columns, pl.String), orient="row")


def crosswalk(size: Size) -> pl.DataFrame:
    """Return the national code of each code of the chart as columns of the extract account_crosswalk, all text. Grants have none."""
    codes = chart().filter(pl.col("dimension_code") != "project").select("dimension_code", "code")
    national = [OWN_CODES.get((dimension, code), code) for dimension, code in codes.iter_rows()]
    return codes.with_columns(pl.Series("nces_code", national), pl.lit(f"{size.school_years[0] - 21}-07-01").alias("valid_from_date"))
