"""Every generated file of the project: written whole, committed, and checked against its source."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from sealea import catalogue
from sealea.contract import Contract, Rule
from sealea.pack import Pack, load_packs, require_consistent
from sealea.reconcile_rule import load_reconcile_suites
from sealea.render.catalogue import page
from sealea.render.contracts import contract_files
from sealea.render.dictionary import dictionary
from sealea.render.indicators import indicator_files
from sealea.render.settings import settings_table

OWNED = ("dbt_project/models/staging/*", "docs/guide/*.md", "docs/guide/templates/*.csv")


def generated(project: Path, contracts: Mapping[str, Contract], pack: Pack, file_rules: Mapping[str, Rule]) -> dict[str, str]:
    """Return the text of every generated file, by path below the project folder. Raises ContractError for a pack that does not fit."""
    packs = load_packs(project)
    reconcile_rules = [rule.id for suite in load_reconcile_suites(project, contracts) for rule in suite.rules]
    for each in packs:
        require_consistent(each, contracts, file_rules, reconcile_rules)
    entries = catalogue.catalogue(project, contracts, file_rules)
    return (
        contract_files(contracts, pack, file_rules, packs)
        | indicator_files(project)
        | {
            catalogue.LEDGER: catalogue.ledger(project, entries, datetime.now(UTC).date()),
            "docs/rules.html": page(project, entries, contracts, packs),
            "docs/settings.md": settings_table(),
            "docs/data-dictionary.md": dictionary(project),
        }
    )


def stale(project: Path, texts: Mapping[str, str]) -> list[str]:
    """Return the paths whose file is absent, differs, or has lost its source."""
    changed = [path for path, text in texts.items() if not (project / path).is_file() or (project / path).read_text() != text]
    return sorted(changed + orphans(project, texts))


def orphans(project: Path, texts: Mapping[str, str]) -> list[str]:
    """Return the paths in generated folders that nothing generates any more."""
    found = {str(file.relative_to(project)) for pattern in OWNED for file in project.glob(pattern) if file.is_file()}
    return sorted(found - set(texts))


def write(project: Path, texts: Mapping[str, str]) -> None:
    """Write `texts` and delete the orphans."""
    for path, text in texts.items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(text)
    for path in orphans(project, texts):
        (project / path).unlink()
