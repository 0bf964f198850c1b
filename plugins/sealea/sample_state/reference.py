"""What the SEA of the sample state sends: directory, census counts, calendar, goals."""

import numpy as np
import polars as pl

from sealea.sample_state.organisations import LEVELS, RACES, Organisations
from sealea.sample_state.size import STATE, Size
from sealea.sample_state.students import LEARNER, LEARNER_FIRST_YEAR, Students

LEA_EXTRACTS = ("finance_ledger", "staff", "staff_assignment", "assessment_result")


def directory(size: Size, state: Organisations, year: int) -> pl.DataFrame:
    """Return the organisations as the SEA knows them at the end of the school year, all columns text."""
    regions = state.regions.select(
        pl.col("region_id").alias("org_id"),
        pl.lit("REGION").alias("org_type_code"),
        pl.col("name").alias("org_name"),
        pl.lit(STATE).alias("parent_org_id"),
    )
    sea = pl.DataFrame({"org_id": [STATE], "org_type_code": ["SEA"], "org_name": ["Example State"]})
    number = pl.int_range(pl.len()) + 1
    nces = pl.concat_str(pl.lit("99"), number.cast(pl.String).str.zfill(5))
    leas = state.leas.select(
        pl.col("lea_id").alias("org_id"),
        pl.lit("LEA").alias("org_type_code"),
        pl.col("name").alias("org_name"),
        state.regions["region_id"].gather(state.leas["region"]).alias("parent_org_id"),
        nces.alias("nces_lea_id"),
        pl.when("is_charter").then(pl.lit("Y")).otherwise(pl.lit("N")).alias("is_charter"),
    )
    known = state.schools.with_row_index("row").filter(pl.col("first_year") <= year)
    name = pl.when(pl.col("renamed_in") <= year).then("new_name").otherwise("name")
    closes = pl.col("last_year") < year + 1
    level = pl.col("level")
    schools = known.select(
        pl.col("school_id").alias("org_id"),
        pl.lit("SCHOOL").alias("org_type_code"),
        name.alias("org_name"),
        state.leas["lea_id"].gather(known["lea"]).alias("parent_org_id"),
        pl.concat_str(pl.lit("99"), (pl.col("lea") + 1).cast(pl.String).str.zfill(5), pl.col("row").cast(pl.String).str.zfill(5)).alias(
            "nces_school_id"
        ),
        pl.when("is_charter").then(pl.lit("Y")).otherwise(pl.lit("N")).alias("is_charter"),
        level.replace_strict({name: f"{first:02d}" for name, (first, _, _) in LEVELS.items()}, return_dtype=pl.String).alias("grade_low_code"),
        level.replace_strict({name: f"{last:02d}" for name, (_, last, _) in LEVELS.items()}, return_dtype=pl.String).alias("grade_high_code"),
        pl.concat_str(pl.col("first_year") - 1, pl.lit("-07-01")).alias("open_date"),
        pl.when(closes).then(pl.concat_str("last_year", pl.lit("-06-30"))).alias("close_date"),
        pl.when(closes & (pl.col("successor") >= 0)).then(state.schools["school_id"].gather(known["successor"].clip(0))).alias("successor_org_id"),
    )
    whole = pl.concat([sea, regions, leas, schools], how="diagonal")
    return whole.with_columns(pl.col("open_date").fill_null(f"{size.school_years[0] - 21}-07-01"))


def enrollment(state: Organisations, students: Students, year: int) -> pl.DataFrame:
    """Return the census counts by school, grade and subgroup, all columns text but the count."""
    frame = pl.DataFrame({"school": students.school, "grade": students.grade, **members(students)})
    dimensions = [name for name in frame.columns if name not in ("school", "grade")]
    parts = [
        frame.group_by("school", "grade", pl.col(dimension).alias("subgroup_code"))
        .len("student_count")
        .with_columns(pl.lit(dimension).alias("dimension"))
        for dimension in dimensions
    ]
    counts = pl.concat(parts).sort("school", "grade", "dimension", "subgroup_code")
    return counts.select(
        state.schools["school_id"].gather(counts["school"]).alias("school_id"),
        pl.lit(str(year)).alias("school_year"),
        pl.lit(f"{year - 1}-10-01").alias("census_date"),
        pl.col("grade").cast(pl.String).str.zfill(2).alias("grade_code"),
        pl.col("dimension").alias("subgroup_dimension_code"),
        "subgroup_code",
        "student_count",
    )


def members(students: Students) -> dict[str, np.ndarray]:
    """Return the member of every subgroup dimension that each student belongs to."""
    return {
        "all": np.full(len(students.number), "ALL"),
        "race_ethnicity": np.array([*RACES, "UNKNOWN"])[students.race],
        "sex": np.array(["F", "M", "X"])[students.sex],
        "economic": np.where(students.is_poor, "ECODIS", "NECODIS"),
        "english_learner": np.where(np.isin(students.learner, [LEARNER_FIRST_YEAR, LEARNER]), "LEP", "NLEP"),
        "disability": np.where(students.has_disability, "WDIS", "WODIS"),
        "gifted": np.where(students.is_gifted, "GT", "NGT"),
    }


def windows(size: Size) -> pl.DataFrame:
    """Return one closing window for each extract of an LEA and school year."""
    rows = [
        {
            "extract": extract,
            "school_year": str(year),
            "window_code": "close",
            "open_date": f"{year}-07-01",
            "due_date": f"{year}-10-31",
            "close_date": f"{year + 1}-06-30",
            "certify_date": f"{year}-12-15",
        }
        for extract in LEA_EXTRACTS
        for year in size.school_years
    ]
    return pl.DataFrame(rows)


def targets(size: Size, state: Organisations) -> pl.DataFrame:
    """Return the targets of the state's goals, and of its LEAs for mathematics."""
    start, end = size.school_years[0], size.school_years[-1] + 3

    def row(goal: str, name: str, indicator: str, org_id: str, values: tuple[str, str], owner: str, **more: str) -> dict[str, str]:
        scope = {"subject_code": "ALL", "grade_code": "ALL", "subgroup_code": "ALL", "contrast_id": "NONE"} | more
        years = {"baseline_year": str(start), "baseline_value": values[0], "target_year": str(end), "target_value": values[1]}
        return (
            {"goal_code": goal, "goal_name": name, "indicator_id": indicator, "org_id": org_id}
            | scope
            | years
            | {"trajectory_code": "linear", "owner_role": owner}
        )

    math, chief, talent = "Students proficient in mathematics", "Chief Academic Officer", "Director of Educator Talent"
    rows = [row("PM-1", math, "proficiency", org_id, ("0.42", "0.54"), chief, subject_code="MATH") for org_id in (STATE, *state.leas["lea_id"])]
    rows.append(row("PM-2", "Students proficient in English language arts", "proficiency", STATE, ("0.40", "0.52"), chief, subject_code="ELA"))
    fair = "Students in poverty meet no more inexperienced teachers than others"
    rows.append(row("EQT-1", fair, "exposure_gap", STATE, ("0.10", "0.02"), talent, contrast_id="economic"))
    rows.append(row("EQT-2", "Fewer inexperienced teachers", "inexperienced_teachers", STATE, ("0.20", "0.12"), talent))
    return pl.DataFrame(rows)
