"""The report that teaches: by cause, with the cell, with what changed; in the sender's outbox and nowhere else."""

import csv
import io
import json
import re

import polars as pl
import pytest

from sealea import examples
from sealea.contract import SEVERITY_MEANING
from sealea.database import connect
from sealea.errors import SealeaError
from sealea.intake import answering, causes, cells, outbox, report
from sealea.settings import PROJECT

NAME = "ex_ex-0101_staff_assignment_2026_close_2026100{}T080000.csv"
LEAKED = ("halfway", "quarterly", "=cmd|calc", "Quillfeather")


def explained(*rows: tuple[str, int, str, str | None]) -> pl.DataFrame:
    """Return explained findings with cells: rule, line, column, cell."""
    columns = ("rule_id", "line_number", "column_name", "cell")
    words = {"detail": "", "severity": "F2", "message": "It is wrong.", "fix": "Correct it."}
    return pl.DataFrame(rows, schema=list(columns), orient="row").with_columns(pl.lit(word).alias(name) for name, word in words.items())


def told(*rows: tuple[str, int, str, str | None]) -> list[tuple[object, ...]]:
    return [(cause.count, cause.value, cause.form) for cause in causes.causes(explained(*rows), SEVERITY_MEANING)]


def test_one_field_that_was_never_set_is_one_cause():
    assert told(*(("REC-002", line, "fte", "") for line in range(2, 3002))) == [(3000, "", None)]


def test_a_value_that_stands_again_and_again_is_a_cause_of_its_own_and_others_go_by_their_form():
    repeated = [("PER-003", line, "school_id", "EX-0101-009") for line in range(2, 9)]
    single = [("PER-003", 20 + number, "school_id", f"EX-0101-{number}") for number in range(100, 104)]

    assert told(*repeated, *single, ("PER-003", 40, "school_id", "?")) == [(7, "EX-0101-009", None), (4, None, "A-9-9"), (1, "?", None)]


def test_many_different_values_are_one_cause():
    assert told(*(("REC-003", line, "fte", "x" + "!" * line) for line in range(2, 40))) == [(38, None, None)]


def test_causes_are_new_the_same_or_solved():
    now = causes.causes(explained(("A-001", 2, "a", "1"), ("A-001", 3, "a", "1"), ("B-001", 2, "b", "2")), SEVERITY_MEANING)
    before = causes.causes(explained(("A-001", 9, "a", "1"), ("C-001", 2, "c", "3")), SEVERITY_MEANING)

    marked, solved = causes.compared(now, before)

    assert [(cause.rule_id, cause.change, cause.count, cause.count_before) for cause in marked] == [("A-001", "same", 2, 1), ("B-001", "new", 1, 0)]
    assert [cause.rule_id for cause in solved] == ["C-001"]


@pytest.mark.parametrize(("cell", "form"), [("02/30/1981", "99/99/9999"), ("Quillfeather, A.", "Aaaaaaaaaaaa, A."), ("", ""), ("Ω1٣", "A99")])
def test_of_what_says_who_a_record_is_about_only_the_form_is_told(cell, form):
    assert cells.form_of(cell) == form


def test_a_cell_is_shown_on_one_line_and_cut():
    assert cells.printable("a\nb\x1b[31m") == "a\ufffdb\ufffd[31m"
    assert cells.printable("x" * 100) == "x" * 80 + "…"


def changed(*changes: tuple[int, str, str]) -> str:
    records = examples.records(PROJECT, "staff_assignment")
    more = [examples.Change(copy=2, set={"staff_state_id": f"P{number}"}) for number in range(60)]
    return records.changed([*more, *(examples.Change(line=line, set={column: value}) for line, column, value in changes)]).text


def everything_in_ops(front) -> str:
    with connect(front.settings.pipeline_dsn) as connection:
        tables = connection.execute("select schemaname, tablename from pg_tables where schemaname in ('ops', 'raw')").fetchall()
        rows = [str(connection.execute(f"select stored::text from {schema}.{table} as stored").fetchall()) for schema, table in tables]
    return "\n".join(rows)


@pytest.fixture
def sent(front, tmp_path):
    """Return a function that sends the next file of Riverside and gives its name."""
    front.enrol("ex-0101", "lea", "EX-0101")
    front.enrol("ex-0102", "lea", "EX-0102")
    front.enrol("ex-sea", "sea", "*")
    for extract in ("org_directory", "course_code"):
        path = tmp_path / f"ex_ex-sea_{extract}_2026_ref_20261001T080000.csv"
        path.write_text(examples.records(PROJECT, extract).text)
        assert front.send("ex-sea", path) == {"accepted": 1}
    count = iter(range(1, 9))

    def send(content: str) -> str:
        path = tmp_path / NAME.format(next(count))
        path.write_text(content)
        assert front.send("ex-0101", path) == {"accepted": 1}
        return path.name

    return send


