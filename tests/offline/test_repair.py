"""`sealea check --repair`: mechanical faults are listed and, when asked, corrected in a copy; nothing is guessed and nothing overwritten."""

import json

import openpyxl
import pytest

from sealea import examples
from sealea.settings import PROJECT

STAFFING = "ex_ex-0101_staff_assignment_2026_close_20261005T080000.csv"
SEA = "ex_sea_org_directory_2026_ref_20261005T080000.csv"


def directory(*changes: tuple[int, str, str]) -> str:
    """Return the SEA's directory with values changed: line, column, value."""
    records = examples.records(PROJECT, "org_directory")
    return records.changed([examples.Change(line=line, set={column: value}) for line, column, value in changes]).text


@pytest.fixture
def lea_line() -> int:
    """Return the line of an LEA whose NCES id begins with a zero, as those of Alabama to Connecticut do."""
    rows = examples.records(PROJECT, "org_directory").rows
    return next(line for line, row in enumerate(rows, 2) if row["nces_lea_id"])


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "files" / SEA
    path.parent.mkdir()
    return path


def repairs(said: str) -> list[tuple[object, ...]]:
    """Return the repairs of the one file in a JSON answer as (line, column, from, to)."""
    return [tuple(repair.values()) for repair in json.loads(said)[0]["repairs"]]


def test_zeros_that_a_program_took_away_come_back_where_the_contract_knows_the_width(sealea_check, file, lea_line):
    file.write_text(directory((lea_line, "nces_lea_id", "612340"), (lea_line + 1, "org_name", " Lakeview ")))

    _, said, error = sealea_check(file, "--repair", "--format", "json")

    assert error == ""
    assert (lea_line, "nces_lea_id", "612340", "0612340") in repairs(said)
    assert (lea_line + 1, "org_name", " Lakeview ", "Lakeview") in repairs(said)
    assert "REC-005" in sealea_check(file)[1]
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_the_copy_is_free_of_what_was_repaired_and_the_original_stays(sealea_check, file, tmp_path, lea_line):
    text = directory((lea_line, "nces_lea_id", "612340"), (lea_line, "org_name", "Cañon Unified"))
    original = text.replace("org_type_code", "Org Type Code", 1).replace(",", ";").replace("\n", "\r").encode("cp1252")
    file.write_bytes(original)
    (tmp_path / "copies").mkdir()

    _, said, _ = sealea_check(file, "--repair", "--write", tmp_path / "copies", "--format", "json")

    assert (None, "", "encoding windows-1252", "encoding utf-8") in repairs(said)
    assert {(None, "", "delimiter ';'", "delimiter ','"), (None, "", "line ends with CR", "line ends LF")} <= set(repairs(said))
    assert (1, "org_type_code", "Org Type Code", "org_type_code") in repairs(said)
    assert file.read_bytes() == original
    assert b"\r" not in (tmp_path / "copies" / SEA).read_bytes()
    again = json.loads(sealea_check(tmp_path / "copies" / SEA, "--repair", "--format", "json")[1])[0]
    assert again["repairs"] == []
    assert {cause["rule_id"] for cause in again["report"]["causes"]} & {"FILE-004", "FILE-005", "FILE-014", "REC-005"} == set()


def test_nothing_is_ever_overwritten(sealea_check, file, tmp_path, lea_line):
    file.write_text(directory((lea_line, "nces_lea_id", "612340")))
    (tmp_path / "other.csv").write_text("mine")

    for place in (file, file.parent, tmp_path / "other.csv"):
        code, said, error = sealea_check(file, "--repair", "--write", place)
        assert (code, said) == (2, "")
        assert "--write names a new file or another folder" in error
    assert (tmp_path / "other.csv").read_text() == "mine"
    assert sealea_check(file, "--write", tmp_path / "new.csv")[0] == 2


def test_an_id_that_a_spreadsheet_changed_is_refused_and_not_repaired(sealea_check, tmp_path):
    path = tmp_path / STAFFING
    records = examples.records(PROJECT, "staff_assignment")
    path.write_text(records.changed([examples.Change(line=3, set={"staff_state_id": "1.23E+09"})]).text)

    code, said, _ = sealea_check(path, "--repair", "--format", "json")

    assert code == 1
    assert repairs(said) == []
    assert "REC-007" in {cause["rule_id"] for cause in json.loads(said)[0]["report"]["causes"]}


def test_a_workbook_with_a_number_for_an_id_is_not_rewritten(sealea_check, tmp_path):
    records = examples.records(PROJECT, "staff_assignment")
    book = openpyxl.Workbook()
    for row in (records.header, *records.lines):
        book.active.append(list(row))
    book.active.cell(3, records.header.index("staff_state_id") + 1).value = 1234567890
    path = tmp_path / STAFFING.replace(".csv", ".xlsx")
    book.save(path)

    code, said, error = sealea_check(path, "--repair", "--write", tmp_path / "copy.csv")

    assert (code, said) == (2, "")
    assert "Line 3" in error
    assert not (tmp_path / "copy.csv").exists()


def test_a_record_that_cannot_be_told_apart_is_not_lost_in_a_copy(sealea_check, tmp_path):
    path = tmp_path / STAFFING
    path.write_text(examples.records(PROJECT, "staff_assignment").text + "EX-0101,2026\n")

    code, _, error = sealea_check(path, "--repair")

    assert code == 2
    assert "Line 9 cannot be told apart" in error
