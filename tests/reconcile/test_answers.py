"""What level 2 finds reaches the sender of the file, and nobody else."""

import json
from typing import Any

from sealea.intake import reconciled
from sealea.release import reconciling


def told(state: Any) -> dict[str, list[dict[str, Any]]]:
    """Reconcile and answer; return what each sender now finds in its outbox, the JSON reports by sender."""
    for (sender,) in state.query("select sender_id from ops.sender"):
        (state.settings.sftp_dir / sender / "outbox").mkdir(parents=True, exist_ok=True)
    reconciling.reconcile(state.settings, state.pin())
    reconciled.answer(state.settings)
    folders = sorted((state.settings.sftp_dir).glob("*/outbox"))
    reports = {folder.parent.name: [json.loads(path.read_text()) for path in sorted(folder.glob("*.compared.report.json"))] for folder in folders}
    return {sender: found for sender, found in reports.items() if found}


def test_the_sender_of_a_file_is_told_what_other_files_say_of_it_and_when_that_is_mended(state):
    for lea in ("EX-0101", "EX-0102"):
        person = {"staff_state_id": f"A {lea}", "last_name": "Roe", "leadership_role_code": "SUPERINTENDENT"}
        state.send("staff", lea, 2026, [{name: person[name] for name in ("staff_state_id", "last_name")}])
        state.send("staff_assignment", lea, 2026, [{"staff_state_id": person["staff_state_id"], "leadership_role_code": "SUPERINTENDENT"}])
    state.send("staff_assignment", "EX-0101", 2026, [{"staff_state_id": "B", "leadership_role_code": "SUPERINTENDENT"}])
    first = told(state)

    assert set(first) == {"ex-0101"}
    assert {report["verdict"] for report in first["ex-0101"]} == {"compared"}
    assert sorted(cause["rule_id"] for report in first["ex-0101"] for cause in report["causes"]) == ["PER-002", "PER-101"]
    assert "Roe" not in json.dumps(first)

    assert reconciled.answer(state.settings) == 0
    state.send("staff", "EX-0101", 2026, [{"staff_state_id": "B"}])
    second = told(state)

    assert [report["verdict"] for report in second["ex-0101"] if "assignment" in report["file_name"]] == ["agrees"]


def test_a_file_that_level_2_returns_comes_back_with_a_receipt(state):
    state.send("student_enrollment", "EX-0101", 2026, [{"state_student_id": "A"}])
    state.send("assessment_result", "EX-0101", 2026, [{"state_student_id": "B"}])
    reports = told(state)["ex-0101"]

    assert [report["verdict"] for report in reports] == ["returned"]
    assert reports[0]["causes"][0]["rule_id"] == "ASM-002"
    (receipt,) = (state.settings.sftp_dir / "ex-0101/outbox").glob("*.compared.receipt.txt")
    assert "Returned: nothing was loaded." in receipt.read_text()
