"""Values: text read as what the contract says it is. Nothing is guessed, and what cannot be read is a finding, never a silent blank."""

from collections.abc import Iterator
from decimal import Decimal

import polars as pl

from sealea.contract import DECIMAL, Column, Contract
from sealea.intake import findings as found
from sealea.intake import native

TRUE, FALSE = "Y", "N"
TYPES = {"text": pl.String, "code": pl.String, "integer": pl.Int64, "date": pl.Date, "boolean": pl.Boolean}
# A dollar sign, thousands commas, a minus or parentheses; "0,5" and "12,50" are other countries' fractions.
AMOUNT = r"(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)?(?:\.[0-9]+)?"
ADORNED = rf"\A *(?:-?(?:\$ *)?{AMOUNT}|\$ *-{AMOUNT}|\((?:\$ *)?{AMOUNT}\)|\$ *\({AMOUNT}\)) *\z"
# What a spreadsheet shows in place of an id that it took for a number, a date or a formula; a program writes 1E5 or 3-1 otherwise.
MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
CHANGED = (
    r"\A(?:-?[0-9](?:\.[0-9]+)?E[+-][0-9]{2,3}|[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}|#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!)"
    rf"|[0-9]{{1,2}}-{MONTH}(?:-[0-9]{{2,4}})?|{MONTH}-[0-9]{{2,4}})\z"
)
SAMPLE, FEW = 2_000, 500
Checks = Iterator[tuple[str, pl.Expr]]


def polars_type(column: Column) -> pl.DataType:
    """Return the type in which the column's values are held; decimals are exact."""
    decimal = DECIMAL.fullmatch(column.type)
    return pl.Decimal(int(decimal[1]), int(decimal[2])) if decimal else TYPES[column.type]


def typed(records: pl.DataFrame, contract: Contract, *, may_have_nul: bool = True) -> pl.DataFrame:
    """Return `records` with every column of the contract in its type; blank, absent and unreadable values are NULL."""
    present = frozenset(records.columns)
    decimals = [column.name for column in contract.columns if DECIMAL.fullmatch(column.type) and column.name in present]
    has_adorned = records.select(pl.col(name).str.contains(r"[$,()]").any() for name in decimals)
    adorned = frozenset(name for name in decimals if has_adorned[name].item())

    def columns() -> list[pl.Expr]:
        return [
            read_as(column, is_adorned=column.name in adorned, may_have_nul=may_have_nul).alias(column.name)
            if column.name in present
            else pl.lit(None, polars_type(column)).alias(column.name)
            for column in contract.columns
        ]

    return records.select("line_number", "line_count", *contract.once(("typed", present, adorned, may_have_nul), columns))


