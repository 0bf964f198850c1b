"""The inboxes: which uploads have stopped changing, and how to open one without being led elsewhere.

A sender can put anything into its own inbox at any moment, also a link or a newer file under the name just seen. So an
upload is known by its signature (inode, size, time of change), opened without following links, and compared again.
"""

import errno
import os
import stat
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote_from_bytes, unquote_to_bytes

from sealea.errors import UnsafeUpload

UNFINISHED = (".part", ".tmp", ".filepart")
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # O_NONBLOCK: a named pipe must not keep us waiting


@dataclass(frozen=True)
class Upload:
    """One file in a sender's inbox as it was seen there. `quoted_name` is its name, whatever its bytes, as printable ASCII."""

    sender_id: str
    quoted_name: str
    signature: str

    @property
    def name(self) -> str:
        """Return the name as text; bytes that are not UTF-8 and control characters show as the replacement character."""
        text = unquote_to_bytes(self.quoted_name).decode("utf-8", "replace")
        return "".join(character if character.isprintable() else "\ufffd" for character in text)

    @property
    def sent_at_ns(self) -> int:
        """Return when the server received the last byte, in nanoseconds since 1970."""
        return int(self.signature.rsplit(":", 1)[1])


@dataclass(frozen=True)
class Places:
    """Where the uploads of every sender are, and where they go: inboxes, the refused, and those being removed."""

    root: Path

    def inbox(self, sender_id: str) -> Path:
        """Return the folder that the sender writes to."""
        return self.root / sender_id / "inbox"

    def refused(self, sender_id: str) -> Path:
        """Return the folder of uploads that were moved aside unread. No account's name begins with a dot."""
        return self.root / ".refused" / sender_id

    def leaving(self, sender_id: str) -> Path:
        """Return the folder through which received uploads leave the inbox."""
        return self.root / ".leaving" / sender_id


def ready(places: Places, sender_ids: Iterable[str], settle_seconds: float) -> list[Upload]:
    """Return the uploads of these senders that two readings, `settle_seconds` apart, show unchanged."""
    senders = [sender_id for sender_id in sender_ids if places.inbox(sender_id).is_dir()]
    for sender_id in senders:
        put_back(places, sender_id)
    before = {upload for sender_id in senders for upload in uploads(places, sender_id)}
    if not before:
        return []
    time.sleep(settle_seconds)
    return [upload for sender_id in senders for upload in uploads(places, sender_id) if upload in before]


def uploads(places: Places, sender_id: str) -> list[Upload]:
    """Return what lies in the sender's inbox except folders, hidden files and those with the name of an unfinished upload."""
    found = []
    with os.scandir(os.fsencode(places.inbox(sender_id))) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):
                status = entry.stat(follow_symlinks=False)
                if not stat.S_ISDIR(status.st_mode) and not is_unfinished(entry.name):
                    found.append(Upload(sender_id, quote_from_bytes(entry.name), signature(status)))
    return found


def is_unfinished(name: bytes) -> bool:
    """Return whether a client writes under this name what it has not finished."""
    return name.startswith(b".") or name.lower().endswith(tuple(suffix.encode() for suffix in UNFINISHED))


def signature(status: os.stat_result) -> str:
    """Return what tells one upload from another of the same name."""
    return f"{status.st_ino}:{status.st_size}:{status.st_mtime_ns}"


def open_upload(places: Places, upload: Upload, maximum_bytes: int) -> BinaryIO | None:
    """Return the upload, opened to be read; None if it is gone or has changed since it was seen.

    Raises UnsafeUpload, with nothing read, if it is not a regular file of one name, or has more than `maximum_bytes` bytes.
    """
    folder = os.open(places.inbox(upload.sender_id), FOLDER)
    try:
        descriptor = os.open(unquote_to_bytes(upload.quoted_name), FILE, dir_fd=folder)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):  # a symlink; a socket
            raise UnsafeUpload("The upload is a link or a device. Upload the data itself.") from error
        raise
    finally:
        os.close(folder)
    file = os.fdopen(descriptor, "rb")
    try:
        require_plain(os.fstat(descriptor), maximum_bytes)
    except UnsafeUpload:
        file.close()
        raise
    if is_unchanged(file, upload):
        return file
    file.close()
    return None


def require_plain(status: os.stat_result, maximum_bytes: int) -> None:
    """Raise UnsafeUpload unless `status` is that of a regular file with one name and at most `maximum_bytes` bytes."""
    if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
        raise UnsafeUpload("The upload is not a plain file of its own. Upload the data itself.")
    if status.st_size > maximum_bytes:
        raise UnsafeUpload(f"The upload has more than {maximum_bytes} bytes. Ask the SEA how to send it in parts.")


def is_unchanged(file: BinaryIO, upload: Upload) -> bool:
    """Return whether the open file is still what was seen in the inbox."""
    return signature(os.fstat(file.fileno())) == upload.signature


def clear(places: Places, upload: Upload, *, is_refused: bool) -> None:
    """Remove a received upload from its inbox; a refused one is moved aside instead. Nothing happens if it is gone.

    A name may hold a newer upload by now, and a file cannot be deleted on condition: it is taken out first, then looked at.
    """
    name = os.fsdecode(unquote_to_bytes(upload.quoted_name))
    source, leaving = places.inbox(upload.sender_id) / name, places.leaving(upload.sender_id) / name
    leaving.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        source.rename(leaving)
    except FileNotFoundError:
        return
    if signature(leaving.lstat()) != upload.signature:
        leaving.rename(source)
    elif is_refused:
        refused = places.refused(upload.sender_id)
        refused.mkdir(mode=0o700, parents=True, exist_ok=True)
        leaving.rename(refused / upload.signature.replace(":", "-"))
    else:
        leaving.unlink()


def put_back(places: Places, sender_id: str) -> None:
    """Return to the inbox what a crash kept from leaving, unless the sender has used its name again."""
    if places.leaving(sender_id).is_dir():
        for path in places.leaving(sender_id).iterdir():
            if not os.path.lexists(places.inbox(sender_id) / path.name):
                path.rename(places.inbox(sender_id) / path.name)
