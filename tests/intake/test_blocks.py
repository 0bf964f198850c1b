"""Reading in blocks gives what reading record by record gives, whatever the file, wherever a block ends; what is clean is not read that slow way."""

import csv
import io
import random
import re

import polars as pl
import pytest

from sealea.intake import blocks, body, reading, second_look
from sealea.intake.blocks import Block
from sealea.intake.body import Header
from sealea.intake.forms import Text
from sealea.intake.header import Layout
from sealea.intake.second_look import Seen
from sealea.settings import PROJECT

LAYOUT = Layout({name: name for name in "abc"}, ("a",), is_closed=False)
HEADER = Header({"a": 0, "b": 1, "c": 2}, 3)
NASTY = PROJECT.parent / "shared/data/nasty"
GOOD = ("1", "abc", "zz", "12.5", "\u00e9", '"q"', '"x,y"', '""', '"a""b"', '""""', "")
ODD = (
    '"',
    'x"y',
    '"x"y',
    '"open',
    ' "q"',
    '"a\nb"',
    '"a\r\nb"',
    '"a\rb"',
    '" "',
    " ",
    "\x1c",
    "\u00a0",
    "a,b",
    "\r",
    "\n",
    "\0",
    '"a"b"',
    '"a""\nb"',
)


def form(data: bytes, delimiter: str = ",") -> Text:
    pieces = re.split(rb"\r\n|[\r\n]", data)
    return Text(lambda: io.BytesIO(data), delimiter, "utf-8", len(pieces) - (pieces[-1] == b""))


def same(data: bytes, layout: Layout = LAYOUT, delimiter: str = ",") -> None:
    """Hold the two ways of reading against one another."""
    exact, in_blocks = (body.joined(list(read(form(data, delimiter), layout))) for read in (reading.exactly, reading.pieces))
    assert counts(in_blocks) == counts(exact), data
    assert in_blocks.findings.rows() == exact.findings.rows(), data
    assert in_blocks.records.columns == exact.records.columns, data
    assert in_blocks.records.fill_null("").rows() == exact.records.fill_null("").rows(), data
    lines = exact.records["line_number"]
    wanted = (None, lines, lines.gather_every(10, 1))[len(data) % 3]
    expected = exact.records if wanted is None else exact.records.filter(pl.col("line_number").is_in(wanted.implode()))
    assert seen_again(form(data, delimiter), layout, wanted) == expected.fill_null("").rows(), (data, wanted)


def seen_again(file: Text, layout: Layout, wanted: pl.Series | None) -> list[tuple[object, ...]]:
    """Return the records of some lines, or all, as a second look gives them."""
    seen = Seen()
    for piece in reading.pieces(file, layout):
        seen.note(piece)
    return [row for records in second_look.records(file, layout, seen, wanted) for row in records.fill_null("").rows()]


def counts(read: body.Reading) -> tuple[int | bool, ...]:
    return read.header_line_count, read.blank_line_count, read.unreadable_line_count, read.unreadable_record_count, read.is_open


def random_file(chance: random.Random) -> bytes:
    """Return a file of a few dozen records of three values with more or fewer odd values, ragged records and blank lines."""
    end, oddity = chance.choice(["\n", "\r\n", "\r"]), chance.choice([0, 0.005, 0.05, 0.5])

    def record() -> str:
        width = chance.choice([2, 4, 1]) if chance.random() < oddity else 3
        return ",".join(chance.choice(ODD if chance.random() < oddity else GOOD) for _ in range(width))

    lines = ["a,b,c", *(record() for _ in range(chance.randrange(60)))]
    if chance.random() < oddity:
        lines.insert(chance.randrange(len(lines) + 1), chance.choice(["", " ", ",,", '"', "\t"]))
    return (end.join(lines) + chance.choice(["", end])).encode()


@pytest.mark.parametrize("block_bytes", [1, 30, 200, 8 << 20])
def test_generated_files_read_the_same_in_blocks_of_any_size(monkeypatch, block_bytes):
    monkeypatch.setattr(blocks, "BLOCK_BYTES", block_bytes)
    monkeypatch.setattr(blocks, "SMALLEST_BYTES", 40)
    monkeypatch.setattr(reading, "HEAD_BYTES", 16)
    chance = random.Random(block_bytes)
    for _ in range(100):
        same(random_file(chance))


