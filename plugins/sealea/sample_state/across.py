"""What must be found across the files of a sample state, as the platform holds them: persons and students of several files and years.

Nothing here comes from the platform: the rules are those of layouts.md, worked out from the rows that were sent and not quarantined.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from sealea.sample_state.organisations import Organisations
from sealea.sample_state.results import RACE_COLUMNS, SUBJECTS

PLACE = {"sender": pl.String, "file": pl.String, "collection": pl.String, "year": pl.Int64, "lea": pl.Int64, "line": pl.Int64}
FOUND = {**PLACE, "rule": pl.String, "severity": pl.String, "column": pl.String}
FILE = [name for name in PLACE if name != "line"]
OFFICE = ["lea", "year"]
COMPARED = ("sex_code", "is_hispanic", "is_economically_disadvantaged", "is_english_learner", "is_student_with_disability")
GROUPED = ("is_economically_disadvantaged", "is_english_learner", "is_student_with_disability", "sex_code")
MOST_FTE = 1.2
COUNTED, COUNT_CHANGE = 10, 0.2
MINIMUM_STUDENTS, MINIMUM_PARTICIPATION = 10, 0.95
FULL_PAY_USD = (10_000, 500_000)
USUAL_PAY, MINIMUM_STAFF = (0.5, 2.0), 10


@dataclass
class Held:
    """The rows of every extract that were loaded, all text, with PLACE beside them: where each was sent."""

    parts: dict[str, list[pl.DataFrame]] = field(default_factory=dict)

    def rows(self, extract: str, *columns: str) -> pl.DataFrame:
        """Return the rows of an extract; `columns` are there even if nobody sent them."""
        blank = pl.DataFrame(schema={**PLACE, **dict.fromkeys(columns, pl.String)})
        return pl.concat([blank, *self.parts.get(extract, [])], how="diagonal")


def told(rule: str, severity: str, rows: pl.DataFrame, column: str | None = None) -> pl.DataFrame:
    """Return the rows as findings; of rows without `line` the file is at fault."""
    if "line" not in rows.columns:
        rows = rows.with_columns(line=pl.lit(None, pl.Int64))
    if column != "column":
        rows = rows.with_columns(column=pl.lit(column, pl.String))
    named = rows.with_columns(rule=pl.lit(rule), severity=pl.lit(severity))
    return named.select(pl.col(name).cast(kind) for name, kind in FOUND.items()).unique()


def sent_too(rows: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of LEAs and years of which rows of the other extract are held."""
    return rows.join(other.select(OFFICE).unique(), on=OFFICE, how="semi")


def of_staff(held: Held, state: Organisations) -> Iterator[pl.DataFrame]:
    """Yield what must be found of staff, their assignments, their pay and their licences."""
    staff = held.rows("staff", "staff_state_id", "non_assigned_reason_code", "separation_date", "annual_base_salary_usd")
    jobs = held.rows(
        "staff_assignment", "staff_state_id", "leadership_role_code", "in_field_code", "job_class_code", "fte", "school_id", "begin_date"
    )
    person = [*OFFICE, "staff_state_id"]
    yield told("PER-002", "F2", sent_too(jobs, staff).join(staff, on=person, how="anti"))
    idle = staff.filter(pl.col("non_assigned_reason_code").is_null())
    yield told("PER-101", "F2", sent_too(idle, jobs).join(jobs, on=person, how="anti"))
    paid = held.rows("finance_payroll", "staff_state_id")
    yield told("FIN-106", "S", sent_too(paid, staff).join(staff, on=person, how="anti"))
    after = staff.select("lea", pl.col("year") - 1, "staff_state_id")
    gone = sent_too(staff.filter(pl.col("separation_date").is_null()), after).join(after, on=person, how="anti")
    yield told("PER-015", "S", gone)
    yield told("PER-001", "F2", others(staff, spellings(staff, 1), "staff_state_id"))
    leads = pl.col("staff_state_id").filter(pl.col("leadership_role_code") == "SUPERINTENDENT").n_unique()
    yield told("PER-007", "S", jobs.group_by(FILE).agg(leads=leads).filter(pl.col("leads") != 1))
    yield told("PER-105", "S", without_principal(state, jobs))
    yield told("PER-102", "S", in_two_places(jobs))
    teachers = jobs.filter((pl.col("job_class_code") == "TEACHER") & (pl.col("school_id") != "000"))
    yield told("PER-016", "S", changed_much(teachers, jobs, "school_id", "staff_state_id"))
    yield told("PER-011", "W", in_another_field(held, jobs))
    yield from of_pay(staff, jobs)


def spellings(rows: pl.DataFrame, weight: int, key: str = "staff_state_id") -> pl.DataFrame:
    """Return who each row says somebody is: `key`, birth, last, first, year and weight; names are their letters."""
    names = (pl.col(f"{name}_name").str.to_uppercase().str.replace_all(r"[^\p{Alphabetic}]", "").alias(name) for name in ("last", "first"))
    return rows.select(pl.col(key).alias("key"), pl.col("birth_date").alias("birth"), *names, "year", weight=pl.lit(weight))


