"""A changed rule reads what is landed again, as new loads; what is certified stays, and a sender never loses a file that counts."""

import shutil
from datetime import UTC, datetime, timedelta

import pytest
import yaml

from sealea import cli
from sealea.contract import load_contracts
from sealea.database import connect, migrate
from sealea.intake import outbox, rereading
from sealea.intake.editions import Scope
from sealea.pack import load_pack

NOTHING = {"accepted": 0, "returned": 0, "waiting": 0, "duplicate": 0}
LOADS = """
    select window_code, string_agg(status, ' ' order by load_event_id) from ops.load_event
    inner join ops.load using (load_id) inner join ops.submission using (submission_id)
    where extract = 'staff_assignment' group by window_code, load_id order by window_code, load_id
"""
CURRENT = "select window_code, load_id from ops.current_load where extract = 'staff_assignment' order by 1"


class State:
    """The platform of the example state with rules that can be changed; its files are in order when it begins."""

    def __init__(self, state, project):
        self.front_door = state
        self.project = project
        self.rows, self.send, self.answer, self.outbox = state.rows, state.send, state.answer, state.outbox

    def change(self, rule_id, **keys):
        """Change keys of a rule of staff_assignment in its contract."""
        path = self.project / "expectations/extracts/staff_assignment.yml"
        contract = yaml.safe_load(path.read_text())
        next(rule for rule in contract["rules"] if rule["id"] == rule_id).update(keys)
        path.write_text(yaml.safe_dump(contract, sort_keys=False))

    def weigh(self, **rules):
        """Change how the state weighs rules."""
        path = self.project / "expectations/states/ex/pack.yml"
        pack = yaml.safe_load(path.read_text())
        pack["rules"].update({rule_id.replace("_", "-"): setting for rule_id, setting in rules.items()})
        path.write_text(yaml.safe_dump(pack, sort_keys=False))

    def reread(self, *scope):
        """Do what the task of the DAG does, and deliver the answers; return the outcomes."""
        outcomes = rereading.reread(self.front_door.settings, Scope(*scope))
        outbox.deliver(self.front_door.settings)
        return outcomes


@pytest.fixture
def state(state, alone, tmp_path):
    project = tmp_path / "project"
    shutil.copytree(alone, project)
    changed = State(type(state)(state.settings.model_copy(update={"project_dir": project})), project)
    migrate(changed.front_door.settings.pipeline_dsn, load_contracts(project).values(), load_pack(project, "ex"))
    return changed


# Every assignment of the example file is for more than an hour a week, so none would be left.
STRICT = {"fails_when": "fte > 0", "severity": "F2"}


def test_while_no_rule_changes_nothing_is_read_again(state, example):
    state.send("staff_assignment", example("staff_assignment"))

    assert [state.reread(), state.reread()] == [NOTHING, NOTHING]
    assert state.rows(LOADS) == [("close", "accepted")]


def test_other_words_are_no_other_rule(state, example):
    state.send("staff_assignment", example("staff_assignment"))
    state.reread()
    state.change("PER-013", message="It ends too early.", fix="Look at both dates.")

    assert state.reread() == NOTHING


def test_a_changed_rule_reads_the_landed_bytes_again_once_and_what_counts_is_the_new_load(state, example):
    state.send("staff_assignment", example("staff_assignment", (2, "fte", "0.9")))
    state.change("PER-013", fails_when="fte = 0.9", severity="F2")

    assert state.reread() == NOTHING | {"accepted": 1}

    assert state.rows(LOADS) == [("close", "accepted superseded"), ("close", "accepted")]
    assert state.rows("select load_id, count(*) from raw.staff_assignment group by 1 order by 1") == [(1, 20), (2, 19)]
    assert state.rows("select count(*) from ops.submission") == [(1,)]
    assert state.rows("select load_id, rule_id, line_number from ops.finding") == [(2, "PER-013", 2)]
    assert state.reread() == NOTHING
    told = state.answer("again1.receipt.txt")
    assert told.startswith("Accepted: 19 of 20 records are loaded, 1 must be corrected.\nThe state has changed its rules for this window")


def test_a_sender_to_whom_nothing_changes_is_not_told_again(state, example):
    state.send("staff_assignment", example("staff_assignment"))
    before = sorted(path.name for path in state.outbox().iterdir())
    state.change("PER-013", fails_when="fte > 5")

    assert state.reread() == NOTHING | {"accepted": 1}
    assert sorted(path.name for path in state.outbox().iterdir()) == before


def test_a_file_that_would_be_returned_now_counts_on_as_it_was_read_and_its_sender_is_told(state, example):
    state.send("staff_assignment", example("staff_assignment"))
    state.change("PER-013", **STRICT)

    assert state.reread() == NOTHING | {"returned": 1}

    assert state.rows(LOADS) == [("close", "accepted"), ("close", "returned")]
    assert state.rows(CURRENT) == [("close", 1)]
    told = state.answer("receipt.txt")
    assert told.startswith("Returned: nothing was loaded.")
    assert "What counted until now counts on, until a corrected file comes." in told
    assert state.reread() == NOTHING
    assert state.send("staff_assignment", example("staff_assignment", (2, "fte", "0.9")), sent_at="20261006T080000") == "returned"
    assert state.rows(CURRENT) == [("close", 1)]


