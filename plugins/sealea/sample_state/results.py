"""The state tests of a school year: who was to be tested, who was, and what they scored."""

from datetime import date

import numpy as np
import polars as pl

from sealea.sample_state import reform
from sealea.sample_state.organisations import GRADES, RACES, Organisations
from sealea.sample_state.size import Size
from sealea.sample_state.students import FROM_OTHER_LEA, FROM_OWN_LEA, LEARNER, LEARNER_EXITED, LEARNER_FIRST_YEAR, LEFT_EARLY, WHOLE_YEAR, Students

SUBJECTS = ("ELA", "MATH")
RACE_COLUMNS = {"AM7": "is_american_indian", "AS7": "is_asian", "BL7": "is_black", "PI7": "is_pacific_islander", "WH7": "is_white"}
REACH = 115  # points from the middle of a grade's scale to its lowest and to its highest score: 3 students of 1,000 stand at either end
CUTS = (-0.55, 0.15, 0.95)  # standard deviations of the third grade's scale
ALTERNATE_CUTS = (220, 250, 280)
BREAK_AFTER = 2  # school years after which mathematics gets a new scale
FATES = ("PARTICIPATED", "ABSENT", "PARENT_REFUSAL", "STUDENT_REFUSAL", "MEDICAL", "INVALIDATED")


def has_new_scale(size: Size, subject: str, year: int) -> bool:
    """Return whether the subject's scores of the year stand on the scale that a new standard setting brought."""
    return subject == "MATH" and year - size.school_years[0] >= BREAK_AFTER


def ends(grade: int) -> tuple[int, int]:
    """Return the lowest and the highest score of the grade's regular test."""
    middle = 500 + 20 * (grade - 3)
    return middle - REACH, middle + REACH


def cuts(size: Size, subject: str, grade: int, year: int) -> tuple[int, int, int]:
    """Return the lowest scores of levels 2, 3 and 4."""
    old = [500 + 20 * (grade - 3) + round(50 * cut) for cut in CUTS]
    low, middle, high = (cut + 12 for cut in old) if has_new_scale(size, subject, year) else old
    return low, middle, high


def results(size: Size, state: Organisations, students: Students, year: int, subject: str, leas: np.ndarray) -> pl.DataFrame:
    """Return one row per student of these LEAs who was enrolled when the subject was tested, in the order of schools.

    number, school, lea, grade, demographics as numbers, fate, is_alternate, score (NULL without a valid one), level, stay.
    """
    chance = size.chance("results", year, subject, int(leas[0]))
    tested = students.take(students.stay != LEFT_EARLY)
    count = len(tested.number)
    reluctance = size.chance("reluctance").gamma(2.0, 0.5, state.leas.height)
    lea = state.schools["lea"].to_numpy()[tested.school]
    refusal = 0.006 * reluctance[lea] * (1 + 2 * (tested.grade >= 9))
    bounds = np.cumsum(np.stack([0.014 + 0.02 * tested.is_poor, refusal, refusal / 3, np.full(count, 0.002), np.full(count, 0.004)], axis=1), axis=1)
    drawn = chance.random(count)
    fate = np.where(drawn < bounds[:, -1], 1 + (drawn[:, None] >= bounds).sum(axis=1), 0).astype(np.int8)
    is_alternate = alternate(size, tested, lea)
    skill = tested.math_skill if subject == "MATH" else tested.skill
    observed = skill + chance.normal(0, 0.3, count) + reform.effect(size, state, subject, year)[tested.school]
    raw = 500 + 20 * (tested.grade.astype(np.int64) - 3) + 50 * observed + 12 * has_new_scale(size, subject, year)
    lowest, highest = np.array([ends(grade) for grade in range(14)])[tested.grade].T
    score = np.clip(np.rint(raw), lowest, highest).astype(np.int16)
    score = np.where(is_alternate, np.clip(np.rint(250 + 15 * observed), 200, 300), score).astype(np.int16)
    limits = np.array([cuts(size, subject, grade, year) for grade in range(14)])[tested.grade]
    limits = np.where(is_alternate[:, None], np.array(ALTERNATE_CUTS), limits)
    level = (1 + (score[:, None] >= limits).sum(axis=1)).astype(np.int8)
    is_valid = fate == 0
    frame = pl.DataFrame(
        {
            "number": tested.number,
            "school": tested.school,
            "lea": lea.astype(np.int32),
            "grade": tested.grade,
            "race": tested.race,
            "sex": tested.sex,
            "is_poor": tested.is_poor,
            "learner": tested.learner,
            "has_disability": tested.has_disability,
            "is_gifted": tested.is_gifted,
            "stay": tested.stay,
            "fate": fate,
            "is_alternate": is_alternate,
            "score": pl.Series(score).set(pl.Series(~is_valid), None),
            "level": pl.Series(level).set(pl.Series(~is_valid), None),
        }
    )
    return frame.sort("school", maintain_order=True)