def others(rows: pl.DataFrame, known: pl.DataFrame, key: str) -> pl.DataFrame:
    """Return the rows of which two of birth date and names are not those of who is known best: by weight, then most files, then the oldest."""
    who = ["key", "birth", "last", "first"]
    counted = known.group_by(who).agg(pl.col("weight").max(), files=pl.len(), oldest=pl.col("year").min())
    order = pl.struct(-pl.col("weight"), -pl.col("files").cast(pl.Int64), "oldest").rank("min").over("key")
    best = counted.filter(order == 1).select(who)
    own = spellings(rows, 0, key).with_row_index("row").join(best, on="key", suffix="_known")
    differences = pl.sum_horizontal((pl.col(name) != pl.col(f"{name}_known")).fill_null(value=False).cast(pl.Int8) for name in who[1:])
    return rows[own.filter(differences >= 2)["row"].unique().sort()]


def changed_much(rows: pl.DataFrame, sent: pl.DataFrame, school: str, person: str) -> pl.DataFrame:
    """Return the first line of each school that has many fewer or more persons in the file than in that of the year before; none if it has none."""
    counts = rows.group_by("lea", "year", school).agg(pl.col("line").min(), persons=pl.col(person).n_unique())
    before = counts.filter(pl.col("persons") >= COUNTED).select("lea", pl.col("year") + 1, school, was="persons")
    both = before.join(sent.select(FILE).unique(), on=OFFICE).join(counts, on=["lea", "year", school], how="left")
    change = (pl.col("persons").fill_null(0).cast(pl.Int64) - pl.col("was").cast(pl.Int64)).abs()
    return both.filter(change > COUNT_CHANGE * pl.col("was"))


def in_two_places(jobs: pl.DataFrame) -> pl.DataFrame:
    """Return the assignments on the census day of persons who have more than a full position in several LEAs together."""
    of_person = ["year", "staff_state_id"]
    begun = jobs.filter(pl.col("begin_date") <= pl.concat_str(pl.col("year") - 1, pl.lit("-10-01")))
    whole = begun.with_columns(fte=pl.col("fte").cast(pl.Float64).sum().over(of_person), leas=pl.col("lea").n_unique().over(of_person))
    return whole.filter((pl.col("fte") > MOST_FTE + 1e-9) & (pl.col("leas") > 1))


def without_principal(state: Organisations, jobs: pl.DataFrame) -> pl.DataFrame:
    """Return the files with an open school that nobody leads."""
    schools = state.schools.select("school_id", pl.col("lea").cast(pl.Int64), "first_year", "last_year")
    open_ = jobs.select(FILE).unique().join(schools, on="lea").filter(pl.col("year").is_between("first_year", "last_year"))
    led = jobs.filter(pl.col("leadership_role_code") == "PRINCIPAL")
    return open_.join(led, on=["file", "school_id"], how="anti")


def in_another_field(held: Held, jobs: pl.DataFrame) -> pl.DataFrame:
    """Return the assignments of teachers that licences cover in another way than the LEA says."""
    owned = held.rows("staff_credential", "staff_state_id", "credential_field_code", "issue_date", "expiration_date")
    claims = jobs.filter(pl.col("in_field_code").is_in(["IN_FIELD", "OUT_OF_FIELD", "NONE"]) & (pl.col("job_class_code") == "TEACHER"))
    on_census = pl.concat_str(pl.col("year") - 1, pl.lit("-10-01"))
    is_valid = (pl.col("issue_date") <= on_census) & (pl.col("expiration_date").is_null() | (pl.col("expiration_date") >= on_census))
    licences = owned.select("staff_state_id", "credential_field_code", "issue_date", "expiration_date").unique()
    valid = claims.join(licences, on="staff_state_id").filter(is_valid).group_by("file", "line").agg(pl.col("credential_field_code"))
    judged = claims.join(valid, on=["file", "line"], how="left")
    fields = pl.col("credential_field_code")
    covers = fields.list.contains(pl.col("assignment_code").str.strip_prefix("T-"))
    truth = pl.when(fields.is_null()).then(pl.lit("NONE")).when(covers).then(pl.lit("IN_FIELD")).otherwise(pl.lit("OUT_OF_FIELD"))
    return judged.filter(pl.col("in_field_code") != truth)


