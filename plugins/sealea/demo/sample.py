"""A small sample state: the files that its LEAs and its SEA would send, with a few mistakes that senders make.

The same seed gives the same bytes. Persons are numbers; nobody here is real.
"""

import csv
import io
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

YEARS = (2025, 2026)
SUBJECTS = ("ELA", "MATH")
GRADES = {"elementary": ("03", "04", "05"), "middle": ("06", "07", "08")}
SENT_AT = "20261005T080000"
SEED = 20_261
LEA_EXTRACTS = ("finance_ledger", "staff", "staff_assignment", "assessment_result")
Row = dict[str, object]


@dataclass(frozen=True)
class School:
    """One school: `poverty` is the share of economically disadvantaged students, `cohort` the students in each grade."""

    org_id: str
    name: str
    level: str
    poverty: float
    cohort: int

    @property
    def lea_id(self) -> str:
        """Return the id of the LEA that runs the school."""
        return self.org_id.rsplit("-", 1)[0]


@dataclass(frozen=True)
class Student:
    """One student of a school year."""

    state_id: str
    school: School
    grade: str
    race: str
    sex: str
    is_poor: bool
    is_learner: bool
    has_disability: bool


REGIONS = {"EX-R1": "Northern Service Agency", "EX-R2": "Southern Service Agency"}
LEAS = {
    "EX-0101": ("EX-R1", "Riverside Unified"),
    "EX-0102": ("EX-R1", "Lakeview Public Schools"),
    "EX-0103": ("EX-R1", "Hilltop Consolidated"),
    "EX-0201": ("EX-R2", "Harbor City Schools"),
    "EX-0202": ("EX-R2", "Beacon Charter Academy"),
    "EX-0203": ("EX-R2", "Prairie County Schools"),
}
SCHOOLS = (
    School("EX-0101-001", "Riverside North Elementary", "elementary", 0.22, 34),
    School("EX-0101-002", "Riverside South Elementary", "elementary", 0.71, 31),
    School("EX-0101-003", "Riverside Middle", "middle", 0.46, 58),
    School("EX-0102-001", "Lakeview Elementary", "elementary", 0.15, 29),
    School("EX-0102-002", "Lakeview Middle", "middle", 0.18, 27),
    School("EX-0103-001", "Hilltop School", "elementary", 0.55, 7),
    School("EX-0201-001", "Harbor East Elementary", "elementary", 0.83, 36),
    School("EX-0201-002", "Harbor West Elementary", "elementary", 0.38, 33),
    School("EX-0201-003", "Harbor Middle", "middle", 0.64, 61),
    School("EX-0202-001", "Beacon Academy", "middle", 0.49, 22),
    School("EX-0203-001", "Prairie Elementary", "elementary", 0.34, 24),
    School("EX-0203-002", "Prairie Middle", "middle", 0.37, 23),
)
RACES = {"WH7": "is_white", "BL7": "is_black", "AS7": "is_asian", "AM7": "is_american_indian", "PI7": "is_pacific_islander"}


def write_sample(out: Path, pattern: str) -> Path:
    """Write every sender's files to `out/<sender>/`, named by the pack's `pattern`; return the list of senders, senders.yml."""
    senders = [{"sender_id": "sea", "kind": "sea", "name": "Example State Education Agency", "organisations": ["*"]}]
    senders += [{"sender_id": lea.lower(), "kind": "lea", "name": name, "organisations": [lea]} for lea, (_, name) in LEAS.items()]
    for extract, year, sender, rows in deliveries(random.Random(SEED)):
        fields = {"state": "ex", "sender": sender, "extract": extract, "school_year": year, "sent_at": SENT_AT}
        target = out / sender / pattern.format(**fields, window="ref" if sender == "sea" else "close")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(as_csv(rows), encoding="utf-8")
    listing = out / "senders.yml"
    listing.write_text(yaml.safe_dump({"senders": senders}, sort_keys=False))
    return listing


