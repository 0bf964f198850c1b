"""The instructional materials of the sample state: the SEA's list, what each LEA teaches with, and the time that goes into them."""

import numpy as np
import polars as pl

from sealea.sample_state.organisations import GRADES, Organisations
from sealea.sample_state.size import Size
from sealea.sample_state.staff import dollars
from sealea.sample_state.students import Students

SUBJECTS = ("ELA", "MATH")
BANDS = ((3, 5), (6, 8), (9, 12))
# Products of each subject and band: title, publisher, rating, whether of high quality, when the state listed it.
PRODUCTS = (
    ("Open Paths", "Commons Press", "green", "Y", "2021-03-01"),
    ("Clear Steps", "Harbor Learning", "green", "Y", "2023-03-01"),
    ("Classic Course", "Granite House", "yellow", "N", "2020-03-01"),
    ("Everyday Practice", "Old Mill Books", "red", "N", "2020-03-01"),
)
LOCAL = len(PRODUCTS)
CLASS_SIZE = 24
BAND_OF_LEARNING = 0  # the grades whose materials teachers learn about
TELLING = 70  # LEAs of a hundred who tell what they spend on materials


def product_id(subject: str, band: int, product: int) -> str:
    """Return the state's id of a product, LOCAL for what an LEA made."""
    return "LOCAL" if product == LOCAL else f"{subject}{BANDS[band][0]}-{product + 1}"


def listed() -> pl.DataFrame:
    """Return the SEA's list as columns of the extract material, all text."""
    rows = [
        {
            "product_id": product_id(subject, band, place),
            "product_title": f"{title} {subject.title()} {low}-{high}",
            "publisher_name": publisher,
            "edition": "2",
            "published_year": day[:4],
            "subject_code": subject,
            "grade_low_code": f"{low:02d}",
            "grade_high_code": f"{high:02d}",
            "material_type_code": "core",
            "rating_source_code": "state",
            "rating_code": rating,
            "rating_date": day,
            "is_high_quality": quality,
            "listed_date": day,
        }
        for subject in SUBJECTS
        for band, (low, high) in enumerate(BANDS)
        for place, (title, publisher, rating, quality, day) in enumerate(PRODUCTS)
    ]
    return pl.DataFrame(rows)


