"""What the teachers of the sample state teach, what they are licensed for, how they are rated, and which positions nobody fills."""

import numpy as np
import polars as pl

from sealea.sample_state.organisations import Organisations
from sealea.sample_state.size import Size
from sealea.sample_state.staff import JOBS, TEACHER, Staff, staff_id, table

# Subject, and its share among the teachers of elementary, middle and high schools and of schools of all grades.
SUBJECTS = {
    "ELEM": (0.84, 0.0, 0.0, 0.44),
    "ELA": (0.0, 0.20, 0.20, 0.13),
    "MATH": (0.0, 0.20, 0.20, 0.13),
    "SCI": (0.0, 0.16, 0.17, 0.09),
    "SS": (0.0, 0.16, 0.17, 0.09),
    "SPED": (0.11, 0.13, 0.12, 0.08),
    "ESL": (0.05, 0.05, 0.03, 0.02),
    "ARTS": (0.0, 0.10, 0.11, 0.02),
}
CODES = tuple(SUBJECTS)
CORE = ("ELA", "MATH", "SCI", "SS")
LEVELS = ("elementary", "middle", "high", "all")
# SCED codes (NCES) of the courses of middle and high schools.
SCED = {"ELA": ("51037", "01001"), "MATH": ("52037", "02052"), "SCI": ("53237", "03051"), "SS": ("54437", "04101")}
PROGRAMS = {"SPED": "SPECIAL", "ESL": "BILINGUAL_ESL"}
RATINGS = ("1", "2", "3", "4")
UNLICENSED = 0.02
EXPIRED = 0.015
SHORT = ("EMERGENCY", "PROVISIONAL")


def assignments(size: Size, state: Organisations, staff: Staff) -> pl.DataFrame:
    """Return one row per assignment: the columns of `staff.table`, `row` of the position, subject (row of CODES), is_second, fte.

    Some teachers of a core subject in middle and high schools teach a second one for 40 % of their time.
    """
    level = np.array([LEVELS.index(name) for name in state.schools["level"]])[np.maximum(staff.school, 0)]
    shares = np.array(list(SUBJECTS.values())).T.cumsum(axis=1)[level]
    subject = (size.lot(staff.number, "subject")[:, None] > shares).sum(axis=1).clip(max=len(CODES) - 1)
    is_teacher = staff.job == TEACHER
    is_core = np.isin(subject, [CODES.index(code) for code in CORE])
    splits = is_teacher & is_core & np.isin(level, [1, 2]) & (staff.fte == 100) & (size.lot(staff.number, "second") < 0.1)
    whole = (
        table(state, staff)
        .with_row_index("row")
        .with_columns(level=pl.Series(level), subject=pl.Series(np.where(is_teacher, subject, -1)), is_second=pl.lit(value=False))
    )
    first = whole.with_columns(fte=pl.when(pl.Series(splits)).then(60).otherwise("fte").cast(pl.Int16))
    place = pl.col("subject") - CODES.index(CORE[0])
    second = whole.filter(pl.Series(splits)).with_columns(
        fte=pl.lit(40, pl.Int16), subject=(place + 1) % len(CORE) + CODES.index(CORE[0]), is_second=pl.lit(value=True)
    )
    return pl.concat([first, second]).sort("row", "is_second")


def fields(size: Size, state: Organisations, rows: pl.DataFrame) -> pl.DataFrame:
    """Return assignments of teachers with the licence for each: field (row of CODES) and type; NULL for who has no licence at all.

    The poorer the school and the newer the teacher, the more often the field is not the subject and the licence an emergency one.
    """
    number = rows["number"].to_numpy()
    poverty = state.schools["poverty"].to_numpy()[rows["school"].to_numpy()]
    subject, is_new = rows["subject"].to_numpy(), rows["experience"].to_numpy() < 3
    astray = np.where(rows["is_second"], 0.45, 0.03 + 0.14 * poverty)
    other = (subject + 1 + number % (len(CODES) - 1)) % len(CODES)
    field = np.where(size.lot(number, "field") < astray, other, subject)
    drawn = size.lot(number, "licence")
    emergency = np.where(is_new, 0.05 + 0.2 * poverty, 0.005 + 0.03 * poverty)
    kind = np.where(drawn < emergency, "EMERGENCY", np.where(drawn < emergency + 0.03, "PROVISIONAL", np.where(is_new, "INITIAL", "REGULAR")))
    unlicensed = pl.Series(size.lot(number, "unlicensed") < UNLICENSED)
    return rows.with_columns(field=pl.Series(field), type=pl.Series(kind).set(unlicensed, None))


