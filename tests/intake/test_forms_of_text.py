"""Delimited text and fixed width: every encoding, delimiter and line end that can be told gives the same records; the rest comes back."""

import codecs
import random
import re

import pytest
from pydantic import ValidationError

from sealea.column_map import ColumnMap
from sealea.contract import load_contract
from sealea.intake import archive, charset, forms, header, lines, reading
from sealea.intake.header import Layout
from sealea.settings import PROJECT

HEADER = "lea_id,school_year,staff_state_id,school_id,job_class_code,assignment_code,subject_code,fte,begin_date\n"
RECORD = "EX-0101,2026,1001,EX-0101-001,TEACHER,T100,{},1,2025-08-15\n"
# Michigan, expenditure: powerschool-docs pserp-mi.
MICHIGAN = {
    "Fund": [1, 2],
    "Function": [3, 5],
    "Object": [6, 9],
    "Program": [10, 12],
    "Grant": [13, 16],
    "School": [17, 21],
    "Other": [22, 25],
    "Amount": [26, 39],
}


@pytest.fixture(scope="module")
def layout():
    return header.of_contract(load_contract(PROJECT / "expectations/extracts/staff_assignment.yml"))


@pytest.fixture
def recognised(tmp_path, layout):
    """Return a function that tells what the form of these bytes is."""

    def form(content: bytes, of: Layout = layout):
        (tmp_path / "file").write_bytes(content)
        return forms.recognise(tmp_path / "file", of)

    return form


@pytest.fixture
def records(recognised, layout):
    """Return a function that tells what is read of these bytes."""

    def read(content: bytes, of: Layout = layout):
        form = recognised(content, of)
        assert not isinstance(form, forms.Refused), form
        return reading.read(form, of)

    return read


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CR LF", "CR"])
@pytest.mark.parametrize("delimiter", header.DELIMITERS, ids=["comma", "tab", "pipe", "semicolon", "caret"])
def test_each_delimiter_is_told_by_the_header_with_each_end_of_lines(records, example, delimiter, end):
    content = example("staff_assignment", (18, "subject_code", f"a,b;c\td|e^f{end}g"))
    written = "".join(delimiter.join(f'"{value}"' for value in values) + end for values in forms.csv.reader(content.splitlines(keepends=True)))

    read, as_sent = records(written.encode()), records(content.encode())

    assert read.records.drop("line_count").equals(as_sent.records.drop("line_count"))
    assert read.findings.is_empty()


def test_the_most_known_names_tell_the_delimiter_and_not_the_most_delimiters(recognised):
    form = recognised(b"lea_id;school_year;Note, free, text, of, anything\n")

    assert form.delimiter == ";"


def test_two_delimiters_that_do_as_well_return_the_file(recognised):
    form = recognised(b"lea_id,x|fte,school_id|begin_date\n")

    assert (form.rule_id, form.line_count) == ("FILE-013", 1)


ENCODINGS = {
    "UTF-8": "utf-8",
    "UTF-8 with a mark": "utf-8-sig",
    "UTF-16 with a mark": "utf-16",
    "UTF-16 LE": "utf-16-le",
    "UTF-16 BE": "utf-16-be",
    "Windows-1252": "windows-1252",
}


@pytest.mark.parametrize("encoding", ENCODINGS.values(), ids=ENCODINGS)
def test_each_encoding_gives_the_same_characters_on_the_same_lines(records, monkeypatch, encoding):
    monkeypatch.setattr(lines, "BLOCK_BYTES", 7)
    written = HEADER + "\r\n".join(RECORD.format(text).rstrip("\n") for text in ("Müller", '"O\u2019Neil\r\n\u2013 \u201cé\u201d"', "Šimek", "plain"))

    read = records(written.encode(encoding))

    assert read.records["subject_code"].to_list() == ["Müller", "O\u2019Neil\r\n\u2013 \u201cé\u201d", "Šimek", "plain"]
    assert read.records["line_number"].to_list() == [2, 3, 5, 6]
    assert read.findings.select("rule_id", "line_number").rows() == ([("FILE-014", 2)] if encoding == "windows-1252" else [])


