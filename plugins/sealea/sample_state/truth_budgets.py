"""What is true of budgets and grants: what was spent of them beside the time that is over, and whether a grant may lapse (indicators.md 5.12)."""

from datetime import date
from fractions import Fraction

import polars as pl

from sealea.sample_state.funds import ONE_TIME
from sealea.sample_state.organisations import Organisations
from sealea.sample_state.size import Size
from sealea.sample_state.truth_table import YEARLY, at_leas

PERIODS = ("Q1", "Q2", "Q3", "Q4", "UNAUD", "AUD")
QUARTER_ENDS = {"Q1": (-1, 9, 30), "Q2": (-1, 12, 31), "Q3": (0, 3, 31)}
SCHEMA = {"lea": pl.Int64, "school_year": pl.Int64, "facet": pl.String, "value": pl.Float64}


def execution(state: Organisations, lines: pl.DataFrame) -> pl.DataFrame:
    """Return what was spent to date of the last budget of the year (5.12), transfers between funds aside."""
    own = lines.filter(~pl.col("function").str.starts_with("52") & ~pl.col("object").str.starts_with("9"))
    budgets = own.filter(pl.col("amount_type") == "budget")
    budgets = budgets.filter(pl.col("period") == pl.col("period").max().over(YEARLY)).group_by(YEARLY).agg(budget=pl.col("cents").sum())
    spent = own.filter(pl.col("amount_type") != "budget").group_by(*YEARLY, facet="period")
    actual = spent.agg(actual=pl.col("cents").filter(pl.col("amount_type") == "actual").sum())
    both = actual.join(budgets, on=YEARLY).filter((pl.col("actual") >= 0) & (pl.col("budget") > 0))
    return at_leas(state, both).with_columns(indicator_id=pl.lit("budget_execution"), value=pl.col("actual") / pl.col("budget"))


def time_of_budgets(state: Organisations, lines: pl.DataFrame) -> pl.DataFrame:
    """Return the part of the fiscal year that is over with each period that came (5.12)."""
    rows = [
        (lea, year, f"{period}:ELAPSED", float(elapsed(date(year - 1, 7, 1), date(year, 6, 30), ends(period, year))))
        for lea, year, period in came(lines)
    ]
    return at_leas(state, pl.DataFrame(rows, schema=SCHEMA, orient="row")).with_columns(indicator_id=pl.lit("budget_execution"))


def came(lines: pl.DataFrame) -> list[tuple[int, int, str]]:
    """Return LEA, fiscal year and period of what was spent or committed, transfers between funds aside."""
    own = ~pl.col("function").str.starts_with("52") & ~pl.col("object").str.starts_with("9")
    periods = lines.filter(own & (pl.col("amount_type") != "budget")).select(*YEARLY, "period").unique()
    return list(periods.iter_rows())


def burn(size: Size, state: Organisations, lines: pl.DataFrame, awards: pl.DataFrame) -> pl.DataFrame:
    """Return what was spent of the awards that run on the last day of a period, since the first of them began, and what is committed (5.12).

    What was committed in an earlier year is no more: it was spent since, or let go.
    """
    of_grants = lines.filter((pl.col("project") != "") & (pl.col("amount_type") != "budget"))
    of_grants = of_grants.filter(~pl.col("function").str.starts_with("52") & ~pl.col("object").str.starts_with("9"))
    running: dict[tuple[int, str], list[tuple[date, date, int]]] = {}
    for lea, project, year, cents in awards.iter_rows():
        running.setdefault((lea, project), []).append((date(year - 1, 7, 1), award_end(size, project, year), cents))
    cents_spent = pl.col("cents").filter(pl.col("amount_type") == "actual").sum()
    grouped = of_grants.group_by(*YEARLY, "project", "period").agg(pl.col("cents").sum(), spent=cents_spent)
    sums = {row[:4]: row[4:] for row in grouped.iter_rows()}
    for lea, year, period in came(lines):
        for owner, project in running:
            if owner == lea and at_day(running[lea, project], ends(period, year)):
                sums.setdefault((lea, year, project, period), (0, 0))
    last: dict[tuple[int, str, int], tuple[int, str]] = {}
    for (lea, year, project, period), (_, paid) in sums.items():
        order = PERIODS.index(period)
        if order >= PERIODS.index(last.get((lea, project, year), (0, PERIODS[0]))[1]):
            last[lea, project, year] = (paid, period)
    rows = []
    for (lea, year, project, period), (cents, _) in sums.items():
        told = at_day(running.get((lea, project), []), ends(period, year))
        begin = min((award[0] for award in told), default=date.max)
        earlier = [last.get((lea, project, past)) for past in size.school_years if past < year]
        since = sum(
            spent for past, found in zip(size.school_years, earlier, strict=False) if found for spent in [found[0]] if ends(found[1], past) >= begin
        )
        rows += [(lea, year, f"{project}:{period}{facet}", float(value)) for facet, value in judged(told, cents + since, ends(period, year)).items()]
    return at_leas(state, pl.DataFrame(rows, schema=SCHEMA, orient="row")).with_columns(indicator_id=pl.lit("grant_burn"))


def at_day(awards: list[tuple[date, date, int]], day: date) -> list[tuple[date, date, int]]:
    """Return the awards that may be spent on the day: first day, last day, cents."""
    return [award for award in awards if award[0] <= day <= award[1]]


def judged(awards: list[tuple[date, date, int]], cents: int, day: date) -> dict[str, Fraction]:
    """Return by facet how much of the awards is spent, how much of their time is over with the day, and whether they may lapse, in its last third."""
    if not awards:
        return {}
    told = {":ELAPSED": elapsed(min(award[0] for award in awards), max(award[1] for award in awards), day)}
    whole = sum(award[2] for award in awards)
    if whole > 0 and cents >= 0:
        told[""] = Fraction(cents, whole)
        if told[":ELAPSED"] >= Fraction(2, 3):
            told[":LAPSE_RISK"] = Fraction(told[""] < told[":ELAPSED"] - Fraction(1, 5))
    return told


def elapsed(begin: date, end: date, day: date) -> Fraction:
    """Return the part of the days from `begin` to `end` that is over with `day`."""
    return Fraction((day - begin).days + 1, (end - begin).days + 1)


def award_end(size: Size, project: str, year: int) -> date:
    """Return the last day of an award: that of the one-time grant ends with the last school year."""
    return date(size.school_years[-1], 6, 30) if project == ONE_TIME else date(year, 9, 30)


def ends(period: str, year: int) -> date:
    """Return the day as of which a period of the fiscal year is told."""
    back, month, day = QUARTER_ENDS.get(period, (0, 6, 30))
    return date(year + back, month, day)
