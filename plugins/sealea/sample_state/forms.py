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
    "plain": 52,
    "byte order mark": 6,
    "carriage returns": 5,
    "every value quoted": 4,
    "windows": 4,
    "utf-16": 3,
    "pipe": 3,
    "tab": 3,
    "semicolon": 3,
    "caret": 2,
    "old header names": 4,
    "fixed width": 3,
    "workbook": 3,
    "gzip": 3,
    "zip with manifest": 2,
}
DELIMITERS = {"pipe": "|", "tab": "\t", "semicolon": ";", "caret": "^"}
# Names that the file specification of earlier years had for columns, by extract (layouts.md).
BOOKS = {"period_code": "period", "fund_code": "fund"}
OLD_NAMES = {
    "finance_ledger": {**BOOKS, "function_code": "function", "object_code": "object", "amount_usd": "amount"},
    "finance_fund_balance": {**BOOKS, "revenues_usd": "revenues", "ending_balance_usd": "ending_balance"},
    "finance_payroll": {**BOOKS, "function_code": "function", "object_code": "object", "amount_usd": "amount"},
    "staff": {"sex_code": "sex", "annual_base_salary_usd": "annual_base_salary", "highest_degree_code": "highest_degree"},
    "staff_assignment": {"job_class_code": "job_class", "subject_code": "subject", "begin_date": "begin"},
    "staff_vacancy": {"job_class_code": "job_class", "posted_date": "date_posted"},
    "assessment_result": {"birth_date": "dob", "sex_code": "sex", "is_economically_disadvantaged": "econ_disadv", "subject_code": "subject"},
    "student_enrollment": {"state_student_id": "state_id", "birth_date": "dob", "grade_code": "grade", "sex_code": "sex"},
    "material_adoption": {"lea_id": "lea", "subject_code": "subject", "grade_code": "grade"},
}
# The balances of funds in the state's layout fund_list: width of each value after the four digits of the LEA, in its order.
FIXED = {"period_code": 5, "fund_code": 1} | dict.fromkeys(
    (
        *("beginning_balance_usd", "revenues_usd", "other_sources_usd", "expenditures_usd", "other_uses_usd", "ending_balance_usd"),
        *("restricted_usd", "assigned_usd", "unassigned_usd"),
    ),
    14,
)
FIXED_ID = 7  # characters of an LEA's id that fits the layout
MOST_ROWS_OF_A_WORKBOOK = 4000
LONG_AGO = (2026, 10, 5, 8, 0, 0)


def habits(size: Size, leas: int) -> list[str]:
    """Return the form of each LEA."""
    shares = np.array(list(HABITS.values())) / 100
    return [str(habit) for habit in size.chance("habits").choice(list(HABITS), leas, p=shares)]


def dressed(text: str, habit: str, lea_id: str, name: str, extract: str) -> tuple[bytes, str, int | None]:
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
    if habit == "old header names":
        return renamed(text, extract).encode(), "", None
    return plain(text, habit), "", None


def renamed(text: str, extract: str) -> str:
    """Return the records under the header names of an earlier year."""
    header, line, rest = text.partition("\n")
    old = OLD_NAMES.get(extract, {})
    return ",".join(old.get(column, column) for column in header.split(",")) + line + rest


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
    csv.writer(out, lineterminator="\n", **form).writerows(csv.reader(io.StringIO(text)))  # type: ignore[arg-type]  # options of several types
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


def is_fixed(habit: str, lea_id: str, extract: str) -> bool:
    """Return whether the sender has this extract in fixed width."""
    return habit == "fixed width" and extract == "finance_fund_balance" and len(lea_id) == FIXED_ID


def fixed(text: str) -> bytes:
    """Return the records in fixed width, without a header."""
    records = csv.DictReader(io.StringIO(text))
    lines = (record["lea_id"][3:] + "".join(record[name].rjust(width) for name, width in FIXED.items()) for record in records)
    return "".join(f"{line}\n" for line in lines).encode()
