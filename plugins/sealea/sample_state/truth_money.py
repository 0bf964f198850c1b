"""What is true of the money: current expenditure and that for each student (indicators.md 5)."""

from dataclasses import dataclass, field

import polars as pl

from sealea.sample_state.organisations import Organisations
from sealea.sample_state.truth_table import ABOVE_SCHOOLS, placed, told


@dataclass
class Money:
    """Spending as it is gathered, year by year and LEA by LEA."""

    state: Organisations
    spending: list[pl.DataFrame] = field(default_factory=list)

    def add(self, lines: pl.DataFrame, year: int) -> None:
        """Take in the lines of ledgers that counted, rows of `ledger.ledger_lines`."""
        spent = lines.filter(pl.col("is_final") & (pl.col("type") == "expenditure"))
        function, code, program = pl.col("function"), pl.col("object"), pl.col("program")
        is_current = (
            function.str.contains("^(1|2|31|32)")
            & ~function.str.starts_with("5")
            & ~code.str.contains("^(7|83|9|561|564)")
            & ~program.str.contains("^[5678]")
            & ~pl.col("fund").is_in(["3", "4", "8", "9"])
        )
        current = spent.group_by("lea").agg(pl.col("cents").filter(is_current).sum())
        self.spending.append(current.with_columns(school_year=pl.lit(year, pl.Int64)))

    def values(self, enrolled: pl.DataFrame) -> list[pl.DataFrame]:
        """Return current expenditure, and by student; `enrolled` has school, school_year and students."""
        lea = self.state.schools["lea"].gather(enrolled["school"])
        students = enrolled.with_columns(lea=lea.cast(pl.Int32)).group_by("lea", "school_year").agg(pl.col("students").sum())
        frame = pl.concat(self.spending).with_columns(pl.col("lea").cast(pl.Int32)).join(students, on=["lea", "school_year"], how="left")
        frame = placed(self.state, frame)
        parts = []
        for column in ABOVE_SCHOOLS:
            sums = frame.group_by(pl.col(column).alias("org_id"), "school_year").agg(pl.col("cents", "students").sum())
            usd = pl.col("cents") / 100
            parts.append(sums.with_columns(indicator_id=pl.lit("current_expenditure"), value=usd, n=pl.lit(None)))
            parts.append(sums.with_columns(indicator_id=pl.lit("per_pupil_expenditure"), value=usd / pl.col("students"), n="students"))
        return [told(part) for part in parts]
