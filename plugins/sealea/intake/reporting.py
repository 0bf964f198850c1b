"""Reporting: a posted report becomes the files of the sender's outbox when it is delivered, from ops and the landed bytes.

The outbox keeps what a report is made from; the cells it shows are read from the landing folder and never stored in the warehouse.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import polars as pl
import psycopg

from sealea.contract import SEVERITY_MEANING
from sealea.file_name import FileName
from sealea.intake import causes, cells, explanations, landing, ledger, references, report
from sealea.intake.causes import Cause, Explain
from sealea.intake.desk import Desk, open_desk
from sealea.intake.report import Facts
from sealea.settings import Settings

EARLIER = """
    select before.submission_id, before.sha256
    from ops.submission
    inner join ops.submission as before using (sender_id, layout, school_year, window_code)
    where submission.submission_id = %s and before.submission_id < %s
    order by before.submission_id desc limit 1
"""


VINTAGE = """
    select distinct reference.load_id
    from ops.load_reference inner join ops.load as reference on reference.load_id = load_reference.reference_load_id
    where load_reference.load_id = any(%s) and reference.extract = %s
    order by reference.load_id
"""


@dataclass(frozen=True)
class Earlier:
    """The submission before another of the same sender and target: its loads, its bytes and how many of its records were loaded."""

    load_ids: list[int]
    sha256: str
    loaded_row_count: int


@dataclass
class Renderer:
    """Turns posted reports into files; keeps the desks of the states that it meets."""

    settings: Settings
    connection: psycopg.Connection
    desks: dict[str, Desk] = field(default_factory=dict)
    reference_rows: dict[tuple[str, references.Vintage], pl.DataFrame] = field(default_factory=dict)

    def files(self, sender_id: str, body: str) -> dict[str, str]:
        """Return the files of a posted report, content by name."""
        recipe = json.loads(body)
        facts = Facts(**recipe["facts"])
        load_ids = recipe["load_ids"]
        if not load_ids:
            return report.report(facts, None)
        desk = self.desk(sender_id)
        target = desk.target(sender_id, facts.file_name)
        # What a submission says by itself; one that repeats an earlier one is told all that stands.
        findings = ledger.findings(self.connection, load_ids, level=1 if recipe["submission_id"] else None)
        if recipe["rule_ids"]:
            findings = findings.filter(pl.col("rule_id").is_in(recipe["rule_ids"]))
        earlier = self.earlier(recipe["submission_id"], load_ids) if recipe["submission_id"] else None
        if earlier:
            facts = replace(facts, earlier=f"Records loaded: {earlier.loaded_row_count:,} before, {report.loaded_record_count(facts):,} now.")
        return report.report(
            facts,
            findings,
            self.cells(desk, target, facts.sha256, findings),
            before=self.causes(desk, target, earlier) if earlier else None,
            explain=self.explain(desk, target, load_ids),
        )

    def desk(self, sender_id: str) -> Desk:
        """Return the desk of the sender's state."""
        row = self.connection.execute("select lower(state_code) from ops.sender where sender_id = %s", [sender_id]).fetchone()
        assert row is not None
        state: str = row[0]
        if state not in self.desks:
            self.desks[state] = open_desk(self.settings.model_copy(update={"state_pack": state}), self.connection)
        return self.desks[state]

    def cells(self, desk: Desk, target: FileName | None, sha256: str, findings: pl.DataFrame) -> pl.DataFrame | None:
        """Return what stood at the places of the findings; None if the bytes are not kept, or cannot be read by any layout."""
        if target is None or sha256 == ledger.UNREAD:
            return None
        try:
            landed = landing.landed(self.settings.landing_dir, sha256)
        except FileNotFoundError:
            return None  # deleted for a legal reason
        return cells.of_file(desk.rulebook, desk.accounts[target.sender_id], target, landed.path, findings)

    def earlier(self, submission_id: int, load_ids: Sequence[int]) -> Earlier | None:
        """Return the submission of the same sender and target before this one; None if it is the first."""
        row = self.connection.execute(EARLIER, [submission_id, submission_id]).fetchone()
        if row is None:
            return None
        newest = "select max(load_id) from ops.load where submission_id = %s and load_id < %s group by extract order by 1"
        loads = [load_id for (load_id,) in self.connection.execute(newest, [row[0], min(load_ids)])]
        loaded = self.connection.execute("select coalesce(min(loaded_row_count), 0) from ops.load where load_id = any(%s)", [loads]).fetchone()
        assert loaded is not None
        return Earlier(loads, row[1], loaded[0])

    def causes(self, desk: Desk, target: FileName | None, earlier: Earlier) -> list[Cause]:
        """Return the causes of an earlier submission."""
        findings = ledger.findings(self.connection, earlier.load_ids, level=1)
        shown = report.with_cells(findings, self.cells(desk, target, earlier.sha256, findings))
        return causes.causes(shown, SEVERITY_MEANING)

    def explain(self, desk: Desk, target: FileName | None, load_ids: Sequence[int]) -> Explain:
        """Return what explains values by the reference data that the loads were compared with, which are read when they are asked for."""

        def rows_of(extract: str) -> pl.DataFrame | None:
            vintage = tuple(load_id for (load_id,) in self.connection.execute(VINTAGE, [list(load_ids), extract]))
            key = (extract, vintage)
            if vintage and key not in self.reference_rows:
                self.reference_rows[key] = references.read_rows(self.connection, desk.contracts[extract], vintage)
            return self.reference_rows.get(key)

        return explanations.explainer([desk.contracts[extract] for extract in target.extracts] if target else [], cache(rows_of))
