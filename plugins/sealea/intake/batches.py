"""Batches: the uploads of one run, divided among tasks that may run at the same time."""

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

Item = TypeVar("Item")


def divide(items: Iterable[Item], size: int, same: Callable[[Item], Hashable]) -> list[list[Item]]:
    """Return the items in order, in batches of at most `size`; items that are the `same` never lie in two batches.

    Two files for one window must be received in the order in which they came, and batches run side by side: what belongs
    to a file of an earlier, full batch is left out, for the next run.
    """
    batches: list[list[Item]] = [[]]
    home: dict[Hashable, int] = {}
    for item in items:
        if len(batches[-1]) == size:
            batches.append([])
        if home.setdefault(same(item), len(batches)) == len(batches):
            batches[-1].append(item)
    return [batch for batch in batches if batch]