def of_pay(staff: pl.DataFrame, jobs: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield work without pay, pay for a full position that no schedule has, and pay far from that of the LEA's others in the job."""
    person = [*OFFICE, "staff_state_id"]
    positions = jobs.group_by(person).agg(pl.col("fte").cast(pl.Float64).sum(), pl.col("job_class_code").unique()).filter(pl.col("fte") > 0)
    pay = pl.col("annual_base_salary_usd").cast(pl.Float64, strict=False)
    held = staff.join(positions, on=person).with_columns(full=pay / pl.col("fte"))
    yield told("PER-108", "S", held.filter(pl.col("full") == 0))
    full = held.filter(pl.col("full") > 0)
    yield told("PER-012", "W", full.filter(~pl.col("full").is_between(*FULL_PAY_USD)))
    alike = full.filter(pl.col("job_class_code").list.len() == 1).with_columns(pl.col("job_class_code").list.first())
    group = [*OFFICE, "job_class_code"]
    alike = alike.with_columns(usual=pl.col("full").median().over(group), count=pl.len().over(group)).filter(pl.col("count") >= MINIMUM_STAFF)
    low, high = (pl.col("usual") * ratio for ratio in USUAL_PAY)
    yield told("PER-106", "W", alike.filter(~pl.col("full").is_between(low, high)))


def of_students(held: Held) -> Iterator[pl.DataFrame]:
    """Yield what must be found of results beside the rosters."""
    roster = held.rows("student_enrollment", "state_student_id", "entry_date", "exit_date", *COMPARED, *RACE_COLUMNS.values())
    owner = pl.col("responsible_lea_id")
    results = held.rows("assessment_result", "state_student_id", "participation_code", "subject_code", *COMPARED).filter(owner.is_not_null())
    student, known = ["year", "state_student_id"], "state_student_id"
    beside = sent_too(results, roster)
    yield told("ASM-101", "F2", beside.join(roster, on=student, how="anti"))
    took_part = pl.col("participation_code") != "NOT_TESTED"
    away = beside.filter(took_part).join(roster, on=student, how="semi").join(roster, on=[*OFFICE, known], how="anti")
    yield told("ASM-013", "S", away)
    yield told("ASM-003", "F2", others(results, pl.concat([spellings(roster, 2, known), spellings(results, 1, known)]), known))
    at_schools = results.filter(pl.col("responsible_school_id") != "000")
    yield told("ASM-016", "S", changed_much(at_schools, results, "responsible_school_id", known).drop("line"))
    first_day = pl.concat_str("year", pl.lit("-04-01"))
    there = (pl.col("entry_date") <= first_day) & (pl.col("exit_date").is_null() | (pl.col("exit_date") >= first_day))
    expected = sent_too(roster.filter(there), results)
    parts = []
    for subject in SUBJECTS:
        of_subject = results.filter(pl.col("subject_code") == subject)
        yield told("ASM-012", "S", expected.join(of_subject, on=student, how="anti"))
        tested = of_subject.filter(took_part).select(*OFFICE, known).unique().with_columns(tested=pl.lit(value=True))
        marked = expected.join(tested, on=[*OFFICE, known], how="left").with_columns(pl.col("tested").fill_null(value=False))
        parts += [marked.with_columns(subject=pl.lit(subject), column=pl.lit(name), member=member) for name, member in groups().items()]
    yield told("ASM-011", "S", few_tested(pl.concat(parts), results), "column")
    latest = roster.sort("entry_date", "line", descending=[True, False]).unique([*OFFICE, known], keep="first")
    pairs = results.join(latest.select(*OFFICE, known, *COMPARED), on=[*OFFICE, known], suffix="_roster")
    for name in COMPARED:
        yield told("ASM-014", "W", pairs.filter(pl.col(name) != pl.col(f"{name}_roster")), name)


def groups() -> dict[str, pl.Expr]:
    """Return the groups of students whose participation is looked at, by the column that names them."""
    races = [pl.col(name) == "Y" for name in RACE_COLUMNS.values()]
    one_of = pl.coalesce(pl.when(race).then(pl.lit(code)) for code, race in zip(RACE_COLUMNS, races, strict=True))
    several = pl.sum_horizontal(race.fill_null(value=False).cast(pl.Int8) for race in races) > 1
    federal = pl.when(pl.col("is_hispanic") == "Y").then(pl.lit("HI7")).when(several).then(pl.lit("MU7")).otherwise(one_of)
    return {"participation_code": pl.lit("ALL"), "is_hispanic": federal, **{name: pl.col(name) for name in GROUPED}}


def few_tested(marked: pl.DataFrame, results: pl.DataFrame) -> pl.DataFrame:
    """Return the files of results in which too few of a group took part."""
    group = [*OFFICE, "subject", "column", "member"]
    counts = (
        marked.filter(pl.col("member").is_not_null()).unique([*group, "state_student_id"]).group_by(group).agg(pl.col("tested").sum(), count=pl.len())
    )
    few = counts.filter((pl.col("count") >= MINIMUM_STUDENTS) & (pl.col("tested") < MINIMUM_PARTICIPATION * pl.col("count")))
    return few.select(*OFFICE, "column").unique().join(results.select(FILE).unique(), on=OFFICE)
