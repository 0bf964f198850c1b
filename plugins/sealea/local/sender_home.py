"""One sender's files: an inbox to write to, an outbox to read, and no way out of either.

A path is looked up folder by folder without following links, so neither `..` nor a symlink leads elsewhere. An upload is
written to a draft beside the inbox and renamed into it when it is complete: its final name never shows half a file.
Errors are OSErrors whose text the sender may read.
"""

import errno
import os
import posixpath
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

INBOX, OUTBOX, DRAFTS = "inbox", "outbox", ".uploads"
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
FILE_MODE, FOLDER_MODE = 0o600, 0o700

Parts = tuple[str, ...]


@dataclass
class Upload:
    """A file on its way in. `is_spoilt` after a write failed: what was sent is then not what was stored."""

    home: Path
    target: Parts
    draft: Path
    descriptor: int
    is_new_only: bool
    is_spoilt: bool = False

    def fileno(self) -> int:
        """Return the descriptor of the draft."""
        return self.descriptor


def ensure_home(home: Path) -> None:
    """Make the sender's folders."""
    for folder in (INBOX, OUTBOX, DRAFTS):
        (home / folder).mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)


def discard_drafts(home: Path) -> None:
    """Delete what uploads left behind when the server itself was killed."""
    for draft in (home / DRAFTS).glob("*"):
        draft.unlink()


def parts_of(path: bytes) -> Parts:
    """Return the names on the way from the sender's root to `path`; `..` at the root stays there.

    Raises OSError for a name that is not text or holds control characters: it could not be shown or stored.
    """
    try:
        text = posixpath.normpath(posixpath.join("/", path.decode("utf-8")))
    except UnicodeDecodeError as error:
        raise OSError(errno.EINVAL, "A file name must be UTF-8 text") from error
    if not text.isprintable():
        raise OSError(errno.EINVAL, "A file name must not hold control characters")
    return tuple(name for name in text.split("/") if name)


def require_writable(parts: Parts) -> None:
    """Raise PermissionError unless the path lies inside the inbox."""
    if len(parts) < 2 or parts[0] != INBOX:
        raise PermissionError(errno.EACCES, "Only what is inside /inbox can be changed")


@contextmanager
def folder_of(home: Path, parts: Parts) -> Iterator[tuple[int, str]]:
    """Yield the descriptor of the folder that holds the path, and the last name of the path."""
    if not parts or parts[0] not in (INBOX, OUTBOX):
        raise FileNotFoundError(errno.ENOENT, "There are /inbox and /outbox only")
    descriptor = os.open(home, FOLDER)
    try:
        for name in parts[:-1]:
            inner = os.open(name, FOLDER, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
        yield descriptor, parts[-1]
    finally:
        os.close(descriptor)


def attributes(home: Path, parts: Parts) -> os.stat_result:
    """Return size, kind and times of the path; those of a symlink itself, never of its target."""
    if not parts:
        return home.lstat()
    with folder_of(home, parts) as (folder, name):
        return os.lstat(name, dir_fd=folder)


def entries(home: Path, parts: Parts) -> list[tuple[str, os.stat_result]]:
    """Return the names in a folder with their attributes, in order."""
    if not parts:
        return [(room, (home / room).lstat()) for room in (INBOX, OUTBOX)]
    with folder_of(home, parts) as (folder, name):
        descriptor = os.open(name, FOLDER, dir_fd=folder)
    try:
        with os.scandir(descriptor) as scan:
            return sorted(((entry.name, entry.stat(follow_symlinks=False)) for entry in scan), key=lambda pair: pair[0])
    finally:
        os.close(descriptor)


def open_for_reading(home: Path, parts: Parts) -> FileIO:
    """Return a regular file, opened to be read. Raises PermissionError for anything else."""
    with folder_of(home, parts) as (folder, name):
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise PermissionError(errno.EACCES, "Not a regular file")
    return FileIO(descriptor)


def begin_upload(home: Path, parts: Parts, *, is_new_only: bool) -> Upload:
    """Return an empty upload that will become `parts`; with `is_new_only` that name must be free."""
    require_writable(parts)
    refuse_target(home, parts, is_new_only=is_new_only)
    draft = home / DRAFTS / secrets.token_hex(8)
    descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, FILE_MODE)
    return Upload(home, parts, draft, descriptor, is_new_only)


def refuse_target(home: Path, parts: Parts, *, is_new_only: bool) -> None:
    """Raise OSError if a file cannot be put under this name."""
    with folder_of(home, parts) as (folder, name):
        try:
            present = os.lstat(name, dir_fd=folder)
        except FileNotFoundError:
            return
    if is_new_only:
        raise FileExistsError(errno.EEXIST, "A file of this name is there already")
    if not stat.S_ISREG(present.st_mode):
        raise PermissionError(errno.EACCES, "The name belongs to something that is not a regular file")


def write(upload: Upload, offset: int, data: bytes, maximum_bytes: int) -> None:
    """Store `data` at `offset`. Raises OSError if it cannot be stored whole; the upload is then spoilt."""
    try:
        if offset + len(data) > maximum_bytes:
            raise OSError(errno.EFBIG, f"Files larger than {maximum_bytes} bytes are not taken")
        written = 0
        while written < len(data):
            written += os.pwrite(upload.descriptor, data[written:], offset + written)
    except OSError:
        upload.is_spoilt = True
        raise


def publish(upload: Upload) -> int:
    """Give the complete upload its name, on disk before this returns, and return its size in bytes.

    Raises OSError, and keeps nothing, if a write had failed or the name has been taken meanwhile.
    """
    try:
        if upload.is_spoilt:
            raise OSError(errno.EIO, "The file was not stored whole; send it again")
        refuse_target(upload.home, upload.target, is_new_only=upload.is_new_only)
        os.fsync(upload.descriptor)
        size = os.fstat(upload.descriptor).st_size
        with folder_of(upload.home, upload.target) as (folder, name):
            os.rename(upload.draft, name, dst_dir_fd=folder)
            os.fsync(folder)
        return size
    finally:
        discard(upload)


def discard(upload: Upload) -> None:
    """Close the upload and delete what was not published."""
    os.close(upload.descriptor)
    with suppress(FileNotFoundError):
        upload.draft.unlink()


def rename(home: Path, old: Parts, new: Parts, *, replace: bool) -> None:
    """Rename inside the inbox; without `replace` the new name must be free."""
    require_writable(old)
    require_writable(new)
    if not replace:
        with suppress(FileNotFoundError):
            attributes(home, new)
            raise FileExistsError(errno.EEXIST, "A file of this name is there already")
    with folder_of(home, old) as (source, old_name), folder_of(home, new) as (target, new_name):
        os.rename(old_name, new_name, src_dir_fd=source, dst_dir_fd=target)


def remove(home: Path, parts: Parts) -> None:
    """Delete a file of the inbox."""
    require_writable(parts)
    with folder_of(home, parts) as (folder, name):
        os.unlink(name, dir_fd=folder)


def make_folder(home: Path, parts: Parts) -> None:
    """Make a folder in the inbox."""
    require_writable(parts)
    with folder_of(home, parts) as (folder, name):
        os.mkdir(name, FOLDER_MODE, dir_fd=folder)


def remove_folder(home: Path, parts: Parts) -> None:
    """Delete an empty folder of the inbox."""
    require_writable(parts)
    with folder_of(home, parts) as (folder, name):
        os.rmdir(name, dir_fd=folder)
