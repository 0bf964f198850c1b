"""The Airflow UI as a data engineer meets it, in a real browser; pictures are kept in artifacts/ui."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from sealea.local import secrets
from sealea.settings import PROJECT

PICTURES = PROJECT / "artifacts/ui"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CHROMIUM = PROJECT / ".tools/chromium"


expect.set_options(timeout=30_000)  # a loaded machine draws a page later than after Playwright's 5 s


def executable() -> str:
    path = CHROMIUM.read_text().strip() if CHROMIUM.is_file() else ""
    if not path and not os.environ.get("CI"):
        pytest.skip("THE UI TESTS DID NOT RUN: there is no Chromium; tests/browser/install.sh says what to install")
    assert path, "no Chromium: tests/browser/install.sh says what to install"
    return path


@pytest.fixture(scope="module")
def page(platform, tmp_path_factory):
    """Return a page of a new browser that is logged in."""
    base = f"http://127.0.0.1:{platform.settings.airflow_port}"
    with sync_playwright() as playwright:
        profile = tmp_path_factory.mktemp("profile")
        browser = playwright.chromium.launch_persistent_context(
            profile, executable_path=executable(), args=FLAGS, base_url=base, viewport={"width": 1500, "height": 950}
        )
        page = browser.new_page()
        page.goto("/")
        page.locator("input[name=username]").fill("admin")
        page.locator("input[name=password]").fill(secrets.secret(platform.settings, "admin"))
        page.locator("button[type=submit]").click()
        page.wait_for_url(lambda url: "login" not in url)
        page.wait_for_load_state("networkidle")
        yield page
        browser.close()


def picture(page: Page, name: str) -> Path:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.wait_for_timeout(1500)  # the graph glides into place
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path)
    return path


def test_both_dags_are_listed_by_their_names(page):
    page.goto("/dags")

    expect(page.get_by_text("Receive LEA files").first).to_be_visible()
    expect(page.get_by_text("Publish the marts").first).to_be_visible()
    picture(page, "dags")


def published_run(airflow) -> str:
    """Return the latest run of the publish DAG that published a release."""
    for run, state in airflow.run_states("publish").items():
        if state == "success" and {task["state"] for task in airflow.task_instances("publish", run)} == {"success"}:
            return run
    raise AssertionError("no run of the publish DAG published a release")


def test_a_published_run_shows_its_steps_in_green(page, airflow):
    run_id = published_run(airflow)
    page.goto(f"/dags/publish/runs/{run_id}")

    for task in ("pin_inputs", "reconcile", "build_cells", "build_marts", "audit_candidate", "publish_release"):
        expect(page.get_by_text(task).first).to_be_visible()
    picture(page, "publish-run")


@pytest.mark.parametrize(("dag_id", "last_task"), [("receive", "announce_new_rows"), ("publish", "publish_release")])
def test_the_graph_of_a_dag_is_drawn(page, dag_id, last_task):
    page.goto(f"/dags/{dag_id}")
    page.get_by_role("button", name="Show Graph").click()

    expect(page.locator(".react-flow__node").filter(has_text=last_task)).to_be_visible()
    picture(page, f"{dag_id}-graph")


def test_each_batch_is_named_after_its_sender(page, airflow, platform):
    with platform.pipeline() as pipeline:
        delivered = {sender for (sender,) in pipeline.execute("select distinct sender_id from ops.delivery")}
    runs = [run for run, state in airflow.run_states("receive").items() if state == "success"]
    names = {str(task["rendered_map_index"]) for run in runs for task in airflow.task_instances("receive", run) if task["map_index"] >= 0}

    assert names
    assert {name.split()[0] for name in names} <= delivered


def test_the_documentation_says_what_to_do_when_a_dag_is_red(page):
    page.goto("/dags/publish")
    page.get_by_role("button", name="Dag Docs").click()

    expect(page.get_by_text("the release is held").first).to_be_visible()
    picture(page, "publish-docs")


def test_the_assets_lead_from_received_files_to_the_published_marts(page):
    page.goto("/assets")
    page.get_by_text("Published marts").first.click()

    for name in ("Receive LEA files", "Accepted rows", "Publish the marts", "Published marts"):
        expect(page.locator(".react-flow__node").filter(has_text=name).first).to_be_visible()
    picture(page, "assets")
