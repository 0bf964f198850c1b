"""Column maps: how a state's native file becomes rows of our extracts. Data in expectations/states/<xx>/maps/*.yml, no Python."""

import csv
import itertools
import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from sealea import document
from sealea.contract import Closed, Name
from sealea.errors import ContractError

Adornment = Literal["dollar_sign", "thousands_commas", "parentheses", "trailing_minus"]
YEARS = ("school_year", "school_year_short", "school_years", "school_years_short")
PATTERN_FIELDS = ("state", "sender", "window", "sent_at", "number", *YEARS)
PLACEHOLDERS = {
    "school_year": "ending year of the school year that the file name says",
    "fiscal_year": "the same year, of a ledger",
    "school_year_start": "July 1 before that school year",
    "school_year_end": "June 30 of that school year",
    "fiscal_year_start": "July 1 before that fiscal year",
    "fiscal_year_end": "June 30 of that fiscal year",
    "sender": "the account that sent the file",
    "sender_org": "the one organisation that the account reports",
    "state": "the two letters of the state",
    "window": "the window that the file name says",
    "line_number": "the line on which the record begins; makes a key where the state has none",
}
PLACEHOLDER = re.compile(r"\{(\w+)\}")
RESERVED = ("line_number", "line_count")
CODES_HEADER = ("native_code", "code", "meaning")


def date_form(pattern: str) -> str:
    """Return the pattern of a date. Raises ValueError if it does not hold year, month and day once each, told apart by more than a guess."""
    pieces = re.findall(r"Y+|M+|D+|[^YMD]+", pattern)
    parts = [piece for piece in pieces if piece[0] in "YMD"]
    if sorted(part[0] for part in parts) != ["D", "M", "Y"] or not {"YYYY", "YY", "MM", "M", "DD", "D"}.issuperset(parts):
        raise ValueError("a date has one of YYYY YY, one of MM M and one of DD D, such as M/D/YYYY")
    if any({"M", "D"} & set(pair) and set(pair) <= set(parts) for pair in itertools.pairwise(pieces)):
        raise ValueError("a part of one or two digits must be set off from the others, such as M/D/YYYY")
    return pattern


def order_of_date(pattern: str) -> tuple[str, str]:
    """Return what is between the parts of a date, and their order: two forms with the first alike and the second not cannot be told apart."""
    parts = re.findall(r"Y+|M+|D+", pattern)
    return re.sub(r"Y+|M+|D+", "#", pattern), "".join(part[0] for part in parts)


class Form(Closed):
    """How the values of one native column are written; without any key: text, as it stands."""

    date: str | None = Field(None, description="Such as M/D/YYYY: M and D have one or two digits, MM and DD two, YY is of this century.")
    number: tuple[Adornment, ...] | None = Field(None, description="A number, and what may stand around its digits.")
    pad: int | None = Field(None, ge=2, le=20, description="Restores leading zeros up to this width.")
    trim: bool = Field(default=False, description="Takes away the spaces around the value.")
    means: dict[str, str] = Field(default={}, description="What certain values stand for, such as {'-': '0', 'N/A': ''}; before anything else.")
    optional: bool = Field(default=False, description="The column may be absent; its values are then blank.")

    @field_validator("date")
    @classmethod
    def date_has_three_parts(cls, value: str | None) -> str | None:
        """Refuse a date pattern that does not hold year, month and day once each."""
        return value if value is None else date_form(value)

    @model_validator(mode="after")
    def one_form(self) -> Self:
        """Refuse a column that is two things at once."""
        if sum(form is not None for form in (self.date, self.number, self.pad)) > 1:
            raise ValueError("a column has one of `date`, `number`, `pad`")
        return self

    def __str__(self) -> str:
        """Return the form as a sender reads it."""
        if self.date:
            return f"a date written {self.date}"
        if self.number is None:
            return "text"
        return " with ".join(["a number", *([" or ".join(self.number).replace("_", " ")] if self.number else [])])


class Split(Closed):
    """Takes one part of a value; `part` counts from 1."""

    at: Annotated[str, Field(min_length=1)]
    part: Annotated[int, Field(ge=1)]


class Lookup(Closed):
    """Finds the value in a column of the SEA's reference data and gives another column of the same row."""

    found_in: Annotated[str, Field(alias="in", pattern=r"^[a-z0-9_]+\.[a-z0-9_]+$", description="<extract>.<column>")]
    give: Name
    where: str | None = Field(None, description="Condition on the rows of the reference data.")

    @property
    def extract(self) -> str:
        """Return the extract that is looked in."""
        return self.found_in.split(".")[0]

    @property
    def column(self) -> str:
        """Return the column that is looked in."""
        return self.found_in.split(".")[1]


