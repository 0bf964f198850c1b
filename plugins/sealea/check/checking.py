"""Checking: one file, examined as the platform would examine it."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl

from sealea.check.naming import Said, identified
from sealea.check.reference_folder import ReferenceFolder
from sealea.file_name import FileName
from sealea.intake import cells, examination, explanations, report
from sealea.intake import findings as found
from sealea.intake.checking import WHOLE_STATE
from sealea.intake.examination import Examination
from sealea.intake.inspection import InMemory
from sealea.intake.rulebook import Account, Rulebook

STOPPING = ("F1", "F2", "S")
PASSES, FINDINGS, UNTOLD = 0, 1, 2


@dataclass(frozen=True)
class Checked:
    """One file with its findings and the files of its report, content by name. `code` is the exit code that it asks for."""

    path: Path
    account: Account
    target: FileName | None
    facts: report.Facts
    findings: pl.DataFrame
    files: dict[str, str]

    @property
    def code(self) -> int:
        """Return 0 if it would be accepted with nothing to correct or explain, 1 for findings, 2 if that cannot be told here."""
        if self.facts.status == "waiting":
            return UNTOLD
        is_clean = self.facts.status == "accepted" and not self.findings["severity"].is_in(STOPPING).any()
        return PASSES if is_clean else FINDINGS


def check(rulebook: Rulebook, folder: ReferenceFolder, path: Path, said: Said, watch: Callable[[float], None] = lambda _share: None) -> Checked:
    """Return what the platform would say of the file; `watch` is told meanwhile what share of its lines is checked.

    Raises SealeaError if the command line or the reference folder is at fault.
    """
    account, target = identified(rulebook, path.name, said)
    references = folder.references(target) if target else {}
    examined = examine(rulebook, path, account, target, references, watch)
    findings = found.combined([examination.verdict.findings for examination in examined.values()])
    facts = facts_of(rulebook, path, target, examined, not_checked(rulebook, account, target, references))
    seen = cells.of_file(rulebook, account, target, path, findings) if target else None
    explain = explanations.explainer([rulebook.contracts[extract] for extract in target.extracts] if target else [], references.get)
    return Checked(path, account, target, facts, findings, report.report(facts, findings, seen, explain=explain))


def examine(
    rulebook: Rulebook,
    path: Path,
    account: Account,
    target: FileName | None,
    references: dict[str, pl.DataFrame],
    watch: Callable[[float], None],
) -> dict[str, Examination]:
    """Return the examination by extract. Rules whose reference data are not at hand are silent; a map that looks something up must wait."""
    if target is None:
        return {"": examination.refused(path, rulebook.file_rules["FILE-001"])}
    column_map = rulebook.pack.maps.get(target.layout)
    missing = column_map.lookup_extracts - set(references) if column_map else frozenset[str]()
    subjects = rulebook.subjects(account, target, references, missing)
    keepers = [InMemory(is_kept=False) for _ in subjects]  # nobody loads the rows here
    return dict(zip(target.extracts, examination.examined(path, subjects, rulebook.claim(account, target), keepers, watch), strict=True))


def not_checked(rulebook: Rulebook, account: Account, target: FileName | None, references: dict[str, pl.DataFrame]) -> tuple[str, ...]:
    """Return what only the platform can check, one line for each reason."""
    if target is None:
        return ("What the file holds: name it as its guide says, or give --extract, --school-year and --window.",)
    silent: dict[str, set[str]] = {}
    for rule in rulebook.reference_rules(target):
        if rule.reference_extract not in references:
            silent.setdefault(rule.reference_extract, set()).add(rule.id)
    lines = [f"{', '.join(sorted(rules))}: the SEA's {extract} is needed; give its folder by --reference." for extract, rules in silent.items()]
    if account.kind == "lea" and account.organisations == {WHOLE_STATE}:
        lines.append("REC-006: the file's name does not say for which organisations it is; give them by --organisation.")
    return (*sorted(lines), "Rules that compare several files run after it is sent.")


def facts_of(rulebook: Rulebook, path: Path, target: FileName | None, examined: dict[str, Examination], open_rules: tuple[str, ...]) -> report.Facts:
    """Return what a report says of the file."""
    verdict = next(iter(examined.values())).verdict
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return report.Facts(
        status=verdict.status,
        file_name=cells.printable(path.name, maximum=255),
        sender_name="",
        subject=rulebook.subject(target),
        delivery_id=0,
        received_at="",
        sha256=sha256,
        standing_since="",
        counts={extract: asdict(each.account) for extract, each in examined.items()},
        record_count=verdict.record_count,
        failed_record_count=examination.failed_record_count(list(examined.values())),
        waits_for=verdict.reason or "" if verdict.status == "waiting" else "",
        not_applicable=rulebook.not_applicable(target),
        is_check=True,
        not_checked=open_rules,
    )