def alternate(size: Size, tested: Students, lea: np.ndarray) -> np.ndarray:
    """Return who takes the alternate assessment: students with a disability, below 1 % of those of an LEA who take part (34 CFR 200.6(c))."""
    drawn = np.where(tested.has_disability, size.lot(tested.number, "alternate"), 1.0)
    order = np.lexsort((drawn, lea))
    place = np.empty(len(lea), dtype=np.int64)
    begin = np.searchsorted(lea[order], lea[order], "left")
    place[order] = np.arange(len(lea)) - begin
    allowed = np.maximum(np.bincount(lea)[lea] * 0.008, 8)
    return np.asarray((drawn < 0.06) & (place < allowed))


def registry(size: Size, year: int) -> pl.DataFrame:
    """Return the tests of the school year as columns of the extract assessment_registry, all text; a new scale is announced as a break."""
    rows = []
    for subject, name in zip(SUBJECTS, ("English language arts", "Mathematics"), strict=True):
        is_break = has_new_scale(size, subject, year) and not has_new_scale(size, subject, year - 1)
        for grade in GRADES:
            what, limits = (subject, name, grade, year), cuts(size, subject, grade, year)
            rows.append(registered("EXSA", "Example State Assessment", "REGULAR", what, (*ends(grade), *limits), is_break=is_break))
            rows.append(registered("EXAA", "Example Alternate Assessment", "ALTERNATE", what, (200, 300, *ALTERNATE_CUTS), is_break=False))
    return pl.DataFrame(rows)


def registered(code: str, title: str, kind: str, what: tuple[str, str, int, int], limits: tuple[int, ...], *, is_break: bool) -> dict[str, str]:
    """Return one line of the registry; `limits` are the lowest and the highest score and the lowest of levels 2, 3 and 4."""
    subject, name, grade, year = what
    scores = ("minimum_score", "maximum_score", "cut_score_level_2", "cut_score_level_3", "cut_score_level_4")
    return {
        "school_year": str(year),
        "test_code": f"{code}-{subject}-{grade:02d}",
        "test_name": f"{title}, {name}, grade {grade}",
        "subject_code": subject,
        "grade_code": f"{grade:02d}",
        "administration_code": "SPRING",
        "assessment_type_code": kind,
        "score_step": "1",
        **{column: str(score) for column, score in zip(scores, limits, strict=True)},
        "score_standard_error": "15.0" if kind == "REGULAR" else "5.0",
        "is_standard_setting_break": "Y" if is_break else "N",
        "administration_begin_date": f"{year}-04-01",
        "administration_end_date": f"{year}-05-15",
    }


