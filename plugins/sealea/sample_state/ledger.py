"""The books of the sample state's LEAs: pay by school as the payroll has it, other spending by students, revenue that meets it."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from sealea.sample_state.organisations import Organisations
from sealea.sample_state.size import Size
from sealea.sample_state.staff import JOBS, Staff, dollars, table
from sealea.sample_state.students import Students

# How the pay of a job is divided: function, object of salaries, and programs with their share in percent and what pays.
PAY = {
    "TEACHER": ("1000", "111", (("100", 72, "1", ""), ("200", 12, "1", ""), ("200", 4, "2", "IDEA"), ("300", 5, "1", ""), ("400", 7, "2", "TITLE1"))),
    "PARAPROFESSIONAL": ("1000", "112", (("100", 45, "1", ""), ("200", 35, "2", "IDEA"), ("400", 20, "2", "TITLE1"))),
    "COUNSELOR": ("2120", "110", (("100", 100, "1", ""),)),
    "LIBRARIAN": ("2220", "110", (("100", 100, "1", ""),)),
    "SCHOOL_ADMINISTRATOR": ("2400", "110", (("100", 100, "1", ""),)),
    "SUPPORT": ("2600", "110", (("100", 100, "1", ""),)),
    "LEA_ADMINISTRATOR": ("2300", "110", (("100", 100, "1", ""),)),
    "COORDINATOR": ("2210", "110", (("100", 70, "1", ""), ("400", 30, "2", "TITLE2A"))),
    "PSYCHOLOGIST": ("2140", "110", (("200", 100, "1", ""),)),
}
BENEFITS = (("210", 55), ("220", 25), ("230", 20))
# Other spending at a school, cents a student: fund, function, objects, programs, project.
AT_SCHOOLS = (
    ("1", "1000", (("320", 9_000), ("580", 1_500), ("610", 14_000), ("640", 11_000), ("650", 8_000)), ("100", "200", "300"), ""),
    ("2", "1000", (("610", 4_000), ("640", 6_500), ("650", 2_500)), ("400",), "TITLE1"),
    ("1", "2210", (("320", 4_000), ("610", 1_000), ("640", 900)), ("100",), ""),
    ("2", "2213", (("320", 5_500), ("580", 1_200), ("610", 700)), ("400",), "TITLE2A"),
    ("1", "2220", (("610", 900), ("640", 2_100), ("650", 2_600)), ("100",), ""),
    ("1", "2400", (("530", 900), ("580", 600), ("610", 1_900)), ("100",), ""),
    ("1", "2600", (("411", 6_500), ("430", 15_000), ("610", 4_500), ("622", 17_000)), ("100",), ""),
    ("1", "1000", (("610", 3_100),), ("900",), ""),
)
# Spending of the LEA as a whole, cents a student: fund, function, object, program, project.
AT_LEA = (
    ("1", "2300", "310", "100", "", 9_000),
    ("1", "2500", "340", "100", "", 11_000),
    ("1", "2580", "650", "100", "", 8_500),
    ("1", "2600", "430", "100", "", 34_000),
    ("1", "2700", "519", "100", "", 38_000),
    ("1", "2700", "626", "100", "", 9_000),
    ("2", "3100", "570", "100", "NSLP", 21_000),
    ("2", "3100", "630", "100", "NSLP", 19_000),
    ("1", "3300", "300", "800", "", 4_500),
    ("3", "4000", "450", "100", "", 70_000),
    ("4", "5100", "830", "100", "", 26_000),
    ("1", "5200", "930", "100", "", 12_000),
    ("1", "1000", "564", "100", "", 6_000),
)
REVENUE_SHARES = {"1": (("1110", 45), ("3100", 55)), "2": (("4200", 100),), "3": (("1110", 60), ("5100", 25)), "4": (("1110", 100),)}
# Period, amount type, percent of the year's amount that it shows; the last year is not audited yet.
PERIODS = (("BUD0", "budget", 0), ("BUD1", "budget", 0), ("Q1", "actual", 24), ("Q2", "actual", 49), ("Q3", "actual", 75), ("Q4", "actual", 100))
COMMITTED = (("Q1", "encumbrance", 11), ("Q2", "encumbrance", 8), ("Q3", "encumbrance", 5))
FEDERAL = ("IDEA", "TITLE1", "TITLE2A", "NSLP")
ACCOUNT = ("lea", "school", "fund", "function", "object", "program", "project")


@dataclass(frozen=True)
class Accounts:
    """The accounts of LEAs in a fiscal year, cents: `spent` by lea, school (-1: the LEA) and dimensions; `received` by lea, fund and source."""

    spent: pl.DataFrame
    received: pl.DataFrame


def accounts(size: Size, state: Organisations, students: Students, staff: Staff, leas: np.ndarray, year: int) -> Accounts:
    """Return the accounts of the chosen LEAs (rows of leas)."""
    spent = pl.concat([pay(state, staff, leas), at_schools(size, state, students, leas, year), at_leas(size, state, students, leas, year)])
    spent = spent.filter(pl.col("cents") != 0).sort(ACCOUNT)
    chance = size.chance("reversals", year, int(leas[0]))
    reversed_ = spent.filter(pl.Series(chance.random(spent.height) < 0.004) & (pl.col("function") == "1000") & (pl.col("object") == "610"))
    spent = pl.concat([spent, reversed_.with_columns(pl.lit("650").alias("object"), -(pl.col("cents") // 9))])
    return Accounts(spent.group_by(ACCOUNT, maintain_order=True).agg(pl.col("cents").sum()).sort(ACCOUNT), revenue(spent))


def pay(state: Organisations, staff: Staff, leas: np.ndarray) -> pl.DataFrame:
    """Return salaries and benefits by school, job and program; together exactly what the staff is paid."""
    own = table(state, staff.take(np.isin(staff.lea, leas)))
    sums = own.group_by("lea", "school", "job").agg(pl.col("salary", "benefits").sum())
    parts = []
    for job, (function, salaries, programs) in PAY.items():
        of_job = sums.filter(pl.col("job") == JOBS.index(job))
        for measure, objects in (("salary", ((salaries, 100),)), ("benefits", BENEFITS)):
            shares = [(code, program, part * share, fund, project) for code, part in objects for program, share, fund, project in programs]
            divided = [pl.col(measure) * share // 10_000 for _, _, share, _, _ in shares]
            divided[0] = pl.col(measure) - pl.sum_horizontal([pl.lit(0, pl.Int64), *divided[1:]])
            for (code, program, _, fund, project), cents in zip(shares, divided, strict=True):
                parts.append(line(of_job, fund, function, code, program, project, cents))
    return pl.concat(parts)


def line(frame: pl.DataFrame, fund: str, function: str, code: str, program: str, project: str, cents: pl.Expr) -> pl.DataFrame:
    """Return one account for each row of `frame`, which has lea and school."""
    constants = {"fund": fund, "function": function, "object": code, "program": program, "project": project}
    named = (pl.lit(value).alias(name) for name, value in constants.items())
    return frame.select(pl.col("lea", "school").cast(pl.Int32), *named, cents.cast(pl.Int64).alias("cents"))


def at_schools(size: Size, state: Organisations, students: Students, leas: np.ndarray, year: int) -> pl.DataFrame:
    """Return the other spending of the schools: what a student costs falls with the size of the LEA; Title I follows poverty."""
    schools = state.schools
    enrolled = np.bincount(students.school, minlength=schools.height)
    lea = schools["lea"].to_numpy()
    at = np.flatnonzero(np.isin(lea, leas) & (enrolled > 0))
    factor = state.leas["size_cost"].to_numpy()[lea[at]] * np.exp(size.chance("spending", year).normal(0, 0.08, schools.height))[at]
    poverty = schools["poverty"].to_numpy()[at]
    parts = []
    for fund, function, objects, programs, project in AT_SCHOOLS:
        weight = factor * (2 * poverty if project == "TITLE1" else 1)
        for code, cents in objects:
            for place, program in enumerate(programs):
                total = np.rint(enrolled[at] * cents * weight * (1, 0.3, 0.15)[place]).astype(np.int64)
                frame = pl.DataFrame({"lea": lea[at], "school": at, "total": total})
                parts.append(line(frame, fund, function, code, program, project, pl.col("total")))
    return pl.concat(parts)


def at_leas(size: Size, state: Organisations, students: Students, leas: np.ndarray, year: int) -> pl.DataFrame:
    """Return the spending of the LEAs as a whole. A charter LEA pays no other one."""
    enrolled = np.bincount(state.schools["lea"].to_numpy()[students.school], minlength=state.leas.height)[leas]
    chance = size.chance("central", year)
    factor = (state.leas["size_cost"].to_numpy() * np.exp(chance.normal(0, 0.06, state.leas.height)))[leas]
    is_charter = state.leas["is_charter"].to_numpy()[leas]
    parts = []
    for fund, function, code, program, project, cents in AT_LEA:
        total = np.rint(enrolled * cents * factor).astype(np.int64) * ~(is_charter & (code == "564"))
        frame = pl.DataFrame({"lea": leas, "school": np.full(len(leas), -1), "total": total})
        parts.append(line(frame, fund, function, code, program, project, pl.col("total")))
    return pl.concat(parts)


def revenue(spent: pl.DataFrame) -> pl.DataFrame:
    """Return revenue by fund and source, a little above what was spent, and what the general fund gives to capital projects."""
    sums = spent.group_by("lea", "fund").agg(pl.col("cents").sum()).sort("lea", "fund")
    parts = []
    for fund, sources in REVENUE_SHARES.items():
        of_fund = sums.filter(pl.col("fund") == fund)
        for source, share in sources:
            parts.append(of_fund.select("lea", "fund", pl.lit(source).alias("source"), (pl.col("cents") * share // 99).alias("cents")))
    moved = spent.filter(pl.col("function") == "5200").group_by("lea").agg(pl.col("cents").sum())
    parts.append(moved.select("lea", pl.lit("3").alias("fund"), pl.lit("5200").alias("source"), "cents"))
    return pl.concat(parts).sort("lea", "fund", "source")


def ledger_lines(size: Size, books: Accounts, year: int) -> pl.DataFrame:
    """Return the accounts in every period, one row per line of the files: ACCOUNT, source, type, period, amount_type, cents, is_final.

    `is_final` marks the actual amounts of the whole year that count.
    """
    final = "UNAUD" if year == size.school_years[-1] else "AUD"
    spent = books.spent.with_columns(pl.lit("expenditure").alias("type"), pl.lit("").alias("source"))
    received = books.received.select(
        "lea", pl.lit(-1, pl.Int32).alias("school"), "fund", *(pl.lit("").alias(name) for name in ("function", "object")),
        pl.lit("100").alias("program"), pl.lit("").alias("project"), "cents", pl.lit("revenue").alias("type"), "source",
    )  # fmt: skip
    annual = pl.concat([spent, received.select(spent.columns)])
    parts = [in_period(annual, *period) for period in (*PERIODS, (final, "actual", 100))]
    goods = spent.filter(pl.col("object").str.slice(0, 1).is_in(["3", "4", "5", "6"]))
    parts += [in_period(goods, *period) for period in COMMITTED]
    return pl.concat(parts).with_columns((pl.col("period") == final).alias("is_final")).sort("lea", maintain_order=True)


def ledger_file(state: Organisations, lines: pl.DataFrame, year: int) -> pl.DataFrame:
    """Return lines of `ledger_lines` as columns of the extract finance_ledger, all of them text."""
    school = state.schools["school_id"].gather(lines["school"].clip(0)).set(lines["school"] < 0, "000")
    end = {"Q1": f"{year - 1}-09-30", "Q2": f"{year - 1}-12-31", "Q3": f"{year}-03-31"}
    return lines.select(
        state.leas["lea_id"].gather(lines["lea"]).alias("lea_id"),
        pl.lit(str(year)).alias("fiscal_year"),
        pl.col("period").alias("period_code"),
        pl.col("period").replace_strict(end, default=f"{year}-06-30", return_dtype=pl.String).alias("as_of_date"),
        pl.col("amount_type").alias("amount_type_code"),
        pl.col("type").alias("account_type_code"),
        pl.col("fund").alias("fund_code"),
        filled("function").alias("function_code"),
        filled("object").alias("object_code"),
        filled("source").alias("source_code"),
        pl.col("program").alias("program_code"),
        filled("project").alias("project_code"),
        school.alias("school_id"),
        pl.when(pl.col("type") == "expenditure").then(
            pl.when(pl.col("project").is_in(FEDERAL)).then(pl.lit("federal")).otherwise(pl.lit("state_local"))
        ).alias("funding_level_code"),
        dollars("cents").alias("amount_usd"),
    )  # fmt: skip


def in_period(annual: pl.DataFrame, period: str, amount_type: str, percent: int) -> pl.DataFrame:
    """Return the amounts as they stand in a period; a budget rounds to whole dollars and lies near the actual amount."""
    budget = (pl.col("cents") * (98 if period == "BUD0" else 101) // 10_000) * 100
    amount = budget if amount_type == "budget" else pl.col("cents") * percent // 100
    return annual.with_columns(amount.alias("cents"), pl.lit(period).alias("period"), pl.lit(amount_type).alias("amount_type"))


def filled(column: str) -> pl.Expr:
    """Return the values, NULL for empty ones."""
    return pl.when(pl.col(column) != "").then(pl.col(column))