def test_a_rule_that_is_mended_lets_the_file_count_that_it_had_returned(state, example):
    state.change("PER-013", **STRICT)
    assert state.send("staff_assignment", example("staff_assignment")) == "returned"
    state.change("PER-013", fails_when="end_date < begin_date")

    assert state.reread() == NOTHING | {"accepted": 1}

    assert state.rows(LOADS) == [("close", "returned"), ("close", "accepted")]
    assert state.rows(CURRENT) == [("close", 2)]


def certify(state, window):
    with connect(state.front_door.settings.pipeline_dsn) as connection:
        connection.execute(
            "insert into ops.load_event (load_id, status, actor) select load_id, 'certified', 'steward' from ops.current_load where window_code = %s",
            [window],
        )


def test_a_certified_window_stays_and_the_others_go_on(state, example):
    for window in ("fall", "close"):
        state.send("staff_assignment", example("staff_assignment"), window=window)
    certify(state, "fall")
    state.change("PER-013", **STRICT)

    assert state.reread() == NOTHING | {"returned": 1}
    assert state.reread("staff_assignment", 2026, "fall") == NOTHING

    assert state.rows(LOADS) == [("close", "accepted"), ("close", "returned"), ("fall", "accepted certified")]


def test_a_weight_that_the_state_changes_in_one_window_touches_no_other(state, example):
    for window in ("fall", "close"):
        state.send("staff_assignment", example("staff_assignment", (2, "fte", "1.5")), window=window)
    state.reread()
    state.weigh(PER_005={"fall": "I"})

    assert state.reread() == NOTHING | {"accepted": 1}

    assert state.rows(LOADS) == [("close", "accepted"), ("fall", "accepted superseded"), ("fall", "accepted")]
    assert state.rows("select load_id, severity from ops.finding order by 1") == [(1, "S"), (2, "S"), (3, "I")]


def test_a_rule_of_another_school_year_touches_no_file_of_this_one(state, example):
    state.send("staff_assignment", example("staff_assignment"))
    state.reread()
    state.change("PER-009", since=2027)
    state.change("PER-013", until=2026)

    assert state.reread() == NOTHING | {"accepted": 1}  # PER-009 is no more in 2026
    state.change("PER-013", since=2020)
    assert state.reread() == NOTHING


@pytest.mark.parametrize(("days", "outcome"), [(0, "accepted"), (-1, None)], ids=["its last day", "the day after"])
def test_a_window_is_open_until_its_last_day_and_a_command_may_name_one_that_is_over(state, example, days, outcome, capsys):
    state.send("staff_assignment", example("staff_assignment"))
    last = (datetime.now(UTC).date() + timedelta(days=days)).isoformat()
    header = "extract,school_year,window_code,open_date,due_date,close_date,certify_date\n"
    line = f"staff_assignment,2026,close,2020-01-01,2020-02-01,2020-03-01,{last}\n"
    assert state.send("window", header + line, sender_id="sea", window="ref") == "accepted"
    state.reread()
    state.change("PER-013", fails_when="fte > 5")

    assert state.reread() == NOTHING | ({outcome: 1} if outcome else {})

    chosen = cli.argparse.Namespace(extract="staff_assignment", school_year=None, window="close")
    assert cli.recheck(state.front_door.settings, chosen) == 0
    assert capsys.readouterr().out == ("Every file was read under the rules of now.\n" if outcome else "accepted: 1\n")


def test_what_was_withdrawn_does_not_come_back(state, example):
    state.send("staff_assignment", example("staff_assignment"))
    with connect(state.front_door.settings.pipeline_dsn) as connection:
        connection.execute("insert into ops.load_event (load_id, status, actor) values (1, 'withdrawn', 'steward')")
    state.change("PER-013", fails_when="fte > 5")

    assert state.reread() == NOTHING


def test_a_change_that_breaks_a_rule_is_ours_and_leaves_every_file_as_it_was(state, example):
    state.send("staff_assignment", example("staff_assignment"))
    before = sorted(path.name for path in state.outbox().iterdir())
    state.change("PER-013", fails_when="end_date < beginning")

    with pytest.raises(ExceptionGroup) as failed:
        state.reread()

    assert "Rule PER-013 does not compile" in str(failed.value.exceptions[0])
    assert state.rows(LOADS) == [("close", "accepted")]
    assert sorted(path.name for path in state.outbox().iterdir()) == before


def test_one_run_reads_no_more_than_its_share_and_the_next_one_goes_on(state, example):
    for window in ("w0", "w1", "w2"):
        state.send("staff_assignment", example("staff_assignment"), window=window)
    state.change("PER-013", fails_when="fte > 5")
    settings = state.front_door.settings

    assert [rereading.reread(settings, maximum=2)["accepted"] for _ in range(3)] == [2, 1, 0]


def test_the_rules_of_every_file_are_rules_of_the_state_too(tmp_path, alone):
    project = tmp_path / "project"
    shutil.copytree(alone, project)
    before = load_pack(project, "ex").version
    path = project / "expectations/file_rules.yml"
    path.write_text(path.read_text().replace("severity: F2", "severity: W", 1))

    assert load_pack(project, "ex").version != before