@pytest.mark.skipif(not NASTY.is_dir(), reason="the nasty files lie in ../shared/data/nasty, which is not here")
def test_nasty_files_read_the_same_in_blocks(monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 500)
    monkeypatch.setattr(blocks, "SMALLEST_BYTES", 100)
    files = [path for path in sorted(NASTY.rglob("*.csv")) if path.stat().st_size < 20_000]
    for path in files:
        data = path.read_bytes().decode("utf-8", "ignore").encode()
        names = next(csv.reader(io.StringIO(data.decode(), newline="")), [])
        same(data, Layout({name: name for name in names}, (), is_closed=False))
    assert len(files) > 10


CLEAN = {
    "LF": b"1,2,3\n,x,\n4,5,6\n",
    "CR LF": b"1,2,3\r\n,x,\r\n4,5,6\r\n",
    "CR": b"1,2,3\r,x,\r4,5,6\r",
    "no last end": b"1,2,3\n,x,\n4,5,6",
    "quoted": b'"1","2","3"\n"","x",""\n4,5,6\n',
    "quoted CR LF": b'"1","2","3"\r\n"","x",""\r\n4,5,6\r\n',
    "spaces": b"1,2,3\n ,x, \n4,5,6\n",
}


@pytest.mark.parametrize("data", CLEAN.values(), ids=CLEAN)
def test_a_clean_block_is_read_as_columns_with_its_lines(data):
    records = blocks.records(Block(data, 7), ",", HEADER)

    assert records is not None
    rows = [tuple(value.strip() if isinstance(value, str) else value or "" for value in row) for row in records.rows()]
    assert rows == [(7, 1, "1", "2", "3"), (8, 1, "", "x", ""), (9, 1, "4", "5", "6")]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_quoted_break_is_part_of_its_value_and_moves_the_lines_behind_it(end):
    records = blocks.records(Block(f'1,"a{end}{end}""b, c",3{end}4,5,6{end}'.encode(), 2), ",", HEADER)

    assert records is not None
    assert records.rows() == [(2, 3, "1", f'a{end}{end}"b, c', "3"), (5, 1, "4", "5", "6")]


UNCLEAN = {
    "ragged": b"1,2,3\n4,5\n",
    "one too many, one too few": b"1,2,3,4\n4,5\n",
    "blank line": b"1,2,3\n\n4,5,6\n",
    "record without values": b"1,2,3\n,,\n",
    "record of spaces": b"1,2,3\n , ,\xc2\xa0\n",
    "quote in a value": b'1,2"x,3\n4,5,6\n',
    "quote behind a space": b'1, "2",3\n',
    "text behind a quote": b'1,"2"x,3\n',
    "open quote": b'1,2,3\n"4,5,6\n',
    "nul": b"1,2\0,3\n",
    "mixed ends and quotes": b'1,"2",3\r4,5,6\n',
    "long value": b"1," + b"x" * 131_073 + b",3\n",
}


@pytest.mark.parametrize("data", UNCLEAN.values(), ids=UNCLEAN)
def test_a_block_in_doubt_is_left_to_the_exact_parser(data):
    assert blocks.records(Block(data, 1), ",", HEADER) is None


def test_one_bad_line_in_a_large_block_leaves_the_rest_of_it_to_columns(monkeypatch):
    data = b"a,b,c\n" + b"1,2,3\n" * 200_000 + b'4,x"y,6\n' + b"7,8,9\n" * 200_000
    exact = []
    parse = reading.parsing.parse
    monkeypatch.setattr(reading.parsing, "parse", lambda *given, **named: (exact.append(record) or record for record in parse(*given, **named)))

    read = reading.read(form(data), LAYOUT)

    assert (read.records.height, read.unreadable_record_count) == (400_000, 1)
    assert len(exact) < 5_000


@pytest.mark.parametrize("delimiter", ["\t", "|", ";", "^"])
def test_other_delimiters_read_the_same(monkeypatch, delimiter):
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 100)
    chance = random.Random(5)
    for _ in range(25):
        same(random_file(chance).replace(b",", delimiter.encode()), delimiter=delimiter)
