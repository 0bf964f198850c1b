"""The record: what a form gives, one after the other, the header first."""

from typing import NamedTuple


class Record(NamedTuple):
    """One record of the file; `values` is None when it cannot be told apart, `is_open` when not even its end can be.

    `mangled` says for places from 0 what stands there instead of the value as it was typed: a number in place of an id.
    """

    line_number: int
    line_count: int
    values: list[str] | None
    is_open: bool = False
    mangled: tuple[tuple[int, str], ...] = ()
