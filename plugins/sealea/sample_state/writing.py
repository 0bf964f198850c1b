"""Writing a sample state to disk: a folder for each sender, the list of senders, and the truth beside them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl
import yaml

from sealea.sample_state import (
    chart,
    forms,
    funds,
    ledger,
    materials,
    planting,
    postings,
    reference,
    reform,
    results,
    roster,
    staff,
    students,
    teaching,
)
from sealea.sample_state.across import Held
from sealea.sample_state.desk import Desk
from sealea.sample_state.organisations import Organisations, organisations
from sealea.sample_state.planting import Remarks
from sealea.sample_state.size import Size
from sealea.sample_state.truth import Truth

LEAS_AT_ONCE = 50
LARGE = 1_000_000  # students; the truth of a larger state begins with its LEAs


def write_state(
    size: Size,
    out: Path,
    pattern: str,
    error_rate: float = 0.0,
    *,
    plain: bool = False,
    set_aside: Mapping[tuple[str, str], Sequence[int]] | None = None,
) -> Path:
    """Write the files of every sender to out/<sender>/, named by `pattern`, and out/truth/; return the list of senders, senders.yml.

    `error_rate` is the share of LEA files with something wrong in them. What is sent again later lies in out/round-2/<sender>/ and so on.
    With `plain` every file is plain CSV in UTF-8. A state of more than LARGE students is too large to hold its files against one another: which
    lines of which sender's file do not count for what another says is not part of its truth, unless `set_aside` tells.
    """
    state = organisations(size)
    out.mkdir(parents=True, exist_ok=True)
    desk = Desk(
        size,
        state,
        out,
        pattern,
        planting.chosen(size, error_rate, state.leas.height),
        Truth(size, state, size.students <= LARGE),
        ["plain"] * state.leas.height if plain else forms.habits(size, state.leas.height),
        held=Held() if size.students <= LARGE else None,
        set_aside=set_aside or {},
    )
    write_framework(desk)
    enrolled, employed, numbered = students.first_year(size, state), None, 0
    for year in size.school_years:
        if employed is None:
            employed = staff.first_year(size, state, enrolled)
        else:
            enrolled = students.next_year(size, state, enrolled, year)
            employed = staff.next_year(size, state, employed, enrolled, year, numbered)
        numbered = max(numbered, int(employed.number.max()))
        write_year(desk, enrolled, employed, year)
    desk.write_truth()
    senders = [{"sender_id": "sea", "kind": "sea", "name": "Example State Education Agency", "organisations": ["*"]}]
    senders += [
        {"sender_id": lea.lower(), "kind": "lea", "name": name, "organisations": [lea]}
        for lea, name in state.leas.select("lea_id", "name").iter_rows()
    ]
    listing = out / "senders.yml"
    listing.write_text(yaml.safe_dump({"senders": senders}, sort_keys=False))
    return listing


def write_framework(desk: Desk) -> None:
    """Write what the SEA sends once: calendar, regions, goals and initiatives, the chart of accounts, courses, materials."""
    size, state = desk.size, desk.state
    once = {
        "window": reference.windows(size),
        "region": reference.regions(size, state),
        "region_member": reference.region_members(size, state),
        "code_crosswalk": reference.code_crosswalk(),
        "goal": reform.goals(size),
        "goal_target": reform.targets(size, state),
        "initiative": reform.initiatives(size),
        "initiative_site": reform.sites(size, state),
        "initiative_decision": reform.decisions(size),
        "chart_of_accounts": chart.chart(),
        "account_combination": chart.combinations(),
        "account_crosswalk": chart.crosswalk(size),
        "course_code": teaching.courses(),
        "credential_crosswalk": teaching.crosswalk(),
        "material": materials.listed(),
    }
    for extract, rows in once.items():
        if rows.height:
            desk.write_reference(extract, size.school_years[-1], rows)


def write_year(desk: Desk, enrolled: students.Students, employed: staff.Staff, year: int) -> None:
    """Write the files of a school year: what the SEA knows, then those of the LEAs, some LEAs at a time."""
    size, state = desk.size, desk.state
    census = roster.on_census_day(enrolled)
    desk.write_reference("org_directory", year, reference.directory(size, state, year))
    desk.write_reference("assessment_registry", year, results.registry(size, year))
    desk.write_reference("enrollment_count", year, reference.enrollment(state, census, year))
    records = teaching.credentials(size, state, employed, year)
    desk.write_reference("staff_credential", year, teaching.credential_file(records))
    desk.truth.teachers.add_credentials(records)
    desk.truth.add_enrolled(census, year)
    open_positions = teaching.vacancies(size, state, employed, year)
    posted = desk.write_by_lea("staff_vacancy", year, teaching.vacancy_file(state, open_positions, year), open_positions["lea"])
    desk.count(lambda: desk.truth.teachers.add_vacancies(open_positions.filter(~posted.lost), year))
    adoptions = materials.adoptions(size, state, census, year)
    adopted = desk.write_by_lea("material_adoption", year, materials.adoption_file(state, adoptions, year), adoptions["lea"])
    time_use = materials.time_use(size, state, census, year)
    used = desk.write_by_lea("time_use", year, time_use.drop("lea"), time_use["lea"])
    desk.count(lambda: desk.truth.materials.add(adoptions, adopted.rows, adopted.lost, year))
    desk.count(lambda: desk.truth.materials.add_time(used.rows.with_columns(time_use["lea"]).filter(~used.lost), year))
    awards, controls = [], []
    for leas in parts(state):
        write_students(desk, enrolled, leas, year)
        own = employed.take(np.isin(employed.lea, leas))
        own = own.take(np.lexsort((own.number, own.lea)))
        payers = ledger.paid(size, state, own)
        write_personnel(desk, own, payers, year)
        books = write_books(desk, enrolled, payers, leas, year)
        awards.append(funds.grants(size, state, books, year))
        controls.append(funds.control_totals(state, books, year))
    desk.write_reference("grant", year, pl.concat(awards))
    desk.write_reference("control_total", year, pl.concat(controls))


def write_students(desk: Desk, enrolled: students.Students, leas: np.ndarray, year: int) -> None:
    """Write rosters and results of some LEAs, both subjects in one file."""
    lea_of = desk.state.schools["lea"].to_numpy()
    here = np.isin(lea_of[enrolled.school], leas)
    left = (enrolled.came_from >= 0) & np.isin(lea_of[enrolled.came_from], leas)
    rows = roster.enrollments(desk.size, desk.state, enrolled.take(here | left), year).filter(pl.col("lea").is_in(leas))
    nobody_told = Remarks("ENR-010", "W", "is_hispanic", (rows["race"] == students.UNKNOWN_RACE).to_numpy())
    rostered = desk.write_by_lea("student_enrollment", year, roster.roster_file(desk.state, rows, year), rows["lea"], (nobody_told,))
    own = enrolled.take(here)
    by_subject = [results.results(desk.size, desk.state, own, year, subject, leas) for subject in results.SUBJECTS]
    texts = [results.result_file(desk.state, frame, year, subject) for frame, subject in zip(by_subject, results.SUBJECTS, strict=True)]
    lea = pl.concat([frame["lea"] for frame in by_subject])
    order = lea.arg_sort()
    sent = desk.write_by_lea("assessment_result", year, pl.concat(texts)[order], lea[order])

    def take_in() -> None:
        lost = np.empty(len(lea), dtype=bool)
        lost[order.to_numpy()] = sent.lost
        poor = np.empty(len(lea), dtype=bool)
        poor[order.to_numpy()] = sent.rows["is_economically_disadvantaged"] == "Y"
        # A student is who they are, whatever the results say; of whom the LEA's roster does not tell, only they can be believed.
        known = rows.filter(~rostered.lost).select("lea", "number", is_known=pl.lit(value=True)).unique()
        parts = (np.split(array, [by_subject[0].height]) for array in (lost, poor))
        for frame, subject, gone, said in zip(by_subject, results.SUBJECTS, *parts, strict=True):
            told = frame.join(known, on=["lea", "number"], how="left", maintain_order="left")
            is_poor = pl.when("is_known").then("is_poor").otherwise(pl.Series(said))
            desk.truth.scores.add(told.with_columns(is_poor).filter(~gone), year, subject)

    desk.count(take_in)


def write_personnel(desk: Desk, own: staff.Staff, payers: pl.DataFrame, year: int) -> None:
    """Write the staff and the assignments of some LEAs."""
    size, state = desk.size, desk.state
    rated = teaching.ratings(size, state, own, year)
    persons = desk.write_by_lea("staff", year, staff.staff_file(state, own, rated, year), pl.Series(own.lea))
    rows = teaching.assignments(size, state, own)
    sent = desk.write_by_lea("staff_assignment", year, teaching.assignment_file(rows, payers, year), rows["lea"])

    def take_in() -> None:
        told = {"known": pl.Series(~persons.lost).gather(rows["row"]), "rating": rated.gather(rows["row"])}
        told["salary_usd"] = persons.rows["annual_base_salary_usd"].cast(pl.Float64, strict=False).gather(rows["row"])
        counted = rows.with_columns(**told).filter(~sent.lost)
        desk.truth.teachers.add(counted, year)
        desk.truth.money.add_positions(counted, year)

    desk.count(take_in)


def write_books(desk: Desk, enrolled: students.Students, payers: pl.DataFrame, leas: np.ndarray, year: int) -> ledger.Accounts:
    """Write ledger, postings, fund balances and payroll of some LEAs; return their books."""
    size, state = desk.size, desk.state
    payroll = ledger.payments(payers)
    books = ledger.accounts(size, state, enrolled, payroll, leas, year)
    lines = ledger.ledger_lines(size, books, year)
    lines = lines.with_columns(goal=reform.goal_of_lines(size, state, lines))
    below, final = (lines["cents"] < 0) & (lines["type"] == "expenditure"), lines["is_final"]
    reversals = (
        Remarks("FIN-009", "I", "amount_usd", (below & ~final).to_numpy()),
        Remarks("FIN-030", "S", "amount_usd", (below & final).to_numpy()),
    )
    sent = desk.write_by_lea("finance_ledger", year, ledger.ledger_file(state, lines, year), lines["lea"], reversals)
    desk.count(lambda: desk.truth.money.add(lines.with_columns(sent.rows["amount_usd"], goal=sent.rows["goal_code"]).filter(~sent.lost), year))
    posted = postings.postings(size, lines, year)  # beside the ledger, which counts
    desk.write_by_lea("finance_transaction", year, postings.postings_file(state, posted, year), posted["lea"])
    balances = desk.balances.file(size, state, books, year)
    told = desk.write_by_lea("finance_fund_balance", year, balances.drop("lea"), balances["lea"])
    desk.count(lambda: desk.truth.money.add_balances(told.rows.with_columns(balances["lea"]).filter(~told.lost), year))
    paid = desk.write_by_lea("finance_payroll", year, funds.payroll_file(size, state, payroll, year), payroll["lea"])
    desk.count(lambda: desk.truth.money.add_payroll(payroll.with_columns(paid.rows["amount_usd"]).filter(~paid.lost), year))
    desk.truth.money.add_awards(funds.awarded(books), year)
    return books


def parts(state: Organisations) -> list[np.ndarray]:
    """Return the rows of leas in parts, to hold the files of a part in memory only."""
    rows = np.arange(state.leas.height)
    return np.array_split(rows, max(1, -(-len(rows) // LEAS_AT_ONCE)))
