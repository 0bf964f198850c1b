"""What the sample state's SEA pursues: goals, targets, initiatives with an effect that is known - of some it is none - and decisions on them."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from sealea.sample_state.organisations import STANDING, Organisations
from sealea.sample_state.size import STATE, Size


@dataclass(frozen=True)
class Initiative:
    """An initiative in schools of some levels: what it adds to the scores of a subject, in standard deviations of the third grade."""

    initiative_id: str
    name: str
    goal_code: str
    subject: str
    levels: tuple[str, ...]
    effect: float
    share: float
    grant_code: str


INITIATIVES = (
    Initiative("LIT-COACH", "Literacy coaches in elementary schools", "PM-2", "ELA", ("elementary", "all"), 0.18, 0.3, "TITLE2A"),
    Initiative("MATH-TUTOR", "High-dosage tutoring in mathematics", "PM-1", "MATH", ("middle", "all"), 0.12, 0.3, "TITLE1"),
    Initiative("MATH-APP", "Practice software for mathematics", "PM-1", "MATH", ("elementary",), 0.0, 0.35, ""),
    Initiative("READ-HOME", "Family reading program", "PM-2", "ELA", ("middle",), 0.0, 0.25, ""),
)
GOALS = (
    ("PM-1", "Students proficient in mathematics", "PM", "Chief Academic Officer", "quarterly"),
    ("PM-2", "Students proficient in English language arts", "PM", "Chief Academic Officer", "quarterly"),
    ("EQT-1", "Students in poverty meet no more inexperienced teachers than others", "EQT", "Director of Educator Talent", "half_yearly"),
    ("EQT-2", "Fewer inexperienced teachers", "EQT", "Director of Educator Talent", "half_yearly"),
    ("HQIM-1", "Every student learns with high-quality materials", "HQIM", "Director of Curriculum", "yearly"),
)

# Which goals the grants serve, and how many LEAs of a hundred say of their other money what it is for.
GRANT_GOALS = {"TITLE1": "PM-1 PM-2", "TITLE2A": "EQT-1 EQT-2", "IDEA": "PM-2"}
TAGGING = 85


def begins_in(size: Size) -> int:
    """Return the school year in which the initiatives begin: the second one, if there is one."""
    return size.school_years[min(1, size.years - 1)]


def takes_part(size: Size, state: Organisations, initiative: Initiative) -> np.ndarray:
    """Return which schools take part in the initiative, by row; none of them closes or opens."""
    schools = state.schools
    stands = ((schools["last_year"] == STANDING) & (schools["first_year"] < size.school_years[0])).to_numpy()
    drawn = size.lot(np.arange(schools.height), "takes part", initiative.initiative_id)
    return np.asarray(stands & schools["level"].is_in(initiative.levels).to_numpy() & (drawn < initiative.share))


def effect(size: Size, state: Organisations, subject: str, year: int) -> np.ndarray:
    """Return what the initiatives add to the scores of each school, in standard deviations of the third grade."""
    total = np.zeros(state.schools.height)
    for initiative in INITIATIVES:
        if initiative.subject == subject and year >= begins_in(size):
            total += initiative.effect * takes_part(size, state, initiative)
    return total


def goal_of_lines(size: Size, state: Organisations, lines: pl.DataFrame) -> pl.Series:
    """Return the goal that each line of `ledger.ledger_lines` names: what LEAs that tag pay of their own money for teaching, books and coaching."""
    leas = np.arange(state.leas.height)
    tags = pl.Series(size.lot(leas, "tags") * 100 < TAGGING).gather(lines["lea"])
    of_reading = state.schools["level"].is_in(["elementary", "all"]).gather(lines["school"].clip(0))
    is_own = tags & (pl.col("type") == "expenditure") & (pl.col("project") == "")
    is_teaching, code = pl.col("function") == "1000", pl.col("object")
    at_school = is_teaching & (pl.col("school") >= 0) | (pl.col("function") == "2220")
    subject = pl.when(of_reading).then(pl.lit("PM-2")).otherwise(pl.lit("PM-1"))
    goal = pl.when(is_teaching & (code == "640")).then(pl.lit("HQIM-1")).when(at_school).then(subject)
    goal = goal.when(pl.col("function") == "2210").then(pl.lit("EQT-2"))
    return lines.select(goal=pl.when(is_own).then(goal))["goal"]


def goals(size: Size) -> pl.DataFrame:
    """Return the goals as columns of the extract goal, all text."""
    start, end = str(size.school_years[0]), str(size.school_years[-1] + 3)
    columns = ("goal_code", "goal_name", "goal_area_code", "owner_role", "review_routine_code")
    frame = pl.DataFrame(GOALS, schema=dict.fromkeys(columns, pl.String), orient="row")
    return frame.with_columns(begin_year=pl.lit(start), end_year=pl.lit(end))


def initiatives(size: Size) -> pl.DataFrame:
    """Return the initiatives as columns of the extract initiative, all text."""
    rows = [
        {
            "initiative_id": one.initiative_id,
            "initiative_name": one.name,
            "goal_code": one.goal_code,
            "lead_org_id": STATE,
            "owner_role": "Chief Academic Officer",
            "begin_date": f"{begins_in(size) - 1}-07-01",
            "end_date": None,
            "status_code": "active",
            "evidence_tier_code": "2" if one.effect else "4",
            "indicator_id": "mean_scale_score",
            "minimum_effect": "0.0500",
            "grant_code": one.grant_code or None,
        }
        for one in INITIATIVES
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def sites(size: Size, state: Organisations) -> pl.DataFrame:
    """Return the schools of the initiatives as columns of the extract initiative_site, all text."""
    parts = []
    for one in INITIATIVES:
        school = np.flatnonzero(takes_part(size, state, one))
        fidelity = np.rint(100 * (0.6 + 0.4 * size.lot(school, "fidelity", one.initiative_id))).astype(int)
        parts.append(
            pl.DataFrame({"org_id": state.schools["school_id"].gather(school), "fidelity": fidelity}).select(
                pl.lit(one.initiative_id).alias("initiative_id"),
                "org_id",
                pl.lit(f"{begins_in(size) - 1}-08-15").alias("begin_date"),
                pl.lit(None, pl.String).alias("end_date"),
                pl.concat_str(pl.col("fidelity") // 100, pl.lit("."), (pl.col("fidelity") % 100).cast(pl.String).str.zfill(2)).alias(
                    "fidelity_share"
                ),
            )
        )
    return pl.concat(parts)


def decisions(size: Size) -> pl.DataFrame:
    """Return a decision on each initiative as columns of the extract initiative_decision, all text."""
    rows = [
        {
            "initiative_id": one.initiative_id,
            "decision_date": f"{begins_in(size)}-07-10",
            "decision_code": "continue" if one.effect else "adapt",
            "decided_by_role": "Chief Academic Officer",
            "evidence": None if one.effect else "No difference to other schools was found.",
            "due_date": f"{begins_in(size)}-09-30",
            "done_date": f"{begins_in(size)}-09-01" if one.effect else None,
        }
        for one in INITIATIVES
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def targets(size: Size, state: Organisations) -> pl.DataFrame:
    """Return the targets of the state's goals, and of its LEAs for mathematics, as columns of the extract goal_target, all text."""
    names = {code: (name, owner) for code, name, _, owner, _ in GOALS}
    start, end = size.school_years[0], size.school_years[-1] + 3

    def row(goal: str, indicator: str, org_id: str, values: tuple[str, str], **more: str) -> dict[str, str]:
        name, owner = names[goal]
        scope = {"subject_code": "ALL", "grade_code": "ALL", "subgroup_code": "ALL", "contrast_id": "NONE"} | more
        years = {"baseline_year": str(start), "baseline_value": values[0], "target_year": str(end), "target_value": values[1]}
        first = {"goal_code": goal, "goal_name": name, "indicator_id": indicator, "org_id": org_id}
        return first | scope | years | {"trajectory_code": "linear", "owner_role": owner}

    rows = [row("PM-1", "proficiency", org_id, ("0.42", "0.54"), subject_code="MATH") for org_id in (STATE, *state.leas["lea_id"])]
    rows.append(row("PM-2", "proficiency", STATE, ("0.40", "0.52"), subject_code="ELA"))
    rows.append(row("EQT-1", "exposure_gap", STATE, ("0.10", "0.02"), contrast_id="economic"))
    rows.append(row("EQT-2", "inexperienced_teachers", STATE, ("0.20", "0.12")))
    return pl.DataFrame(rows)
