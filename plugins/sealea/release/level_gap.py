"""V from level counts, fitted between the cells and the marts: dbt counts, this fits, dbt goes on with what was fitted."""

import numpy as np
import psycopg

from sealea.release.binormal import fit

KEY = "org_id, school_year, subject_code, grade_code, contrast_id"
LEVELS = [f"{side}_level_{level}_count" for side in ("reference", "focal") for level in (1, 2, 3, 4, 5)]
BATCH = 100_000
SELECT = f"select {KEY}, {', '.join(LEVELS)} from intermediate.int_level_contrast__paired where is_large_enough"
OF = " and org_id = any(%(organisations)s)"
COPY = f"copy intermediate.level_gap_fit ({KEY}, won_probability) from stdin"


def fit_level_gaps(dsn: str, organisations: list[str] | None = None) -> int:
    """Fit every pair of groups that is large enough and replace what was fitted before, in one transaction; return how many pairs.

    With `organisations` only theirs are. A dbt project that does not pair groups has nothing to fit.
    """
    count = 0
    with psycopg.connect(dsn) as connection, connection.cursor(name="pairs") as pairs, connection.cursor() as writer:
        if writer.execute("select to_regclass('intermediate.int_level_contrast__paired')").fetchone() == (None,):
            return count
        if organisations is None:
            writer.execute("truncate intermediate.level_gap_fit")
            pairs.execute(SELECT)
        else:
            writer.execute("delete from intermediate.level_gap_fit where org_id = any(%s)", [organisations])
            pairs.execute(SELECT + OF, {"organisations": organisations})
        while batch := pairs.fetchmany(BATCH):
            write(writer, batch)
            count += len(batch)
    return count


def write(cursor: psycopg.Cursor, batch: list[tuple[object, ...]]) -> None:
    """Fit a batch of pairs and copy the fits."""
    counts = np.array([row[5:] for row in batch], dtype=np.int64)
    reference, focal = np.hsplit(counts, 2)
    probabilities = fit(reference, focal).won_probability
    with cursor.copy(COPY) as target:
        for row, probability in zip(batch, probabilities.tolist(), strict=True):
            target.write_row([*row[:5], None if np.isnan(probability) else probability])
