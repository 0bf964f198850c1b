"""The catalogue holds every rule of the file specification once, ids stay what they are, and the page finds rules without a network."""

import os
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from sealea import catalogue
from sealea.catalogue import LEDGER, Entry
from sealea.contract import load_contracts, load_file_rules
from sealea.errors import ContractError
from sealea.settings import PROJECT

SPECIFICATION = {f"{domain}-{number:03d}" for domain, last in (("FIN", 18), ("PER", 18), ("ASM", 17)) for number in range(1, last + 1)}
# What only several files can tell is not for a contract to say, and what only the sums of all can tell is for the gate.
OF_SEVERAL_FILES = {
    *(f"FIN-{number:03d}" for number in (6, 11, 12, 14, 16)),
    *(f"PER-{number:03d}" for number in (1, 2, 7, 11, 12, 15, 16, 17)),
    *(f"ASM-{number:03d}" for number in (2, 3, 11, 12, 13, 14, 15, 16)),
}
OF_ALL_FILES = {"ASM-017"}
TODAY = date(2026, 11, 26)


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return catalogue.catalogue(PROJECT, load_contracts(PROJECT), load_file_rules(PROJECT))


def ids(entries: list[Entry], level: int) -> set[str]:
    return {held for entry in entries if entry.level == level for held in (entry.rule_id, *entry.covers)} & SPECIFICATION


def test_every_rule_of_the_specification_is_held_on_the_one_level_that_can_tell(entries) -> None:
    assert ids(entries, 1) == SPECIFICATION - OF_SEVERAL_FILES - OF_ALL_FILES
    assert ids(entries, 2) == OF_SEVERAL_FILES
    assert ids(entries, 3) == OF_ALL_FILES


def test_a_rule_says_what_is_wrong_what_to_do_and_from_where_it_comes(entries) -> None:
    unsaid = [entry.rule_id for entry in entries if not entry.message.endswith((".", "?")) or not entry.fix.rstrip().endswith(".")]
    without_source = [entry.rule_id for entry in entries if not entry.source]

    assert (unsaid, without_source) == ([], [])


def test_a_rule_is_told_once_in_a_place(entries) -> None:
    places = [(entry.rule_id, entry.subject) for entry in entries]

    assert len(places) == len(set(places))


def test_one_id_on_two_levels_is_refused(tmp_path) -> None:
    (tmp_path / "expectations/reconcile").mkdir(parents=True)
    rule = "{id: REC-001, extract: staff, reads: [staff], severity: W, message: It is wrong., fix: Correct it., source: test, query: select 1}"
    (tmp_path / "expectations/reconcile/personnel.yml").write_text(f"suite: personnel\ndescription: test\nrules: [{rule}]\n")

    with pytest.raises(ContractError, match="REC-001 is of level 2 and of level 1"):
        catalogue.catalogue(tmp_path, {}, load_file_rules(PROJECT))


def with_ledger(folder: Path, *lines: str) -> Path:
    (folder / "expectations").mkdir()
    (folder / LEDGER).write_text("\n".join([",".join(catalogue.LEDGER_HEADER), *lines]) + "\n")
    return folder


def lines(text: str) -> list[str]:
    return text.splitlines()[1:]


RULE = Entry("FIN-901", 1, "row", "grant", "F2", None, "It is wrong.", "Correct it.", "test")


def test_a_new_rule_gets_its_line_and_one_that_goes_keeps_it(tmp_path) -> None:
    project = with_ledger(tmp_path, "FIN-900,1,2020-01-01,,It was wrong.")

    assert lines(catalogue.ledger(project, [RULE], TODAY)) == ["FIN-900,1,2020-01-01,2026-11-26,It was wrong.", "FIN-901,1,2026-11-26,,It is wrong."]


