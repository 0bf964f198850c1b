"""The data dictionary of the published marts, from the dbt properties beside the models and the indicator register."""

import csv
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

MARTS = "dbt_project/models/marts"
DOCS = "dbt_project/models/docs.md"
DOCS_BLOCK = re.compile(r"{% docs (\w+) %}(.*?){% enddocs %}", re.DOTALL)
DOC_CALL = re.compile(r"{{ doc\('(\w+)'\) }}")
REGISTER = "dbt_project/seeds/indicator_register.csv"


def dictionary(project: Path) -> str:
    """Return docs/data-dictionary.md: every published mart with its columns, then every indicator of the register."""
    lines = [
        f"<!-- Generated from {MARTS}/**/*.yml and {REGISTER} by `make render`; do not edit. -->",
        "# Data dictionary",
        "",
        "What BI tools read: the views of schema `published`, as role `bi_reader`. Every row belongs to one release (`release_id`).",
        "",
        "**Protection today.** Cells under the state's minimum n, and staff cells under its minimum FTE, are withheld: their numbers are empty and",
        "`reason_code` is `*`. That alone does not keep a reader from recovering a withheld cell by subtraction: the full disclosure engine comes",
        "later. Until then give `bi_reader` only to people who may see the cells behind the marts.",
        "",
    ]
    blocks = doc_blocks(project)
    for model in published_models(project):
        lines += [f"## `published.{model['name']}`", "", told(model, blocks), "", "| column | meaning |", "| --- | --- |"]
        lines += [f"| `{column['name']}` | {told(column, blocks)} |" for column in model["columns"]]
        lines.append("")
    return "\n".join(lines + register(project)) + "\n"


def doc_blocks(project: Path) -> dict[str, str]:
    """Return the descriptions that several columns share, by name."""
    return dict(DOCS_BLOCK.findall((project / DOCS).read_text()))


def told(properties: Mapping[str, Any], blocks: Mapping[str, str]) -> str:
    """Return the description of a model or column on one line. Raises KeyError for a shared description that is not there."""
    text = DOC_CALL.sub(lambda call: blocks[call[1]], properties.get("description", ""))
    return " ".join(text.split())


def published_models(project: Path) -> Iterator[dict[str, Any]]:
    """Yield the dbt properties of the models with an enforced contract in the published folder, in alphabetical order."""
    for path in sorted((project / MARTS / "published").glob("*.yml")):
        yield from yaml.safe_load(path.read_text()).get("models", [])


def register(project: Path) -> list[str]:
    """Return the lines of the indicator register."""
    with (project / REGISTER).open() as file:
        rows = list(csv.DictReader(file))
    lines = ["## Indicators", "", "| " + " | ".join(rows[0]) + " |", "| " + " | ".join("---" for _ in rows[0]) + " |"]
    return lines + ["| " + " | ".join(str(value).replace("|", "\\|") for value in row.values()) + " |" for row in rows]
