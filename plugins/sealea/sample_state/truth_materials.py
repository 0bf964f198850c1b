"""What is true of instructional materials: who has them, uses them, pays for them and learns about them (indicators.md 4)."""

from dataclasses import dataclass, field

import polars as pl

from sealea.sample_state.materials import BANDS, PRODUCTS, SUBJECTS, product_id
from sealea.sample_state.organisations import Organisations
from sealea.sample_state.truth_table import ABOVE_SCHOOLS, placed, told

HIGH_QUALITY = [
    product_id(subject, band, place) for subject in SUBJECTS for band in range(len(BANDS)) for place, told in enumerate(PRODUCTS) if told[3] == "Y"
]
LISTED_YEAR = 2021  # the school year of the first listing of a product of high quality
BAND_CODES = ("ELEMENTARY", "MIDDLE", "HIGH")
MOST = 0.8
BOOKS = ("640", "641", "642", "643", "644", "645", "650", "735")
LEARNING = ("professional_learning", "coaching")


@dataclass
class Materials:
    """Adoptions and the time that goes into them, as they are gathered year by year."""

    state: Organisations
    adoptions: list[pl.DataFrame] = field(default_factory=list)
    time: list[pl.DataFrame] = field(default_factory=list)

    def add(self, rows: pl.DataFrame, sent: pl.DataFrame, lost: object, year: int) -> None:
        """Take in the adoptions that counted: rows of `materials.adoptions`, and the same as they were sent."""
        counts = {name: sent[f"{name}_count"].cast(pl.Int64) for name in ("section", "student")}
        frame = rows.select("lea", "subject", "band", "grade").with_columns(
            **counts,
            product=sent["product_id"],
            usage=sent["usage_code"],
            usd=sent["spending_usd"].cast(pl.Float64),
            school_year=pl.lit(year, pl.Int64),
        )
        kept = frame.filter(~pl.Series(lost)).with_columns(is_good=pl.col("product").is_in(HIGH_QUALITY))
        self.adoptions.append(kept.with_columns(pl.col("lea").cast(pl.Int64)))

    def add_time(self, sent: pl.DataFrame, year: int) -> None:
        """Take in the use of time that counted, as it was sent, with `lea`."""
        hours = {name: pl.col(f"participant_{name}").cast(pl.Float64) for name in ("hours", "count")}
        self.time.append(
            sent.select(
                pl.col("lea").cast(pl.Int64), kind="time_kind_code", product="product_id", goal="goal_code", **hours,
                full=pl.col("full_dose_count").cast(pl.Float64), school_year=pl.lit(year, pl.Int64),
            )
        )  # fmt: skip

    def values(self, enrolled: pl.DataFrame, grades: pl.DataFrame, lines: pl.DataFrame) -> list[pl.DataFrame]:
        """Return the values of the indicators; `lines` is expenditure with `is_final` and cents, `enrolled` students by school, `grades` by grade."""
        frame = placed(self.state, pl.concat(self.adoptions))
        shares = by_scope(frame)
        parts = [
            *access(shares),
            lag(shares),
            *self.learning(frame),
            *spending(self.state, frame, lines, enrolled),
            *equity(self.state, frame, enrolled, grades),
        ]
        return [told(part) for part in parts]

    def learning(self, frame: pl.DataFrame) -> list[pl.DataFrame]:
        """Return the part of learning and coaching that is about a material of high quality of the LEA, and who got all of it (4.5)."""
        own = frame.filter("is_good").select("lea", "school_year", "product").unique().with_columns(is_linked=pl.lit(value=True))
        time = placed(self.state, pl.concat(self.time).filter(pl.col("kind").is_in(LEARNING)))
        linked = time.join(own, on=["lea", "school_year", "product"], how="left").with_columns(pl.col("is_linked").fill_null(value=False))
        parts = []
        for column in ABOVE_SCHOOLS:
            named = [pl.col(name).filter("is_linked").sum().alias(f"linked_{name}") for name in ("hours", "count", "full")]
            sums = linked.group_by(pl.col(column).alias("org_id"), "school_year").agg(pl.col("hours").sum(), *named)
            for facet, over, under in (("NONE", "linked_hours", "hours"), ("FULL_DOSE", "linked_full", "linked_count")):
                known = sums.filter(pl.col(under) > 0).with_columns(facet=pl.lit(facet), value=pl.col(over) / pl.col(under))
                parts.append(known.with_columns(indicator_id=pl.lit("materials_professional_learning")))
        return parts


