"""Keys: records of one file that must not both stay, because they have the same key. Told by fingerprints, decided on the values."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from sealea.contract import Contract, Rule
from sealea.intake import findings as found

CANDIDATES_AT_ONCE = 500_000
SamePerson = Callable[[str], pl.Expr]
Again = Callable[[pl.Series], Iterator[pl.DataFrame]]


def key_rules(contract: Contract) -> list[Rule]:
    """Return the contract's key rules of level 1."""
    return [rule for rule in contract.rules if rule.kind == "key" and rule.level == 1]


def has_key(records: pl.DataFrame, contract: Contract) -> bool:
    """Return whether the file has every key column that it must have; those that may be blank may be absent."""
    return all(name in records.columns for name in contract.key if contract.by_name[name].required)


@dataclass
class Fingerprints:
    """The 64-bit fingerprint of the key of each record so far, and its line: 12 bytes a record. Equal keys have equal ones."""

    contract: Contract
    same_person: SamePerson
    hashes: list[npt.NDArray[np.uint64]] = field(default_factory=list)
    lines: list[npt.NDArray[np.uint32]] = field(default_factory=list)

    def add(self, comparable: pl.DataFrame) -> None:
        """Add the keys of typed records."""
        key = compared(comparable.select("line_number", *self.contract.key), self.contract, self.same_person)
        self.hashes.append(key.select(self.contract.key).hash_rows().to_numpy())
        self.lines.append(key["line_number"].cast(pl.UInt32).to_numpy())

    def candidates(self) -> Iterator[pl.Series]:
        """Yield the lines of the records whose fingerprint is not the only one, all those of one fingerprint together; forgets them all."""
        hashes, self.hashes = np.concatenate(self.hashes or [np.empty(0, np.uint64)]), []
        lines, self.lines = np.concatenate(self.lines or [np.empty(0, np.uint32)]), []
        ordered = np.sort(hashes)
        is_twice = ordered[1:] == ordered[:-1]
        if not is_twice.any():
            return
        repeated = np.unique(ordered[1:][is_twice])
        del ordered, is_twice
        place = np.searchsorted(repeated, hashes)
        is_candidate = repeated[np.minimum(place, len(repeated) - 1)] == hashes
        place, lines = place[is_candidate], lines[is_candidate]
        order = np.argsort(place, kind="stable")
        ends = np.flatnonzero(np.diff(place[order], append=-1)) + 1  # where the records of one fingerprint end
        start = 0
        while start < len(order):
            end = int(ends[min(int(np.searchsorted(ends, start + CANDIDATES_AT_ONCE)), len(ends) - 1)])
            yield pl.Series("line_number", lines[order[start:end]]).cast(pl.Int64).sort()
            start = end


def repeated_in(fingerprints: Fingerprints, again: Again) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Yield findings on the records added to `fingerprints`, and these records; `again` gives the typed records of some lines once more."""
    for lines in fingerprints.candidates():
        frames = list(again(lines))
        if frames:
            candidates = pl.concat(frames)
            findings = repeated(candidates, fingerprints.contract, fingerprints.same_person)
            yield findings, candidates.filter(pl.col("line_number").is_in(findings["line_number"].implode()))


def repeated(typed: pl.DataFrame, contract: Contract, same_person: SamePerson) -> pl.DataFrame:
    """Return a finding of the contract's key rule for every record that must not stay because of another with its key.

    Of records that say the same in every column the first stays: nothing is lost. Records that differ all go: which of
    them is true, only the sender knows. A blank key column is a value like any other (an account has no grant code).
    """
    rules = key_rules(contract)
    if not rules:
        return found.none()
    comparable = compared(typed, contract, same_person)
    repeats = comparable.filter(pl.struct(*contract.key).is_duplicated())
    if repeats.is_empty():
        return found.none()
    content = pl.struct(*contract.by_name)
    repeats = repeats.with_columns(
        pl.col("line_number").min().over(contract.key).alias("first_line_number"),
        (content.n_unique().over(contract.key) == 1).alias("is_copy"),
    ).filter(~(pl.col("is_copy") & (pl.col("line_number") == pl.col("first_line_number"))))
    return pl.concat([named(repeats, rule) for rule in rules])


def compared(typed: pl.DataFrame, contract: Contract, same_person: SamePerson) -> pl.DataFrame:
    """Return the typed records with person ids in the form by which they are compared."""
    people: Iterable[str] = (column.name for column in contract.columns if column.identity in ("student", "staff") and column.name in typed.columns)
    return typed.with_columns(same_person(name).alias(name) for name in people)


def named(repeats: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """Return the findings on repeated records, each naming the line on which its key first stands."""
    first, line = pl.col("first_line_number"), pl.col("line_number")
    detail = pl.when(first != line).then(pl.format("The same key first stands on line {}.", first)).otherwise(pl.lit(""))
    return repeats.select(pl.lit(rule.id).alias("rule_id"), line, pl.lit(rule.column, pl.String).alias("column_name"), detail.alias("detail"))
