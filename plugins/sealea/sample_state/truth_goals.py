"""What is true of goals: where each stands against its trajectory, and whether money goes where the need is (indicators.md 1.10, 5.6, 6)."""

from typing import Any

import polars as pl

from sealea.sample_state.accounts import FEDERAL
from sealea.sample_state.organisations import Organisations
from sealea.sample_state.reform import GRANT_GOALS, targets
from sealea.sample_state.results import has_new_scale
from sealea.sample_state.size import STATE, Size
from sealea.sample_state.truth_table import ABOVE_SCHOOLS, placed

DIRECTIONS = {"proficiency": 1, "exposure_gap": -1, "inexperienced_teachers": -1}
SHARES = ("proficiency", "inexperienced_teachers")  # of which n says how far chance moves them
SCOPE = ["indicator_id", "org_id", "subject_code", "grade_code", "subgroup_code", "contrast_id"]
STATUSES = ("Red", "Amber-Red", "Amber-Green", "Green")
ALMOST, HALF, NOISE = 0.85, 0.5, 1.645
MOST_UNTAGGED = 0.3
GOAL = {
    **dict.fromkeys(("goal_code", *SCOPE), pl.String),
    "school_year": pl.Int64,
    "trajectory_value": pl.Float64,
    "actual_value": pl.Float64,
    "progress_ratio": pl.Float64,
    "z_score": pl.Float64,
    "required_annual_progress": pl.Float64,
    "status_code": pl.String,
}


def goals(size: Size, state: Organisations, values: pl.DataFrame) -> pl.DataFrame:
    """Return where each goal stands in each year after its baseline, the columns of GOAL; a value of an earlier year stands in for a missing one."""
    known = values.filter((pl.col("facet") == "NONE") & pl.col("indicator_id").is_in(list(DIRECTIONS)))
    actual = {(*row[:6], row[6]): row[7:] for row in known.select(*SCOPE, "school_year", "value", "n").iter_rows()}
    rows = []
    for target in targets(size, state).to_dicts():
        scope, status = tuple(target[name] for name in SCOPE), None
        begin, end = int(target["baseline_year"]), int(target["target_year"])
        base, aim, direction = float(target["baseline_value"]), float(target["target_value"]), DIRECTIONS[target["indicator_id"]]
        for year in range(begin + 1, size.school_years[-1] + 1):
            measured = max((past for past in range(begin + 1, year + 1) if (*scope, past) in actual), default=None)
            way = base + (aim - base) * (min(measured or year, end) - begin) / (end - begin)
            if measured is None:
                status = None
                rows.append((target["goal_code"], *scope, year, way, None, None, None, None, None))
                continue
            if is_broken(size, target, begin, measured):
                rows.append((target["goal_code"], *scope, year, way, None, None, None, None, None))
                continue
            value, n = actual[*scope, measured]
            value = round(value, 6)  # as it is stored
            error = round((value * (1 - value) / n) ** 0.5, 6) if target["indicator_id"] in SHARES else 0.0
            z = (value - way) / error if error > 0 else None
            ratio = (value - base) / (way - base) if direction * (way - base) > 0 else None
            is_on_track = min(direction * (value - way), direction * (value - base)) >= -1e-9
            status = graded(ratio, is_on_track=is_on_track, is_stale=year - measured > 1, z=z, before=status)
            rap = (aim - value) / (end - year) if end > year else None
            rows.append((target["goal_code"], *scope, year, way, value, ratio, z, rap, STATUSES[status - 1]))
    return pl.DataFrame(rows, schema=GOAL, orient="row")


def graded(ratio: float | None, *, is_on_track: bool, is_stale: bool, z: float | None, before: int | None) -> int:
    """Return the status of a goal, 1 Red to 4 Green (6.1); what chance may explain moves it by one step (6.2)."""
    share = -1.0 if ratio is None else ratio
    grade = max(1, (4 if is_on_track else 3 if share >= ALMOST else 2 if share >= HALF else 1) - is_stale)
    if before is not None and z is not None and abs(z) < NOISE:
        return max(min(grade, before + 1), before - 1)
    return grade


