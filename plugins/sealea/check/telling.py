"""Telling: the verdicts on the terminal, as JSON for scripts, or as the files that the platform would send."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sealea.check.checking import Checked

CAUSES_SHOWN = 20


def document(checked: Checked) -> dict[str, Any]:
    """Return the report on one file as it goes into JSON."""
    (text,) = [body for name, body in checked.files.items() if name.endswith(".report.json")]
    return {"path": str(checked.path), "exit_code": checked.code, **json.loads(text)}


def as_json(results: Sequence[Checked]) -> str:
    """Return the reports on all files as one JSON list."""
    return json.dumps([document(checked) for checked in results], indent=2, ensure_ascii=False)


def lines(checked: Checked) -> Iterator[str]:
    """Yield the lines that a person reads: the verdict, then cause by cause what to do."""
    told = document(checked)
    yield f"{told['file_name']}: {told['headline']}"
    for number, cause in enumerate(told["causes"][:CAUSES_SHOWN], start=1):
        yield f"  {number}. {cause['message']} {cause['where']}".rstrip()
        yield from (f"     {line}" for line in cells(cause))
        yield from (f"     {line}" for line in [*cause["explanations"], *cause["details"]])
        yield f"     Fix: {cause['fix']}"
        yield f"     Rule {cause['rule_id']}: {cause['meaning']}."
    if len(told["causes"]) > CAUSES_SHOWN:
        yield f"  and {len(told['causes']) - CAUSES_SHOWN} more; --report DIR writes them all."
    yield from (f"  Not checked here: {line}" for line in told["not_checked"])


def cells(cause: dict[str, Any]) -> Iterator[str]:
    """Yield what stands in the file: the one value of all, or the first cells."""
    if cause["value"] is not None:
        yield f"Cell: {(cause['value'].strip() and cause['value']) or 'blank'}"
    elif cause["cells"]:
        yield "Cells: " + ", ".join(f"line {line}: {(value.strip() and value) or 'blank'}" for line, value in cause["cells"])


def write_reports(results: Sequence[Checked], folder: Path) -> list[Path]:
    """Write the reports on all files into `folder` and return their paths; files of one name get the number of their place."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for checked in results:
        for name, body in checked.files.items():
            path = folder / name
            if path in written:
                path = folder / f"{len(written)}.{name}"
            path.write_bytes(body.encode())
            written.append(path)
    return written
