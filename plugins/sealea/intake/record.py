"""What the forms of files have in common: records one after the other, blocks of bytes, and the refusal of a file."""

import io
from collections.abc import Generator
from typing import Any, NamedTuple

from sealea.errors import SealeaError

Blocks = Generator[bytes, None, None]


class Record(NamedTuple):
    """One record of the file; `values` is None when it cannot be told apart, `is_open` when not even its end can be.

    `mangled` says for places from 0 what stands there instead of the value as it was typed: a number in place of an id.
    `fault` says why there are no values.
    """

    line_number: int
    line_count: int
    values: list[str] | None
    is_open: bool = False
    mangled: tuple[tuple[int, str], ...] = ()
    fault: str = ""


class Refusal(SealeaError):
    """The file cannot be read in its form: the rule, what adds to its message, and the line if it is one line's fault."""

    def __init__(self, rule_id: str, detail: str = "", line_number: int | None = None) -> None:
        super().__init__(f"{rule_id}: {detail}")
        self.rule_id, self.detail, self.line_number = rule_id, detail, line_number


class Stream(io.RawIOBase):
    """Blocks of bytes as a file that is read from beginning to end."""

    def __init__(self, blocks: Blocks) -> None:
        super().__init__()
        self._blocks, self._rest = blocks, memoryview(b"")

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` with what comes next and return its count of bytes; 0 at the end."""
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._rest = memoryview(block)
        target = memoryview(buffer)
        count = min(len(target), len(self._rest))
        target[:count], self._rest = self._rest[:count], self._rest[count:]
        return count

    def close(self) -> None:
        """Close what the blocks come from."""
        self._blocks.close()
        super().close()
