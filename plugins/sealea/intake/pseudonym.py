"""Pseudonyms: what stands for a person in the warehouse. Their keys never reach the database."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from sealea.contract import Contract
from sealea.errors import SettingError

KINDS = ("student", "staff")
ID_WIDTH = 10
DIGEST, BLOCK_BYTES = "sha256", 64
MAXIMUM_REMEMBERED = 500_000  # about 60 MB
NOBODY = pl.DataFrame(schema={"written": pl.String, "pid": pl.String})


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
    message = f"{prefix(kind, state_code)}{normalised_id}"
    return hmac.digest(key, message.encode(), DIGEST).hex()


def prefix(kind: str, state_code: str) -> str:
    """Return what every message begins with whose digest is the pseudonym of a person of one kind and state."""
    return f"edp|{kind}|v1|{state_code}|"


def pseudonyms(key: bytes, kind: str, state_code: str, normalised_ids: Iterable[str]) -> list[str]:
    """Return the same as `pseudonym` for many ids, in 0.4 of its time: what all messages have in common is hashed once (RFC 2104)."""
    block = key.ljust(BLOCK_BYTES, b"\0")
    inner = hashlib.new(DIGEST, bytes(byte ^ 0x36 for byte in block) + prefix(kind, state_code).encode())
    outer = hashlib.new(DIGEST, bytes(byte ^ 0x5C for byte in block))

    def of(person_id: str) -> str:
        first, second = inner.copy(), outer.copy()
        first.update(person_id.encode())
        second.update(first.digest())
        return second.hexdigest()

    return list(map(of, normalised_ids))


@dataclass
class Pseudonyms:
    """Puts pseudonyms in the place of person ids, block by block. Each distinct id is hashed once, as long as they can be remembered."""

    contract: Contract
    state_code: str
    keys: Mapping[str, bytes]
    remembered: dict[str, pl.DataFrame] = field(default_factory=lambda: dict.fromkeys(KINDS, NOBODY))

    def of(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return `rows` with the columns of raw.<extract>: pseudonyms in place of person ids, nothing that goes to the vault only."""
        people = [column for column in self.contract.identity_columns if column.identity in KINDS]
        pids = [self.pids(rows[column.name], str(column.identity)).alias(str(column.raw_name)) for column in people]
        return rows.with_columns(pids).select("line_number", *(str(column.raw_name) for column in self.contract.raw_columns))

    def pids(self, ids: pl.Series, kind: str) -> pl.Series:
        """Return the pseudonyms of ids as they are written, in their order; of none for a blank one."""
        written = ids.to_frame("written")
        found = written.join(self.remembered[kind], on="written", how="left", maintain_order="left")
        new = found.filter(pl.col("pid").is_null())["written"].drop_nulls().unique()
        if new.is_empty():
            return found["pid"]
        known = NOBODY if self.remembered[kind].height > MAXIMUM_REMEMBERED else self.remembered[kind]
        hashed = self.hashed(new, kind)
        self.remembered[kind] = pl.concat([known, hashed])
        late = written.join(hashed, on="written", how="left", maintain_order="left")
        return pl.select(pl.coalesce(found["pid"], late["pid"])).to_series()

    def hashed(self, written: pl.Series, kind: str) -> pl.DataFrame:
        """Return `written` ids, which differ, with their pseudonyms `pid`. Raises AssertionError if two persons have one."""
        frame = written.to_frame("written").with_columns(normalised("written").alias("normalised"))
        frame = frame.with_columns(pl.Series("pid", pseudonyms(self.keys[kind], kind, self.state_code, frame["normalised"]), pl.String))
        if frame["pid"].n_unique() != frame["normalised"].n_unique():
            raise AssertionError("Two persons have one pseudonym.")
        return frame.select("written", "pid")
