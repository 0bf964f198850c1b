"""What is true of results by level, over years and in the state's standard deviations (indicators.md 1.3, 1.4, 1.6, 1.9, 1.11)."""

import polars as pl

from sealea.sample_state.results import has_new_scale
from sealea.sample_state.size import STATE, Size

LEVEL_COUNTS = tuple(f"level_{level}" for level in range(1, 5))
POOLED = (2, 3)
TREND_YEARS = 3
CELL = ["org_id", "school_year", "subject_code", "grade_code", "subgroup_code", "contrast_id"]
OVER_YEARS = ["org_id", "subject_code", "grade_code", "contrast_id"]


def spread(size: Size, cells: pl.DataFrame, gaps: pl.DataFrame) -> list[pl.DataFrame]:
    """Return what follows from `cells`, sums by organisation and grade, and from `gaps`, values of gap_g and gap_v with `error`."""
    scale = [(year, subject, has_new_scale(size, subject, year)) for year in size.school_years for subject in ("ELA", "MATH")]
    scales = pl.DataFrame(scale, schema=["school_year", "subject_code", "is_new_scale"], orient="row")
    scaled = cells.join(scales, on=["school_year", "subject_code"])
    return [*levels(cells), *pooled(scaled), *distances(scaled), *trends(gaps.join(scales, on=["school_year", "subject_code"]))]


def levels(cells: pl.DataFrame) -> list[pl.DataFrame]:
    """Return the share of the tested at each level (1.3)."""
    tested = cells.filter(pl.col("tested") > 0).with_columns(indicator_id=pl.lit("performance_level_distribution"), n="tested")
    return [tested.with_columns(facet=pl.lit(name.upper()), value=pl.col(name) / pl.col("tested")) for name in LEVEL_COUNTS]


def pooled(cells: pl.DataFrame) -> list[pl.DataFrame]:
    """Return proficiency over two and three years in all of which students of the group were tested, under the same cut scores (1.11)."""
    keys = [name for name in CELL if name != "school_year"]
    tested = cells.filter(pl.col("tested") > 0)
    parts = []
    for years in POOLED:
        shifted = [tested.with_columns(pl.col("school_year") + back) for back in range(years)]
        sums = pl.concat(shifted).group_by(CELL).agg(pl.col("proficient", "tested").sum(), pl.len(), pl.col("is_new_scale").n_unique().alias("cuts"))
        whole = sums.filter((pl.col("len") == years) & (pl.col("cuts") == 1)).join(tested.select(CELL), on=CELL, how="semi")
        facet = pl.lit(f"YEARS_{years}")
        parts.append(
            whole.select(
                *keys,
                "school_year",
                indicator_id=pl.lit("proficiency_pooled"),
                facet=facet,
                value=pl.col("proficient") / pl.col("tested"),
                n="tested",
            )
        )
    return parts


def state_spread(cells: pl.DataFrame) -> pl.DataFrame:
    """Return mean and standard deviation of the state's scores by year, subject and grade."""
    whole = cells.filter((pl.col("org_id") == STATE) & (pl.col("subgroup_code") == "ALL") & (pl.col("grade_code") != "ALL") & (pl.col("scores") > 1))
    squares = pl.col("square_sum") - pl.col("score_sum") ** 2 / pl.col("scores")
    return whole.select(
        "school_year", "subject_code", "grade_code", "is_new_scale",
        mean=pl.col("score_sum") / pl.col("scores"), deviation=(squares / (pl.col("scores") - 1)).sqrt(),
    )  # fmt: skip


def distances(cells: pl.DataFrame) -> list[pl.DataFrame]:
    """Return means in the state's standard deviations of the grade, of the year and of the scale's first year (1.4)."""
    by_year = state_spread(cells)
    scale = ["subject_code", "grade_code", "is_new_scale"]
    first = by_year.sort("school_year").group_by(scale, maintain_order=True).first().drop("school_year")
    graded = cells.filter(pl.col("grade_code") != "ALL")
    keys = ["org_id", "school_year", "subject_code", "subgroup_code", "contrast_id"]
    parts = []
    for facet, yardstick, on in (("SAME_YEAR", by_year, ["school_year", *scale]), ("BASE_YEAR", first, scale)):
        known = graded.join(yardstick, on=on).filter(pl.col("deviation") > 0)
        known = known.with_columns(z_sum=(pl.col("score_sum") - pl.col("scores") * pl.col("mean")) / pl.col("deviation"))
        both = [known, known.with_columns(grade_code=pl.lit("ALL"))]
        for part in both:
            sums = part.group_by(*keys, "grade_code").agg(pl.col("z_sum", "scores").sum()).filter(pl.col("scores") > 0)
            value = pl.col("z_sum") / pl.col("scores")
            parts.append(sums.with_columns(indicator_id=pl.lit("mean_score_z"), facet=pl.lit(facet), value=value, n="scores"))
    return parts


def gaps_of_state(pairs: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """Return gaps in the state's standard deviations (1.6); `pairs` have the difference of the means."""
    keys = ["school_year", "subject_code", "grade_code"]
    known = pairs.join(state_spread(cells.with_columns(is_new_scale=pl.lit(value=False))), on=keys).filter(pl.col("deviation") > 0)
    return known.with_columns(indicator_id=pl.lit("gap_state_sd"), value=pl.col("difference") / pl.col("deviation"))


def trends(gaps: pl.DataFrame) -> list[pl.DataFrame]:
    """Return the yearly change of gaps over the years on one scale, three at least, weighted by precision (1.9); gaps as they are stored."""
    stored = gaps.with_columns(pl.col("value", "error").round(6)).filter(pl.col("error") > 0)
    parts = []
    for year in sorted(set(stored["school_year"])):
        now = stored.filter(pl.col("school_year") == year).select(*OVER_YEARS, "indicator_id", "is_new_scale")
        until = stored.filter(pl.col("school_year") <= year).join(now, on=[*OVER_YEARS, "indicator_id", "is_new_scale"], how="semi")
        weight, time = 1 / pl.col("error") ** 2, pl.col("school_year") - year
        centre = (weight * time).sum() / weight.sum()
        slope = (weight * (time - centre) * pl.col("value")).sum() / (weight * (time - centre) ** 2).sum()
        fitted = until.group_by(*OVER_YEARS, "indicator_id").agg(value=slope, years=pl.len(), n=pl.col("n").min())
        told = fitted.filter(pl.col("years") >= TREND_YEARS).with_columns(school_year=pl.lit(year, pl.Int64), facet="indicator_id")
        parts.append(told.with_columns(indicator_id=pl.lit("gap_trend")))
    return parts
