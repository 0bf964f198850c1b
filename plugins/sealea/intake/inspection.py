"""Inspection: one extract of a file, piece by piece: mapped, checked, weighed, and handed on to where its good records are kept."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

from sealea.intake import checking, findings, mapping, standards, verdict
from sealea.intake.checking import Check, Claim
from sealea.intake.lines import Account
from sealea.intake.mapping import Feed
from sealea.intake.membership import Known
from sealea.intake.reading import Reading
from sealea.intake.standards import Standard
from sealea.intake.verdict import Judgement, Verdict

PLACE = ["line_number", "column_name"]


class Keeper(Protocol):
    """Where the typed records go that may be loaded, while the file is still read; in the end all stay or none."""

    def add(self, rows: pl.DataFrame) -> None:
        """Keep the rows of a piece: `line_number`, `line_count` and the contract's columns."""

    def settle(self, late: pl.Series) -> None:
        """Keep for good what was added, without the rows that begin on the lines `late`."""

    def give_up(self) -> None:
        """Keep nothing of what was added; said once or more."""


@dataclass
class InMemory:
    """Keeps the rows as frames, for files that are small or whose rows nobody wants: then with `is_kept` false."""

    is_kept: bool = True
    frames: list[pl.DataFrame] = field(default_factory=list)

    def add(self, rows: pl.DataFrame) -> None:
        """Keep the rows."""
        if self.is_kept:
            self.frames.append(rows)

    def settle(self, late: pl.Series) -> None:
        """Leave out the lines."""
        self.frames = [frame.filter(~pl.col("line_number").is_in(late.implode())) for frame in self.frames] if len(late) else self.frames

    def give_up(self) -> None:
        """Keep nothing."""
        self.frames, self.is_kept = [], False

    @property
    def rows(self) -> pl.DataFrame:
        """Return all rows."""
        return pl.concat(self.frames, how="diagonal") if self.frames else pl.DataFrame(schema={"line_number": pl.Int64, "line_count": pl.Int64})


@dataclass(frozen=True)
class Subject:
    """One extract that a file holds: what it is held to, how it is mapped if the file is a native one, and what it is compared with.

    `references` are rows of reference extracts by name; `missing` are those that the SEA has never sent; `known` keeps what rules
    make of the references, for other files that are compared with the same.
    """

    standard: Standard
    references: Mapping[str, pl.DataFrame]
    missing: frozenset[str] = frozenset()
    feed: Feed | None = None
    known: Known = field(default_factory=dict)

    @property
    def is_mappable(self) -> bool:
        """Return whether the reference data are there that its map looks up; without them not even a record's organisation can be told."""
        return not (self.feed and self.missing & self.feed.column_map.lookup_extracts)

    @property
    def needs_whole_file(self) -> bool:
        """Return whether its records must be checked all at once."""
        return checking.needs_whole_file(self.standard.contract)


