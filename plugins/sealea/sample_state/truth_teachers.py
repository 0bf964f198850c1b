"""What is true of teachers: who they are and where, and whom students of poverty meet (indicators.md 3)."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import polars as pl

from sealea.sample_state.organisations import Organisations
from sealea.sample_state.staff import TEACHER
from sealea.sample_state.teaching import SHORT
from sealea.sample_state.truth_equity import by_quartile, exposure, pay, quartiles, vacant_share
from sealea.sample_state.truth_table import LEVELS, placed, told

RATES = ("inexperienced_teachers", "emergency_credential_teachers", "out_of_field_teachers", "ineffective_teachers")


@dataclass
class Teachers:
    """Assignments as they are gathered, year by year and LEA by LEA."""

    state: Organisations
    assignments: list[pl.DataFrame] = field(default_factory=list)
    credentials: list[pl.DataFrame] = field(default_factory=list)
    vacancies: list[pl.DataFrame] = field(default_factory=list)
    schools: list[pl.DataFrame] = field(default_factory=list)

    def add(self, rows: pl.DataFrame, year: int) -> None:
        """Take in the assignments that counted, rows of `teaching.assignments`; `known` says whose experience, rating and pay were reported."""
        self.schools.append(rows.filter(pl.col("school") >= 0).select(pl.col("school").unique()).with_columns(school_year=pl.lit(year, pl.Int64)))
        teachers = rows.filter((pl.col("job") == TEACHER) & (pl.col("school") >= 0))
        known = pl.col("known")
        self.assignments.append(
            teachers.select(
                "lea", "school", "number", "subject", pl.col("fte") / 100,
                is_new=pl.when(known).then(pl.col("experience") <= 2),
                rating=pl.when(known).then("rating"),
                salary_usd=pl.when(known).then("salary_usd"),
                degree="degree",
                experience="experience",
                school_year=pl.lit(year, pl.Int64),
            )
        )  # fmt: skip

    def add_credentials(self, records: pl.DataFrame) -> None:
        """Take in the licences that the SEA sent, rows of `teaching.credentials`."""
        self.credentials.append(records)

    def add_vacancies(self, rows: pl.DataFrame, year: int) -> None:
        """Take in the postings that counted, rows of `teaching.vacancies`."""
        self.vacancies.append(rows.with_columns(school_year=pl.lit(year, pl.Int64)))

    def staffing(self, frame: pl.DataFrame, enrolled: pl.DataFrame) -> list[pl.DataFrame]:
        """Return students by teacher FTE (3.7) and the vacant part of the budgeted FTE (3.6), both over LEAs of which both are known."""
        fte = frame.group_by("school", "lea", "school_year").agg(pl.col("fte").sum())
        members = enrolled.with_columns(lea=self.state.schools["lea"].gather(enrolled["school"]).cast(fte["lea"].dtype))
        both = members.select("lea", "school_year").unique().join(fte.select("lea", "school_year").unique(), on=["lea", "school_year"])
        beside = members.join(fte, on=["school", "lea", "school_year"], how="full", coalesce=True).join(both, on=["lea", "school_year"]).drop("lea")
        staffed = fte.select(pl.col("lea").cast(pl.Int64), "school_year").unique()
        open_ = pl.concat(self.vacancies).filter((pl.col("ending") == "open") & (pl.col("job") == TEACHER))
        open_ = open_.join(staffed, on=["lea", "school_year"], how="semi")
        flow = self.vacant_time().join(staffed, on=["lea", "school_year"], how="semi")
        flow = flow.group_by("school", "school_year").agg(pl.col("vacant_time").sum())
        vacant = open_.group_by("school", "school_year").agg(vacant=pl.col("fte").sum() / 100)
        sent = pl.concat(self.vacancies).select("lea", "school_year").unique()
        budget = fte.with_columns(pl.col("lea").cast(pl.Int64)).join(sent, on=["lea", "school_year"]).drop("lea")
        budget = budget.join(vacant, on=["school", "school_year"], how="full", coalesce=True)
        budget = budget.join(flow, on=["school", "school_year"], how="full", coalesce=True).fill_null(0)
        parts = []
        for column in LEVELS:
            by = [pl.col(column).alias("org_id"), "school_year"]
            pair = placed(self.state, beside).group_by(by).agg(pl.col("students", "fte").sum()).filter((pl.col("fte") > 0) & (pl.col("students") > 0))
            ratio = {"indicator_id": pl.lit("student_teacher_ratio"), "value": pl.col("students") / pl.col("fte"), "n": pl.col("students")}
            parts.append(pair.with_columns(**ratio))
            open_share = (
                placed(self.state, budget).group_by(by).agg(pl.col("vacant", "vacant_time").sum(), n=(pl.col("vacant") + pl.col("fte")).sum())
            )
            budgeted = open_share.filter(pl.col("n") > 0)
            for indicator_id, name in (("vacancy", "vacant"), ("vacancy_flow", "vacant_time")):
                parts.append(budgeted.with_columns(indicator_id=pl.lit(indicator_id), value=pl.col(name) / pl.col("n")))
        return parts

    def vacant_time(self) -> pl.DataFrame:
        """Return the postings for teachers with `vacant_time`, FTE by the part of the days up to the census on which nobody held the position."""
        posted = pl.concat(self.vacancies).filter(pl.col("job") == TEACHER)
        spans = posted.select("school_year", "posted", pl.when(pl.col("ending") != "open").then("ended")).rows()
        starts = [date(year - 1, 5, 1) for year, *_ in spans]
        shares = [
            vacant_share(year, start + timedelta(days=begin), start + timedelta(days=end) if end is not None else None)
            for start, (year, begin, end) in zip(starts, spans, strict=True)
        ]
        return posted.with_columns(vacant_time=pl.Series(shares, dtype=pl.Float64) * posted["fte"] / 100)

    def fates(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return what became of the teachers of one October by the next (3.5), in LEAs that told of both; closed schools hand on theirs."""
        places = frame.group_by("number", "school_year").agg(pl.col("school", "lea").sort_by("fte", descending=True).first())
        told_of = places.select("lea", "school_year").unique()
        base = places.join(told_of.with_columns(pl.col("school_year") - 1), on=["lea", "school_year"]).with_columns(pl.col("school_year") + 1)
        heir, last = (self.state.schools[name].gather(base["school"]) for name in ("successor", "last_year"))
        is_closed = pl.Series(last) < base["school_year"]
        heir_of = pl.when(is_closed).then(pl.Series(heir)).otherwise(pl.col("school").cast(pl.Int64))
        after = places.select("number", "school_year", school_after="school", lea_after="lea")
        fate = base.with_columns(home=heir_of).join(after, on=["number", "school_year"], how="left")
        return fate.with_columns(
            in_school=(pl.col("home") == pl.col("school_after")).fill_null(value=False),
            in_lea=(pl.col("lea") == pl.col("lea_after")).fill_null(value=False),
            is_gone=pl.col("lea_after").is_null(),
        )

    def followed(self, fate: pl.DataFrame) -> list[pl.DataFrame]:
        """Return retention, turnover and attrition (3.5)."""
        parts = []
        for column in LEVELS:
            sums = placed(self.state, fate.drop("lea")).group_by(pl.col(column).alias("org_id"), "school_year")
            sums = sums.agg(pl.col("in_school", "in_lea", "is_gone").mean(), n=pl.len())
            measures = {
                "teacher_retention": pl.col("in_school"),
                "teacher_turnover": 1 - pl.col("in_school"),
                "teacher_turnover_lea": 1 - pl.col("in_lea"),
                "teacher_attrition": pl.col("is_gone"),
            }
            parts += [sums.with_columns(indicator_id=pl.lit(name), value=value) for name, value in measures.items()]
        return parts

    def values(self, enrolled: pl.DataFrame) -> list[pl.DataFrame]:
        """Return the values of the indicators; `enrolled` has school, school_year, students and poor."""
        frame = placed(self.state, licensed(pl.concat(self.assignments), pl.concat(self.credentials)))
        fate = self.fates(frame)
        left = fate.group_by("school", "school_year").agg(known=pl.len().cast(pl.Float64), flagged=(~pl.col("in_school")).sum().cast(pl.Float64))
        flags = pl.concat([flagged(frame), left.with_columns(flag=pl.lit("TURNOVER"))], how="diagonal")
        ranked = quartiles(self.state, enrolled)
        spread = (ranked, *by_quartile(self.state, ranked, flags), *exposure(self.state, flags, enrolled), *pay(self.state, frame, enrolled))
        return [told(part) for part in (*rates(frame), *spread, *self.staffing(frame, enrolled), *self.followed(fate))]


