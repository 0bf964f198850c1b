"""What is true of a sample state: the values of indicators, from the state's own persons and books.

Nothing here comes from the platform: no contract, no model, no shared formula. Sources of the formulas: indicators.md 0 to 5.
"""

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from sealea.sample_state.organisations import Organisations
from sealea.sample_state.truth_money import Money
from sealea.sample_state.truth_scores import Scores
from sealea.sample_state.truth_table import KEYS
from sealea.sample_state.truth_teachers import Teachers


@dataclass
class Truth:
    """The truth as it is gathered, year by year and LEA by LEA; without `has_schools` results are told of LEAs and what lies above them."""

    state: Organisations
    has_schools: bool = True
    enrolled: list[pl.DataFrame] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Open a book for each subject."""
        self.scores, self.teachers, self.money = Scores(self.state, self.has_schools), Teachers(self.state), Money(self.state)

    def add_enrolled(self, school: np.ndarray, is_poor: np.ndarray, year: int) -> None:
        """Take in who was enrolled on the census day: one entry per student."""
        frame = pl.DataFrame({"school": school, "is_poor": is_poor}).group_by("school").agg(
            pl.len().cast(pl.Int64).alias("students"), pl.col("is_poor").sum().cast(pl.Int64).alias("poor")
        )  # fmt: skip
        self.enrolled.append(frame.with_columns(school_year=pl.lit(year, pl.Int64)))

    def values(self) -> pl.DataFrame:
        """Return the value of every indicator, one row per organisation, year, subject, grade, subgroup, contrast and facet."""
        enrolled = pl.concat(self.enrolled)
        values = pl.concat([*self.scores.values(), *self.teachers.values(enrolled), *self.money.values(enrolled)])
        return values.with_columns(pl.col("value", "n").round(9)).sort(KEYS)
