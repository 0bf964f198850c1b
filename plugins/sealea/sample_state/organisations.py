"""The regions, LEAs and schools of the sample state: sizes, poverty, and what happens to schools over the years."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from sealea.sample_state.size import STATE, Size

# Grades of each level of school, first and last; the students whom a school of the level usually has.
LEVELS = {"elementary": (3, 5, 360), "middle": (6, 8, 620), "high": (9, 12, 1050), "all": (3, 12, 180)}
GRADES = range(3, 13)
STANDING = 9999  # the last year of a school that does not close
NAMES = ("River", "Lake", "Hill", "Harbor", "Prairie", "Cedar", "Stone", "Maple", "Eagle", "Valley", "Summit", "Willow", "Granite", "Meadow", "Pine")
RACES = ("AM7", "AS7", "BL7", "HI7", "PI7", "WH7", "MU7")
USUAL_RACES = (0.02, 0.06, 0.16, 0.24, 0.01, 0.46, 0.05)

Row = dict[str, Any]


@dataclass(frozen=True)
class Organisations:
    """Regions, LEAs and schools. `schools` has one row per school that ever existed, `first_year` and `last_year` inclusive.

    leas: lea_id, region_id, name, weight, poverty (share), race_1 .. race_7 (shares), size_cost (factor), is_charter.
    schools: school_id, lea (row of leas), level, name, renamed (name from `renamed_in` on), capacity, poverty, is_charter,
    first_year, last_year, successor (row of schools, -1 for none).
    """

    regions: pl.DataFrame
    leas: pl.DataFrame
    schools: pl.DataFrame

    def open_in(self, year: int) -> np.ndarray:
        """Return which schools are open in the school year, by row."""
        return np.asarray((self.schools["first_year"] <= year) & (self.schools["last_year"] >= year))


def organisations(size: Size) -> Organisations:
    """Return the organisations of a state of this size."""
    chance = size.chance("organisations")
    region_count = max(1, min(round(0.65 * size.leas**0.5), size.leas))
    width = max(2, len(str(-(-size.leas // region_count))))
    regions = pl.DataFrame({"region_id": [f"{STATE}-R{number:02d}" for number in range(1, region_count + 1)]}).with_columns(
        (pl.lit("Service Agency ") + pl.col("region_id").str.slice(4)).alias("name")
    )
    leas = lea_table(size, chance, region_count, width)
    return Organisations(regions, leas, with_events(size, chance, school_table(chance, leas)))


def lea_table(size: Size, chance: np.random.Generator, region_count: int, width: int) -> pl.DataFrame:
    """Return the LEAs: sizes are log-normal, down to one small school."""
    region = np.arange(size.leas) % region_count
    number = np.arange(size.leas) // region_count + 1
    weight = np.exp(chance.normal(0, 1.15, size.leas))
    weight /= weight.sum()
    mixed = chance.dirichlet(np.array(USUAL_RACES) * 9, size.leas)
    students = np.maximum(weight * size.students, 40)
    is_charter = (students < 600) & (chance.random(size.leas) < 0.25)
    word = chance.integers(0, len(NAMES), size.leas)
    kind = np.where(is_charter, "Charter Academy", np.where(students < 400, "Consolidated Schools", "Unified Schools"))
    ids = [f"{STATE}-{place + 1:02d}{count:0{width}d}" for place, count in zip(region, number, strict=True)]
    return pl.DataFrame(
        {
            "lea_id": ids,
            "region": region,
            "name": [f"{NAMES[place]} {label} {lea[3:]}" for place, label, lea in zip(word, kind, ids, strict=True)],
            "students": students,
            "poverty": 1 / (1 + np.exp(-chance.normal(-0.25, 0.8, size.leas))),
            **{f"race_{place}": mixed[:, place] for place in range(len(RACES))},
            "size_cost": 1 + 6 / (students**0.5 + 8),
            "wealth": chance.normal(0, 1, size.leas),
            "is_charter": is_charter,
        }
    ).sort("lea_id")


def school_table(chance: np.random.Generator, leas: pl.DataFrame) -> pl.DataFrame:
    """Return the schools as they are in the first year; a small LEA has one for all grades."""
    rows = []
    for lea, (lea_id, name, students, poverty, is_charter) in enumerate(
        leas.select("lea_id", "name", "students", "poverty", "is_charter").iter_rows()
    ):
        parts = [("all", 1, students)] if students < 2 * LEVELS["all"][2] else []
        for level in () if parts else ("elementary", "middle", "high"):
            first, last, usual = LEVELS[level]
            enrolled = students * (last - first + 1) / len(GRADES)
            parts.append((level, max(1, round(enrolled / usual)), enrolled))
        number = 0
        for level, count, enrolled in parts:
            shares = np.exp(chance.normal(0, 0.25, count))
            for capacity in enrolled * shares / shares.sum():
                number += 1
                logit = np.log(poverty / (1 - poverty)) + chance.normal(0, 0.55)
                inside = bool(chance.random() < 0.03) and level == "elementary"
                label = "School" if level == "all" else level.title()
                rows.append(
                    (
                        f"{lea_id}-{number:03d}",
                        lea,
                        level,
                        f"{name.split()[0]} {label} {number}",
                        capacity,
                        1 / (1 + np.exp(-logit)),
                        is_charter or inside,
                    )
                )
    schema = ["school_id", "lea", "level", "name", "capacity", "poverty", "is_charter"]
    return pl.DataFrame(rows, schema=schema, orient="row")


def with_events(size: Size, chance: np.random.Generator, schools: pl.DataFrame) -> pl.DataFrame:
    """Return the schools with those that close, merge, open and take another name, in LEAs that have several of the level."""
    years = size.school_years
    always = {"first_year": years[0] - 20, "last_year": STANDING, "successor": -1, "renamed_in": STANDING}
    rows = [{**row, **always, "new_name": row["name"]} for row in schools.to_dicts()]
    groups: dict[tuple[int, str], list[int]] = {}
    for place, row in enumerate(rows):
        groups.setdefault((row["lea"], row["level"]), []).append(place)
    counts = dict(schools.group_by("lea").len().iter_rows())
    for year in years[1:]:
        for places in list(groups.values()):
            standing = [place for place in places if rows[place]["last_year"] == STANDING and rows[place]["first_year"] < year]
            happens(chance, rows, places, standing, counts, year)
    return pl.DataFrame(rows, infer_schema_length=None)


def happens(chance: np.random.Generator, rows: list[Row], places: list[int], standing: list[int], counts: dict[int, int], year: int) -> None:
    """Let something happen, or nothing, to the schools of one LEA and level before the school year begins."""
    drawn = chance.random()
    if drawn < 0.06 and len(standing) >= 3:  # two merge into a new one
        gone = [standing[at] for at in chance.choice(len(standing), 2, replace=False)]
        capacity = sum(rows[place]["capacity"] for place in gone)
        poverty = sum(rows[place]["capacity"] * rows[place]["poverty"] for place in gone) / capacity
        opened(rows, rows[gone[0]], counts, year)
        rows[-1] |= {"capacity": capacity, "poverty": poverty}
        places.append(len(rows) - 1)
        for place in gone:
            rows[place] |= {"last_year": year - 1, "successor": len(rows) - 1}
    elif 0.06 <= drawn < 0.13 and len(standing) >= 2:  # one closes, another takes its students
        closed, heir = (standing[at] for at in chance.choice(len(standing), 2, replace=False))
        rows[closed] |= {"last_year": year - 1, "successor": heir}
    elif 0.13 <= drawn < 0.17 and standing:  # one opens
        opened(rows, rows[standing[0]], counts, year)
        rows[-1] |= {"capacity": rows[-1]["capacity"] * 0.6}
        places.append(len(rows) - 1)
    elif 0.17 <= drawn < 0.20 and standing:
        rows[standing[0]] |= {"renamed_in": year, "new_name": f"New {rows[standing[0]]['name']}"}


def opened(rows: list[Row], model: Row, counts: dict[int, int], year: int) -> None:
    """Add a school like another one that opens in the year."""
    counts[model["lea"]] += 1
    number = counts[model["lea"]]
    name = f"{model['name'].rsplit(' ', 1)[0]} {number}"
    own = {"school_id": f"{model['school_id'][:-3]}{number:03d}", "name": name, "new_name": name, "first_year": year}
    rows.append({**model, **own, "last_year": STANDING, "successor": -1, "renamed_in": STANDING})
