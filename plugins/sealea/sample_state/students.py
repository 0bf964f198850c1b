"""The students of the sample state, year by year: who they are, where they are enrolled and for how much of the year."""

from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np

from sealea.sample_state.organisations import GRADES, LEVELS, RACES, Organisations
from sealea.sample_state.size import Size

# How a student spends the year at the school where the tests find them.
WHOLE_YEAR, FROM_OWN_LEA, FROM_OTHER_LEA, FROM_ELSEWHERE, LEFT_EARLY = range(5)
LEARNER_NEVER, LEARNER_FIRST_YEAR, LEARNER, LEARNER_EXITED = range(4)
UNKNOWN_RACE = len(RACES)


@dataclass(frozen=True)
class Students:
    """One row per student enrolled in a school year, in arrays of the same length. `came_from` is a school, -1 for none."""

    number: np.ndarray
    school: np.ndarray
    grade: np.ndarray
    race: np.ndarray
    sex: np.ndarray
    is_poor: np.ndarray
    learner: np.ndarray
    has_disability: np.ndarray
    is_gifted: np.ndarray
    skill: np.ndarray
    math_skill: np.ndarray
    stay: np.ndarray
    came_from: np.ndarray

    def take(self, which: np.ndarray) -> Self:
        """Return the students that an index or a mask chooses."""
        return replace(self, **{field.name: getattr(self, field.name)[which] for field in fields(self)})

    def plus(self, other: Self) -> Self:
        """Return these students and those."""
        return replace(self, **{field.name: np.concatenate([getattr(self, field.name), getattr(other, field.name)]) for field in fields(self)})


class Places:
    """The schools that a student of an LEA and grade may attend in a year, drawn by their capacity."""

    def __init__(self, state: Organisations, year: int) -> None:
        """Order the open schools by LEA and level."""
        schools, is_open = state.schools, state.open_in(year)
        lea, capacity = schools["lea"].to_numpy(), schools["capacity"].to_numpy()
        level = schools["level"].to_numpy()
        chosen = [np.flatnonzero(is_open & np.isin(level, [name, "all"])) for name in ("elementary", "middle", "high")]
        at = np.concatenate(chosen)
        group = np.concatenate([lea[part] * 3 + place for place, part in enumerate(chosen)])
        order = np.argsort(group, kind="stable")
        self.at, ordered = at[order], group[order]
        self.ends = np.concatenate([[0.0], np.cumsum(capacity[self.at])])
        groups = np.arange(state.leas.height * 3)
        self.low = self.ends[np.searchsorted(ordered, groups, "left")]
        self.high = self.ends[np.searchsorted(ordered, groups, "right")]

    def draw(self, chance: np.random.Generator, lea: np.ndarray, grade: np.ndarray) -> np.ndarray:
        """Return a school for each student; -1 where the LEA has none for the grade."""
        group = lea.astype(np.int64) * 3 + level_of(grade)
        low, high = self.low[group], self.high[group]
        target = low + chance.random(len(lea)) * (high - low)
        found = self.at[np.clip(np.searchsorted(self.ends, target, "right") - 1, 0, len(self.at) - 1)]
        return np.where(high > low, found, -1)


def level_of(grade: np.ndarray) -> np.ndarray:
    """Return 0, 1 or 2 for elementary, middle and high school grades."""
    return (grade >= LEVELS["middle"][0]).astype(np.int64) + (grade >= LEVELS["high"][0])


def first_year(size: Size, state: Organisations) -> Students:
    """Return the students of the first school year."""
    year = size.school_years[0]
    chance = size.chance("students", year)
    schools = state.schools
    is_open = state.open_in(year)
    level = schools["level"].to_numpy()
    first = np.array([LEVELS[name][0] for name in level])
    last = np.array([LEVELS[name][1] for name in level])
    school, grade = [], []
    for wanted in GRADES:
        offers = np.flatnonzero(is_open & (first <= wanted) & (wanted <= last))
        expected = schools["capacity"].to_numpy()[offers] / (last - first + 1)[offers]
        counts = chance.poisson(expected)
        school.append(np.repeat(offers, counts))
        grade.append(np.full(counts.sum(), wanted))
    return in_year(size, state, newcomers(size, state, np.concatenate(school), np.concatenate(grade), year, 0), year)


def newcomers(size: Size, state: Organisations, school: np.ndarray, grade: np.ndarray, year: int, numbered: int) -> Students:
    """Return students who are new to the state's schools, numbered from `numbered` + 1 on."""
    chance = size.chance("newcomers", year)
    count = len(school)
    lea = state.schools["lea"].to_numpy()[school]
    shares = state.leas.select(f"race_{place}" for place in range(len(RACES))).to_numpy().cumsum(axis=1)
    race = (chance.random(count)[:, None] > shares[lea]).sum(axis=1).clip(max=len(RACES) - 1)
    race = np.where(chance.random(count) < 0.004, UNKNOWN_RACE, race).astype(np.int8)
    is_poor = chance.random(count) < state.schools["poverty"].to_numpy()[school]
    likely = np.array([0.03, 0.15, 0.03, 0.26, 0.10, 0.02, 0.04, 0.02])[race] + 0.05 * is_poor
    learner = np.where(chance.random(count) < likely, np.where(chance.random(count) < 0.15, LEARNER_FIRST_YEAR, LEARNER), LEARNER_NEVER)
    has_disability = chance.random(count) < 0.12 + 0.05 * is_poor
    local = size.chance("quality").normal(0, 0.12, state.schools.height)[school]
    skill = chance.normal(0.25, 0.72, count) + local - 0.5 * is_poor - 0.4 * (learner > 0) - 0.55 * has_disability
    skill += np.array([-0.15, 0.25, -0.2, -0.1, -0.05, 0.1, 0.05, 0.0])[race]
    return Students(
        number=np.arange(numbered + 1, numbered + count + 1, dtype=np.int64),
        school=school.astype(np.int32),
        grade=grade.astype(np.int8),
        race=race,
        sex=chance.choice(np.array([0, 1, 2], dtype=np.int8), count, p=[0.488, 0.51, 0.002]),
        is_poor=is_poor,
        learner=learner.astype(np.int8),
        has_disability=has_disability,
        is_gifted=chance.random(count) < np.clip(0.07 + 0.08 * skill, 0.005, 0.4),
        skill=skill.astype(np.float32),
        math_skill=(0.8 * skill + chance.normal(0, 0.42, count)).astype(np.float32),
        stay=np.zeros(count, np.int8),
        came_from=np.full(count, -1, np.int32),
    )