def alignment(size: Size, state: Organisations, lines: pl.DataFrame, values: pl.DataFrame, enrolled: pl.DataFrame) -> pl.DataFrame:
    """Return how far money goes where the need is (5.6): org_id, school_year, untagged_share and alignment_index, NULL where much has no goal.

    `lines` is expenditure with the `goal` that each names, `is_current` and `is_final`.
    """
    is_bound = pl.col("function").str.contains("^(26|27|31)") | (pl.col("program").str.starts_with("2") & ~pl.col("project").is_in(FEDERAL))
    free = lines.filter(pl.col("is_current") & pl.col("is_final") & ~is_bound).drop("school")
    weights = [(grant, goal, 1 / len(codes.split())) for grant, codes in GRANT_GOALS.items() for goal in codes.split()]
    of_grants = pl.DataFrame(weights, schema=["project", "of_grant", "weight"], orient="row")
    named = free.filter(pl.col("goal").is_not_null()).with_columns(weight=pl.lit(1.0))
    by_grant = free.filter(pl.col("goal").is_null()).join(of_grants, on="project", how="left")
    by_grant = by_grant.with_columns(goal=pl.col("of_grant").fill_null("UNTAGGED"), weight=pl.col("weight").fill_null(1.0)).drop("of_grant")
    tagged = placed(state, pl.concat([named, by_grant.select(named.columns)]).with_columns(usd=pl.col("cents") / 100 * pl.col("weight")))
    need = needs(size, state, values, enrolled)
    rows = []
    for column in ABOVE_SCHOOLS:
        sums = tagged.group_by(pl.col(column).alias("org_id"), "school_year", "goal").agg(pl.col("usd").sum())
        for (org_id, year), group in sums.group_by("org_id", "school_year"):
            money = dict(group.select("goal", "usd").iter_rows())
            whole, untagged = sum(money.values()), money.pop("UNTAGGED", 0.0)
            if whole > 0 and min(*money.values(), untagged, 0.0) >= 0:
                rows.append((org_id, year, untagged / whole, index(money, need.get((org_id, year), {}), untagged / whole)))
    schema = {"org_id": pl.String, "school_year": pl.Int64, "untagged_share": pl.Float64, "alignment_index": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row").sort("org_id", "school_year")


def index(money: dict[str, float], need: dict[str, float], untagged: float) -> float | None:
    """Return 1 less half the distance between the shares of money and of need; None where money without a goal is too much, or need unknown."""
    spent, needed = sum(money.values()), sum(need.values())
    if untagged > MOST_UNTAGGED or spent <= 0 or needed <= 0:
        return None
    return 1 - sum(abs(money.get(goal, 0) / spent - need.get(goal, 0) / needed) for goal in money.keys() | need.keys()) / 2


def needs(size: Size, state: Organisations, values: pl.DataFrame, enrolled: pl.DataFrame) -> dict[tuple[str, int], dict[str, float]]:
    """Return by organisation and year what each goal needs: the part of the way that is left, times students.

    The state's goals are everybody's; a gap between rich and poor is about the poor.
    """
    located = placed(state, enrolled)
    students: dict[tuple[str, int], dict[str, int]] = {}
    for column in ABOVE_SCHOOLS:
        sums = located.group_by(column, "school_year").agg(pl.col("students", "poor").sum())
        students |= {(org_id, year): {"NONE": count, "economic": poor} for org_id, year, count, poor in sums.iter_rows()}
    known = values.filter((pl.col("facet") == "NONE") & pl.col("indicator_id").is_in(list(DIRECTIONS)))
    actual = {(*row[:6], row[6]): row[7] for row in known.select(*SCOPE, "school_year", "value").iter_rows()}
    need: dict[tuple[str, int], dict[str, float]] = {}
    for target in targets(size, state).filter(pl.col("org_id") == STATE).to_dicts():
        base, aim, begin = float(target["baseline_value"]), float(target["target_value"]), int(target["baseline_year"])
        for (org_id, year), counts in students.items():
            value = actual.get((*(org_id if name == "org_id" else target[name] for name in SCOPE), year))
            if value is not None and year > begin and not is_broken(size, target, begin, year):
                left = max(DIRECTIONS[target["indicator_id"]] * (aim - value), 0) / abs(aim - base)
                need.setdefault((org_id, year), {})[target["goal_code"]] = left * counts[target["contrast_id"]]
    return need


def is_broken(size: Size, target: dict[str, Any], begin: int, year: int) -> bool:
    """Return whether a new standard lies between two years: it makes nobody better or worse, so shares on either side are not compared."""
    before, after = (has_new_scale(size, target["subject_code"], one) for one in (begin, year))
    return target["indicator_id"] == "proficiency" and before != after
