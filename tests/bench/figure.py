"""A figure: one thing that was measured, with every value it was seen to have."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

RATIO = "x"


@dataclass(frozen=True)
class Figure:
    """One measured thing. A ratio (unit `x`) is ours over theirs, so less is better; `rows` is what the cost is held against.

    `at` names the point, such as "36 LEAs", of a cost that is measured at several. `limit` is the most it may be, None if nobody has set
    one; `note` says what a reader must know to read it right.
    """

    stage: str
    name: str
    unit: str
    values: tuple[float, ...]
    limit: float | None = None
    rows: int | None = None
    note: str = ""
    at: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """Return what names the same thing in another run."""
        return self.stage, self.name, self.at

    @property
    def median(self) -> float:
        """Return the middle value."""
        return median(self.values)

    @property
    def is_within(self) -> bool | None:
        """Return whether the limit holds; None if there is none."""
        return None if self.limit is None else self.median <= self.limit


def written(figure: Figure) -> dict[str, Any]:
    """Return a figure as it stands in docs/benchmarks.json."""
    summary = {"median": figure.median, "min": min(figure.values), "max": max(figure.values), "runs": len(figure.values)}
    plain = {"stage": figure.stage, "name": figure.name, "unit": figure.unit, "rows": figure.rows, "limit": figure.limit}
    plain |= {"note": figure.note, "at": figure.at}
    return plain | {key: rounded(value) for key, value in summary.items()} | {"values": [rounded(value) for value in figure.values]}


def read(entry: Mapping[str, Any]) -> Figure:
    """Return the figure that an entry of docs/benchmarks.json describes."""
    return Figure(entry["stage"], entry["name"], entry["unit"], tuple(entry["values"]), entry["limit"], entry["rows"], entry["note"], entry["at"])


def rounded(value: float) -> float:
    """Return a value with four significant digits: more would be noise."""
    return float(f"{value:.4g}") if abs(value) < 10_000 else float(round(value))


def ratio(stage: str, name: str, ours: Iterable[float], theirs: Iterable[float], limit: float | None = None, **more: Any) -> Figure:
    """Return the figure of our seconds over theirs, pair by pair."""
    return Figure(stage, name, RATIO, tuple(own / other for own, other in zip(ours, theirs, strict=True)), limit, **more)