def in_year(size: Size, state: Organisations, students: Students, year: int) -> Students:
    """Return the students with who moves during the year: between schools, between LEAs, into the state and out of it."""
    chance = size.chance("in year", year)
    count = len(students.number)
    rates = np.array([0.0, 0.018, 0.016, 0.012, 0.014]) * (1 + students.is_poor[:, None])
    drawn = chance.random(count)
    stay = LEFT_EARLY - (drawn[:, None] >= rates[:, :0:-1].cumsum(axis=1)).sum(axis=1)
    places = Places(state, year)
    lea = state.schools["lea"].to_numpy()[students.school]
    other = chance.choice(state.leas.height, count, p=weights(state))
    origin = places.draw(chance, np.where(stay == FROM_OTHER_LEA, other, lea), students.grade)
    is_move = np.isin(stay, [FROM_OWN_LEA, FROM_OTHER_LEA])
    origin_lea = state.schools["lea"].to_numpy()[origin]
    # Who drew the school that they are at did not move; who drew the own LEA did not come from another.
    stays = is_move & ((origin == students.school) | (origin < 0))
    stay = np.where(stays, WHOLE_YEAR, np.where((stay == FROM_OTHER_LEA) & (origin_lea == lea), FROM_OWN_LEA, stay))
    came_from = np.where(np.isin(stay, [FROM_OWN_LEA, FROM_OTHER_LEA]), origin, -1)
    return replace(students, stay=stay.astype(np.int8), came_from=came_from.astype(np.int32))


def weights(state: Organisations) -> np.ndarray:
    """Return the share of each LEA in the students of the state."""
    students = state.leas["students"].to_numpy()
    return np.asarray(students / students.sum())


def next_year(size: Size, state: Organisations, students: Students, year: int) -> Students:
    """Return the students of the school year after theirs: a grade up, some elsewhere, some gone, new ones in their place."""
    chance = size.chance("students", year)
    staying = students.take((students.grade < max(GRADES)) & (students.stay != LEFT_EARLY) & (chance.random(len(students.number)) > 0.012))
    count = len(staying.number)
    places = Places(state, year)
    grade = staying.grade + 1
    successor = state.schools["successor"].to_numpy()
    is_open = state.open_in(year)
    school = np.where(is_open[staying.school], staying.school, successor[staying.school])
    lea = state.schools["lea"].to_numpy()[staying.school]
    moves_away = chance.random(count) < 0.015
    lea = np.where(moves_away, chance.choice(state.leas.height, count, p=weights(state)), lea)
    levels = np.array([{"elementary": 0, "middle": 1, "high": 2, "all": 3}[name] for name in state.schools["level"].to_list()])
    unfit = (levels[school] != 3) & (levels[school] != level_of(grade))
    changes = moves_away | unfit | (chance.random(count) < 0.02)
    school = np.where(changes, places.draw(chance, lea, grade), school)
    learner = np.where(staying.learner == LEARNER_FIRST_YEAR, LEARNER, staying.learner)
    learner = np.where((learner == LEARNER) & (chance.random(count) < 0.14), LEARNER_EXITED, learner)
    gain = chance.normal(0.0, 0.16, count).astype(np.float32)
    moved = replace(
        staying,
        grade=grade.astype(np.int8),
        school=school.astype(np.int32),
        learner=learner.astype(np.int8),
        is_poor=staying.is_poor ^ (chance.random(count) < 0.025),
        has_disability=staying.has_disability ^ (chance.random(count) < 0.008),
        skill=staying.skill + gain,
        math_skill=staying.math_skill + 0.7 * gain + chance.normal(0, 0.1, count).astype(np.float32),
    )
    moved = moved.take(moved.school >= 0)
    return in_year(size, state, moved.plus(arrivals(size, state, moved, year, int(students.number.max()))), year)


def arrivals(size: Size, state: Organisations, moved: Students, year: int, numbered: int) -> Students:
    """Return the new third graders and those who come from elsewhere, so that the state keeps its size."""
    chance = size.chance("arrivals", year)
    missing = max(size.students - len(moved.number), 0)
    third = min(size.students // len(GRADES), missing)
    grade = np.concatenate([np.full(third, GRADES[0]), chance.integers(GRADES[1], GRADES[-1] + 1, missing - third)])
    school = Places(state, year).draw(chance, chance.choice(state.leas.height, missing, p=weights(state)), grade)
    placed = school >= 0
    return newcomers(size, state, school[placed], grade[placed], year, numbered)
