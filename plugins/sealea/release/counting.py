"""Counting the rows that a query finds: an expectation of Great Expectations that asks the database once.

Its own UnexpectedRowsExpectation runs every query twice, once for the count and once for the first rows, which must not leave
the database anyway. Importing this module imports Great Expectations, which takes seconds.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from great_expectations.expectations.core import UnexpectedRowsExpectation

ROW_COUNT = "unexpected_rows_query.row_count"


class UnexpectedRowCount(UnexpectedRowsExpectation):  # type: ignore[misc]  # what it extends is not typed for us
    """No row is found by `unexpected_rows_query`. The result tells how many are, and no row."""

    metric_dependencies: ClassVar[tuple[str, ...]] = (ROW_COUNT,)

    def _validate(self, metrics: Mapping[str, Any], *_: object, **__: object) -> dict[str, Any]:
        return {"success": metrics[ROW_COUNT] == 0, "result": {"observed_value": metrics[ROW_COUNT]}}
