"""How much is measured: the sizes of `make bench`."""

from dataclasses import dataclass

from sealea.sample_state.size import Size as StateSize

SEED = 20


@dataclass(frozen=True)
class Size:
    """One size: the state (its last one is the whole; the smaller ones before it give the curve), and what the comparisons read.

    `file_rows` are the rows of the one large file and `rival_rows` of the one that slower tools load too, `cases` the forms of it,
    `small_leas` the LEAs that send three small files each, `pairs` the turns of a comparison.
    """

    name: str
    states: tuple[StateSize, ...]
    file_rows: int
    rival_rows: int
    cases: int
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
        Size("XS", (state(2, 300, 1),), file_rows=1_000, rival_rows=500, cases=2, small_leas=2, pairs=2),
        Size("S", (state(12, 9_000, 1),), file_rows=100_000, rival_rows=50_000, cases=4, small_leas=40, pairs=7),
        Size(
            "M",
            (state(4, 4_000, 2), state(12, 12_000, 2), state(36, 36_000, 2)),
            file_rows=500_000,
            rival_rows=100_000,
            cases=7,
            small_leas=200,
            pairs=7,
        ),
        Size("L", (state(1_000, 6_000_000, 1),), file_rows=12_000_000, rival_rows=100_000, cases=7, small_leas=1_000, pairs=7),
    )
}
