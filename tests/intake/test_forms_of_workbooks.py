"""Workbooks: a plain table gives the records that its .csv would give; what a spreadsheet changed is a finding of its cell."""

import datetime as dt
import io
import re
import zipfile

import openpyxl
import pytest

from sealea.contract import load_contract, load_contracts
from sealea.intake import forms, header, reading
from sealea.settings import PROJECT

moment = dt.datetime
NAMES = ["lea_id", "school_year", "staff_state_id", "school_id", "job_class_code", "assignment_code", "fte", "begin_date", "is_teacher_of_record"]
GOOD = ["EX-0101", 2026, "1001", "EX-0101-001", "TEACHER", "T100", 0.5, dt.date(2025, 8, 15), True]
AS_TEXT = ["EX-0101", "2026", "1001", "EX-0101-001", "TEACHER", "T100", "0.5", "2025-08-15", "Y"]


@pytest.fixture(scope="module")
def layout():
    return header.of_contract(load_contracts(PROJECT)["staff_assignment"])


@pytest.fixture
def recognised(tmp_path, layout):
    """Return a function that tells what the form of a workbook, or of these bytes, is."""

    def form(content, of=layout):
        path = tmp_path / "file"
        path.write_bytes(content) if isinstance(content, bytes) else content.save(path)
        return forms.recognise(path, of)

    return form


@pytest.fixture
def read(recognised, layout):
    """Return a function that tells what is read of a workbook."""

    def reading_of(content, of=layout):
        form = recognised(content, of)
        assert isinstance(form, forms.Rows), form
        return reading.read(form, of)

    return reading_of


def workbook(*rows, names=NAMES) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    for row in (names, *rows):
        book.active.append(row)
    return book


def with_value(name: str, value, number_format: str = "General") -> openpyxl.Workbook:
    """Return a workbook of two good records, of which the second has this value in one column."""
    book = workbook(GOOD, GOOD)
    cell = book.active.cell(3, NAMES.index(name) + 1, value)
    if number_format != "General" or not isinstance(value, dt.date | dt.time):  # openpyxl gives dates a format of their own
        cell.number_format = number_format
    return book


