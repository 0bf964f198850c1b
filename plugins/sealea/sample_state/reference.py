"""What the SEA of the sample state sends: directory, census counts, calendar, goals."""

import numpy as np
import polars as pl

from sealea.sample_state.organisations import LEVELS, RACES, Organisations
from sealea.sample_state.size import STATE, Size
from sealea.sample_state.students import LEARNER, LEARNER_FIRST_YEAR, Students

LEA_EXTRACTS = (
    *("finance_ledger", "finance_fund_balance", "finance_payroll", "staff", "staff_assignment", "staff_vacancy"),
    *("assessment_result", "student_enrollment", "material_adoption", "time_use"),
)
MEMBERS = {
    "race_ethnicity": (*RACES, "UNKNOWN"),
    "sex": ("F", "M", "X"),
    "economic": ("NECODIS", "ECODIS"),
    "english_learner": ("NLEP", "LEP"),
    "disability": ("WODIS", "WDIS"),
    "gifted": ("NGT", "GT"),
}


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
    heir = state.schools[known["successor"].clip(0)]  # that opens next year stands in next year's directory
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
        pl.when(closes & (pl.col("successor") >= 0) & (heir["first_year"] <= year)).then(heir["school_id"]).alias("successor_org_id"),
    )
    whole = pl.concat([sea, regions, leas, schools], how="diagonal")
    return whole.with_columns(pl.col("open_date").fill_null(f"{size.school_years[0] - 21}-07-01"))


def enrollment(state: Organisations, students: Students, year: int) -> pl.DataFrame:
    """Return the census counts by school, grade and subgroup, all columns text but the count."""
    frame = pl.DataFrame({"school": students.school, "grade": students.grade, "all": np.zeros(len(students.number), np.int8), **members(students)})
    parts = []
    for dimension, codes in {"all": ("ALL",), **MEMBERS}.items():
        counts = frame.group_by("school", "grade", pl.col(dimension).cast(pl.Int64).alias("member")).len("student_count")
        code = pl.col("member").replace_strict(list(range(len(codes))), list(codes), return_dtype=pl.String)
        parts.append(counts.with_columns(code.alias("subgroup_code"), pl.lit(dimension).alias("dimension")).drop("member"))
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
    """Return the member of every subgroup dimension that each student belongs to, as rows of MEMBERS."""
    return {
        "race_ethnicity": students.race,
        "sex": students.sex,
        "economic": students.is_poor,
        "english_learner": np.isin(students.learner, [LEARNER_FIRST_YEAR, LEARNER]),
        "disability": students.has_disability,
        "gifted": students.is_gifted,
    }


def regions(size: Size, state: Organisations) -> pl.DataFrame:
    """Return the service agencies as columns of the extract region, all text."""
    number = pl.col("region_id").str.slice(4)
    return state.regions.select(
        pl.col("region_id").alias("region_org_id"),
        pl.col("name").alias("region_name"),
        pl.lit("Data Services Desk").alias("office_name"),
        pl.concat_str(pl.lit("data@agency"), number, pl.lit(".example")).alias("office_email"),
        pl.lit("data finance instruction personnel").alias("service_codes"),
        pl.lit(f"{size.school_years[0] - 21}-07-01").alias("open_date"),
    )


def region_members(size: Size, state: Organisations) -> pl.DataFrame:
    """Return which LEAs the service agencies serve as columns of the extract region_member, all text."""
    return pl.DataFrame(
        {
            "region_org_id": state.regions["region_id"].gather(state.leas["region"]),
            "lea_id": state.leas["lea_id"],
            "valid_from_date": [f"{size.school_years[0] - 21}-07-01"] * state.leas.height,
        }
    )


def code_crosswalk() -> pl.DataFrame:
    """Return what the state's job classes mean elsewhere as columns of the extract code_crosswalk, all text."""
    names = {"TEACHER": "Teacher", "PARAPROFESSIONAL": "Paraprofessional", "COUNSELOR": "School Counselor", "LIBRARIAN": "Librarian"}
    rows = [
        ("job_class_code", code, name, code, f"uri://ed-fi.org/StaffClassificationDescriptor#{name}", "2000-07-01") for code, name in names.items()
    ]
    columns = ("code_set", "code", "code_name", "national_code", "ed_fi_descriptor", "valid_from_date")
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")


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
