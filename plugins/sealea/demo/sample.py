"""The sample state of `make demo`: small, two school years, with a few of the mistakes that senders make."""

from pathlib import Path

from sealea.sample_state.size import Size
from sealea.sample_state.writing import write_state

SIZE = Size(leas=6, students=2400, years=2, seed=71)
ERROR_RATE = 0.12


def write_sample(folder: Path, pattern: str) -> Path:
    """Write what each sender drops to folder/<sender>/, the files named by `pattern`; return the list of senders."""
    return write_state(SIZE, folder, pattern, ERROR_RATE)
