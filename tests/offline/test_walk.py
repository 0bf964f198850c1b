"""The way of a new clerk: the guide's template, the check at home, the drop over SFTP, the report in a browser."""

import asyncio
import csv
import json
import os
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from sealea import examples
from sealea.demo import drop
from sealea.local import secrets, sftp
from sealea.local import senders as accounts
from sealea.settings import PROJECT

NAME = "ex_ex-0101_staff_assignment_2026_close_20261005T080000.csv"
CHROMIUM = PROJECT / ".tools/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
def clerk(front, tmp_path) -> Iterator[tuple[object, drop.Account]]:
    """Return the platform with an SFTP server and the SEA's lists, and the login of Riverside's clerk."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    front = replace(front, settings=front.settings.model_copy(update={"sftp_port": port}))
    front.enrol("ex-sea", "sea", "*")
    (tmp_path / "reference").mkdir()
    for extract in ("org_directory", "course_code"):
        path = tmp_path / f"reference/ex_ex-sea_{extract}_2026_ref_20261001T080000.csv"
        path.write_text(examples.records(PROJECT, extract).text)
        assert front.send("ex-sea", path) == {"accepted": 1}
    secrets.ensure_secrets(front.settings)
    try:
        sftp.start(front.settings)
        sftp.wait(front.settings)
        front.enrol("ex-0101", "lea", "EX-0101")
        key = accounts.add_sender(front.settings, "ex-0101")
        yield front, drop.Account(front.settings.host, port, "ex-0101", key, accounts.known_hosts_line(front.settings))
    finally:
        sftp.stop(front.settings)


@pytest.fixture(scope="module")
def chromium() -> str:
    """Return the path of a browser; without one nobody looks at the report, which continuous integration forbids."""
    path = CHROMIUM.read_text().strip() if CHROMIUM.is_file() else ""
    if not path and not os.environ.get("CI"):
        pytest.skip("THE REPORT WAS NOT LOOKED AT: there is no Chromium; tests/browser/install.sh says what to install")
    return path


def look(chromium: str, report: Path) -> tuple[str, str, int, list[str], bytes]:
    """Return what a phone shows of the report: heading, cells, width, everything it loads or complains of, and the print."""
    said: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 360, "height": 740})
        page.on("request", lambda request: said.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.goto(report.as_uri())
        heading, cells = page.locator("h1").inner_text(), " ".join(page.locator("code").all_inner_texts())
        width, printed = page.evaluate("document.documentElement.scrollWidth"), page.pdf(format="Letter")
        browser.close()
    return heading, cells, width, said, printed


def filled_template(path: Path) -> None:
    """Write the example's records into the guide's blank template, one of them with a mistake and one with a space too many."""
    header = (PROJECT / "docs/guide/templates/staff_assignment.csv").read_text().strip().split(",")
    rows = examples.records(PROJECT, "staff_assignment").rows
    rows += [rows[0] | {"staff_state_id": f"P{number}"} for number in range(30)]
    rows[3]["fte"], rows[4]["job_class_code"] = "half time", f" {rows[4]['job_class_code']}"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, header, restval="")
        writer.writeheader()
        writer.writerows(rows)


async def fetched(account: drop.Account, name: str, place: Path) -> Path:
    async with drop.connection(account) as connected, connected.start_sftp_client() as client:
        await client.get(f"/outbox/{name}", place / name)
    return place / name


@pytest.mark.timeout(300)
def test_from_the_template_to_the_report(clerk, sealea_check, chromium, tmp_path):
    front, account = clerk
    (tmp_path / "exports").mkdir()
    file = tmp_path / "exports" / NAME
    filled_template(file)

    code, said, _ = sealea_check(file, "--repair", "--write", tmp_path, "--reference", tmp_path / "reference")
    assert code == 1
    assert "line 6, job_class_code:" in said
    assert "Cell: half time" in said
    assert drop.drop({account: [tmp_path / NAME]}) == 1
    assert front.send("ex-0101") == {"accepted": 1}

    names = drop.answers(account)
    assert [name.rpartition(".")[0].rpartition(".")[2] for name in names] == ["findings", "receipt", "report", "report"]
    report, data = (
        asyncio.run(fetched(account, next(name for name in names if name.endswith(ending)), tmp_path)) for ending in (".report.html", ".report.json")
    )
    told = json.loads(data.read_text())
    own = json.loads(sealea_check(tmp_path / NAME, "--reference", tmp_path / "reference", "--format", "json")[1])[0]
    assert told["causes"] == own["causes"]
    assert own["headline"] == "Would be accepted: 36 of 37 records would be loaded, 1 must be corrected."

    heading, cells, width, loaded, printed = look(chromium, report)
    assert heading == "Accepted: 36 of 37 records are loaded, 1 must be corrected."
    assert "half time" in cells
    assert width <= 360
    assert loaded == [report.as_uri()]
    assert printed.startswith(b"%PDF")
