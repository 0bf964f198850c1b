"""What the intake costs: read, check by 30 rules and load a file of any size, against `psql \\copy` of the same file into the same table.

Run as `PYTHONPATH=tests .venv/bin/python -m bench.intake --rows 300000 --pairs 7`. Each side runs in a process of its own, by turns.
A file with bad records has no counterpart: `\\copy` stops at the first of them, so it is held against the clean file of its form.
"""

import argparse
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from bench import intake_files
from bench.intake_files import Form
from sealea import document
from sealea.contract import Contract, load_file_rules
from sealea.database import connect, migrate
from sealea.intake import checking, examination, ledger, loading, pseudonym, senders, standards
from sealea.local import postgres, secrets
from sealea.local.postgres_home import wheel_binaries
from sealea.settings import PROJECT, Settings

CONTRACT = Path(__file__).with_name("intake_contract.yml")
SENDER = "bench-sea"
FORMS = {"lf": ("\n", False), "crlf": ("\r\n", False), "quoted": ("\n", True), "crlf_quoted": ("\r\n", True)}


@dataclass(frozen=True)
class Cost:
    """What one run took; `rows` arrived in raw."""

    seconds: float
    peak_mib: float
    rows: int


def contract(*, has_keyed_ids: bool) -> Contract:
    """Return the benchmark's contract, with persons as keyed pseudonyms and a vault, or with their ids as any text."""
    keyed = Contract.model_validate(document.read(CONTRACT))
    if has_keyed_ids:
        return keyed.model_copy(update={"extract": "bench_person_entry"})
    return keyed.model_copy(update={"columns": tuple(column.model_copy(update={"identity": None}) for column in keyed.columns)})


