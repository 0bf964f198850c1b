"""What follows from the register of indicators: which are built, and the union of their models."""

import csv
from pathlib import Path

from sealea.render.contracts import TEMPLATES

REGISTER = "dbt_project/seeds/indicator_register.csv"
# The marts that carry every indicator with a model of its own, ind_<indicator_id>; the first is published, the second is not.
UNION_MARTS = ("indicator_value", "indicator_value_restricted")


def registered(project: Path) -> list[dict[str, str]]:
    """Return the rows of the register, in the order of the catalogue."""
    with (project / REGISTER).open() as file:
        return list(csv.DictReader(file))


def indicator_files(project: Path) -> dict[str, str]:
    """Return the text of every file that the register calls for, by path below the project folder."""
    built = [row["indicator_id"] for row in registered(project) if row["is_built"] == "true" and row["mart_name"] in UNION_MARTS]
    return {"dbt_project/macros/united_indicators.sql": TEMPLATES.get_template("united_indicators.sql.j2").render(indicator_ids=built)}
