"""What `sealea check` finds is, byte for byte, what the platform finds: on every example, on real files, and on nasty ones."""

import csv
import io
import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
import yaml

from sealea import examples
from sealea.contract import load_contracts
from sealea.database import migrate
from sealea.pack import load_packs
from sealea.settings import PROJECT

CONTRACTS = load_contracts(PROJECT)
SHARED = Path(os.environ.get("SHARED_DATA_DIR", PROJECT.parent / "shared/data"))
LEDGERS = {
    "CRSD19.csv": ("ak-copper-river", "AK-0101"),
    "CraigCity19.csv": ("ak-craig-city", "AK-0102"),
    "KakeCity19.csv": ("ak-kake-city", "AK-0103"),
}
REAL = pytest.mark.skipif(
    not SHARED.is_dir(), reason=f"{SHARED} is absent: real data are not part of the project; SHARED_DATA_DIR names their folder"
)
EVERY = 12  # one of so many polluted records is taken; of polluted files all
HEADERS = {
    "spectrum": ("a", "b", "c", "first", "last", "address", "city", "zip", "key", "val", "number", "string"),
    "pollock": ("DATE", "TIME", "Qty", "PRODUCTID", "Price", "ProductType", "ProductDescription", "URL", "Comments"),
}
ANY = {"description": "Any text.", "ceds": "none", "ed_fi": "none"}
WINDOWS = count()


def write(folder: Path, sender: str, extract: str, window: str, content: bytes, ending: str = ".csv") -> Path:
    path = folder / f"{sender.partition('-')[0]}_{sender}_{extract}_2026_{window}_20261005T080000{ending}"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return path


def failing(extract: str) -> bytes:
    """Return the records of an extract with every line that its examples have for a rule to fail."""
    sound = examples.records(PROJECT, extract)
    lines = dict.fromkeys(line for pair in examples.pairs(PROJECT, extract).values() for line in sound.changed(pair.fails).lines)
    return examples.Records(sound.header, tuple(lines)).text.encode()


def of_riverside(folder: Path) -> Iterator[Path]:
    """Yield the examples of every extract that an LEA sends, and the whole files of the rules of every extract."""
    for extract in (name for name, contract in CONTRACTS.items() if contract.sender != "sea"):
        yield write(folder, "ex-0101", extract, "sound", examples.records(PROJECT, extract).text.encode())
        yield write(folder, "ex-0101", extract, "failing", failing(extract))
    for path in sorted((PROJECT / examples.FOLDER / examples.OF_FILES).glob("*/*/*")):
        if path.is_file() and not path.is_symlink():
            yield write(folder, "ex-0101", extract_of(path.name), f"w{next(WINDOWS)}", path.read_bytes(), "".join(path.suffixes[-1:]))


def extract_of(name: str) -> str:
    """Return the extract that the name of an example says, also where the name is at fault."""
    return max((extract for extract in CONTRACTS if f"_{extract}_" in name), key=len, default="staff")


def of_the_sea(folder: Path) -> Iterator[Path]:
    """Yield what the SEA's extracts have for their rules to fail."""
    for extract in (name for name, contract in CONTRACTS.items() if contract.sender == "sea"):
        yield write(folder, "ex-sea", extract, "failing", failing(extract))


def nasty(folder: Path) -> Iterator[Path]:
    """Yield files that nobody would want, under the names of extracts that take any text in columns of their headers."""
    for path in sorted((SHARED / "nasty/csv-spectrum/csvs").iterdir()):
        yield write(folder, "ex-0101", "spectrum", f"w{next(WINDOWS)}", path.read_bytes())
    strings = json.loads((SHARED / "nasty/blns/blns.json").read_text())
    for delimiter, encoding in ((",", "utf-8-sig"), ("|", "utf-16"), (";", "utf-8")):
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows([["number", "string"], *enumerate(strings)])
        yield write(folder, "ex-0101", "spectrum", f"w{next(WINDOWS)}", text.getvalue().encode(encoding))
    with tarfile.open(SHARED / "nasty/pollock_dev.tar.gz") as archive:
        members = sorted((member for member in archive.getmembers() if member.isfile() and "/csv/" in f"/{member.name}"), key=lambda each: each.name)
        for number, member in enumerate(members):
            if number % EVERY == 0 or "/file_" in member.name:
                file = archive.extractfile(member)
                assert file is not None
                yield write(folder, "ex-0101", "pollock", f"w{next(WINDOWS)}", file.read())