def credentials(size: Size, state: Organisations, staff: Staff, year: int) -> pl.DataFrame:
    """Return the licences of the teachers in a school year, one row per number, field and type, with `issued` and `expires`, dates.

    A short licence is for the year, an initial one for the first three years of a career; few of the regular ones expire.
    """
    teachers = assignments(size, state, staff.take(staff.job == TEACHER))
    known = fields(size, state, teachers).filter(pl.col("type").is_not_null()).unique(["number", "field"], keep="first", maintain_order=True)
    begin = year - 1 - pl.col("experience").cast(pl.Int32)
    runs_out = pl.Series(size.lot(known["number"].to_numpy(), "expired") < EXPIRED)
    is_short, is_initial = pl.col("type").is_in(SHORT), pl.col("type") == "INITIAL"
    issued = pl.when(is_short).then(year - 1).when(is_initial).then(begin).otherwise(begin + 3)
    expires = pl.when(is_short).then(year).when(is_initial).then(begin + 3).when(runs_out).then(begin + 4)
    return known.select("number", "field", "type", issued=pl.date(issued, 7, 1), expires=pl.date(expires, 6, 30))


def credential_file(records: pl.DataFrame) -> pl.DataFrame:
    """Return `credentials` as columns of the extract staff_credential, all text, as the state's licensure office sends them."""
    number, year = pl.col("number"), pl.col("issued").dt.year()
    return records.select(
        staff_id(),
        pl.concat_str(pl.lit("C"), number, pl.lit("-"), pl.col("type").str.slice(0, 1), year).alias("credential_id"),
        pl.col("type").alias("credential_type_code"),
        pl.when(pl.col("type") == "EMERGENCY").then(pl.lit("EXPERIENCE")).otherwise(pl.lit("BACHELOR_4")).alias("credential_basis_code"),
        named("field").alias("credential_field_code"),
        pl.col("issued").dt.to_string("%Y-%m-%d").alias("issue_date"),
        pl.col("expires").dt.to_string("%Y-%m-%d").alias("expiration_date"),
    )