class Source(Closed):
    """Where the values of one contract column come from."""

    column: str | None = None
    constant: str | None = Field(None, description=f"Text with placeholders: {', '.join(PLACEHOLDERS)}.")
    sql: str | None = Field(None, description="An expression on one record, over native columns in the form they declare.")
    split: Split | None = None
    recode: dict[str, str] | None = Field(None, description="Contract value by native value, or a file codes/<name>.csv.")
    default: str | None = Field(None, description="For native values that `recode` does not know; without it they are findings.")
    lookup: Lookup | None = None

    @model_validator(mode="after")
    def one_origin(self) -> Self:
        """Refuse a source with no origin or several, and steps that have nothing to work on."""
        if sum(origin is not None for origin in (self.column, self.constant, self.sql)) != 1:
            raise ValueError("needs exactly one of `column`, `constant`, `sql`")
        if self.constant is not None and (self.split or self.recode or self.lookup):
            raise ValueError("`split`, `recode` and `lookup` follow `column` or `sql`")
        if self.recode and self.lookup:
            raise ValueError("has `recode` and `lookup`; use one")
        if self.default is not None and self.recode is None:
            raise ValueError("`default` belongs to `recode`")
        unknown = set(PLACEHOLDER.findall(self.constant or "")) - set(PLACEHOLDERS)
        if unknown:
            raise ValueError(f"unknown placeholder: {', '.join(sorted(unknown))}")
        return self

    def native_columns(self, known: tuple[str, ...]) -> tuple[str, ...]:
        """Return those of the `known` native columns that the source reads."""
        if self.sql is None:
            return (self.column,) if self.column else ()
        code = re.sub(r"'(?:[^']|'')*'", "''", self.sql)
        words = {word.strip('"') for word in re.findall(r'"[^"]+"|\b[A-Za-z_]\w*\b', code)}
        return tuple(name for name in known if name in words)


class FixedWidth(Closed):
    """Where the columns stand on a line, in the school years from `since` to `until`. Places count characters from 1, both ends included."""

    since: int | None = None
    until: int | None = None
    length: Annotated[int, Field(ge=1)] | None = Field(None, description="Characters of a line; without it, the end of the last column.")
    columns: dict[str, tuple[Annotated[int, Field(ge=1)], int]] = Field(min_length=1)

    @model_validator(mode="after")
    def columns_follow_one_another(self) -> Self:
        """Refuse columns that end before they begin, overlap, or stand behind the end of the line."""
        places = sorted(self.columns.values())
        ends = [0, *(end for _, end in places)]
        if any(start > end for start, end in places) or any(start <= end for (start, _), end in zip(places, ends, strict=False)):
            raise ValueError("columns: each begins behind the end of the one before")
        if self.length is not None and self.length < ends[-1]:
            raise ValueError("length: the last column ends behind it")
        return self

    @property
    def line_length(self) -> int:
        """Return how many characters a line has."""
        return self.length or max(end for _, end in self.columns.values())

    def is_of(self, school_year: int) -> bool:
        """Return whether files of the school year are written so."""
        return (self.since or school_year) <= school_year <= (self.until or school_year)


class NativeFile(Closed):
    """How the native file is named and written. Sender, school year and window come from the name or stand here; none is guessed."""

    pattern: str = Field(description=f"File name; * is any text without digits, fields are {', '.join(PATTERN_FIELDS)}.")
    senders: tuple[str, ...] | Literal["*"] = Field((), description="Accounts that send this layout; * is any LEA account, by its inbox.")
    school_year: int | None = Field(None, ge=1990, le=2100)
    window: Annotated[str, Field(pattern=r"^[a-z0-9]+$")] | None = None
    delimiter: Literal[",", ";", "|", "^", "\t"] | None = Field(None, description="Without it, the header tells the delimiter.")
    encoding: Literal["utf-8", "windows-1252", "iso-8859-1"] = "utf-8"
    sheet: str | None = Field(None, description="Name of the sheet of a workbook; without it, the first that is not hidden.")
    fixed_width: tuple[FixedWidth, ...] = Field((), description="For files without header and delimiter: where the columns stand, by school years.")

    @model_validator(mode="after")
    def name_says_enough(self) -> Self:
        """Refuse a file of which sender, school year or window would have to be guessed, or that two places name."""
        fields = PLACEHOLDER.findall(self.pattern)
        unknown = set(fields) - set(PATTERN_FIELDS)
        if unknown:
            raise ValueError(f"unknown field in pattern: {', '.join(sorted(unknown))}")
        if sum(field in YEARS for field in fields) + (self.school_year is not None) != 1:
            raise ValueError("the school year needs one place: a field of the pattern, or `school_year`")
        if fields.count("window") + (self.window is not None) != 1:
            raise ValueError("the window needs one place: a field of the pattern, or `window`")
        if not self.senders and "sender" not in fields:
            raise ValueError("the sender needs a place: a field of the pattern, or `senders`")
        return self

    @model_validator(mode="after")
    def one_layout_a_year(self) -> Self:
        """Refuse fixed-width layouts of which two hold in one school year."""
        years = sorted((layout.since or 0, layout.until or 9999) for layout in self.fixed_width)
        if any(since <= until for (_, until), (since, _) in itertools.pairwise(years)):
            raise ValueError("fixed_width: two layouts hold in one school year")
        return self

    def places(self, school_year: int) -> FixedWidth | None:
        """Return the fixed-width layout of the school year; None if there is none."""
        return next((layout for layout in self.fixed_width if layout.is_of(school_year)), None)


