"""What is true of test results: participation, proficiency, means and gaps (indicators.md 1)."""

from dataclasses import dataclass, field
from statistics import NormalDist

import polars as pl

from sealea.sample_state.organisations import GRADES, RACES, Organisations
from sealea.sample_state.results import FATES
from sealea.sample_state.size import STATE, Size
from sealea.sample_state.students import FROM_OTHER_LEA, FROM_OWN_LEA, LEARNER, LEARNER_EXITED, LEARNER_FIRST_YEAR, WHOLE_YEAR
from sealea.sample_state.truth_spread import LEVEL_COUNTS, gaps_of_state, spread
from sealea.sample_state.truth_table import ABOVE_SCHOOLS, placed, told

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
COUNTS = ("expected", "tested", "proficient", "fay_expected", "fay_tested", "fay_proficient", "scores", "score_sum", "square_sum", *LEVEL_COUNTS)
MINIMUM_GAP = 20
ACCOUNTABLE_SHARE = 0.95
NORMAL = NormalDist()


@dataclass
class Scores:
    """Results as they are gathered, year by year and LEA by LEA; without `has_schools` for LEAs and what lies above them."""

    size: Size
    state: Organisations
    has_schools: bool = True
    parts: list[pl.DataFrame] = field(default_factory=list)
    cells: list[pl.DataFrame] = field(default_factory=list)
    counts: list[pl.DataFrame] = field(default_factory=list)

    def add(self, frame: pl.DataFrame, year: int, subject: str) -> None:
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
        for name in ("all", "race", "sex_code", "economic", "learner_code", "monitored", "disability", "gifted"):
            keys = ["school", "grade", pl.col(name).alias("subgroup_code")]
            cell = marked.group_by(*keys, "fay").agg(
                *(pl.col(count).sum().cast(pl.Int64) for count in ("expected", "tested", "proficient")),
                enrolled=pl.len().cast(pl.Int64),
                scores=pl.col("points").count().cast(pl.Int64),
                score_sum=pl.col("points").sum(),
                square_sum=(pl.col("points") ** 2).sum(),
                **{name: (pl.col("level") == place).sum().cast(pl.Int64) for place, name in enumerate(LEVEL_COUNTS, 1)},
            )
            self.cells.append(cell.with_columns(school_year=pl.lit(year, pl.Int64), subject_code=pl.lit(subject)))
            if name not in ("all", "monitored", "gifted"):
                counted = marked.filter(pl.col("points").is_not_null()).group_by(*keys, "points").agg(pl.len().cast(pl.Int64).alias("count"))
                self.add_counts(counted.with_columns(school_year=pl.lit(year, pl.Int64), subject_code=pl.lit(subject)))

    def add_counts(self, counted: pl.DataFrame) -> None:
        """Take in how many students of each group have each score: V of the LEAs is told now, their regions add up."""
        keys = ["school_year", "subject_code", pl.col("grade").cast(pl.String).str.zfill(2).alias("grade_code"), "subgroup_code", "points"]
        located = placed(self.state, counted)
        by_lea, by_region = (located.group_by(pl.col(column).alias("org_id"), *keys).agg(pl.col("count").sum()) for column in ("lea_id", "region_id"))
        self.parts.append(v_gaps(by_lea))
        self.counts.append(by_region)

    def values(self) -> list[pl.DataFrame]:
        """Return the values of the indicators."""
        cells = self.by_organisation()
        region = pl.concat(self.counts)
        keys = [name for name in region.columns if name not in ("org_id", "count")]
        regions = region.group_by("org_id", *keys).agg(pl.col("count").sum())
        state = region.group_by(pl.lit(STATE).alias("org_id"), *keys).agg(pl.col("count").sum())
        of_v, pairs = [*self.parts, v_gaps(regions), v_gaps(state)], paired(cells)
        of_g = g_gaps(pairs)
        columns = ["org_id", "school_year", "subject_code", "grade_code", "contrast_id", "indicator_id", "value", "error", "n"]
        with_errors = pl.concat([part.select(*columns[:-1], pl.col("n").cast(pl.Float64)) for part in (of_g, *of_v)])
        parts = [*rates(cells), means(cells), point_gaps(pairs), of_g, *of_v, gaps_of_state(large(pairs), cells)]
        return [told(part) for part in (*parts, *spread(self.size, cells, with_errors))]

    def consistency(self, census: pl.DataFrame) -> pl.DataFrame:
        """Return by how many students the files of results miss the census, grade by grade, of those counted (7.6); `census` by LEA and grade."""
        cells = pl.concat(self.cells).filter(pl.col("subgroup_code") == "ALL")
        cells = cells.with_columns(lea=self.state.schools["lea"].gather(cells["school"]).cast(pl.Int64))
        place = ["lea", "school_year", "grade"]
        fullest = cells.group_by(*place, "subject_code").agg(pl.col("enrolled").sum()).group_by(place).agg(pl.col("enrolled").max())
        # Of an LEA that was counted and sent results, students of a tested grade whom one of the two does not have are all missed.
        sent = fullest.select(place[:2]).unique().join(census, on=place[:2], how="semi")
        asked = sent.join(pl.DataFrame({"grade": list(GRADES)}).cast({"grade": fullest.schema["grade"]}), how="cross")
        both = asked.join(fullest, on=place, how="left").join(census, on=place, how="left")
        both = both.with_columns(pl.col("enrolled", "counted").cast(pl.Int64).fill_null(0))
        both = placed(self.state, both).with_columns(missed=(pl.col("enrolled") - pl.col("counted")).abs())
        sums = [
            both.group_by(pl.col(column).alias("org_id"), "school_year").agg(pl.col("missed").sum(), n=pl.col("counted").sum())
            for column in ABOVE_SCHOOLS
        ]
        return pl.concat(sums).with_columns(indicator_id=pl.lit("cross_file_consistency"), value=pl.col("missed") / pl.col("n"))

    def by_organisation(self) -> pl.DataFrame:
        """Return the sums of COUNTS for every organisation, grade and ALL grades."""
        keys = ["school_year", "subject_code", "grade", "subgroup_code"]
        frame = placed(self.state, pl.concat(self.cells))
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


