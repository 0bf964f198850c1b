"""Causes: findings that one correction mends. One field that was never set is one cause, however many records lack it."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Self

import polars as pl

from sealea.contract import SEVERITY_MEANING, Severity

SPANS_SHOWN = 8
DETAILS_SHOWN = 5
VALUES_APART = 5  # so many values that stand again and again are causes of their own; the rest is told by its form
FORMS_APART = 3

Explain = Callable[[str, str], str]


@dataclass(frozen=True)
class Cause:
    """Findings of one rule in one column that have the same value, or values of one form, if that can be told.

    `value` is the cell they share, `form` what their cells have in common; both are None where cells are not known or
    differ. `cells` are the first, with their lines; `explanations` say what reference data know of them; `marks` are all distinct cells.
    """

    rule_id: str
    severity: str
    column_name: str | None
    message: str
    meaning: str
    fix: str
    count: int
    where: str
    value: str | None = None
    form: str | None = None
    cells: Sequence[tuple[int, str]] = ()
    details: Sequence[str] = ()
    explanations: Sequence[str] = ()
    change: str = ""
    count_before: int = 0
    marks: frozenset[str | None] = frozenset()

    def is_of(self, other: Self) -> bool:
        """Return whether it is the other's cause in another file: the same rule in the same column, and a cell that is the same."""
        return (self.rule_id, self.column_name) == (other.rule_id, other.column_name) and not self.marks.isdisjoint(other.marks)


def causes(findings: pl.DataFrame, meanings: Mapping[Severity, str], explain: Explain = lambda _, __: "") -> list[Cause]:
    """Return the causes of explained findings, the gravest first; of one gravity the most frequent.

    `findings` may have a column `cell`, NULL where it is not known. `meanings` says what follows by severity, `explain` what is
    known of a value that a rule found fault with.
    """
    with_cells = findings if "cell" in findings.columns else findings.with_columns(pl.lit(None, pl.String).alias("cell"))
    parts = [part for part in with_cells.partition_by("rule_id", "column_name", maintain_order=True) if not part.is_empty()]
    found = [cause(piece, meanings, explain) for part in parts for piece in pieces(part)]
    gravity = {severity: place for place, severity in enumerate(SEVERITY_MEANING)}
    return sorted(found, key=lambda each: (gravity[each.severity], -each.count, each.rule_id))  # type: ignore[index]  # one of them


def pieces(part: pl.DataFrame) -> list[pl.DataFrame]:
    """Return the findings of one rule in one column, apart by values that repeat, then by the form of the others."""
    if part["cell"].null_count() == part.height:
        return [part]
    counts = part.drop_nulls("cell").group_by("cell").len().sort("len", "cell", descending=[True, False])
    repeated = counts.filter((pl.col("len") > 1) | (counts.height == 1)).head(VALUES_APART)["cell"].to_list()
    rest = part.filter(pl.col("cell").is_null() | ~pl.col("cell").is_in(repeated))
    by_value = [part.filter(pl.col("cell") == value) for value in repeated]
    return [*by_value, *by_form(rest)]


def by_form(rest: pl.DataFrame) -> list[pl.DataFrame]:
    """Return the findings apart by the form of their cells, or together if there are too many forms for that to help."""
    if rest.is_empty():
        return []
    formed = rest.with_columns(pl.col("cell").map_elements(rough_form, pl.String).alias("form"))
    if formed["form"].n_unique() > FORMS_APART:
        return [rest]
    return [piece.drop("form") for piece in formed.partition_by("form", maintain_order=True)]


def rough_form(cell: str) -> str:
    """Return the form of a cell whatever its length: 12.50 and 3.5 are both 9.9."""
    digits = re.sub(r"\d+", "9", cell)
    return re.sub(r"[^\W\d_]+", "A", digits)


def cause(piece: pl.DataFrame, meanings: Mapping[Severity, str], explain: Explain) -> Cause:
    """Return what the findings have in common, and where they are."""
    first = piece.row(0, named=True)
    noted = piece.filter(pl.col("detail") != "").head(DETAILS_SHOWN)
    details = [f"Line {line}: {detail}" if line else detail for line, detail in noted.select("line_number", "detail").iter_rows()]
    known = piece.drop_nulls("cell")
    values = known["cell"].unique(maintain_order=True)
    forms = {rough_form(value) for value in values}
    explained = [explain(first["rule_id"], value) for value in values.head(DETAILS_SHOWN)]
    return Cause(
        rule_id=first["rule_id"],
        severity=first["severity"],
        column_name=first["column_name"],
        message=first["message"],
        meaning=meanings[first["severity"]],
        fix=first["fix"],
        count=piece.height,
        where=place(piece),
        value=values[0] if len(values) == 1 and known.height == piece.height else None,
        form=forms.pop() if len(values) > 1 and len(forms) == 1 else None,
        cells=known.head(DETAILS_SHOWN).select("line_number", "cell").rows(),
        details=details,
        marks=frozenset(piece["cell"].unique()),
        explanations=[line for line in dict.fromkeys(explained) if line],
    )


def compared(now: Iterable[Cause], before: Iterable[Cause]) -> tuple[list[Cause], list[Cause]]:
    """Return the causes of now, each with whether it is new, and those of before that are solved."""
    earlier, marked = list(before), []
    for each in now:
        same = [other for other in earlier if each.is_of(other)]
        marked.append(replace(each, change="same" if same else "new", count_before=sum(other.count for other in same)))
    return marked, [other for other in earlier if not any(each.is_of(other) for each in marked)]


def place(part: pl.DataFrame) -> str:
    """Return where the findings of one rule in one column are; empty for the file as a whole."""
    lines = part["line_number"].drop_nulls().to_list()
    column = part["column_name"][0]
    named = ([f"Column {column}"] if column else []) + ([spans(lines)] if lines else [])
    return ", ".join(named) + ("" if not named or named[-1].endswith("...") else ".")


def spans(lines: Sequence[int]) -> str:
    """Return ascending line numbers as "1,204 times: lines 2-1205", the first few spans only."""
    breaks = [place for place, (line, following) in enumerate(pairwise(lines), start=1) if following != line + 1]
    runs = [(lines[begin], lines[end - 1]) for begin, end in pairwise([0, *breaks, len(lines)])]
    shown = ", ".join(f"{first}-{last}" if last > first else str(first) for first, last in runs[:SPANS_SHOWN])
    more = ", ..." if len(runs) > SPANS_SHOWN else ""
    return f"line {shown}" if len(lines) == 1 else f"{len(lines):,} times: lines {shown}{more}"