def saved(book: openpyxl.Workbook) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def edited(book: openpyxl.Workbook, pattern: str, replacement: str, part: str = "xl/worksheets/sheet1.xml") -> bytes:
    """Return the workbook with the XML of a part changed."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(book))) as old, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name)
            if name == part:
                changed = re.sub(pattern, replacement, text.decode(), count=1)
                assert changed != text.decode()
                text = changed.encode()
            new.writestr(name, text)
    return content.getvalue()


def test_a_plain_table_gives_what_its_csv_would_give(read):
    got = read(workbook(GOOD, GOOD))

    assert got.records.select(NAMES).rows() == [tuple(AS_TEXT)] * 2
    assert got.records["line_number"].to_list() == [2, 3]
    assert got.findings.is_empty()
    assert got.mangled.is_empty()


def test_rows_are_counted_as_the_sheet_numbers_them_and_blank_ones_are_blank(read):
    book = workbook(names=[])
    for row, values in ((3, NAMES), (4, GOOD), (7, GOOD)):
        for column, value in enumerate(values, 1):
            book.active.cell(row, column, value)
    book.active.cell(9, 30, " ")

    got = read(book)

    assert got.records["line_number"].to_list() == [4, 7]
    assert (got.header_line_count, got.blank_line_count, got.unreadable_line_count) == (1, 6, 0)


def test_a_row_that_goes_beyond_the_header_is_unreadable(read):
    got = read(workbook(GOOD, [*GOOD, None, "more"]))

    assert got.findings.select("rule_id", "line_number").rows() == [("REC-001", 3)]


@pytest.mark.parametrize(
    ("name", "value", "number_format", "what"),
    [
        ("staff_state_id", 1001, "General", "number"),
        ("staff_state_id", 1001, "00000", "number"),
        ("staff_state_id", 123456789012, "General", "number"),
        ("school_id", dt.date(2025, 1, 3), "d-mmm", "date"),
        ("job_class_code", True, "General", "TRUE or FALSE"),
        ("assignment_code", "#N/A", "General", "error"),
        ("fte", moment(2025, 1, 3), "General", "date"),
        ("fte", True, "General", "TRUE or FALSE"),
        ("fte", 0.5, "0%", "percentage"),
        ("fte", "=1/2", "General", "formula"),
        ("begin_date", 45884, "General", "not formatted as a date"),
        ("begin_date", moment(2025, 8, 15, 6), "General", "time of day"),
        ("begin_date", dt.time(6), "General", "time of day"),
        ("is_teacher_of_record", 1, "General", "number"),
    ],
)
def test_a_cell_that_holds_something_else_than_its_column_is_named(read, name, value, number_format, what):
    got = read(with_value(name, value, number_format))

    assert got.mangled.select("rule_id", "line_number", "column_name").rows() == [("REC-007", 3, name)]
    assert what in got.mangled["detail"].item()
    assert got.records[name].to_list()[1] == ""


@pytest.mark.parametrize(
    ("name", "value", "number_format", "text"),
    [
        ("fte", 0.1 + 0.2, "General", "0.3"),
        ("fte", 1e-7, "General", "0.0000001"),
        ("fte", 1 / 3, "0.00", "0.333333333333333"),
        ("fte", "0.75", "@", "0.75"),
        ("fte", -2, "0.00;[Red]-0.00", "-2"),
        ("fte", 3, '0" % of"', "3"),
        ("school_year", 2026.0, "General", "2026"),
        ("begin_date", moment(2025, 8, 15), "mm/dd/yyyy", "2025-08-15"),
        ("begin_date", "8/15/2025", "@", "8/15/2025"),
        ("is_teacher_of_record", False, "General", "N"),
        ("staff_state_id", "0001", "@", "0001"),
        ("staff_state_id", " 0001\n", "@", " 0001\n"),
    ],
)
def test_a_cell_of_its_columns_kind_is_the_text_that_level_1_reads(read, name, value, number_format, text):
    got = read(with_value(name, value, number_format))

    assert got.mangled.is_empty()
    assert got.records[name].to_list()[1] == text


def test_a_formula_counts_by_the_value_that_the_spreadsheet_kept(read):
    kept = edited(with_value("fte", "=1/2"), r"<f>1/2</f><v ?/>|<f>1/2</f><v></v>", "<f>1/2</f><v>0.5</v>")
    kept_blank = edited(
        with_value("fte", "=1/2"), r'<c r="G3"([^>]*)><f>1/2</f><v ?/>|<c r="G3"([^>]*)><f>1/2</f><v></v>', r'<c r="G3" t="str"><f>1/2</f><v></v>'
    )

    assert read(kept).records["fte"].to_list() == ["0.5", "0.5"]
    assert (read(kept_blank).records["fte"].to_list(), read(kept_blank).mangled.height) == (["0.5", ""], 0)


def hidden_row(book):
    book.active.row_dimensions[3].hidden = True


def hidden_column(book):
    book.active.column_dimensions["B"].hidden = True


def merged(book):
    book.active.merge_cells("A3:B4")


def hidden_sheets(book):
    book.create_sheet("Other").sheet_state = "hidden"
    book.active.sheet_state = "hidden"


@pytest.mark.parametrize(
    ("change", "row", "detail"),
    [(hidden_row, 3, "The row is hidden"), (hidden_column, None, "Column 2 is hidden"), (merged, 3, "Cells are merged")],
)
def test_what_hides_or_joins_cells_returns_the_file_and_names_the_place(recognised, change, row, detail):
    book = workbook(GOOD, GOOD)
    change(book)

    form = recognised(book)

    assert (form.rule_id, form.line_number) == ("FILE-012", row)
    assert form.detail.startswith(detail)


def test_the_first_sheet_that_is_not_hidden_is_read_and_the_sender_is_told_of_others(recognised, read):
    book = workbook(GOOD)
    book.create_sheet("Lists", 0).append(["codes"])
    book["Lists"].sheet_state = "hidden"
    book.create_sheet("Empty")
    assert recognised(book).notes == ()

    book.create_sheet("More").append(["x"])

    got = read(book)
    assert got.records.height == 1
    assert got.findings.select("rule_id", "detail").rows() == [("FILE-015", "There are 1.")]


def test_the_sheet_that_the_state_names_is_read_wherever_it_stands(recognised, read, layout):
    named = header.of_contract(load_contract(PROJECT / "expectations/extracts/staff_assignment.yml"), sheet="Assignments")
    book = workbook(["x"] * len(NAMES))
    book.create_sheet("Assignments").append(NAMES)
    book["Assignments"].append(GOOD)

    assert read(book, named).records["lea_id"].to_list() == ["EX-0101"]
    del book["Assignments"]
    assert recognised(book, named).detail == "It has no sheet of the name that the state asks for."


def test_a_sheet_that_states_a_smaller_size_than_it_has_is_read_to_its_end(read):
    lying = edited(workbook(GOOD, GOOD), r'<dimension ref="[^"]*" ?/>', '<dimension ref="A1"/>')

    assert read(lying).records.height == 2


def with_shared_strings(book: openpyxl.Workbook, shift: int = 0) -> bytes:
    """Return the workbook as Excel writes it, its texts in a part of their own; `shift` makes cells point to other ones."""
    texts: list[str] = []

    def shared(cell: re.Match[str]) -> str:
        texts.append(cell[2])
        return f'<c r="{cell[1]}" t="s"><v>{len(texts) - 1 + shift}</v></c>'

    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(book))) as old, zipfile.ZipFile(content, "w") as new:
        parts = {name: old.read(name).decode() for name in old.namelist()}
        sheet = "xl/worksheets/sheet1.xml"
        parts[sheet] = re.sub(r'<c r="(\w+)" t="inlineStr"><is><t[^>]*>([^<]*)</t></is></c>', shared, parts[sheet])
        relation = '<Relationship Id="rId99" Target="sharedStrings.xml" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"/></Relationships>'
        parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace("</Relationships>", relation)
        kind = '<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
        parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace("</Types>", kind)
        items = "".join(f"<si><r><t>{text[:2]}</t></r><r><t xml:space='preserve'>{text[2:]}</t></r></si>" for text in texts)
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{items}</sst>'
        for name, text in parts.items():
            new.writestr(name, text)
    return content.getvalue()


def test_texts_that_cells_share_are_read_as_excel_writes_them(read, recognised):
    got = read(with_shared_strings(workbook(GOOD, GOOD)))

    assert got.records.select(NAMES).rows() == [tuple(AS_TEXT)] * 2
    assert recognised(with_shared_strings(workbook(GOOD), shift=1)).rule_id == "FILE-012"


BROKEN = {
    "rows out of order": (r'<row r="3"', '<row r="1"'),
    "a row beyond any sheet": (r'<row r="3"', '<row r="99999999"'),
    "cells out of order": (r'<c r="B3"', '<c r="A3"'),
    "a cell of another row": (r'<c r="B3"', '<c r="B2"'),
    "no number": (r"<v>0.5</v>", "<v>half</v>"),
    "an entity": (r"<worksheet", '<!DOCTYPE x [<!ENTITY a "b">]><worksheet'),
    "no end": (r"</sheetData>.*", ""),
}


@pytest.mark.parametrize(("pattern", "replacement"), BROKEN.values(), ids=BROKEN)
def test_a_workbook_that_no_spreadsheet_would_write_returns_the_file(recognised, pattern, replacement):
    assert recognised(edited(workbook(GOOD, GOOD), pattern, replacement)).rule_id == "FILE-012"


def test_other_office_documents_return_the_file(recognised):
    strict = edited(workbook(GOOD), "http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main")
    old, open_document = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, io.BytesIO()
    with zipfile.ZipFile(open_document, "w") as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        file.writestr("content.xml", "<x/>")

    rules = [recognised(content).rule_id for content in (strict, old, open_document.getvalue(), saved(workbook(GOOD))[:-40])]

    assert rules == ["FILE-012", "FILE-012", "FILE-012", "FILE-009"]


def test_a_workbook_that_becomes_too_large_is_not_opened(recognised, monkeypatch):
    monkeypatch.setattr(forms.archive, "ALWAYS_ALLOWED_BYTES", 1 << 20)
    bomb = io.BytesIO(saved(workbook(GOOD)))
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/media/image1.png", b"0" * (4 << 20))

    assert recognised(bomb.getvalue()).rule_id == "FILE-010"


def test_a_workbook_goes_through_the_front_door_and_each_changed_id_is_one_finding(state):
    rows = [[*GOOD[:2], f"{number:04d}", *GOOD[3:]] for number in range(20)]
    rows[4][2], rows[7][7] = 1004, 45884
    (state.inbox() / state.name("staff_assignment").replace(".csv", ".xlsx")).write_bytes(saved(workbook(*rows)))

    assert state.receive()["accepted"] == 1

    findings = state.rows("select rule_id, line_number, column_name from ops.finding order by line_number")
    assert findings == [("REC-007", 6, "staff_state_id"), ("REC-007", 9, "begin_date")]
    assert state.loaded_lines("staff_assignment") == [line for line in range(2, 22) if line not in (6, 9)]
    assert state.rows("select physical_line_count, quarantined_line_count from ops.load") == [(21, 2)]
