"""How much is measured: the sizes of `make bench`."""

from dataclasses import dataclass

from sealea.sample_state.size import Size as StateSize

SEED = 20


@dataclass(frozen=True)
class Files:
    """Large files of so many rows: how many of the forms are measured, the most telling first, and the most turns of each comparison."""

    rows: int
    cases: int
    most_pairs: int = 7


@dataclass(frozen=True)
class Size:
    """One size: the state (its last one is the whole; the smaller ones before it give the curve), and what the comparisons read.

    `files` are the large files and `rival_rows` the rows of the one that slower tools load too, `small_leas` the LEAs that send three
    small files each, `pairs` the turns of a comparison.
    """

    name: str
    states: tuple[StateSize, ...]
    files: tuple[Files, ...]
    rival_rows: int
    small_leas: int
    pairs: int

    @property
    def whole(self) -> StateSize:
        """Return the state of this size."""
        return self.states[-1]


def state(leas: int, students: int, years: int) -> StateSize:
    """Return a state of the benchmark."""
    return StateSize(leas, students, years, SEED)


SIZES = {
    size.name: size
    for size in (
        Size("XS", (state(2, 300, 1),), files=(Files(1_000, 2),), rival_rows=500, small_leas=2, pairs=2),
        Size("S", (state(12, 9_000, 1),), files=(Files(100_000, 4),), rival_rows=50_000, small_leas=40, pairs=7),
        Size(
            "M",
            (state(4, 4_000, 2), state(12, 12_000, 2), state(36, 36_000, 2)),
            files=(Files(1_000_000, 8),),
            rival_rows=100_000,
            small_leas=200,
            pairs=7,
        ),
        Size(
            "L",
            (state(1_000, 6_000_000, 1),),
            files=(Files(3_000_000, 4), Files(12_000_000, 2, most_pairs=3)),
            rival_rows=1_000_000,
            small_leas=1_000,
            pairs=7,
        ),
    )
}
