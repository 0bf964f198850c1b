"""Pseudonyms: what stands for a person in the warehouse. Their keys never reach the database."""

import hmac
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from sealea.contract import Contract
from sealea.errors import SettingError

KINDS = ("student", "staff")
ID_WIDTH = 10
DIGEST = "sha256"


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


def pseudonymised(rows: pl.DataFrame, contract: Contract, state_code: str, keys: Mapping[str, bytes]) -> pl.DataFrame:
    """Return `rows` with the columns of raw.<extract>: pseudonyms in place of person ids, nothing that goes to the vault only."""
    for column in contract.identity_columns:
        if column.identity in KINDS:
            rows = with_pseudonyms(rows, column.name, str(column.raw_name), column.identity, state_code, keys[column.identity])
    return rows.select("line_number", *(str(column.raw_name) for column in contract.raw_columns))


def with_pseudonyms(rows: pl.DataFrame, column: str, raw_name: str, kind: str, state_code: str, key: bytes) -> pl.DataFrame:
    """Return `rows` with the pseudonyms of `column` as `raw_name`; each distinct id is hashed once."""
    ids = rows.select(normalised(column).alias("id")).drop_nulls().unique()
    pids = [pseudonym(key, kind, state_code, person_id) for person_id in ids["id"]]
    if len(set(pids)) != len(pids):
        raise AssertionError("Two persons have one pseudonym.")
    known = ids.with_columns(pl.Series(raw_name, pids, pl.String))
    return rows.with_columns(normalised(column).alias("id")).join(known, on="id", how="left", maintain_order="left").drop("id")
