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

    def lot(self, number: np.ndarray, *subject: object) -> np.ndarray:
        """Return a share of 0 to 1 for each number, the same whenever it is asked for this subject (splitmix64)."""
        start = np.uint64((self.seed * 0x9E3779B1 + zlib.crc32(repr(subject).encode())) % 2**63)
        mixed = (number.astype(np.uint64) + start) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return np.asarray((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(11)) / 2.0**53