def assignment_file(rows: pl.DataFrame, paid: pl.DataFrame, year: int) -> pl.DataFrame:
    """Return `assignments` as columns of the extract staff_assignment, all of them text; `paid` says what pays each person."""
    is_teacher = pl.col("job") == TEACHER
    course, sections = named("subject"), pl.max_horizontal((pl.col("fte") * 5 // 100).cast(pl.Int64), pl.lit(1))
    sections = pl.when(pl.col("subject") == CODES.index("ELEM")).then(1).otherwise(sections)
    federal = rows.select("number").join(paid.filter("is_federal").select("number", is_federal=pl.lit(value=True)), on="number", how="left")
    rows = rows.with_columns(
        is_federal=federal["is_federal"].fill_null(value=False), rank=pl.col("number").rank("ordinal").over("lea", "school", "job")
    )
    size_of_class = 17 + pl.col("number") % 11
    level = pl.col("level").clip(0, 2)
    office = pl.concat_str(pl.lit("A-"), pl.col("job").cast(pl.Int64) * 100 + 1000)
    job = pl.col("job").replace_strict(list(range(len(JOBS))), list(JOBS), return_dtype=pl.String)
    return rows.select(
        "lea_id",
        pl.lit(str(year)).alias("school_year"),
        staff_id(),
        "school_id",
        job.alias("job_class_code"),
        leadership().alias("leadership_role_code"),
        pl.when(is_teacher).then(pl.concat_str(pl.lit("T-"), course)).otherwise(office).alias("assignment_code"),
        pl.when(is_teacher).then(pl.concat_str(course, pl.lit("-"), level)).alias("course_code"),
        pl.when(is_teacher).then(course).alias("subject_code"),
        pl.when(is_teacher).then(course.replace_strict(PROGRAMS, default="REGULAR", return_dtype=pl.String)).alias("program_assignment_code"),
        hundredths("fte").alias("fte"),
        pl.when("is_federal").then(hundredths("fte")).alias("federally_funded_fte"),
        pl.lit(f"{year - 1}-08-15").alias("begin_date"),
        pl.when(is_teacher).then(pl.lit("Y")).otherwise(pl.lit("N")).alias("is_teacher_of_record"),
        pl.when(is_teacher).then(sections).cast(pl.String).alias("section_count"),
        pl.when(is_teacher).then(sections * size_of_class).cast(pl.String).alias("student_count"),
        pl.when(is_teacher).then(sections * 250).cast(pl.String).alias("minutes_per_week"),
    )  # fmt: skip


def leadership() -> pl.Expr:
    """Return the office of administrators: the first of an LEA or school leads it."""
    first = pl.col("rank") == 1
    at_lea = pl.when(first).then(pl.lit("SUPERINTENDENT")).otherwise(pl.lit("ASSISTANT_SUPERINTENDENT"))
    at_school = pl.when(first).then(pl.lit("PRINCIPAL")).otherwise(pl.lit("ASSISTANT_PRINCIPAL"))
    is_school_leader = pl.col("job") == JOBS.index("SCHOOL_ADMINISTRATOR")
    return pl.when(pl.col("job") == JOBS.index("LEA_ADMINISTRATOR")).then(at_lea).when(is_school_leader).then(at_school)


def named(column: str) -> pl.Expr:
    """Return the code of a row of CODES, NULL below 0."""
    return pl.col(column).cast(pl.Int64).replace_strict(list(range(len(CODES))), list(CODES), default=None, return_dtype=pl.String)


def hundredths(column: str) -> pl.Expr:
    """Return hundredths as a number with two decimals."""
    return pl.concat_str(pl.col(column) // 100, pl.lit("."), (pl.col(column) % 100).cast(pl.String).str.zfill(2))


def ratings(size: Size, state: Organisations, staff: Staff, year: int) -> pl.Series:
    """Return the rating that each teacher got in the year before, NR for who is new in the LEA, NULL for other staff."""
    poverty = state.schools["poverty"].to_numpy()[np.maximum(staff.school, 0)]
    is_new = staff.experience < 4
    low = np.where(is_new, 0.10, 0.04) + 0.05 * poverty
    drawn = size.lot(staff.number, "rating", year)
    rating = np.array(RATINGS)[(drawn > low * 0.3).astype(int) + (drawn > low) + (drawn > 0.75)]
    rated = np.where(staff.years_here > 0, rating, "NR")
    return pl.Series(rated).set(pl.Series(staff.job != TEACHER), None)


def courses() -> pl.DataFrame:
    """Return the courses of the state as columns of the extract course_code, all text."""
    grades = (("03", "05"), ("06", "08"), ("09", "12"))
    rows = []
    for subject, shares in SUBJECTS.items():
        for level, (low, high) in enumerate(grades):
            if not shares[level] and not shares[3]:
                continue
            sced = SCED.get(subject, ("", ""))[level - 1] if level else ""
            core = subject if subject in CORE else ""
            rows.append((f"{subject}-{level}", f"{subject.title()} {LEVELS[level]}", sced or None, core or None, low, high))
    columns = ("course_code", "course_name", "sced_course_code", "subject_code", "grade_low_code", "grade_high_code")
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")


def crosswalk() -> pl.DataFrame:
    """Return which assignments a field authorises as columns of the extract credential_crosswalk, all text: its own subject."""
    rows = [(code, f"T-{code}", "IN_FIELD") for code in CODES]
    return pl.DataFrame(rows, schema=dict.fromkeys(("credential_field_code", "assignment_code", "authorisation_code"), pl.String), orient="row")


def vacancies(size: Size, state: Organisations, staff: Staff, year: int) -> pl.DataFrame:
    """Return the positions that were posted for the school year, `lea`, `school`, `job`, `fte`, `ending` (open, FILLED, CANCELLED) and days.

    Poor schools find fewer teachers; every LEA has filled one position at least.
    """
    schools = state.schools
    chance = size.chance("vacancies", year)
    teachers = np.bincount(staff.school[staff.job == TEACHER], minlength=schools.height)
    poverty = schools["poverty"].to_numpy()
    parts = []
    for ending, rate in (("open", 0.006 + 0.035 * poverty), ("FILLED", 0.05 + 0 * poverty), ("CANCELLED", 0.004 + 0 * poverty)):
        school = np.repeat(np.arange(schools.height), chance.poisson(teachers * rate))
        parts.append(posting(schools["lea"].to_numpy()[school], school, "TEACHER", ending))
    offices = np.arange(state.leas.height)
    parts.append(posting(offices, np.full(len(offices), -1), "LEA_ADMINISTRATOR", "FILLED"))
    frame = pl.concat(parts).sort("lea", maintain_order=True)
    count = frame.height
    posted = chance.integers(0, 120, count)
    return frame.with_columns(
        fte=pl.Series(np.where(chance.random(count) < 0.85, 100, 50)),
        posted=pl.Series(posted),
        ended=pl.Series(np.minimum(posted + chance.integers(10, 90, count), 150)),
        covered=pl.Series(chance.choice(["LONG_TERM_SUBSTITUTE", "EMERGENCY_PERMIT", "CONTRACTED", "NOT_STAFFED"], count)),
    )


def posting(lea: np.ndarray, school: np.ndarray, job: str, ending: str) -> pl.DataFrame:
    """Return positions that were posted and ended in one way."""
    kind = {"lea": pl.Int64, "school": pl.Int64}
    return pl.DataFrame({"lea": lea, "school": school}, schema=kind).with_columns(job=pl.lit(JOBS.index(job)), ending=pl.lit(ending))


def vacancy_file(state: Organisations, rows: pl.DataFrame, year: int) -> pl.DataFrame:
    """Return rows of `vacancies` as columns of the extract staff_vacancy, all of them text."""
    school = state.schools["school_id"].gather(rows["school"].clip(0)).set(rows["school"] < 0, "000")
    is_open = pl.col("ending") == "open"

    def day(column: str) -> pl.Expr:
        return (pl.lit(f"{year - 1}-05-01").str.to_date() + pl.duration(days=pl.col(column))).dt.to_string("%Y-%m-%d")

    return rows.with_columns(number=pl.int_range(pl.len()).over("lea") + 1).select(
        state.leas["lea_id"].gather(rows["lea"]).alias("lea_id"),
        pl.lit(str(year)).alias("school_year"),
        pl.lit(f"{year - 1}-10-01").alias("census_date"),
        pl.concat_str(pl.lit(f"{year}-"), pl.col("number").cast(pl.String).str.zfill(5)).alias("requisition_id"),
        school.alias("school_id"),
        pl.col("job").replace_strict(list(range(len(JOBS))), list(JOBS), return_dtype=pl.String).alias("job_class_code"),
        hundredths("fte").alias("fte"),
        day("posted").alias("posted_date"),
        pl.when(pl.col("ending") == "FILLED").then(day("ended")).alias("filled_date"),
        pl.when(pl.col("ending") == "CANCELLED").then(day("ended")).alias("removed_date"),
        pl.when(~is_open).then("ending").alias("posting_result_code"),
        pl.when(is_open).then("covered").alias("covered_by_code"),
    )
