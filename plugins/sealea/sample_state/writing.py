"""Writing a sample state to disk: a folder for each sender, the list of senders, and the truth beside them."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import yaml

from sealea.sample_state import forms, funds, ledger, planting, reference, results, staff, students
from sealea.sample_state.organisations import Organisations, organisations
from sealea.sample_state.planting import FINDING, Kind
from sealea.sample_state.size import STATE, Size
from sealea.sample_state.truth import Truth

SENT_AT = "20261005T080000"
LEAS_AT_ONCE = 50
LARGE = 1_000_000  # students; the truth of a larger state begins with its LEAs
SUBMISSION = {"sender_id": pl.String, "file_name": pl.String, "status": pl.String, "row_count": pl.Int64, "loaded_row_count": pl.Int64}


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

    def name(self, extract: str, year: int, sender: str) -> str:
        """Return the name of a file."""
        fields = {"state": STATE.lower(), "sender": sender, "extract": extract, "school_year": year, "sent_at": SENT_AT}
        return self.pattern.format(**fields, window="ref" if sender == "sea" else "close")

    def write(self, sender: str, name: str, data: bytes) -> None:
        """Write one file."""
        path = self.out / sender / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)

    def write_reference(self, extract: str, year: int, rows: pl.DataFrame) -> None:
        """Write a file of the SEA."""
        name = self.name(extract, year, "sea")
        self.write("sea", name, rows.write_csv().encode())
        self.submissions.append(("sea", name, "accepted", rows.height, rows.height))

    def write_by_lea(self, extract: str, year: int, rows: pl.DataFrame, lea: pl.Series) -> np.ndarray:
        """Write the file of each LEA, `lea` being the row of leas of every row, in order; return which rows must not count."""
        lost = np.zeros(rows.height, dtype=bool)
        numbers, starts = np.unique(lea.to_numpy(), return_index=True)
        for number, start, end in zip(numbers, starts, [*starts[1:], rows.height], strict=True):
            lea_id = self.state.leas["lea_id"][int(number)]
            sender = lea_id.lower()
            kind = self.plan.get((extract, year, int(number)))
            other = self.state.leas["lea_id"][int(number) - 1]
            own = planting.planted(self.size, kind, rows[int(start) : int(end)], other, (extract, year, int(number)))
            name = self.name(extract, year, sender)
            habit = "plain" if own.is_returned else self.habits[int(number)]
            data, ending, first_line = forms.dressed(own.text, habit, lea_id, name)
            name = name if not ending else name.replace(".csv", ending) if ending == ".xlsx" else f"{name}{ending}"
            self.write(sender, name, data)
            if first_line:
                self.findings.append((sender, name, "encoding", "FILE-014", "I", first_line, None))
            lost[start:end] = own.lost
            self.findings += [(sender, name, kind["kind"] if kind else "", *finding) for finding in own.findings]
            status = "returned" if own.is_returned else "accepted"
            self.submissions.append((sender, name, status, int(end - start), int((~own.lost).sum())))
        return lost

    def write_truth(self) -> None:
        """Write what is true of the state and what must be found in its files."""
        folder = self.out / "truth"
        folder.mkdir(exist_ok=True)
        self.truth.values().write_parquet(folder / "indicators.parquet")
        pl.DataFrame(self.findings, schema=FINDING, orient="row").write_csv(folder / "findings.csv")
        pl.DataFrame(self.submissions, schema=SUBMISSION, orient="row").write_csv(folder / "submissions.csv")


def write_state(size: Size, out: Path, pattern: str, error_rate: float = 0.0) -> Path:
    """Write the files of every sender to out/<sender>/, named by `pattern`, and out/truth/; return the list of senders, senders.yml.

    `error_rate` is the share of LEA files with something wrong in them.
    """
    state = organisations(size)
    out.mkdir(parents=True, exist_ok=True)
    desk = Desk(
        size,
        state,
        out,
        pattern,
        planting.chosen(size, error_rate, state.leas.height),
        Truth(state, size.students <= LARGE),
        forms.habits(size, state.leas.height),
    )
    desk.write_reference("window", size.school_years[-1], reference.windows(size))
    desk.write_reference("goal_target", size.school_years[-1], reference.targets(size, state))
    enrolled, employed = students.first_year(size, state), None
    for year in size.school_years:
        if employed is None:
            employed = staff.first_year(size, state, enrolled)
        else:
            enrolled = students.next_year(size, state, enrolled, year)
            employed = staff.next_year(size, state, employed, enrolled, year, int(employed.number.max()))
        desk.write_reference("org_directory", year, reference.directory(size, state, year))
        desk.write_reference("enrollment_count", year, reference.enrollment(state, enrolled, year))
        desk.truth.add_enrolled(enrolled.school, enrolled.is_poor, year)
        awards, controls = [], []
        for leas in parts(state):
            write_results(desk, enrolled, leas, year)
            write_personnel(desk, employed, leas, year)
            books = ledger.accounts(size, state, enrolled, employed, leas, year)
            write_books(desk, books, employed, leas, year)
            awards.append(funds.grants(size, state, books, year))
            controls.append(funds.control_totals(state, books, year))
        desk.write_reference("grant", year, pl.concat(awards))
        desk.write_reference("control_total", year, pl.concat(controls))
    desk.write_truth()
    senders = [{"sender_id": "sea", "kind": "sea", "name": "Example State Education Agency", "organisations": ["*"]}]
    senders += [
        {"sender_id": lea.lower(), "kind": "lea", "name": name, "organisations": [lea]}
        for lea, name in state.leas.select("lea_id", "name").iter_rows()
    ]
    listing = out / "senders.yml"
    listing.write_text(yaml.safe_dump({"senders": senders}, sort_keys=False))
    return listing


def write_results(desk: Desk, enrolled: students.Students, leas: np.ndarray, year: int) -> None:
    """Write the results of some LEAs, both subjects in one file."""
    own = enrolled.take(np.isin(desk.state.schools["lea"].to_numpy()[enrolled.school], leas))
    by_subject = [results.results(desk.size, desk.state, own, year, subject, leas) for subject in results.SUBJECTS]
    texts = [results.result_file(desk.state, frame, year, subject) for frame, subject in zip(by_subject, results.SUBJECTS, strict=True)]
    lea = pl.concat([frame["lea"] for frame in by_subject])
    order = lea.arg_sort()
    lost = np.empty(len(lea), dtype=bool)
    lost[order.to_numpy()] = desk.write_by_lea("assessment_result", year, pl.concat(texts)[order], lea[order])
    for frame, subject, gone in zip(by_subject, results.SUBJECTS, np.split(lost, [by_subject[0].height]), strict=True):
        desk.truth.add_results(frame.filter(~gone), year, subject)


def write_personnel(desk: Desk, employed: staff.Staff, leas: np.ndarray, year: int) -> None:
    """Write the staff and the assignments of some LEAs."""
    own = employed.take(np.isin(employed.lea, leas))
    own = own.take(np.lexsort((own.number, own.lea)))
    unknown = desk.write_by_lea("staff", year, staff.staff_file(desk.state, own, year), pl.Series(own.lea))
    gone = desk.write_by_lea("staff_assignment", year, staff.assignment_file(desk.state, own, year), pl.Series(own.lea))
    desk.truth.add_staff(own.take(~gone), year, ~unknown[~gone])


def write_books(desk: Desk, books: ledger.Accounts, employed: staff.Staff, leas: np.ndarray, year: int) -> None:
    """Write ledger, fund balances and payroll of some LEAs."""
    size, state = desk.size, desk.state
    lines = ledger.ledger_lines(size, books, year)
    gone = desk.write_by_lea("finance_ledger", year, ledger.ledger_file(state, lines, year), lines["lea"])
    desk.truth.add_spending(lines.filter(~gone), year)
    balances = desk.balances.file(size, state, books, year)
    desk.write_by_lea("finance_fund_balance", year, balances.drop("lea"), balances["lea"])
    own = employed.take(np.isin(employed.lea, leas))
    own = own.take(np.lexsort((own.number, own.lea)))
    desk.write_by_lea("finance_payroll", year, funds.payroll_file(size, state, own, year), pl.Series(np.repeat(own.lea, 2)))


def parts(state: Organisations) -> list[np.ndarray]:
    """Return the rows of leas in parts, to hold the files of a part in memory only."""
    rows = np.arange(state.leas.height)
    return np.array_split(rows, max(1, -(-len(rows) // LEAS_AT_ONCE)))