@pytest.fixture
def of_any_text(front, tmp_path, monkeypatch):
    """Return the platform with two more extracts, which take any text under the headers of nasty files; `sealea check` has them too."""
    project = tmp_path / "project"
    shutil.copytree(PROJECT / "expectations", project / "expectations")
    for extract, header in HEADERS.items():
        columns = [{"name": f"c{place}", "type": "text", "aliases": [name], **ANY} for place, name in enumerate(header)]
        about = dict.fromkeys(("title", "description", "grain", "source"), "Nasty files.")
        contract = {"extract": extract, "domain": "reference", "sender": "any", "owner": None, "key": [], "columns": columns, **about}
        (project / f"expectations/extracts/{extract}.yml").write_text(yaml.safe_dump(contract))
    monkeypatch.setenv("SEALEA_PROJECT_DIR", str(project))
    settings = front.settings.model_copy(update={"project_dir": project})
    migrate(settings.pipeline_dsn, load_contracts(project).values(), *load_packs(project))
    return replace(front, settings=settings)


def references(folder: Path) -> Iterator[Path]:
    """Yield the SEA's reference extracts of the examples."""
    for extract in (name for name, contract in CONTRACTS.items() if contract.sender == "sea"):
        yield write(folder, "sea", extract, "ref", examples.records(PROJECT, extract).text.encode()).rename(
            folder / f"ex_sea_{extract}_2026_ref_20261001T080000.csv"
        )


def assert_same(front, sealea_check, sender: str, files: list[Path], *options: str | Path, code: int | None = 1) -> None:
    """Assert that both say the same of every file."""
    out = files[0].parent / "reports"
    given, _, error = sealea_check(*files, "--report", out, *options)
    assert (given if code is not None else None, error) == (code, "")
    for file in files:
        assert (out / f"{file.name}.check.findings.csv").read_bytes() == front.answer(file.name, ".findings.csv", sender), file.name


@pytest.mark.timeout(900)
def test_both_find_the_same_in_all_examples(front, sealea_check, tmp_path):
    front.enrol("ex-0101", "lea", "EX-0101")
    front.enrol("ex-sea", "sea", "*")
    own = list(references(tmp_path / "reference"))
    own = [path.rename(path.with_name(path.name.replace("ex_sea", "ex_ex-sea"))) for path in own]
    assert front.send("ex-sea", *own) == {"accepted": len(own)}
    files = list(of_riverside(tmp_path / "files"))

    front.send("ex-0101", *files)

    assert_same(front, sealea_check, "ex-0101", files, "--reference", tmp_path / "reference")
    found = b"".join(front.answer(file.name, ".findings.csv") for file in files).decode()
    assert len(rules_in(found)) > 80


def rules_in(found: str) -> set[str]:
    """Return the ids of the rules in the text of lists of findings."""
    return {line.split(",")[1] for line in found.splitlines() if line.count(",") > 6}


@pytest.mark.timeout(600)
def test_both_find_the_same_in_the_examples_of_the_sea(front, sealea_check, tmp_path):
    front.enrol("ex-sea", "sea", "*")
    sound = [path.rename(path.with_name(path.name.replace("ex_sea", "ex_ex-sea"))) for path in references(tmp_path / "reference")]
    assert front.send("ex-sea", *sound) == {"accepted": len(sound)}
    assert_same(front, sealea_check, "ex-sea", sound, "--reference", tmp_path / "reference", code=0)
    files = list(of_the_sea(tmp_path / "files"))

    front.send("ex-sea", *files)

    assert_same(front, sealea_check, "ex-sea", files, "--reference", tmp_path / "reference")
    found = b"".join(front.answer(file.name, ".findings.csv", "ex-sea") for file in files).decode()
    assert len(rules_in(found)) > 20


