"""What follows from the books of the sample state: fund balances from year to year, payroll by person, grants, and the SEA's control totals."""

from dataclasses import dataclass, field

import polars as pl

from sealea.sample_state.accounts import FEDERAL
from sealea.sample_state.ledger import Accounts, filled
from sealea.sample_state.organisations import Organisations
from sealea.sample_state.reform import GRANT_GOALS
from sealea.sample_state.size import Size
from sealea.sample_state.staff import dollars, staff_id

GRANTS = {
    "TITLE1": ("Title I, Part A", "84.010A"),
    "IDEA": ("Special education grants to states", "84.027A"),
    "TITLE2A": ("Supporting effective instruction", "84.367A"),
    "NSLP": ("National School Lunch Program", "10.555"),
}
ONE_TIME = "TITLE2A"  # ends with the last school year: its positions fall off the cliff
CONTROLS = (("tax_levy", "1110"), ("state_aid", "3"), ("federal_drawdown", "4"))
TRANSFER = "52"


@dataclass
class Balances:
    """The ending balances of the year before, cents, by row of leas and fund."""

    cents: dict[tuple[int, str], int] = field(default_factory=dict)

    def file(self, size: Size, state: Organisations, books: Accounts, year: int) -> pl.DataFrame:
        """Return the year as columns of the extract finance_fund_balance, all text, `lea` in front; keep its ending balances."""
        out = pl.col("cents").filter(pl.col("function").str.starts_with(TRANSFER)).sum().alias("uses")
        spent = books.spent.group_by("lea", "fund").agg((pl.col("cents").sum() - out).alias("spent"), out)
        into = pl.col("cents").filter(pl.col("source").str.starts_with(TRANSFER)).sum().alias("sources")
        received = books.received.group_by("lea", "fund").agg((pl.col("cents").sum() - into).alias("received"), into)
        frame = spent.join(received, on=["lea", "fund"], how="full", coalesce=True).fill_null(0).sort("lea", "fund")
        before = [self.cents.get((lea, fund), start * 12 // 100) for lea, fund, start in frame.select("lea", "fund", "spent").iter_rows()]
        frame = frame.with_columns(before=pl.Series(before, dtype=pl.Int64))
        frame = frame.with_columns(ending=pl.col("before") + pl.col("received") + pl.col("sources") - pl.col("spent") - pl.col("uses"))
        self.cents |= {(lea, fund): ending for lea, fund, ending in frame.select("lea", "fund", "ending").iter_rows()}
        is_general = pl.col("fund") == "1"
        frame = frame.with_columns(assigned=pl.when(is_general).then(pl.col("ending") // 5).otherwise(0))
        frame = frame.with_columns(
            restricted=pl.when(is_general).then(0).otherwise(pl.col("ending")),
            unassigned=pl.when(is_general).then(pl.col("ending") - pl.col("assigned")).otherwise(0),
        )
        money = {
            "before": "beginning_balance",
            "received": "revenues",
            "sources": "other_sources",
            "spent": "expenditures",
            "uses": "other_uses",
            "ending": "ending_balance",
        }
        money |= {name: name for name in ("restricted", "assigned", "unassigned")}
        return frame.select(
            "lea",
            state.leas["lea_id"].gather(frame["lea"]).alias("lea_id"),
            *(
                pl.lit(value).alias(name)
                for name, value in (("fiscal_year", str(year)), ("period_code", closing(size, year)), ("as_of_date", f"{year}-06-30"))
            ),
            pl.col("fund").alias("fund_code"),
            *(dollars(name).alias(f"{column}_usd") for name, column in money.items()),
        )


def closing(size: Size, year: int) -> str:
    """Return the period in which the year is reported whole: audited, but for the last one."""
    return "UNAUD" if year == size.school_years[-1] else "AUD"


def payroll_file(size: Size, state: Organisations, payroll: pl.DataFrame, year: int) -> pl.DataFrame:
    """Return `ledger.payments` as columns of the extract finance_payroll, all text; by account they are the ledger's."""
    school = state.schools["school_id"].gather(payroll["school"].clip(0)).set(payroll["school"] < 0, "000")
    return payroll.select(
        state.leas["lea_id"].gather(payroll["lea"]).alias("lea_id"),
        staff_id(),
        pl.lit(str(year)).alias("fiscal_year"),
        pl.lit(closing(size, year)).alias("period_code"),
        pl.lit(f"{year}-06-30").alias("as_of_date"),
        pl.col("fund").alias("fund_code"),
        pl.col("program").alias("program_code"),
        filled("project").alias("project_code"),
        pl.col("function").alias("function_code"),
        pl.col("object").alias("object_code"),
        school.alias("school_id"),
        pl.col("activity").alias("payroll_activity_code"),
        dollars("cents").alias("amount_usd"),
    )


def awarded(books: Accounts) -> pl.DataFrame:
    """Return the federal grants of the LEAs: lea, project, fund, cents that were spent, and `award`, a little more."""
    spent = books.spent.filter(pl.col("project").is_in(FEDERAL)).group_by("lea", "project", "fund").agg(pl.col("cents").sum()).sort("lea", "project")
    return spent.with_columns(award=pl.col("cents") * 103 // 100)


def grants(size: Size, state: Organisations, books: Accounts, year: int) -> pl.DataFrame:
    """Return the federal grants of the LEAs as columns of the extract grant, all text."""
    spent = awarded(books)
    code = pl.col("project")
    names, listings = ({grant: told[place] for grant, told in GRANTS.items()} for place in (0, 1))
    end = pl.when(code == ONE_TIME).then(pl.lit(f"{size.school_years[-1]}-06-30")).otherwise(pl.lit(f"{year}-09-30"))
    return spent.select(
        state.leas["lea_id"].gather(spent["lea"]).alias("lea_id"),
        code.alias("grant_code"),
        pl.lit(str(year)).alias("award_year"),
        code.replace_strict(names, return_dtype=pl.String).alias("grant_name"),
        code.replace_strict(listings, return_dtype=pl.String).alias("assistance_listing"),
        pl.col("fund").alias("fund_code"),
        dollars("award").alias("award_usd"),
        pl.lit(f"{year - 1}-07-01").alias("begin_date"),
        end.alias("end_date"),
        pl.when(code == ONE_TIME).then(pl.lit("one_time")).otherwise(pl.lit("recurring")).alias("recurrence_code"),
        code.replace_strict(GRANT_GOALS, default=None, return_dtype=pl.String).alias("goal_codes"),
    )


def control_totals(state: Organisations, books: Accounts, year: int) -> pl.DataFrame:
    """Return what the SEA knows of the LEAs' revenue as columns of the extract control_total, all text."""
    parts = []
    for code, prefix in CONTROLS:
        sums = books.received.filter(pl.col("source").str.starts_with(prefix)).group_by("lea").agg(pl.col("cents").sum())
        parts.append(sums.with_columns(code=pl.lit(code), prefix=pl.lit(prefix)))
    whole = pl.concat(parts).sort("lea", "code")
    return whole.select(
        state.leas["lea_id"].gather(whole["lea"]).alias("lea_id"),
        pl.lit(str(year)).alias("fiscal_year"),
        pl.col("code").alias("control_code"),
        pl.col("prefix").alias("source_prefix"),
        dollars("cents").alias("certified_usd"),
        pl.lit(f"{year}-06-30").alias("as_of_date"),
        pl.lit(f"{year}-08-20").alias("certified_date"),
    )
