"""What is true of how teachers are spread over schools: quartiles, exposure and its parts, and pay (indicators.md 3.2 to 3.4, 3.8, 3.9)."""

from datetime import date, timedelta

import polars as pl

from sealea.sample_state.organisations import Organisations
from sealea.sample_state.truth_table import ABOVE_SCHOOLS, placed

YEARLY = ["school", "school_year"]
LEVELS_OF_SCHOOL = {"ALL": ("elementary", "middle", "high", "all"), "ELEMENTARY": ("elementary", "middle"), "SECONDARY": ("high",)}
STEPS, LAST_STEP = 5, 25


def facet(flag: str) -> str:
    """Return the facet under which a flag is told; that of new teachers came first and has none."""
    return "NONE" if flag == "INEXPERIENCED" else flag


def quartiles(state: Organisations, enrolled: pl.DataFrame) -> pl.DataFrame:
    """Return each school's quartile by poverty and minority share, among all schools and those of its level (3.2): ties share the lower one."""
    level = state.schools["level"].gather(enrolled["school"])
    shares = {"POVERTY": pl.col("poor") / pl.col("students"), "MINORITY": pl.col("minority") / pl.col("known_race")}
    parts = []
    for basis, share in shares.items():
        for name, levels in LEVELS_OF_SCHOOL.items():
            own = enrolled.filter(level.is_in(levels) & (enrolled["students"] > 0)).with_columns(share=share).filter(pl.col("share").is_finite())
            below = (pl.col("share").rank("min") - 1) / pl.max_horizontal(pl.len() - 1, 1)
            ranked = own.with_columns(value=pl.max_horizontal(1, (4 * below.over("school_year")).ceil()).cast(pl.Int64))
            told_as = "NONE" if (basis, name) == ("POVERTY", "ALL") else f"{basis}_{name}"
            parts.append(ranked.with_columns(facet=pl.lit(told_as), basis=pl.lit(basis.lower()), n="students"))
    return placed(state, pl.concat(parts)).with_columns(org_id="school_id", indicator_id=pl.lit("poverty_quartile"))


def by_quartile(state: Organisations, ranked: pl.DataFrame, flags: pl.DataFrame) -> list[pl.DataFrame]:
    """Return gaps and ratios between the fourth and the first quartile of all schools (3.3); `flags` has school, year, flag, known and flagged."""
    chosen = ranked.filter(pl.col("facet").is_in(["NONE", "MINORITY_ALL"]) & pl.col("value").is_in([1, 4]))
    both = placed(state, flags.drop("lea", strict=False).join(chosen.select(*YEARLY, "basis", quartile="value"), on=YEARLY))
    parts = []
    for column in ABOVE_SCHOOLS:
        at = {place: pl.col("quartile") == place for place in (1, 4)}
        sums = both.group_by(pl.col(column).alias("org_id"), "school_year", "basis", "flag").agg(
            *(pl.col(name).filter(which).sum().alias(f"{name}_{place}") for name in ("known", "flagged") for place, which in at.items())
        )
        sums = sums.filter((pl.col("known_1") > 0) & (pl.col("known_4") > 0))
        low, high = (pl.col(f"flagged_{place}") / pl.col(f"known_{place}") for place in (1, 4))
        sums = sums.with_columns(
            n=pl.min_horizontal("known_1", "known_4"),
            contrast_id=pl.concat_str("basis", pl.lit("_quartile")),
            facet=pl.when(pl.col("flag") == "INEXPERIENCED").then(pl.lit("NONE")).otherwise("flag"),
        )
        parts.append(sums.with_columns(indicator_id=pl.lit("equity_gap_quartile"), value=high - low))
        ratio = sums.filter(pl.col("flagged_1") > 0)
        parts.append(ratio.with_columns(indicator_id=pl.lit("equity_ratio_quartile"), value=high / low))
    return parts


