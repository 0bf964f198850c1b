"""What is true of a sample state: the values of indicators, from the state's own persons and books.

Nothing here comes from the platform: no contract, no model, no shared formula. Sources of the formulas: indicators.md 0 to 5.
"""

from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np
import polars as pl

from sealea.sample_state.organisations import RACES, Organisations
from sealea.sample_state.results import FATES
from sealea.sample_state.size import STATE
from sealea.sample_state.staff import TEACHER, Staff
from sealea.sample_state.students import FROM_OTHER_LEA, FROM_OWN_LEA, LEARNER, LEARNER_FIRST_YEAR, WHOLE_YEAR

SCHEMA = {
    "indicator_id": pl.String,
    "org_id": pl.String,
    "school_year": pl.Int64,
    "subject_code": pl.String,
    "grade_code": pl.String,
    "subgroup_code": pl.String,
    "contrast_id": pl.String,
    "value": pl.Float64,
    "n": pl.Float64,
}
# Contrasts: reference and focal group; all of them are of one of the dimensions of `groups`.
CONTRASTS = {
    "economic": ("NECODIS", "ECODIS"),
    "english_learner": ("NLEP", "LEP"),
    "disability": ("WODIS", "WDIS"),
    "sex": ("F", "M"),
    "white_american_indian": ("WH7", "AM7"),
    "white_asian": ("WH7", "AS7"),
    "white_black": ("WH7", "BL7"),
    "white_hispanic": ("WH7", "HI7"),
    "white_pacific_islander": ("WH7", "PI7"),
    "white_two_or_more": ("WH7", "MU7"),
}
COUNTS = ("expected", "tested", "proficient", "fay_expected", "fay_tested", "fay_proficient", "scores", "score_sum", "square_sum")
MINIMUM_GAP = 20
ACCOUNTABLE_SHARE = 0.95
NORMAL = NormalDist()


