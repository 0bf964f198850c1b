"""Sample states as their files say, read back from disk as text."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from sealea.sample_state.size import Size
from sealea.sample_state.writing import write_state

PATTERN = "{state}_{sender}_{extract}_{school_year}_{window}_{sent_at}.csv"
SEEDS = (1, 2, 3)


@dataclass(frozen=True)
class Files:
    """The files of a sample state in which nothing is wrong."""

    size: Size
    folder: Path

    def rows(self, extract: str, year: int | None = None) -> pl.DataFrame:
        """Return all rows of an extract, of one school year or of all, every column text."""
        paths = sorted(self.folder.glob(f"*/ex_*_{extract}_{year or '2*'}_*.csv"))
        return pl.concat([pl.read_csv(path, infer_schema=False) for path in paths], how="diagonal")


@pytest.fixture(scope="session", params=SEEDS, ids=lambda seed: f"seed {seed}")
def files(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Files:
    """Return a state of 12 LEAs and 5,000 students over three years, its files all plain."""
    size = Size(leas=12, students=5000, years=3, seed=request.param)
    folder = tmp_path_factory.mktemp("files")
    write_state(size, folder, PATTERN, plain=True)
    return Files(size, folder)