def test_an_id_that_was_retired_never_comes_back(tmp_path) -> None:
    project = with_ledger(tmp_path, "FIN-901,1,2020-01-01,2024-07-01,It was wrong.")

    with pytest.raises(ContractError, match=r"FIN-901 was retired on 2024-07-01 .*take a new one"):
        catalogue.ledger(project, [RULE], TODAY)


def test_the_ledger_as_it_was_written_stays_so_on_another_day(tmp_path) -> None:
    project = with_ledger(tmp_path, "FIN-900,1,2020-01-01,2024-07-01,It was wrong.", "FIN-901,1,2021-01-01,,It is wrong.")

    assert catalogue.ledger(project, [RULE, replace(RULE, subject="staff")], TODAY) == (project / LEDGER).read_text()


@pytest.fixture(scope="module")
def page():
    """Return the committed page in a browser that has no network."""
    path = PROJECT / ".tools/chromium"
    executable = path.read_text().strip() if path.is_file() else ""
    if not executable and not os.environ.get("CI"):
        pytest.skip("THE PAGE WAS NOT LOOKED AT: there is no Chromium; tests/browser/install.sh says what to install")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu", "--no-first-run"])
        context = browser.new_context(offline=True)
        page = context.new_page()
        faults: list[str] = []
        page.on("console", lambda message: faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto((PROJECT / "docs/rules.html").as_uri())
        yield page
        assert faults == []
        browser.close()


def test_the_page_shows_every_rule_and_finds_them_by_text_extract_level_and_severity(page, entries) -> None:
    expect(page.locator("#count")).to_have_text(str(len(entries)))

    page.get_by_role("searchbox", name="Text").fill("ledger NEVER-SENT")
    expect(page.locator("#count")).to_have_text("0")
    page.get_by_role("searchbox", name="Text").fill("transfers funds")
    page.get_by_role("combobox", name="Extract or table").select_option("finance_ledger")
    page.get_by_role("combobox", name="Severity").select_option("F1")
    expect(page.locator("article:visible h2")).to_have_text([re.compile("^FIN-007: ")])
    page.get_by_role("combobox", name="Level").select_option("2")
    expect(page.locator("#count")).to_have_text("0")


def test_the_page_shows_what_passes_and_what_fails(page) -> None:
    page.reload()
    rule = page.locator("article", has=page.locator("#MAT-020-material_adoption"))
    rule.locator("summary").click()

    expect(rule.locator("caption")).to_have_text(["Passes", "Fails"])
    expect(rule.locator("td.marked")).to_have_text(["ELA-300", "piloting", "ELA-300"])
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_page_shows_of_several_files_the_lines_and_files_that_are_found(page) -> None:
    rule = page.locator("article", has=page.locator("#FIN-012-finance_payroll"))
    rule.locator("summary").click()

    captions = ["Passes, finance_ledger", "Passes, finance_payroll", "Fails, finance_ledger"]
    expect(rule.locator("caption")).to_have_text([*captions, "Fails, finance_payroll; the file of EX-0101, 2026 is found as a whole"])
    expect(rule.locator("tr", has=page.locator("td.marked"))).to_have_text(["EX-0101, 2026, line 2: foundAUD111baseEX-0101-00197.99"])
    without = page.locator("article[data-level='2']", has_not=page.locator("caption", has_text="Passes"))
    expect(without).to_have_count(0)


def test_the_page_says_what_the_gate_looks_at_and_asks(page) -> None:
    rule = page.locator("article", has=page.locator("#GATE-002-fct_assessment_cell"))

    expect(rule).to_contain_text("Looks at restricted.fct_assessment_cell: Counts of students")
    rule.locator("summary").click()
    expect(rule.locator("pre")).to_have_text(
        "select 1 from restricted.fct_assessment_cell"
        " group by org_id, school_year, subject_code, grade_code, subgroup_dimension_code, subgroup_code having count(*) > 1"
    )
    expect(page.locator("article[data-level='3']", has_not=page.locator("pre"))).to_have_count(0)
