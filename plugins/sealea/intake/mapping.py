"""Mapping: a native record turned into the fields of a contract, as a column map says. What the map does not know is a finding, never a blank."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from sealea.column_map import PLACEHOLDER, ColumnMap, Form, Lookup, Source
from sealea.errors import RuleBug, SettingError
from sealea.intake import expressions, membership, native
from sealea.intake import findings as found
from sealea.intake.expressions import Submission

WHOLE_STATE = "*"
POSITION = ("line_number", "line_count")


@dataclass(frozen=True)
class Delivery:
    """What fills the placeholders of a map: who sent the file, for what, for which organisations."""

    state_code: str
    sender_id: str
    organisations: frozenset[str]
    school_year: int
    window_code: str

    @property
    def submission(self) -> Submission:
        """Return what expressions may know of the delivery."""
        return Submission(self.school_year, self.window_code)

    def constants(self) -> dict[str, str]:
        """Return the placeholders that are the same for every record."""
        start, end = f"{self.school_year - 1}-07-01", f"{self.school_year}-06-30"
        years = {f"{kind}_year{part}": value for kind in ("school", "fiscal") for part, value in (("_start", start), ("_end", end))}
        years |= {"school_year": str(self.school_year), "fiscal_year": str(self.school_year)}
        one = sorted(self.organisations - {WHOLE_STATE})
        sender_org = {"sender_org": one[0]} if len(one) == 1 and WHOLE_STATE not in self.organisations else {}
        return {**years, **sender_org, "sender": self.sender_id, "state": self.state_code, "window": self.window_code}


@dataclass(frozen=True)
class Feed:
    """One extract that a native file feeds, with everything that its map needs."""

    layout: str
    extract: str
    column_map: ColumnMap
    delivery: Delivery
    references: Mapping[str, pl.DataFrame]

    @property
    def sources(self) -> Mapping[str, Source]:
        """Return where each contract column comes from."""
        return self.column_map.feeds[self.extract]

    @property
    def native_names(self) -> dict[str, str]:
        """Return what the sender calls each contract column that comes from native ones."""
        names = {column: ", ".join(self.native_columns(column)) for column in self.sources}
        return {column: name for column, name in names.items() if name}

    def native_columns(self, column: str) -> tuple[str, ...]:
        """Return the native columns from which a contract column comes."""
        return self.sources[column].native_columns(tuple(self.column_map.columns)) if column in self.sources else ()


@dataclass(frozen=True)
class Mapped:
    """The records with a contract's columns as text, and what the map does not know, named by contract columns."""

    records: pl.DataFrame
    findings: pl.DataFrame


def mapped(records: pl.DataFrame, feed: Feed) -> Mapped:
    """Return native `records` as the feed's extract. A contract column whose native column the file lacks is left out.

    Raises RuleBug if an expression of the map does not run.
    """
    forms = feed.column_map.columns
    absent = [name for name in feed.column_map.used_columns if forms[name].optional and name not in records.columns]
    records = records.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)
    texts = records.select(*POSITION, *(native.text(name, form).alias(name) for name, form in forms.items() if name in records.columns))
    frame = texts.select(*POSITION, *(native.canonical(name, forms[name]).alias(name) for name in texts.columns if name not in POSITION))
    columns, problems = [], [found.none()]
    for name, origin in feed.sources.items():
        used = feed.native_columns(name)
        if set(used) <= set(frame.columns):
            problems += [unreadable(texts, frame, native_name, forms[native_name], name) for native_name in used]
            values, unknown = given(name, origin, frame, feed)
            columns.append(values.alias(name))
            problems.append(unknown)
    return Mapped(frame.select(POSITION).hstack(columns), pl.concat(problems).unique(maintain_order=True))


def unreadable(texts: pl.DataFrame, frame: pl.DataFrame, native_name: str, form: Form, column: str) -> pl.DataFrame:
    """Return REC-003 for every value that is not written as the map declares."""
    lines = texts["line_number"].filter(texts[native_name].is_not_null() & frame[native_name].is_null())
    return found.at_lines("REC-003", lines, column).with_columns(pl.lit(f"The state's map reads {form}.").alias("detail"))


def given(column: str, origin: Source, frame: pl.DataFrame, feed: Feed) -> tuple[pl.Series, pl.DataFrame]:
    """Return the values that a source gives, as text, and a finding for each that it does not know."""
    if origin.constant is not None:
        return frame.select(constant(origin.constant, feed.delivery).alias(column))[column], found.none()
    values = frame[origin.column] if origin.column is not None else calculated(column, str(origin.sql), frame, feed)
    problems = found.none()
    if origin.split:
        parts = values.str.split(origin.split.at).list.get(origin.split.part - 1, null_on_oob=True)
        problems = found.at_lines("REC-003", frame["line_number"].filter(values.is_not_null() & parts.is_null()), column)
        values = parts
    if origin.recode is not None:
        values, unknown = recoded(column, values, origin, frame["line_number"])
    elif origin.lookup is not None:
        values, unknown = looked_up(column, values, origin.lookup, frame["line_number"], feed)
    else:
        unknown = found.none()
    return values, pl.concat([problems, unknown])


