"""Files of the intake benchmark: any number of rows, clean or with bad records, in every form. The same every time."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

ROWS_PER_PART = 250_000
LEAS, SCHOOLS = 300, 8
OBJECTS, FUNCTIONS, PROGRAMS = (
    (110, 120, 210, 230, 310, 430, 530, 610, 640, 730),
    (1000, 2100, 2210, 2400, 2510, 2600, 2700, 3100),
    (100, 200, 300, 500),
)


@dataclass(frozen=True)
class Form:
    """How a file is written. `bad_share` is the part of its records, 0 to 1, that no rule should let through."""

    rows: int
    bad_share: float = 0.0
    line_end: str = "\n"
    is_quoted: bool = False

    @property
    def name(self) -> str:
        ends = {"\n": "lf", "\r\n": "crlf", "\r": "cr"}
        return f"{self.rows}_{'bad' if self.bad_share else 'clean'}_{ends[self.line_end]}{'_quoted' if self.is_quoted else ''}"


def write(form: Form, path: Path) -> Path:
    """Write the file, a part at a time."""
    with path.open("wb") as file:
        for start in range(0, form.rows, ROWS_PER_PART):
            part = records(start, min(ROWS_PER_PART, form.rows - start), form.bad_share)
            part.write_csv(file, include_header=start == 0, line_terminator=form.line_end, quote_style="always" if form.is_quoted else "necessary")
    return path


def records(start: int, count: int, bad_share: float) -> pl.DataFrame:
    """Return `count` records from number `start` on, as text."""
    chance = np.random.default_rng(start)
    number = np.arange(start, start + count)
    lea, school = chance.integers(0, LEAS, count), chance.integers(0, SCHOOLS, count)
    is_revenue, hours = chance.random(count) < 0.1, chance.integers(0, 2_000_000, count)
    objects = np.array(OBJECTS)[chance.integers(0, len(OBJECTS), count)]
    frame = pl.DataFrame(
        {
            "lea": lea,
            "school": school,
            "number": number,
            "is_revenue": is_revenue,
            "object": objects,
            "function": np.array(FUNCTIONS)[chance.integers(0, len(FUNCTIONS), count)],
            "program": np.array(PROGRAMS)[chance.integers(0, len(PROGRAMS), count)],
            "fund": chance.integers(1, 3, count),
            "cents": chance.integers(1, 500_000_000, count),
            "hours": hours,
            "person": chance.integers(0, 150_000, count),
            "day": chance.integers(0, 365, count),
            "delay": chance.integers(0, 30, count),
        }
    )
    lea_id = pl.format("EX-{}", (pl.col("lea") + 1000).cast(pl.String))
    first_day = pl.date(2025, 7, 1)
    entry = pl.min_horizontal(first_day + pl.duration(days=pl.col("day")), pl.date(2026, 6, 30))
    text = frame.select(
        lea_id.alias("lea_id"),
        pl.lit("2026").alias("fiscal_year"),
        pl.format("E{}", pl.col("number").cast(pl.String).str.zfill(9)).alias("entry_id"),
        pl.format("Q{}", pl.col("number") % 4 + 1).alias("period_code"),
        entry.dt.to_string("%Y-%m-%d").alias("entry_date"),
        pl.when(pl.col("number") % 3 > 0).then((entry + pl.duration(days=pl.col("delay"))).dt.to_string("%Y-%m-%d")).alias("paid_date"),
        pl.when("is_revenue").then(pl.lit("revenue")).otherwise(pl.lit("expenditure")).alias("account_type_code"),
        pl.col("fund").cast(pl.String).alias("fund_code"),
        pl.col("function").cast(pl.String).alias("function_code"),
        pl.when(~pl.col("is_revenue")).then(pl.col("object").cast(pl.String)).alias("object_code"),
        pl.col("program").cast(pl.String).alias("program_code"),
        pl.when(pl.col("school") == 0).then(pl.lit("000")).otherwise(pl.format("{}-{}", lea_id, pl.col("school") + 100)).alias("school_id"),
        pl.format("{}.{}", pl.col("cents") // 100, (pl.col("cents") % 100).cast(pl.String).str.zfill(2)).alias("amount_usd"),
        pl.when((pl.col("object") < 200) & ~pl.col("is_revenue"))
        .then(pl.format("{}.{}", pl.col("hours") // 1000, (pl.col("hours") % 1000).cast(pl.String).str.zfill(3)))
        .alias("hours"),
        pl.col("person").cast(pl.String).str.zfill(8).alias("staff_state_id"),
        pl.when(pl.col("number") % 2 == 0).then(pl.format("payment {} of the year", pl.col("cents") % 997)).alias("memo"),
    )
    return spoiled(text, chance, bad_share) if bad_share else text


def spoiled(text: pl.DataFrame, chance: np.random.Generator, bad_share: float) -> pl.DataFrame:
    """Return the records with a share of them bad, of eight kinds: values, codes, dates, keys, references and rules."""
    kind = pl.Series(np.where(chance.random(text.height) < bad_share, chance.integers(0, 8, text.height), -1))
    wrong = {
        "amount_usd": (0, pl.lit("12,50")),
        "account_type_code": (1, pl.lit("expense")),
        "entry_date": (2, pl.lit("2026-02-30")),
        "entry_id": (3, pl.col("entry_id").shift(1, fill_value="E")),
        "school_id": (4, pl.lit("EX-9999-999")),
        "fiscal_year": (5, pl.lit("2025")),
        "lea_id": (6, pl.lit("")),
        "object_code": (7, pl.lit("1x0")),
    }
    columns = [pl.when(pl.col("kind") == place).then(value).otherwise(pl.col(name)).alias(name) for name, (place, value) in wrong.items()]
    return text.with_columns(kind.alias("kind")).with_columns(columns).drop("kind")


def references() -> dict[str, pl.DataFrame]:
    """Return the reference data that the clean records agree with."""
    schools = [f"EX-{lea + 1000}-{school + 100}" for lea in range(LEAS) for school in range(1, SCHOOLS)]
    codes = [("object", OBJECTS), ("function", FUNCTIONS), ("program", PROGRAMS)]
    chart = [(dimension, str(code)) for dimension, values in codes for code in values]
    return {
        "org_directory": pl.DataFrame({"org_id": schools, "org_type_code": ["SCHOOL"] * len(schools)}),
        "chart_of_accounts": pl.DataFrame(chart, schema=["dimension_code", "code"], orient="row"),
    }
