"""The data dictionary of the published marts, from the dbt properties beside the models and the indicator register."""

import csv
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from sealea.render.indicators import REGISTER, UNION_MARTS, registered
from sealea.render.lineage import given_reasons, needed_extracts

MARTS = "dbt_project/models/marts"
EXPOSURES = f"{MARTS}/published/exposures.yml"
GROUPS = "dbt_project/models/groups.yml"
SHARED_GROUP = "data_engineering"  # of marts that say no other, as in dbt_project.yml
DOCS = "dbt_project/models/docs.md"
REASONS = "dbt_project/seeds/reason_code.csv"
DOCS_BLOCK = re.compile(r"{% docs (\w+) %}(.*?){% enddocs %}", re.DOTALL)
DOC_CALL = re.compile(r"{{ doc\('(\w+)'\) }}")
SECTIONS = {
    "1": "Status, participation and gaps",
    "2": "Growth",
    "3": "Equitable distribution of teachers",
    "4": "Instructional materials",
    "5": "Finance",
    "6": "Performance management",
    "7": "Capacity",
    "8": "Sustainability",
}
BETTER = {"higher": "higher is better", "lower": "lower is better", "neutral": "neither way is better"}
WAITING = ("no.", "indicator", "definition", "grain", "unit", "source", "waits for")
MISSING = (
    "Where a whole state sends nothing of what an indicator needs, it has no value there or the reason `MISSING_INPUT`; "
    "the release gate warns (GATE-073), and nothing else is held up."
)
BUSINESS_RULE = re.compile(r"Business rule: (.*?)(?: Source: |$)")


def dictionary(project: Path) -> str:
    """Return docs/data-dictionary.md: every published mart with its columns, then every indicator of the register."""
    lines = [
        f"<!-- Generated from {MARTS}/**/*.yml, {GROUPS} and {REGISTER} by `make render`; do not edit. -->",
        "# Data dictionary",
        "",
        "What BI tools read: the views of schema `published`, as role `bi_reader`. Every row belongs to one release (`release_id`).",
        "",
        "**Protection today.** Cells under the state's minimum n, and staff cells under its minimum FTE, are withheld: their numbers are empty and",
        "`reason_code` is `*`. That alone does not keep a reader from recovering a withheld cell by subtraction: the full disclosure engine comes",
        "later. Until then give `bi_reader` only to people who may see the cells behind the marts.",
        "",
    ]
    blocks, owners, uses = doc_blocks(project), group_owners(project), mart_uses(project)
    for model in published_models(project):
        owner = owners[model.get("config", {}).get("group", SHARED_GROUP)]
        lines += [f"## `published.{model['name']}`", "", told(model, blocks), "", f"**Owner:** {owner}.", ""]
        lines += ["**Read for**", *(f"- {use}" for use in uses[model["name"]]), "", "| column | meaning |", "| --- | --- |"]
        lines += [f"| `{column['name']}` | {told(column, blocks)} |" for column in model["columns"]]
        lines.append("")
    conventions = ["# What holds for every indicator", *blocks["conventions"].rstrip().splitlines(), ""]
    return "\n".join(lines + conventions + reasons(project) + register(project)) + "\n"


def meanings(project: Path) -> dict[str, str]:
    """Return what each reason for no value means, in alphabetical order of the reasons."""
    with (project / REASONS).open(newline="") as file:
        return {row["reason_code"]: row["meaning"] for row in sorted(csv.DictReader(file), key=lambda row: row["reason_code"])}


def reasons(project: Path) -> list[str]:
    """Return the lines on why a value may be missing."""
    rows = [f"| `{reason}` | {meaning} |" for reason, meaning in meanings(project).items()]
    withheld = "| `*` | Withheld: fewer than the state's minimum, or it follows from what is withheld. |"
    return [
        "# Why a value is missing",
        "",
        "A value is never 0 for want of data: it is empty, and `reason_code` says why.",
        "",
        "| reason | meaning |",
        "| --- | --- |",
        withheld,
        *rows,
        "",
    ]


def group_owners(project: Path) -> dict[str, str]:
    """Return who answers for the models of each dbt group."""
    return {group["name"]: group["owner"]["name"] for group in yaml.safe_load((project / GROUPS).read_text())["groups"]}


