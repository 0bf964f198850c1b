"""One large file read, checked by 30 rules and loaded, against `psql \\copy` of the same file, and against what a user would write instead."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import intake, intake_files
from bench import server as servers
from bench.figure import Figure, ratio
from bench.intake_files import Form
from bench.place import Place
from bench.turns import seconds_of
from sealea.database import connect, migrate
from sealea.intake import senders
from sealea.settings import PROJECT, Settings

STAGE = "one large file"
RIVALS = Path(__file__).parent / "rivals"
DLT_PYTHON = PROJECT / ".tools/bench/bin/python"
LIMIT, LIMIT_KEYED, LIMIT_PANDAS = 1.5, 2.5, 1 / 20  # the issue
LIMIT_MIB, LIMIT_MIB_LARGE, LARGE = 512.0, 1024.0, 3_000_000
BAD_SHARE = 0.02
NOTE = "ours read, checked by 30 rules and loaded with line numbers, over psql \\copy of the clean file into the same table"
RIVAL_PAIRS = 3  # each takes many times as long


@dataclass(frozen=True)
class Case:
    """One comparison with psql: how the file is written, how much of it is bad, and whether persons become keyed pseudonyms."""

    line_end: str = "\n"
    is_quoted: bool = False
    bad_share: float = 0.0
    has_keyed_ids: bool = False

    @property
    def name(self) -> str:
        """Return the case in words."""
        words = [f"{self.bad_share:.0%} bad" if self.bad_share else "clean", "CRLF" if self.line_end == "\r\n" else "LF"]
        return ", ".join([*words, *(["quoted"] if self.is_quoted else []), *(["keyed ids"] if self.has_keyed_ids else [])])


# The first of them tell the most; a small size measures these alone.
CASES = (
    Case(),
    Case(line_end="\r\n", is_quoted=True, bad_share=BAD_SHARE),
    Case(has_keyed_ids=True),
    Case(line_end="\r\n", is_quoted=True, bad_share=BAD_SHARE, has_keyed_ids=True),
    Case(bad_share=BAD_SHARE),
    Case(bad_share=BAD_SHARE, has_keyed_ids=True),
    Case(line_end="\r\n"),
    Case(is_quoted=True),
)


def prepare(place: Place) -> Settings:
    """Return the settings of a warehouse with the tables of the benchmark's contract."""
    servers.copy(place.server, servers.TEMPLATE, "large_file")
    settings = place.settings("large_file")
    migrate(settings.pipeline_dsn, [intake.contract(has_keyed_ids=False), intake.contract(has_keyed_ids=True)])
    with connect(settings.pipeline_dsn) as connection:
        senders.register(connection, intake.SENDER, "EX", "sea", "Bench", ["*"])
        connection.execute("create schema bench")
    return settings


def measure(place: Place, settings: Settings) -> list[Figure]:
    """Return our seconds over those of psql for each form of the file, our memory, and ours over those of the rivals."""
    figures = []
    for files in place.size.files:
        for case in CASES[: files.cases]:
            measured = list(against_psql(settings, case, files.rows, min(place.pairs, files.most_pairs)))
            sys.stderr.write("".join(f"{figure.name}, {figure.at}: {figure.median:.3g} {figure.unit}\n" for figure in measured))
            figures += measured
        for path in settings.state_dir.glob("*.csv"):
            path.unlink()
    figures += against_rivals(place, settings)
    servers.drop(place.server, "large_file")
    return figures


def written(settings: Settings, form: Form) -> Path:
    """Return the file of this form, which several cases read."""
    path = settings.state_dir / f"{form.name}.csv"
    return path if path.exists() else intake_files.write(form, path)


def against_psql(settings: Settings, case: Case, rows: int, pairs: int) -> Iterator[Figure]:
    """Yield the ratio and the memory for one case."""
    clean = written(settings, Form(rows, 0.0, case.line_end, case.is_quoted))
    ours = written(settings, Form(rows, case.bad_share, case.line_end, case.is_quoted))
    costs: list[intake.Cost] = []
    theirs: list[float] = []
    for turn in range(pairs):
        for is_psql in (True, False) if turn % 2 == 0 else (False, True):
            if is_psql:
                theirs.append(psql_seconds(settings, clean, case))
            else:
                costs.append(intake.in_process(settings, ours, has_keyed_ids=case.has_keyed_ids))
    limit = LIMIT_KEYED if case.has_keyed_ids else LIMIT
    yield ratio(STAGE, case.name, (cost.seconds for cost in costs), theirs, limit, at=f"{rows:,} rows", note=NOTE)
    mib = tuple(cost.peak_mib for cost in costs)
    yield Figure(STAGE, f"{case.name}: peak memory", "MiB", mib, LIMIT_MIB if rows <= LARGE else LIMIT_MIB_LARGE, at=f"{rows:,} rows")


def psql_seconds(settings: Settings, file: Path, case: Case) -> float:
    """Return how long psql copies the file into the empty table, whose defaults give the key; a quoted empty value is NULL, as it is to us."""
    intake.empty(settings, is_for_psql=True)
    columns = ", ".join(column.name for column in intake.contract(has_keyed_ids=False).columns)
    options = f"format csv, header{f', force_null ({columns})' if case.is_quoted else ''}"
    return seconds_of(lambda: servers.psql(settings.pipeline_dsn, f"\\copy raw.bench_entry ({columns}) from '{file}' with ({options})"))


def against_rivals(place: Place, settings: Settings) -> Iterator[Figure]:
    """Yield our seconds over those of pandas and of dlt, on a clean file, by turns."""
    rows = place.size.rival_rows
    file = written(settings, Form(rows))
    seconds: dict[str, list[float]] = {"ours": [], "pandas": [], "dlt": []}
    for turn in range(min(place.pairs, RIVAL_PAIRS)):
        for name in list(seconds) if turn % 2 == 0 else reversed(list(seconds)):
            seconds[name].append(rival_seconds(settings, name, file))
    words = {"pandas": "pandas read_csv + to_sql, no checks", "dlt": "dlt, fast settings, no checks"}
    for name, limit in (("pandas", LIMIT_PANDAS), ("dlt", None)):
        yield ratio(STAGE, f"ours / {words[name]}", seconds["ours"], seconds[name], limit, rows=rows)


def rival_seconds(settings: Settings, name: str, file: Path) -> float:
    """Return how long one of them takes, its imports not counted."""
    if name == "ours":
        return intake.in_process(settings, file, has_keyed_ids=False).seconds
    python = str(DLT_PYTHON) if name == "dlt" else sys.executable
    environ = os.environ | {"BENCH_DSN": settings.pipeline_dsn, "BENCH_WORK": str(settings.state_dir / "dlt"), "RUNTIME__DLTHUB_TELEMETRY": "false"}
    done = subprocess.run([python, str(RIVALS / f"with_{name}.py"), str(file)], env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return float(done.stdout.split()[-1])
