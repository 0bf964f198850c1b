"""What an SFTP client may do with its sender's files, in the terms of the protocol.

A client that ends an upload early but properly (OpenSSH's sftp closes the file after Ctrl-C as after the last byte) cannot
be told from one that is done; a lost connection can, and leaves nothing. A file name may hold personal data: the log shows
a short hash of it.
"""

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from hashlib import sha256
from io import FileIO
from typing import cast

import asyncssh
from asyncssh import SSHReader, SSHServerChannel, SSHServerConnection, SSHWriter
from asyncssh.constants import FXF_APPEND, FXF_EXCL, FXF_TRUNC, FXF_WRITE
from asyncssh.sftp import SFTPServerHandler
from asyncssh.stream import SSHServerStreamSession
from typing_extensions import override

from sealea.local import sender_home, senders
from sealea.local.sender_home import Parts, Upload, parts_of
from sealea.settings import Settings

SFTP_VERSION = 3  # what OpenSSH speaks; later versions open files in another way, see Files.map_path

log = logging.getLogger("sealea.sftp")


class Files(asyncssh.SFTPServer):
    """One session's view of its sender's files. Whatever is not defined here is refused, see `map_path`."""

    def __init__(self, channel: SSHServerChannel[bytes], settings: Settings) -> None:
        """Open the home of the account that logged in."""
        super().__init__(channel)
        self.sender_id: str = channel.get_extra_info("username")
        self.is_over = False
        self._home = senders.home(settings, self.sender_id)
        self._maximum_bytes = settings.maximum_file_bytes
        sender_home.ensure_home(self._home)

    @override
    def map_path(self, path: bytes) -> bytes:
        """Refuse: asyncssh's own operations go through here, and links, chmod and version 5 opens are among them."""
        raise asyncssh.SFTPPermissionDenied("Not allowed on this server")

    @override
    def realpath(self, path: bytes) -> bytes:
        """Return the path as the sender sees it."""
        return ("/" + "/".join(parts_of(path))).encode()

    @override
    def lstat(self, path: bytes) -> os.stat_result:
        """Return the attributes of the path itself."""
        return sender_home.attributes(self._home, parts_of(path))

    stat = lstat  # a symlink is shown as one and never followed

    @override
    def fstat(self, file_obj: object) -> os.stat_result:
        """Return the attributes of an open file."""
        return os.fstat(descriptor_of(file_obj))

    @override
    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        """Yield the entries of a folder."""
        for name, attributes in sender_home.entries(self._home, parts_of(path)):
            yield asyncssh.SFTPName(os.fsencode(name), attrs=asyncssh.SFTPAttrs.from_local(attributes))

    @override
    def format_user(self, uid: int | None) -> str:
        """Return the owner shown in listings: the sender, not an account of this machine."""
        return self.sender_id

    @override
    def format_group(self, gid: int | None) -> str:
        """Return the group shown in listings: the sender again."""
        return self.sender_id

    @override
    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> FileIO | Upload:
        """Return a file to read, or a new upload. Its mode is ours, whatever the client asks for."""
        parts = parts_of(path)
        if not pflags & (FXF_WRITE | FXF_APPEND):
            return sender_home.open_for_reading(self._home, parts)
        sender_home.require_writable(parts)
        if pflags & FXF_APPEND or (self._exists(parts) and not pflags & (FXF_TRUNC | FXF_EXCL)):
            raise asyncssh.SFTPFailure("A file cannot be resumed or changed in place; send it again as a whole")
        return sender_home.begin_upload(self._home, parts, is_new_only=bool(pflags & FXF_EXCL))

    def _exists(self, parts: Parts) -> bool:
        """Return whether something has this name."""
        try:
            sender_home.attributes(self._home, parts)
        except FileNotFoundError:
            return False
        return True

    @override
    def read(self, file_obj: object, offset: int, size: int) -> bytes:
        """Return bytes of an open file."""
        return os.pread(descriptor_of(file_obj), size, offset)

    @override
    def write(self, file_obj: object, offset: int, data: bytes) -> int:
        """Store bytes of an upload."""
        if not isinstance(file_obj, Upload):
            raise asyncssh.SFTPPermissionDenied("The file was opened to be read")
        sender_home.write(file_obj, offset, data, self._maximum_bytes)
        return len(data)

    @override
    def fsync(self, file_obj: object) -> None:
        """Do nothing: an upload is on disk before its close is confirmed."""

    @override
    async def close(self, file_obj: object) -> None:
        """Close a file; an upload takes its name, unless the session ended before the client closed it."""
        if isinstance(file_obj, FileIO):
            file_obj.close()
        elif not isinstance(file_obj, Upload):
            raise asyncssh.SFTPInvalidHandle("Not an open file")
        elif self.is_over:
            sender_home.discard(file_obj)
            log.warning("%s upload of %s broke off", self.sender_id, tag(file_obj.target))
        else:
            size = await asyncio.to_thread(sender_home.publish, file_obj)
            log.info("%s uploaded %s, %d bytes", self.sender_id, tag(file_obj.target), size)

    @override
    def setstat(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """Refuse to cut a file; ignore modes, owners and times, which many clients send after each upload."""
        if attrs.size is not None:
            raise asyncssh.SFTPPermissionDenied("A file cannot be changed in place; send it again as a whole")
        sender_home.require_writable(parts_of(path))

    lsetstat = setstat

    @override
    def fsetstat(self, file_obj: object, attrs: asyncssh.SFTPAttrs) -> None:
        """Do as `setstat` does, to an open file."""
        if attrs.size is not None or not isinstance(file_obj, Upload):
            raise asyncssh.SFTPPermissionDenied("A file cannot be changed in place; send it again as a whole")

    @override
    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Rename inside the inbox to a free name."""
        self._rename(oldpath, newpath, replace=False)

    @override
    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Rename inside the inbox, replacing what has the new name."""
        self._rename(oldpath, newpath, replace=True)

    def _rename(self, oldpath: bytes, newpath: bytes, *, replace: bool) -> None:
        """Rename and note it."""
        old, new = parts_of(oldpath), parts_of(newpath)
        sender_home.rename(self._home, old, new, replace=replace)
        log.info("%s renamed %s to %s", self.sender_id, tag(old), tag(new))

    @override
    def remove(self, path: bytes) -> None:
        """Delete a file of the inbox and note it."""
        sender_home.remove(self._home, parts_of(path))
        log.info("%s removed %s", self.sender_id, tag(parts_of(path)))

    @override
    def mkdir(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """Make a folder in the inbox."""
        sender_home.make_folder(self._home, parts_of(path))

    @override
    def rmdir(self, path: bytes) -> None:
        """Delete an empty folder of the inbox."""
        sender_home.remove_folder(self._home, parts_of(path))


class Session(SFTPServerHandler):
    """A session that tells its files when it ends, before asyncssh closes those the client left open."""

    @override
    async def _cleanup(self, exc: Exception | None) -> None:
        files = self._server
        if isinstance(files, Files):
            files.is_over = True
        await super()._cleanup(exc)


class Channel(SSHServerStreamSession[bytes]):
    """A channel that speaks SFTP and nothing else; asyncssh's own would run its own session class."""

    def __init__(self, settings: Settings) -> None:
        """Remember the settings; the client has asked for nothing yet."""
        super().__init__(None)
        self._settings = settings

    @override
    def subsystem_requested(self, subsystem: str) -> bool:
        """Return whether it is SFTP that the client wants."""
        return subsystem == "sftp"

    @override
    def session_started(self) -> None:
        """Serve the client until it goes."""
        channel, connection = cast(SSHServerChannel[bytes], self._chan), cast(SSHServerConnection, self._conn)
        reader, writer = SSHReader[bytes](self, channel), SSHWriter[bytes](self, channel)
        session = Session(Files(channel, self._settings), reader, writer, SFTP_VERSION)
        connection.create_task(session.run(), reader.logger)


def descriptor_of(file_obj: object) -> int:
    """Return the descriptor of what `open` returned."""
    if not isinstance(file_obj, FileIO | Upload):
        raise asyncssh.SFTPInvalidHandle("Not an open file")
    return file_obj.fileno()


def tag(parts: Parts) -> str:
    """Return eight characters that stand for a path in the log."""
    return sha256("/".join(parts).encode()).hexdigest()[:8]
