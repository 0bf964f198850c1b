"""What must not change a number: the order of rows, a file that comes again, an LEA that is split in two or takes over another, other ids.

The small state of data/ is sent as six states of one warehouse, one for each change; PA is as it is written.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).parent / "data"
Rows = list[dict[str, str]]
# Persons, organisations and codes of the LEA by those that PE has for them, in another order.
RELABELLED = {
    "s1": "z9",
    "s2": "z1",
    "s3": "z8",
    "s4": "z2",
    "s5": "z7",
    "s6": "z3",
    "s7": "z6",
    "t1": "y3",
    "t2": "y1",
    "t3": "y2",
    "v1": "w8",
    "a1": "w7",
    "a2": "w6",
    "M1": "X5",
    "G1": "H7",
    "001": "QB",
    "002": "QA",
    "EX-0101": "EX-8X",
    "EX-0101-001": "EX-8X-QB",
    "EX-0101-002": "EX-8X-QA",
    "EX-R1": "EX-Q7",
    "EX-0102": "EX-7",
    "EX-0103": "EX-6",
}
# What the state adds up from students, teachers and dollars; what is taken LEA by LEA (tiers, equity of funding) follows the LEAs.
OF_THE_WHOLE = (
    "participation", "proficiency", "proficiency_accountability", "performance_level_distribution", "mean_scale_score", "mean_score_z",
    "gap_percentage_point", "gap_g", "gap_state_sd", "gap_v", "inexperienced_teachers", "emergency_credential_teachers", "out_of_field_teachers",
    "exposure_gap", "poverty_quartile", "equity_gap_quartile", "student_teacher_ratio", "materials_adoption", "materials_student_share",
    "materials_use", "current_expenditure", "per_pupil_expenditure", "instruction_share", "function_mix", "administration_share",
)  # fmt: skip

# What follows from where each LEA was and what it sent: which part of a gap lies between LEAs; LEAs that sent their vacancies or a payroll.
OF_EACH_LEA = {"data_staff_capacity", "exposure_gap_between_leas", "exposure_gap_within_leas", "vacancy", "vacancy_flow"}


def files() -> Iterator[tuple[str, str, int, str, Rows]]:
    """Yield sender, extract, year, window and rows of each file of the small state."""
    for path in sorted(DATA.glob("*/*.csv")):
        extract, year, window = path.stem.rsplit("_", 2)
        if path.parent.name in ("sea", "ex-0101"):
            yield path.parent.name, extract, int(year), window, list(csv.DictReader(path.read_text().splitlines()))


def split(extract: str, rows: Rows) -> Rows:
    """Return the rows with the LEA's second school, and the kitchen that feeds it, under an LEA of its own."""
    if extract == "org_directory":
        heir = next(row for row in rows if row["org_id"] == "EX-0101") | {"org_id": "EX-0105", "org_name": "Riverside South"}
        rows = [row | {"parent_org_id": "EX-0105"} if row["org_id"] == "EX-0101-002" else row for row in [*rows, heir]]
    owner = "responsible_lea_id" if extract == "assessment_result" else "lea_id"
    return [row | {owner: "EX-0105"} if owner in row and {"EX-0101-002", "3100"} & set(row.values()) else row for row in rows]


def merge(extract: str, rows: Rows) -> Rows:
    """Return the rows as of the LEA that was split in two, of which the new one closes with the year and the old one takes over."""
    rows = split(extract, rows)
    if extract != "org_directory":
        return rows
    taken_over = {"close_date": "2026-06-30", "successor_org_id": "EX-0101"}
    return [row | (taken_over if row["org_id"] == "EX-0105" else {"successor_org_id": ""}) for row in rows]


def relabel(_: str, rows: Rows) -> Rows:
    return [{name: RELABELLED.get(value, value) for name, value in row.items()} for row in rows]


CHANGES: dict[str, Callable[[str, Rows], Rows]] = {
    "PA": lambda _, rows: rows,
    "PB": lambda _, rows: rows[::-1],
    "PC": lambda _, rows: rows,
    "PD": split,
    "PE": relabel,
    "PF": merge,
}


def enter(pin: Any) -> None:
    """Enter the six states; the files of PC's LEA come in a later window once more."""
    for state, change in CHANGES.items():
        pin.connection.execute(
            "insert into ops.state_parameter select %s, parameter, value from ops.state_parameter where state_code = 'EX'", [state]
        )
        pin.connection.execute(
            "update ops.state_parameter set value = 1 where state_code = %s and parameter in ('minimum_n', 'minimum_n_gap', 'minimum_teacher_fte')",
            [state],
        )
        for sender, extract, year, window, rows in files():
            for owner, sent in by_owner(sender, change(extract, rows), state).items():
                columns = list(sent[0])
                values = [[value or None for value in row.values()] for row in sent]
                pin.load(owner, extract, year, window, columns, values)
                if state == "PC" and owner == "pc-0101" and window == "close":
                    pin.load(owner, extract, year, "again", columns, values)


