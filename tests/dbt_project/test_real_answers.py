"""Real results of three districts and three years, which nobody here wrote, through every model, against the answers beside them.

The answers know nothing of our models: n_rows are all records, n_valid those with a score, sd divides by n - 1, percentages are of n_valid.
GRADE "ALL_D470" pools the grades of district 470. Scores of several grades are on several scales, so no indicator pools them
(indicators.md 1.6); what such a gap needs are sums of the cells, which is how they are compared here.
"""

import csv
import gzip
import math
import os
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from statistics import NormalDist
from typing import Any

import pytest

from sealea.settings import PROJECT

REAL = Path(os.environ.get("SHARED_DATA_DIR", PROJECT.parent / "shared/data")) / "sgpdata"
SUBJECTS = {"READING": "ELA", "MATHEMATICS": "MATH"}
LEVELS = {"Unsatisfactory": 1, "Partially Proficient": 2, "Proficient": 3, "Advanced": 4}
RACES = {
    "Hispanic": ("is_hispanic", "HI7"),
    "White": ("is_white", "WH7"),
    "Asian": ("is_asian", "AS7"),
    "African American": ("is_black", "BL7"),
    "Native American": ("is_american_indian", "AM7"),
}
SUBGROUPS = {name: code for name, (_, code) in RACES.items()} | {
    "Gender: Female": "F",
    "Gender: Male": "M",
    "Free Reduced Lunch: Yes": "ECODIS",
    "Free Reduced Lunch: No": "NECODIS",
    "ELL: Yes": "LEP",
    "ELL: No": "NLEP",
    "IEP: Yes": "WDIS",
    "IEP: No": "WODIS",
    "Gifted and Talented Program: Yes": "GT",
    "Gifted and Talented Program: No": "NGT",
}
FLAGS = {
    "is_economically_disadvantaged": "FREE_REDUCED_LUNCH_STATUS",
    "is_english_learner": "ELL_STATUS",
    "is_student_with_disability": "IEP_STATUS",
    "is_gifted": "GIFTED_AND_TALENTED_PROGRAM_STATUS",
    "is_full_academic_year_school": "SCHOOL_ENROLLMENT_STATUS",
    "is_full_academic_year_lea": "DISTRICT_ENROLLMENT_STATUS",
    "is_full_academic_year_state": "STATE_ENROLLMENT_STATUS",
}
ALIKE = {"abs": 1e-6, "rel": 0}


@dataclass(frozen=True)
class Cell:
    """The additive measures of one cell of test results."""

    enrolled: int
    tested: int
    proficient: int
    scores: int
    total: Decimal
    squares: Decimal

    @property
    def mean(self) -> Decimal:
        return self.total / self.scores

    @property
    def variance(self) -> Decimal:
        return (self.squares - self.total * self.total / self.scores) / (self.scores - 1)


def lea_of(record: dict[str, str]) -> str:
    return f"EX-{int(record['DISTRICT_NUMBER']):04d}"


def result(record: dict[str, str]) -> dict[str, object]:
    """Return the contract's columns of one record of the file."""
    has_score = record["ACHIEVEMENT_LEVEL"] != "No Score"
    grade = f"{int(record['GRADE']):02d}"
    return {
        "responsible_lea_id": lea_of(record),
        "responsible_school_id": f"{lea_of(record)}-{record['SCHOOL_NUMBER']}",
        "school_year": int(record["YEAR"][-4:]),
        "student_pid": record["ID"],
        "grade_enrolled_code": grade,
        "grade_tested_code": grade,
        "sex_code": SUBGROUPS[record["GENDER"]],
        **{column: race == record["ETHNICITY"] for race, (column, _) in RACES.items()},
        **{flag: record[column].endswith(": Yes") for flag, column in FLAGS.items()},
        "test_code": "STATE",
        "subject_code": SUBJECTS[record["CONTENT_AREA"]],
        "assessment_type_code": "REGULAR",
        "administration_code": "SPRING",
        "attempt_number": 1,
        "participation_code": "PARTICIPATED" if has_score else "NOT_TESTED",
        "reason_not_tested_code": None if has_score else "OTHER",
        "scale_score": record["SCALE_SCORE"] if has_score else None,
        "performance_level": LEVELS.get(record["ACHIEVEMENT_LEVEL"]),
    }


