"""How large a sample state is, and where its chance comes from."""

import zlib
from dataclasses import dataclass

import numpy as np

STATE = "EX"
LAST_YEAR = 2026


@dataclass(frozen=True)
class Size:
    """LEAs, students in grades 3 to 12, school years ending with 2026, and the seed of everything that is drawn."""

    leas: int
    students: int
    years: int
    seed: int

    @property
    def school_years(self) -> list[int]:
        """Return the ending years of the school years, in order."""
        return list(range(LAST_YEAR - self.years + 1, LAST_YEAR + 1))

    def chance(self, *subject: object) -> np.random.Generator:
        """Return the chance of one subject: the same for the same seed, and its own, so that no subject moves another."""
        return np.random.default_rng([self.seed, zlib.crc32(repr(subject).encode())])
