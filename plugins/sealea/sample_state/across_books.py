"""What must be found across the books of a sample state, as the platform holds them: the rules of layouts.md, worked out from what was sent."""

from collections.abc import Iterator

import polars as pl

from sealea.sample_state.across import FILE, OFFICE, Held, told

PERIODS = ("AUD", "UNAUD", "Q4", "Q3", "Q2", "Q1")
BALANCE_CENTS = 100
CONTROL_SHARE, PAYROLL_SHARE = 0.01, 0.02
CONTROL_RULES = {"tax_levy": "FIN-011", "state_aid": "FIN-102", "federal_drawdown": "FIN-103"}
USUAL_SPENDING, USUAL_CHANGE = (0.4, 2.5), 0.25


def cents(column: str) -> pl.Expr:
    """Return dollars as cents."""
    return (pl.col(column).cast(pl.Decimal(18, 2)) * 100).cast(pl.Int64)


def of_the_year(rows: pl.DataFrame, deciding: pl.Expr) -> pl.DataFrame:
    """Return the rows of the period that counts in each LEA and year: the best one of the `deciding` rows, `period` for its place in PERIODS."""
    place = pl.col("period_code").replace_strict(list(PERIODS), list(range(len(PERIODS))), default=len(PERIODS), return_dtype=pl.Int64)
    placed = rows.with_columns(period=place)
    best = placed.filter(deciding).group_by(OFFICE).agg(pl.col("period").min())
    return placed.join(best, on=[*OFFICE, "period"])


def of_books(held: Held) -> Iterator[pl.DataFrame]:
    """Yield what must be found of ledgers, balances, payroll and grants."""
    columns = ("object_code", "function_code", "source_code", "project_code", "account_type_code", "amount_type_code", "amount_usd", "school_id")
    sent = held.rows("finance_ledger", "period_code", *columns).filter(pl.col("amount_type_code") == "actual")
    books = of_the_year(sent, pl.col("account_type_code") != "balance_sheet").with_columns(cents=cents("amount_usd"))
    yield from of_balances(held)
    yield from of_controls(held, books)
    yield told("FIN-012", "S", of_payroll(held, books))
    yield from of_schools(held, books)
    yield told("FIN-104", "S", of_grants(held, books))


def of_balances(held: Held) -> Iterator[pl.DataFrame]:
    """Yield balances that do not begin with what the audited year before ended with."""
    funds = held.rows("finance_fund_balance", "period_code", "fund_code", "beginning_balance_usd", "ending_balance_usd")
    audited = funds.filter(pl.col("period_code") == "AUD")
    before = audited.select("lea", pl.col("year") + 1, "fund_code", ended=cents("ending_balance_usd"))
    told_of = before.select(OFFICE).unique()
    pairs = funds.join(told_of, on=OFFICE, how="semi").join(before, on=[*OFFICE, "fund_code"], how="left")
    moved = pairs.filter((cents("beginning_balance_usd") - pl.col("ended").fill_null(0)).abs() > BALANCE_CENTS)
    yield told("FIN-006", "S", moved.filter(pl.col("period_code") != "AUD"))
    yield told("FIN-101", "F1", moved.filter(pl.col("period_code") == "AUD"))


