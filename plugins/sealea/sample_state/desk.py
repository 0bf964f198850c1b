"""The desk from which the files of a sample state are sent: what is planted into them, and what must come of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from sealea.sample_state import across, across_books, forms, funds, planting
from sealea.sample_state.organisations import Organisations
from sealea.sample_state.planting import FINDING, FIRST_DAY, Kind, Remarks
from sealea.sample_state.size import STATE, Size
from sealea.sample_state.truth import Truth

SUBMISSION = {
    "sender_id": pl.String,
    "file_name": pl.String,
    "round": pl.Int64,
    "extract": pl.String,
    "school_year": pl.Int64,
    "status": pl.String,
    "row_count": pl.Int64,
    "sent_row_count": pl.Int64,
    "loaded_row_count": pl.Int64,
}


@dataclass(frozen=True)
class Sent:
    """The rows of an extract and year as they were sent, those of several LEAs one after another; `lost` says which must not count."""

    rows: pl.DataFrame
    lost: np.ndarray


@dataclass
class Desk:
    """Where files are written, what is planted into them, and what must come of them."""

    size: Size
    state: Organisations
    out: Path
    pattern: str
    plan: dict[tuple[str, int, int], Kind]
    truth: Truth
    habits: list[str]
    balances: funds.Balances = field(default_factory=funds.Balances)
    findings: list[tuple[Any, ...]] = field(default_factory=list)
    submissions: list[tuple[Any, ...]] = field(default_factory=list)
    kinds: dict[tuple[str, str], str] = field(default_factory=dict)
    held: across.Held | None = field(default_factory=across.Held)
    masks: dict[tuple[str, int, int], np.ndarray] = field(default_factory=dict)
    counts: list[Callable[[], None]] = field(default_factory=list)
    set_aside: Mapping[tuple[str, str], Sequence[int]] = field(default_factory=dict)

    def name(self, extract: str, year: int, sender: str, day: str = FIRST_DAY) -> str:
        """Return the name of a file that is sent on a day of the year."""
        fields = {"state": STATE.lower(), "sender": sender, "extract": extract, "school_year": year, "sent_at": f"{year}{day}T080000"}
        return self.pattern.format(**fields, window="ref" if sender == "sea" else "close")

    def write(self, sender: str, name: str, data: bytes, turn: int = 1) -> None:
        """Write one file; what is sent later than the first time lies in folders of its own."""
        folder = self.out / sender if turn == 1 else self.out / f"round-{turn}" / sender
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)

    def write_reference(self, extract: str, year: int, rows: pl.DataFrame) -> None:
        """Write a file of the SEA."""
        name = self.name(extract, year, "sea")
        own = planting.planted(self.size, self.plan.get((extract, year, planting.SEA)), rows, STATE, (extract, year, planting.SEA))
        self.write("sea", name, own.text.encode())
        self.note("sea", name, (extract, year), planting.Sending(1, FIRST_DAY, own))
        self.hold("sea", name, (extract, year, planting.SEA), own)

    def write_by_lea(self, extract: str, year: int, rows: pl.DataFrame, lea: pl.Series, remarks: tuple[Remarks, ...] = ()) -> Sent:
        """Write the file of each LEA, `lea` being the row of leas of every row, in order; return the rows as they count.

        `remarks` say what the platform finds in rows that are as they should be. Which rows are lost across files is known in `write_truth`.
        """
        lost, parts = np.zeros(rows.height, dtype=bool), []
        numbers, starts = np.unique(lea.to_numpy(), return_index=True)
        ends = [*starts[1:].tolist(), rows.height]
        for place, (number, start, end) in enumerate(zip(numbers.tolist(), starts.tolist(), ends, strict=True)):
            kind = self.plan.get((extract, year, number))
            other = self.state.leas["lea_id"][number - 1]
            here = tuple(remark.within(start, end) for remark in remarks)
            own = planting.planted(self.size, kind, rows[start:end], other, (extract, year, number), here)
            if kind and kind.get("file") == {"swapped": True} and len(numbers) > 1:
                begin, stop = int(starts[place - 1]), ends[place - 1]
                own = planting.swapped(kind, rows[start:end], rows[begin:stop], tuple(remark.within(begin, stop) for remark in remarks))
            sendings = planting.sendings(kind, rows[start:end], own, here)
            names = [self.send(extract, year, number, sending) for sending in sendings]
            lost[start:end] = sendings[-1].file.lost if sendings else True
            for line in self.set_aside.get((self.state.leas["lea_id"][number].lower(), names[-1]), ()) if names else ():
                lost[start + line - 2] = True
            self.masks[extract, year, number] = lost[start:end]
            is_changed = bool(sendings) and not sendings[-1].file.is_returned
            parts.append(sendings[-1].file.rows[: end - start].select(rows.columns) if is_changed else rows[start:end])
        return Sent(pl.concat(parts) if self.plan and parts else rows, lost)

    def send(self, extract: str, year: int, number: int, sending: planting.Sending) -> str:
        """Write a file of an LEA in the form that it always has, and note what must come of it; return its name."""
        lea_id = self.state.leas["lea_id"][number]
        sender, own = lea_id.lower(), sending.file
        name = self.name(extract, year, sender, sending.day)
        habit = "plain" if own.is_returned else self.habits[number]
        if not own.kind and forms.is_fixed(habit, lea_id, extract):
            name = f"funds_{sender}_{year}.txt"
            self.write(sender, name, forms.fixed(own.text), sending.turn)
            self.note(sender, name, (extract, year), sending)
            if sending.is_last:
                self.hold(sender, name, (extract, year, number), own, header_lines=0)
            return name
        data, ending, first_line = forms.dressed(own.text, habit, lea_id, name, extract)
        name = name if not ending else name.replace(".csv", ending) if ending == ".xlsx" else f"{name}{ending}"
        self.write(sender, name, data, sending.turn)
        if first_line:
            self.findings.append((sender, name, "encoding", "FILE-014", "I", first_line, None, 1))
        self.note(sender, name, (extract, year), sending)
        if sending.is_last:
            self.hold(sender, name, (extract, year, number), own)
        return name

    def hold(self, sender: str, name: str, what: tuple[str, int, int], own: planting.Planted, *, header_lines: int = 1) -> None:
        """Keep the rows of a file that are loaded, to find what must be found across files."""
        if self.held:
            extract, year, number = what
            place = {"sender": sender, "file": name, "collection": extract}
            rows = own.held().with_columns(pl.exclude("line").cast(pl.String), **{key: pl.lit(value) for key, value in place.items()})
            rows = rows.with_columns(pl.col("line") + header_lines - 1, year=pl.lit(year, pl.Int64), lea=pl.lit(number, pl.Int64))
            self.held.parts.setdefault(extract, []).append(rows)

    def count(self, take_in: Callable[[], None]) -> None:
        """Let the truth take something in: when all files are known, at once where the state is too large to keep them."""
        if self.held:
            self.counts.append(take_in)
        else:
            take_in()

    def find_across(self) -> None:
        """Note what must be found across files, and mark the rows that are quarantined for it as lost."""
        if not self.held:
            return
        parts = [*across.of_staff(self.held, self.state), *across.of_students(self.held), *across_books.of_books(self.held)]
        found = pl.concat(parts).sort(pl.all())
        for sender, name, extract, year, lea, line, rule, severity, column in found.iter_rows():
            self.findings.append((sender, name, self.kinds.get((sender, name)), rule, severity, line, column, 2))
            mask = self.masks.get((extract, year, lea))
            if severity == "F2" and mask is not None and line - 2 < len(mask):
                mask[line - 2] = True

    def note(self, sender: str, name: str, what: tuple[str, int], sending: planting.Sending) -> None:
        """Note what must be found in a file and what must come of it."""
        own = sending.file
        if own.kind:
            self.kinds[sender, name] = own.kind
        self.findings += [(sender, name, own.kind, *finding, 1) for finding in own.findings]
        status = "returned" if own.is_returned else "accepted" if sending.is_last else "superseded"
        self.submissions.append((sender, name, sending.turn, *what, status, len(own.lost), own.rows.height, own.loaded_row_count))

    def write_truth(self) -> None:
        """Write what is true of the state and what must be found in its files."""
        self.find_across()
        for take_in in self.counts:
            take_in()
        folder = self.out / "truth"
        folder.mkdir(exist_ok=True)
        values = self.truth.values()
        for name, table in {"indicators": values, **self.truth.of_goals(values)}.items():
            table.write_parquet(folder / f"{name}.parquet")
        pl.DataFrame(self.findings, schema=FINDING, orient="row").write_csv(folder / "findings.csv")
        pl.DataFrame(self.submissions, schema=SUBMISSION, orient="row").write_csv(folder / "submissions.csv")