class ColumnMap(Closed):
    """One native layout. `columns` are those that the feeds may read; others of the file are ignored and stay in landing."""

    title: str
    file: NativeFile
    columns: dict[str, Form] = Field(min_length=1)
    feeds: dict[Name, dict[Name, Source]] = Field(min_length=1)
    source: str

    @model_validator(mode="after")
    def columns_are_declared(self) -> Self:
        """Refuse a feed that reads a native column which `columns` does not declare."""
        unplaced = {name for name, form in self.columns.items() if not form.optional}
        for layout in self.file.fixed_width:
            if missing := sorted(unplaced - set(layout.columns)):
                raise ValueError(f"file.fixed_width: {missing[0]} has no place; place it, or make it optional")
        if reserved := [name for name in self.columns if name in RESERVED]:
            raise ValueError(f"columns: {reserved[0]} is a word of ours; such a native column cannot be read")
        for extract, feed in self.feeds.items():
            for name, origin in feed.items():
                if origin.column is not None and origin.column not in self.columns:
                    raise ValueError(f"feeds.{extract}.{name}: `columns` does not declare {origin.column}")
        return self

    @property
    def extracts(self) -> tuple[str, ...]:
        """Return the extracts that the file feeds, in the order in which the map names them."""
        return tuple(self.feeds)

    @property
    def used_columns(self) -> tuple[str, ...]:
        """Return the native columns that a feed reads."""
        known = tuple(self.columns)
        used = {name for feed in self.feeds.values() for origin in feed.values() for name in origin.native_columns(known)}
        return tuple(name for name in known if name in used)

    @property
    def lookup_extracts(self) -> frozenset[str]:
        """Return the extracts of reference data that the map looks in."""
        return frozenset(origin.lookup.extract for feed in self.feeds.values() for origin in feed.values() if origin.lookup)


def load_maps(folder: Path) -> dict[str, ColumnMap]:
    """Return the column maps of a state pack's folder by name. Raises ContractError naming file and key."""
    return {path.stem: load_map(path) for path in sorted((folder / "maps").glob("*.yml"))}


def load_map(path: Path) -> ColumnMap:
    """Return the column map in `path`. Raises ContractError naming file and key."""
    try:
        return ColumnMap.model_validate(with_codes(document.read(path), path.parent.parent))
    except (ValidationError, yaml.YAMLError) as error:
        raise ContractError(f"{path}: {error}") from error


def with_codes(written: Any, folder: Path) -> Any:
    """Return the map as written, with the content of code files in place of their names; what has another shape stays as it is."""
    feeds = written.get("feeds") if isinstance(written, dict) else None
    for feed in feeds.values() if isinstance(feeds, dict) else ():
        for origin in feed.values() if isinstance(feed, dict) else ():
            if isinstance(origin, dict) and isinstance(origin.get("recode"), str):
                origin["recode"] = load_codes(folder, origin["recode"])
    return written


def load_codes(folder: Path, name: str) -> dict[str, str]:
    """Return contract code by native code from the file `name`, codes/*.csv. Raises ContractError if it is not such a file."""
    if not re.fullmatch(r"codes/[a-z0-9_]+\.csv", name) or not (folder / name).is_file():
        raise ContractError(f"{folder / name}: recode names no file of {folder / 'codes'}. Write codes/<name>.csv.")
    with (folder / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    if not rows or tuple(rows[0]) != CODES_HEADER or any(len(row) != len(CODES_HEADER) for row in rows):
        raise ContractError(f"{folder / name}: the header must be {','.join(CODES_HEADER)}, and every line must have as many values.")
    codes = {native: code for native, code, _ in rows[1:]}
    if len(codes) != len(rows) - 1:
        raise ContractError(f"{folder / name}: a native_code is listed twice.")
    return codes
