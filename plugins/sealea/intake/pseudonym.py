"""Pseudonyms: what stands for a person in the warehouse. Their keys never reach the database."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from sealea.contract import Contract
from sealea.errors import SettingError

KINDS = ("student", "staff")
ID_WIDTH = 10
DIGEST = "sha256"
MAXIMUM_REMEMBERED = 500_000  # about 150 MB


def normalised(column: str) -> pl.Expr:
    """Return the person id of `column` in the one form by which persons are compared: NFC, trimmed, upper case, 10 wide.

    Two spellings of an id have one pseudonym, so everything that compares persons must compare this form.
    """
    return pl.col(column).str.normalize("NFC").str.strip_chars().str.to_uppercase().str.pad_start(ID_WIDTH, "0")


def load_keys(secrets_dir: Path, contract: Contract) -> dict[str, bytes]:
    """Return the keys that the contract's identity columns need, by kind. Raises SettingError if one is missing or not a key."""
    used = {column.identity for column in contract.identity_columns}
    return {kind: load_key(secrets_dir / f"pseudonym_{kind}.key") for kind in KINDS if kind in used}


def load_key(path: Path) -> bytes:
    """Return the 32 bytes that `path` holds as hexadecimal digits. Raises SettingError without quoting the file."""
    try:
        key = bytes.fromhex(path.read_text())
    except FileNotFoundError:
        raise SettingError(f"The key {path} is missing. 'make up' makes it; restore it if the warehouse already holds persons.") from None
    except ValueError:
        key = b""
    if len(key) != 32:
        raise SettingError(f"The key {path} is not 64 hexadecimal digits. Restore it.")
    return key


def pseudonym(key: bytes, kind: str, state_code: str, normalised_id: str) -> str:
    """Return the keyed pseudonym of a normalised person id, 64 hexadecimal digits (indicators.md 9.9)."""
    message = f"edp|{kind}|v1|{state_code}|{normalised_id}"
    return hmac.digest(key, message.encode(), DIGEST).hex()


@dataclass
class Pseudonyms:
    """Puts pseudonyms in the place of person ids, block by block. Each distinct id is hashed once, as long as they can be remembered."""

    contract: Contract
    state_code: str
    keys: Mapping[str, bytes]
    remembered: dict[str, dict[str, str]] = field(default_factory=lambda: {kind: {} for kind in KINDS})

    def of(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return `rows` with the columns of raw.<extract>: pseudonyms in place of person ids, nothing that goes to the vault only."""
        for column in self.contract.identity_columns:
            if column.identity in KINDS:
                rows = self.with_pseudonyms(rows, column.name, str(column.raw_name), column.identity)
        return rows.select("line_number", *(str(column.raw_name) for column in self.contract.raw_columns))

    def with_pseudonyms(self, rows: pl.DataFrame, column: str, raw_name: str, kind: str) -> pl.DataFrame:
        """Return `rows` with the pseudonyms of `column` as `raw_name`."""
        written = rows.select(column).drop_nulls().unique()
        ids = written.select(normalised(column)).to_series().to_list()
        known = written.with_columns(pl.Series("pid", self.pids(ids, kind), pl.String))
        joined = rows.select(column).join(known, on=column, how="left", maintain_order="left")
        return rows.with_columns(joined["pid"].alias(raw_name))

    def pids(self, ids: Sequence[str], kind: str) -> list[str]:
        """Return the pseudonyms of the ids, in their order. Raises AssertionError if two persons have one."""
        remembered, key = self.remembered[kind], self.keys[kind]
        if len(remembered) > MAXIMUM_REMEMBERED:
            remembered.clear()
        for person_id in set(ids).difference(remembered):
            remembered[person_id] = pseudonym(key, kind, self.state_code, person_id)
        pids = [remembered[person_id] for person_id in ids]
        if len(set(pids)) != len(set(ids)):
            raise AssertionError("Two persons have one pseudonym.")
        return pids