def by_scope(frame: pl.DataFrame) -> pl.DataFrame:
    """Return sections and students, all, with materials of high quality and by their use, by organisation, subject, band, and all of them.

    Over all subjects a student sits several times: `n`, and `good_n` of those with such materials, are the students of the largest subject.
    """
    band = pl.col("band").replace_strict(list(range(len(BAND_CODES))), list(BAND_CODES), return_dtype=pl.String)
    good, student = pl.col("is_good"), pl.col("student")
    measures = [
        pl.col("section").sum(),
        student.sum(),
        pl.col("section").filter(good).sum().alias("good_section"),
        student.filter(good).sum().alias("good_student"),
        *(student.filter(good & (pl.col("usage") == usage)).sum().alias(usage) for usage in ("met", "not_met", "unknown")),
    ]
    parts = []
    for column in ABOVE_SCHOOLS:
        for subject in (pl.col("subject"), pl.lit("ALL")):
            for grade in (band, pl.lit("ALL")):
                keys = [pl.col(column).alias("org_id"), "school_year", subject.alias("subject_code"), grade.alias("grade_code")]
                parts.append(frame.group_by(keys).agg(measures))
    shares = pl.concat(parts)
    place = ["org_id", "school_year", "grade_code"]
    seats = {"student": "n", "good_student": "good_n"}
    largest = shares.filter(pl.col("subject_code") != "ALL").group_by(place).agg(pl.col(seat).max().alias(name) for seat, name in seats.items())
    is_whole = pl.col("subject_code") == "ALL"
    heads = [pl.when(is_whole).then(name).otherwise(seat).alias(name) for seat, name in seats.items()]
    return shares.join(largest, on=place).with_columns(heads)


def access(shares: pl.DataFrame) -> list[pl.DataFrame]:
    """Return sections (4.1; none whose rating lapsed) and students (4.2) with materials of high quality, and who uses them as meant (4.3)."""
    is_logged = (pl.col("unknown") == 0) | (pl.col("met") > 0)
    taught, students = shares.filter(pl.col("section") > 0), shares.filter(pl.col("student") > 0)
    rated = shares.filter(pl.col("good_section") > 0).with_columns(facet=pl.lit("LAPSED"), n="good_n")
    return [
        taught.with_columns(indicator_id=pl.lit("materials_adoption"), value=pl.col("good_section") / pl.col("section")),
        rated.with_columns(indicator_id=pl.lit("materials_adoption"), value=pl.lit(0.0)),  # no rating of PRODUCTS ends
        students.with_columns(indicator_id=pl.lit("materials_student_share"), value=pl.col("good_student") / pl.col("student")),
        students.filter(is_logged).with_columns(indicator_id=pl.lit("materials_use"), value=pl.col("met") / pl.col("student")),
    ]


def lag(shares: pl.DataFrame) -> pl.DataFrame:
    """Return the years from the first listing to the year in which 80 % of the students of a subject have such a material (4.7)."""
    whole = shares.filter((pl.col("grade_code") == "ALL") & (pl.col("subject_code") != "ALL") & (pl.col("student") > 0))
    reached = pl.col("school_year").filter(pl.col("good_student") >= MOST * pl.col("student")).min()
    first = whole.group_by("org_id", "subject_code").agg(school_year=reached, n=pl.col("student").max()).filter(pl.col("school_year").is_not_null())
    return first.with_columns(indicator_id=pl.lit("materials_adoption_lag"), value=pl.max_horizontal(pl.col("school_year") - LISTED_YEAR, 0))