def chosen(size: Size, state: Organisations, subject: str, band: int, year: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the product (row of PRODUCTS, LOCAL) of each LEA for a subject and band, and since which school year it has it.

    More LEAs turn to products of high quality every year, the wealthy ones first.
    """
    leas = np.arange(state.leas.height)
    drawn = size.lot(leas, "product", subject, band)
    ready = size.lot(leas, "turns", subject, band) + 0.25 * state.leas["poverty"].to_numpy()
    turned = np.clip(np.floor(2020 + 8 * ready), 2022, None).astype(int)
    old = np.where(drawn < 0.35, 2, np.where(drawn < 0.65, 3, LOCAL))
    product = np.where(turned <= year, (drawn * 1000).astype(int) % 2, old)
    return product, np.where(turned <= year, turned, 2019)


def adoptions(size: Size, state: Organisations, enrolled: Students, year: int) -> pl.DataFrame:
    """Return what the LEAs teach with, one row per LEA, subject and grade that has students: lea, subject, band, grade, product, since, students."""
    lea = state.schools["lea"].to_numpy()[enrolled.school]
    counts = np.zeros((state.leas.height, max(GRADES) + 1), dtype=np.int64)
    np.add.at(counts, (lea, enrolled.grade), 1)
    parts = []
    for subject in SUBJECTS:
        for band, (low, high) in enumerate(BANDS):
            product, since = chosen(size, state, subject, band, year)
            for grade in range(low, high + 1):
                at = np.flatnonzero(counts[:, grade])
                told = {"subject": subject, "band": band, "grade": grade}
                parts.append(
                    pl.DataFrame({"lea": at, "product": product[at], "since": since[at], "students": counts[at, grade]}).with_columns(
                        **{name: pl.lit(value) for name, value in told.items()}
                    )
                )
    whole = pl.concat(parts).sort("lea", "subject", "grade")
    usage = size.lot(whole["lea"].to_numpy() * 100 + whole["grade"].to_numpy(), "usage", year)
    hours = (10 + 50 * size.lot(whole["lea"].to_numpy() * 100 + whole["grade"].to_numpy(), "hours", year)).astype(int)
    each = (1_500 + 2_500 * size.lot(whole["lea"].to_numpy(), "spent on materials", year)).astype(int)
    tells = pl.Series(size.lot(whole["lea"].to_numpy(), "tells spending") * 100 < TELLING)
    spent = (whole["students"] * pl.Series(each)).set(~tells, None)
    logged = np.where(usage < 0.5, "met", np.where(usage < 0.75, "not_met", "unknown"))
    return whole.with_columns(usage=pl.Series(logged), hours=pl.Series(hours), cents=spent)


def adoption_file(state: Organisations, rows: pl.DataFrame, year: int) -> pl.DataFrame:
    """Return rows of `adoptions` as columns of the extract material_adoption, all of them text."""
    is_local = pl.col("product") == LOCAL
    names = {f"{subject} {band} {place}": product_id(subject, band, place) for subject in SUBJECTS for band in range(3) for place in range(LOCAL + 1)}
    key = pl.concat_str("subject", pl.lit(" "), "band", pl.lit(" "), "product")
    return rows.select(
        state.leas["lea_id"].gather(rows["lea"]).alias("lea_id"),
        pl.lit(str(year)).alias("school_year"),
        pl.lit("000").alias("school_id"),
        pl.col("subject").alias("subject_code"),
        pl.col("grade").cast(pl.String).str.zfill(2).alias("grade_code"),
        key.replace_strict(names, return_dtype=pl.String).alias("product_id"),
        pl.when(is_local).then(pl.lit("Units of our own")).alias("local_title"),
        pl.lit("adopted").alias("status_code"),
        pl.lit("Y").alias("is_required"),
        pl.concat_str(pl.col("since") - 1, pl.lit("-06-01")).alias("adopted_date"),
        sections("students").cast(pl.String).alias("section_count"),
        pl.col("students").cast(pl.String).alias("student_count"),
        pl.col("usage").alias("usage_code"),
        pl.concat_str("hours", pl.lit(".00")).alias("pl_hours"),
        pl.lit("contract").alias("evidence_code"),
        dollars("cents").alias("spending_usd"),
    )


def sections(students: str) -> pl.Expr:
    """Return how many sections so many students make."""
    return (pl.col(students) + CLASS_SIZE - 1) // CLASS_SIZE


# Activity, kind, subject, hours offered, share of teachers or students who take part, goal, who offers it.
ACTIVITIES = (
    ("PL-ELA", "professional_learning", "ELA", 24, 0.55, "PM-2", "publisher"),
    ("PL-MATH", "professional_learning", "MATH", 24, 0.45, "PM-1", "region"),
    ("COACH", "coaching", "ELA", 30, 0.2, "PM-2", "lea"),
    ("TEAMS", "collaboration", None, 36, 0.9, None, "lea"),
    ("TUTOR", "intervention", "MATH", 40, 0.08, "PM-1", "lea"),
)


def time_use(size: Size, state: Organisations, enrolled: Students, year: int) -> pl.DataFrame:
    """Return the time of staff and students that went into activities as columns of the extract time_use, all text, `lea` in front."""
    students = np.bincount(state.schools["lea"].to_numpy()[enrolled.school], minlength=state.leas.height)
    leas = np.arange(state.leas.height)
    parts = []
    for activity, kind, subject, hours, share, goal, provider in ACTIVITIES:
        of_students = kind == "intervention"
        drawn = 0.7 + 0.3 * size.lot(leas, "time", activity, year)
        people = np.maximum(np.rint((students if of_students else students / 15) * share * drawn), 1).astype(int)
        spent = np.rint(people * hours * (0.5 + 0.5 * size.lot(leas, "attended", activity, year))).astype(int)
        constants = {
            "school_year": str(year), "school_id": "000", "activity_id": f"{activity}-{year}", "activity_name": activity.title(),
            "time_kind_code": kind, "subject_code": subject, "begin_date": f"{year - 1}-09-01", "end_date": f"{year}-05-31",
            "offered_hours": f"{hours}.00", "goal_code": goal, "provider_code": provider,
        }  # fmt: skip
        counted = {"participant_count": people, "participant_hours": spent, "full_dose_count": people * 2 // 3}
        frame = pl.DataFrame({"lea": leas, "lea_id": state.leas["lea_id"], **counted, "product_id": learnt(size, state, kind, subject, year)})
        told = (pl.lit(value, pl.String).alias(name) for name, value in constants.items())
        parts.append(frame.select("lea", "lea_id", *told, *(pl.col(name).cast(pl.String) for name in counted), "product_id"))
    return pl.concat(parts).sort("lea", maintain_order=True)


def learnt(size: Size, state: Organisations, kind: str, subject: str | None, year: int) -> pl.Series:
    """Return the product of the LEA that learning and coaching in a subject is about; NULL for other time and materials of the LEA's own."""
    if subject is None or kind not in ("professional_learning", "coaching"):
        return pl.Series([None] * state.leas.height, dtype=pl.String)
    product, _ = chosen(size, state, subject, BAND_OF_LEARNING, year)
    return pl.Series([product_id(subject, BAND_OF_LEARNING, place) if place != LOCAL else None for place in product.tolist()], dtype=pl.String)
