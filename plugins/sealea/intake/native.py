"""Native values: how a state writes its numbers and dates, read as its column map declares. Nothing is guessed."""

import re

import polars as pl

from sealea.column_map import Form

EXACT = pl.Decimal(38, 10)
WHOLE_DIGITS, FRACTION_DIGITS = 18, 10
SPACES = " \t\u00a0"
DATE_PARTS = {
    "YYYY": r"(?P<year>[0-9]{4})",
    "YY": r"(?P<year>[0-9]{2})",
    "MM": r"(?P<month>[0-9]{2})",
    "M": r"(?P<month>[0-9]{1,2})",
    "DD": r"(?P<day>[0-9]{2})",
    "D": r"(?P<day>[0-9]{1,2})",
}


def text(name: str, form: Form) -> pl.Expr:
    """Return the values that must be read: without the declared spaces, with what declared values mean; blank is NULL."""
    value = pl.col(name).str.strip_chars(SPACES) if form.trim else pl.col(name)
    if form.means:
        value = value.replace(list(form.means), list(form.means.values()))
    return pl.when(value.str.strip_chars() != "").then(value)


def canonical(name: str, form: Form) -> pl.Expr:
    """Return the values as level 1 reads them: numbers with digits and a point, dates as YYYY-MM-DD; NULL where the form is another."""
    value = pl.col(name)
    if form.date is not None:
        return iso_date(value, form.date)
    if form.number is not None:
        return plain_number(value, form.number)
    if form.pad is not None:
        return pl.when(value.str.len_chars() <= form.pad).then(value.str.pad_start(form.pad, "0"))
    return value


def iso_date(value: pl.Expr, pattern: str) -> pl.Expr:
    """Return dates written as `pattern` in the form YYYY-MM-DD; a day that does not exist is NULL."""
    parts = re.split(r"(Y+|M+|D+)", pattern)
    expression = "".join(DATE_PARTS[part] if part in DATE_PARTS else re.escape(part) for part in parts)
    found = value.str.extract_groups(rf"\A{expression}\z")
    year = found.struct.field("year")
    whole = pl.concat_str(
        [year if "YYYY" in pattern else pl.lit("20") + year, found.struct.field("month").str.zfill(2), found.struct.field("day").str.zfill(2)],
        separator="-",
    )
    return pl.when(~whole.str.starts_with("0000")).then(whole).str.to_date("%Y-%m-%d", strict=False).dt.to_string("%Y-%m-%d")


def plain_number(value: pl.Expr, adornments: tuple[str, ...]) -> pl.Expr:
    """Return numbers as digits with a point and a leading minus; NULL where anything stands that is not declared."""
    whole = rf"[0-9]{{1,{WHOLE_DIGITS}}}"
    if "thousands_commas" in adornments:
        whole = rf"(?:{whole}|[0-9]{{1,3}}(?:,[0-9]{{3}}){{1,5}})"
    number = rf"(?:{whole}(?:\.[0-9]{{0,{FRACTION_DIGITS}}})?|\.[0-9]{{1,{FRACTION_DIGITS}}})"
    dollar = r"(?:\$ ?)?" if "dollar_sign" in adornments else ""
    forms = [rf"-?{dollar}{number}", *([rf"{dollar}-{number}"] if dollar else [])]
    if "parentheses" in adornments:
        forms += [rf"\({dollar}{number}\)", *([rf"{dollar}\({number}\)"] if dollar else [])]
    if "trailing_minus" in adornments:
        forms.append(rf"{dollar}{number}-")
    digits = value.str.replace_all(r"[^0-9.]", "").str.replace(r"\A\.", "0.")
    sign = pl.when(value.str.contains(r"[-(]")).then(pl.lit("-")).otherwise(pl.lit(""))
    return pl.when(value.str.contains(rf"\A(?:{'|'.join(forms)})\z")).then(shortest(sign + digits))


def shortest(number: pl.Expr) -> pl.Expr:
    """Return the number without the zeros that end its fraction: 2.500 is 2.5 in every column."""
    with_fraction = number.str.contains(".", literal=True)
    return pl.when(with_fraction).then(number.str.strip_chars_end("0").str.strip_chars_end(".")).otherwise(number)


def typed(name: str, form: Form) -> pl.Expr:
    """Return the canonical values in the type that expressions of a map work on: exact numbers, dates, text."""
    if form.date is not None:
        return pl.col(name).str.to_date("%Y-%m-%d")
    if form.number is not None:
        return pl.col(name).cast(EXACT)
    return pl.col(name)


def written(expression: pl.Expr, kind: pl.DataType) -> pl.Expr | None:
    """Return what an expression gives as text that level 1 reads; None for a type that has no exact text."""
    if kind == pl.String:
        return pl.when(expression.str.strip_chars() != "").then(expression)
    if kind == pl.Boolean:
        return pl.when(expression).then(pl.lit("Y")).when(~expression).then(pl.lit("N"))
    if kind == pl.Date:
        return expression.dt.to_string("%Y-%m-%d")
    if kind.is_decimal():
        return shortest(expression.cast(pl.String))
    return expression.cast(pl.String) if kind.is_integer() else None