def by_owner(sender: str, rows: Rows, state: str) -> dict[str, Rows]:
    """Return the rows, as of `state`, by who sends them there."""
    sent = defaultdict(list)
    for row in rows:
        of_state = {name: re.sub("^EX(?=-|$)", state, value) for name, value in row.items()}
        lea = of_state.get("responsible_lea_id") or of_state.get("lea_id", "")
        sent[f"{state.lower()}-sea" if sender == "sea" else lea.lower()].append(of_state)
    return dict(sent)


def tables(query: Callable[[str], list[tuple[Any, ...]]]) -> list[str]:
    """Return the cells and marts whose rows are of organisations, but for those that tell how and when files came."""
    rows = query(
        """
        select distinct table_name from information_schema.columns
        where table_schema = 'restricted' and column_name = 'org_id' and (table_name like 'fct\\_%' or table_name like 'ind\\_%' or table_name ~ '_restricted$')
            and table_name !~ '(submission|first_pass|error|indicator_value|assistance|materials_restricted|teacher_equity|alignment)'
        """
    )
    return sorted(name for (name,) in rows)


def contents(query: Callable[[str], list[tuple[Any, ...]]], table: str, state: str) -> list[str]:
    """Return the rows of a state in one table as text, as if they were of PA and bore its names."""
    rows = query(f"select cast(whole as text) from restricted.{table} as whole where left(org_id, 2) = '{state}'")
    texts = [re.sub(rf"\b{state}\b", "PA", text) for (text,) in rows]
    if state == "PE":
        names = {new.replace("EX", "PA"): old.replace("EX", "PA") for old, new in RELABELLED.items()}
        texts = [re.sub(r"[\w-]+", lambda word: whole_name(word[0], names), text) for text in texts]
    return sorted(texts)


def whole_name(word: str, names: dict[str, str]) -> str:
    """Return the name in PA of a name in PE; the pseudo-child of an LEA is named after it."""
    lea = word.removesuffix("-000")
    return names.get(word) or (f"{names[lea]}-000" if lea != word and lea in names else word)


@pytest.mark.parametrize("state", ["PB", "PC", "PE"], ids=["order of rows", "a file that comes again", "other ids"])
def test_no_cell_and_no_indicator_changes_with(query: Any, state: str) -> None:
    compared = tables(query)

    assert len(compared) > 60
    for table in compared:
        assert contents(query, table, state) == contents(query, table, "PA"), table
    assert len(contents(query, "ind_participation", state)) > 10


def test_an_lea_that_is_split_in_two_changes_no_sum_of_its_region_and_state(query: Any) -> None:
    rows = query(
        f"""
        select left(org_id, 2), indicator_id, substr(org_id, 3), grade_code, subgroup_code, contrast_id, facet, value, numerator, denominator, n, reason_code
        from restricted.indicator_value_restricted
        where left(org_id, 2) in ('PA', 'PD') and indicator_id in {OF_THE_WHOLE} and org_id ~ '^..(-R1)?$'
        """
    )
    found = {state: {row[1:7]: row[7:] for row in rows if row[0] == state} for state in ("PA", "PD")}
    split_leas = {row[0] for row in query("select org_id from restricted.fct_assessment_cell where org_id in ('PD-0101', 'PD-0105')")}

    assert split_leas == {"PD-0101", "PD-0105"}
    assert {key[0] for key in found["PA"]} >= set(OF_THE_WHOLE) - {"poverty_quartile"}
    assert found["PD"] == found["PA"]


def test_an_lea_that_takes_over_another_has_its_history_and_no_pupil_or_dollar_counts_twice(query: Any) -> None:
    """docs/decisions/0012: region, state and successor have what they would have if there had never been two LEAs."""
    rows = query(
        """
        select left(org_id, 2), indicator_id, substr(org_id, 3), subject_code, grade_code, subgroup_code, contrast_id, facet, value, numerator, denominator, n,
            reason_code
        from restricted.indicator_value_restricted
        where left(org_id, 2) in ('PA', 'PF') and org_id ~ '^..(-R1|-0101)?$' and indicator_id !~ '^(submission|first_pass|error)'
        """
    )
    found = {state: {row[1:8]: row[8:] for row in rows if row[0] == state} for state in ("PA", "PF")}
    apart = {key: (row, found["PF"].get(key)) for key, row in found["PA"].items() if row != found["PF"].get(key)}

    assert query("select parent_org_id from intermediate.int_organisation__listed where org_id = 'PF-0105'") == [("PF-0101",)]
    assert query("select count(*) > 0 from restricted.fct_ledger_cell where org_id = 'PF-0105'") == [(True,)]
    assert {key[0] for key in apart} == OF_EACH_LEA
    assert {key for key in found["PF"] if key[0] not in OF_EACH_LEA} == {key for key in found["PA"] if key[0] not in OF_EACH_LEA}
