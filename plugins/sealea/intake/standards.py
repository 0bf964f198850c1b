"""The standard that a file of one extract is held to: its contract and rules as the state applies them in the window."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from sealea.contract import Contract, Rule
from sealea.pack import Pack

NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True)
class Standard:
    """What the records of one extract are examined by. `same_person` is the form in which person ids are compared.

    `rules` are by id, and by `<id>.<column>` where the state weighs one column otherwise; `not_applicable` are such names too. `sheet`
    is the one that is read of a workbook.
    """

    contract: Contract
    rules: Mapping[str, Rule]
    maximum_quarantined_share: float
    same_person: Callable[[str], pl.Expr]
    not_applicable: frozenset[str] = frozenset()
    sheet: str | None = None


def standard(contract: Contract, pack: Pack, file_rules: Mapping[str, Rule], window: str, same_person: Callable[[str], pl.Expr]) -> Standard:
    """Return the standard of the pack for files of this contract in the window."""
    known = {**file_rules, **{rule.id: rule for rule in contract.rules}}
    names = [name for name in pack.rules if name.partition(".")[0] in known]
    off = frozenset(name for name in names if pack.setting(name, window) == NOT_APPLICABLE)
    weighed = {
        name: known[name.partition(".")[0]].model_copy(update={"severity": pack.setting(name, window)})
        for name in names
        if name not in off and pack.setting(name, window)
    }
    rules = {**known, **weighed}
    may_miss = pack.optional_columns.get(contract.extract, ())
    columns = tuple(
        column.model_copy(
            update={"required": column.required and column.name not in may_miss, "date_forms": (*column.date_forms, *pack.date_forms)},
        )
        for column in contract.columns
    )
    applied = contract.model_copy(update={"columns": columns, "rules": tuple(rules[rule.id] for rule in contract.rules if rule.id not in off)})
    return Standard(applied, rules, pack.parameters.maximum_quarantined_share, same_person, off, pack.sheet)


def applicable(findings: pl.DataFrame, off: frozenset[str]) -> pl.DataFrame:
    """Return the findings without those of rules that do not apply in the state."""
    if not off:
        return findings
    place = pl.concat_str("rule_id", pl.lit("."), pl.col("column_name").fill_null(""))
    return findings.filter(~pl.col("rule_id").is_in(sorted(off)) & ~place.is_in(sorted(off)))
