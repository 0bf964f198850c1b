"""What is true of a sample state: the values of indicators, from the state's own persons and books.

Nothing here comes from the platform: no contract, no model, no shared formula. Sources of the formulas: indicators.md 0 to 5.
"""

from dataclasses import dataclass, field

import polars as pl

from sealea.sample_state.organisations import RACES, Organisations
from sealea.sample_state.size import Size
from sealea.sample_state.students import Students
from sealea.sample_state.truth_capacity import school_coverage
from sealea.sample_state.truth_goals import alignment, goals
from sealea.sample_state.truth_materials import Materials
from sealea.sample_state.truth_money import Money
from sealea.sample_state.truth_scores import Scores
from sealea.sample_state.truth_table import KEYS, told
from sealea.sample_state.truth_teachers import Teachers

LAST_ELEMENTARY = 8
LARGE = 1000


@dataclass
class Truth:
    """The truth as it is gathered, year by year and LEA by LEA; without `has_schools` results are told of LEAs and what lies above them."""

    size: Size
    state: Organisations
    has_schools: bool = True
    enrolled: list[pl.DataFrame] = field(default_factory=list)
    census: list[pl.DataFrame] = field(default_factory=list)
    grades: list[pl.DataFrame] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Open a book for each subject."""
        self.scores = Scores(self.size, self.state, self.has_schools)
        self.teachers, self.materials = Teachers(self.state), Materials(self.state)
        self.money = Money(self.size, self.state, self.has_schools)

    def add_enrolled(self, census: Students, year: int) -> None:
        """Take in who was enrolled on the census day."""
        persons = pl.DataFrame({name: getattr(census, name) for name in ("school", "grade", "race", "is_poor", "has_disability")})
        is_known, is_white = pl.col("race") < len(RACES), pl.col("race") == RACES.index("WH7")
        counts = {
            "students": pl.col("school") >= 0,
            "poor": pl.col("is_poor"),
            "known_race": is_known,
            "minority": is_known & ~is_white,
            "with_disability": pl.col("has_disability"),
            "elementary": pl.col("grade") <= LAST_ELEMENTARY,
            "elementary_with_disability": (pl.col("grade") <= LAST_ELEMENTARY) & pl.col("has_disability"),
        }
        by_grade = persons.with_columns(lea=self.state.schools["lea"].gather(persons["school"]).cast(pl.Int64)).group_by("lea", "grade")
        self.census.append(by_grade.agg(counted=pl.len().cast(pl.Int64)).with_columns(school_year=pl.lit(year, pl.Int64)))
        grades = persons.group_by("school", "grade").agg(seated=pl.len().cast(pl.Int64))
        self.grades.append(grades.with_columns(school_year=pl.lit(year, pl.Int64)))
        frame = persons.group_by("school").agg(condition.cast(pl.Int64).sum().alias(name) for name, condition in counts.items())
        self.enrolled.append(frame.with_columns(school_year=pl.lit(year, pl.Int64)))

    def values(self) -> pl.DataFrame:
        """Return the value of every indicator, one row per organisation, year, subject, grade, subgroup, contrast and facet."""
        enrolled = pl.concat(self.enrolled)
        parts = [*self.scores.values(), *self.teachers.values(enrolled), *self.money.values(enrolled)]
        if self.has_schools:
            parts.append(told(self.scores.consistency(pl.concat(self.census))))
            parts.append(school_coverage(self.state, self.size.school_years, self.reported()))
            parts += self.materials.values(enrolled, pl.concat(self.grades), pl.concat(self.money.lines))
        values = pl.concat(parts)
        # Sums of fractions differ in their last digits with the order of rows, which threads decide, and zero in its sign.
        return values.with_columns(stored("value"), stored("n")).sort(KEYS)

    def reported(self) -> dict[str, pl.DataFrame]:
        """Return by extract the `school` and `school_year` that records which count have named."""
        return {"assessment_result": pl.concat(self.scores.cells), "staff_assignment": pl.concat(self.teachers.schools)}

    def of_goals(self, values: pl.DataFrame) -> dict[str, pl.DataFrame]:
        """Return the tables that are told of goals beside the `values` of indicators: where they stand, and where money goes."""
        told_of = {"goals": goals(self.size, self.state, values)}
        if self.has_schools:
            shares = alignment(self.size, self.state, pl.concat(self.money.lines), values, pl.concat(self.enrolled))
            told_of["alignment"] = shares.with_columns(stored("untagged_share"), stored("alignment_index"))
        return told_of


def stored(column: str) -> pl.Expr:
    """Return numbers with as many digits as are the same on every run: sums of fractions are not, in whatever order threads add them.

    Dollars over students end after a few decimals; rounded there, 9107.33925 would go up in one run and down in the next.
    """
    number = pl.col(column)
    return (
        pl.when(number.abs() < 1e-8)
        .then(pl.lit(0.0))
        .when(number.abs() < LARGE)
        .then(number.round(7))
        .otherwise(number.round_sig_figs(12))
        .alias(column)
    )
