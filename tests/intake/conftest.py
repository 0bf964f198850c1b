"""A small state with two LEAs and the SEA, whose files go through the front door: inbox, receive, outbox."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sealea.contract import Contract, load_contracts, load_file_rules
from sealea.database import connect
from sealea.intake import checking, examination, outbox, pseudonym, receiving, senders, standards
from sealea.settings import PROJECT, Settings

EXAMPLES = Path(__file__).parent / "examples"
REFERENCE_RULES = ("PER-003", "PER-020", "FIN-001", "FIN-013", "FIN-021", "ASM-020", "ASM-021")
SENDERS = (("sea", "sea", "Example SEA", ["*"]), ("ex-0101", "lea", "Riverside Unified", ["EX-0101"]), ("ex-0102", "lea", "Lakeview", ["EX-0102"]))


@dataclass(frozen=True)
class Outcome:
    """What became of one file: status, findings as (rule, line, column), source lines of its rows in raw, its row of ops.load."""

    status: str
    findings: list[tuple[Any, ...]]
    loaded_lines: list[int]
    counts: dict[str, Any]

    def lines(self, part: str) -> int:
        return int(self.counts[f"{part}_line_count"])


@dataclass(frozen=True)
class State:
    """The platform as its senders and its engineer see it."""

    settings: Settings

    def inbox(self, sender_id: str = "ex-0101") -> Path:
        return self.settings.sftp_dir / sender_id / "inbox"

    def outbox(self, sender_id: str = "ex-0101") -> Path:
        return self.settings.sftp_dir / sender_id / "outbox"

    def name(self, extract: str, sender_id: str = "ex-0101", year: int = 2026, window: str = "close", sent_at: str = "20261005T080000") -> str:
        return f"ex_{sender_id}_{extract}_{year}_{window}_{sent_at}.csv"

    def drop(self, extract: str, content: str | bytes, **name: Any) -> Path:
        """Put a file into its sender's inbox, renamed into place as the SFTP server does."""
        path = self.inbox(name.get("sender_id", "ex-0101")) / self.name(extract, **name)
        draft = path.with_name(f".{path.name}")
        draft.write_bytes(content if isinstance(content, bytes) else content.encode())
        return draft.rename(path)

    def receive(self) -> dict[str, int]:
        """Receive everything that is ready and deliver the answers, as the DAG does; return the outcomes."""
        total = dict.fromkeys(receiving.OUTCOMES, 0)
        for batch in receiving.ready_batches(self.settings):
            for outcome, count in receiving.receive_batch(self.settings, json.loads(json.dumps(batch))).items():
                total[outcome] += count
        for outcome, count in receiving.recheck_waiting(self.settings).items():
            total[outcome] += count
        outbox.deliver(self.settings)
        return total

    def send(self, extract: str, content: str | bytes, **name: Any) -> str:
        """Drop one file, receive it and return its outcome."""
        self.drop(extract, content, **name)
        (outcome,) = [outcome for outcome, count in self.receive().items() if count]
        return outcome

    def send_all(self, extract: str, contents: Sequence[str | bytes], **name: Any) -> list[Outcome]:
        """Drop one file for each content, in windows w0, w1 and so on, receive them together and return what became of each."""
        for place, content in enumerate(contents):
            self.drop(extract, content, window=f"w{place}", **name)
        self.receive()
        return [self.outcome(f"w{place}") for place in range(len(contents))]

    def outcome(self, window: str) -> Outcome:
        """Return what became of the only file of the window."""
        ((load_id, status, extract),) = self.rows(
            "select load_id, status, extract from ops.load_status inner join ops.load using (load_id) inner join ops.submission using (submission_id) "
            "where window_code = %s",
            window,
        )
        findings = self.rows(
            "select rule_id, line_number, column_name from ops.finding where load_id = %s order by line_number nulls first, rule_id, column_name",
            load_id,
        )
        lines = [line for (line,) in self.rows(f"select line_number from raw.{extract} where load_id = %s order by 1", load_id)]
        with psycopg.connect(self.settings.pipeline_dsn, row_factory=psycopg.rows.dict_row) as connection:
            counts = connection.execute("select * from ops.load where load_id = %s", [load_id]).fetchone()
        assert counts is not None
        return Outcome(status, findings, lines, counts)

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with connect(self.settings.pipeline_dsn) as connection:
            return connection.execute(query, values).fetchall()

    def load(self) -> dict[str, Any]:
        """Return the newest row of ops.load."""
        with psycopg.connect(self.settings.pipeline_dsn, row_factory=psycopg.rows.dict_row) as connection:
            row = connection.execute("select * from ops.load order by load_id desc limit 1").fetchone()
            assert row is not None
            return row

    def loaded_lines(self, extract: str) -> list[int]:
        """Return the source lines of the newest load's rows in raw."""
        query = f"select line_number from raw.{extract} where load_id = (select max(load_id) from ops.load) order by 1"
        return [line for (line,) in self.rows(query)]

    def answer(self, suffix: str, sender_id: str = "ex-0101") -> str:
        """Return the newest answer with this suffix in the sender's outbox."""
        paths = [path for path in self.outbox(sender_id).iterdir() if path.name.endswith(suffix)]
        return max(paths, key=lambda path: path.stat().st_mtime_ns).read_text()