def exposure(state: Organisations, flags: pl.DataFrame, enrolled: pl.DataFrame) -> list[pl.DataFrame]:
    """Return how much more of the flagged teachers poor students meet (3.4), between LEAs and within them, and of the effective ones (3.9)."""
    known = flags.filter((pl.col("known") > 0) & (pl.col("flag") != "TURNOVER")).with_columns(share=pl.col("flagged") / pl.col("known"))
    met = placed(state, enrolled.join(known.drop("lea", strict=False), on=YEARLY)).with_columns(other=pl.col("students") - pl.col("poor"))
    of_lea = (pl.col("students") * pl.col("share")).sum() / pl.col("students").sum()
    met = met.with_columns(lea_share=of_lea.over("lea_id", "school_year", "flag"))
    parts = []
    for column in ABOVE_SCHOOLS:
        products = [(pl.col(who) * pl.col(of)).sum().alias(f"{who}_{of}") for who in ("poor", "other") for of in ("share", "lea_share")]
        sums = met.group_by(pl.col(column).alias("org_id"), "school_year", "flag").agg(pl.col("poor", "other").sum(), *products)
        sums = sums.filter((pl.col("poor") > 0) & (pl.col("other") > 0))
        gap, between = (pl.col(f"poor_{of}") / pl.col("poor") - pl.col(f"other_{of}") / pl.col("other") for of in ("share", "lea_share"))
        sums = sums.with_columns(contrast_id=pl.lit("economic"), n=pl.min_horizontal("poor", "other"))
        sums = sums.with_columns(facet=pl.when(pl.col("flag") == "INEXPERIENCED").then(pl.lit("NONE")).otherwise("flag"))
        measures = {"exposure_gap": gap, "exposure_gap_between_leas": between, "exposure_gap_within_leas": gap - between}
        parts += [sums.with_columns(indicator_id=pl.lit(name), value=value) for name, value in measures.items()]
        rated = sums.filter(pl.col("flag") == "INEFFECTIVE")
        parts.append(rated.with_columns(indicator_id=pl.lit("access_effective_teachers"), facet=pl.lit("NONE"), value=-gap))
    return parts


def pay(state: Organisations, frame: pl.DataFrame, enrolled: pl.DataFrame) -> list[pl.DataFrame]:
    """Return the pay of poor students' teachers by that of others (3.8), as it is and without what degree and experience explain in the LEA.

    `frame` has assignments of teachers, each of the whole year, with `salary_usd`, NULL where nobody told it, `degree` and `experience`.
    """
    person = ["lea", "number", "school_year"]
    whole = frame.with_columns(full=pl.col("salary_usd") / pl.col("fte").sum().over(person), step=pl.col("experience").clip(0, LAST_STEP) // STEPS)
    persons = whole.filter(pl.col("full") > 0).unique(person)
    usual, group = pl.col("full").mean().over("lea", "school_year"), pl.col("full").mean().over("lea", "school_year", "degree", "step")
    adjusted = persons.select(*person, adjusted=pl.col("full") - group + usual)
    paid = whole.join(adjusted, on=person)
    fte = pl.col("fte")
    by_school = paid.group_by(YEARLY).agg(
        fte.sum(), pl_full=(fte * pl.col("full")).sum() / fte.sum(), pl_adjusted=(fte * pl.col("adjusted")).sum() / fte.sum()
    )
    met = placed(state, enrolled.join(by_school, on=YEARLY)).with_columns(other=pl.col("students") - pl.col("poor"))
    parts = []
    for column in ABOVE_SCHOOLS:
        for indicator_id, salary in (("salary_parity", "pl_full"), ("salary_parity_adjusted", "pl_adjusted")):
            sums = met.group_by(pl.col(column).alias("org_id"), "school_year").agg(
                *((pl.col(who) * pl.col(salary)).sum() / pl.col(who).sum() for who in ("poor", "other")), n=fte.sum()
            )
            known = sums.filter(pl.col("poor").is_finite() & pl.col("other").is_finite())
            value = {"indicator_id": pl.lit(indicator_id), "contrast_id": pl.lit("economic"), "value": pl.col("poor") / pl.col("other")}
            parts.append(known.with_columns(**value))
    return parts


def vacant_share(year: int, begin: date, end: date | None) -> float:
    """Return on which part of the weekdays from September 1 to October 1, the census, a position was vacant: from `begin` to before `end` (3.6)."""
    first, last = date(year - 1, 9, 1), date(year - 1, 10, 1)
    days = [first + timedelta(days=place) for place in range((last - first).days + 1)]
    at_work = [day for day in days if day.weekday() < 5]
    return sum(begin <= day and (end is None or day < end) for day in at_work) / len(at_work)