def constant(template: str, delivery: Delivery) -> pl.Expr:
    """Return the template with its placeholders filled. Raises SettingError if the account has not exactly one organisation to stand there."""
    constants = delivery.constants()
    parts: list[pl.Expr] = []
    end = 0
    for place in PLACEHOLDER.finditer(template):
        name = place[1]
        if name != "line_number" and name not in constants:
            raise SettingError(f"{{{name}}} needs an account with one organisation; {delivery.sender_id} has another number. Map a column instead.")
        parts.append(pl.lit(template[end : place.start()]))
        parts.append(pl.col("line_number").cast(pl.String) if name == "line_number" else pl.lit(constants[name]))
        end = place.end()
    whole = pl.concat_str([*parts, pl.lit(template[end:])])
    return pl.when(pl.col("line_number").is_not_null()).then(whole)  # as many values as there are records


def calculated(column: str, text: str, frame: pl.DataFrame, feed: Feed) -> pl.Series:
    """Return what an expression gives, as text that level 1 reads. Raises RuleBug if it gives what is not exact, or breaks off."""
    what = f"Map {feed.layout}: feeds.{feed.extract}.{column}"
    forms = feed.column_map.columns
    typed = frame.with_columns(native.typed(name, forms[name]).alias(name) for name in frame.columns if name not in POSITION)
    typed = expressions.with_submission(typed, feed.delivery.submission)
    expression, kind = expressions.compiled(what, text, typed)
    written = native.written(expression, kind)
    if written is None:
        raise RuleBug(f"{what} gives {kind}, which has no exact text. Correct it.")
    try:
        return typed.select(written.alias(column))[column]
    except pl.exceptions.PolarsError as error:
        raise RuleBug(f"{what} breaks off on some value: {type(error).__name__}. Correct it.") from None


def recoded(column: str, values: pl.Series, origin: Source, line_numbers: pl.Series) -> tuple[pl.Series, pl.DataFrame]:
    """Return the values by the map's dictionary; one that it does not know stays as sent and is a finding, unless there is a default."""
    codes = origin.recode or {}
    written = values.fill_null("")
    is_known = written.is_in(list(codes))
    new = written.replace_strict(list(codes), list(codes.values()), default=None, return_dtype=pl.String) if codes else written.clear()
    if origin.default is not None:
        frame = pl.DataFrame({"known": is_known, "new": new, "old": values})
        filled = pl.when(pl.col("known")).then(pl.col("new")).when(pl.col("old").is_not_null()).then(pl.lit(origin.default))
        return frame.select(filled.alias(column))[column], found.none()
    frame = pl.DataFrame({"known": is_known, "new": new, "old": values, "line_number": line_numbers})
    result = frame.select(pl.when(pl.col("known")).then(pl.col("new")).otherwise(pl.col("old")).alias(column))[column]
    unknown = frame.filter(~pl.col("known") & pl.col("old").is_not_null())["line_number"]
    return result, with_detail(found.at_lines("REC-004", unknown, column), "The state's pack knows no code for it.")


def looked_up(column: str, values: pl.Series, lookup: Lookup, line_numbers: pl.Series, feed: Feed) -> tuple[pl.Series, pl.DataFrame]:
    """Return what the reference data give for each value; one that they do not hold, or hold twice, is a finding."""
    what = f"Map {feed.layout}: feeds.{feed.extract}.{column}: lookup"
    rows = membership.rows_where(what, lookup.where, feed.references[lookup.extract], feed.delivery.submission)
    pairs = rows.select(pl.col(lookup.column).cast(pl.String).alias("value"), pl.col(lookup.give).cast(pl.String).alias("given")).unique()
    single = pairs.filter(pl.col("value").is_not_null() & ~pl.col("value").is_duplicated())
    frame = pl.DataFrame({"value": values, "line_number": line_numbers}).join(single, on="value", how="left", maintain_order="left")
    unknown = frame.filter(pl.col("value").is_not_null() & pl.col("given").is_null())["line_number"]
    detail = f"The state's {lookup.extract} does not have it as {lookup.column}, or has it twice."
    return frame["given"], with_detail(found.at_lines("REC-004", unknown, column), detail)


def with_detail(findings: pl.DataFrame, detail: str) -> pl.DataFrame:
    """Return the findings with a detail."""
    return findings.with_columns(pl.lit(detail).alias("detail"))