@dataclass
class Inspection:
    """What is known of one extract so far. `line_count` is that of the file: there are no more records than lines."""

    subject: Subject
    claim: Claim
    keeper: Keeper
    line_count: int
    check: Check = field(init=False)
    judgement: Judgement = field(init=False)
    unsure: list[pl.DataFrame] = field(default_factory=list)
    long_records: list[pl.DataFrame] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("header", "blank", "unreadable", "readable", "quarantined"), 0))
    readable_count: int = 0
    unreadable_count: int = 0

    def __post_init__(self) -> None:
        """Begin with nothing."""
        standard = self.subject.standard
        self.check = Check(standard.contract, self.claim, standard.same_person, self.subject.references, self.subject.known)
        self.judgement = Judgement(standard.rules, standard.maximum_quarantined_share)

    def take(self, piece: Reading) -> None:
        """Check a piece of the file and hand on its good records. Raises RuleBug if a rule or an expression of a map does not run."""
        self.count(piece)
        if piece.records.is_empty() or not self.subject.is_mappable:
            typed, problems = piece.records, pl.concat([piece.findings])
        else:
            typed, problems = self.checked(piece)
        lines = self.weigh(problems)
        quarantined = typed.filter(pl.col("line_number").is_in(lines.implode())) if len(lines) else typed.clear()
        self.leave_out(quarantined)
        if self.is_lost:
            self.keeper.give_up()
        elif not typed.is_empty():
            self.keeper.add(typed.filter(~pl.col("line_number").is_in(lines.implode())) if len(quarantined) else typed)

    def count(self, piece: Reading) -> None:
        """Count the lines and records of the piece."""
        records = piece.records
        self.readable_count += records.height
        self.unreadable_count += piece.unreadable_record_count
        self.counts["header"] += piece.header_line_count
        self.counts["blank"] += piece.blank_line_count
        self.counts["unreadable"] += piece.unreadable_line_count
        line_count = int(records["line_count"].sum())
        self.counts["readable"] += line_count
        if line_count > records.height:
            self.long_records.append(records.filter(pl.col("line_count") > 1).select("line_number", "line_count"))

    @property
    def seen_line_count(self) -> int:
        """Return how many physical lines were in the pieces so far."""
        return sum(self.counts[kind] for kind in ("header", "blank", "unreadable", "readable"))

    def checked(self, piece: Reading) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return the typed records and the findings on them and on the form of the piece.

        What level 1 says of a value that a spreadsheet changed or the map could not give is only a consequence.
        """
        feed, records, unmapped, mangled = self.subject.feed, piece.records, findings.none(), piece.mangled
        if feed:
            mapped = mapping.mapped(records, feed)
            records, unmapped, mangled = mapped.records, mapped.findings, in_contract_columns(mangled, feed)
            unmapped = unmapped.join(mangled, on=PLACE, how="anti")
        typed, own = self.check.block(records, may_have_nul=not piece.columnar_byte_count)
        unsure = pl.concat([mangled, unmapped])
        if not unsure.is_empty():
            own = own.join(unsure, on=PLACE, how="anti")
            self.unsure.append(unsure.select(PLACE))
        return typed, pl.concat([piece.findings, unsure, own])

    def weigh(self, problems: pl.DataFrame) -> pl.Series:
        """Return the lines that the applicable ones of the findings quarantine."""
        return self.judgement.weigh(standards.applicable(problems, self.subject.standard.not_applicable))

    def leave_out(self, quarantined: pl.DataFrame) -> None:
        """Quarantine records that stood so far."""
        if quarantined.is_empty():
            return
        self.counts["quarantined"] += int(quarantined["line_count"].sum())
        self.judgement.quarantine(quarantined["line_number"])

    @property
    def is_lost(self) -> bool:
        """Return whether the file will be returned or wait, whatever follows."""
        beyond = self.judgement.is_beyond(self.judgement.quarantined_count + self.unreadable_count, self.line_count)
        return bool(self.judgement.fatal) or bool(self.subject.missing) or beyond

    def concluded(self, again: Callable[[pl.Series | None], Iterator[pl.DataFrame]]) -> tuple[Verdict, pl.Series]:
        """Return the verdict, and the lines whose records were handed on and must not stay after all.

        `again` gives the records of some lines, or all, as they were read.
        """
        late = self.late(again) if self.readable_count and self.subject.is_mappable else pl.Series("line_number", [], pl.Int64)
        result = self.judgement.verdict(self.readable_count, self.unreadable_count)
        result = verdict.waiting(result, self.subject.missing) if self.subject.missing else result
        return (verdict.renamed(result, self.subject.feed.native_names) if self.subject.feed else result), late

    def late(self, again: Callable[[pl.Series | None], Iterator[pl.DataFrame]]) -> pl.Series:
        """Return the lines that are quarantined by what only all records together tell."""
        feed = self.subject.feed

        def records(lines: pl.Series | None) -> Iterator[pl.DataFrame]:
            return (mapping.mapped(frame, feed).records if feed else frame for frame in again(lines))

        problems = self.check.rest(records)
        if self.unsure:
            problems = problems.join(pl.concat(self.unsure), on=PLACE, how="anti")
        lines = self.weigh(problems).sort()
        if lines.is_empty():
            return lines
        before = pl.concat([pl.Series("line_number", [], pl.Int64), *self.judgement.quarantined])
        late = lines.filter(~lines.is_in(before.implode()))
        counts = pl.DataFrame({"line_number": late})
        if self.long_records:
            counts = counts.join(pl.concat(self.long_records), on="line_number", how="left", maintain_order="left")
        counts = counts.with_columns(pl.col("line_count").fill_null(1) if self.long_records else pl.lit(1, pl.Int64).alias("line_count"))
        self.leave_out(counts)
        return late

    def account(self, *, is_loaded: bool) -> Account:
        """Return what became of every line. Raises SealeaError if a line is left out."""
        loaded_lines = self.counts["readable"] - self.counts["quarantined"] if is_loaded else 0
        loaded_rows = self.readable_count - self.judgement.quarantined_count if is_loaded else 0
        account = Account(
            physical_line_count=self.line_count,
            header_line_count=self.counts["header"],
            blank_line_count=self.counts["blank"],
            loaded_line_count=loaded_lines,
            quarantined_line_count=self.counts["readable"] - loaded_lines,
            unreadable_line_count=self.counts["unreadable"],
            loaded_row_count=loaded_rows,
            quarantined_row_count=self.readable_count - loaded_rows,
        )
        account.require_every_line()
        return account


def in_contract_columns(problems: pl.DataFrame, feed: Feed) -> pl.DataFrame:
    """Return findings on native columns as findings on the contract columns that come from them."""
    names = [(native, column) for column in feed.sources for native in feed.native_columns(column)]
    columns = pl.DataFrame(names, schema={"column_name": pl.String, "contract_column": pl.String}, orient="row")
    return problems.join(columns, on="column_name").select("rule_id", "line_number", pl.col("contract_column").alias("column_name"), "detail")