def result_file(state: Organisations, frame: pl.DataFrame, year: int, subject: str) -> pl.DataFrame:
    """Return rows of `results` as columns of the extract assessment_result, all of them text."""
    schools = state.schools
    school_ids, lea_ids = schools["school_id"], state.leas["lea_id"]
    grade = pl.col("grade").cast(pl.String).str.zfill(2)
    student = student_id("number")
    race = pl.col("race")
    is_known = race < len(RACES)
    return frame.select(
        lea_ids.gather(frame["lea"]).alias("responsible_lea_id"),
        school_ids.gather(frame["school"]).alias("responsible_school_id"),
        pl.lit(str(year)).alias("school_year"),
        student.alias("state_student_id"),
        family_name(),
        pl.concat_str(pl.lit("Given"), pl.col("number") % 7919).alias("first_name"),
        birth_date(year).alias("birth_date"),
        grade.alias("grade_enrolled_code"),
        grade.alias("grade_tested_code"),
        pl.col("sex").replace_strict([0, 1, 2], ["F", "M", "X"], return_dtype=pl.String).alias("sex_code"),
        pl.when(is_known).then(yes(race == RACES.index("HI7"))).alias("is_hispanic"),
        *(pl.when(is_known).then(yes(has_race(code))).alias(column) for code, column in RACE_COLUMNS.items()),
        yes(pl.col("is_poor")).alias("is_economically_disadvantaged"),
        yes(pl.col("learner").is_in([LEARNER_FIRST_YEAR, LEARNER])).alias("is_english_learner"),
        yes(pl.col("learner") == LEARNER_FIRST_YEAR).alias("is_first_year_english_learner"),
        yes(pl.col("learner") == LEARNER_EXITED).alias("is_monitored_former_english_learner"),
        yes(pl.col("has_disability")).alias("is_student_with_disability"),
        yes(pl.col("is_gifted")).alias("is_gifted"),
        pl.concat_str(pl.when("is_alternate").then(pl.lit("EXAA-")).otherwise(pl.lit("EXSA-")), pl.lit(subject + "-"), grade).alias("test_code"),
        pl.lit(subject).alias("subject_code"),
        pl.when("is_alternate").then(pl.lit("ALTERNATE")).otherwise(pl.lit("REGULAR")).alias("assessment_type_code"),
        pl.lit("SPRING").alias("administration_code"),
        pl.lit("1").alias("attempt_number"),
        pl.when(pl.col("fate") == 0).then(pl.lit("PARTICIPATED")).when(pl.col("fate") == FATES.index("INVALIDATED")).then(pl.lit("INVALIDATED"))
        .otherwise(pl.lit("NOT_TESTED")).alias("participation_code"),
        pl.col("fate").replace_strict(range(6), ["", *FATES[1:5], ""], return_dtype=pl.String).replace("", None).alias("reason_not_tested_code"),
        pl.col("score").cast(pl.String).alias("scale_score"),
        pl.col("level").cast(pl.String).alias("performance_level"),
        yes(pl.col("stay") == WHOLE_YEAR).alias("is_full_academic_year_school"),
        yes(pl.col("stay").is_in([WHOLE_YEAR, FROM_OWN_LEA])).alias("is_full_academic_year_lea"),
        yes(pl.col("stay").is_in([WHOLE_YEAR, FROM_OWN_LEA, FROM_OTHER_LEA])).alias("is_full_academic_year_state"),
    )  # fmt: skip


def student_id(column: str) -> pl.Expr:
    """Return the state's id of a student: ten digits, the last one a check digit."""
    number = pl.col(column)
    return (number * 10 + (number * 7 + 3) % 10).cast(pl.String).str.zfill(10)


def family_name() -> pl.Expr:
    """Return a family name that nobody has, some of them with letters beyond ASCII."""
    stem = pl.when(pl.col("number") % 23 == 0).then(pl.lit("Fam\u00edlia")).otherwise(pl.lit("Family"))
    return pl.concat_str(stem, pl.col("number") % 9973).alias("last_name")


def birth_date(year: int) -> pl.Expr:
    """Return a birth date that fits the grade."""
    day = pl.lit(date(year, 1, 1)) - pl.duration(days=(pl.col("grade").cast(pl.Int64) + 6) * 365 - pl.col("number") % 365)
    return day.dt.to_string("%Y-%m-%d")


def yes(condition: pl.Expr) -> pl.Expr:
    """Return Y or N."""
    return pl.when(condition).then(pl.lit("Y")).otherwise(pl.lit("N"))


def has_race(code: str) -> pl.Expr:
    """Return whether the student is of the race: two or more races are White and Black here; Hispanic students are White."""
    codes = [code, *(["MU7"] if code in ("WH7", "BL7") else []), *(["HI7"] if code == "WH7" else [])]
    return pl.col("race").is_in([RACES.index(one) for one in codes])
