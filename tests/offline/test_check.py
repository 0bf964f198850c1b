"""`sealea check` as a clerk or a script uses it: which files, what is said, and the exit code."""

import json

import pytest

from sealea import examples
from sealea.check import command
from sealea.intake import blocks
from sealea.settings import PROJECT

NAME = "ex_ex-0101_staff_assignment_2026_close_20261005T080000.csv"
CLOSED = "org_id,org_type_code,org_name,parent_org_id,close_date,successor_org_id\nEX,SEA,Example,,,\nEX-0101,LEA,Riverside,EX,,\n"


def changed(*changes: tuple[int, str, str]) -> str:
    """Return the example with values changed: line, column, value."""
    records = examples.records(PROJECT, "staff_assignment")
    return records.changed([examples.Change(line=line, set={column: value}) for line, column, value in changes]).text


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "files" / NAME
    path.parent.mkdir()
    path.write_text(changed())
    return path


def test_a_file_without_fault_would_be_accepted(sealea_check, file):
    code, said, error = sealea_check(file)

    assert (code, error) == (0, "")
    assert "Would be accepted: all 7 records would be loaded." in said
    assert "Not checked here: PER-003, PER-020: the SEA's org_directory is needed; give its folder by --reference." in said


def test_a_finding_names_line_column_cell_and_fix(sealea_check, file):
    file.write_text(changed((3, "fte", "half")))

    code, said, _ = sealea_check(file)

    assert code == 1
    assert "2. The value is not of the column's type. Column fte, line 3." in said
    assert "Cell: half" in said


def test_a_warning_alone_does_not_stop_a_script(sealea_check, file, tmp_path):
    assert sealea_check(file, "--format", "json")[0] == 0
    file.write_text(changed((3, "fte", "1.2")))
    assert sealea_check(file)[0] == 1


@pytest.mark.parametrize(
    "arguments", [["nowhere.csv"], ["--reference", "nowhere"], ["--pack", "qq"], ["--extract", "staff"], ["--window", "fall"], ["--school-year", "x"]]
)
def test_a_wrong_command_is_told_from_a_wrong_file(sealea_check, file, arguments):
    code, said, error = sealea_check(*arguments, *([file] if arguments != ["nowhere.csv"] else []))

    assert (code, said) == (2, "")
    assert error


def test_what_the_name_does_not_say_the_command_line_may(sealea_check, file):
    other = file.rename(file.with_name("assignments of riverside.csv"))

    assert "FILE-001" in sealea_check(other)[1]
    words = ["--extract", "staff_assignment", "--school-year", "2026", "--window", "close", "--organisation", "EX-0101"]
    assert sealea_check(other, *words)[0] == 0
    assert sealea_check(other, *words[:-1], "EX-0999")[0] == 1


def test_a_folder_is_checked_file_by_file_as_json(sealea_check, file):
    (file.parent / ".hidden").write_text("x")
    (file.parent / f"{NAME}.part").write_text("half of a")
    (file.parent / NAME.replace("0101_staff", "0101_no")).write_text("a\n")

    code, said, _ = sealea_check(file.parent, "--format", "json")

    assert code == 1
    assert [(report["file_name"], report["verdict"], report["exit_code"]) for report in json.loads(said)] == [
        (NAME.replace("0101_staff", "0101_no"), "returned", 1),
        (NAME, "accepted", 0),
    ]


def test_what_the_command_reads_and_writes_besides_is_not_checked_as_a_file_to_send(sealea_check, file):
    (file.parent / "reference").mkdir()
    (file.parent / "reference/window.csv").write_text(examples.records(PROJECT, "window").text)

    for place in ("out", "out", "another"):
        code, said, _ = sealea_check(file.parent, "--reference", file.parent / "reference", "--report", file.parent / place, "--format", "json")
        assert (code, len(json.loads(said))) == (0, 1)


def test_the_directory_tells_since_when_a_school_is_closed_and_who_follows(sealea_check, file, tmp_path):
    reference = tmp_path / "reference"
    reference.mkdir()
    schools = sorted({row["school_id"] for row in examples.records(PROJECT, "staff_assignment").rows} - {"000"})
    (reference / "org_directory.csv").write_text(
        CLOSED + "".join(f"{school},SCHOOL,{school},EX-0101,,\n" for school in schools) + "EX-0101-009,SCHOOL,North,EX-0101,2024-06-30,EX-0101-001\n"
    )
    file.write_text(changed((2, "school_id", "EX-0101-009"), (3, "school_id", "EX-0101-009")))

    code, said, _ = sealea_check(file, "--reference", reference)

    assert code == 1
    assert "EX-0101-009 (North) is closed since 2024-06-30; its successor is EX-0101-001: replace EX-0101-009 by EX-0101-001 in school_id." in said
    assert "2 times: lines 2-3" in said


def test_a_reference_file_that_would_not_be_accepted_is_named(sealea_check, file, tmp_path):
    (tmp_path / "org_directory.csv").write_text("org\n")

    code, _, error = sealea_check(file, "--reference", tmp_path)

    assert code == 2
    assert "org_directory.csv would not be accepted (FILE-003, FILE-004, FILE-005)" in error


def test_the_bar_moves_within_a_file_as_its_lines_are_checked(sealea_check, file, monkeypatch):
    header, *lines = changed().splitlines(keepends=True)
    second = file.with_name(file.name.replace("close", "fall"))
    for path in (file, second):
        path.write_text(header + "".join(lines) * 300)
    whole, size = sealea_check(file, second), file.stat().st_size
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 20_000)
    moves, bar_of = [], command.progress

    def watched(byte_count):
        bar = bar_of(byte_count)
        update = bar.update
        monkeypatch.setattr(bar, "update", lambda task, **what: (moves.append(what.get("completed")), update(task, **what)))
        return bar

    monkeypatch.setattr(command, "progress", watched)

    assert sealea_check(file, second) == whole
    places = [place for place in moves if place is not None]
    assert places == sorted(places)
    assert len({place for place in places if 0 < place < size}) > 3
    assert len({place for place in places if size < place < 2 * size}) > 3
    assert {size, 2 * size} <= set(places)
