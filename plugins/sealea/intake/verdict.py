"""The verdict on a file: accepted, returned or waiting, and which of its records are loaded."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

import polars as pl

from sealea.contract import Rule
from sealea.intake import findings as found

Status = Literal["accepted", "returned", "waiting"]


@dataclass(frozen=True)
class Verdict:
    """What becomes of what one file says of one extract. `findings` are explained and bounded; `loaded` are the typed records to load.

    `reason` says why it is not accepted: the rules for which it is returned, or the reference data for which it waits.
    """

    status: Status
    findings: pl.DataFrame
    loaded: pl.DataFrame
    failed_record_count: int
    record_count: int
    reason: str | None = None


def judge(typed: pl.DataFrame, findings: pl.DataFrame, unreadable_record_count: int, rules: Mapping[str, Rule], maximum_share: float) -> Verdict:
    """Return the verdict: a record with an F2 finding is quarantined; one F1 finding, or too many failed records, return the file.

    `maximum_share` is the part of all records, 0 to 1, that may be quarantined or unreadable.
    """
    explained = found.explained(findings, rules)
    quarantined = found.lines_of(explained, "F2")
    kept = typed.filter(~pl.col("line_number").is_in(quarantined.implode()))
    record_count = typed.height + unreadable_record_count
    failed = record_count - kept.height
    if failed > Decimal(str(maximum_share)) * record_count:
        detail = f"{failed:,} of {record_count:,} records failed; the state allows {maximum_share * 100:g} %."
        explained = found.explained(pl.concat([findings, found.finding("FILE-007", detail=detail)]), rules)
    fatal = explained.filter(pl.col("severity") == "F1")["rule_id"].unique().sort()
    result = Verdict("accepted", found.bounded(explained), kept, failed, record_count)
    return result if fatal.is_empty() else unloaded(result, "returned", ", ".join(fatal))


def unloaded(verdict: Verdict, status: Status, reason: str) -> Verdict:
    """Return the verdict under which nothing is loaded."""
    return replace(verdict, status=status, reason=reason, loaded=verdict.loaded.clear())


def waiting(verdict: Verdict, missing: Iterable[str]) -> Verdict:
    """Return the verdict of a file that cannot be judged before reference data come; what must be returned anyway is."""
    return verdict if verdict.status == "returned" else unloaded(verdict, "waiting", f"waits for {', '.join(sorted(missing))}")


def in_common(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Return the verdicts on the extracts of one file, which are accepted, returned or wait together."""
    for status in ("returned", "waiting"):
        reasons = sorted({verdict.reason for verdict in verdicts if verdict.status == status and verdict.reason})
        if reasons:
            return [verdict if verdict.status == status else unloaded(verdict, status, ", ".join(reasons)) for verdict in verdicts]
    return list(verdicts)


def renamed(verdict: Verdict, names: Mapping[str, str]) -> Verdict:
    """Return the verdict with findings on values under the names that the sender's own file gives the columns."""
    is_on_file = pl.col("rule_id").str.starts_with("FILE-")  # these name columns of the header as they stand
    name = pl.when(is_on_file).then(pl.col("column_name")).otherwise(pl.col("column_name").replace(names))
    return replace(verdict, findings=verdict.findings.with_columns(name.alias("column_name")).unique(maintain_order=True))