def test_the_report_shows_the_cell_and_ops_and_other_senders_never_see_it(front, sent):
    first = sent(changed((3, "fte", "halfway"), (4, "fte", "=cmd|calc"), (5, "begin_date", "<img src=x>")))

    page, table, data = (front.answer(first, suffix).decode() for suffix in (".report.html", ".findings.csv", ".report.json"))
    assert "<code>halfway</code>" in page
    assert "<code>&lt;img src=x&gt;</code>" in page
    assert "<img" not in page
    assert {row["cell"] for row in csv.DictReader(io.StringIO(table))} >= {"halfway", "'=cmd|calc", "<img src=x>"}
    assert {cell for cause in json.loads(data)["causes"] for _, cell in cause["cells"]} >= {"halfway", "=cmd|calc"}
    assert [value for value in LEAKED if value in everything_in_ops(front)] == []
    assert "halfway" not in front.answer(first, ".receipt.txt").decode()
    assert not front.outbox("ex-0102").exists()

    second = sent(changed((3, "fte", "halfway"), (8, "fte", "quarterly"), (6, "begin_date", "soon"), (7, "begin_date", "soon")))

    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", front.answer(second, ".report.html").decode()))
    assert "Since the file before: 1 new, 1 still there, 2 solved. Records loaded: 64 before, 63 now." in text


def test_a_report_is_delivered_without_cells_if_the_bytes_are_gone_and_one_that_cannot_be_written_holds_up_nothing(front, sent):
    name = sent(changed((3, "fte", "halfway")))
    with connect(front.settings.pipeline_dsn) as connection:
        connection.execute("update ops.outbox set delivered_at = null where kind = 'report'")
        connection.execute("update ops.outbox set body = '{}' where message_id = (select min(message_id) from ops.outbox where kind = 'report')")
    for path in front.settings.landing_dir.rglob("*"):
        if path.is_file():
            path.unlink()

    with pytest.raises(SealeaError, match="into an outbox: 1"):
        outbox.deliver(front.settings)

    assert "halfway" not in front.answer(name, ".report.html").decode()
    assert "Column fte, line 3." in front.answer(name, ".report.html").decode()


def test_a_report_on_level_2_goes_the_same_way_and_that_of_level_1_stays_what_it_was(front, sent):
    name = sent(changed((3, "fte", "halfway"), (4, "fte", "1.5")))
    before = front.answer(name, ".report.html")
    with connect(front.settings.pipeline_dsn) as connection:
        (load_id, sha256) = connection.execute(
            "select load_id, sha256 from ops.load inner join ops.submission using (submission_id) where sender_id = 'ex-0101'"
        ).fetchone()
        connection.execute(
            "insert into ops.finding (load_id, rule_id, severity, line_number, column_name, message, fix, level, finding_id) "
            "select %s, 'PER-012', 'S', line, 'fte', 'It is not what the other file says.', 'Correct one.', 2, line from unnest(array[4, 5]) as line",
            [load_id],
        )
        connection.execute("insert into ops.finding_cleared (finding_id, pin_id) values (5, 1)")
        connection.execute("update ops.outbox set delivered_at = null where kind = 'report'")
        facts = report.Facts("compared", name, "Riverside", "", 77, "", sha256, "", {}, 0, 0)
        answering.post_report(connection, "ex-0101", facts, [load_id], rule_ids=["PER-012"])

    outbox.deliver(front.settings)

    page = (front.outbox() / f"{name}.77.report.html").read_text()
    assert "Compared with other files" in page
    assert "Column fte, line 4." in page
    assert "<code>1.5</code>" in page
    assert "halfway" not in page
    (front.outbox() / f"{name}.77.report.html").unlink()
    assert front.answer(name, ".report.html") == before


def test_the_page_can_be_read_by_a_screen_reader(front, sent):
    page = front.answer(sent(changed((3, "fte", "halfway"), (4, "fte", "half"))), ".report.html").decode()

    assert '<html lang="en">' in page
    assert [int(level) for level in re.findall(r"<h(\d)", page)][:3] == [1, 2, 3]
    assert page.count("<h1") == 1
    assert len(re.findall(r'<th scope="(?:col|row)"', page)) == page.count("<th ") > 2
