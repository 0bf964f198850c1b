"""The answer to a sender: a receipt, a report and a table of findings. The verdict comes first; no value of the file appears."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import polars as pl
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from sealea.contract import SEVERITY_MEANING

TEMPLATES = Path(__file__).parent / "templates"
SPANS_SHOWN = 8
DETAILS_SHOWN = 5
NAME_LENGTH = 150
FORMULA = ("=", "+", "-", "@", "\t", "\r")
TABLE = ("line_number", "rule_id", "severity", "column_name", "message", "fix")
RETURNED_F2 = "the record cannot be loaded"  # and the rest of a returned file does not go on
VERDICTS = {
    "accepted": "Accepted: {loaded:,} of {records:,} records are loaded, {failed:,} must be corrected.",
    "complete": "Accepted: all {records:,} records are loaded.",
    "returned": "Returned: nothing was loaded.",
    "waiting": "Waiting: nothing is loaded yet. The file {waits_for} of the SEA; it is read again by itself, do not send it again.",
    "duplicate": "Nothing new: this is the file that already counts, byte for byte.",
    "duplicate returned": "Nothing new: this is the file that was returned, byte for byte. It was returned for the reasons below.",
    "duplicate waiting": "Nothing new: this is the file that is waiting, byte for byte. It {waits_for} of the SEA; do not send it again.",
}


@dataclass(frozen=True)
class Facts:
    """What the answer says about one delivery. `subject` names extracts, school year and window; empty if the name did not.

    `counts` are by extract; `repeats` is the status of the file of which this one is a copy, empty for a new one.
    """

    status: str
    file_name: str
    sender_name: str
    subject: str
    delivery_id: int
    received_at: str
    sha256: str
    standing_since: str
    counts: Mapping[str, Mapping[str, int]]
    record_count: int
    failed_record_count: int
    waits_for: str = ""
    repeats: str = ""
    not_applicable: Sequence[str] = ()
    is_again: bool = False


@dataclass(frozen=True)
class Group:
    """The findings of one rule in one column: what is wrong, where, and what to do."""

    rule_id: str
    column_name: str | None
    message: str
    meaning: str
    where: str
    fix: str
    details: Sequence[str]


def answer(facts: Facts, findings: pl.DataFrame | None) -> dict[str, str]:
    """Return the files to put into the sender's outbox, content by name: a receipt, and for a new submission report and findings.

    `findings` are explained ones; None for a duplicate, unless it repeats what was returned.
    """
    stem = f"{safe_name(facts.file_name)}.{facts.delivery_id}{'.again' if facts.is_again else ''}"
    known = {
        "facts": facts,
        "groups": [] if findings is None else groups(facts, findings),
        "stem": stem,
        "headline": headline(facts),
        "standing": standing(facts),
        "accounts": accounts(facts),
    }
    files = {f"{stem}.receipt.txt": templates().get_template("receipt.txt").render(known)}
    if findings is not None:
        files[f"{stem}.report.html"] = templates().get_template("report.html").render(known)
        files[f"{stem}.findings.csv"] = table(findings)
    return files


@cache
def templates() -> Environment:
    """Return the templates: HTML is escaped, a misspelt name in a template is an error."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def safe_name(name: str) -> str:
    """Return `name` as a file name that is harmless in every shell and folder."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", name)[:NAME_LENGTH].lstrip(".-") or "file"


def headline(facts: Facts) -> str:
    """Return the verdict in one sentence."""
    is_complete = facts.status == "accepted" and not facts.failed_record_count
    loaded = facts.record_count - facts.failed_record_count
    said = {"loaded": loaded, "records": facts.record_count, "failed": facts.failed_record_count, "waits_for": facts.waits_for}
    is_told = f"{facts.status} {facts.repeats}" in VERDICTS
    return VERDICTS["complete" if is_complete else f"{facts.status} {facts.repeats}" if is_told else facts.status].format(**said)


def standing(facts: Facts) -> str:
    """Return what counts now."""
    since = facts.standing_since
    if facts.status == "accepted":
        return f"It replaces the file received {since}." if since else "It is the first file that counts for this window."
    if since:
        return f"The file received {since} counts."
    return "No file counts for this window yet." if facts.subject else "No other file is touched by this one."


def accounts(facts: Facts) -> list[str]:
    """Return the account of every line, the parts and their sum, once for each extract that the file feeds."""
    several = len(facts.counts) > 1
    return [account(counts) + (f" ({extract})" if several else "") for extract, counts in facts.counts.items()]


def account(counts: Mapping[str, int]) -> str:
    """Return the account of every line for one extract."""
    parts = [f"{counts[f'{part}_line_count']:,} {part}" for part in ("header", "blank", "loaded", "quarantined", "unreadable")]
    return f"{counts['physical_line_count']:,} = {' + '.join(parts)}"


def groups(facts: Facts, findings: pl.DataFrame) -> list[Group]:
    """Return the findings by rule and column, the gravest first."""
    gravity = {severity: place for place, severity in enumerate(SEVERITY_MEANING)}
    meanings = dict(SEVERITY_MEANING)
    if facts.status == "returned":
        meanings["F2"] = RETURNED_F2
    parts = [part for part in findings.partition_by("rule_id", "column_name", maintain_order=True) if not part.is_empty()]
    parts.sort(key=lambda part: (gravity[part["severity"][0]], -part.height, part["rule_id"][0]))
    return [group(part, meanings[part["severity"][0]]) for part in parts]


def group(part: pl.DataFrame, meaning: str) -> Group:
    """Return what the findings of one rule in one column have in common, and where they are."""
    first = part.row(0, named=True)
    noted = part.filter(pl.col("detail") != "").head(DETAILS_SHOWN)
    details = [f"Line {line}: {detail}" if line else detail for line, detail in noted.select("line_number", "detail").iter_rows()]
    return Group(first["rule_id"], first["column_name"], first["message"], meaning, place(part), first["fix"], details)


def place(part: pl.DataFrame) -> str:
    """Return where the findings of one rule in one column are; empty for the file as a whole."""
    lines = part["line_number"].drop_nulls().to_list()
    column = part["column_name"][0]
    named = ([f"Column {column}"] if column else []) + ([spans(lines)] if lines else [])
    return f"{', '.join(named)}." if named else ""


def spans(lines: Sequence[int]) -> str:
    """Return ascending line numbers as "1,204 times: lines 2-1205", the first few spans only."""
    breaks = [place for place, (line, following) in enumerate(pairwise(lines), start=1) if following != line + 1]
    runs = [(lines[begin], lines[end - 1]) for begin, end in pairwise([0, *breaks, len(lines)])]
    shown = ", ".join(f"{first}-{last}" if last > first else str(first) for first, last in runs[:SPANS_SHOWN])
    more = ", ..." if len(runs) > SPANS_SHOWN else ""
    return f"line {shown}" if len(lines) == 1 else f"{len(lines):,} times: lines {shown}{more}"


def table(findings: pl.DataFrame) -> str:
    """Return the findings as CSV that a spreadsheet opens without taking any of it for a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([*TABLE, "detail"])
    for row in findings.select(*TABLE, "detail").iter_rows():
        writer.writerow([harmless(value) for value in row])
    return text.getvalue()


def harmless(value: object) -> object:
    """Return the value of a cell, quoted if a spreadsheet would calculate it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