@pytest.fixture(scope="session")
def alone(tmp_path_factory) -> Path:
    """Return a project whose state compares nothing with the SEA's reference data, so that one file can be looked at alone."""
    expectations = tmp_path_factory.mktemp("alone") / "expectations"
    (expectations / "states/ex").mkdir(parents=True)
    for name in ("extracts", "file_rules.yml"):
        (expectations / name).symlink_to(PROJECT / "expectations" / name)
    off = "".join(f"  {rule}: not_applicable\n" for rule in REFERENCE_RULES)
    (expectations / "states/ex/pack.yml").write_text((PROJECT / "expectations/states/ex/pack.yml").read_text() + f"rules:\n{off}")
    return expectations.parent


@pytest.fixture
def state(registered, alone) -> State:
    """Return the platform with its senders registered and empty inboxes; reference rules are off."""
    return State(registered.settings.model_copy(update={"project_dir": alone}))


@pytest.fixture
def registered(warehouse) -> State:
    """Return the platform with its senders registered and empty inboxes, and all rules."""
    settings = warehouse.settings.model_copy(update={"settle_seconds": 0.01})
    with connect(settings.pipeline_dsn) as connection:
        for sender_id, kind, name, organisations in SENDERS:
            senders.register(connection, sender_id, "EX", kind, name, organisations)
            (settings.sftp_dir / sender_id / "inbox").mkdir(parents=True)
    return State(settings)


@pytest.fixture
def example() -> Callable[..., str]:
    """Return the example file of an extract, with values changed: `(line, column, value)`; line 1 is the header."""

    def changed(extract: str, *changes: tuple[int, str, str]) -> str:
        records = list(csv.reader(io.StringIO((EXAMPLES / f"{extract}.csv").read_text())))
        for line, column, value in changes:
            records[line - 1][records[0].index(column)] = value
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(records)
        return text.getvalue()

    return changed


@pytest.fixture
def examine(tmp_path) -> Callable[..., Outcome]:
    """Return what becomes of a file of LEA EX-0101 for 2026, without any warehouse."""
    contracts, file_rules = load_contracts(PROJECT), load_file_rules(PROJECT)

    def examined(extract: str, content: str, contract: Contract | None = None) -> Outcome:
        path = tmp_path / "file.csv"
        path.write_bytes(content.encode())
        contract = contract or contracts[extract]
        rules = {**file_rules, **{rule.id: rule for rule in contract.rules}}
        claim = checking.Claim("EX", 2026, frozenset({"EX-0101"}))
        subject = examination.Subject(standards.Standard(contract, rules, 0.10, pseudonym.normalised), {})
        (result,) = examination.examined(path, [subject], claim)
        findings = result.verdict.findings.select("rule_id", "line_number", "column_name").rows()
        return Outcome(result.verdict.status, findings, result.loaded["line_number"].to_list(), asdict(result.account))

    return examined