def licensed(frame: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """Return the assignments with `is_short`, NULL without a licence that is valid on the first day, and `is_astray`, NULL without any record.

    A licence is short if it is an emergency or provisional one; astray is who has no valid licence for the subject.
    """
    first_day = pl.date(pl.col("school_year") - 1, 8, 15)
    owned = frame.with_row_index("at").join(records.unique(["number", "field", "type", "issued"]), on="number")
    is_valid = (pl.col("issued") <= first_day) & (pl.col("expires").is_null() | (pl.col("expires") >= first_day))
    marks = owned.group_by("at").agg(
        any_valid=is_valid.any(),
        long=(is_valid & ~pl.col("type").is_in(SHORT)).any(),
        own=(is_valid & (pl.col("field") == pl.col("subject"))).any(),
    )
    whole = frame.with_row_index("at").join(marks, on="at", how="left")
    return whole.with_columns(is_short=pl.when("any_valid").then(~pl.col("long")), is_astray=~pl.col("own"))


def marks() -> dict[str, pl.Expr]:
    """Return the flags of teachers (3.1): whether it applies, NULL where nobody knows."""
    return {
        "INEXPERIENCED": pl.col("is_new"),
        "EMERGENCY": pl.col("is_short"),
        "OUT_OF_FIELD": pl.col("is_astray"),
        "INEFFECTIVE": pl.when(pl.col("rating") != "NR").then(pl.col("rating").is_in(["1", "2"])),
    }


def flagged(frame: pl.DataFrame) -> pl.DataFrame:
    """Return FTE of which a flag is known and FTE with it, by school, year and flag."""
    parts = []
    for flag, is_flagged in marks().items():
        known = frame.with_columns(is_flagged=is_flagged).filter(pl.col("is_flagged").is_not_null())
        sums = known.group_by("school", "school_year").agg(known=pl.col("fte").sum(), flagged=pl.col("fte").filter("is_flagged").sum())
        parts.append(sums.with_columns(flag=pl.lit(flag)))
    return pl.concat(parts)


def rates(frame: pl.DataFrame) -> list[pl.DataFrame]:
    """Return the rates of 3.1: FTE with a flag, of the FTE of which it is known, and the share of which it is not."""
    parts = []
    for indicator_id, is_flagged in zip(RATES, marks().values(), strict=True):
        marked = frame.with_columns(flag=is_flagged)
        for column in LEVELS:
            sums = marked.group_by(pl.col(column).alias("org_id"), "school_year").agg(
                all=pl.col("fte").sum(),
                n=pl.col("fte").filter(pl.col("flag").is_not_null()).sum(),
                flagged=pl.col("fte").filter(pl.col("flag")).sum(),
            )
            sums = sums.with_columns(indicator_id=pl.lit(indicator_id))
            parts.append(sums.filter(pl.col("n") > 0).with_columns(value=pl.col("flagged") / pl.col("n")))
            parts.append(sums.with_columns(facet=pl.lit("UNKNOWN"), value=1 - pl.col("n") / pl.col("all"), n="all"))
    return parts
