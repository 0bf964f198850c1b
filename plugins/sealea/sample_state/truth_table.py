"""The table in which the truth is told: its columns, and what lies above each school and LEA."""

import polars as pl

from sealea.sample_state.organisations import Organisations
from sealea.sample_state.size import STATE

SCHEMA = {
    "indicator_id": pl.String,
    "org_id": pl.String,
    "school_year": pl.Int64,
    "subject_code": pl.String,
    "grade_code": pl.String,
    "subgroup_code": pl.String,
    "contrast_id": pl.String,
    "facet": pl.String,
    "value": pl.Float64,
    "n": pl.Float64,
}
KEYS = list(SCHEMA)[:8]
BLANK = {
    **{name: pl.lit("ALL") for name in ("subject_code", "grade_code", "subgroup_code")},
    **{name: pl.lit("NONE") for name in ("contrast_id", "facet")},
    "n": pl.lit(None, pl.Float64),
}
ABOVE_SCHOOLS = ("lea_id", "region_id", "state")
LEVELS = ("school_id", *ABOVE_SCHOOLS)
YEARLY = ["lea", "school_year"]


def told(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the columns of the truth; a dimension that is not there is not divided."""
    absent = {name: value for name, value in BLANK.items() if name not in frame.columns}
    return frame.with_columns(**absent).select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())


def placed(state: Organisations, frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with school_id, lea_id, region_id and state for `school`, a row of schools, or for `lea` where that is all there is."""
    if "school" in frame.columns:
        school = frame["school"].clip(0)
        at_office = pl.Series(frame["school"] < 0)
        lea = state.schools["lea"].gather(school)
        if "lea" in frame.columns:
            lea = frame["lea"].cast(lea.dtype)
        frame = frame.with_columns(school_id=state.schools["school_id"].gather(school).set(at_office, None))
    else:
        lea = frame["lea"]
    region = state.regions["region_id"].gather(state.leas["region"].gather(lea))
    return frame.with_columns(lea_id=state.leas["lea_id"].gather(lea), region_id=region, state=pl.lit(STATE))


def at_leas(state: Organisations, frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame of LEAs with their ids as organisations."""
    return placed(state, frame).with_columns(org_id="lea_id")
