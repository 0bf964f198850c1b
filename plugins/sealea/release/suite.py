"""A suite: what must hold in one table before a release, as data in expectations/marts/*.yml."""

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, ValidationError

from sealea.contract import Closed, Name
from sealea.errors import RuleBug

Severity = Literal["critical", "warning", "info"]
SQL_RULE = "unexpected_rows_expectation"
KEY_RULE = "expect_key_to_be_enforced"  # ours: Great Expectations would group all rows to learn what PostgreSQL sees to at every write


class Expectation(Closed):
    """One thing that must hold, in the words of Great Expectations, with what to say and do when it does not."""

    id: Annotated[str, Field(pattern=r"^GATE-\d{3}$", description="Stable, never used again for another expectation.")]
    type: str = Field(description="Name of the Great Expectations expectation, or expect_key_to_be_enforced: a unique index over the key.")
    kwargs: dict[str, Any] = Field(default_factory=dict, description="Its arguments. In a query, {table} is the table and {key} its key columns.")
    severity: Severity
    message: str
    fix: str
    source: str = Field("", description="The standard, law or convention that it follows; the catalogue wants one of every suite of the project.")
    covers: tuple[str, ...] = Field((), description="Rules of the state's file specification that it holds, on all files together.")


class Suite(Closed):
    """The expectations of one table. Tables of the schema `candidate` are the marts that a release publishes."""

    suite: Name
    schema_name: Literal["restricted", "candidate"] = Field(alias="schema")
    table: Name
    description: str
    key: tuple[Name, ...] = Field(min_length=1, description="The columns that name one row; a published partition is unique by them.")
    expectations: tuple[Expectation, ...] = Field(min_length=1)

    @property
    def is_mart(self) -> bool:
        """Return whether the table is one that a release publishes."""
        return self.schema_name == "candidate"


def load_suite(path: Path) -> Suite:
    """Return the suite in `path`. Raises RuleBug naming the file and what is wrong in it."""
    try:
        suite = Suite.model_validate(yaml.safe_load(path.read_text()))
    except (ValidationError, yaml.YAMLError) as error:
        raise RuleBug(f"expectations/marts/{path.name}: {error}") from error
    if suite.suite != path.stem:
        raise RuleBug(f"expectations/marts/{path.name}: the file must be named {suite.suite}.yml")
    return suite


def load_suites(project_dir: Path) -> list[Suite]:
    """Return every suite in alphabetical order. Raises RuleBug, also if an expectation id or a table is written twice or there is no suite."""
    suites = [load_suite(path) for path in sorted((project_dir / "expectations/marts").glob("*.yml"))]
    ids = [expectation.id for suite in suites for expectation in suite.expectations]
    tables = [f"{suite.schema_name}.{suite.table}" for suite in suites]
    for values in (ids, tables):
        if repeated := sorted({value for value in values if values.count(value) > 1}):
            raise RuleBug(f"expectations/marts: written twice: {', '.join(repeated)}")
    if not suites:
        raise RuleBug("expectations/marts holds no suite: nothing can be audited, so nothing can be published.")
    return suites
