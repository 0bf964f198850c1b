"""Ours in the comparison of large files: read, check by 30 rules and load one file, in a process of its own: python -m bench.intake FILE.

The settings come in the environment, the cost goes out as JSON. `bench.large_file` runs it by turns with `psql \\copy`.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from bench import intake_files
from bench.memory import KIB_A_MIB, memory_kib
from sealea import document
from sealea.contract import Contract, load_file_rules
from sealea.database import connect
from sealea.intake import checking, examination, ledger, loading, pseudonym, standards
from sealea.settings import PROJECT, Settings

CONTRACT = Path(__file__).with_name("intake_contract.yml")
SENDER = "bench-sea"


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
        # Of a column outside of the key: its index alone would take longer to count by than the file took to load.
        ((rows,),) = connection.execute(f"select count(fiscal_year) from raw.{ours.extract}").fetchall()
        assert rows == result.account.loaded_row_count
    return Cost(seconds, memory_kib(os.getpid(), "VmHWM") / KIB_A_MIB, rows)


def empty(settings: Settings, *, is_for_psql: bool) -> None:
    """Empty the tables; for psql give each row the key that only the intake knows."""
    with connect(settings.pipeline_dsn) as connection:
        connection.execute("truncate raw.bench_entry, raw.bench_person_entry, vault.bench_person_entry, ops.finding")
        connection.execute("create sequence if not exists public.bench_line cache 1000")
        connection.execute(f"alter table raw.bench_entry alter load_id {'set default 0' if is_for_psql else 'drop default'}")
        given = "set default nextval('public.bench_line')" if is_for_psql else "drop default"
        connection.execute(f"alter table raw.bench_entry alter line_number {given}")


def in_process(settings: Settings, file: Path, *, has_keyed_ids: bool) -> Cost:
    """Return what it costs to take the file into empty tables, in a process of its own."""
    empty(settings, is_for_psql=False)
    command = [sys.executable, "-m", "bench.intake", str(file), *(["--keyed"] if has_keyed_ids else [])]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=os.environ | {"BENCH_SETTINGS": settings.model_dump_json()})
    return Cost(**json.loads(done.stdout))


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.intake", description="Take one file in and say what it cost.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--keyed", action="store_true", help="persons become keyed pseudonyms")
    given = parser.parse_args()
    settings = Settings.model_validate_json(os.environ["BENCH_SETTINGS"])
    sys.stdout.write(json.dumps(asdict(intake(settings, given.file, has_keyed_ids=given.keyed))))


if __name__ == "__main__":
    main()
