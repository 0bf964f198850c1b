"""The postings of the few LEAs of the sample state that send their books entry by entry too: by account they are the ledger's."""

import numpy as np
import polars as pl

from sealea.sample_state.accounts import FEDERAL
from sealea.sample_state.ledger import filled
from sealea.sample_state.organisations import Organisations
from sealea.sample_state.size import Size
from sealea.sample_state.staff import dollars

ONE_IN = 12  # LEAs; the first of them is the second of the state
MOST = 4  # postings of an account, at least two
REVERSED = 0.01  # share of postings that were made twice, and taken back
DAYS = 365


def postings(size: Size, lines: pl.DataFrame, year: int) -> pl.DataFrame:
    """Return what was posted in a year by the LEAs that tell: their rows of `ledger.ledger_lines` with the `cents` and the `day` of each posting.

    The postings of an account add up to its expenditure of the whole year. `day` counts from 0, the first of July; rows come by LEA and day.
    """
    posts = (pl.col("lea") % ONE_IN == 1) & pl.col("is_final") & (pl.col("type") == "expenditure")
    books = lines.filter(posts)
    chance = size.chance("postings", year, int(lines["lea"][0]) if lines.height else 0)
    count = chance.integers(2, MOST + 1, books.height)
    account = np.repeat(np.arange(books.height), count)
    weight = pl.Series(chance.random(len(account)) + 0.1)
    parts = pl.DataFrame({"account": account, "cents": books["cents"].gather(account)}).with_columns(
        weight=weight, day=pl.Series(chance.integers(0, DAYS, len(account)))
    )
    # The last of an account is what the others leave, so that nothing is lost in rounding.
    parts = parts.with_columns(part=(pl.col("cents") * pl.col("weight") / pl.col("weight").sum().over("account")).round().cast(pl.Int64))
    is_last = pl.col("account") != pl.col("account").shift(-1, fill_value=-1)
    parts = parts.with_columns(part=pl.when(is_last).then(pl.col("cents") - pl.col("part").sum().over("account") + pl.col("part")).otherwise("part"))
    twice = parts.filter(pl.Series(chance.random(parts.height) < REVERSED))
    back = twice.with_columns(
        part=-pl.col("part"), day=(pl.col("day") + 1 + pl.Series(chance.integers(0, 30, twice.height))).clip(upper_bound=DAYS - 1)
    )
    whole = pl.concat([parts, twice, back])
    posted = books[whole["account"]].with_columns(cents=whole["part"], day=whole["day"])
    return posted.sort("lea", "day", maintain_order=True)


def postings_file(state: Organisations, posted: pl.DataFrame, year: int) -> pl.DataFrame:
    """Return `postings`, with the `goal` that they name, as columns of the extract finance_transaction, all of them text."""
    site = state.schools["school_id"].str.slice(-3).gather(posted["school"].clip(0)).set(posted["school"] < 0, "000")
    number = pl.int_range(1, pl.len() + 1).over("lea")
    return posted.select(
        state.leas["lea_id"].gather(posted["lea"]).alias("lea_id"),
        pl.lit(str(year)).alias("fiscal_year"),
        (pl.date(year - 1, 7, 1) + pl.duration(days="day")).cast(pl.String).alias("transaction_date"),
        pl.lit("expenditure").alias("account_type_code"),
        pl.lit("actual").alias("amount_type_code"),
        pl.col("fund").alias("fund_code"),
        pl.col("function").alias("function_code"),
        pl.col("object").alias("object_code"),
        pl.col("program").alias("program_code"),
        filled("project").alias("project_code"),
        site.alias("school_code"),
        pl.when(pl.col("project").is_in(FEDERAL)).then(pl.lit("federal")).otherwise(pl.lit("state_local")).alias("funding_level_code"),
        pl.col("goal").alias("goal_code"),
        dollars("cents").alias("amount_usd"),
        pl.concat_str(pl.lit("J-"), number.cast(pl.String).str.zfill(6)).alias("journal_number"),
    )
