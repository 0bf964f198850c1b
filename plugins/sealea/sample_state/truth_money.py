"""What is true of the money: current expenditure, by student and by function, and what is left (indicators.md 5)."""

from dataclasses import dataclass, field

import polars as pl

from sealea.sample_state.organisations import Organisations
from sealea.sample_state.size import Size
from sealea.sample_state.truth_spending import cliff, spending
from sealea.sample_state.truth_table import ABOVE_SCHOOLS, placed, told


@dataclass
class Money:
    """Spending as it is gathered, year by year and LEA by LEA."""

    size: Size
    state: Organisations
    is_detailed: bool = True
    lines: list[pl.DataFrame] = field(default_factory=list)
    awards: list[pl.DataFrame] = field(default_factory=list)
    paid: list[pl.DataFrame] = field(default_factory=list)
    positions: list[pl.DataFrame] = field(default_factory=list)
    spending: list[pl.DataFrame] = field(default_factory=list)
    balances: list[pl.DataFrame] = field(default_factory=list)

    def add(self, lines: pl.DataFrame, year: int) -> None:
        """Take in the lines of ledgers that counted, rows of `ledger.ledger_lines` with `amount_usd` and `goal` as they were sent."""
        function, code, program = pl.col("function"), pl.col("object"), pl.col("program")
        is_current = (
            function.str.contains("^(1|2|31|32)")
            & ~function.str.starts_with("5")
            & ~code.str.contains("^(7|83|9|561|564)")
            & ~program.str.contains("^[5678]")
            & ~pl.col("fund").is_in(["3", "4", "8", "9"])
        )
        every = lines.filter(pl.col("type") == "expenditure").with_columns(cents=cents("amount_usd"), is_current=is_current)
        if self.is_detailed:
            columns = ("school", "fund", "function", "object", "program", "project", "period", "amount_type", "is_final", "is_current", "cents")
            self.lines.append(every.select(pl.col("lea").cast(pl.Int64), *columns, "goal", school_year=pl.lit(year, pl.Int64)))
        spent = every.filter("is_final")
        current = spent.group_by("lea").agg(
            pl.col("cents").filter("is_current").sum(),
            on_behalf=pl.col("cents").filter(pl.col("is_current") & code.str.starts_with("24")).sum(),
            instruction=pl.col("cents").filter(pl.col("is_current") & function.str.starts_with("1")).sum(),
            administration=pl.col("cents").filter(pl.col("is_current") & function.str.contains("^2[345]")).sum(),
        )
        self.spending.append(current.with_columns(school_year=pl.lit(year, pl.Int64)))

    def add_awards(self, books: pl.DataFrame, year: int) -> None:
        """Take in the awards of the year, rows of `funds.awarded`."""
        self.awards.append(books.select(pl.col("lea").cast(pl.Int64), "project", school_year=pl.lit(year, pl.Int64), cents="award"))

    def add_payroll(self, rows: pl.DataFrame, year: int) -> None:
        """Take in the payments that counted, rows of `ledger.payments` with `amount_usd` and `goal` as they were sent."""
        base = rows.filter(pl.col("activity") == "base").with_columns(cents=cents("amount_usd"), school_year=pl.lit(year, pl.Int64))
        self.paid.append(base.group_by(pl.col("lea").cast(pl.Int64), "school_year", "number", "project").agg(pl.col("cents").sum()))

    def add_positions(self, rows: pl.DataFrame, year: int) -> None:
        """Take in the assignments that counted, rows of `teaching.assignments`."""
        self.positions.append(rows.select(pl.col("lea").cast(pl.Int64), "number", pl.col("fte") / 100, school_year=pl.lit(year, pl.Int64)))

    def add_balances(self, rows: pl.DataFrame, year: int) -> None:
        """Take in the fund balances that counted, rows of `funds.Balances.file`: of the general fund, what nothing binds and what it pays out."""
        usd = {name: pl.col(f"{name}_usd").cast(pl.Float64) for name in ("assigned", "unassigned", "expenditures", "other_uses")}
        general = rows.filter(pl.col("fund_code") == "1").select(
            "lea", free=usd["assigned"] + usd["unassigned"], paid_out=usd["expenditures"] + usd["other_uses"], school_year=pl.lit(year, pl.Int64)
        )
        self.balances.append(general)

    def values(self, enrolled: pl.DataFrame) -> list[pl.DataFrame]:
        """Return current expenditure, by student and by function, and the fund balance ratio; `enrolled` has school, school_year and students."""
        lea = self.state.schools["lea"].gather(enrolled["school"])
        students = enrolled.with_columns(lea=lea.cast(pl.Int32)).group_by("lea", "school_year").agg(pl.col("students").sum())
        frame = pl.concat(self.spending).with_columns(pl.col("lea").cast(pl.Int32)).join(students, on=["lea", "school_year"], how="left")
        frame = placed(self.state, frame)
        parts = []
        for column in ABOVE_SCHOOLS:
            sums = frame.group_by(pl.col(column).alias("org_id"), "school_year").agg(
                pl.col("cents", "students", "on_behalf", "instruction", "administration").sum()
            )
            usd = pl.col("cents") / 100
            parts.append(sums.with_columns(indicator_id=pl.lit("current_expenditure"), value=usd, n=pl.lit(None)))
            of_state = sums.with_columns(facet=pl.lit("ON_BEHALF"), value=pl.col("on_behalf") / 100, n=pl.lit(None))
            parts.append(of_state.with_columns(indicator_id=pl.lit("current_expenditure")))
            parts.append(sums.with_columns(indicator_id=pl.lit("per_pupil_expenditure"), value=usd / pl.col("students"), n="students"))
            for name in ("instruction", "administration"):
                share = pl.col(name) / pl.col("cents")
                parts.append(sums.with_columns(indicator_id=pl.lit(f"{name}_share"), value=share, n=pl.lit(None)))
            funds = placed(self.state, pl.concat(self.balances)).group_by(pl.col(column).alias("org_id"), "school_year")
            ratio = funds.agg(pl.col("free", "paid_out").sum()).with_columns(value=pl.col("free") / pl.col("paid_out"), n=pl.lit(None))
            parts.append(ratio.with_columns(indicator_id=pl.lit("fund_balance_ratio")))
        if self.is_detailed:
            parts += spending(self.size, self.state, pl.concat(self.lines), enrolled, pl.concat(self.awards))
            parts += cliff(self.size, self.state, pl.concat(self.paid), pl.concat(self.positions))
        return [told(part) for part in parts]


def cents(column: str) -> pl.Expr:
    """Return dollars as cents."""
    return (pl.col(column).cast(pl.Decimal(18, 2)) * 100).cast(pl.Int64)
