"""What a sender reads: verdict first, plain words, nothing that a browser or spreadsheet would run."""

import csv
import io
import re

import pytest

from sealea.intake import causes, report


def test_the_receipt_of_an_accepted_file(state, example):
    state.send("staff_assignment", example("staff_assignment", (3, "fte", "half"), (9, "fte", "1.2")))

    receipt = state.answer("receipt.txt")
    ((delivery, received, sha256),) = state.rows(
        "select delivery_id, to_char(delivery.received_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'), sha256 "
        "from ops.delivery inner join ops.submission using (submission_id)"
    )
    assert (
        receipt
        == f"""\
Accepted: 19 of 20 records are loaded, 1 must be corrected.
It is the first file that counts for this window.

File       ex_ex-0101_staff_assignment_2026_close_20261005T080000.csv
Received   {received} UTC
Delivery   {delivery}
Content    Where each staff member works, and for how much of their time (staff_assignment), 2025-26, window close
SHA-256    {sha256}
Lines      21 = 1 header + 0 blank + 19 loaded + 1 quarantined + 0 unreadable
Rules      not applicable in this state: PER-003, PER-020

What to do

1. The value is not of the column's type.
   Column fte, line 3.
   Fix: Write numbers with digits and a point, dates as YYYY-MM-DD, and true or false as Y or N.
   Rule REC-003: the record is quarantined, the rest of the file goes on.

2. The FTE of one assignment is above 1.
   Column fte, line 9.
   Fix: Correct it, or explain why one position counts for more than a full-time one.
   Rule PER-005: the sender must explain before certifying.

The file ex_ex-0101_staff_assignment_2026_close_20261005T080000.csv.{delivery}.findings.csv lists every finding with its line.
"""
    )


def test_the_receipt_of_a_duplicate_says_that_nothing_was_loaded(state, example):
    for _ in range(2):
        state.send("staff_assignment", example("staff_assignment"))

    receipt = state.answer("receipt.txt")
    assert receipt.startswith("Nothing new: this is the file that already counts, byte for byte.\nThe file received ")
    assert len([path for path in state.outbox().iterdir() if path.name.endswith("report.html")]) == 1
    assert "Nothing new" in state.answer("receipt.html")


def test_a_second_delivery_of_a_name_leaves_the_first_receipt(state, example):
    for content in (example("staff_assignment"), "lea_id\n", example("staff_assignment")):
        state.send("staff_assignment", content)

    receipts = sorted(path.read_text().split(":")[0] for path in state.outbox().iterdir() if path.name.endswith("receipt.txt"))
    assert receipts == ["Accepted", "Nothing new", "Returned"]


def test_what_a_name_holds_is_text_to_the_browser(state):
    name = '"><script>alert(1)<script><img src=x onerror=alert(1)>.csv'
    (state.inbox() / name).write_text("a\n")

    assert state.receive()["returned"] == 1

    page = state.answer("report.html")
    assert "&lt;script&gt;alert(1)" in page
    assert re.findall(r"<(?:script|img)", page) == []
    assert {path.name.split(".csv")[0] for path in state.outbox().iterdir()} == {"___script_alert_1__script__img_src_x_onerror_alert_1__"}


def test_the_report_needs_nothing_but_itself_and_begins_with_the_verdict(state, example):
    state.send("staff_assignment", example("staff_assignment", *((line, "fte", "x") for line in range(2, 12))))

    page = state.answer("report.html")
    assert re.findall(r"(?:src|href|url)\s*[=(]|@import|https?:", page) == []
    assert 'name="viewport"' in page
    body = re.sub(r"<[^>]+>", " ", page.split("<body>")[1])
    assert body.split()[:4] == ["Returned:", "nothing", "was", "loaded."]
    assert "10 times: lines 2-11" in body
    assert "10 of 20 records failed; the state allows 10 %." in body


def test_the_table_of_findings_has_one_line_for_each(state, example):
    state.send("staff_assignment", example("staff_assignment", (3, "fte", "half"), (9, "fte", "1.2")))

    rows = list(csv.reader(io.StringIO(state.answer("findings.csv"))))
    assert [row[:4] for row in rows] == [
        ["line_number", "rule_id", "severity", "column_name"],
        ["3", "REC-003", "F2", "fte"],
        ["9", "PER-005", "S", "fte"],
    ]


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_cell_of_the_table_is_a_formula(value):
    assert report.harmless(value) == f"'{value}"


def test_lines_are_shown_as_spans():
    assert causes.spans([4]) == "line 4"
    assert causes.spans([2, 3, 4, 9]) == "4 times: lines 2-4, 9"
    assert causes.spans(range(2, 1206)) == "1,204 times: lines 2-1205"
    assert causes.spans(range(2, 40, 2)) == "19 times: lines 2, 4, 6, 8, 10, 12, 14, 16, ..."
