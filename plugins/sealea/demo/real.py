"""Real files of three states, as their senders would deliver them: `make demo REAL=DIR`.

The LEAs' files are delivered as they are, or cut where one file holds what several senders or years would send. The few
reference files of each SEA are written here from the same folder. Nothing is copied into the project.
"""

import csv
import gzip
import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

from sealea.errors import SettingError

Row = Mapping[str, object]
SENT_AT = "20260101T000000"
AK_LEDGERS = {
    "CRSD19.csv": ("ak-copper-river", "AK-0101", "Copper River School District"),
    "CraigCity19.csv": ("ak-craig-city", "AK-0102", "Craig City School District"),
    "KakeCity19.csv": ("ak-kake-city", "AK-0103", "Kake City School District"),
}


def write_real(data: Path, out: Path) -> dict[str, Path]:
    """Write what the senders of Alaska, Washington and the example state would drop; return the list of senders by state code.

    Raises SettingError if `data` does not hold the files.
    """
    needed = ("ak_ledger", "wa_s275", "sgpdata")
    if missing := [name for name in needed if not (data / name).is_dir()]:
        raise SettingError(f"{data} lacks {', '.join(missing)}. REAL names the folder that holds {', '.join(needed)}.")
    shutil.rmtree(out, ignore_errors=True)
    return {
        "EX": write_example(data / "sgpdata", out / "ex"),
        "AK": write_alaska(data / "ak_ledger", out / "ak"),
        "WA": write_washington(data / "wa_s275", out / "wa"),
    }


def write_example(data: Path, out: Path) -> Path:
    """Write the test results of each district and year, and the directory of their schools."""
    files: dict[tuple[str, str], list[Row]] = defaultdict(list)
    organisations: dict[str, Row] = {"EX": organisation("EX", "SEA", "Example State", "")}
    for path in sorted(data.glob("students_*.csv.gz")):
        with gzip.open(path, "rt", encoding="utf-8", newline="") as text:
            for record in csv.DictReader(text):
                lea_id = f"EX-{int(record['DISTRICT_NUMBER']):04d}"
                school_id = f"{lea_id}-{record['SCHOOL_NUMBER']}"
                files[lea_id, record["YEAR"]].append(record)
                organisations[lea_id] = organisation(lea_id, "LEA", record["DISTRICT_NAME"], "EX")
                organisations[school_id] = organisation(school_id, "SCHOOL", record["SCHOOL_NAME"], lea_id)
    for (lea_id, year), records in files.items():
        write_csv(out / lea_id.lower() / f"students_{lea_id.lower()}_{year}.csv", records)
    last_year = max(int(year[-4:]) for _, year in files)
    write_reference(out, "sea", "ex", "org_directory", last_year, organisations.values())
    leas = {org_id: str(row["org_name"]) for org_id, row in organisations.items() if row["org_type_code"] == "LEA"}
    return write_senders(out, "sea", {lea_id.lower(): (name, lea_id) for lea_id, name in leas.items()})


def write_alaska(data: Path, out: Path) -> Path:
    """Write the three ledgers as they are, the directory of their districts and the chart of accounts."""
    for name, (sender_id, _, _) in AK_LEDGERS.items():
        (out / sender_id).mkdir(parents=True)
        shutil.copyfile(data / name, out / sender_id / name)
    rows = [organisation(lea_id, "LEA", name, "AK") for _, lea_id, name in AK_LEDGERS.values()]
    write_reference(out, "ak-sea", "ak", "org_directory", 2019, [organisation("AK", "SEA", "Alaska", ""), *rows])
    with (data / "ChartOfAccountsMaster.csv").open(encoding="utf-8-sig", newline="") as text:
        chart = [{"dimension_code": "object", "code": row["Object_Code"], "code_name": row["Sub_Name"]} for row in csv.DictReader(text)]
    write_reference(out, "ak-sea", "ak", "chart_of_accounts", 2019, chart)
    return write_senders(out, "ak-sea", {sender_id: (name, lea_id) for sender_id, lea_id, name in AK_LEDGERS.values()})


def write_washington(data: Path, out: Path) -> Path:
    """Write the personnel report of each district, and the directory of the districts."""
    (path,) = sorted(data.glob("secondary_teachers_*.csv"))
    by_district: dict[str, list[Row]] = defaultdict(list)
    with path.open(encoding="utf-8-sig", newline="") as text:
        for record in csv.DictReader(text):
            by_district[record["School District"]].append(record)
    ids = {name: f"WA-{number:05d}" for number, name in enumerate(sorted(by_district), start=1)}
    for name, records in by_district.items():
        write_csv(out / ids[name].lower() / path.name, records)
    rows = [organisation(lea_id, "LEA", name, "WA") for name, lea_id in ids.items()]
    write_reference(out, "wa-sea", "wa", "org_directory", int(path.stem[-4:]), [organisation("WA", "SEA", "Washington", ""), *rows])
    return write_senders(out, "wa-sea", {lea_id.lower(): (name, lea_id) for name, lea_id in ids.items()})


def organisation(org_id: str, kind: str, name: str, parent: str) -> Row:
    """Return a line of the organisation directory."""
    return {"org_id": org_id, "org_type_code": kind, "org_name": name, "parent_org_id": parent}


def write_reference(out: Path, sender_id: str, state: str, extract: str, year: int, rows: Iterable[Row]) -> None:
    """Write a reference file of the SEA in the form of its contract."""
    write_csv(out / sender_id / f"{state}_{sender_id}_{extract}_{year}_ref_{SENT_AT}.csv", list(rows))


def write_csv(path: Path, rows: list[Row]) -> None:
    """Write `rows` with the header of the first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)


def write_senders(out: Path, sea: str, leas: Mapping[str, tuple[str, str]]) -> Path:
    """Write the list of the state's senders, name and organisation by account, and return its path."""
    listed = [{"sender_id": sea, "kind": "sea", "name": "State education agency", "organisations": ["*"]}]
    listed += [{"sender_id": account, "kind": "lea", "name": name, "organisations": [lea_id]} for account, (name, lea_id) in leas.items()]
    path = out / "senders.yml"
    path.write_text(yaml.safe_dump({"senders": listed}, sort_keys=False))
    return path