def test_utf_16_in_the_other_order_of_bytes_with_its_mark_is_read(records):
    content = codecs.BOM_UTF16_BE + (HEADER + RECORD.format("\U0001f3eb")).encode("utf-16-be")

    assert records(content).records["subject_code"].to_list() == ["\U0001f3eb"]


NOT_TOLD = {
    "a mixture of UTF-8 and Windows-1252": ("é".encode() + b"\n", b"\xe9\n", 3),
    "a byte without a character": (b"a\n", b"\x81\n", 3),
    "an e acute of a Mac at the end of a name": (b"a\n", b"Jos\x8e\n", 3),
    "an n tilde of a Mac": (b"a\n", b"Mu\x96oz\n", 3),
    "an e acute of MS-DOS": (b"a\n", b"Ren\x82e\n", 3),
    "an n tilde of MS-DOS": (b"a\n", b"Mu\xa4oz\n", 3),
    "an a acute of MS-DOS": (b"a\n", b"S\xa0nchez\n", 3),
    "an I acute of a Mac": (b"a\n", b"GARC\xeaA\n", 3),
}


@pytest.mark.parametrize(("first", "second", "line"), NOT_TOLD.values(), ids=NOT_TOLD)
def test_what_speaks_against_windows_1252_returns_the_file_with_its_line(recognised, first, second, line):
    record = RECORD.encode().removesuffix(b"\n").split(b"{}")
    content = HEADER.encode() + b"".join(record[0] + text.rstrip(b"\n") + record[1] + b"\n" for text in (first, second))

    form = recognised(content)

    assert (form.rule_id, form.line_number) == ("FILE-002", line)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ((HEADER + RECORD).encode("utf-16")[:-1], 2),
        ((HEADER + RECORD).encode("utf-16") + b"\x00\xd8\x41\x00", 3),
        ((HEADER + RECORD).encode("utf-32"), 1),
        ((HEADER + RECORD).encode() + b"\xf0\x9f\x8f", 3),
        ("\uff41,\uff42\n".encode("utf-16-le") * 3, 1),
    ],
    ids=["half a unit", "half a pair", "UTF-32", "cut off within a character", "no mark and no known name"],
)
def test_a_text_that_is_cut_off_or_not_known_returns_the_file(recognised, content, line):
    form = recognised(content)

    assert (form.rule_id, form.line_number) == ("FILE-002", line)


def test_a_map_that_declares_windows_1252_is_not_given_utf_8_in_silence(recognised, layout):
    declared = Layout(layout.names, layout.required, encoding="windows-1252", kinds=layout.kinds)

    assert recognised((HEADER + RECORD.format("Müller")).encode("windows-1252"), declared).encoding == "windows-1252"
    assert recognised((HEADER + RECORD.format("Muller")).encode(), declared).encoding == "windows-1252"
    assert recognised((HEADER + RECORD.format("Müller")).encode("utf-8-sig"), declared).encoding == "utf-8"
    refused = recognised((HEADER + RECORD.format("Müller")).encode(), declared)
    assert (refused.rule_id, refused.line_number) == ("FILE-002", 2)


def test_the_lines_of_every_form_are_counted_as_its_bytes_say(recognised, monkeypatch):
    chance = random.Random(2026)
    monkeypatch.setattr(lines, "BLOCK_BYTES", 4)
    for _ in range(200):
        text = "lea_id,fte" + "".join(chance.choice(["\r", "\n", "\r\n", "a", ",", "é", "\U0001f3eb"]) for _ in range(chance.randrange(12)))
        pieces = re.split(r"\r\n|[\r\n]", text)
        for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"):
            form = recognised(text.encode(encoding))
            assert form.line_count == len(pieces) - (pieces[-1] == ""), (text, encoding)
            with form.open() as file:
                assert file.read() == text.encode()


