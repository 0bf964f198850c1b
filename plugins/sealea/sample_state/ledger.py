"""The books of the sample state's LEAs: pay by school as the payroll has it, other spending by students, revenue that meets it."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from sealea.sample_state.accounts import AT_LEA, AT_SCHOOLS, BENEFITS, COMMITTED, FEDERAL, PAY, PERIODS, REVENUE_SHARES, TUITION
from sealea.sample_state.organisations import Organisations
from sealea.sample_state.size import Size
from sealea.sample_state.staff import JOBS, Staff, dollars, table
from sealea.sample_state.students import Students

ACCOUNT = ("lea", "school", "fund", "function", "object", "program", "project")


@dataclass(frozen=True)
class Accounts:
    """The accounts of LEAs in a fiscal year, cents: `spent` by lea, school (-1: the LEA) and dimensions; `received` by lea, fund and source."""

    spent: pl.DataFrame
    received: pl.DataFrame


def accounts(size: Size, state: Organisations, students: Students, payroll: pl.DataFrame, leas: np.ndarray, year: int) -> Accounts:
    """Return the accounts of the chosen LEAs (rows of leas); pay is exactly what `payments` has."""
    pay = payroll.group_by(ACCOUNT).agg(pl.col("cents").sum()).sort(ACCOUNT)
    spent = pl.concat([pay, at_schools(size, state, students, leas, year), at_leas(size, state, students, leas, year)])
    spent = spent.filter(pl.col("cents") != 0).sort(ACCOUNT)
    chance = size.chance("reversals", year, int(leas[0]))
    reversed_ = spent.filter(pl.Series(chance.random(spent.height) < 0.004) & (pl.col("function") == "1000") & (pl.col("object") == "610"))
    spent = pl.concat([spent, reversed_.with_columns(pl.lit("650").alias("object"), -(pl.col("cents") // 9))])
    return Accounts(
        spent.group_by(ACCOUNT, maintain_order=True).agg(pl.col("cents").sum()).sort(ACCOUNT), revenue(spent, flow_through(state, students)[1])
    )


def paid(size: Size, state: Organisations, staff: Staff) -> pl.DataFrame:
    """Return the account that pays each position, in their order: the columns of `table`, function, object, program, fund, project, is_federal."""
    own = table(state, staff)
    drawn = (size.lot(staff.number, "paid by") * 100).astype(int)
    places = np.full(staff.number.shape, 0)
    options = [(job, option) for job, (_, _, programs) in PAY.items() for option in programs]
    for job, (_, _, programs) in PAY.items():
        first = next(place for place, (name, _) in enumerate(options) if name == job)
        ends = np.cumsum([share for _, share, _, _ in programs])
        is_of = staff.job == JOBS.index(job)
        places[is_of] = first + np.searchsorted(ends[:-1], drawn[is_of], "right")
    told = {
        "function": [PAY[job][0] for job, _ in options],
        "object": [PAY[job][1] for job, _ in options],
        "program": [program for _, (program, _, _, _) in options],
        "fund": [fund for _, (_, _, fund, _) in options],
        "project": [project for _, (_, _, _, project) in options],
    }
    place = pl.Series(places)
    accounts = {name: pl.Series(values).gather(place) for name, values in told.items()}
    return own.with_columns(**accounts, is_federal=accounts["project"] != "")


def payments(payers: pl.DataFrame) -> pl.DataFrame:
    """Return base pay and benefits of each position of `paid`, one row per object: ACCOUNT, number, activity, cents."""
    own = payers.with_row_index("row").with_columns(pl.col("lea", "school").cast(pl.Int32))
    base = own.with_columns(activity=pl.lit("base"), cents=pl.col("salary"))
    shares = [pl.col("benefits") * share // 100 for _, share in BENEFITS]
    shares[0] = pl.col("benefits") - pl.sum_horizontal(shares[1:])
    benefits = [
        own.with_columns(activity=pl.lit("benefit"), object=pl.lit(code), cents=cents) for (code, _), cents in zip(BENEFITS, shares, strict=True)
    ]
    columns = (*ACCOUNT, "number", "activity", "cents")
    return pl.concat([base, *benefits]).sort("row", maintain_order=True).select(*columns)


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
    parts = []
    for fund, function, code, program, project, cents in AT_LEA:
        parts.append(at_lea(leas, (fund, function, code, program, project), np.rint(enrolled * cents * factor).astype(np.int64)))
    paid_out, _ = flow_through(state, students)
    parts.append(at_lea(leas, ("1", "1000", "564", "100", ""), paid_out[leas]))
    return pl.concat(parts)


def at_lea(leas: np.ndarray, account: tuple[str, str, str, str, str], cents: np.ndarray) -> pl.DataFrame:
    """Return one account of the LEAs as wholes."""
    return line(pl.DataFrame({"lea": leas, "school": np.full(len(leas), -1), "total": cents}), *account, pl.col("total"))


def flow_through(state: Organisations, students: Students) -> tuple[np.ndarray, np.ndarray]:
    """Return what each LEA pays to charter LEAs and what each of these gets, cents: the sums are equal."""
    enrolled = np.bincount(state.schools["lea"].to_numpy()[students.school], minlength=state.leas.height)
    is_charter = state.leas["is_charter"].to_numpy()
    received = np.where(is_charter, enrolled * TUITION, 0).astype(np.int64)
    payers = np.where(is_charter, 0, enrolled)
    ends = np.rint(payers.cumsum() / max(payers.sum(), 1) * received.sum()).astype(np.int64)
    paid_out = np.diff(ends, prepend=0)
    return paid_out, received


def revenue(spent: pl.DataFrame, tuition: np.ndarray) -> pl.DataFrame:
    """Return revenue by fund and source, a little above what was spent, and what the general fund gives to capital projects.

    `tuition` is what each LEA gets from other ones, cents by row of leas; charter LEAs levy no taxes.
    """
    sums = spent.group_by("lea", "fund").agg(pl.col("cents").sum()).sort("lea", "fund")
    got = pl.Series(tuition).gather(sums["lea"])
    sums = sums.with_columns(cents=pl.when((got > 0) & (pl.col("fund") == "1")).then(pl.col("cents") - got * 99 // 100).otherwise("cents"))
    is_charter = got > 0
    parts = []
    for fund, sources in REVENUE_SHARES.items():
        of_fund = sums.filter(pl.col("fund") == fund)
        levies = ~is_charter.filter(sums["fund"] == fund)
        for source, share in sources:
            instead = pl.when(pl.Series(levies)).then(pl.lit(source)).otherwise(pl.lit("3100" if source == "1110" else source))
            parts.append(of_fund.select("lea", "fund", instead.alias("source"), (pl.col("cents") * share // 99).alias("cents")))
    moved = spent.filter(pl.col("function") == "5200").group_by("lea").agg(pl.col("cents").sum())
    parts.append(moved.select("lea", pl.lit("3").alias("fund"), pl.lit("5200").alias("source"), "cents"))
    payees = sums.with_columns(got=got).filter((pl.col("fund") == "1") & (pl.col("got") > 0))
    parts.append(payees.select("lea", "fund", pl.lit("1322").alias("source"), pl.col("got").cast(pl.Int64).alias("cents")))
    whole = pl.concat(parts).group_by("lea", "fund", "source").agg(pl.col("cents").sum())
    return whole.filter(pl.col("cents") != 0).sort("lea", "fund", "source")


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
    """Return lines of `ledger_lines`, with the `goal` that they name, as columns of the extract finance_ledger, all of them text."""
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
        pl.col("goal").alias("goal_code"),
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
