"""The forms in which the senders of a sample state write their files: most of them plain CSV, each always in its own."""

import csv
import gzip
import hashlib
import io
import json
import re
import zipfile

import numpy as np
from openpyxl import Workbook

from sealea.sample_state.size import Size

# Form and how many senders of a hundred have it.
HABITS = {
    "plain": 64,
    "byte order mark": 6,
    "carriage returns": 5,
    "every value quoted": 4,
    "windows": 4,
    "utf-16": 3,
    "pipe": 3,
    "tab": 3,
    "workbook": 3,
    "gzip": 3,
    "zip with manifest": 2,
}
DELIMITERS = {"pipe": "|", "tab": "\t"}
MOST_ROWS_OF_A_WORKBOOK = 4000
LONG_AGO = (2026, 10, 5, 8, 0, 0)


def habits(size: Size, leas: int) -> list[str]:
    """Return the form of each LEA."""
    shares = np.array(list(HABITS.values())) / 100
    return [str(habit) for habit in size.chance("habits").choice(list(HABITS), leas, p=shares)]


def dressed(text: str, habit: str, lea_id: str, name: str) -> tuple[bytes, str, int | None]:
    """Return the bytes of a CSV file in a form, how its name goes on after .csv, and the line for which its encoding will be told (FILE-014)."""
    if habit == "windows":
        first = next((number for number, line in enumerate(text.splitlines(), 1) if not line.isascii()), None)
        return text.encode("cp1252"), "", first
    if habit == "workbook" and text.count("\n") <= MOST_ROWS_OF_A_WORKBOOK:
        return workbook(text), ".xlsx", None
    if habit == "gzip":
        return gzip.compress(text.encode(), 6, mtime=0), ".gz", None
    if habit == "zip with manifest":
        return archive(text.encode(), lea_id, name), ".zip", None
    return plain(text, habit), "", None


def plain(text: str, habit: str) -> bytes:
    """Return the bytes of a text form."""
    if habit in DELIMITERS:
        text = rewritten(text, delimiter=DELIMITERS[habit])
    if habit == "every value quoted":
        text = rewritten(text, quoting=csv.QUOTE_ALL)
    if habit == "carriage returns":
        text = text.replace("\n", "\r\n")
    return text.encode({"utf-16": "utf-16", "byte order mark": "utf-8-sig"}.get(habit, "utf-8"))


def rewritten(text: str, **form: object) -> str:
    """Return the records of a CSV text written in another way."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", **form).writerows(csv.reader(io.StringIO(text)))  # type: ignore[arg-type]
    return out.getvalue()


def workbook(text: str) -> bytes:
    """Return the records as a workbook of text cells, the same bytes whenever it is made."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("data")
    for values in csv.reader(io.StringIO(text)):
        sheet.append([value or None for value in values])
    made, fixed = io.BytesIO(), io.BytesIO()
    book.save(made)
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2026-10-05T08:00:00Z", content)
            target.writestr(zipfile.ZipInfo(entry.filename, LONG_AGO), content, zipfile.ZIP_DEFLATED)
    return fixed.getvalue()


def archive(data: bytes, lea_id: str, name: str) -> bytes:
    """Return the file in an archive with a manifest."""
    rows = len(data.splitlines()) - 1
    said = {"name": name, "rows": rows, "sha256": hashlib.sha256(data).hexdigest()}
    manifest = {"spec_version": "2026.1", "lea_id": lea_id, "window": "close", "files": [said], "submitted_by": "Data office"}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr(zipfile.ZipInfo("manifest.json", LONG_AGO), json.dumps(manifest), zipfile.ZIP_DEFLATED)
        target.writestr(zipfile.ZipInfo(name, LONG_AGO), data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