@contextmanager
def server(work: Path) -> Iterator[Settings]:
    """Yield a PostgreSQL with the benchmark's tables in the database `warehouse`."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        settings = Settings(state_dir=work, postgres_port=listener.getsockname()[1])
    secrets.ensure_secrets(settings)
    try:
        postgres.start(settings)
        dsn = secrets.pipeline_dsn(settings)
        migrate(dsn, [contract(has_keyed_ids=False), contract(has_keyed_ids=True)])
        with connect(dsn) as connection:
            senders.register(connection, SENDER, "EX", "sea", "Bench", ["*"])
        yield settings.model_copy(update={"pipeline_dsn": dsn})
    finally:
        postgres.stop(settings)
        postgres.erase(settings)


def intake(settings: Settings, file: Path, *, has_keyed_ids: bool) -> Cost:
    """Read, check and load the file in one transaction, its line numbers, findings and account included; commit."""
    ours = contract(has_keyed_ids=has_keyed_ids)
    rules = {**load_file_rules(PROJECT), **{rule.id: rule for rule in ours.rules}}
    subject = examination.Subject(standards.Standard(ours, rules, 0.1, pseudonym.normalised), intake_files.references())
    claim = checking.Claim("EX", 2026, frozenset({"*"}))
    keys = pseudonym.load_keys(settings.secrets_dir, ours)
    with connect(settings.pipeline_dsn) as connection:
        start = time.perf_counter()
        arrival = ledger.Arrival(SENDER, file.name, str(time.time_ns()))
        submission_id = ledger.add_submission(connection, arrival, None, str(time.time_ns()), file.stat().st_size)
        load_id = ledger.next_load_id(connection)
        copying = loading.Copying(connection, loading.Load(load_id, ours, pseudonym.Pseudonyms(ours, "EX", keys).of))
        (result,) = examination.examined(file, [subject], claim, [copying])
        ledger.add_load(connection, load_id, submission_id, ours.extract, (ours.version, "bench"), (), asdict(result.account))
        loading.load_findings(connection, load_id, result.verdict.findings)
        connection.commit()
        seconds = time.perf_counter() - start
        assert result.verdict.status == "accepted", result.verdict
        ((rows,),) = connection.execute(f"select count(*) from raw.{ours.extract} where load_id = %s", [load_id]).fetchall()
        assert rows == result.account.loaded_row_count
    return Cost(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, rows)


def psql_copy(settings: Settings, file: Path) -> Cost:
    """Copy the file into raw.bench_entry by psql, where load and line are given by default as the key of the table needs them."""
    columns = ", ".join(column.name for column in contract(has_keyed_ids=False).columns)
    command = f"\\copy raw.bench_entry ({columns}) from '{file}' with (format csv, header, force_null *)"
    start = time.perf_counter()
    subprocess.run([str(wheel_binaries() / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", command, settings.pipeline_dsn], check=True)
    seconds = time.perf_counter() - start
    with connect(settings.pipeline_dsn) as connection:
        ((rows,),) = connection.execute("select count(*) from raw.bench_entry").fetchall()
    return Cost(seconds, 0, rows)


def empty(settings: Settings, *, is_for_psql: bool) -> None:
    """Empty the tables; for psql give each row the key that only the intake knows."""
    with connect(settings.pipeline_dsn) as connection:
        connection.execute("truncate raw.bench_entry, raw.bench_person_entry, vault.bench_person_entry, ops.finding")
        connection.execute("create sequence if not exists public.bench_line cache 1000")
        connection.execute(f"alter table raw.bench_entry alter load_id {'set default 0' if is_for_psql else 'drop default'}")
        given = "set default nextval('public.bench_line')" if is_for_psql else "drop default"
        connection.execute(f"alter table raw.bench_entry alter line_number {given}")


def in_process(settings: Settings, side: str, file: Path, *, has_keyed_ids: bool) -> Cost:
    """Return the cost of one side, run in a process of its own."""
    empty(settings, is_for_psql=side == "psql")
    if side == "psql":
        return psql_copy(settings, file)
    command = [sys.executable, "-m", "bench.intake", "--run", str(file), *(["--keyed"] if has_keyed_ids else [])]
    environment = os.environ | {"BENCH_SETTINGS": settings.model_dump_json()}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    return Cost(**json.loads(done.stdout))


def compared(settings: Settings, ours: Path, theirs: Path, pairs: int, *, has_keyed_ids: bool) -> list[tuple[Cost, Cost]]:
    """Return the costs of both sides, by turns, each first in every other pair."""
    results = []
    for pair in range(pairs):
        costs = {}
        for side in ("intake", "psql") if pair % 2 else ("psql", "intake"):
            costs[side] = in_process(settings, side, theirs if side == "psql" else ours, has_keyed_ids=has_keyed_ids)
        results.append((costs["intake"], costs["psql"]))
    return results


def line(name: str, results: Sequence[tuple[Cost, Cost]]) -> str:
    """Return one line of the table."""
    ratios = sorted(ours.seconds / theirs.seconds for ours, theirs in results)
    ours, theirs = median(each.seconds for each, _ in results), median(each.seconds for _, each in results)
    peak = max(each.peak_mib for each, _ in results)
    return f"{name:45s} x {median(ratios):5.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})  {ours:7.2f} s  psql {theirs:7.2f} s  {peak:5.0f} MiB  {results[0][0].rows:,} rows"


def main() -> None:
    """Measure what the arguments name and print a table."""
    parser = argparse.ArgumentParser(prog="bench.intake", description=__doc__)
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--forms", nargs="*", default=["lf"], choices=FORMS)
    parser.add_argument("--bad", nargs="*", type=float, default=[0.0, 0.02])
    parser.add_argument("--keyed", action="store_true")
    parser.add_argument("--run", type=Path)
    given = parser.parse_args()
    if given.run:
        settings = Settings.model_validate_json(os.environ["BENCH_SETTINGS"])
        sys.stdout.write(json.dumps(asdict(intake(settings, given.run, has_keyed_ids=given.keyed))))
        return
    with tempfile.TemporaryDirectory() as folder, server(Path(folder) / "server") as settings:
        for name in given.forms:
            end, is_quoted = FORMS[name]
            clean = intake_files.write(Form(given.rows, 0, end, is_quoted), Path(folder) / "clean")
            for bad in given.bad:
                file = intake_files.write(Form(given.rows, bad, end, is_quoted), Path(folder) / "bad") if bad else clean
                results = compared(settings, file, clean, given.pairs, has_keyed_ids=given.keyed)
                sys.stdout.write(line(f"{given.rows:,} rows {name} {bad:.0%} bad{' keyed' if given.keyed else ''}", results) + "\n")
                sys.stdout.flush()
            clean.unlink()


if __name__ == "__main__":
    main()
