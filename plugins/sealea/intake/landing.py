"""Landing: the bytes as sent, kept unchanged under their sha256. The evidence that everything else leads back to."""

import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class LandedFile:
    """A file in the landing folder."""

    path: Path
    sha256: str
    byte_count: int


def land(upload: BinaryIO, landing: Path) -> LandedFile:
    """Return the landed copy of `upload`, on disk under `<first two digits>/<sha256>`.

    Landing the same bytes twice gives the same file; a copy that breaks off leaves a draft and nothing under a sha256.
    """
    drafts = landing / ".drafts"
    drafts.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = drafts / secrets.token_hex(8)
    try:
        sha256, byte_count = copy(upload, draft)
        path = landing / sha256[:2] / sha256
        path.parent.mkdir(mode=0o700, exist_ok=True)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)
    sync_folder(landing)
    return LandedFile(path, sha256, byte_count)


def landed(landing: Path, sha256: str) -> LandedFile:
    """Return a file that was landed before. Raises FileNotFoundError if somebody has taken it away."""
    path = landing / sha256[:2] / sha256
    return LandedFile(path, sha256, path.stat().st_size)


def copy(upload: BinaryIO, draft: Path) -> tuple[str, int]:
    """Copy `upload` to `draft`, on disk before this returns; return its sha256 and its count of bytes."""
    digest, byte_count = hashlib.sha256(), 0
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o400)
    with os.fdopen(descriptor, "wb") as file:
        while block := upload.read(BLOCK_BYTES):
            digest.update(block)
            byte_count += file.write(block)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest(), byte_count


def sync_folder(folder: Path) -> None:
    """Put the names in `folder` on disk: a file without its name is lost after a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
