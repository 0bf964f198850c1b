"""The staff of the sample state, year by year: careers, positions and pay."""

from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
import polars as pl

from sealea.sample_state.organisations import Organisations
from sealea.sample_state.results import family_name
from sealea.sample_state.size import Size
from sealea.sample_state.students import Students

# Job class, students per position at a school of average poverty, share of full-time positions.
CLASSES = (
    ("TEACHER", 15.0, 0.9),
    ("PARAPROFESSIONAL", 70.0, 0.6),
    ("COUNSELOR", 420.0, 0.8),
    ("LIBRARIAN", 900.0, 0.7),
    ("SCHOOL_ADMINISTRATOR", 380.0, 1.0),
    ("SUPPORT", 130.0, 0.7),
)
LEA_CLASSES = (("LEA_ADMINISTRATOR", 1500.0, 1.0), ("COORDINATOR", 1200.0, 0.9), ("PSYCHOLOGIST", 1400.0, 0.8))
JOBS = tuple(name for name, _, _ in (*CLASSES, *LEA_CLASSES))
TEACHER = JOBS.index("TEACHER")
DEGREES = ("bachelor", "master", "doctorate")
PART_TIME = (0.5, 0.6, 0.8)


@dataclass(frozen=True)
class Staff:
    """One row per position of a school year, in arrays of the same length; a person has one. `school` is -1 for the LEA's office."""

    number: np.ndarray
    lea: np.ndarray
    school: np.ndarray
    job: np.ndarray
    experience: np.ndarray
    years_here: np.ndarray
    degree: np.ndarray
    sex: np.ndarray
    fte: np.ndarray
    leaves: np.ndarray

    def take(self, which: np.ndarray) -> Self:
        """Return the positions that an index or a mask chooses."""
        return replace(self, **{field.name: getattr(self, field.name)[which] for field in fields(self)})

    def plus(self, other: Self) -> Self:
        """Return these positions and those."""
        return replace(self, **{field.name: np.concatenate([getattr(self, field.name), getattr(other, field.name)]) for field in fields(self)})

    def salary_cents(self) -> np.ndarray:
        """Return the base pay of a full year in cents, by the schedule: degree and experience, less for other jobs than teaching."""
        schedule = 44_000_00 + 1_150_00 * np.minimum(self.experience, 30).astype(np.int64) + 5_500_00 * self.degree.astype(np.int64)
        factor = np.array([100, 45, 105, 98, 175, 62, 210, 120, 125])[self.job]
        return np.asarray(schedule * factor // 100)


def positions(state: Organisations, students: Students) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return LEA, school (-1: the office) and job of every position that the state's students call for."""
    schools = state.schools
    enrolled = np.bincount(students.school, minlength=schools.height)
    lea_of = schools["lea"].to_numpy()
    in_lea = np.bincount(lea_of, weights=enrolled, minlength=state.leas.height)
    lea, school, job = [], [], []
    for place, (_, per, _) in enumerate(CLASSES):
        counts = np.rint(enrolled / per).astype(int)
        counts = np.where(enrolled > 0, np.maximum(counts, 2 if place == TEACHER else 1 if JOBS[place] == "SCHOOL_ADMINISTRATOR" else 0), 0)
        at = np.repeat(np.arange(schools.height), counts)
        school.append(at)
        lea.append(lea_of[at])
        job.append(np.full(len(at), place))
    for place, (_, per, _) in enumerate(LEA_CLASSES, len(CLASSES)):
        counts = np.maximum(np.rint(in_lea / per).astype(int), 1 if JOBS[place] == "LEA_ADMINISTRATOR" else 0)
        at = np.repeat(np.arange(state.leas.height), counts)
        school.append(np.full(len(at), -1))
        lea.append(at)
        job.append(np.full(len(at), place))
    return np.concatenate(lea), np.concatenate(school), np.concatenate(job)


def hired(size: Size, state: Organisations, where: tuple[np.ndarray, np.ndarray, np.ndarray], year: int, numbered: int, *, is_first: bool) -> Staff:
    """Return new staff for these positions: the poorer the school, the more of them are at the beginning of their career."""
    chance = size.chance("hired", year)
    lea, school, job = where
    count = len(lea)
    poverty = np.where(school >= 0, state.schools["poverty"].to_numpy()[school], 0.3)
    novice = chance.random(count) < (0.05 + 0.28 * poverty if is_first else 0.35 + 0.35 * poverty)
    experience = np.where(novice, chance.integers(0, 3, count), 3 + np.minimum(chance.gamma(2.2, 5.0, count).astype(int), 34))
    full_time = np.array([share for _, _, share in (*CLASSES, *LEA_CLASSES)])[job]
    fte = np.where(chance.random(count) < full_time, 100, (np.array(PART_TIME) * 100).astype(int)[chance.integers(0, 3, count)])
    staff = Staff(
        number=np.arange(numbered + 1, numbered + count + 1, dtype=np.int64),
        lea=lea.astype(np.int32),
        school=school.astype(np.int32),
        job=job.astype(np.int8),
        experience=experience.astype(np.int16),
        years_here=(np.minimum(experience, chance.integers(0, 12, count)) if is_first else np.zeros(count)).astype(np.int16),
        degree=chance.choice(np.array([0, 1, 2], np.int8), count, p=[0.42, 0.55, 0.03]),
        sex=(chance.random(count) < 0.24).astype(np.int8),
        fte=fte.astype(np.int16),
        leaves=np.zeros(count, bool),
    )
    return leaving(size, state, staff, year)


def leaving(size: Size, state: Organisations, staff: Staff, year: int) -> Staff:
    """Return the staff with who leaves at the end of the year: beginners and those in poor schools more often, and the old."""
    chance = size.chance("leaving", year, len(staff.number))
    poverty = np.where(staff.school >= 0, state.schools["poverty"].to_numpy()[staff.school], 0.3)
    rate = 0.06 + 0.08 * (staff.experience < 3) + 0.08 * poverty + 0.25 * (staff.experience > 33)
    return replace(staff, leaves=(chance.random(len(staff.number)) < rate) | (staff.experience > 38))


def next_year(size: Size, state: Organisations, staff: Staff, students: Students, year: int, numbered: int) -> Staff:
    """Return the staff of the next year: a year older, some in another school of the LEA, and new ones where positions are free."""
    chance = size.chance("staff", year)
    staying = staff.take(~staff.leaves)
    successor = state.schools["successor"].to_numpy()
    is_open = state.open_in(year)
    closed = (staying.school >= 0) & ~is_open[staying.school]
    school = np.where(closed, successor[staying.school], staying.school)
    staying = replace(
        staying,
        school=school.astype(np.int32),
        experience=(staying.experience + 1).astype(np.int16),
        years_here=(staying.years_here + 1).astype(np.int16),
        degree=np.where((staying.degree == 0) & (chance.random(len(school)) < 0.06), 1, staying.degree).astype(np.int8),
    )
    staying = exchanged(size, state, staying, year)
    lea, wanted_school, job = positions(state, students)
    schools = state.schools.height
    key = (lea.astype(np.int64) * (schools + 1) + wanted_school + 1) * len(JOBS) + job
    held = (staying.lea.astype(np.int64) * (schools + 1) + staying.school + 1) * len(JOBS) + staying.job
    wanted, wanted_count = np.unique(key, return_counts=True)
    at = np.searchsorted(wanted, held).clip(max=len(wanted) - 1)
    free = wanted_count - np.bincount(at[wanted[at] == held], minlength=len(wanted))
    open_key = np.repeat(wanted, np.maximum(free, 0))
    vacant = (open_key // len(JOBS) // (schools + 1), open_key // len(JOBS) % (schools + 1) - 1, open_key % len(JOBS))
    new = rehired(size, hired(size, state, vacant, year, numbered, is_first=False), staff.take(staff.leaves), year)
    return leaving(size, state, staying, year).plus(new)


def exchanged(size: Size, state: Organisations, staying: Staff, year: int) -> Staff:
    """Return the staff with some who change places with a colleague of another school of the LEA, job and level."""
    levels = np.array([("elementary", "middle", "high", "all").index(name) for name in state.schools["level"]])
    moves = np.flatnonzero((staying.school >= 0) & (size.lot(staying.number, "exchange", year) < 0.04))
    group = (staying.lea[moves].astype(np.int64) * len(JOBS) + staying.job[moves]) * 4 + levels[staying.school[moves]]
    order = moves[np.argsort(group, kind="stable")]
    ends = np.flatnonzero(np.diff(np.sort(group), append=-1))
    school, start = staying.school.copy(), 0
    for end in (ends + 1).tolist():
        school[order[start:end]] = np.roll(staying.school[order[start:end]], 1)
        start = end
    return replace(staying, school=school)


def rehired(size: Size, new: Staff, left: Staff, year: int) -> Staff:
    """Return the new staff, some of them persons who left another LEA at the end of the year before and are in the same job again."""
    returning = left.take((size.lot(left.number, "rehired", year) < 0.25) & (left.experience < 30))
    number, experience, degree, sex = new.number.copy(), new.experience.copy(), new.degree.copy(), new.sex.copy()
    for job in range(len(JOBS)):
        persons, places = np.flatnonzero(returning.job == job), np.flatnonzero(new.job == job)
        places = places[size.chance("rehired", year, job).permutation(len(places))][: len(persons)]
        persons = persons[: len(places)]
        elsewhere = new.lea[places] != returning.lea[persons]
        persons, places = persons[elsewhere], places[elsewhere]
        number[places], degree[places], sex[places] = returning.number[persons], returning.degree[persons], returning.sex[persons]
        experience[places] = returning.experience[persons] + 1
    return replace(new, number=number, experience=experience, degree=degree, sex=sex)


def first_year(size: Size, state: Organisations, students: Students) -> Staff:
    """Return the staff of the first school year."""
    year = size.school_years[0]
    return hired(size, state, positions(state, students), year, 0, is_first=True)


def staff_file(state: Organisations, staff: Staff, ratings: pl.Series, year: int) -> pl.DataFrame:
    """Return staff as columns of the extract staff, all of them text; `ratings` are those of the year before."""
    rating = pl.col("rating")
    reason = pl.when(pl.col("experience") > 30).then(pl.lit("retirement")).otherwise(pl.lit("unknown"))
    return table(state, staff).with_columns(rating=ratings).select(
        pl.col("lea_id"),
        pl.lit(str(year)).alias("school_year"),
        staff_id(),
        family_name(),
        pl.concat_str(pl.lit("Given"), pl.col("number") % 7919).alias("first_name"),
        pl.concat_str(year - 24 - pl.col("experience"), pl.lit("-03-01")).alias("birth_date"),
        pl.col("sex").replace_strict([0, 1], ["F", "M"], return_dtype=pl.String).alias("sex_code"),
        pl.when(pl.col("experience") < 3).then(pl.lit("probationary")).otherwise(pl.lit("tenured")).alias("employment_status_code"),
        pl.col("degree").replace_strict([0, 1, 2], list(DEGREES), return_dtype=pl.String).alias("highest_degree_code"),
        pl.concat_str("experience", pl.lit(".0")).alias("years_teaching_total"),
        pl.concat_str("years_here", pl.lit(".0")).alias("years_in_lea"),
        pl.concat_str(year - 1 - pl.col("years_here"), pl.lit("-08-15")).alias("hire_date"),
        pl.lit("187").alias("contract_days"),
        dollars("salary").alias("annual_base_salary_usd"),
        dollars("benefits").alias("benefits_usd"),
        pl.when("leaves").then(pl.lit(f"{year}-06-15")).alias("separation_date"),
        pl.when("leaves").then(pl.lit("voluntary")).alias("separation_type_code"),
        pl.when("leaves").then(reason).alias("separation_reason_code"),
        pl.when(rating.is_not_null()).then(pl.lit(str(year - 1))).alias("effectiveness_year"),
        rating.alias("effectiveness_rating_code"),
        pl.when(rating == "NR").then(pl.lit("new")).alias("not_rated_reason_code"),
    )  # fmt: skip


def table(state: Organisations, staff: Staff) -> pl.DataFrame:
    """Return the positions as a frame, pay in cents beside them."""
    columns = {field.name: getattr(staff, field.name) for field in fields(staff)}
    salary = staff.salary_cents() * staff.fte // 100
    school = state.schools["school_id"].gather(np.maximum(staff.school, 0)).set(pl.Series(staff.school < 0), "000")
    lea = state.leas["lea_id"].gather(staff.lea)
    return pl.DataFrame(columns).with_columns(
        lea.alias("lea_id"), school.alias("school_id"), pl.Series("salary", salary), pl.Series("benefits", salary * 29 // 100)
    )


def staff_id() -> pl.Expr:
    """Return the state's id of a person: nine digits."""
    return (pl.col("number") + 700_000_000).cast(pl.String).alias("staff_state_id")


def dollars(column: str) -> pl.Expr:
    """Return cents as dollars, digits with a point."""
    cents = pl.col(column)
    sign = pl.when(cents < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return pl.concat_str(sign, cents.abs() // 100, pl.lit("."), (cents.abs() % 100).cast(pl.String).str.zfill(2))