def mart_uses(project: Path) -> dict[str, list[str]]:
    """Return what readers do with each published mart, from the exposures; a mart of which none says so is not in it."""
    uses: dict[str, list[str]] = {}
    for exposure in yaml.safe_load((project / EXPOSURES).read_text())["exposures"]:
        for reference in exposure["depends_on"]:
            uses.setdefault(reference.removeprefix("ref('").removesuffix("')"), []).append(f"*{exposure['label']}*: {exposure['description']}")
    return uses


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
    """Return the lines on every indicator of the register, by section of the catalogue."""
    rows, lines = registered(project), ["# Indicators", "", MISSING, ""]
    for number, title in SECTIONS.items():
        of_section = [row for row in rows if row["catalogue_number"].split(".")[0] == number]
        lines += [f"## {number}. {title}", ""]
        for row in of_section:
            if row["is_built"] == "true":
                lines += indicator(project, row, properties(project, row))
        if waiting := [row for row in of_section if row["is_built"] != "true"]:
            lines += ["Not built:", "", f"| {' | '.join(WAITING)} |", f"| {' | '.join('---' for _ in WAITING)} |"]
            lines += [f"| {row['catalogue_number']} | `{row['indicator_id']}` | {' | '.join(cells(row))} |" for row in waiting]
            lines.append("")
    return lines


def cells(row: Mapping[str, str]) -> list[str]:
    """Return the cells of the table of what is not built."""
    return [row[name].replace("|", "\\|") for name in ("definition", "grain", "unit", "source", "not_built_because")]


def properties(project: Path, row: Mapping[str, str]) -> dict[str, Any]:
    """Return the dbt properties of the model of an indicator: its own, or that of the mart that carries it."""
    names = [f"ind_{row['indicator_id']}", f"{row['indicator_id']}_restricted", f"{row['mart_name']}_restricted"]
    path = next(path for name in names for path in (project / MARTS).rglob(f"{name}.yml"))
    (model,) = yaml.safe_load(path.read_text())["models"]
    return dict(model)


def without_value(given: Collection[str], *, has_minimum: bool) -> str:
    """Return how an indicator says that it has no value, by the reasons that its models may give."""
    said = [f"`{reason}`" for reason in sorted(given) if reason != "SMALL_N"]
    said += ["`*` below the minimum"] if has_minimum or "SMALL_N" in given else []
    return ", ".join(said) or "no row"


def indicator(project: Path, row: Mapping[str, str], model: Mapping[str, Any]) -> list[str]:
    """Return the lines on one indicator that is built: what it says, how it is worked out, an example, where it comes from."""
    meta = model.get("config", {}).get("meta", {})
    told_by_row = meta.get("indicators", {}).get(row["indicator_id"], meta)
    rule = BUSINESS_RULE.search(told(model, {}))
    described = rule[1] if rule else "none"
    stated = f"{row['minimum_n']} {row['minimum_unit']} (`{row['minimum_parameter']}` of the state)"
    facts = {
        "Definition": row["definition"],
        "Formula": told_by_row["formula"],
        "Business rule": " ".join(told_by_row.get("business_rule", described).split()),
        "Worked example": told_by_row["worked_example"],
        "Without a value": without_value(given_reasons(project, model["name"], meanings(project)), has_minimum=bool(row["minimum_unit"])),
        "Comes from": ", ".join(needed_extracts(project, model["name"])),
        "Grain": row["grain"],
        "Unit": f"{row['unit']}, {row['decimals']} decimals; {BETTER[row['direction_code']]}",
        "Minimum": stated if row["minimum_parameter"] else row["minimum_unit"] or "none",
        "Serves": row["goal_codes"],
        "Source": row["source"],
        "Mart": f"`published.{row['mart_name']}`" if row["mart_name"] != UNION_MARTS[1] else f"`restricted.{row['mart_name']}` only",
    }
    title = f"### {row['catalogue_number']} {row['indicator_name']} (`{row['indicator_id']}`)"
    return [title, "", *(f"- **{name}:** {text}" for name, text in facts.items()), ""]
