"""Take what LEAs and the SEA have dropped, check it, load it, answer the senders."""

from datetime import datetime, timedelta

from airflow.sdk import dag, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from assets import INBOXES, RAW
from sealea.settings import load_settings
from triage import triage


@dag(
    dag_id="receive",
    dag_display_name="Receive LEA files",
    description="Inboxes -> landing -> checks -> raw rows -> receipts",
    schedule=load_settings().receive_schedule,
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    tags=["intake", "sftp"],
    doc_md=triage("receive"),
    default_args={"owner": "SEA data engineering", "retries": 2, "retry_delay": timedelta(seconds=10)},
)
def receive() -> None:
    """Wire the steps from the inboxes to raw rows and receipts."""

    @task(inlets=[INBOXES], doc_md="Lists the uploads that have stopped changing, as batches; the SEA's reference files first.")
    def find_ready_files() -> list[dict[str, object]]:
        from sealea.intake import receiving

        return receiving.ready_batches(load_settings())

    @task(map_index_template="{{ batch_label }}", doc_md="Lands, reads, checks and loads one batch; a bad file does not stop the others.")
    def check_and_load(batch: dict[str, object]) -> dict[str, int]:
        from sealea.intake import receiving

        get_current_context()["batch_label"] = batch["label"]
        return receiving.receive_batch(load_settings(), batch)

    @task(trigger_rule="all_done", doc_md="Reads again what waited for reference data of the SEA that are here now.")
    def recheck_waiting() -> dict[str, int]:
        from sealea.intake import receiving

        return receiving.recheck_waiting(load_settings())

    @task(trigger_rule="all_done", doc_md="Reads what is landed of open windows again where a rule, contract, pack or the SEA's data have changed.")
    def reread_under_changed_rules() -> dict[str, int]:
        from sealea.intake import rereading

        return rereading.reread_some(load_settings())

    @task(trigger_rule="all_done", doc_md="Writes receipts and reports into the senders' outboxes.")
    def answer_senders() -> int:
        from sealea.intake import outbox

        return outbox.deliver(load_settings())

    @task(outlets=[RAW], trigger_rule="all_done", doc_md="Tells the publish DAG that there are new rows; skipped when there are none.")
    def announce_new_rows() -> int:
        from sealea.intake import outbox

        events = outbox.pending_asset_events(load_settings())
        if not events:
            raise AirflowSkipException("No new rows since the last release was pinned.")
        get_current_context()["outlet_events"][RAW].extra = {"loads": [event["load_id"] for event in events][:200]}
        return len(events)

    loaded = check_and_load.expand(batch=find_ready_files())
    loaded >> recheck_waiting() >> reread_under_changed_rules() >> [answer_senders(), announce_new_rows()]


receive()