def v_gaps(counted: pl.DataFrame) -> pl.DataFrame:
    """Return V (1.7), from the chance that a student of the reference group scores above one of the focal group, and its standard error."""
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
    constants = {"indicator_id": pl.lit("gap_v"), "subgroup_code": pl.lit("ALL"), "n": pl.min_horizontal("reference", "focal").cast(pl.Float64)}
    p, n1, n2 = pl.col("chance"), pl.col("reference"), pl.col("focal")
    # Hanley and McNeil 1982.
    variance = (p * (1 - p) + (n1 - 1) * (p / (2 - p) - p**2) + (n2 - 1) * (2 * p**2 / (1 + p) - p**2)) / (n1 * n2)
    density = pl.Series([NORMAL.pdf(NORMAL.inv_cdf(chance)) for chance in whole["chance"]], dtype=pl.Float64)
    error = 2**0.5 * variance.sqrt() / density
    return whole.with_columns(pl.Series("value", v, pl.Float64), error=error, **constants)


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
        "monitored": either(pl.col("learner") == LEARNER_EXITED, "MLEP", "NMLEP"),
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


def paired(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the two groups of each contrast side by side, those of the focal group with the suffix _focal."""
    keys = ["org_id", "school_year", "subject_code", "grade_code"]
    parts = []
    for contrast_id, (reference, focal) in CONTRASTS.items():
        sides = [cells.filter(pl.col("subgroup_code") == code).drop("subgroup_code", "contrast_id") for code in (reference, focal)]
        pair = sides[0].join(sides[1], on=keys, suffix="_focal")
        parts.append(pair.with_columns(contrast_id=pl.lit(contrast_id), subgroup_code=pl.lit("ALL")))
    return pl.concat(parts)


def point_gaps(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return gaps in percentage points (1.5)."""
    points = pl.col("proficient") / pl.col("tested") - pl.col("proficient_focal") / pl.col("tested_focal")
    known = pairs.filter((pl.col("tested") > 0) & (pl.col("tested_focal") > 0))
    return known.with_columns(indicator_id=pl.lit("gap_percentage_point"), value=points, n=pl.min_horizontal("tested", "tested_focal"))


def large(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs of a grade in which both groups are large enough, with the `difference` of their means and the smaller size as `n`."""
    n1, n2 = pl.col("scores"), pl.col("scores_focal")
    enough = (pl.col("grade_code") != "ALL") & (n1 >= MINIMUM_GAP) & (n2 >= MINIMUM_GAP)
    return pairs.filter(enough).with_columns(difference=pl.col("score_sum") / n1 - pl.col("score_sum_focal") / n2, n=pl.min_horizontal(n1, n2))


def g_gaps(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return Hedges' g (1.6) and its standard error."""
    n1, n2 = pl.col("scores"), pl.col("scores_focal")
    squares = [pl.col(f"square_sum{side}") - pl.col(f"score_sum{side}") ** 2 / pl.col(f"scores{side}") for side in ("", "_focal")]
    known = large(pairs).with_columns(d=pl.col("difference") / ((squares[0] + squares[1]) / (n1 + n2 - 2)).sqrt())
    correction = 1 - 3 / (4 * (n1 + n2 - 2) - 1)
    variance = correction**2 * ((n1 + n2) / (n1 * n2) + pl.col("d") ** 2 / (2 * (n1 + n2)))
    return known.with_columns(indicator_id=pl.lit("gap_g"), value=pl.col("d") * correction, error=variance.sqrt())
