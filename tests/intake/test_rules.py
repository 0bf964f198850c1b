"""A rule is an expression on one record; anything else is our error and never an LEA's."""

import polars as pl
import pytest

from sealea.contract import Rule, load_contract
from sealea.errors import RuleBug
from sealea.settings import PROJECT

NOT_OF_ONE_RECORD = [
    "fte > avg(fte)",
    "sum(fte) over (partition by staff_state_id) > 1",
    "row_number() over (order by fte) > 1",
    "count(*) > 1",
    "fte > (select 1)",
    "fte in (select 1)",
    "exists (select 1)",
    "lag (fte) over (order by fte) > 1",
    "begin_date > now()",
    "begin_date > current_date()",
    "cast(school_id as int) > 1",
    "fte::int > 1",
    '"avg"(fte) > 1',
    "columns('fte') > 1",
]
NOT_A_CONDITION = ["fte >", "nosuch > 1", "fte", "fte and school_id", "school_year > 'x'", "begin_date < '2020-01-01x'", "upper(fte) = 'x'"]
CONDITIONS = {
    "school_id in ('000', 'EX-0101-001')": [2, 3, 5, 13, 16, 17, 18, 19],
    "subject_code = 'sum(fte) over (select 1)'": [],
    "not is_teacher_of_record and fte < 1": [9, 17],
    "end_date > begin_date": [3],
    "coalesce(subject_code, 'none') = 'none' and upper(assignment_code) = 'T300'": [8],
    "school_year = submission_school_year and fte between 0.7 and 0.8": [5, 8],
    "abs(fte - 1) = 0.6 or (length(staff_state_id) <> 4)": [18],
}


def with_rule(fails_when: str):
    contract = load_contract(PROJECT / "expectations/extracts/staff_assignment.yml")
    rule = Rule(id="TST-001", kind="row", severity="W", fails_when=fails_when, message="m", fix="f", source="s")
    return contract.model_copy(update={"rules": (rule,)})


@pytest.mark.parametrize("fails_when", NOT_OF_ONE_RECORD)
def test_a_rule_that_sees_other_records_or_may_break_off_is_refused(examine, example, fails_when):
    with pytest.raises(RuleBug, match="TST-001 uses"):
        examine("staff_assignment", example("staff_assignment"), with_rule(fails_when))


@pytest.mark.parametrize("fails_when", NOT_A_CONDITION)
def test_a_rule_that_is_no_condition_on_the_columns_is_refused(examine, example, fails_when):
    with pytest.raises(RuleBug, match=r"TST-001 (does not compile|gives)"):
        examine("staff_assignment", example("staff_assignment"), with_rule(fails_when))


@pytest.mark.parametrize(("fails_when", "lines"), CONDITIONS.items())
def test_a_rule_fails_where_it_is_true_and_holds_where_it_is_null(examine, example, fails_when, lines):
    outcome = examine("staff_assignment", example("staff_assignment"), with_rule(fails_when))

    assert [line for _, line, _ in outcome.findings] == lines


def test_a_rule_that_breaks_off_is_told_without_the_value(examine, example):
    with pytest.raises(RuleBug) as raised:
        examine("staff_assignment", example("staff_assignment"), with_rule("school_id ~ '['"))

    assert raised.value.__cause__ is None or isinstance(raised.value.__cause__, pl.exceptions.PolarsError)
    assert "EX-0101" not in f"{raised.value} {raised.value.__cause__}"


def test_a_kind_of_rule_that_nothing_checks_is_refused(examine, example):
    contract = load_contract(PROJECT / "expectations/extracts/staff_assignment.yml")
    rule = Rule(id="TST-001", kind="column", severity="F2", message="m", fix="f", source="s")

    with pytest.raises(RuleBug, match="nothing checks rules of kind column"):
        examine("staff_assignment", example("staff_assignment"), contract.model_copy(update={"rules": (rule,)}))


@pytest.mark.parametrize("path", sorted((PROJECT / "expectations/extracts").glob("*.yml")), ids=lambda path: path.stem)
def test_every_rule_of_the_contracts_compiles(examine, path):
    contract = load_contract(path)
    header = ",".join(column.name for column in contract.columns)

    assert examine(contract.extract, f"{header}\n", contract).findings == [("FILE-003", None, None)]
