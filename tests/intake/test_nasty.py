"""The nasty files of ../shared/data: each gives exactly its right table, or is refused with line and reason; docs/nasty.md tells the score.

After a change, `.venv/bin/python tests/intake/test_nasty.py` writes the page again.
"""

import csv
import functools
import io
import json
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from sealea.contract import Contract, Rule, load_file_rules
from sealea.intake import examination, pseudonym
from sealea.intake.checking import Claim
from sealea.intake.standards import Standard
from sealea.settings import PROJECT

NASTY = PROJECT.parent / "shared/data/nasty"
PAGE = PROJECT / "docs/nasty.md"
EVERYTHING = 1.0  # share of records that may be quarantined, so that the records beside a broken one are looked at too
ANY = {"description": "Any text.", "ceds": "none", "ed_fi": "none"}
EQUAL, NAMED, RETURNED, DIFFERENT = "equal", "records named, the rest equal", "returned", "different"
FORMS = [(delimiter, encoding) for delimiter in ",\t|;^" for encoding in ("utf-8", "utf-8-sig", "utf-16")]
Table = list[list[str]]


class Case(NamedTuple):
    """One nasty file: what it holds, and the right table, its header first."""

    source: str
    name: str
    content: bytes
    right: Table


class Result(NamedTuple):
    """What became of one file, and the rules that it is refused for."""

    case: Case
    outcome: str
    rules: tuple[str, ...]


def cases(folder: Path) -> Iterator[Case]:
    """Yield the nasty files."""
    yield from spectrum(folder / "csv-spectrum")
    yield from naughty_strings(folder / "blns")
    yield from pollock(folder / "pollock_dev.tar.gz")


def spectrum(folder: Path) -> Iterator[Case]:
    for path in sorted((folder / "csvs").iterdir()):
        records = json.loads((folder / "json" / f"{path.stem}.json").read_text())
        yield Case("csv-spectrum", path.name, path.read_bytes(), [list(records[0]), *(list(record.values()) for record in records)])


def naughty_strings(folder: Path) -> Iterator[Case]:
    strings = json.loads((folder / "blns.json").read_text())
    right = [["number", "string"], *([str(number), string] for number, string in enumerate(strings))]
    for delimiter, encoding in FORMS:
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(right)
        yield Case("blns", f"{delimiter!r} in {encoding}", text.getvalue().encode(encoding), right)


def pollock(archive: Path) -> Iterator[Case]:
    with tarfile.open(archive) as tar:
        files = {member.name.removeprefix("./"): member for member in tar.getmembers() if member.isfile()}
        for name in sorted(name for name in files if name.startswith("csv/")):
            content, clean = (tar.extractfile(files[path]).read() for path in (name, name.replace("csv/", "clean/", 1)))
            yield Case("pollock", name.removeprefix("csv/"), content, list(csv.reader(io.StringIO(clean.decode(), newline=""), strict=True)))


@functools.cache
def contract(names: tuple[str, ...]) -> Contract:
    """Return a contract that allows any text in columns of these names, and no other column."""
    columns = [{"name": f"c{place}", "type": "text", "aliases": [name], **ANY} for place, name in enumerate(names)]
    about = dict.fromkeys(("title", "description", "grain", "source"), "A nasty file.")
    return Contract.model_validate({"extract": "nasty", "domain": "reference", "sender": "any", "key": (), "columns": columns, **about})


@functools.cache
def file_rules() -> Mapping[str, Rule]:
    return load_file_rules(PROJECT)


def result(case: Case, folder: Path) -> Result:
    """Return what becomes of the file."""
    path = folder / "file"
    path.write_bytes(case.content)
    standard = Standard(contract(tuple(case.right[0])), file_rules(), EVERYTHING, pseudonym.normalised)
    (examined,) = examination.examined(path, [examination.Subject(standard, {})], Claim("EX", 2026, frozenset({"*"})))
    verdict = examined.verdict
    names = [f"c{place}" for place in range(len(case.right[0]))]
    got = [blanked(row) for row in examined.loaded.sort("line_number").select(names).rows()] if not examined.loaded.is_empty() else []
    refusing = verdict.findings.filter(verdict.findings["severity"].is_in(["F1", "F2"]))
    rules = tuple(sorted(set(refusing["rule_id"])))
    return Result(
        case,
        outcome(verdict.status, got, [blanked(row) for row in case.right[1:]], refusing.drop_nulls("line_number")["line_number"].n_unique()),
        rules,
    )


def blanked(row: Sequence[str | None]) -> tuple[str, ...]:
    """Return the values of a row; one that is spaces only is blank to us, and NULL in the warehouse."""
    return tuple(value if value and value.strip() else "" for value in row)


