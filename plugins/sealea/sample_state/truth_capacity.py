"""What is true of how LEAs report: on time, complete, right at first, and the same errors again (indicators.md 7).

It follows from what was sent and the day on which all of it is received: senders of a sample state are late by the clock of who plays it.
"""

from datetime import date

import polars as pl

from sealea.sample_state.organisations import Organisations
from sealea.sample_state.reference import LEA_EXTRACTS
from sealea.sample_state.truth_table import ABOVE_SCHOOLS, placed, told

# Columns that a record of the extract must fill (layouts.md).
REQUIRED = {
    "finance_ledger": 10,
    "finance_fund_balance": 8,
    "finance_payroll": 12,
    "staff": 7,
    "staff_assignment": 8,
    "staff_vacancy": 8,
    "assessment_result": 12,
    "student_enrollment": 9,
    "material_adoption": 7,
    "time_use": 9,
}
COUNTED = ("F1", "F2", "S")
COLLECTION = ["lea_id", "extract", "school_year"]


def capacity(state: Organisations, submissions: pl.DataFrame, findings: pl.DataFrame, years: list[int], day: date) -> pl.DataFrame:
    """Return the values of the indicators when everything is received on `day`; the tables are those that are written beside the state."""
    ids = state.leas.select("lea_id", lea=pl.int_range(pl.len()), sender_id=pl.col("lea_id").str.to_lowercase())
    attempts = submissions.join(ids, on="sender_id").filter(pl.col("extract").is_in(list(LEA_EXTRACTS)))
    expected = ids.join(pl.DataFrame({"extract": LEA_EXTRACTS}), how="cross").join(pl.DataFrame({"school_year": years}), how="cross")
    late = pl.col("school_year").map_elements(lambda year: max((day - date(year, 10, 31)).days, 0), return_dtype=pl.Int64)
    due = expected.filter(pl.Series([date(year, 10, 31) <= day for year in expected["school_year"]]))
    first = attempts.filter(pl.col("round") == pl.col("round").min().over(COLLECTION)).select(*COLLECTION, first_status="status")
    last = attempts.filter(pl.col("round") == pl.col("round").max().over(COLLECTION)).select(*COLLECTION, "file_name", "sent_row_count")
    blank = findings.filter(pl.col("rule_id") == "REC-002").group_by("file_name").agg(blank=pl.len())
    answered = due.join(first, on=COLLECTION, how="left").join(last, on=COLLECTION, how="left").join(blank, on="file_name", how="left")
    required = pl.col("sent_row_count").fill_null(0) * pl.col("extract").replace_strict(REQUIRED, return_dtype=pl.Int64)
    answered = answered.with_columns(late=late, required=required, filled=required - pl.col("blank").fill_null(0))
    parts = [*rates(state, answered), *recurrence(state, attempts, findings)]
    return pl.concat([told(part) for part in parts])


def scopes(state: Organisations, frame: pl.DataFrame) -> list[pl.DataFrame]:
    """Return the rows of LEAs at each organisation, by extract as the facet and all together."""
    located = placed(state, frame)
    return [located.with_columns(org_id=pl.col(column), facet=facet) for column in ABOVE_SCHOOLS for facet in (pl.col("extract"), pl.lit("NONE"))]


def rates(state: Organisations, answered: pl.DataFrame) -> list[pl.DataFrame]:
    """Return timeliness, days late (7.1), completeness (7.2) and acceptance at the first attempt (7.3)."""
    parts = []
    is_sent, is_first = pl.col("first_status").is_not_null(), pl.col("first_status").is_in(["accepted", "superseded"])
    for frame in scopes(state, answered):
        groups = frame.group_by("org_id", "school_year", "facet")
        sums = groups.agg(
            pl.len().alias("due"), (pl.col("late") == 0).sum().alias("on_time"), pl.col("late").median(),
            is_sent.sum().alias("sent"), is_first.sum().alias("first"), pl.col("required", "filled").sum(),
        )  # fmt: skip
        parts += [
            sums.with_columns(indicator_id=pl.lit("submission_timeliness"), value=pl.col("on_time") / pl.col("due"), n="due"),
            sums.with_columns(indicator_id=pl.lit("submission_days_late"), value="late", n="due"),
            sums.filter(pl.col("required") > 0).with_columns(
                indicator_id=pl.lit("submission_completeness"), value=pl.col("filled") / pl.col("required"), n="sent"
            ),
            sums.with_columns(indicator_id=pl.lit("first_pass_acceptance"), value=pl.col("first") / pl.col("due"), n="due"),
        ]
    return parts


def recurrence(state: Organisations, attempts: pl.DataFrame, findings: pl.DataFrame) -> list[pl.DataFrame]:
    """Return the errors whose rule failed again in the collection of the next year, of those of LEAs that sent it (7.5)."""
    own = findings.filter((pl.col("level") == 1) & pl.col("severity").is_in(COUNTED)).select("file_name", "rule_id").unique()
    errors = attempts.select("lea", *COLLECTION, "file_name").join(own, on="file_name").select("lea", *COLLECTION, "rule_id").unique()
    later = errors.with_columns(pl.col("school_year") + 1)
    followed = later.join(attempts.select(COLLECTION).unique(), on=COLLECTION, how="semi")
    again = followed.join(errors.with_columns(again=pl.lit(value=True)), on=[*COLLECTION, "rule_id"], how="left")
    parts = []
    for frame in scopes(state, again):
        sums = frame.group_by("org_id", "school_year", "facet").agg(n=pl.len(), again=pl.col("again").fill_null(value=False).sum())
        parts.append(sums.with_columns(indicator_id=pl.lit("error_recurrence"), value=pl.col("again") / pl.col("n")))
    return parts


def school_coverage(state: Organisations, years: list[int], reported: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Return which part of the schools that are open the files name (7.2), as if every year had fallen due.

    `reported` has by extract the rows of schools that were named, `school` and `school_year`. Every school has grades that are tested.
    """
    parts = []
    for year in years:
        schools = pl.DataFrame({"school": state.open_in(year).nonzero()[0]}).cast(pl.Int64)
        for extract, named in reported.items():
            told_of = named.filter(pl.col("school_year") == year)["school"].cast(pl.Int64).unique()
            is_named = pl.col("school").is_in(told_of.to_list())
            parts.append(schools.with_columns(school_year=pl.lit(year, pl.Int64), extract=pl.lit(extract), is_named=is_named))
    sums = [
        frame.group_by("org_id", "school_year", "facet").agg(n=pl.len(), value=pl.col("is_named").mean()) for frame in scopes(state, pl.concat(parts))
    ]
    return told(pl.concat(sums).with_columns(indicator_id=pl.lit("school_coverage")))
