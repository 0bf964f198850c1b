"""Nothing is lost: physical lines = header + blank + loaded + quarantined + unreadable, whatever a file looks like."""

import random
import re

from sealea.contract import load_contract
from sealea.intake import lines
from sealea.settings import PROJECT

PARTS = ("header", "blank", "loaded", "quarantined", "unreadable")
RANDOM_FILES = 40


def physical_lines(data: bytes) -> int:
    """Count lines by their bytes, another way than the platform does: an end of line is LF, CR LF or CR."""
    pieces = re.split(rb"\r\n|[\r\n]", data)
    return len(pieces) - (pieces[-1] == b"")


def assert_every_line_is_accounted_for(outcome, data: bytes) -> None:
    assert outcome.lines("physical") == physical_lines(data)
    assert outcome.lines("physical") == sum(outcome.lines(part) for part in PARTS)
    assert outcome.counts["loaded_row_count"] == len(outcome.loaded_lines)


def test_the_account_of_lines_is_exact_for_nasty_files(state, example):
    good = example("staff_assignment").encode()
    header, *records = good.splitlines(keepends=True)
    quoted_break = records[16].replace(b"Art, music", b"Art\r\n\r,\nmusic")
    cases = {
        "crlf": (good.replace(b"\n", b"\r\n"), (1, 0, 20, 0, 0)),
        "cr": (good.replace(b"\n", b"\r"), (1, 0, 20, 0, 0)),
        "byte order mark": (b"\xef\xbb\xbf" + good, (1, 0, 20, 0, 0)),
        "quoted line breaks": (b"".join([header, *records[:16], quoted_break, *records[17:]]), (1, 0, 23, 0, 0)),
        "quoted header": (b'"lea_id"' + good.removeprefix(b"lea_id"), (1, 0, 20, 0, 0)),
        "blank lines": (b"\n \r\n" + good.replace(b"\n", b"\n\n") + b",,,,\n\t\n", (1, 25, 20, 0, 0)),
        "truncated last line": (good[:-20], (1, 0, 19, 0, 1)),
        "no end of the last line": (good.rstrip(), (1, 0, 20, 0, 0)),
        "nul in a text": (good.replace(b",SCI,", b",S\0CI,"), (1, 0, 19, 1, 0)),
        "nul in a number": (good.replace(b",.75,", b",.7\x005,"), (1, 0, 19, 1, 0)),
        "nul for a line": (good + b"\0\n", (1, 0, 20, 0, 1)),
        "lone cr in a line": (good.replace(b",SCI,", b",S\rCI,"), (1, 0, 19, 0, 2)),
        "form feed and unicode line separator": (good.replace(b",SCI,", b",S\x0c\x1c\xc2\x85\xe2\x80\xa8CI,"), (1, 0, 20, 0, 0)),
        "very long value": (good.replace(b",SCI,", b"," + b"x" * 140_000 + b","), (1, 0, 19, 0, 1)),
        "end of data in a quoted line": (good.replace(b",SCI,", b',"S\n\\.\nCI",'), (1, 0, 22, 0, 0)),
    }

    outcomes = state.send_all("staff_assignment", [content for content, _ in cases.values()])

    for outcome, (name, (content, expected)) in zip(outcomes, cases.items(), strict=True):
        assert (name, tuple(outcome.lines(part) for part in PARTS)) == (name, expected)
        assert outcome.status == "accepted"
        assert_every_line_is_accounted_for(outcome, content)


def test_a_value_with_line_breaks_is_loaded_as_sent(state, example):
    content = example("staff_assignment").replace(",SCI,", ',"S\r\n\\.\n\r""I",')

    assert state.send("staff_assignment", content) == "accepted"

    assert state.rows("select subject_code from raw.staff_assignment where line_number = 5") == [('S\r\n\\.\n\r"I',)]


def random_file(chance: random.Random) -> tuple[bytes, set[int]]:
    """Return a file of good, bad and broken records with every kind of line end, and the lines of its good records."""
    end = chance.choice(["\n", "\r\n", "\r"])
    contract = load_contract(PROJECT / "expectations/extracts/staff_assignment.yml")
    columns = [column.name for column in contract.columns]
    chance.shuffle(columns)
    text = chance.choice(["", "\ufeff"]) + "".join(chance.choice(["", f"{end}"]) for _ in range(3)) + ",".join(columns) + end
    line, good = physical_lines(text.encode()) + 1, set()
    for number in range(chance.randrange(1, 200)):
        kind = chance.choices(["good", "bad", "ragged", "blank"], [90, 3, 2, 10])[0]
        value = record(chance, number)
        if kind == "bad":
            value |= chance.choice([{"fte": "x"}, {"lea_id": "EX-0102"}, {"begin_date": ""}, {"subject_code": "\0"}, {"school_year": "2025"}])
        written = ",".join(quoted(chance, value.get(name, "")) for name in columns)
        piece = {"blank": chance.choice(["", "  ", ",,,"]), "ragged": f"{written},more"}.get(kind, written) + end
        good |= {line} if kind == "good" else set()
        text, line = text + piece, line + physical_lines(piece.encode())
    return (text if chance.random() < 0.5 else text.rstrip("\r\n")).encode(), good


def record(chance: random.Random, number: int) -> dict[str, str]:
    """Return the values of a good record; the optional ones may hold line breaks, quotes and commas."""
    subject = "".join(chance.choice(["a", "\u00e9", "\U0001f3eb", ",", '"', "\n", "\r", "\r\n", " "]) for _ in range(chance.randrange(8)))
    return {
        "lea_id": "EX-0101",
        "school_year": "2026",
        "staff_state_id": f"{number:04d}",
        "school_id": "000",
        "job_class_code": "TEACHER",
        "assignment_code": "T1",
        "subject_code": subject,
        "fte": "0.5",
        "begin_date": "2025-08-15",
        "end_date": "",
        "is_teacher_of_record": "Y",
    }


def quoted(chance: random.Random, value: str) -> str:
    """Return the value as CSV, quoted if it must be, and sometimes if it need not."""
    if any(character in value for character in ',"\r\n') or chance.random() < 0.2:
        return '"' + value.replace('"', '""') + '"'
    return value


def test_the_account_of_lines_is_exact_for_random_files(state):
    chance = random.Random(2026)
    files = [random_file(chance) for _ in range(RANDOM_FILES)]

    outcomes = state.send_all("staff_assignment", [content for content, _ in files])

    for outcome, (content, good) in zip(outcomes, files, strict=True):
        assert_every_line_is_accounted_for(outcome, content)
        assert outcome.loaded_lines == (sorted(good) if outcome.status == "accepted" else [])
    assert len([outcome for outcome in outcomes if outcome.status == "accepted"]) > RANDOM_FILES / 3


def test_lines_are_counted_across_the_borders_of_blocks(tmp_path, monkeypatch):
    chance = random.Random(2026)
    monkeypatch.setattr(lines, "BLOCK_BYTES", 3)
    for _ in range(500):
        content = bytes(chance.choice(b"\r\na\xc3\xa9") for _ in range(chance.randrange(12)))
        (tmp_path / "file").write_bytes(content)
        surveyed = lines.survey(tmp_path / "file")
        assert surveyed.count == physical_lines(content)
        assert surveyed.first_undecodable == first_bad_line(content)


def first_bad_line(content: bytes) -> int | None:
    """Return the line of the first byte that is not UTF-8, by decoding all of it at once."""
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return len(re.findall(rb"\r\n|[\r\n]", content[: error.start])) + 1
    return None
