"""Real files of three states, which nobody here wrote, received through the front door and equal to the answers beside them."""

import csv
import gzip
import io
from collections import defaultdict
from decimal import Decimal
from statistics import median

import pytest

CENT = Decimal("0.01")
AK = {
    "CRSD19.csv": ("ak-copper-river", "AK-0101"),
    "CraigCity19.csv": ("ak-craig-city", "AK-0102"),
    "KakeCity19.csv": ("ak-kake-city", "AK-0103"),
}


def read(path):
    """Return the records of a CSV file as dictionaries."""
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"))))


def organisation(org_id, kind, name, parent):
    return {"org_id": org_id, "org_type_code": kind, "org_name": name, "parent_org_id": parent}


def directory(state, leas):
    """Return a directory of the state with these LEAs, name by id."""
    return [organisation(state, "SEA", state, ""), *(organisation(org_id, "LEA", name, state) for org_id, name in leas.items())]


def findings(state, rule, sender_id=None):
    """Return how many findings of the rule the newest loads of the sender have."""
    query = """
        select count(*) from ops.finding inner join ops.current_load using (load_id)
        where rule_id = %s and (%s::text is null or sender_id = %s)
    """
    return state.rows(query, rule, sender_id, sender_id)[0][0]


@pytest.fixture
def alaska(platform, shared_data):
    """Return the platform of Alaska after its three ledgers, which came before the SEA's reference files, and these."""
    state, folder = platform("ak"), shared_data / "ak_ledger"
    totals = {row["file"]: row for row in read(folder / "answer_control_totals.csv")}
    for file, (sender_id, lea_id) in AK.items():
        state.enrol(sender_id, "lea", [lea_id])
        state.drop(sender_id, file, (folder / file).read_bytes())
    chart = [
        {"dimension_code": "object", "code": row["Object_Code"], "code_name": row["Sub_Name"]} for row in read(folder / "ChartOfAccountsMaster.csv")
    ]
    state.drop_reference("org_directory", directory("AK", {lea: totals[file]["districts"] for file, (_, lea) in AK.items()}))
    state.drop_reference("chart_of_accounts", chart)
    state.receive()
    return state


def test_the_ledgers_of_three_layouts_give_the_control_totals(alaska, shared_data):
    for answer in read(shared_data / "ak_ledger/answer_control_totals.csv"):
        sender_id, lea_id = AK[answer["file"]]
        query = """
            select count(*), sum(amount_usd), sum(amount_usd) filter (where fund_code = '100'), sum(amount_usd) filter (where object_code like '3%%'),
                count(*) filter (where amount_usd < 0), min(fiscal_year), max(fiscal_year)
            from raw.finance_transaction inner join ops.current_load using (load_id) where lea_id = %s
        """
        ((rows, total, fund, salaries, negative, *years),) = alaska.rows(query, lea_id)
        blank = int(answer["n_blank"])

        assert rows == int(answer["rows"]) - blank
        assert [total, fund, salaries] == [
            Decimal(answer[name]).quantize(CENT) for name in ("sum_amount", "sum_fund100", "sum_object_3xx_salaries_benefits")
        ]
        assert negative == int(answer["n_negative"])
        assert years == [2019, 2019]
        assert alaska.rows(
            "select quarantined_row_count from ops.load inner join ops.current_load using (load_id) where sender_id = %s", sender_id
        ) == [(blank,)]
        outside = (
            findings(alaska, "FIN-001", sender_id)
            + alaska.rows(
                "select count(*) from ops.finding inner join ops.current_load using (load_id) where sender_id = %s and rule_id = 'REC-002' and column_name = 'Object_Code'",
                sender_id,
            )[0][0]
        )
        assert outside == int(answer["n_object_not_in_coa"])


def test_the_ledgers_give_the_sums_by_fund_function_and_object_in_native_codes(alaska, shared_data):
    expected = {
        (AK[row["file"]][1], row["Fund_Code"], row["Function_Code"] or None, row["Object_Code"] or None): Decimal(row["sum"]).quantize(CENT)
        for row in read(shared_data / "ak_ledger/answer_fund_function_object.csv")
    }
    query = """
        select lea_id, fund_code, function_code, object_code, sum(amount_usd)
        from raw.finance_transaction inner join ops.current_load using (load_id) group by 1, 2, 3, 4
    """
    found = {tuple(row[:4]): row[4] for row in alaska.rows(query)}

    assert len(expected) == 719
    assert {key: value for key, value in found.items() if key in expected} == expected


def by_district(shared_data):
    """Return the records of the Washington report and its answers by district, and an id for each district."""
    records = read(shared_data / "wa_s275/secondary_teachers_2018_2019.csv")
    answers = {row["School District"]: row for row in read(shared_data / "wa_s275/answer_by_district.csv")}
    ids = {name: f"WA-{number:05d}" for number, name in enumerate(sorted(answers), start=1)}
    return records, answers, ids


