"""Rows are copied while a file is still read: what stays is what the whole file says, and of a returned file nothing does."""

import csv
import io

import polars as pl
import pytest

from sealea.intake import blocks, findings, reading
from sealea.intake.loading import as_text


@pytest.fixture
def small_blocks(monkeypatch) -> None:
    """Make every file one of many blocks."""
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 400)
    monkeypatch.setattr(reading, "HEAD_BYTES", 200)


def changed(text: str, *extra: int, **column: str) -> str:
    """Return the example with the records of some lines once more at its end, values of a column changed."""
    records = list(csv.reader(io.StringIO(text)))
    for line in extra:
        again = list(records[line - 1])
        for name, value in column.items():
            again[records[0].index(name)] = value
        records.append(again)
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(records)
    return written.getvalue()


@pytest.mark.usefixtures("small_blocks")
def test_a_file_of_many_blocks_is_loaded_as_one_of_a_single_block_is(state, example, monkeypatch):
    content = changed(example("staff_assignment"), 3)
    in_blocks = state.send_all("staff_assignment", [content])[0]
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 8 << 20)
    state.drop("staff_assignment", content, window="whole")
    state.receive()
    whole = state.outcome("whole")

    assert in_blocks.status == whole.status == "accepted"
    assert (in_blocks.loaded_lines, in_blocks.findings) == (whole.loaded_lines, whole.findings)
    for table in ("raw.staff_assignment", "vault.staff_assignment"):
        (both,) = state.rows(
            f"select count(distinct load_id), count(*), count(distinct (to_jsonb({table.replace('.', '_')}) - 'load_id')) from {table} as {table.replace('.', '_')}"
        )
        assert both == (2, 2 * len(whole.loaded_lines), len(whole.loaded_lines))


@pytest.mark.usefixtures("small_blocks")
def test_a_record_copied_before_its_duplicate_came_does_not_stay(state, example):
    first = example("staff_assignment")
    (outcome,) = state.send_all("staff_assignment", [changed(first, 3, fte="0.1")])

    last = outcome.lines("physical")
    assert outcome.status == "accepted"
    assert {line for rule, line, _ in outcome.findings if rule == "PER-020" or line in (3, last)} >= {3, last}
    assert not {3, last} & set(outcome.loaded_lines)
    assert len(outcome.loaded_lines) == last - 3


@pytest.mark.usefixtures("small_blocks")
def test_of_a_file_returned_for_its_last_line_nothing_stays(state, example):
    content = example("staff") + '"open'
    (outcome,) = state.send_all("staff", [content])

    assert outcome.status == "returned"
    assert state.rows("select count(*) from raw.staff") == [(0,)]
    assert state.rows("select count(*) from vault.staff") == [(0,)]


def test_a_value_that_would_have_to_be_escaped_is_not_copied_as_plain_text():
    plain = pl.DataFrame({"a": ["x", None, "\u00e9"], "b": [1, 2, None]})

    assert as_text(plain) == "x\t1\n\\N\t2\n\u00e9\t\\N\n".encode()
    for value in ("\\", "a\tb", "a\nb", "a\rb", "\\N", "\\."):
        assert as_text(pl.DataFrame({"a": [value, None]})) is None


def test_findings_beyond_the_most_that_are_kept_are_counted_over_all_blocks():
    bounded = findings.Bounded(maximum=3)
    for start in (2, 4, 6):
        lines = findings.at_lines("REC-003", pl.Series("line_number", [start, start + 1], pl.Int64), "fte")
        bounded.add(lines.with_columns(severity=pl.lit("F2"), message=pl.lit("m"), fix=pl.lit("f")))

    kept = bounded.all()

    assert kept.select("line_number", "detail").rows() == [(None, "And 3 more records."), (2, ""), (3, ""), (4, "")]