def michigan(**file) -> ColumnMap:
    columns = {name: {"number": []} if name == "Amount" else {} for name in MICHIGAN}
    written = {"pattern": "mi_{sender}_{school_year}.txt", "window": "close", "fixed_width": [{"columns": MICHIGAN}], **file}
    feeds = {"finance_ledger": {name.lower(): {"column": name} for name in MICHIGAN}}
    return ColumnMap.model_validate({"title": "Expenditure", "source": "pserp-mi", "file": written, "columns": columns, "feeds": feeds})


LINE = "".join(("11", "125", "3210", "120", "0000", "00455", "0000", "       1234.50"))


def test_fixed_width_values_stand_where_the_map_says(records):
    of_map = header.of_map(michigan(), 2026)
    content = f"{LINE}\r\n\r\n{LINE}   \r\n{LINE[:-1]}\r\n{LINE}7\r\n22{LINE[2:]}\r\n".encode()

    read = records(content, of_map)

    assert read.records.select("line_number", "Fund", "Function", "School", "Amount").rows() == [
        (1, "11", "125", "00455", "1234.50"),
        (3, "11", "125", "00455", "1234.50"),
        (6, "22", "125", "00455", "1234.50"),
    ]
    assert read.findings.select("rule_id", "line_number", "detail").rows() == [
        ("REC-001", 4, "It has 38 characters, the layout 39."),
        ("REC-001", 5, "It has 40 characters, the layout 39."),
    ]
    assert (read.header_line_count, read.blank_line_count, read.unreadable_line_count) == (0, 1, 2)


def test_fixed_width_counts_characters_and_not_bytes(records):
    of_map = header.of_map(michigan(), 2026)

    for encoding in ("utf-8", "utf-16", "windows-1252"):
        read = records(LINE.replace("32101", "321é1").encode(encoding), of_map)
        assert read.records["Amount"].to_list() == ["1234.50"]


def test_each_school_year_has_its_own_layout_and_a_year_without_one_returns_the_file(records, recognised):
    moved = {name: [start + 1, end + 1] for name, (start, end) in MICHIGAN.items()}
    yearly = michigan(fixed_width=[{"until": 2025, "columns": MICHIGAN}, {"since": 2026, "until": 2026, "columns": moved, "length": 41}])

    assert records(LINE.encode(), header.of_map(yearly, 2025)).records["Fund"].to_list() == ["11"]
    assert records(f" {LINE} ".encode(), header.of_map(yearly, 2026)).records["Fund"].to_list() == ["11"]
    assert recognised(LINE.encode(), header.of_map(yearly, 2027)).rule_id == "FILE-016"


@pytest.mark.parametrize(
    ("layouts", "fault"),
    [
        ([{"columns": {**MICHIGAN, "Other": [21, 25]}}], "each begins behind the end of the one before"),
        ([{"columns": {**MICHIGAN, "Other": [25, 22]}}], "each begins behind the end of the one before"),
        ([{"columns": MICHIGAN, "length": 38}], "the last column ends behind it"),
        ([{"columns": MICHIGAN, "since": 2024}, {"columns": MICHIGAN, "until": 2024}], "two layouts hold in one school year"),
        ([{"columns": {"Fund": [1, 2]}}], "has no place"),
    ],
)
def test_a_fixed_width_layout_that_cannot_be_is_no_map(layouts, fault):
    with pytest.raises(ValidationError, match=fault):
        michigan(fixed_width=layouts)


def test_a_stream_of_blocks_is_the_file_however_it_is_read(tmp_path):
    content = bytes(range(256)) * 100
    (tmp_path / "file").write_bytes(content)

    def blocks():
        for start in range(0, len(content), 7):
            yield content[start : start + 7]

    with archive.stream(blocks()) as file:
        assert b"".join(iter(lambda: file.read(5), b"")) == content
    assert charset.line_breaks("\r\n\r\n\n\r") == 4
