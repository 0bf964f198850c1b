"""One journey of the sample state's files, from the senders to the published marts, while the plug is pulled."""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from plug import account, child, power, upload
from plug.bench import Bench, Scene
from plug.fault import Fault
from plug.fingerprint import Fingerprint, fingerprint, published
from plug.plug import UPLOAD, Kind, Plug
from plug.traces import traces

GIVE_UP = 0.2  # how often a run whose task was killed is not continued but another one started
LOGGER = logging.getLogger(__name__)


class GivenUp(Exception):
    """The run is not continued; another one begins with the first task."""


@dataclass
class Journey:
    """One journey under way. `releases` are what readers have seen so far, `allowed` what they may see now."""

    scene: Scene
    plug: Plug
    log: Path
    releases: list[list[str]]
    allowed: list[list[str]]
    sent: Counter[tuple[str, str]] = field(default_factory=Counter)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    groups: list[int] = field(default_factory=list)


def travel(bench: Bench, scene: Scene, plug: Plug, known: list[list[str]], *, publish_each: bool) -> tuple[Fingerprint, Journey]:
    """Return what came of all stages, and the journey. Raises Fault as soon as something is not as it must be.

    `known` are the releases of the journey without a pulled plug; none while that one is made.
    """
    nothing = published(scene.bi)
    journey = Journey(scene, plug, scene.settings.state_dir.with_suffix(".log"), [nothing], [nothing, *known[1:2]])
    for number, stage in enumerate(bench.stages):
        upload_stage(journey, stage)
        repeat(lambda: receive(journey), plug)
        if publish_each or number == len(bench.stages) - 1:
            repeat(lambda: publish(journey), plug)
            journey.releases.append(published(scene.bi))
            journey.allowed = [journey.releases[-1], *known[len(journey.releases) :][:1]]
    if lasting := [group for group in journey.groups if not child.ends(group)]:
        raise Fault(f"processes of killed tasks do not end: groups {lasting}")
    return fingerprint(scene.settings, scene.bi), journey


def upload_stage(journey: Journey, stage: upload.Stage) -> None:
    """Upload the files of a stage as their senders do, once more what did not arrive because the server was killed."""
    settings, plug = journey.scene.settings, journey.plug
    journey.sent.update((sender_id, file.name) for sender_id, files in stage.items() for file in files)
    while left := upload.missing(settings, stage):
        is_pulled = plug.planned["process", UPLOAD] > 0
        seconds, hit = upload.upload(settings, left, plug.moment(UPLOAD) if is_pulled else None)
        if is_pulled:
            plug.note("process", UPLOAD, hit)
        if hit:
            plug.tally.found[f"{UPLOAD}: {traces(settings)}"] += 1
        else:
            journey.seconds.setdefault(UPLOAD, []).append(seconds)
    if unfinished := list(settings.sftp_dir.glob("*/inbox/*.part")):
        raise Fault(f"unfinished uploads stay although their files were sent again: {unfinished}")


def repeat(run: Callable[[], bool], plug: Plug) -> None:
    """Start runs until one finds nothing left to do."""
    is_at_work = True
    while is_at_work:
        try:
            is_at_work = run()
        except GivenUp:
            plug.tally.given_up += 1


def receive(journey: Journey) -> bool:
    """Do what a run of the receive DAG does; return whether there was anything to receive."""
    batches = step(journey, "find_ready_files", None)
    for batch in batches:
        step(journey, "check_and_load", batch)
    step(journey, "recheck_waiting", None)
    step(journey, "reread_under_changed_rules", None)
    step(journey, "answer_senders", None)
    return bool(batches)


def publish(journey: Journey) -> bool:
    """Announce new rows and do what a run of the publish DAG does; return whether there was anything to publish."""
    announced = step(journey, "announce_new_rows", None)
    pin_id = step(journey, "pin_inputs", None)
    if pin_id is not None:
        pin_id = step(journey, "reconcile", pin_id)
    if pin_id is not None:
        step(journey, "build_cells", pin_id)
        step(journey, "build_marts", pin_id)
        step(journey, "publish_release", step(journey, "audit_candidate", pin_id))
    return bool(announced) or pin_id is not None


def step(journey: Journey, name: str, argument: Any) -> Any:
    """Return the answer of a step that is tried again after every pull, as Airflow does. Raises GivenUp at times instead."""
    while True:
        kind = journey.plug.next(name)
        ending = attempt(journey, name, argument, kind)
        if kind:
            journey.plug.note(kind, name, ending.hit)
        if kind and ending.hit:
            LOGGER.info("%s: killed %s after %.1f s; %s", name, ending.hit, ending.seconds, ending.status)
            journey.groups.append(ending.group)
            recover(journey, kind, name)
        if ending.status == "done":
            if not ending.hit:
                journey.seconds.setdefault(name, []).append(ending.seconds)
            return ending.answer
        if not ending.hit:
            raise Fault(f"{name} failed without being killed:\n{ending.log[-3000:]}")
        if journey.plug.chance.random() < GIVE_UP:
            raise GivenUp


def attempt(journey: Journey, name: str, argument: Any, kind: Kind | None) -> child.Ending:
    """Return how one attempt ended."""
    settings, plug = journey.scene.settings, journey.plug
    if kind is None:
        return child.run(settings, name, argument, journey.log)
    return child.run(settings, name, argument, journey.log, after=plug.moment(name), pull=lambda process: plug.pull(kind, process))


def recover(journey: Journey, kind: Kind, name: str) -> None:
    """Bring back what was killed and look whether everything is as it must be at any moment. Raises Fault if not."""
    if kind == "postgres":
        power.restore(journey.scene.server)
    settings = journey.scene.settings
    journey.plug.tally.found[f"{name}: {traces(settings)}"] += 1
    problems = account.lost_lines(settings) + account.lost_files(settings, journey.sent) + account.answers_without_a_delivery(settings)
    if len(journey.allowed) > 1:
        problems += account.mixture(journey.scene.bi, journey.allowed)
    if problems:
        raise Fault("\n".join([f"After {kind} was killed in {name}:", *problems]))