@pytest.mark.timeout(600)
@REAL
def test_both_find_the_same_in_nasty_files(of_any_text, sealea_check, tmp_path):
    front = of_any_text
    front.enrol("ex-0101", "lea", "EX-0101")
    files = list(nasty(tmp_path / "files"))
    outcomes = front.send("ex-0101", *files)
    assert_same(front, sealea_check, "ex-0101", files)
    assert len(files) == sum(outcomes.values()) > 50
    assert outcomes["accepted"] > 0.8 * len(files)  # so that records were compared, not headers alone


def directory(state: str, names: dict[str, str]) -> str:
    """Return a directory of the state with these LEAs, name by id."""
    rows = [(state, "SEA", state, ""), *((org_id, "LEA", name, state) for org_id, name in names.items())]
    return as_csv([dict(zip(("org_id", "org_type_code", "org_name", "parent_org_id"), row, strict=True)) for row in rows])


def as_csv(rows: list[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def read(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"))))


def send_reference(front, sender: str, folder: Path, **contents: str) -> None:
    """Write the SEA's reference files by the names of their extracts, and send them."""
    folder.mkdir()
    front.enrol(sender, "sea", "*")
    for extract, content in contents.items():
        (folder / f"{extract}.csv").write_text(content)
        sent = folder.parent / f"{sender.partition('-')[0]}_{sender}_{extract}_2019_ref_20260101T000000.csv"
        sent.write_text(content)
        assert front.send(sender, sent) == {"accepted": 1}


@pytest.mark.timeout(600)
@REAL
def test_both_find_the_same_in_the_ledgers_of_alaska(front, sealea_check, tmp_path):
    names = {row["file"]: row["districts"] for row in read(SHARED / "ak_ledger/answer_control_totals.csv")}
    chart = [
        {"dimension_code": "object", "code": row["Object_Code"], "code_name": row["Sub_Name"]}
        for row in read(SHARED / "ak_ledger/ChartOfAccountsMaster.csv")
    ]
    known = directory("AK", {organisation: names[file] for file, (_, organisation) in LEDGERS.items()})
    send_reference(front, "ak-sea", tmp_path / "reference", org_directory=known, chart_of_accounts=as_csv(chart))
    for name, (sender, organisation) in LEDGERS.items():
        front.enrol(sender, "lea", organisation)
        ledger = tmp_path / name
        ledger.write_bytes((SHARED / "ak_ledger" / name).read_bytes())
        front.send(sender, ledger)
        said = ("--pack", "ak", "--sender", sender, "--organisation", organisation, "--reference", tmp_path / "reference")
        assert_same(front, sealea_check, sender, [ledger], *said, code=None)


@pytest.mark.timeout(600)
@REAL
def test_both_find_the_same_in_the_personnel_report_of_washington(front, sealea_check, tmp_path):
    path = SHARED / "wa_s275/secondary_teachers_2018_2019.csv"
    ids = {f"WA-{number:05d}": name for number, name in enumerate(sorted({row["School District"] for row in read(path)}), start=1)}
    send_reference(front, "wa-sea", tmp_path / "reference", org_directory=directory("WA", ids))
    front.enrol("wa-esd", "lea", *ids)
    report = tmp_path / path.name
    report.write_bytes(path.read_bytes())
    front.send("wa-esd", report)

    organisations = [word for org_id in ids for word in ("--organisation", org_id)]
    assert_same(
        front,
        sealea_check,
        "wa-esd",
        [report],
        "--pack",
        "wa",
        "--sender",
        "wa-esd",
        *organisations,
        "--reference",
        tmp_path / "reference",
        code=None,
    )
