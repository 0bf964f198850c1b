"""The rosters of the sample state's LEAs: who was enrolled where, from which day to which, and the census that follows from them."""

from dataclasses import replace

import numpy as np
import polars as pl

from sealea.sample_state.organisations import RACES, Organisations
from sealea.sample_state.results import RACE_COLUMNS, birth_date, family_name, has_race, student_id, yes
from sealea.sample_state.size import Size
from sealea.sample_state.students import (
    FROM_ELSEWHERE,
    FROM_OTHER_LEA,
    FROM_OWN_LEA,
    LEARNER,
    LEARNER_EXITED,
    LEARNER_FIRST_YEAR,
    LEFT_EARLY,
    Students,
)

DISABILITIES = ("SLD", "SLI", "OHI", "AUT", "EMN", "ID", "DD")


def on_census_day(students: Students) -> Students:
    """Return who is enrolled on October 1, at the school of that day: who comes later is not there yet, who moves later has not moved."""
    there = students.take(students.stay != FROM_ELSEWHERE)
    return replace(there, school=np.where(there.came_from >= 0, there.came_from, there.school).astype(np.int32))


def enrollments(size: Size, state: Organisations, students: Students, year: int) -> pl.DataFrame:
    """Return one row per enrolment of these students, `lea` in front: who moves during the year has two of them.

    lea, school, entry, entry_type, exit, exit_type (NULL while it goes on) and the students' own columns.
    """
    stay = students.stay
    day = (size.lot(students.number, "moves", year) * 75).astype(np.int64)
    moved = np.datetime64(f"{year - 1}-11-10") + day
    has_moved = np.isin(stay, [FROM_OWN_LEA, FROM_OTHER_LEA])
    begin = np.datetime64(f"{year - 1}-08-20")
    kind = np.where(stay == FROM_OWN_LEA, "SAME_LEA", "SAME_STATE")
    frame = pl.DataFrame(
        {name: getattr(students, name) for name in ("number", "grade", "race", "sex", "is_poor", "learner", "has_disability", "is_gifted")}
    )
    now = frame.with_columns(
        school=students.school,
        entry=pl.Series(np.where(has_moved | (stay == FROM_ELSEWHERE), moved, begin)),
        entry_type=pl.Series(np.where(has_moved, kind, np.where(stay == FROM_ELSEWHERE, "OTHER_STATE", "CONTINUED"))),
        exit=pl.Series(moved).set(pl.Series(stay != LEFT_EARLY), None),
        exit_type=pl.Series(np.full(len(stay), "OTHER_STATE")).set(pl.Series(stay != LEFT_EARLY), None),
    )
    before = frame.with_columns(
        school=students.came_from,
        entry=pl.lit(begin),
        entry_type=pl.lit("CONTINUED"),
        exit=pl.Series(moved - 1),
        exit_type=pl.Series(kind),
    ).filter(pl.Series(has_moved))
    whole = pl.concat([now, before.select(now.columns)])
    lea = state.schools["lea"].gather(whole["school"]).cast(pl.Int32)
    return whole.with_columns(lea.alias("lea")).sort("lea", "school", "number")


def roster_file(state: Organisations, rows: pl.DataFrame, year: int) -> pl.DataFrame:
    """Return rows of `enrollments` as columns of the extract student_enrollment, all of them text."""
    race, number, learner = pl.col("race"), pl.col("number"), pl.col("learner")
    is_known = race < len(RACES)
    grade = pl.col("grade").cast(pl.String).str.zfill(2)
    kind = (number % len(DISABILITIES)).replace_strict(range(len(DISABILITIES)), list(DISABILITIES), return_dtype=pl.String)
    return rows.select(
        state.leas["lea_id"].gather(rows["lea"]).alias("lea_id"),
        pl.lit(str(year)).alias("school_year"),
        state.schools["school_id"].gather(rows["school"]).alias("school_id"),
        student_id("number").alias("state_student_id"),
        family_name(),
        pl.concat_str(pl.lit("Given"), number % 7919).alias("first_name"),
        birth_date(year).alias("birth_date"),
        grade.alias("grade_code"),
        pl.col("sex").replace_strict([0, 1, 2], ["F", "M", "X"], return_dtype=pl.String).alias("sex_code"),
        pl.when(is_known).then(yes(race == RACES.index("HI7"))).alias("is_hispanic"),
        *(pl.when(is_known).then(yes(has_race(code))).alias(column) for code, column in RACE_COLUMNS.items()),
        pl.col("entry").dt.to_string("%Y-%m-%d").alias("entry_date"),
        pl.col("entry_type").alias("entry_type_code"),
        pl.col("exit").dt.to_string("%Y-%m-%d").alias("exit_date"),
        pl.col("exit_type").alias("exit_type_code"),
        yes(pl.col("is_poor")).alias("is_economically_disadvantaged"),
        yes(pl.col("is_poor") & (number % 8 < 5)).alias("is_directly_certified"),
        yes(learner.is_in([LEARNER_FIRST_YEAR, LEARNER])).alias("is_english_learner"),
        yes(learner == LEARNER_FIRST_YEAR).alias("is_first_year_english_learner"),
        yes(learner == LEARNER_EXITED).alias("is_monitored_former_english_learner"),
        yes(pl.col("has_disability")).alias("is_student_with_disability"),
        pl.when("has_disability").then(kind).alias("primary_disability_code"),
        yes(pl.col("is_poor") & (number % 31 == 0)).alias("is_homeless"),
        yes(number % 241 == 0).alias("is_in_foster_care"),
        yes(number % 67 == 0).alias("is_military_connected"),
        yes(pl.col("is_gifted")).alias("is_gifted"),
    )  # fmt: skip
