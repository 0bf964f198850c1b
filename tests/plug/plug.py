"""The plug: decides by its seed at which moments of which steps it is pulled, and keeps count."""

import random
import subprocess
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from plug import child, power
from plug.whole import Round
from sealea.settings import Settings

Kind = Literal["process", "postgres"]
UPLOAD = "upload"
REPEATED = "check_and_load"
# How often each step is chosen; those that take long and change much more often.
WEIGHTS: Mapping[str, int] = {
    UPLOAD: 2,
    "find_ready_files": 1,
    REPEATED: 6,
    "recheck_waiting": 1,
    "reread_under_changed_rules": 1,
    "answer_senders": 2,
    "announce_new_rows": 1,
    "pin_inputs": 1,
    "reconcile": 3,
    "build_cells": 3,
    "build_marts": 2,
    "audit_candidate": 2,
    "publish_release": 3,
}
BUILDS = frozenset({"build_cells", "build_marts"})
PROCESS_KILLS = (child.kill_alone, child.kill_group, child.kill_child)


@dataclass
class Tally:
    """What has happened so far: hits by kind and step, what was killed, what a recovery had to deal with."""

    hits: Counter[tuple[Kind, str]] = field(default_factory=Counter)
    killed: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    rounds: list[Round] = field(default_factory=list)
    missed: int = 0
    given_up: int = 0

    def count(self, kind: Kind) -> int:
        return sum(count for (hit, _), count in self.hits.items() if hit == kind)


@dataclass
class Plug:
    """Where the plug is still to be pulled in one journey; in the steps `spared` it never is."""

    chance: random.Random
    seconds: Mapping[str, float]
    server: Settings
    tally: Tally
    spared: frozenset[str] = frozenset()
    planned: Counter[tuple[Kind, str]] = field(default_factory=Counter)

    @property
    def steps(self) -> list[str]:
        """Return the steps in which the plug may be pulled, in order."""
        return [step for step in WEIGHTS if step not in self.spared]

    def plan(self, kind: Kind, count: int) -> None:
        """Choose the steps of so many pulls."""
        steps = [step for step in self.steps if kind == "process" or step != UPLOAD]
        self.planned.update((kind, step) for step in self.chance.choices(steps, [WEIGHTS[step] for step in steps], k=count))

    def next(self, step: str) -> Kind | None:
        """Return what is to be killed in this attempt at a step; None if it shall go through."""
        if step == REPEATED and self.chance.random() < 0.4:
            return None
        kinds: list[Kind] = [kind for kind in ("process", "postgres") if self.planned[kind, step] > 0]
        return self.chance.choice(kinds) if kinds else None

    def moment(self, step: str) -> float:
        """Return after how many seconds of the step the plug is pulled: any moment is as likely as any other."""
        return self.chance.uniform(0, self.seconds.get(step, 1.0))

    def pull(self, kind: Kind, process: subprocess.Popen[bytes]) -> str:
        """Kill and return what."""
        return power.kill(self.server, self.chance) if kind == "postgres" else self.chance.choice(PROCESS_KILLS)(process)

    def note(self, kind: Kind, step: str, hit: str) -> None:
        """Write down one attempt; only a hit counts. What came too late is tried at a later step."""
        self.planned[kind, step] -= 1
        if hit:
            self.tally.hits[kind, step] += 1
            self.tally.killed[hit] += 1
        else:
            self.tally.missed += 1
            if later := self.steps[self.steps.index(step) + 1 :]:
                self.planned[kind, self.chance.choice(later)] += 1