def without_blanks(records: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    """Return the records, as text, with NULL for a value that is empty or spaces only: it is blank."""
    present = set(records.columns)
    names = tuple(name for name in contract.by_name if name in present and (records.height <= SAMPLE or may_be_blank(records[name])))
    return records.with_columns(
        contract.once(("blanks", names), lambda: [pl.when(pl.col(name).str.strip_chars() != "").then(pl.col(name)).alias(name) for name in names])
    )


def may_be_blank(column: pl.Series) -> bool:
    """Return whether some value is empty or begins with a space of any kind; cheaper than to look for those that are spaces only."""
    return bool((column < "!").any()) or bool((column >= "\x7f").any())


def read_as(column: Column, *, is_adorned: bool, may_have_nul: bool) -> pl.Expr:
    """Return the values of a text column in the column's type, NULL where they are not of it. Few files have adorned numbers."""
    value = pl.col(column.name)
    if column.type in ("text", "code"):
        return pl.when(~value.str.contains("\0", literal=True)).then(value) if may_have_nul else value  # PostgreSQL cannot store a NUL
    if column.type == "integer":
        return pl.when(value.str.contains(r"\A-?[0-9]+\z")).then(value).cast(pl.Int64, strict=False)
    if column.type == "date":
        is_date = value.str.contains(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\z") & ~value.str.starts_with("0000")
        written = [pl.when(is_date).then(value), *(native.iso_date(value, form) for form in column.date_forms)]
        return pl.coalesce(written).str.to_date("%Y-%m-%d", strict=False)
    if column.type == "boolean":
        return pl.when(value == TRUE).then(statement=True).when(value == FALSE).then(statement=False)
    number = unadorned(value) if is_adorned else value
    return pl.when(number.str.contains(decimal_pattern(column))).then(number).cast(polars_type(column), strict=False)


def unadorned(value: pl.Expr) -> pl.Expr:
    """Return numbers with a dollar sign, thousands commas or parentheses as digits, a point and a leading minus."""
    is_negative = value.str.contains(r"\A *-|\$ *-|\(")
    digits = pl.when(is_negative).then(pl.lit("-")).otherwise(pl.lit("")) + value.str.replace_all(r"[-$, ()]", "")
    return pl.when(value.str.contains(r"[$,()]")).then(pl.when(value.str.contains(ADORNED)).then(digits)).otherwise(value)


def decimal_pattern(column: Column) -> str:
    """Return the pattern of a decimal that fits the column: a longer fraction would have to be rounded."""
    decimal = DECIMAL.fullmatch(column.type)
    assert decimal is not None
    precision, scale = int(decimal[1]), int(decimal[2])
    whole = rf"0*[0-9]{{1,{precision - scale}}}" if precision > scale else "0+"
    if not scale:
        return rf"\A-?{whole}\z"
    return rf"\A-?(?:{whole}(?:\.[0-9]{{1,{scale}}})?|\.[0-9]{{1,{scale}}})\z"


def has_unreadable(records: pl.DataFrame, values: pl.DataFrame, name: str) -> bool:
    """Return whether a value of the column was there and could not be read; `values` are the typed `records`."""
    return name in records.columns and values[name].null_count() > records[name].null_count()


def is_unreadable(written: pl.Series, value: pl.Series) -> pl.Series:
    """Return where a value was there and could not be read."""
    return written.is_not_null() & value.is_null()


def unreadable(column: str) -> str:
    """Return the name of a column that says where another could not be read."""
    return f"{column} is unreadable"


def written(column: str) -> str:
    """Return the name under which the text of a column stands beside its typed values."""
    return f"{column} as written"


def problems(records: pl.DataFrame, values: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    """Return the findings of every value by itself: REC-002 to REC-005. `values` are the typed `records`, whose blanks are NULL."""
    present = [column for column in contract.columns if column.name in records.columns]
    frame = values.hstack(records.select(pl.col(column.name).alias(written(column.name)) for column in present))
    every = contract.once("checks of values", lambda: {column.name: list(column_checks(column)) for column in contract.columns})
    checks = {
        (rule_id, column.name): failing for column in present for rule_id, failing in needed_checks(column, records[column.name], every[column.name])
    }
    for column in present:  # most columns of most blocks have no blank or unreadable value, which their counts tell
        if column.required and records[column.name].null_count():
            checks["REC-002", column.name] = pl.col(written(column.name)).is_null()
        if has_unreadable(records, values, column.name):
            checks["REC-003", column.name] = pl.col(written(column.name)).is_not_null() & pl.col(column.name).is_null()
    failing = frame.select(check.fill_null(value=False).alias(" ".join(place)) for place, check in checks.items())
    lines = [
        found.at_lines(rule_id, values["line_number"].filter(failing[f"{rule_id} {name}"]), name)
        for rule_id, name in checks
        if failing[f"{rule_id} {name}"].any()
    ]
    return pl.concat([found.none(), *lines])


def needed_checks(column: Column, text: pl.Series, checks: list[tuple[str, pl.Expr]]) -> list[tuple[str, pl.Expr]]:
    """Return the checks of the column that are needed: of long text with few different values only those that one of these breaks."""
    if column.type not in ("text", "code") or not checks or len(text) <= SAMPLE or text.head(SAMPLE).n_unique() >= FEW:
        return checks
    different = text.unique()
    small = pl.DataFrame({column.name: different, written(column.name): different})
    fails = small.select(check.any().alias(rule_id) for rule_id, check in checks)
    return [(rule_id, check) for rule_id, check in checks if fails[rule_id].any()]


def column_checks(column: Column) -> Checks:
    """Yield each further rule that applies to the column, with where it fails."""
    value = pl.col(column.name)
    if column.codes:
        yield "REC-004", ~value.is_in(list(column.codes))
    changed = pl.col(written(column.name)).str.contains(CHANGED) if column.type == "text" else pl.lit(value=False)
    if column.type == "text" and (column.identity or column.name.endswith(("_id", "_code"))):
        yield "REC-007", changed
    if column.pattern:
        yield "REC-005", value.is_not_null() & ~changed & ~pl.col(written(column.name)).str.contains(rf"\A(?:{column.pattern})\z")
    if column.minimum is not None or column.maximum is not None:
        yield "REC-005", outside(value, column)


def outside(value: pl.Expr, column: Column) -> pl.Expr:
    """Return whether the value lies below the column's minimum or above its maximum."""
    below = value < Decimal(str(column.minimum)) if column.minimum is not None else pl.lit(value=False)
    above = value > Decimal(str(column.maximum)) if column.maximum is not None else pl.lit(value=False)
    return below | above
