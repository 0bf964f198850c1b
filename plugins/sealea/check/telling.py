"""Telling: the verdicts on the terminal, as JSON for scripts, or as the files that the platform would send."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sealea.check.checking import Checked
from sealea.check.repair import Repaired
from sealea.intake.cells import printable

CAUSES_SHOWN = 20
REPAIRS_SHOWN = 50
REPORTS = (".check.report.html", ".check.report.json", ".check.findings.csv")


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


def repairs(path: Path, mended: Repaired, copy: Path | None, result: Checked) -> Iterator[str]:
    """Yield what was corrected in one file, where the copy is, and what the platform would say of it."""
    count = len(mended.changes)
    yield f"{printable(path.name)}: {count:,} repair{'' if count == 1 else 's'}."
    for change in mended.changes[:REPAIRS_SHOWN]:
        place = f"line {change.line}, {change.column}" if change.line else "the file"
        before, after = (f'"{printable(text)}"' if change.line else text for text in (change.before, change.after))
        yield f"  {place}: {before} -> {after}"
    if count > REPAIRS_SHOWN:
        yield f"  and {count - REPAIRS_SHOWN:,} more; --format json lists them all."
    yield f"Written: {copy}" if copy else "Nothing was written; --write FILE_OR_DIR writes the corrected copy."
    yield "The corrected copy:"
    yield from (f"  {line}" for line in lines(result))


def repairs_as_json(results: Sequence[tuple[Path, Repaired, Path | None, Checked]]) -> str:
    """Return what was corrected in all files as one JSON list."""
    told = [
        {
            "path": str(path),
            "repairs": [{"line": each.line, "column": each.column, "from": each.before, "to": each.after} for each in mended.changes],
            "copy": str(copy) if copy else None,
            "report": document(result) | {"path": str(copy) if copy else None},
        }
        for path, mended, copy, result in results
    ]
    return json.dumps(told, indent=2, ensure_ascii=False)


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
