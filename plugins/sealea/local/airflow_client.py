"""Airflow's REST API, as far as the demonstration and the tests need it."""

import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx

from sealea.errors import ServiceError
from sealea.local import airflow
from sealea.local.secrets import AIRFLOW_USER, secret
from sealea.settings import Settings

TIMEOUT_SECONDS = 30
POLL_SECONDS = 0.5
PAGE = 100
FINAL = ("success", "failed")


class AirflowClient:
    """A login to the running Airflow, for one `with` block."""

    def __init__(self, settings: Settings) -> None:
        """Remember where Airflow is; nothing is sent before the block begins."""
        self._settings = settings
        self._http = httpx.Client(base_url=airflow.address(settings), timeout=TIMEOUT_SECONDS, trust_env=False)

    def __enter__(self) -> Self:
        """Log in."""
        login = {"username": AIRFLOW_USER, "password": secret(self._settings, AIRFLOW_USER)}
        token = self._send("POST", "/auth/token", json=login)["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close the connection."""
        self._http.close()

    def trigger(self, dag_id: str, conf: Mapping[str, Any] | None = None) -> str:
        """Start a run and return its id."""
        run = self._send("POST", f"/api/v2/dags/{dag_id}/dagRuns", json={"logical_date": None, "conf": dict(conf or {})})
        return str(run["dag_run_id"])

    def unpause(self, dag_id: str) -> None:
        """Let the DAG's schedule run."""
        self._send("PATCH", f"/api/v2/dags/{dag_id}", json={"is_paused": False})

    def has_dag(self, dag_id: str) -> bool:
        """Return whether Airflow has read the DAG's file."""
        return self._http.get(f"/api/v2/dags/{dag_id}").status_code == httpx.codes.OK

    def run_state(self, dag_id: str, run_id: str) -> str:
        """Return the state of a run: queued, running, success or failed."""
        return str(self._send("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")["state"])

    def wait_for_run(self, dag_id: str, run_id: str, seconds: float) -> str:
        """Return the state in which the run ended. Raises ServiceError naming the unfinished tasks if it takes longer."""
        deadline = time.monotonic() + seconds
        while (state := self.run_state(dag_id, run_id)) not in FINAL:
            if time.monotonic() > deadline:
                unfinished = {str(task["task_id"]) for task in self.task_instances(dag_id, run_id) if task["state"] != "success"}
                raise ServiceError(
                    f"The run {run_id} of {dag_id} is still {state} after {seconds:.0f} s; tasks not done: {', '.join(sorted(unfinished))}. "
                    f"Their logs are at {airflow.address(self._settings)}/dags/{dag_id}/runs/{run_id}."
                )
            time.sleep(POLL_SECONDS)
        return state

    def list_runs(self, dag_id: str) -> list[dict[str, Any]]:
        """Return the DAG's latest runs as the API describes them, the latest first; at most 100."""
        answer = self._send("GET", f"/api/v2/dags/{dag_id}/dagRuns", params={"order_by": "-run_after", "limit": PAGE})
        return list(answer["dag_runs"])

    def run_states(self, dag_id: str) -> dict[str, str]:
        """Return the state of each of the latest runs by run id, the latest first."""
        return {str(run["dag_run_id"]): str(run["state"]) for run in self.list_runs(dag_id)}

    def task_instances(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """Return every task instance of a run as the API describes it."""
        tasks: list[dict[str, Any]] = []
        while True:
            page = {"limit": PAGE, "offset": len(tasks)}
            answer = self._send("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances", params=page)
            tasks.extend(answer["task_instances"])
            if len(tasks) >= answer["total_entries"] or not answer["task_instances"]:
                return tasks

    def _send(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        """Return the answer to a request. Raises ServiceError if Airflow cannot be reached or refuses."""
        try:
            response = self._http.request(method, path, **content)
        except httpx.TransportError as error:
            raise ServiceError(f"Airflow does not answer at {self._http.base_url} ({error}). 'make status' tells what runs.") from error
        if response.is_error:
            raise ServiceError(f"Airflow refused {method} {path}: {response.status_code} {response.text[:500]}")
        return dict(response.json())