@dataclass
class Truth:
    """The truth as it is gathered, year by year and LEA by LEA; without `has_schools` that of LEAs and what lies above them."""

    state: Organisations
    has_schools: bool = True
    parts: list[pl.DataFrame] = field(default_factory=list)
    cells: list[pl.DataFrame] = field(default_factory=list)
    scores: list[pl.DataFrame] = field(default_factory=list)
    teachers: list[pl.DataFrame] = field(default_factory=list)
    spending: list[pl.DataFrame] = field(default_factory=list)
    enrolled: list[pl.DataFrame] = field(default_factory=list)

    def add_results(self, frame: pl.DataFrame, year: int, subject: str) -> None:
        """Take in the results that counted of some LEAs, rows of `results.results`."""
        marked = frame.with_columns(**groups())
        if not self.has_schools:
            first = self.state.schools.with_row_index("row").group_by("lea").agg(pl.col("row").min()).sort("lea")["row"].cast(pl.Int32)
            marked = marked.with_columns(school=first.gather(marked["lea"]))
        tested = pl.col("fate") == 0
        marked = marked.with_columns(
            expected=pl.col("fate") != FATES.index("MEDICAL"),
            tested=tested,
            proficient=tested & (pl.col("level") >= 3),
            points=pl.when(tested & ~pl.col("is_alternate")).then(pl.col("score").cast(pl.Int64)),
        )
        # Where a student counts as having spent the full year: the school, the LEA alone, the state alone, or nowhere.
        own = pl.when(pl.col("stay") == WHOLE_YEAR).then(pl.lit(0)).when(pl.col("stay") == FROM_OWN_LEA).then(pl.lit(1))
        marked = marked.with_columns(fay=own.when(pl.col("stay") == FROM_OTHER_LEA).then(pl.lit(2)).otherwise(pl.lit(3)))
        for name in ("all", "race", "sex_code", "economic", "learner_code", "disability", "gifted"):
            keys = ["school", "grade", pl.col(name).alias("subgroup_code")]
            cell = marked.group_by(*keys, "fay").agg(
                *(pl.col(count).sum().cast(pl.Int64) for count in ("expected", "tested", "proficient")),
                scores=pl.col("points").count().cast(pl.Int64),
                score_sum=pl.col("points").sum(),
                square_sum=(pl.col("points") ** 2).sum(),
            )
            self.cells.append(cell.with_columns(school_year=pl.lit(year, pl.Int64), subject_code=pl.lit(subject)))
            if name not in ("all", "gifted"):
                counted = marked.filter(pl.col("points").is_not_null()).group_by(*keys, "points").agg(pl.len().cast(pl.Int64).alias("count"))
                self.add_scores(counted.with_columns(school_year=pl.lit(year, pl.Int64), subject_code=pl.lit(subject)))

    def add_scores(self, counted: pl.DataFrame) -> None:
        """Take in how many students of each group have each score: V of the LEAs is told now, their regions add up."""
        keys = ["school_year", "subject_code", pl.col("grade").cast(pl.String).str.zfill(2).alias("grade_code"), "subgroup_code", "points"]
        placed = self.placed(counted)
        by_lea, by_region = (placed.group_by(pl.col(column).alias("org_id"), *keys).agg(pl.col("count").sum()) for column in ("lea_id", "region_id"))
        self.parts.append(v_gaps(by_lea))
        self.scores.append(by_region)

    def add_staff(self, staff: Staff, year: int, known: np.ndarray) -> None:
        """Take in the positions that counted; `known` says whose experience was reported."""
        is_teacher = (staff.job == TEACHER) & (staff.school >= 0)
        frame = pl.DataFrame({"school": staff.school, "fte": staff.fte / 100, "experience": staff.experience, "known": known}).filter(
            pl.Series(is_teacher)
        )
        new = pl.col("experience") <= 2
        sums = frame.group_by("school").agg(
            pl.col("fte").filter(pl.col("known")).sum().alias("known_fte"), pl.col("fte").filter(new & pl.col("known")).sum().alias("new_fte")
        )
        self.teachers.append(sums.with_columns(school_year=pl.lit(year, pl.Int64)))

    def add_spending(self, lines: pl.DataFrame, year: int) -> None:
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

    def add_enrolled(self, school: np.ndarray, is_poor: np.ndarray, year: int) -> None:
        """Take in who was enrolled on the census day: one entry per student."""
        frame = pl.DataFrame({"school": school, "is_poor": is_poor}).group_by("school").agg(
            pl.len().cast(pl.Int64).alias("students"), pl.col("is_poor").sum().cast(pl.Int64).alias("poor")
        )  # fmt: skip
        self.enrolled.append(frame.with_columns(school_year=pl.lit(year, pl.Int64)))

    def values(self) -> pl.DataFrame:
        """Return the value of every indicator, one row per organisation, year, subject, grade, subgroup and contrast."""
        cells = self.by_organisation()
        region = pl.concat(self.scores)
        keys = [name for name in region.columns if name not in ("org_id", "count")]
        regions = region.group_by("org_id", *keys).agg(pl.col("count").sum())
        state = region.group_by(pl.lit(STATE).alias("org_id"), *keys).agg(pl.col("count").sum())
        parts = [*rates(cells), means(cells), *gaps(cells), *self.parts, v_gaps(regions), v_gaps(state), *self.teacher_rates(), *self.money()]
        values = pl.concat([part.select(pl.col(name).cast(kind) for name, kind in SCHEMA.items()) for part in parts])
        return values.with_columns(pl.col("value", "n").round(9)).sort(list(SCHEMA)[:7])

    def placed(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the frame with lea_id, region_id and school_id of each school."""
        schools, leas = self.state.schools, self.state.leas
        lea = schools["lea"].gather(frame["school"])
        region = self.state.regions["region_id"].gather(leas["region"].gather(lea))
        return frame.with_columns(school_id=schools["school_id"].gather(frame["school"]), lea_id=leas["lea_id"].gather(lea), region_id=region)

    def by_organisation(self) -> pl.DataFrame:
        """Return the sums of COUNTS for every organisation, grade and ALL grades."""
        keys = ["school_year", "subject_code", "grade", "subgroup_code"]
        frame = self.placed(pl.concat(self.cells))
        parts = []
        for level, column in list(enumerate(("school_id", "lea_id", "region_id", "state")))[not self.has_schools :]:
            full = pl.col("fay") <= min(level, 1) if column != "state" else pl.col("fay") <= 2
            named = frame.with_columns(state=pl.lit(STATE)).with_columns(
                *(pl.when(full).then(pl.col(name)).otherwise(0).alias(f"fay_{name}") for name in ("expected", "tested", "proficient"))
            )
            sums = named.group_by(pl.col(column).alias("org_id"), *keys).agg(pl.col(*COUNTS).sum())
            whole = sums.group_by("org_id", "school_year", "subject_code", "subgroup_code").agg(pl.col(*COUNTS).sum())
            graded = sums.with_columns(grade_code=pl.col("grade").cast(pl.String).str.zfill(2)).drop("grade")
            parts += [graded, whole.with_columns(grade_code=pl.lit("ALL"))]
        return pl.concat(parts, how="diagonal").filter(pl.col("subgroup_code") != "UNKNOWN").with_columns(contrast_id=pl.lit("NONE"))

    def teacher_rates(self) -> list[pl.DataFrame]:
        """Return the share of inexperienced teachers (3.1) and how much more of them poor students meet (3.4)."""
        teachers = pl.concat(self.teachers)
        enrolled = pl.concat(self.enrolled)
        frame = self.placed(enrolled.join(teachers, on=["school", "school_year"], how="full", coalesce=True)).with_columns(state=pl.lit(STATE))
        frame = frame.with_columns(share=pl.when(pl.col("known_fte") > 0).then(pl.col("new_fte") / pl.col("known_fte")))
        blank = {"subject_code": pl.lit("ALL"), "grade_code": pl.lit("ALL"), "subgroup_code": pl.lit("ALL")}
        parts = []
        for column in ("school_id", "lea_id", "region_id", "state"):
            by = [pl.col(column).alias("org_id"), "school_year"]
            rate = frame.group_by(by).agg(pl.col("new_fte", "known_fte").sum()).filter(pl.col("known_fte") > 0)
            parts.append(
                rate.with_columns(
                    indicator_id=pl.lit("inexperienced_teachers"),
                    contrast_id=pl.lit("NONE"),
                    value=pl.col("new_fte") / pl.col("known_fte"),
                    n="known_fte",
                    **blank,
                )
            )
            if column == "school_id":
                continue
            met = frame.filter(pl.col("share").is_not_null())
            exposed = met.group_by(by).agg(
                (pl.col("poor") * pl.col("share")).sum().alias("poor_sum"),
                ((pl.col("students") - pl.col("poor")) * pl.col("share")).sum().alias("other_sum"),
                pl.col("poor").sum(),
                (pl.col("students") - pl.col("poor")).sum().alias("other"),
            )
            exposed = exposed.filter((pl.col("poor") > 0) & (pl.col("other") > 0))
            value = pl.col("poor_sum") / pl.col("poor") - pl.col("other_sum") / pl.col("other")
            smaller = pl.min_horizontal("poor", "other")
            parts.append(exposed.with_columns(indicator_id=pl.lit("exposure_gap"), contrast_id=pl.lit("economic"), value=value, n=smaller, **blank))
        return parts

    def money(self) -> list[pl.DataFrame]:
        """Return current expenditure (5.1) and that for each student (5.2)."""
        leas = self.state.leas
        spent = pl.concat(self.spending)
        enrolled = pl.concat(self.enrolled)
        lea = self.state.schools["lea"].gather(enrolled["school"])
        students = enrolled.with_columns(lea=lea.cast(pl.Int32)).group_by("lea", "school_year").agg(pl.col("students").sum())
        frame = spent.with_columns(pl.col("lea").cast(pl.Int32)).join(students, on=["lea", "school_year"], how="left")
        region = self.state.regions["region_id"].gather(leas["region"].gather(frame["lea"]))
        frame = frame.with_columns(lea_id=leas["lea_id"].gather(frame["lea"]), region_id=region, state=pl.lit(STATE))
        blank = {name: pl.lit("ALL") for name in ("subject_code", "grade_code", "subgroup_code")} | {"contrast_id": pl.lit("NONE")}
        parts = []
        for column in ("lea_id", "region_id", "state"):
            sums = frame.group_by(pl.col(column).alias("org_id"), "school_year").agg(pl.col("cents", "students").sum())
            usd = pl.col("cents") / 100
            parts.append(sums.with_columns(indicator_id=pl.lit("current_expenditure"), value=usd, n=pl.lit(None), **blank))
            parts.append(sums.with_columns(indicator_id=pl.lit("per_pupil_expenditure"), value=usd / pl.col("students"), n="students", **blank))
        return parts


def v_gaps(counted: pl.DataFrame) -> pl.DataFrame:
    """Return V (1.7): from the chance that a student of the reference group scores above one of the focal group."""
    keys = ["org_id", "school_year", "subject_code", "grade_code"]
    parts = []
    for contrast_id, (reference, focal) in CONTRASTS.items():
        both = counted.filter(pl.col("subgroup_code").is_in([reference, focal])).with_columns(
            reference=pl.when(pl.col("subgroup_code") == reference).then("count").otherwise(0),
            focal=pl.when(pl.col("subgroup_code") == focal).then("count").otherwise(0),
        )
        by_score = both.group_by(*keys, "points").agg(pl.col("reference", "focal").sum()).sort(*keys, "points")
        below = pl.col("focal").cum_sum().over(keys) - pl.col("focal")
        won = by_score.with_columns(won=pl.col("reference") * (below + pl.col("focal") / 2))
        sums = won.group_by(keys).agg(pl.col("reference", "focal", "won").sum())
        parts.append(sums.with_columns(contrast_id=pl.lit(contrast_id), chance=pl.col("won") / (pl.col("reference") * pl.col("focal"))))
    whole = pl.concat(parts).filter((pl.col("chance") > 0) & (pl.col("chance") < 1))
    v = [2**0.5 * NORMAL.inv_cdf(chance) for chance in whole["chance"]]
    told = {"indicator_id": pl.lit("gap_v"), "subgroup_code": pl.lit("ALL"), "n": pl.min_horizontal("reference", "focal").cast(pl.Float64)}
    return whole.with_columns(pl.Series("value", v, pl.Float64), **told).select(list(SCHEMA))


def groups() -> dict[str, pl.Expr]:
    """Return the group of each dimension that a student belongs to."""
    is_learner = pl.col("learner").is_in([LEARNER_FIRST_YEAR, LEARNER])

    def either(condition: pl.Expr, if_true: str, if_false: str) -> pl.Expr:
        return pl.when(condition).then(pl.lit(if_true)).otherwise(pl.lit(if_false))

    return {
        "all": pl.lit("ALL"),
        "race": pl.col("race").cast(pl.Int64).replace_strict(list(range(len(RACES) + 1)), [*RACES, "UNKNOWN"], return_dtype=pl.String),
        "sex_code": pl.col("sex").cast(pl.Int64).replace_strict([0, 1, 2], ["F", "M", "X"], return_dtype=pl.String),
        "economic": either(pl.col("is_poor"), "ECODIS", "NECODIS"),
        "learner_code": either(is_learner, "LEP", "NLEP"),
        "disability": either(pl.col("has_disability"), "WDIS", "WODIS"),
        "gifted": either(pl.col("is_gifted"), "GT", "NGT"),
    }


def rates(cells: pl.DataFrame) -> list[pl.DataFrame]:
    """Return participation (1.1), proficiency and its accountability version (1.2)."""
    accountable = pl.max_horizontal("fay_tested", ACCOUNTABLE_SHARE * pl.col("fay_expected"))
    told = (
        ("participation", pl.col("tested"), pl.col("expected"), pl.col("expected")),
        ("proficiency", pl.col("proficient"), pl.col("tested"), pl.col("tested")),
        ("proficiency_accountability", pl.col("fay_proficient"), accountable, pl.col("fay_tested")),
    )
    return [
        cells.filter(under > 0).with_columns(indicator_id=pl.lit(name), value=over / under, n=n) for name, over, under, n in told
    ]  # fmt: skip


def means(cells: pl.DataFrame) -> pl.DataFrame:
    """Return mean scale scores (1.4); a scale belongs to a grade."""
    graded = cells.filter((pl.col("grade_code") != "ALL") & (pl.col("scores") > 0))
    return graded.with_columns(indicator_id=pl.lit("mean_scale_score"), value=pl.col("score_sum") / pl.col("scores"), n="scores")


def gaps(cells: pl.DataFrame) -> list[pl.DataFrame]:
    """Return gaps in percentage points (1.5) and Hedges' g (1.6)."""
    keys = ["org_id", "school_year", "subject_code", "grade_code"]
    parts = []
    for contrast_id, (reference, focal) in CONTRASTS.items():
        sides = [cells.filter(pl.col("subgroup_code") == code).drop("subgroup_code", "contrast_id") for code in (reference, focal)]
        pair = sides[0].join(sides[1], on=keys, suffix="_focal").with_columns(contrast_id=pl.lit(contrast_id), subgroup_code=pl.lit("ALL"))
        points = pl.col("proficient") / pl.col("tested") - pl.col("proficient_focal") / pl.col("tested_focal")
        told = pair.filter((pl.col("tested") > 0) & (pl.col("tested_focal") > 0))
        parts.append(told.with_columns(indicator_id=pl.lit("gap_percentage_point"), value=points, n=pl.min_horizontal("tested", "tested_focal")))
        n1, n2 = pl.col("scores"), pl.col("scores_focal")
        squares = [pl.col(f"square_sum{side}") - pl.col(f"score_sum{side}") ** 2 / pl.col(f"scores{side}") for side in ("", "_focal")]
        pooled = ((squares[0] + squares[1]) / (n1 + n2 - 2)).sqrt()
        d = (pl.col("score_sum") / n1 - pl.col("score_sum_focal") / n2) / pooled
        enough = (pl.col("grade_code") != "ALL") & (n1 >= MINIMUM_GAP) & (n2 >= MINIMUM_GAP)
        graded = pair.filter(enough).with_columns(
            indicator_id=pl.lit("gap_g"), value=d * (1 - 3 / (4 * (n1 + n2 - 2) - 1)), n=pl.min_horizontal(n1, n2)
        )
        parts.append(graded)
    return parts
