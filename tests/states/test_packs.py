"""A state pack is a closed schema: what does not fit is refused when the pack is read, naming file and key."""

import re
import shutil
from pathlib import Path

import pytest

from sealea.contract import load_contracts, load_file_rules
from sealea.errors import ContractError
from sealea.file_name import understood
from sealea.pack import load_pack, require_consistent
from sealea.settings import PROJECT

HERE = Path(__file__).parent
CONTRACTS, FILE_RULES = load_contracts(PROJECT), load_file_rules(PROJECT)
PACK, MAP, CODES = "pack.yml", "maps/personnel.yml", "codes/job.csv"
FAULTS = [
    (PACK, "minimum_n: 20", "minimum: 20", r"pack.yml: .*parameters.minimum"),
    (PACK, "PER-005:", "PER-555:", r"pack.yml: rules.PER-555: there is no such rule"),
    (PACK, "PER-006:", "REC-004.no_column:", r"rules.REC-004.no_column: no extract has this column"),
    (PACK, "PER-006:", "REC-003:", r"rules.REC-003: this rule holds in every state"),
    (PACK, "PER-006:", "FILE-004:", r"rules.FILE-004: this rule holds in every state"),
    (PACK, "not_applicable", "off", r"pack.yml: .*rules.PER-006"),
    (PACK, "other: F2", "other: F3", r"pack.yml: .*rules.PER-005"),
    (PACK, "rules:", "optional_columns: {staff: [lea_id]}\nrules:", r"optional_columns.staff: lea_id is no column that may be left out"),
    (PACK, "rules:", "optional_columns: {stuff: [x]}\nrules:", r"optional_columns.stuff: there is no such extract"),
    (PACK, "America/New_York", "Pacific time", r"pack.yml: .*time_zone"),
    (PACK, "rules:", "maps: {}\nrulez:", r"pack.yml: .*rulez"),
    (MAP, "  Name: {}\n", "  Name: {}\n  Name: {trim: true}\n", r"personnel.yml: Name is written twice"),
    (PACK, "PER-006:", "PER-005: W\n  PER-006:", r"pack.yml: PER-005 is written twice"),
    (MAP, "title:", "name:", r"personnel.yml: .*title"),
    (MAP, "D.M.YYYY", "D.M", r"personnel.yml: .*columns.Born.date"),
    (MAP, "dollar_sign, ", "euro_sign, ", r"personnel.yml: .*columns.Base Pay.number"),
    (MAP, "Employee: {pad: 6}", "Employee: {pad: 6, number: []}", r"columns.Employee"),
    (MAP, "Employee: {pad: 6}", "line_number: {}", r"line_number is a word of ours"),
    (MAP, "column: Born", "column: Birth", r"feeds.staff.birth_date: `columns` does not declare Birth"),
    (MAP, "birth_date:", "birthday:", r"personnel.yml: feeds.staff.birthday: the contract has no such column"),
    (MAP, "    birth_date: {column: Born}\n", "", r"feeds.staff.birth_date: the contract requires it"),
    (MAP, "  staff_assignment:\n", "  assignments:\n", r"feeds.assignments: there is no such extract"),
    (MAP, '"{sender_org}"', '"{sender_organisation}"', r"unknown placeholder: sender_organisation"),
    (MAP, "{column: From}", "{column: From, sql: From}", r"feeds.staff_assignment.begin_date"),
    (MAP, "{column: From}", "{column: From, default: x}", r"feeds.staff_assignment.begin_date"),
    (MAP, "codes/job.csv", "codes/jobs.csv", r"jobs.csv: recode names no file"),
    (MAP, "codes/job.csv", "../ex/codes/job.csv", r"recode names no file"),
    (MAP, "_{window}", "", r"the window needs one place"),
    (MAP, "_{window}", "_{window}_{school_year}", r"the school year needs one place"),
    (MAP, "_{window}", "_{window}_{region}", r"unknown field in pattern: region"),
    (MAP, 'senders: "*", ', "", r"the sender needs a place"),
    (MAP, "windows-1252", "utf-16", r"personnel.yml: .*file.encoding"),
    (CODES, "native_code,", "native,", r"job.csv: the header must be native_code,code,meaning"),
    (CODES, "LIB,", "TCH,", r"job.csv: a native_code is listed twice"),
]


def read(project, name):
    pack = load_pack(project, name)
    require_consistent(pack, CONTRACTS, FILE_RULES)
    return pack


@pytest.fixture
def project(tmp_path):
    shutil.copytree(HERE / "zz", tmp_path / "expectations/states/zz")
    return tmp_path


@pytest.mark.parametrize("path", sorted((PROJECT / "expectations/states").glob("*/pack.yml")), ids=lambda path: path.parent.name)
def test_every_pack_of_the_project_fits_the_contracts(path):
    assert read(PROJECT, path.parent.name).state_code == path.parent.name.upper()


@pytest.mark.parametrize(("file", "old", "new", "message"), FAULTS)
def test_a_fault_of_a_pack_is_named_by_file_and_key(project, file, old, new, message):
    read(project, "zz")
    path = project / "expectations/states/zz" / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))

    with pytest.raises(ContractError) as raised:
        read(project, "zz")

    assert re.search(message, str(raised.value), re.DOTALL), str(raised.value)


def test_every_word_of_a_pack_is_in_its_version(project):
    before = read(project, "zz").version
    codes = project / "expectations/states/zz" / CODES
    codes.write_text(codes.read_text().replace("PRI,SCHOOL_ADMINISTRATOR", "PRI,LEA_ADMINISTRATOR"))

    assert read(project, "zz").version != before


@pytest.mark.parametrize(
    ("name", "sender", "kind", "year"),
    [
        ("CRSD19.csv", "ak-copper-river", "lea", 2019),
        ("crsd21.CSV", "ak-copper-river", "lea", 2021),
        ("CRSD2019.csv", "ak-copper-river", "lea", None),
        ("CraigCity19.csv", "ak-craig-city", "lea", 2019),
        ("CRSD19.csv", "ak-nobody", "lea", None),
        ("CRSD.csv", "ak-copper-river", "lea", None),
        ("ak_sea_org_directory_2019_ref_20260101T000000.csv", "sea", "sea", 2019),
        ("ak_sea_org_directory_2019_ref_20260101T000000.csv", "ak-copper-river", "lea", None),
    ],
)
def test_a_name_is_understood_for_the_accounts_that_may_use_it(name, sender, kind, year):
    target = understood(name, load_pack(PROJECT, "ak"), CONTRACTS, sender, kind)

    assert (target.school_year if target else None) == year