def as_csv(records):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(records[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue()


def assert_equal_to_the_answers(state, answers, ids):
    staff = defaultdict(list)
    query = """
        select lea_id, staff_pid, annual_base_salary_usd, annual_total_salary_usd
        from raw.staff inner join ops.current_load using (load_id)
    """
    for lea_id, *values in state.rows(query):
        staff[lea_id].append(values)
    fte = state.rows(
        """
        select lea_id, sum(fte), count(*) filter (where fte = 0), count(*) from raw.staff_assignment inner join ops.current_load using (load_id) group by 1
        """
    )
    assignments = {row[0]: row[1:] for row in fte}
    for name, answer in answers.items():
        people, (fte_sum, fte_zero, positions) = staff[ids[name]], assignments[ids[name]]
        known = {person for person, _, _ in people if person}
        totals = [total for _, _, total in people]
        assert (name, len(people), positions, len(known)) == (name, int(answer["rows"]), int(answer["rows"]), int(answer["distinct_cert"]))
        assert sum(person is None for person, _, _ in people) == int(answer["missing_cert"])
        assert (fte_sum, fte_zero) == (Decimal(answer["cert_fte"]), int(answer["zero_fte"]))
        assert (sum(base for _, base, _ in people), sum(totals)) == (int(answer["base_salary"]), int(answer["total_salary"]))
        assert sum(total == 0 for total in totals) == int(answer["zero_salary"])
        assert round(sum(totals) / len(totals), 3) == pytest.approx(Decimal(answer["mean_total_salary"]), abs=Decimal("0.0001") * 5)
        assert median(totals) == Decimal(answer["median_total_salary"])


def test_every_washington_district_equals_its_answers_when_each_sends_its_own_report(platform, shared_data):
    state = platform("wa")
    records, answers, ids = by_district(shared_data)
    for name, lea_id in ids.items():
        state.enrol(lea_id.lower(), "lea", [lea_id])
        state.drop(lea_id.lower(), "teachers_2018_2019.csv", as_csv([record for record in records if record["School District"] == name]))
    state.drop_reference("org_directory", directory("WA", {lea_id: name for name, lea_id in ids.items()}))

    assert state.receive() == {"accepted": 1 + len(ids), "returned": 0, "waiting": 0, "duplicate": 0}

    assert len(answers) == 98
    assert_equal_to_the_answers(state, answers, ids)
    blank = "select count(*) from ops.finding where rule_id = 'REC-002' and column_name = 'Cert #' and severity = 'S'"
    assert state.rows(blank) == [(2 * sum(int(answer["missing_cert"]) for answer in answers.values()),)]
    assert findings(state, "PER-005") == sum(Decimal(record["Cert FTE"]) > 1 for record in records)


def test_washington_may_also_come_as_one_file_of_a_region_that_reports_for_all(platform, shared_data):
    state = platform("wa")
    _, answers, ids = by_district(shared_data)
    state.enrol("esd-112", "lea", ["*"])
    state.drop_reference("org_directory", directory("WA", {lea_id: name for name, lea_id in ids.items()}))

    content = (shared_data / "wa_s275/secondary_teachers_2018_2019.csv").read_bytes()
    assert state.send("esd-112", "secondary_teachers_2018_2019.csv", content) == {"accepted": 2}

    assert_equal_to_the_answers(state, answers, ids)
    assert state.rows(
        "select count(*), count(distinct load_id) from ops.load inner join ops.submission using (submission_id) where layout = 's275'"
    ) == [(2, 2)]


EX_LEAS = ("0470", "1040", "2690")
EX_YEARS = ("2020_2021", "2021_2022", "2022_2023")


@pytest.fixture
def pupils(shared_data):
    """Return the records of the state tests and the header."""
    with gzip.open(shared_data / "sgpdata/students_2021_2023.csv.gz", "rt", encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def test_the_state_tests_of_three_districts_and_years_are_all_there(platform, pupils, shared_data):
    state = platform("ex")
    files = defaultdict(list)
    schools = {}
    for record in pupils:
        lea_id = f"EX-{int(record['DISTRICT_NUMBER']):04d}"
        files[lea_id, record["YEAR"]].append(record)
        schools[f"{lea_id}-{record['SCHOOL_NUMBER']}"] = (record["SCHOOL_NAME"], lea_id)
    leas = {f"EX-{lea}": f"District {lea}" for lea in EX_LEAS}
    for (lea_id, year), records in files.items():
        state.enrol(lea_id.lower(), "lea", [lea_id])
        state.drop(lea_id.lower(), f"students_{lea_id.lower()}_{year}.csv", as_csv(records))
    state.drop_reference("org_directory", [*directory("EX", leas), *(organisation(school, "SCHOOL", *of) for school, of in schools.items())], 2023)

    assert state.receive() == {"accepted": 10, "returned": 0, "waiting": 0, "duplicate": 0}

    query = """
        select submission.school_year, subject_code, grade_tested_code, count(*),
            count(scale_score), sum(scale_score) / nullif(count(scale_score), 0), count(*) filter (where performance_level >= 3)
        from raw.assessment_result inner join ops.current_load using (load_id) inner join ops.submission using (submission_id) group by 1, 2, 3
    """
    found = {(str(year), subject, grade): values for year, subject, grade, *values in state.rows(query)}
    answers = read(shared_data / "sgpdata/answer_by_year_subject_grade.csv")
    assert len(found) == len(answers) == 48
    for answer in answers:
        key = (answer["YEAR"][5:], {"READING": "ELA", "MATHEMATICS": "MATH"}[answer["CONTENT_AREA"]], f"{int(answer['GRADE']):02d}")
        rows, valid, mean, proficient = found[key]
        assert (rows, valid, proficient) == tuple(int(answer[name]) for name in ("n_rows", "n_valid", "n_prof"))
        assert float(mean) == pytest.approx(float(answer["mean"]), abs=1e-6)
    assert state.rows("select count(*) from ops.finding") == [(0,)]