def as_csv(rows: Iterable[Row]) -> str:
    """Return `rows` as CSV with the header of the first row."""
    rows = list(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def deliveries(chance: random.Random) -> Iterator[tuple[str, int, str, list[Row]]]:
    """Yield (extract, school year, sender, rows) for every file of the sample state."""
    yield "org_directory", YEARS[-1], "sea", directory()
    yield "window", YEARS[-1], "sea", windows()
    yield "goal_target", YEARS[-1], "sea", targets()
    for year in YEARS:
        students = [student for school in SCHOOLS for student in roster(chance, school, year)]
        yield "enrollment_count", year, "sea", enrollment(students, year)
        for lea_id in LEAS:
            schools = [school for school in SCHOOLS if school.lea_id == lea_id]
            own = [student for student in students if student.school.lea_id == lea_id]
            staff, assignments = personnel(chance, lea_id, schools, year)
            files = {
                "assessment_result": [row for student in own for row in results(chance, student, year)],
                "staff": staff,
                "staff_assignment": assignments,
                "finance_ledger": ledger(chance, lea_id, schools, len(own), year),
            }
            for extract, rows in mistaken(files, lea_id, year).items():
                yield extract, year, lea_id.lower(), rows


def mistaken(files: dict[str, list[Row]], lea_id: str, year: int) -> dict[str, list[Row]]:
    """Return `files` with the mistakes of this LEA and year: what the demo shows senders and engineers."""
    if (lea_id, year) == ("EX-0102", 2026):  # three records that cannot be read: a code, a date, a blank
        files["assessment_result"][10]["participation_code"] = "TOOK_IT"
        files["assessment_result"][20]["birth_date"] = "31/12/2014"
        files["assessment_result"][30]["subject_code"] = ""
    if (lea_id, year) == ("EX-0101", 2026):  # two records of another LEA
        files["staff_assignment"] += [row | {"lea_id": "EX-0102"} for row in files["staff_assignment"][:2]]
    if (lea_id, year) == ("EX-0201", 2026):  # to explain, to acknowledge
        files["staff_assignment"][0]["fte"] = "1.2"
        files["staff"][0]["years_teaching_total"] = "44.0"
    if (lea_id, year) == ("EX-0203", 2026):  # a column was left out, so the file comes back
        files["staff_assignment"] = [{k: v for k, v in row.items() if k != "fte"} for row in files["staff_assignment"]]
    return files


def directory() -> list[Row]:
    """Return the state's organisations."""

    def row(org_id: str, kind: str, name: str, parent: str, **more: str) -> Row:
        empty: Row = dict.fromkeys(("nces_lea_id", "nces_school_id", "is_charter", "grade_low_code", "grade_high_code"), "")
        known: Row = {"org_id": org_id, "org_type_code": kind, "org_name": name, "parent_org_id": parent, "open_date": "2010-07-01"}
        return known | empty | more

    rows = [row("EX", "SEA", "Example State", "")]
    rows += [row(org_id, "REGION", name, "EX") for org_id, name in REGIONS.items()]
    for lea_id, (region, name) in LEAS.items():
        charter = "Y" if "Charter" in name else "N"
        rows.append(row(lea_id, "LEA", name, region, nces_lea_id=f"990{lea_id[3:]}", is_charter=charter))
        for school in (school for school in SCHOOLS if school.lea_id == lea_id):
            nces = f"990{lea_id[3:]}00{school.org_id[-3:]}"
            low, *_, high = GRADES[school.level]
            more = {"nces_school_id": nces, "is_charter": charter, "grade_low_code": low, "grade_high_code": high}
            rows.append(row(school.org_id, "SCHOOL", school.name, lea_id, **more))
    return rows


def windows() -> list[Row]:
    """Return one closing window per LEA extract and year."""
    return [
        {
            "extract": extract,
            "school_year": year,
            "window_code": "close",
            "open_date": f"{year}-07-01",
            "due_date": f"{year}-10-31",
            "close_date": f"{year + 1}-06-30",
            "certify_date": f"{year}-12-15",
        }
        for extract in LEA_EXTRACTS
        for year in YEARS
    ]


def targets() -> list[Row]:
    """Return the targets of the state's goals, and of its LEAs for mathematics."""

    def row(goal: str, name: str, indicator: str, org_id: str, values: tuple[str, str], owner: str, **more: str) -> Row:
        scope = {"subject_code": "ALL", "grade_code": "ALL", "subgroup_code": "ALL", "contrast_id": "NONE"} | more
        years = {"baseline_year": 2025, "baseline_value": values[0], "target_year": 2029, "target_value": values[1]}
        named = {"goal_code": goal, "goal_name": name, "indicator_id": indicator, "org_id": org_id}
        return named | scope | years | {"trajectory_code": "linear", "owner_role": owner}

    math, ela = "Students proficient in mathematics", "Students proficient in English language arts"
    chief, talent = "Chief Academic Officer", "Director of Educator Talent"
    rows = [row("PM-1", math, "proficiency", "EX", ("0.42", "0.54"), chief, subject_code="MATH")]
    rows += [row("PM-1", math, "proficiency", lea_id, ("0.42", "0.54"), chief, subject_code="MATH") for lea_id in LEAS]
    rows.append(row("PM-2", ela, "proficiency", "EX", ("0.40", "0.52"), chief, subject_code="ELA"))
    fair = "Students in poverty meet no more inexperienced teachers than others"
    rows.append(row("EQT-1", fair, "exposure_gap", "EX", ("0.10", "0.02"), talent, contrast_id="economic"))
    rows.append(row("EQT-2", "Fewer inexperienced teachers", "inexperienced_teachers", "EX", ("0.20", "0.12"), talent))
    return rows


def roster(chance: random.Random, school: School, year: int) -> Iterator[Student]:
    """Yield the students of `school` in `year`; a student keeps the id while moving up a grade."""
    for position, grade in enumerate(GRADES[school.level]):
        for number in range(school.cohort + chance.randint(-2, 2)):
            first_year = year - position
            state_id = f"{int(school.org_id[3:7]):04d}{school.org_id[-3:]}{first_year % 100:02d}{number:03d}"
            fixed = random.Random(state_id)  # what stays with the student from year to year
            race = fixed.choices(("WH7", "BL7", "HI7", "AS7", "MU7", "AM7", ""), (46, 18, 22, 6, 5, 2, 1))[0]
            is_poor = fixed.random() < school.poverty
            yield Student(
                state_id=state_id,
                school=school,
                grade=grade,
                race=race,
                sex=fixed.choice("FM"),
                is_poor=is_poor,
                is_learner=fixed.random() < (0.18 if race == "HI7" else 0.04),
                has_disability=fixed.random() < 0.14,
            )


def enrollment(students: list[Student], year: int) -> list[Row]:
    """Return the census-day counts by school, grade and subgroup."""
    counts: Counter[tuple[str, str, str, str]] = Counter()
    for student in students:
        members = {
            "all": "ALL",
            "race_ethnicity": student.race or "UNKNOWN",
            "sex": student.sex,
            "economic": "ECODIS" if student.is_poor else "NECODIS",
            "english_learner": "LEP" if student.is_learner else "NLEP",
            "disability": "WDIS" if student.has_disability else "WODIS",
        }
        for dimension, member in members.items():
            counts[student.school.org_id, student.grade, dimension, member] += 1
    names = ("school_id", "grade_code", "subgroup_dimension_code", "subgroup_code")
    date = {"school_year": year, "census_date": f"{year - 1}-10-01"}
    return [dict(zip(names, key, strict=True)) | date | {"student_count": count} for key, count in sorted(counts.items())]


def results(chance: random.Random, student: Student, year: int) -> Iterator[Row]:
    """Yield the student's result in each subject: ability falls with poverty, rises a little from year to year."""
    skill = random.Random(f"skill {student.state_id}").gauss(0, 0.8)
    skill += 0.12 * (year - YEARS[0]) - 0.55 * student.is_poor - 0.35 * student.is_learner - 0.5 * student.has_disability
    races = {column: "Y" if student.race in (code, "MU7" if code in ("WH7", "BL7") else code) else "N" for code, column in RACES.items()}
    for subject in SUBJECTS:
        drawn = skill + chance.gauss(0.15, 0.5)
        fate = chance.choices(("tested", "absent", "refused", "medical", "invalid"), (955, 20, 10, 8, 7))[0]
        fay = chance.choices(("school", "lea", "state", "none"), (92, 3, 3, 2))[0]
        yield {
            "responsible_lea_id": student.school.lea_id,
            "responsible_school_id": student.school.org_id,
            "school_year": year,
            "state_student_id": student.state_id,
            "last_name": f"Family{student.state_id}",
            "first_name": f"Given{student.state_id}",
            "birth_date": f"{year - int(student.grade) - 6}-{1 + int(student.state_id[-3:]) % 12:02d}-15",
            "grade_enrolled_code": student.grade,
            "grade_tested_code": student.grade,
            "sex_code": student.sex,
            "is_hispanic": "Y" if student.race == "HI7" else "N" if student.race else "",
            **(dict.fromkeys(races, "") if not student.race else races),
            "is_economically_disadvantaged": "Y" if student.is_poor else "N",
            "is_english_learner": "Y" if student.is_learner else "N",
            "is_first_year_english_learner": "N",
            "is_student_with_disability": "Y" if student.has_disability else "N",
            "test_code": f"EXSA-{subject}-{student.grade}",
            "subject_code": subject,
            "administration_code": "SPRING",
            "attempt_number": 1,
            **outcome(fate, drawn, student),
            "is_full_academic_year_school": "Y" if fay == "school" else "N",
            "is_full_academic_year_lea": "Y" if fay in ("school", "lea") else "N",
            "is_full_academic_year_state": "N" if fay == "none" else "Y",
        }


def outcome(fate: str, drawn: float, student: Student) -> Row:
    """Return participation, reason, score and level for a student who drew `drawn` standard deviations."""
    alternate = student.has_disability and int(student.state_id[-3:]) % 10 == 0
    kind: Row = {"assessment_type_code": "ALTERNATE" if alternate else "REGULAR"}
    if fate != "tested":
        reason = {"absent": "ABSENT", "refused": "PARENT_REFUSAL", "medical": "MEDICAL"}.get(fate, "")
        code = "INVALIDATED" if fate == "invalid" else "NOT_TESTED"
        return kind | {"participation_code": code, "reason_not_tested_code": reason, "scale_score": "", "performance_level": ""}
    level = 1 + sum(drawn > cut for cut in (-0.6, 0.1, 0.9))
    score = min(max(round(500 + 50 * drawn + 20 * (int(student.grade) - 3)), 350), 800)
    return kind | {
        "participation_code": "PARTICIPATED",
        "reason_not_tested_code": "",
        "scale_score": score,
        "performance_level": level,
    }


def personnel(chance: random.Random, lea_id: str, schools: list[School], year: int) -> tuple[list[Row], list[Row]]:
    """Return the LEA's staff and their assignments: schools with more poverty have more new teachers."""
    staff: list[Row] = []
    assignments: list[Row] = []
    for school in schools:
        for number in range(max(4, round(school.cohort * 3 / 14))):
            person = f"7{lea_id[3:]}{school.org_id[-1]}{number:04d}"
            fixed = random.Random(person)  # the same person in both years, a year older in the second
            is_new = fixed.random() < 0.06 + 0.32 * school.poverty
            years = (fixed.randint(0, 2) if is_new else fixed.randint(3, 32)) + year - YEARS[0]
            staff.append(employee(lea_id, person, years, year))
            fte = chance.choice(("1.0", "1.0", "1.0", "1.0", "0.5", "0.8"))
            assignments.append(assignment(lea_id, person, school.org_id, "TEACHER", fte, year))
        person = f"8{lea_id[3:]}{school.org_id[-1]}0001"
        staff.append(employee(lea_id, person, random.Random(person).randint(8, 30) + year - YEARS[0], year))
        assignments.append(assignment(lea_id, person, school.org_id, "SCHOOL_ADMINISTRATOR", "1.0", year))
    return staff, assignments


def employee(lea_id: str, person: str, years: int, year: int) -> Row:
    """Return one line of the staff extract for a person with `years` of experience."""
    fixed = random.Random(f"person {person}")
    return {
        "lea_id": lea_id,
        "school_year": year,
        "staff_state_id": person,
        "last_name": f"Family{person}",
        "first_name": f"Given{person}",
        "birth_date": f"{year - 24 - years}-03-01",
        "sex_code": fixed.choice("FFFM"),
        "employment_status_code": "probationary" if years < 3 else "tenured",
        "highest_degree_code": fixed.choice(("bachelor", "master", "master", "doctorate")),
        "years_teaching_total": f"{years}.0",
        "years_in_lea": f"{max(0, years - fixed.randint(0, 5))}.0",
        "hire_date": f"{year - 1 - years}-08-15",
        "contract_days": 187,
        "annual_base_salary_usd": f"{44_000 + 1_150 * years}.00",
        "benefits_usd": f"{12_000 + 200 * years}.00",
    }


def assignment(lea_id: str, person: str, school_id: str, job_class: str, fte: str, year: int) -> Row:
    """Return one line of the staff_assignment extract."""
    return {
        "lea_id": lea_id,
        "school_year": year,
        "staff_state_id": person,
        "school_id": school_id,
        "job_class_code": job_class,
        "assignment_code": "T-1000" if job_class == "TEACHER" else "A-2400",
        "subject_code": "",
        "fte": fte,
        "begin_date": f"{year - 1}-08-15",
        "end_date": "",
        "is_teacher_of_record": "Y" if job_class == "TEACHER" else "N",
    }


def ledger(chance: random.Random, lea_id: str, schools: list[School], students: int, year: int) -> list[Row]:
    """Return the LEA's balances of the year: small LEAs spend more per student, Title I follows poverty."""
    size = 1 + 12 / (students**0.5 + 8)
    rows = []
    for school in schools:
        pupils = 3 * school.cohort
        rows += [
            account(school.org_id, "1", "1000", "100", 4_300 * size * pupils),
            account(school.org_id, "1", "1000", "200", 1_250 * size * pupils),
            account(school.org_id, "1", "2100", "100", 420 * pupils),
            account(school.org_id, "1", "2400", "100", 510 * size * pupils),
            account(school.org_id, "2", "1000", "100", 1_400 * school.poverty * pupils, project="TITLE1", level="federal"),
        ]
    rows += [
        account("000", "1", "2300", "100", 190 * size * students),
        account("000", "1", "2600", "400", 880 * students),
        account("000", "1", "2700", "500", 460 * students),
        account("000", "1", "1000", "100", -0.004 * 4_300 * students, program="400"),
        account("000", "1", "1000", "564", 95 * students),
        account("000", "2", "3100", "600", 390 * students, level="federal"),
        account("000", "3", "4000", "450", 700 * students),
        account("000", "4", "5100", "830", 260 * students),
        account("000", "1", "5200", "930", 120 * students),
        account("000", "1", "3300", "300", 45 * students, program="800"),
    ]
    period = "AUD" if year == YEARS[0] else "UNAUD"
    actual = [entry(row, lea_id, year, period, "actual", 1 + chance.gauss(0.02, 0.01)) for row in rows]
    budget = [entry(row, lea_id, year, "BUD0", "budget", 1.0) for row in rows]
    return actual + budget


def account(
    school_id: str, fund: str, function: str, object_code: str, usd: float, program: str = "100", project: str = "", level: str = "state_local"
) -> Row:
    """Return an expenditure account with its amount in dollars, before year and period."""
    return {
        "account_type_code": "expenditure",
        "fund_code": fund,
        "function_code": function,
        "object_code": object_code,
        "program_code": program,
        "project_code": project,
        "school_id": school_id,
        "funding_level_code": level,
        "amount_usd": usd,
    }


def entry(row: Row, lea_id: str, year: int, period: str, amount_type: str, factor: float) -> Row:
    """Return the ledger line of an account for a year, period and amount type."""
    head: Row = {"lea_id": lea_id, "fiscal_year": year, "period_code": period, "as_of_date": f"{year}-06-30", "amount_type_code": amount_type}
    return head | row | {"amount_usd": f"{float(str(row['amount_usd'])) * factor:.2f}"}
