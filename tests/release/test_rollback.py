import pytest

from sealea.errors import ReleaseHeld, SealeaError
from sealea.release import publishing


def test_rolling_back_shows_the_earlier_release_and_holds_the_next(bench):
    first = bench.published()
    bench.change("update candidate.indicator_value set value = 0.9 where org_id = 'EX-0101'")
    second = bench.published()

    publishing.rollback(bench.settings, first, "steward@sea.example", "wrong cut scores")

    assert bench.pointers() == {"goal_status": (first, first), "indicator_value": (first, first)}
    assert bench.read("select value from published.indicator_value where org_id = 'EX-0101'") == [(pytest.approx(0.25),)]
    event = "select release_id, actor, reason from ops.release_event where status = 'rolled_back'"
    assert bench.query(event) == [(second, "steward@sea.example", f"to release {first}: wrong cut scores")]


def test_while_a_hold_stands_no_release_is_published(bench):
    first, second = bench.published(), bench.published()
    third = bench.audited()
    publishing.rollback(bench.settings, first, "steward", "wrong cut scores")

    with pytest.raises(ReleaseHeld, match=r"steward has put publishing on hold at .*wrong cut scores"):
        publishing.publish(bench.settings, third)
    assert bench.pointers()["goal_status"][0] == first
    assert second > first


def test_after_the_hold_is_lifted_publishing_goes_on(bench):
    first, _ = bench.published(), bench.published()
    publishing.rollback(bench.settings, first, "steward", "wrong cut scores")

    assert publishing.lift_hold(bench.settings, "steward") is True
    assert publishing.lift_hold(bench.settings, "steward") is False
    third = bench.published()
    assert bench.pointers()["goal_status"][0] == third


def test_after_a_rollback_one_can_go_forward_to_the_later_release_again(bench):
    first, second = bench.published(), bench.published()
    publishing.rollback(bench.settings, first, "steward", "suspected error")
    publishing.rollback(bench.settings, second, "steward", "it was none")

    assert bench.pointers()["goal_status"][0] == second


def test_a_mart_that_the_earlier_release_did_not_have_is_empty_after_a_rollback(bench):
    goal_status = bench.settings.project_dir / "expectations/marts/goal_status.yml"
    text = goal_status.read_text()
    goal_status.unlink()
    bench.change("alter table candidate.goal_status set schema restricted")
    first = bench.published()
    goal_status.write_text(text)
    bench.change("alter table restricted.goal_status set schema candidate")
    bench.published()

    publishing.rollback(bench.settings, first, "steward", "wrong cut scores")

    assert bench.read("select * from published.goal_status") == []


@pytest.mark.parametrize(("target", "complaint"), [("current", "already see release"), ("never", "was never published"), ("gone", "no longer kept")])
def test_a_rollback_that_cannot_be_done_is_refused_and_changes_nothing(bench, target, complaint):
    first = bench.published()
    bench.change("update candidate.goal_status set status_code = 'RED'")
    second = bench.published()
    if target == "gone":
        bench.query(f"drop table release.goal_status_r{first}")

    with pytest.raises(SealeaError, match=complaint):
        publishing.rollback(bench.settings, {"current": second, "never": 77, "gone": first}[target], "steward", "reason")
    assert bench.pointers()["goal_status"][0] == second
    assert bench.query("select count(*) from ops.release_hold") == [(0,)]