def enter(pin: Any) -> None:
    """Enter the file as each district would send it by year, and the SEA's directory with one region."""
    files = defaultdict(list)
    with gzip.open(REAL / "students_2021_2023.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for record in csv.DictReader(file):
            files[lea_of(record), int(record["YEAR"][-4:])].append(result(record))
    for (lea, year), rows in sorted(files.items()):
        pin.load(lea.lower(), "assessment_result", year, "close", list(rows[0]), (row.values() for row in rows))
    leas = sorted({lea for lea, _ in files})
    schools = sorted({str(row["responsible_school_id"]) for rows in files.values() for row in rows})
    directory = [("EX", "SEA", "Example State", None), ("EX-R1", "REGION", "Region", "EX")]
    directory += [(lea, "LEA", lea, "EX-R1") for lea in leas]
    directory += [(school, "SCHOOL", school, school.rpartition("-")[0]) for school in schools]
    pin.load("sea", "org_directory", 2023, "ref", ["org_id", "org_type_code", "org_name", "parent_org_id"], directory)


@pytest.fixture(scope="module")
def cells(query: Callable[..., Any]) -> dict[tuple[Any, ...], Cell]:
    """Return the cells by organisation, year, subject, grade and subgroup."""
    rows = query(
        """
        select org_id, school_year, subject_code, grade_code, subgroup_code,
            enrolled_count, tested_count, proficient_count, score_count, score_sum, score_sum_of_squares
        from restricted.fct_assessment_cell where subgroup_code <> 'UNKNOWN'
        """
    )
    return {row[:5]: Cell(*row[5:]) for row in rows}


@pytest.fixture(scope="module")
def values(query: Callable[..., Any]) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """Return value, numerator and denominator by indicator, organisation, year, subject, grade, subgroup and contrast."""
    rows = query(
        """
        select indicator_id, org_id, school_year, subject_code, grade_code, subgroup_code, contrast_id, value, numerator, denominator
        from restricted.indicator_value_restricted
        """
    )
    return {row[:7]: row[7:] for row in rows}


def answers(name: str) -> list[dict[str, str]]:
    with (REAL / f"answer_{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def scope(answer: dict[str, str], grade: str) -> tuple[int, str, str]:
    return int(answer["YEAR"][-4:]), SUBJECTS[answer["CONTENT_AREA"]], grade


def assert_alike(cell: Cell, answer: dict[str, str]) -> None:
    """Compare every column of an answer that a cell's sums give."""
    assert [cell.enrolled, cell.tested, cell.scores, cell.enrolled - cell.tested, cell.proficient] == [
        int(answer[name]) for name in ("n_rows", "n_valid", "n_valid", "n_noscore", "n_prof")
    ]
    found = (cell.mean, math.sqrt(cell.variance), Decimal(100 * cell.proficient) / cell.tested)
    assert [float(value) for value in found] == pytest.approx([float(answer[name]) for name in ("mean", "sd", "pct_prof")], **ALIKE)


def assert_indicators_alike(values: dict[tuple[Any, ...], Any], key: tuple[Any, ...], answer: dict[str, str]) -> None:
    """Compare participation, proficiency and mean as the indicators give them."""
    rows, valid, proficient = (Decimal(answer[name]) for name in ("n_rows", "n_valid", "n_prof"))
    assert values["participation", *key, "NONE"][1:] == (valid, rows)
    assert values["proficiency", *key, "NONE"][1:] == (proficient, valid)
    assert_alike_to_the_last_decimal(values["mean_scale_score", *key, "NONE"][0], answer["mean"])


def assert_alike_to_the_last_decimal(value: Decimal, answer: str, unit: int = 1) -> None:
    """Compare two numbers that were both rounded to six decimals of the unit, ties in two ways."""
    assert abs(value - Decimal(answer)) <= Decimal("0.000001") * unit


def test_every_year_subject_and_grade_equals_its_answer(cells: Any, values: Any) -> None:
    compared = 0
    for answer in answers("by_year_subject_grade"):
        key = ("EX", *scope(answer, f"{int(answer['GRADE']):02d}"), "ALL")
        assert_alike(cells[key], answer)
        assert_indicators_alike(values, key, answer)
        compared += 1
    assert compared == 48


def test_every_subgroup_of_a_grade_equals_its_answer(cells: Any, values: Any) -> None:
    compared = 0
    for answer in answers("by_year_subject_grade_subgroup"):
        key = ("EX", *scope(answer, f"{int(answer['GRADE']):02d}"), SUBGROUPS[answer["SUBGROUP"]])
        assert_alike(cells[key], answer)
        assert_indicators_alike(values, key, answer)
        compared += 1
    assert compared == 720


def test_every_subgroup_of_a_district_equals_its_answer(cells: Any, values: Any) -> None:
    compared = 0
    for answer in answers("by_year_subject_district_subgroup"):
        key = (lea_of(answer), *scope(answer, "ALL"), SUBGROUPS[answer["SUBGROUP"]])
        assert_alike(cells[key], answer)
        assert values["proficiency", *key, "NONE"][1:] == (Decimal(answer["n_prof"]), Decimal(answer["n_valid"]))
        compared += 1
    assert compared == 270


def test_the_medians_follow_from_the_score_counts(query: Any) -> None:
    """The mean of the two middle scores; the members of any dimension add to all students."""
    found = {
        row[:3]: row[3]
        for row in query(
            """
            with score as (
                select school_year, subject_code, grade_code, scale_score,
                    sum(sum(student_count)) over (partition by school_year, subject_code, grade_code order by scale_score) as reached,
                    sum(sum(student_count)) over (partition by school_year, subject_code, grade_code) as total
                from restricted.fct_score_count where org_id = 'EX' and subgroup_dimension_code = 'sex'
                group by school_year, subject_code, grade_code, scale_score
            )
            select school_year, subject_code, grade_code,
                (min(scale_score) filter (where reached * 2 >= total) + min(scale_score) filter (where reached * 2 > total)) / 2
            from score group by school_year, subject_code, grade_code
            """
        )
    }
    expected = {scope(answer, f"{int(answer['GRADE']):02d}"): Decimal(answer["median"]) for answer in answers("by_year_subject_grade")}

    assert len(expected) == 48
    assert found == expected


def place(answer: dict[str, str]) -> tuple[str, str]:
    """Return organisation and grade of a gap: the state by grade, or a district over its grades."""
    grade = answer["GRADE"]
    return (f"EX-{int(grade.removeprefix('ALL_D')):04d}", "ALL") if grade.startswith("ALL_D") else ("EX", f"{int(grade):02d}")


def pooled_areas(query: Callable[..., Any]) -> dict[tuple[Any, ...], float]:
    """Return the probability of winning a pair over all grades of an LEA, from the score counts by Mann and Whitney's rank sum."""
    rows = query(
        """
        with score as (
            select org_id, school_year, subject_code, contrast_id, scale_score,
                sum(student_count) filter (where subgroup_code = reference_subgroup_code) as reference, sum(student_count) as total
            from restricted.fct_score_count
            inner join intermediate.contrast using (subgroup_dimension_code)
            where subgroup_code in (reference_subgroup_code, focal_subgroup_code)
            group by org_id, school_year, subject_code, contrast_id, scale_score
        ),
        ranked as (
            select *, sum(total) over (partition by org_id, school_year, subject_code, contrast_id order by scale_score) - (total - 1) / 2 as mid_rank
            from score
        )
        select org_id, school_year, subject_code, contrast_id, sum(reference * mid_rank), sum(reference), sum(total) - sum(reference)
        from ranked group by org_id, school_year, subject_code, contrast_id
        """
    )
    return {row[:4]: float((rank_sum - n * (n + 1) / 2) / (n * m)) for *row, rank_sum, n, m in rows for row in [tuple(row)] if n and m}


def test_every_gap_equals_its_answer(query: Any, cells: Any, values: Any) -> None:
    contrasts = {
        (reference, focal): name
        for name, reference, focal in query("select contrast_id, reference_subgroup_code, focal_subgroup_code from intermediate.contrast")
    }
    shares = {
        row[:5]: float(row[5])
        for row in query(
            "select org_id, school_year, subject_code, grade_code, contrast_id, won_share from restricted.int_score_contrast__ranked where won_share is not null"
        )
    }
    pooled = pooled_areas(query)
    compared = 0
    for answer in answers("gaps"):
        org, grade = place(answer)
        key, sides = (org, *scope(answer, grade)), (SUBGROUPS[answer["REF"]], SUBGROUPS[answer["FOCAL"]])
        reference, focal = (cells[(*key, side)] for side in sides)
        contrast = contrasts[sides]
        area = shares[(*key, contrast)] if grade != "ALL" else pooled[(*key[:3], contrast)]
        found = gap(reference, focal) | {"auc": area, "V": math.sqrt(2) * NormalDist().inv_cdf(area)}
        assert found == pytest.approx({name: float(answer[name]) for name in found}, **ALIKE), answer

        assert_alike_to_the_last_decimal(100 * values["gap_percentage_point", *key, "ALL", contrast][0], answer["gap_pp"], unit=100)
        if grade != "ALL":
            assert_alike_to_the_last_decimal(values["gap_g", *key, "ALL", contrast][0], answer["hedges_g"])
            assert_alike_to_the_last_decimal(values["gap_v", *key, "ALL", contrast][0], answer["V"])
        compared += 1
    assert compared == 396


def gap(reference: Cell, focal: Cell) -> dict[str, float]:
    """Return the columns of a gap that follow from the sums of its two cells (indicators.md 1.5, 1.6)."""
    freedom = reference.scores + focal.scores - 2
    pooled = math.sqrt(((reference.scores - 1) * reference.variance + (focal.scores - 1) * focal.variance) / freedom)
    cohen_d = float(reference.mean - focal.mean) / pooled
    shares = [float(Decimal(100 * cell.proficient) / cell.tested) for cell in (reference, focal)]
    return {
        "n_ref": reference.scores,
        "n_focal": focal.scores,
        "mean_ref": float(reference.mean),
        "mean_focal": float(focal.mean),
        "gap_mean": float(reference.mean - focal.mean),
        "sd_pooled": pooled,
        "cohen_d": cohen_d,
        "hedges_g": cohen_d * (1 - 3 / (4 * freedom - 1)),
        "pct_prof_ref": shares[0],
        "pct_prof_focal": shares[1],
        "gap_pp": shares[0] - shares[1],
    }


def test_readers_see_the_rounded_restricted_values_and_nothing_of_withheld_ones(query: Any) -> None:
    """Half of a unit of the last decimal shown, and the same rows on both sides of every indicator that is not restricted as a whole."""
    ((rows, shown, apart, told, unequal_keys),) = query(
        """
        select count(*), count(shown.value),
            count(*) filter (where shown.reason_code is null and shown.value is distinct from round(kept.value, register.decimals)),
            count(*) filter (where kept.reason_code is not null and num_nonnulls(
                shown.value, shown.numerator, shown.denominator, shown.standard_error) > 0
                or kept.reason_code <> 'USE_UNKNOWN' and num_nonnulls(shown.interval_low, shown.interval_high, shown.n) > 0),
            count(*) filter (where (shown.indicator_id is null) or (kept.indicator_id is null))
        from candidate.indicator_value as shown
        full join restricted.indicator_value_restricted as kept
            using (indicator_id, org_id, school_year, subject_code, grade_code, subgroup_code, contrast_id, facet)
        left join candidate.dim_indicator as register using (indicator_id)
        where register.mart_name = 'indicator_value'
        """
    )
    assert rows > shown > 10_000
    assert (apart, told, unequal_keys) == (0, 0, 0)