def of_controls(held: Held, books: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield the ledgers whose revenue is not what others certified."""
    certified = held.rows("control_total", "lea_id", "control_code", "source_prefix", "certified_usd")
    whole = books.filter(pl.col("period_code").is_in(PERIODS[:2])).join(
        held.rows("finance_ledger", "lea_id").select("lea", "lea_id").unique(), on="lea"
    )
    for code, rule in CONTROL_RULES.items():
        own = certified.filter(pl.col("control_code") == code)
        prefix = own["source_prefix"].first()
        if prefix is None:
            continue
        is_of = (pl.col("account_type_code") == "revenue") & pl.col("source_code").str.starts_with(prefix)
        got = whole.group_by(*FILE, "lea_id").agg(pl.col("cents").filter(is_of).sum())
        both = got.join(own.select("lea_id", "year", certified=cents("certified_usd")), on=["lea_id", "year"])
        bound = pl.max_horizontal(pl.lit(100), CONTROL_SHARE * pl.col("certified"))
        yield told(rule, "S", both.filter((pl.col("cents") - pl.col("certified")).abs() > bound))


def of_payroll(held: Held, books: pl.DataFrame) -> pl.DataFrame:
    """Return the first line of each school whose salaries by payroll are not those of the ledger; none where only the ledger has some."""
    sent = held.rows("finance_payroll", "period_code", "payroll_activity_code", "object_code", "school_id", "amount_usd")
    payroll = of_the_year(sent, pl.lit(value=True))
    place, of_salaries = [*OFFICE, "period", "school_id"], pl.col("object_code").str.starts_with("1")
    paid = payroll.filter(of_salaries & (pl.col("payroll_activity_code") != "benefit"))
    paid = paid.group_by(place).agg(pl.col("line").min(), paid=cents("amount_usd").sum())
    booked = books.filter(of_salaries & (pl.col("account_type_code") == "expenditure")).group_by(place).agg(booked=pl.col("cents").sum())
    files = payroll.select(*FILE, "period").unique().join(books.select(*OFFICE, "period").unique(), on=[*OFFICE, "period"])
    both = files.join(paid.join(booked, on=place, how="full", coalesce=True), on=[*OFFICE, "period"])
    both = both.with_columns(pl.col("paid", "booked").fill_null(0))
    return both.filter((pl.col("paid") - pl.col("booked")).abs() > PAYROLL_SHARE * pl.col("booked").abs())


def of_schools(held: Held, books: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield schools whose spending per student is far from the others of the LEA, or from that of the year before."""
    counts = held.rows("enrollment_count", "school_id", "subgroup_dimension_code", "student_count").filter(pl.col("subgroup_dimension_code") == "all")
    students = counts.group_by("school_id", "year").agg(students=pl.col("student_count").cast(pl.Int64).sum()).filter(pl.col("students") > 0)
    spent = books.filter((pl.col("account_type_code") == "expenditure") & pl.col("function_code").str.contains("^(1|2|31)") & (pl.col("period") < 2))
    sums = spent.group_by(*FILE, "school_id").agg(pl.col("line").min(), pl.col("cents").sum())
    each = sums.join(students, on=["school_id", "year"]).with_columns(each=pl.col("cents") / pl.col("students"))
    several = each.with_columns(usual=pl.col("each").median().over(OFFICE)).filter(pl.len().over(OFFICE) >= 3)
    low, high = (pl.col("usual") * ratio for ratio in USUAL_SPENDING)
    yield told("FIN-014", "W", several.filter(~pl.col("each").is_between(low, high)))
    before = each.select("school_id", pl.col("year") + 1, was="each")
    change = (pl.col("each") - pl.col("was")).abs()
    yield told("FIN-105", "W", each.join(before, on=["school_id", "year"]).filter(change > USUAL_CHANGE * pl.col("was").abs()))


def of_grants(held: Held, books: pl.DataFrame) -> pl.DataFrame:
    """Return the lines of the last year of grants on which more was spent in all years than was awarded."""
    awards = held.rows("grant", "lea_id", "grant_code", "award_usd")
    names = held.rows("finance_ledger", "lea_id").select("lea", "lea_id").unique()
    awarded = awards.group_by("lea_id", project_code="grant_code").agg(awarded=cents("award_usd").sum()).join(names, on="lea_id").drop("lea_id")
    spent = books.filter(pl.col("account_type_code") == "expenditure").join(awarded, on=["lea", "project_code"])
    of_grant = ["lea", "project_code"]
    spent = spent.with_columns(total=pl.col("cents").sum().over(of_grant), last=pl.col("year").max().over(of_grant))
    return spent.filter((pl.col("total") > pl.col("awarded")) & (pl.col("year") == pl.col("last")))
