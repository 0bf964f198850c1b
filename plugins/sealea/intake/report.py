"""The answer to a sender: a receipt, a report and a table of findings. The verdict comes first; everything from a file is escaped."""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import polars as pl
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from sealea.contract import SEVERITY_MEANING, Severity
from sealea.intake import causes
from sealea.intake import findings as found
from sealea.intake.causes import Cause, Explain

TEMPLATES = Path(__file__).parent / "templates"
NAME_LENGTH = 150
FORMULA = ("=", "+", "-", "@", "\t", "\r")
TABLE = ("line_number", "rule_id", "severity", "column_name", "message", "fix", "detail", "cell")
RETURNED_F2 = "the record cannot be loaded"  # and the rest of a returned file does not go on
REREAD = "The state has changed its rules for this window, or the data it holds files against, so the file that is here was read again."
AS_READ_BEFORE = "What counted until now counts on, until a corrected file comes."
AS_READ_NOW = "This answer takes the place of the one before."
VERDICTS = {
    "accepted": "Accepted: {loaded:,} of {records:,} records are loaded, {failed:,} must be corrected.",
    "complete": "Accepted: all {records:,} records are loaded.",
    "returned": "Returned: nothing was loaded.",
    "waiting": "Waiting: nothing is loaded yet. The file {waits_for} of the SEA; it is read again by itself, do not send it again.",
    "compared": "Compared with other files: what stands below must be looked at.",
    "agrees": "Compared with other files: nothing stands out.",
    "duplicate": "Nothing new: this is the file that already counts, byte for byte.",
    "duplicate returned": "Nothing new: this is the file that was returned, byte for byte. It was returned for the reasons below.",
    "duplicate waiting": "Nothing new: this is the file that is waiting, byte for byte. It {waits_for} of the SEA; do not send it again.",
}
BEFORE_SENDING = {
    "accepted": "Would be accepted: {loaded:,} of {records:,} records would be loaded, {failed:,} must be corrected.",
    "complete": "Would be accepted: all {records:,} records would be loaded.",
    "returned": "Would be returned: nothing would be loaded.",
    "waiting": "Cannot be told here: the file {waits_for} of the SEA.",
}