def outcome(status: str, got: Sequence[tuple[str, ...]], right: Sequence[tuple[str, ...]], named_lines: int) -> str:
    """Return how what was loaded compares with the right table."""
    if status == "returned":
        return RETURNED if not got else DIFFERENT
    right = [row for row in right if any(row)]
    if got == right and not named_lines:
        return EQUAL
    rest = iter(right)
    is_in_order = all(row in rest for row in got)  # each found behind the one before
    return NAMED if named_lines and is_in_order and len(right) - len(got) <= named_lines else DIFFERENT


def page(results: Sequence[Result]) -> str:
    """Return docs/nasty.md."""
    counts = Counter((result.case.source, result.outcome) for result in results)
    sources = {
        "csv-spectrum": "csv-spectrum",
        "blns": "Big List of Naughty Strings, in 5 delimiters x 3 encodings",
        "pollock": "pollock (polluted CSV files)",
    }
    outcomes = (EQUAL, NAMED, RETURNED, DIFFERENT)
    rows = [
        f"| {title} | {sum(counts[source, each] for each in outcomes)} | " + " | ".join(str(counts[source, each]) for each in outcomes) + " |"
        for source, title in sources.items()
    ]
    total = [sum(counts[source, each] for source in sources) for each in outcomes]
    rules = Counter(rule for result in results for rule in result.rules)
    messages = file_rules()
    reasons = [f"| {rule} | {messages[rule].message} | {count} |" for rule, count in sorted(rules.items())]
    return TEMPLATE.format(
        count=len(results),
        score=100 * (len(results) - total[-1]) / len(results),
        outcomes=" | ".join(outcomes),
        dashes=" | ".join(["--:"] * len(outcomes)),
        rows="\n".join(rows),
        total=" | ".join(map(str, total)),
        reasons="\n".join(reasons),
    )


TEMPLATE = """\
# Nasty files

Files that break readers, sent through the real one (`tests/intake/test_nasty.py` holds this page against what happens; run it as a program to write the page again).
Each must give exactly its right table or be refused with line and reason. **{score:g} % of {count} files do; never something different in silence.**

| files | number | {outcomes} |
| --- | --: | {dashes} |
{rows}
| **all** | {count} | {total} |

*equal*: every record of the right table is loaded, nothing else. *records named, the rest equal*: each broken record is quarantined with its physical line and a rule, all others are loaded as
they should be. *returned*: nothing is loaded, and a rule says why. *different*: anything else.

| rule | what the sender reads | files |
| --- | --- | --: |
{reasons}

## How it is judged
- The contract has the header of the right table (`clean/`, or the JSON beside a file) and takes any text; no other column may stand. Delimiter and encoding are not declared: the reader tells them itself, and nothing of
  pollock's `parameters/` is used. Any share of the records may be quarantined here; a state returns the file above its `maximum_quarantined_share` (10 % by default).
- Values are compared to the last character. Two things count as the same: a value of spaces only and a blank one (both are NULL in the warehouse), and a record without any value and none (it is counted as a blank line).
- What is loaded must be the right table without the records that findings name: in its order, and with no more left out than lines are named.
- Where pollock's right table mends a broken record (a missing or doubled delimiter, a quote too many), we do not: which value lost its border only the sender knows. So these files cannot come out *equal*.
- csv-spectrum's README speaks of twelve files; eleven are there. The naughty strings are quoted as RFC 4180 asks, by Python's csv module; as they stand in `blns.txt` they are no table.
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> list[Result]:
    if not NASTY.is_dir():
        pytest.skip("the nasty files lie in ../shared/data/nasty, which is not here")
    folder = tmp_path_factory.mktemp("nasty")
    return [result(case, folder) for case in cases(NASTY)]


def test_no_nasty_file_gives_something_different_in_silence(results):
    assert [result.case.name for result in results if result.outcome == DIFFERENT] == []


def test_every_refusal_says_which_rule_and_every_equal_file_is_refused_nothing(results):
    assert [result.case.name for result in results if bool(result.rules) == (result.outcome == EQUAL)] == []


def test_the_page_of_the_score_tells_what_happens(results):
    assert PAGE.read_text() == page(results)


@pytest.mark.parametrize(
    ("got", "named_lines", "judged"),
    [
        ([("1",), ("2",), ("3",)], 0, EQUAL),
        ([("1",), ("3",)], 1, NAMED),
        ([("1",), ("3",)], 0, DIFFERENT),
        ([("3",), ("1",)], 1, DIFFERENT),
        ([("1",), ("2",), ("x",)], 1, DIFFERENT),
        ([("1",)], 1, DIFFERENT),
        ([("1",), ("2",), ("3",), ("3",)], 1, DIFFERENT),
    ],
)
def test_the_judge_lets_nothing_different_through(got, named_lines, judged):
    assert outcome("accepted", got, [("1",), ("2",), ("3",)], named_lines) == judged


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        PAGE.write_text(page([result(case, Path(scratch)) for case in cases(NASTY)]))
