"""What we start we find again and end; what we did not start we never touch."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest

from sealea.errors import ServiceError
from sealea.local import processes, service_record
from sealea.local.process_table import boot_id, live
from sealea.settings import Settings

SLEEP = ["sleep", "600"]
CHILD = "import subprocess; print(subprocess.Popen(['setsid', 'sleep', '600']).pid, 'born', flush=True)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"


@pytest.fixture
def started(settings: Settings) -> Iterator[processes.Record]:
    """Return the record of a service that sleeps."""
    yield processes.start(settings, "sleeper", SLEEP, os.environ)
    processes.stop(settings, "sleeper")


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """Return a process that is none of ours."""
    with subprocess.Popen(SLEEP) as process:
        yield process
        process.kill()


def python(settings: Settings, name: str, code: str) -> processes.Record:
    return processes.start(settings, name, [sys.executable, "-c", code], os.environ)


def wait_for_log(settings: Settings, name: str, word: str) -> str:
    processes.wait_until(settings, name, lambda: word in processes.log_path(settings, name).read_text(), 10)
    return processes.log_path(settings, name).read_text()


def test_a_started_service_runs_in_a_session_of_its_own_until_it_is_stopped(settings, started):
    assert processes.state(settings, "sleeper") == "running"
    assert processes.pid_of(settings, "sleeper") == started.pid
    assert os.getsid(started.pid) == started.pid

    assert processes.stop(settings, "sleeper")
    assert live(started.pid) is None
    assert processes.state(settings, "sleeper") == "stopped"


def test_its_output_is_in_its_log_and_the_log_of_the_run_before_is_kept(settings):
    for word in ("first", "second"):
        processes.start(settings, "speaker", ["sh", "-c", f"echo {word}; exec sleep 600"], os.environ)
        wait_for_log(settings, "speaker", word)
        processes.stop(settings, "speaker")

    assert processes.log_path(settings, "speaker").read_text() == "second\n"
    assert (settings.log_dir / "speaker.previous.log").read_text() == "first\n"


def test_a_killed_service_has_crashed_and_stopping_it_only_forgets_it(settings, started):
    os.kill(started.pid, signal.SIGKILL)
    while live(started.pid):
        time.sleep(0.01)

    assert processes.state(settings, "sleeper") == "crashed"
    assert not processes.stop(settings, "sleeper")
    assert processes.state(settings, "sleeper") == "stopped"


def test_a_process_that_got_the_pid_of_a_dead_service_is_not_taken_for_it_and_survives(settings, stranger):
    record = service_record.Record("sleeper", uuid.uuid4().hex, boot_id(), "", stranger.pid, live(stranger.pid).started - 1)
    service_record.write_record(settings, record)

    assert processes.state(settings, "sleeper") == "crashed"
    assert not processes.stop(settings, "sleeper")
    assert stranger.poll() is None


def test_a_process_with_pid_and_start_time_of_a_service_before_the_last_boot_survives(settings, stranger):
    record = service_record.Record("sleeper", uuid.uuid4().hex, "another-boot", "", stranger.pid, live(stranger.pid).started)
    service_record.write_record(settings, record)

    assert processes.state(settings, "sleeper") == "crashed"
    assert not processes.stop(settings, "sleeper")
    assert stranger.poll() is None


def test_a_start_that_was_interrupted_before_the_pid_was_written_is_still_found(settings, started):
    service_record.write_record(settings, replace(started, pid=0, started=0))

    assert processes.state(settings, "sleeper") == "crashed"
    assert processes.stop(settings, "sleeper")
    assert live(started.pid) is None


def test_children_go_with_their_parent_even_from_another_session(settings):
    python(settings, "parent", f"{CHILD}; import time; time.sleep(600)")
    child = int(wait_for_log(settings, "parent", "born").split()[0])

    processes.stop(settings, "parent")

    assert live(child) is None


def test_children_that_outlive_their_parent_are_ended_too(settings):
    record = python(settings, "parent", CHILD)
    while processes.is_running(settings, "parent"):
        time.sleep(0.01)
    child = int(processes.log_path(settings, "parent").read_text().split()[0])
    assert live(child)

    assert processes.stop(settings, "parent")
    assert live(child) is None
    assert live(record.pid) is None


def test_a_service_that_ignores_the_gentle_signal_is_killed(settings):
    record = python(
        settings, "deaf", "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
    )
    wait_for_log(settings, "deaf", "deaf")

    assert processes.stop(settings, "deaf", patience=0.3)
    assert live(record.pid) is None


def test_a_service_that_dies_while_starting_shows_the_end_of_its_log(settings):
    processes.start(settings, "broken", ["sh", "-c", "echo the disk is full; exit 1"], os.environ)

    with pytest.raises(ServiceError, match=r"broken ended while starting(.|\n)*the disk is full"):
        processes.wait_until(settings, "broken", lambda: False, 10)


def test_a_service_that_is_never_ready_shows_the_end_of_its_log(settings):
    processes.start(settings, "slow", ["sh", "-c", "echo still waiting; sleep 600"], os.environ)
    wait_for_log(settings, "slow", "waiting")

    with pytest.raises(ServiceError, match=r"slow was not ready after 0 s(.|\n)*still waiting"):
        processes.wait_until(settings, "slow", lambda: False, 0.1)
    processes.stop(settings, "slow")


def test_a_program_that_does_not_exist_leaves_no_record(settings):
    with pytest.raises(ServiceError, match="Check that /no/such/program exists"):
        processes.start(settings, "absent", ["/no/such/program"], {})

    assert processes.state(settings, "absent") == "stopped"


def test_a_damaged_record_is_named_and_not_guessed_at(settings):
    path = service_record.record_path(settings, "sleeper")
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"pid": 1}))

    with pytest.raises(ServiceError, match=f"{path} is not a record"):
        processes.stop(settings, "sleeper")


def test_our_processes_keep_bytecode_and_get_our_settings_only(settings, monkeypatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("PGHOST", "elsewhere")
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "CeleryExecutor")

    environment = processes.python_environment(settings)

    assert not {"PYTHONDONTWRITEBYTECODE", "PGHOST", "AIRFLOW__CORE__EXECUTOR"} & environment.keys()
    assert environment["SEALEA_STATE_DIR"] == str(settings.state_dir)
    assert "127.0.0.1" in environment["NO_PROXY"].split(",")
