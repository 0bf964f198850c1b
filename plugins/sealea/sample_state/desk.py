"""The desk from which the files of a sample state are sent: what is planted into them, and what must come of them."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from sealea.sample_state import forms, funds, planting
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
    "loaded_row_count": pl.Int64,
}


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

    def write_by_lea(self, extract: str, year: int, rows: pl.DataFrame, lea: pl.Series, remarks: tuple[Remarks, ...] = ()) -> np.ndarray:
        """Write the file of each LEA, `lea` being the row of leas of every row, in order; return which rows must not count.

        `remarks` say what the platform finds in rows that are as they should be.
        """
        lost = np.zeros(rows.height, dtype=bool)
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
            for sending in sendings:
                self.send(extract, year, number, sending)
            lost[start:end] = sendings[-1].file.lost if sendings else True
        return lost

    def send(self, extract: str, year: int, number: int, sending: planting.Sending) -> None:
        """Write a file of an LEA in the form that it always has, and note what must come of it."""
        lea_id = self.state.leas["lea_id"][number]
        sender, own = lea_id.lower(), sending.file
        name = self.name(extract, year, sender, sending.day)
        habit = "plain" if own.is_returned else self.habits[number]
        data, ending, first_line = forms.dressed(own.text, habit, lea_id, name)
        name = name if not ending else name.replace(".csv", ending) if ending == ".xlsx" else f"{name}{ending}"
        self.write(sender, name, data, sending.turn)
        if first_line:
            self.findings.append((sender, name, "encoding", "FILE-014", "I", first_line, None))
        self.note(sender, name, (extract, year), sending)

    def note(self, sender: str, name: str, what: tuple[str, int], sending: planting.Sending) -> None:
        """Note what must be found in a file and what must come of it."""
        own = sending.file
        self.findings += [(sender, name, own.kind, *finding) for finding in own.findings]
        status = "returned" if own.is_returned else "accepted" if sending.is_last else "superseded"
        self.submissions.append((sender, name, sending.turn, *what, status, len(own.lost), own.loaded_row_count))

    def write_truth(self) -> None:
        """Write what is true of the state and what must be found in its files."""
        folder = self.out / "truth"
        folder.mkdir(exist_ok=True)
        self.truth.values().write_parquet(folder / "indicators.parquet")
        pl.DataFrame(self.findings, schema=FINDING, orient="row").write_csv(folder / "findings.csv")
        pl.DataFrame(self.submissions, schema=SUBMISSION, orient="row").write_csv(folder / "submissions.csv")
