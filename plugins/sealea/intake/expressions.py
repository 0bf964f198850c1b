"""SQL expressions of contracts and packs: each sees one record and nothing else. One that cannot run is our error, not the sender's."""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import polars as pl

from sealea.errors import RuleBug

# What may be called. Aggregates, windows and subqueries see other records, casts fail on some values, clocks and
# chance give other findings for the same bytes: none of them is in the list.
FUNCTIONS = (
    r"abs|ceil|coalesce|date_part|ends_with|extract|floor|greatest|least|left|length|lower|ltrim|mod|nullif|replace|right|round|rtrim|sign"
    r"|starts_with|strpos|substr|trim|upper"
)
KEYWORDS = r"and|between|case|else|in|is|like|ilike|not|or|then|when"
TEXT = re.compile(r"'(?:[^']|'')*'")
QUOTED_NAME = re.compile(r'"[^"]*"')
ALLOWED = re.compile(rf"\b(?:{FUNCTIONS}|{KEYWORDS})\s*\(")
FORBIDDEN = re.compile(r"\w+\s*\(|\bselect\b|::|\[|--|/\*")


class Submission(NamedTuple):
    """What expressions may know of the submission: the ending year of its school year, and its window."""

    school_year: int
    window: str


@dataclass(frozen=True, eq=False)
class Columns:
    """The columns of a frame and their types; equal ones are one object, for to compare types again and again costs more than most rules."""

    schema: Mapping[str, pl.DataType]


def columns(frame: pl.DataFrame) -> Columns:
    """Return the columns of a frame."""
    return known_columns(tuple(frame.schema.items()))


def both(seen: Columns, other: pl.DataFrame) -> Columns:
    """Return the columns of a frame that is joined with another one, which has none of the same name."""
    return known_columns((*seen.schema.items(), *other.schema.items()))


@functools.lru_cache(maxsize=1024)
def known_columns(schema: tuple[tuple[str, pl.DataType], ...]) -> Columns:
    """Return the one object for these columns."""
    return Columns(dict(schema))


def compiled(what: str, text: str, seen: pl.DataFrame | Columns) -> tuple[pl.Expr, pl.DataType]:
    """Return the expression that `text` is and the type it gives on a frame, or on any of these columns.

    Raises RuleBug, naming `what` and never a value, if it sees other records than one or does not compile.
    """
    return compiled_for(what, text, seen if isinstance(seen, Columns) else columns(seen))


@functools.lru_cache(maxsize=4096)
def compiled_for(what: str, text: str, seen: Columns) -> tuple[pl.Expr, pl.DataType]:
    """Return the same for a frame of these columns; a file has many blocks, a state many files."""
    refuse_other_records(what, text)
    try:
        expression = pl.sql_expr(text)
        return expression, pl.DataFrame(schema=dict(seen.schema)).select(expression.alias("given")).schema["given"]  # an error quotes no values
    except pl.exceptions.PolarsError as error:
        raise RuleBug(f"{what} does not compile: {error}. Correct it.") from error


def condition(what: str, text: str, seen: pl.DataFrame | Columns) -> pl.Expr:
    """Return the expression that `text` is, which gives true or false. Raises RuleBug if it does not."""
    expression, kind = compiled(what, text, seen)
    if kind != pl.Boolean:
        raise RuleBug(f"{what} gives {kind} instead of true or false. Correct it.")
    return expression


def refuse_other_records(what: str, text: str) -> None:
    """Raise RuleBug if the expression calls what is not in the list of functions of one record."""
    code = ALLOWED.sub("+(", QUOTED_NAME.sub("quoted_name", TEXT.sub("''", text)).lower())
    if refused := FORBIDDEN.findall(code):
        raise RuleBug(f"{what} uses {', '.join(refused)}: not a function of one record that may be used. Correct it.")


def with_submission(frame: pl.DataFrame, submission: Submission) -> pl.DataFrame:
    """Return `frame` with what expressions may know of the submission: its window, its school year, the first and last day of that."""
    school_year = submission.school_year
    return frame.with_columns(
        pl.lit(submission.window).alias("submission_window"),
        pl.lit(school_year, pl.Int64).alias("submission_school_year"),
        pl.lit(date(school_year - 1, 7, 1)).alias("submission_year_start"),
        pl.lit(date(school_year, 6, 30)).alias("submission_year_end"),
    )