@dataclass(frozen=True)
class Facts:
    """What the answer says about one delivery. `subject` names extracts, school year and window; empty if the name did not.

    `status` is a verdict of level 1, duplicate, or for level 2 compared (there are findings) or agrees. `counts` are by extract;
    `repeats` is the status of the file of which this one is a copy, empty for a new one; `earlier` says what was sent before.
    A check before sending, `is_check`, has no delivery, and names what it could not look at in `not_checked`. `reread_of`
    is the load before this one, of a file that was read again because the rules or the SEA's data changed. An answer
    `is_of_level_2` stands beside the first one, and the newest replaces the one before.
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
    is_check: bool = False
    not_checked: Sequence[str] = ()
    earlier: str = ""
    reread_of: int | None = None
    is_of_level_2: bool = False


def receipt(facts: Facts, findings: pl.DataFrame | None) -> dict[str, str]:
    """Return the receipt, content by name. It holds no value of the file, so the warehouse may keep it until it is delivered."""
    known = common(facts) | {"groups": [] if findings is None else causes.causes(findings, meanings(facts))}
    return {f"{stem(facts)}.receipt.txt": templates().get_template("receipt.txt").render(known)}


def report(
    facts: Facts,
    findings: pl.DataFrame | None,
    cells: pl.DataFrame | None = None,
    *,
    before: Sequence[Cause] | None = None,
    explain: Explain = lambda _, __: "",
) -> dict[str, str]:
    """Return the report as HTML and JSON and the table of findings, content by name. It is for the sender's eyes alone.

    `findings` are explained ones, of level 1 or 2; None for a delivery that has none of its own, such as a duplicate. `cells` are what
    stood at their places; `before` are the causes of the submission before this one, None if there was none.
    """
    shown = with_cells(found.none_explained() if findings is None else findings, cells)
    told, solved = causes.causes(shown, meanings(facts), explain), list[Cause]()
    if before is not None:
        told, solved = causes.compared(told, before)
    known = common(facts) | {"causes": told, "solved": solved, "is_compared": before is not None, "has_findings": findings is not None}
    name = f"{stem(facts)}.{'receipt' if findings is None else 'report'}"
    files = {f"{name}.html": templates().get_template("report.html").render(known), f"{name}.json": document(facts, told, solved)}
    return files if findings is None else files | {f"{stem(facts)}.findings.csv": table(shown)}


def with_cells(findings: pl.DataFrame, cells: pl.DataFrame | None) -> pl.DataFrame:
    """Return the findings with what stood at their places as `cell`; NULL where that is not known."""
    if cells is None:
        return findings.with_columns(pl.lit(None, pl.String).alias("cell"))
    return findings.join(cells, on=["line_number", "column_name"], how="left", maintain_order="left")


def common(facts: Facts) -> dict[str, object]:
    """Return what receipt and report both say."""
    return {"facts": facts, "stem": stem(facts), "headline": headline(facts), "standing": standing(facts), "accounts": accounts(facts)}


def stem(facts: Facts) -> str:
    """Return how the names of all files of one answer begin."""
    if facts.is_check:
        return f"{safe_name(facts.file_name)}.check"
    kind = ".compared" if facts.is_of_level_2 else ".again" if facts.is_again else ""
    return f"{safe_name(facts.file_name)}.{facts.delivery_id}{kind}{facts.reread_of or ''}"


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


def loaded_record_count(facts: Facts) -> int:
    """Return how many records of the file are loaded."""
    return facts.record_count - facts.failed_record_count if facts.status == "accepted" else 0


def headline(facts: Facts) -> str:
    """Return the verdict in one sentence."""
    is_complete = facts.status == "accepted" and not facts.failed_record_count
    loaded = facts.record_count - facts.failed_record_count
    said = {"loaded": loaded, "records": facts.record_count, "failed": facts.failed_record_count, "waits_for": facts.waits_for}
    is_told = f"{facts.status} {facts.repeats}" in VERDICTS
    verdicts = BEFORE_SENDING if facts.is_check else VERDICTS
    return verdicts["complete" if is_complete else f"{facts.status} {facts.repeats}" if is_told else facts.status].format(**said)


def standing(facts: Facts) -> str:
    """Return what counts now."""
    if facts.is_check:
        return "This is the answer of the same rules that run when the file is sent. Nothing was sent."
    since = facts.standing_since
    if facts.reread_of:
        return f"{REREAD} {AS_READ_BEFORE if facts.status != 'accepted' and since else AS_READ_NOW}"
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


def meanings(facts: Facts) -> dict[Severity, str]:
    """Return what follows from a finding, by severity."""
    known = dict(SEVERITY_MEANING)
    return known | {"F2": RETURNED_F2} if facts.status == "returned" else known


def document(facts: Facts, told: Sequence[Cause], solved: Sequence[Cause]) -> str:
    """Return the report as JSON, for programs."""
    content = {
        "verdict": facts.status,
        "headline": headline(facts),
        "standing": standing(facts),
        **{name: value for name, value in asdict(facts).items() if name != "status"},
        "causes": [shown(cause) for cause in told],
        "solved": [shown(cause) for cause in solved],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def shown(cause: Cause) -> dict[str, object]:
    """Return a cause as it goes into JSON."""
    return {name: value for name, value in asdict(cause).items() if name != "marks"}


def table(findings: pl.DataFrame) -> str:
    """Return the findings as CSV that a spreadsheet opens without taking any of it for a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(TABLE)
    for row in findings.select(*TABLE).iter_rows():
        writer.writerow([harmless(value) for value in row])
    return text.getvalue()


def harmless(value: object) -> object:
    """Return the value of a cell, quoted if a spreadsheet would calculate it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