def spending(state: Organisations, frame: pl.DataFrame, lines: pl.DataFrame, enrolled: pl.DataFrame) -> list[pl.DataFrame]:
    """Return what was spent on materials of high quality, of what the books have for materials and by student, in LEAs that told both (4.4).

    A region and the state add up the LEAs whose books have as much as they say they spent.
    """
    yearly = ["lea", "school_year"]
    is_of_books = pl.col("function").str.contains("^(1|221)") & pl.col("object").is_in(list(BOOKS))
    books = lines.filter("is_final").group_by(yearly).agg(books=pl.col("cents").filter(is_of_books).sum() / 100)
    told_of = frame.filter(pl.col("usd").is_not_null()).group_by(yearly).agg(good=pl.col("usd").filter("is_good").sum())
    lea = state.schools["lea"].gather(enrolled["school"]).cast(pl.Int64)
    pupils = enrolled.with_columns(lea=lea).group_by(yearly).agg(pl.col("students").sum())
    both = placed(state, told_of.join(books, on=yearly).join(pupils, on=yearly, how="left"))
    parts = []
    for column in ABOVE_SCHOOLS:
        added = both if column == "lea_id" else both.filter(pl.col("good") <= pl.col("books"))
        sums = added.group_by(pl.col(column).alias("org_id"), "school_year").agg(pl.col("good", "books", "students").sum())
        known = sums.filter((pl.col("books") >= 0) & (pl.col("good") >= 0) & (pl.col("good") <= pl.col("books"))).with_columns(n="students")
        share = known.filter(pl.col("books") > 0).with_columns(indicator_id=pl.lit("materials_spending"), value=pl.col("good") / pl.col("books"))
        each = known.filter(pl.col("students") > 0).with_columns(value=pl.col("good") / pl.col("students"))
        parts += [share, each.with_columns(indicator_id=pl.lit("materials_spending_per_pupil"))]
    return parts


def equity(state: Organisations, frame: pl.DataFrame, enrolled: pl.DataFrame, grades: pl.DataFrame) -> list[pl.DataFrame]:
    """Return how much more of such materials poor students have than others (4.6); a school has what its LEA has in the school's grades."""
    good = (pl.col("student") * pl.col("is_good")).sum()
    by_grade = frame.group_by("lea", "school_year", "subject", "grade").agg(good=good, all=pl.col("student").sum()).filter(pl.col("all") > 0)
    home = state.schools["lea"].gather(grades["school"]).cast(pl.Int64)
    seats = grades.with_columns(pl.col("grade").cast(pl.Int64), lea=home).join(
        by_grade.with_columns(pl.col("grade").cast(pl.Int64)), on=["lea", "school_year", "grade"]
    )
    taught = (pl.col("seated") * pl.col("good") / pl.col("all")).sum() / pl.col("seated").sum()
    share = seats.group_by("school", "school_year").agg(share=taught)
    schools = enrolled.with_columns(lea=state.schools["lea"].gather(enrolled["school"]).cast(pl.Int64))
    met = placed(state, schools.join(share, on=["school", "school_year"])).with_columns(other=pl.col("students") - pl.col("poor"))
    parts = []
    for column in ABOVE_SCHOOLS:
        each = [(pl.col(who) * pl.col("share")).sum() / pl.col(who).sum() for who in ("poor", "other")]
        sums = met.group_by(pl.col(column).alias("org_id"), "school_year").agg(pl.col("poor", "other").sum(), value=each[0] - each[1])
        known = sums.filter((pl.col("poor") > 0) & (pl.col("other") > 0)).with_columns(n=pl.min_horizontal("poor", "other"))
        parts.append(known.with_columns(indicator_id=pl.lit("materials_equity"), contrast_id=pl.lit("economic")))
    return parts
