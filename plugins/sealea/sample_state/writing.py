"""Writing a sample state to disk: a folder for each sender, the list of senders, and the truth beside them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import yaml

from sealea.sample_state import ledger, organisations, reference, results, staff, students
from sealea.sample_state.size import STATE, Size
from sealea.sample_state.truth import Truth

SENT_AT = "20261005T080000"
LEAS_AT_ONCE = 50
Write = Callable[[str, int, str, pl.DataFrame], None]


def write_state(size: Size, out: Path, pattern: str) -> Path:
    """Write the files of every sender to out/<sender>/, named by `pattern`; return the list of senders, senders.yml."""
    state = organisations.organisations(size)
    senders = [{"sender_id": "sea", "kind": "sea", "name": "Example State Education Agency", "organisations": ["*"]}]
    senders += [
        {"sender_id": lea.lower(), "kind": "lea", "name": name, "organisations": [lea]}
        for lea, name in state.leas.select("lea_id", "name").iter_rows()
    ]
    out.mkdir(parents=True, exist_ok=True)

    def write(extract: str, year: int, sender: str, rows: pl.DataFrame) -> None:
        fields = {"state": STATE.lower(), "sender": sender, "extract": extract, "school_year": year, "sent_at": SENT_AT}
        path = out / sender / pattern.format(**fields, window="ref" if sender == "sea" else "close")
        path.parent.mkdir(exist_ok=True)
        rows.write_csv(path)

    truth = Truth(state)
    write("window", size.school_years[-1], "sea", reference.windows(size))
    write("goal_target", size.school_years[-1], "sea", reference.targets(size, state))
    enrolled, employed = students.first_year(size, state), None
    for year in size.school_years:
        if employed is None:
            employed = staff.first_year(size, state, enrolled)
        else:
            enrolled = students.next_year(size, state, enrolled, year)
            employed = staff.next_year(size, state, employed, enrolled, year, int(employed.number.max()))
        write("org_directory", year, "sea", reference.directory(size, state, year))
        write("enrollment_count", year, "sea", reference.enrollment(state, enrolled, year))
        truth.add_enrolled(enrolled.school, enrolled.is_poor, year)
        write_results(size, state, enrolled, year, write, truth)
        write_by_lea(size, state, enrolled, employed, year, write, truth)
    (out / "truth").mkdir(exist_ok=True)
    truth.values().write_parquet(out / "truth/indicators.parquet")
    listing = out / "senders.yml"
    listing.write_text(yaml.safe_dump({"senders": senders}, sort_keys=False))
    return listing


def write_results(size: Size, state: organisations.Organisations, enrolled: students.Students, year: int, write: Write, truth: Truth) -> None:
    """Write the results of every LEA, both subjects in one file."""
    lea = state.schools["lea"].to_numpy()[enrolled.school]
    for at in chunks(state):
        own = enrolled.take(np.isin(lea, at))
        parts = []
        for subject in results.SUBJECTS:
            frame = results.results(size, state, own, year, subject, at)
            truth.add_results(frame, year, subject)
            parts.append(results.result_file(state, frame, year, subject))
        for (lea_id,), rows in pl.concat(parts).partition_by("responsible_lea_id", as_dict=True, maintain_order=True).items():
            write("assessment_result", year, str(lea_id).lower(), rows)


def write_by_lea(
    size: Size, state: organisations.Organisations, enrolled: students.Students, employed: staff.Staff, year: int, write: Write, truth: Truth
) -> None:
    """Write the staff, the assignments and the ledger of every LEA."""
    for at in chunks(state):
        own = employed.take(np.isin(employed.lea, at))
        own = own.take(np.lexsort((own.number, own.lea)))
        files = {"staff": staff.staff_file(state, own, year), "staff_assignment": staff.assignment_file(state, own, year)}
        books = ledger.accounts(size, state, enrolled, employed, at, year)
        truth.add_staff(own, year, np.full(len(own.number), fill_value=True))
        truth.add_spending(books.spent, year)
        files["finance_ledger"] = ledger.ledger_file(size, state, books, year).drop("lea")
        for extract, whole in files.items():
            for (lea_id,), rows in whole.partition_by("lea_id", as_dict=True, maintain_order=True).items():
                write(extract, year, str(lea_id).lower(), rows)


def chunks(state: organisations.Organisations) -> list[np.ndarray]:
    """Return the rows of leas in parts, to hold the files of a part in memory only."""
    rows = np.arange(state.leas.height)
    return np.array_split(rows, max(1, -(-len(rows) // LEAS_AT_ONCE)))
