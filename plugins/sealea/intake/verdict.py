"""The verdict on a file: accepted, returned or waiting, and which of its records are not loaded."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

import polars as pl

from sealea.contract import Rule
from sealea.intake import findings as found
from sealea.intake.findings import Bounded

Status = Literal["accepted", "returned", "waiting"]


@dataclass(frozen=True)
class Verdict:
    """What becomes of what one file says of one extract. `findings` are explained and bounded.

    `quarantined` are the lines on which the readable records begin that must not be loaded, whatever the status.
    `reason` says why it is not accepted: the rules for which it is returned, or the reference data for which it waits.
    """

    status: Status
    findings: pl.DataFrame
    quarantined: pl.Series
    failed_record_count: int
    record_count: int
    reason: str | None = None


@dataclass
class Judgement:
    """What speaks for the verdict so far: a record with an F2 finding is quarantined, one F1 finding returns the file.

    `maximum_share` is the part of all records, 0 to 1, that may be quarantined or unreadable.
    """

    rules: Mapping[str, Rule]
    maximum_share: float
    findings: Bounded = field(default_factory=Bounded)
    fatal: set[str] = field(default_factory=set)
    quarantined: list[pl.Series] = field(default_factory=list)
    quarantined_count: int = 0

    def weigh(self, findings: pl.DataFrame) -> pl.Series:
        """Return the lines that the findings, of records not weighed before, quarantine."""
        if findings.is_empty():
            return pl.Series("line_number", [], pl.Int64)
        explained = found.explained(findings, self.rules)
        self.findings.add(explained)
        self.fatal |= set(explained.filter(pl.col("severity") == "F1")["rule_id"].unique())
        return found.lines_of(explained, "F2")

    def quarantine(self, lines: pl.Series) -> None:
        """Leave out these lines, each of which a readable record begins and which were not left out before."""
        self.quarantined.append(lines)
        self.quarantined_count += len(lines)

    def verdict(self, readable_count: int, unreadable_count: int) -> Verdict:
        """Return the verdict on a file of so many records."""
        record_count, failed = readable_count + unreadable_count, self.quarantined_count + unreadable_count
        if self.is_beyond(failed, record_count):
            detail = f"{failed:,} of {record_count:,} records failed; the state allows {self.maximum_share * 100:g} %."
            self.weigh(found.finding("FILE-007", detail=detail))
        lines = pl.concat([pl.Series("line_number", [], pl.Int64), *self.quarantined]).sort()
        result = Verdict("accepted", self.findings.all(), lines, failed, record_count)
        return replace(result, status="returned", reason=", ".join(sorted(self.fatal))) if self.fatal else result

    def is_beyond(self, failed: int, record_count: int) -> bool:
        """Return whether too many of so many records failed."""
        return failed > Decimal(str(self.maximum_share)) * record_count


def waiting(verdict: Verdict, missing: Iterable[str]) -> Verdict:
    """Return the verdict of a file that cannot be judged before reference data come; what must be returned anyway is."""
    if verdict.status == "returned":
        return verdict
    return replace(verdict, status="waiting", reason=f"waits for {', '.join(sorted(missing))}")


def in_common(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Return the verdicts on the extracts of one file, which are accepted, returned or wait together."""
    statuses: tuple[Status, ...] = ("returned", "waiting")
    for status in statuses:
        reasons = sorted({verdict.reason for verdict in verdicts if verdict.status == status and verdict.reason})
        if reasons:
            return [verdict if verdict.status == status else replace(verdict, status=status, reason=", ".join(reasons)) for verdict in verdicts]
    return list(verdicts)


def renamed(verdict: Verdict, names: Mapping[str, str]) -> Verdict:
    """Return the verdict with findings on values under the names that the sender's own file gives the columns."""
    is_on_file = pl.col("rule_id").str.starts_with("FILE-")  # these name columns of the header as they stand
    name = pl.when(is_on_file).then(pl.col("column_name")).otherwise(pl.col("column_name").replace(names))
    return replace(verdict, findings=verdict.findings.with_columns(name.alias("column_name")).unique(maintain_order=True))
