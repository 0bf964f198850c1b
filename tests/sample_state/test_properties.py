"""What holds in every sample state: books that balance, rosters that agree with results, relations that a reviewer from a state knows."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from sealea import catalogue as rule_catalogue
from sealea.contract import load_contracts, load_file_rules
from sealea.sample_state import ledger, planting, reform, results, staff, students
from sealea.sample_state.organisations import organisations
from sealea.sample_state.size import Size
from sealea.sample_state.writing import write_state
from sealea.settings import PROJECT

from .conftest import PATTERN

SMALL = Size(leas=6, students=1500, years=2, seed=5)


def cents(column: str) -> pl.Expr:
    return (pl.col(column).cast(pl.Decimal(18, 2)) * 100).cast(pl.Int64)


def everything(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_same_seed_gives_the_same_bytes_and_another_one_does_not(tmp_path):
    for name, seed in (("once", 5), ("again", 5), ("other", 6)):
        write_state(replace(SMALL, seed=seed), tmp_path / name, PATTERN, 0.5)
    once, again, other = (everything(tmp_path / name) for name in ("once", "again", "other"))

    assert once == again
    assert once != other


def test_fund_balances_add_up_and_go_on_from_year_to_year(files):
    funds = files.rows("finance_fund_balance").with_columns(
        **{name: cents(f"{name}_usd") for name in ("beginning_balance", "revenues", "other_sources", "expenditures", "other_uses", "ending_balance")}
    )
    flow = pl.col("beginning_balance") + pl.col("revenues") + pl.col("other_sources") - pl.col("expenditures") - pl.col("other_uses")
    before = funds.select("lea_id", "fund_code", (pl.col("fiscal_year").cast(pl.Int64) + 1).cast(pl.String).alias("fiscal_year"), "ending_balance")
    pairs = funds.join(before, on=["lea_id", "fund_code", "fiscal_year"], suffix="_before")

    assert funds.filter(flow != pl.col("ending_balance")).is_empty()
    assert pairs.height > 0
    assert pairs.filter(pl.col("beginning_balance") != pl.col("ending_balance_before")).is_empty()


def final(files):
    return files.rows("finance_ledger").filter(pl.col("period_code").is_in(["AUD", "UNAUD"])).with_columns(cents=cents("amount_usd"))


def test_the_ledger_says_what_fund_balances_and_payroll_say(files):
    books = final(files)
    by_fund = ["lea_id", "fiscal_year", "fund_code"]
    spent = books.filter(pl.col("account_type_code") == "expenditure").group_by(by_fund).agg(pl.col("cents").sum())
    told = files.rows("finance_fund_balance").select(*by_fund, (cents("expenditures_usd") + cents("other_uses_usd")).alias("told"))
    account = ["lea_id", "fiscal_year", "fund_code", "function_code", "object_code", "program_code", "project_code", "school_id"]
    pay = files.rows("finance_payroll").group_by(account).agg(cents("amount_usd").sum().alias("pay"))
    in_books = books.filter(pl.col("object_code").str.contains("^[12]")).group_by(account).agg(pl.col("cents").sum())

    assert spent.join(told, on=by_fund, how="full").filter(pl.col("cents").ne_missing(pl.col("told"))).is_empty()
    assert pay.join(in_books, on=account, how="full", nulls_equal=True).filter(pl.col("pay").ne_missing(pl.col("cents"))).is_empty()


def test_postings_add_up_to_what_the_ledger_says_was_spent(files):
    posted = files.rows("finance_transaction").with_columns(cents("amount_usd").alias("posted"))
    account = ["lea_id", "fiscal_year", "fund_code", "function_code", "object_code", "program_code", "project_code", "school_code", "goal_code"]
    books = final(files).filter(pl.col("account_type_code") == "expenditure", pl.col("lea_id").is_in(posted["lea_id"].unique().to_list()))
    spent = books.with_columns(school_code=pl.col("school_id").str.slice(-3)).select(*account, "cents")
    sums = posted.group_by(account).agg(pl.col("posted").sum(), pl.len())

    assert posted["lea_id"].n_unique() == 1
    assert posted["fiscal_year"].n_unique() == files.size.years
    assert sums.join(spent, on=account, how="full", nulls_equal=True).filter(pl.col("posted").ne_missing(pl.col("cents"))).is_empty()
    assert sums["len"].min() >= 2
    year = pl.col("fiscal_year").cast(pl.Int64)
    assert posted.filter(~pl.col("transaction_date").str.to_date().is_between(pl.date(year - 1, 7, 1), pl.date(year, 6, 30))).is_empty()
    # A posting that was made twice is taken back; of what was spent nothing else is below zero.
    taken_back = posted.filter(pl.col("posted") < 0).join(spent.filter(pl.col("cents") < 0), on=account, how="anti", nulls_equal=True)
    made = posted.group_by(*account, "posted").len("times")
    assert taken_back.height > 0
    assert (
        taken_back.with_columns(-pl.col("posted"))
        .join(made.filter(pl.col("times") >= 2), on=[*account, "posted"], how="anti", nulls_equal=True)
        .is_empty()
    )


def test_every_code_of_the_chart_stands_for_a_national_one(files):
    chart, crosswalk = files.rows("chart_of_accounts"), files.rows("account_crosswalk")
    national = pl.read_csv(PROJECT / "dbt_project/seeds/nces_account_code.csv", infer_schema=False)
    code = ["dimension_code", "code"]

    assert chart.filter(pl.col("dimension_code") != "project").join(crosswalk, on=code, how="anti").is_empty()
    assert crosswalk.join(national, on=["dimension_code", "nces_code"], how="anti").is_empty()
    assert crosswalk.filter(pl.col("code") != pl.col("nces_code")).select(code).rows() == [
        ("function", "5100"),
        ("function", "5200"),
        ("object", "411"),
    ]


def test_transfers_and_what_districts_pay_to_charters_meet(files):
    books = final(files)
    out, into, paid, got = (
        books.filter(condition)["cents"].sum()
        for condition in (
            pl.col("function_code") == "5200",
            pl.col("source_code") == "5200",
            pl.col("object_code") == "564",
            pl.col("source_code") == "1322",
        )
    )

    assert out == into > 0
    assert paid == got


def test_payroll_is_the_pay_of_the_staff(files):
    keys = ["lea_id", "staff_state_id"]
    paid = (
        files.rows("finance_payroll", 2026)
        .filter(pl.col("payroll_activity_code") == "base")
        .group_by(keys)
        .agg(cents("amount_usd").sum().alias("paid"))
    )
    told = files.rows("staff", 2026).select(*keys, cents("annual_base_salary_usd").alias("told"))

    assert paid.join(told, on=keys, how="full").filter(pl.col("paid").ne_missing(pl.col("told"))).is_empty()


def test_who_was_tested_was_enrolled_at_that_school_and_the_census_is_the_roster_of_its_day(files):
    roster = files.rows("student_enrollment", 2026)
    tested = files.rows("assessment_result", 2026).select("state_student_id", "responsible_school_id").unique()
    on_test = roster.filter(pl.col("exit_date").is_null()).select("state_student_id", responsible_school_id=pl.col("school_id"))
    on_census = roster.filter((pl.col("entry_date") <= "2025-10-01") & (pl.col("exit_date").is_null() | (pl.col("exit_date") > "2025-10-01")))
    counted = files.rows("enrollment_count", 2026).filter(pl.col("subgroup_code") == "ALL")

    assert tested.height == on_test.height
    assert tested.join(on_test, on=["state_student_id", "responsible_school_id"], how="anti").is_empty()
    assert counted["student_count"].cast(pl.Int64).sum() == on_census.height
    assert on_census["state_student_id"].is_unique().all()


def test_students_move_enter_and_leave_and_english_learners_do_too(files):
    roster = files.rows("student_enrollment", 2026)

    assert {"SAME_LEA", "SAME_STATE", "OTHER_STATE"} <= set(roster["entry_type_code"])
    assert {"SAME_LEA", "SAME_STATE", "OTHER_STATE"} <= set(roster["exit_type_code"].drop_nulls())
    for column in ("is_first_year_english_learner", "is_english_learner", "is_monitored_former_english_learner"):
        assert 0 < (roster[column] == "Y").mean() < 0.3


def test_the_directory_knows_schools_that_closed_and_who_took_over(files):
    size = replace(files.size, leas=100, students=150_000)
    state = organisations(size)
    gone = state.schools.filter(pl.col("successor") >= 0)

    heir = state.schools[gone["successor"]]
    follows = (heir["first_year"] == gone["last_year"] + 1).to_numpy()
    of_merger = gone.filter(pl.Series(follows)).group_by("successor").len()["len"]

    assert 0 < follows.sum() < gone.height  # schools that merged into a new one, and schools that closed and left their students to another
    assert set(of_merger) == {2}
    assert (heir["first_year"].to_numpy()[~follows] <= gone["last_year"].to_numpy()[~follows]).all()
    assert set(state.schools["first_year"]) >= {2025, 2026}
    assert (state.schools["renamed_in"] < 2027).any()
    assert state.leas["is_charter"].any()
    assert state.schools.group_by("lea").len()["len"].min() == 1


def test_staff_stay_move_and_come_back_elsewhere():
    size = Size(leas=60, students=60_000, years=2, seed=4)
    state = organisations(size)
    enrolled = students.first_year(size, state)
    before = staff.first_year(size, state, enrolled)
    after = staff.next_year(size, state, before, students.next_year(size, state, enrolled, 2026), 2026, int(before.number.max()))
    number, at, at_after = np.intersect1d(before.number, after.number, return_indices=True)
    same_lea = before.lea[at] == after.lea[at_after]

    assert 0.75 < len(number) / len(before.number) < 0.95
    assert len(np.unique(after.number)) == len(after.number)
    assert (before.experience[at] + 1 == after.experience[at_after]).all()
    assert 0 < (~same_lea).sum() < 0.1 * len(number)
    assert (same_lea & (before.school[at] != after.school[at_after])).sum() > 0


def test_poor_schools_have_more_new_teachers_and_lower_scores_and_small_leas_cost_more():
    size = Size(leas=40, students=40_000, years=1, seed=11)
    state = organisations(size)
    enrolled = students.first_year(size, state)
    employed = staff.first_year(size, state, enrolled)
    scores = results.results(size, state, enrolled, 2026, "MATH", np.arange(state.leas.height))
    poverty = state.schools["poverty"].to_numpy()
    is_teacher = employed.job == staff.TEACHER

    assert np.corrcoef(poverty[employed.school[is_teacher]], employed.experience[is_teacher] < 3)[0, 1] > 0.03
    by_school = (
        scores.filter(~pl.col("is_alternate")).group_by("school").agg((pl.col("score") - 20 * pl.col("grade").cast(pl.Int64)).mean().alias("mean"))
    )
    assert np.corrcoef(poverty[by_school["school"].to_numpy()], by_school["mean"])[0, 1] < -0.3
    leas = np.arange(state.leas.height)
    books = ledger.accounts(size, state, enrolled, ledger.payments(ledger.paid(size, state, employed)), leas, 2026)
    is_current = ~pl.col("function").is_in(["4000", "5100", "5200"]) & (pl.col("object") != "564")
    spent = books.spent.filter(is_current).group_by("lea").agg(pl.col("cents").sum()).sort("lea")["cents"].to_numpy()
    enrolled_count = np.bincount(state.schools["lea"].to_numpy()[enrolled.school], minlength=len(leas))
    assert np.corrcoef(np.log(enrolled_count), spent / enrolled_count)[0, 1] < -0.4


def test_scores_stop_at_the_floor_and_the_ceiling_of_the_registered_scale():
    size = Size(leas=40, students=40_000, years=1, seed=11)
    state = organisations(size)
    frame = results.results(size, state, students.first_year(size, state), 2026, "MATH", np.arange(state.leas.height))
    registered = results.registry(size, 2026).filter(pl.col("subject_code") == "MATH")
    limits = registered.select(
        pl.col("grade_code").cast(pl.Int8).alias("grade"),
        (pl.col("assessment_type_code") == "ALTERNATE").alias("is_alternate"),
        *(pl.col(f"{end}_score").cast(pl.Int64) for end in ("minimum", "maximum")),
    )
    scored = frame.filter(pl.col("score").is_not_null()).join(limits, on=["grade", "is_alternate"])

    assert scored.height == frame["score"].count()
    assert scored.filter(~pl.col("score").is_between("minimum_score", "maximum_score")).is_empty()
    # More stand at an end than on the next place within: there a student who can less, or more, gets no other score.
    regular = scored.filter(~pl.col("is_alternate"))
    for end, inwards in (("minimum", 1), ("maximum", -1)):
        at_end, next_to_it = (int((regular["score"] == regular[f"{end}_score"] + step).sum()) for step in (0, inwards))
        assert at_end > 3 * next_to_it
        assert 0.001 < at_end / regular.height < 0.01


def test_positions_hang_on_a_grant_that_ends_with_the_last_year(files):
    ending = files.rows("grant", 2026).filter(pl.col("end_date") == "2026-06-30").select("lea_id", "recurrence_code", project_code="grant_code")
    paid = files.rows("finance_payroll", 2026).filter(pl.col("payroll_activity_code") == "base")
    hanging = paid.join(ending, on=["lea_id", "project_code"])
    held = files.rows("staff_assignment", 2026).filter(pl.col("federally_funded_fte").cast(pl.Float64) > 0)

    assert set(ending["recurrence_code"]) == {"one_time"}
    assert hanging.height > 0
    assert hanging.join(held, on=["lea_id", "staff_state_id"], how="anti").is_empty()


@pytest.mark.parametrize("initiative", reform.INITIATIVES, ids=lambda one: one.initiative_id)
def test_an_initiative_has_the_effect_that_is_known(initiative):
    size = Size(leas=120, students=120_000, years=2, seed=3)
    state = organisations(size)
    enrolled = students.first_year(size, state)
    leas = np.arange(state.leas.height)
    before, after = (
        results.results(size, state, enrolled, year, initiative.subject, leas).filter(~pl.col("is_alternate")) for year in size.school_years
    )
    site = reform.takes_part(size, state, initiative)
    of_level = state.schools["level"].is_in(initiative.levels).to_numpy()
    others = [one for one in reform.INITIATIVES if one.subject == initiative.subject and one is not initiative]
    untouched = of_level & ~np.any([reform.takes_part(size, state, one) for one in others] or [np.zeros(len(site), dtype=bool)], axis=0)

    def mean(scores: pl.DataFrame, where: np.ndarray) -> float:
        return float(scores.filter(pl.Series(where).gather(scores["school"]))["score"].mean())

    change, change_of_others = (mean(after, untouched & which) - mean(before, untouched & which) for which in (site, ~site))

    assert site.sum() >= 8
    assert (change - change_of_others) / 50 == pytest.approx(initiative.effect, abs=0.03)


def test_a_new_scale_is_announced_as_a_break(files):
    registry = files.rows("assessment_registry")
    breaks = registry.filter(pl.col("is_standard_setting_break") == "Y")

    assert set(breaks["subject_code"]) == {"MATH"}
    assert breaks["school_year"].n_unique() == 1


def test_the_catalogue_has_kinds_of_every_sort_and_every_kind_comes_up():
    kinds = planting.kinds()
    planned = {kind["kind"] for kind in planting.chosen(Size(leas=12, students=5000, years=3, seed=7), 0.8, 12).values()}

    assert len({kind["kind"] for kind in kinds}) == len(kinds) >= 60
    assert {kind.get("delivery") for kind in kinds} >= {"missing", "late", "corrected", "again"}
    assert {finding["severity"] for kind in kinds for finding in kind["finds"]} == {"F1", "F2", "S", "W", "I"}
    assert planned == {kind["kind"] for kind in kinds}


def test_no_kind_of_the_catalogue_waits_for_a_rule_to_come():
    rules = {entry.rule_id for entry in rule_catalogue.catalogue(PROJECT, load_contracts(PROJECT), load_file_rules(PROJECT))}
    named = {rule for kind in planting.kinds() for rule in (*(finding["rule"] for finding in kind["finds"]), *kind.get("across", ()))}

    assert named - rules == set()
    assert len(named) > 80
