"""LEAs and states that send a part of what is asked, or numbers that nothing can be made of: every mart says why it has no value.

SA is the small state of data/ over two years, beside LEAs of which each lacks something; in the states after it nobody sends a kind of file.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sealea.render.lineage import needed_extracts
from sealea.settings import PROJECT

DATA = Path(__file__).parent / "data"
Rows = list[dict[str, str]]
# What nobody sends in the state.
SILENT = {
    "SB": r"finance_\w+",
    "SC": r"material\w*|time_use",
    "SD": r"staff\w*",
    "SE": "assessment_result",
    "SF": "enrollment_count",
    "SG": r"finance_\w+|material\w*|time_use|staff\w*|enrollment_count|goal_target|grant|credential_crosswalk",
}
# What LEAs of SA send: the first row of the small state's file, with other values.
OTHERS: dict[str, dict[str, Rows]] = {
    "SA-0110": {"finance_ledger": [{"school_id": "000"}]},
    "SA-0111": {},
    "SA-0112": {"staff": [{"staff_pid": "n1"}]},
    "SA-0113": {"staff_assignment": [{"staff_pid": "n2", "school_id": "SA-0113-001"}]},
    "SA-0114": {"finance_ledger": [{"school_id": "SA-0114-001", "amount_usd": "-7.00"}]},
    "SA-0115": {"finance_ledger": [{"school_id": "000", "amount_usd": "7.00"}, {"school_id": "000", "object_code": "200", "amount_usd": "-7.00"}]},
    "SA-0116": {
        "assessment_result": [
            {
                "student_pid": "n3", "responsible_school_id": "SA-0116-001", "participation_code": "NOT_TESTED", "scale_score": "",
                "performance_level": "", "is_economically_disadvantaged": "",
            }
        ]
    },
    "SA-0117": {
        "finance_ledger": [{"school_id": "SA-0117-001"}],
        "material_adoption": [{"school_id": "SA-0117-001", "section_count": "0", "student_count": "0"}],
        "staff": [{"staff_pid": "n4"}],
        "staff_assignment": [{"staff_pid": "n4", "school_id": "SA-0117-001", "fte": "0"}],
        "time_use": [{"school_id": "SA-0117-001", "offered_hours": "0", "participant_count": "0", "participant_hours": "0"}],
    },
    "SA-0118": {"finance_fund_balance": [{}]},
    "SA-0119": {"time_use": [{"school_id": "000"}]},
    "SA-0120": {"staff_vacancy": [{"school_id": "SA-0120-001"}]},
    "SA-0121": {"finance_payroll": [{"staff_pid": "n5", "school_id": "000"}]},
    "SA-0122": {"finance_ledger": [{"school_id": "000"}]},
    "SA-0123": {"material_adoption": [{"school_id": "SA-0123-001", "section_count": "", "student_count": ""}]},
}  # fmt: skip
PUPILS = {"SA-0111": "5", "SA-0112": "5", "SA-0113": "5", "SA-0114": "5", "SA-0115": "5", "SA-0116": "5", "SA-0117": "0", "SA-0123": "5"}
# The last was taken over by SA-0101 and sent the year before alone.
TWO_YEARS, EARLIER = {"SA-0114", "SA-0115"}, {"SA-0122"}


def files(state: str) -> Iterator[tuple[str, str, int, str, Rows]]:
    """Yield sender, extract, year, window and rows of each file of the small state, as of `state`."""
    for path in sorted(DATA.glob("*/*.csv")):
        extract, year, window = path.stem.rsplit("_", 2)
        if path.parent.name in ("sea", "ex-0101"):
            sender = f"{state.lower()}-{path.parent.name.removeprefix('ex-')}"
            yield sender, extract, int(year), window, list(csv.DictReader(re.sub(r"\bEX\b", state, path.read_text()).splitlines()))


def enter(pin: Any) -> None:
    """Enter SA, then the states in which nobody sends what SILENT names."""
    for state in ("SA", *SILENT):
        pin.connection.execute(
            "insert into ops.state_parameter select %s, parameter, value from ops.state_parameter where state_code = 'EX'", [state]
        )
        pin.connection.execute(
            "update ops.state_parameter set value = 1 where state_code = %s and parameter in ('minimum_n', 'minimum_n_gap', 'minimum_teacher_fte')",
            [state],
        )
        for sender, extract, year, window, rows in files(state):
            if re.fullmatch(SILENT.get(state, ""), extract):
                continue
            send(pin, sender, extract, year, window, [*rows, *(said_of_others(extract, rows) if state == "SA" else [])])
            if state == "SA" and sender == "sa-0101":
                send(pin, sender, extract, year - 1, window, a_year_before(rows))
                enter_others(pin, extract, year, window, rows[0])


def enter_others(pin: Any, extract: str, year: int, window: str, row: dict[str, str]) -> None:
    owner = "responsible_lea_id" if extract == "assessment_result" else "lea_id"
    for lea, sent in OTHERS.items():
        rows = [row | {owner: lea} | values for values in sent.get(extract, [])]
        if rows and window == "close":
            if lea not in EARLIER:
                send(pin, lea.lower(), extract, year, window, rows)
            if lea in TWO_YEARS | EARLIER:
                send(pin, lea.lower(), extract, year - 1, window, a_year_before(rows))


def said_of_others(extract: str, rows: Rows) -> Rows:
    """Return what the state agency says of the other LEAs: that they are there with a school each, and how many pupils these have."""
    if extract == "org_directory":
        lea, school = (next(row for row in rows if row["org_type_code"] == kind) for kind in ("LEA", "SCHOOL"))
        taken_over = {"close_date": "2026-06-30", "successor_org_id": "SA-0101"}
        leas = [lea | {"org_id": org, "org_name": org} | (taken_over if org in EARLIER else {}) for org in OTHERS]
        return leas + [school | {"org_id": f"{org}-001", "org_name": f"School of {org}", "parent_org_id": org} for org in OTHERS]
    if extract == "enrollment_count":
        members = (("all", "ALL"), ("economic", "UNKNOWN"))
        return [
            rows[0] | {"school_id": f"{org}-001", "student_count": count, "subgroup_dimension_code": dimension, "subgroup_code": code}
            for org, count in PUPILS.items()
            for dimension, code in members
        ]
    return []


def a_year_before(rows: Rows) -> Rows:
    return [{name: re.sub(r"\b20(\d\d)\b", lambda year: f"20{int(year[1]) - 1}", value) for name, value in row.items()} for row in rows]


def send(pin: Any, sender: str, extract: str, year: int, window: str, rows: Rows) -> None:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    pin.load(sender, extract, year, window, columns, [[row.get(name) or None for name in columns] for row in rows])


# Why an LEA of SA has no value in 2026.
REASONS = {
    ("SA-0110", "per_pupil_expenditure"): "MISSING_INPUT",  # dollars without pupils
    ("SA-0111", "per_pupil_expenditure"): "MISSING_INPUT",  # pupils without dollars
    ("SA-0111", "current_expenditure"): "MISSING_INPUT",
    ("SA-0111", "student_teacher_ratio"): "MISSING_INPUT",
    ("SA-0111", "data_staff_capacity"): "MISSING_INPUT",
    ("SA-0112", "student_teacher_ratio"): "MISSING_INPUT",  # staff without assignments
    ("SA-0113", "inexperienced_teachers"): "MISSING_INPUT",  # assignments without staff
    ("SA-0113", "vacancy"): "MISSING_INPUT",
    ("SA-0114", "current_expenditure"): "NEG_NET",
    ("SA-0114", "per_pupil_expenditure"): "NEG_NET",
    ("SA-0114", "instruction_share"): "NEG_NET",
    ("SA-0115", "instruction_share"): "NO_DOLLARS",
    ("SA-0116", "proficiency"): "NO_STUDENTS",  # nobody was tested
    ("SA-0117", "per_pupil_expenditure"): "NO_STUDENTS",
    ("SA-0117", "inexperienced_teachers"): "NO_STAFF",
    ("SA-0117", "student_teacher_ratio"): "NO_STAFF",
    ("SA-0117", "materials_student_share"): "NO_STUDENTS",
    ("SA-0117", "materials_professional_learning"): "NO_STAFF",
    ("SA-0119", "materials_professional_learning"): "MISSING_INPUT",
    ("SA-0120", "vacancy"): "MISSING_INPUT",  # what is open without who holds the rest
    ("SA-0120", "vacancy_flow"): "MISSING_INPUT",
    ("SA-0123", "materials_student_share"): "MISSING_INPUT",  # lines without students
}


def test_an_lea_that_sends_a_part_has_a_reason_for_what_cannot_be_worked_out(query: Any) -> None:
    rows = query(
        """
        select org_id, indicator_id, count(value), array_agg(distinct reason_code) from restricted.indicator_value_restricted
        where org_id ~ '^SA-01(1|2)..?$' and school_year = 2026 and facet = 'NONE' and grade_code in ('ALL', '04') and subgroup_code = 'ALL'
        group by org_id, indicator_id
        """
    )
    found = {(org, indicator): (shown, reasons) for org, indicator, shown, reasons in rows}
    amounts = {("SA-0114", "current_expenditure"): (1, ["NEG_NET"])}  # an amount that the restricted mart keeps

    assert {key: found.get(key) for key in REASONS} == {key: (0, [reason]) for key, reason in REASONS.items()} | amounts


def test_a_state_that_sends_nothing_of_a_kind_has_no_value_that_counts_by_it_and_all_that_rests_on_other_files(query: Any) -> None:
    rows = query(
        """
        select left(org_id, 2), indicator_id, coverage_extract, concat_ws(' ', substr(org_id, 3), school_year, subject_code, grade_code, subgroup_code,
            contrast_id, facet), value, reason_code
        from candidate.indicator_value inner join candidate.dim_indicator using (indicator_id) where org_id ~ '^S[B-G]' and coverage_extract is not null
        """
    )
    needs = {indicator: {name.strip("`") for name in needed_extracts(PROJECT, f"ind_{indicator}")} for indicator in {row[1] for row in rows}}
    values: dict[str, dict[str, dict[str, Any]]] = defaultdict(lambda: defaultdict(dict))
    for state, indicator, extract, key, value, reason in rows:
        assert value is None or not re.fullmatch(SILENT[state], extract) or extract not in needs[indicator], (state, indicator, key)
        if not any(re.fullmatch(SILENT[state], name) for name in needs[indicator]):
            values[indicator][state][key] = (value, reason)

    assert {indicator for indicator, of_states in values.items() if len(of_states) > 2} > {"proficiency", "per_pupil_expenditure", "materials_use"}
    for indicator, of_states in values.items():
        first, *others = of_states.values()
        assert all(other == first for other in others), indicator


def test_the_wide_marts_tell_an_input_that_is_missing_from_a_measure_that_is_not_taken(query: Any) -> None:
    resources = query(
        """
        select org_id, instruction_share_reason_code, funding_gini_reason_code, site_per_pupil_expenditure_usd_reason_code
        from candidate.resources_and_alignment where org_id in ('SA-0111', 'SB') and school_year = 2026 and goal_code = 'ALL'
        """
    )
    teachers = query(
        """
        select left(org_id, 2), measure_reason_code, unknown_share_reason_code, poverty_gap_reason_code, exposure_gap_reason_code
        from candidate.teacher_equity where org_id in ('SB', 'SD') and measure_code = 'INEFFECTIVE' and school_year = 2026
        """
    )

    assert sorted(resources) == [
        ("SA-0111", "MISSING_INPUT", "NOT_APPLICABLE", "NOT_APPLICABLE"),
        ("SB", "MISSING_INPUT", "MISSING_INPUT", "NOT_APPLICABLE"),
    ]
    assert sorted(teachers) == [
        ("SB", "MISSING_INPUT", "*", "MISSING_INPUT", "MISSING_INPUT"),
        ("SD", "MISSING_INPUT", "MISSING_INPUT", "MISSING_INPUT", "MISSING_INPUT"),
    ]


def test_an_lea_that_was_taken_over_covers_its_rows_and_dollars_once(query: Any) -> None:
    """Of the year before, Riverside sent 9 ledger lines of $977,000, the LEA that it took over one of $110,000, two others three of nothing."""
    rows = query(
        """
        select org_id, round(row_coverage, 3), row_coverage_reason_code, round(dollar_coverage, 3), dollar_coverage_reason_code
        from candidate.data_capacity where org_id ~ '^SA(-R1|-01(01|10|14|15|22))?$' and school_year = 2026 and extract = 'finance_ledger'
        """
    )
    told = {org: tuple(value if value is None or isinstance(value, str) else float(value) for value in values) for org, *values in rows}

    assert told == {
        "SA": (0.923, None, 0.899, None),
        "SA-R1": (0.923, None, 0.899, None),
        "SA-0101": (0.9, None, 0.899, None),
        "SA-0110": (None, "MISSING_INPUT", None, "MISSING_INPUT"),
        "SA-0114": (1.0, None, None, "NEG_NET"),
        "SA-0115": (1.0, None, None, "NO_DOLLARS"),
        "SA-0122": (0.0, None, 0.0, None),
    }
