"""Uploads over SFTP as senders make them, with the server killed meanwhile."""

import asyncio
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import asyncssh

from plug.fingerprint import sha256
from sealea.demo import drop
from sealea.local import senders, sftp
from sealea.local.process_table import live
from sealea.local.service_record import read_record
from sealea.settings import Settings

Stage = dict[str, list[Path]]  # the files of each sender


def missing(settings: Settings, stage: Stage) -> Stage:
    """Return the files that are not whole in their inbox."""
    left = {}
    for sender_id, files in stage.items():
        inbox = settings.sftp_dir / sender_id / "inbox"
        absent = [file for file in files if not (inbox / file.name).is_file() or sha256(inbox / file.name) != sha256(file)]
        left |= {sender_id: absent} if absent else {}
    return left


def upload(settings: Settings, stage: Stage, kill_after: float | None) -> tuple[float, str]:
    """Upload the files, sender after sender; return the seconds it took and what was killed meanwhile, "" if nothing."""
    began, hit = time.monotonic(), ""
    with ThreadPoolExecutor(1) as uploads:
        under_way = uploads.submit(upload_all, settings, stage)
        if kill_after is not None and wait([under_way], timeout=kill_after).not_done:
            hit = kill_server(settings)
        try:
            under_way.result()
        except (OSError, asyncssh.Error):
            if not hit:
                raise
    seconds = time.monotonic() - began
    if hit:
        sftp.start(settings)
        sftp.wait(settings)
    return seconds, hit


def upload_all(settings: Settings, stage: Stage) -> None:
    """Upload the files, sender after sender."""
    for sender_id, files in stage.items():
        key = senders.add_sender(settings, sender_id)
        login = drop.Account(settings.host, settings.sftp_port, sender_id, key, senders.known_hosts_line(settings))
        asyncio.run(drop.drop_files(login, files))


def kill_server(settings: Settings) -> str:
    """Kill the SFTP server and return what that is called."""
    record = read_record(settings, sftp.NAME)
    assert record, "the SFTP server was not started"
    assert live(record.pid, record.started), "the SFTP server does not run"
    os.kill(record.pid, signal.SIGKILL)
    while live(record.pid, record.started):  # until then it seems to run, and would not be started again
        time.sleep(0.01)
    return "SFTP server"
