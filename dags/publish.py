"""Turn the accepted rows into indicators, ask whether we would sign them, and publish one release."""

from datetime import datetime, timedelta

from airflow.sdk import AssetOrTimeSchedule, CronTriggerTimetable, dag, task
from airflow.sdk.exceptions import AirflowFailException

from assets import CANDIDATE, PUBLISHED, RAW
from sealea.errors import ReleaseHeld
from sealea.settings import load_settings
from triage import triage


@dag(
    dag_id="publish",
    dag_display_name="Publish the marts",
    description="Pinned raw rows -> rules of several files -> cells -> candidate marts -> release gate -> published marts",
    # Every morning too: rows whose run failed for good, or a changed model, wait for no further delivery.
    schedule=AssetOrTimeSchedule(timetable=CronTriggerTimetable("0 5 * * *", timezone="UTC"), assets=[RAW]),
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    tags=["publishing", "dbt", "great-expectations"],
    doc_md=triage("publish"),
    default_args={"owner": "SEA data engineering", "retries": 2, "retry_delay": timedelta(seconds=10)},
)
def publish() -> None:
    """Wire the steps from accepted rows to the published marts."""

    @task.short_circuit(inlets=[RAW], doc_md="Fixes which loads this release reads; stops here when nothing changed since the last one.")
    def pin_inputs() -> int | None:
        from sealea.release import pin

        return pin.pin_inputs(load_settings())

    @task.short_circuit(doc_md="Holds the pinned files against one another (level 2); sets rows aside, returns files, tells their senders.")
    def reconcile(pin_id: int) -> int | None:
        from sealea.intake import reconciled
        from sealea.release import reconciling

        reconciled_pin_id = reconciling.reconcile(load_settings(), pin_id)
        reconciled.answer(load_settings())
        return reconciled_pin_id

    @task(doc_md="dbt: staging, intermediate and cells.")
    def build_cells(pin_id: int) -> dict[str, object]:
        from sealea.release import transform

        return transform.build(load_settings(), pin_id, "cells")

    @task(outlets=[CANDIDATE], doc_md="dbt: indicators and the candidate marts.")
    def build_marts(pin_id: int) -> dict[str, object]:
        from sealea.release import transform

        return transform.build(load_settings(), pin_id, "marts")

    @task(doc_md="Great Expectations: would we sign these numbers? A critical failure holds the release.")
    def audit_candidate(pin_id: int) -> int:
        from sealea.release import gate

        try:
            return gate.audit(load_settings(), pin_id)
        except ReleaseHeld as held:
            raise AirflowFailException(str(held)) from held  # a retry would see the same numbers

    @task(outlets=[PUBLISHED], doc_md="Attaches the partitions and moves every pointer in one transaction.")
    def publish_release(release_id: int) -> dict[str, object]:
        from sealea.release import publishing

        return publishing.publish(load_settings(), release_id)

    pin_id = reconcile(pin_inputs())
    marts = build_marts(pin_id)
    release_id = audit_candidate(pin_id)
    build_cells(pin_id) >> marts >> release_id
    publish_release(release_id)


publish()
