"""Archives: the one data file in a .gz or .zip, unpacked while it is read. Nothing is written, and no archive is trusted."""

import gzip
import hashlib
import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sealea.intake.record import Blocks, Refusal, Stream

BLOCK_BYTES = 1 << 20
GZIP, ZIP = b"\x1f\x8b", (b"PK\x03\x04", b"PK\x05\x06")
OTHERS = (b"BZh", b"\xfd7zXZ\x00", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\x28\xb5\x2f\xfd", b"\x1f\x9d")
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
TAR_PLACE, TAR = 257, b"ustar"
# A file of codes packs to a tenth, seldom to a fiftieth of its size; a bomb to a thousandth.
MAXIMUM_BYTES, MAXIMUM_RATIO, ALWAYS_ALLOWED_BYTES = 4 << 30, 200, 64 << 20
MAXIMUM_DIRECTORY_BYTES, MAXIMUM_MANIFEST_BYTES = 1 << 20, 1 << 20
END_OF_DIRECTORY, END_OF_DIRECTORY_64 = b"PK\x05\x06", b"PK\x06\x07"
MANIFEST = "manifest.json"
BY_THE_SYSTEM = re.compile(r"(?:.*/)?(?:\.DS_Store|Thumbs\.db|desktop\.ini)|__MACOSX/.*")
LEADS_ELSEWHERE = re.compile(r"[/\\]|[A-Za-z]:|(?:.*[/\\])?\.\.(?:[/\\]|$)|.*\x00", re.DOTALL)
DAMAGES = (EOFError, OSError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError, struct.error)
DAMAGED = "It is damaged: it cannot be unpacked to its end."


@dataclass(frozen=True)
class Unpacked:
    """The data file. `open` gives its bytes anew; in a zip it has a `name`, and a manifest may lie beside it."""

    open: Callable[[], BinaryIO]
    is_packed: bool = False
    name: str = ""
    manifest: bytes | None = None


def unpacked(path: Path) -> Unpacked:
    """Return the data file in `path`, which may itself be it. Raises Refusal for an archive that does not hold exactly one."""
    with path.open("rb") as file:
        head = file.read(len(OLD_OFFICE))
    if head.startswith(OLD_OFFICE):
        raise Refusal("FILE-012", "It is an old .xls workbook, or one with a password.")
    if head.startswith(OTHERS):
        raise Refusal("FILE-009", "Of compressed files only .gz and .zip are read.")
    if head.startswith(GZIP):
        return alone(Unpacked(lambda: stream(bounded(gunzipped(path), path.stat().st_size)), is_packed=True))
    return alone(in_zip(path)) if head.startswith(ZIP) else Unpacked(lambda: path.open("rb"))


def is_zip(path: Path) -> bool:
    """Return whether `path` begins as a zip file does; a workbook is one too."""
    with path.open("rb") as file:
        return file.read(4) in ZIP


def stream(blocks: Blocks) -> BinaryIO:
    """Return the blocks as a file."""
    return io.BufferedReader(Stream(blocks), BLOCK_BYTES)


def gunzipped(path: Path) -> Blocks:
    """Yield the unpacked bytes of a gzip file."""
    with gzip.open(path) as file:
        while block := file.read(BLOCK_BYTES):
            yield block


def unzipped(path: Path, member: zipfile.ZipInfo) -> Blocks:
    """Yield the unpacked bytes of a member of a zip file."""
    with zipfile.ZipFile(path) as archive, archive.open(member) as file:
        while block := file.read(BLOCK_BYTES):
            yield block


def bounded(unpacked_blocks: Blocks, packed_bytes: int) -> Blocks:
    """Yield the blocks. Raises Refusal if there are too many bytes, by themselves or for what they were packed in, or if they are damaged."""
    count = 0
    try:
        for block in unpacked_blocks:
            count += len(block)
            if count > MAXIMUM_BYTES or count > max(ALWAYS_ALLOWED_BYTES, MAXIMUM_RATIO * packed_bytes):
                raise Refusal("FILE-010", f"It was unpacked no further than {count >> 20} MiB.")
            yield block
    except DAMAGES as error:
        raise Refusal("FILE-009", DAMAGED) from error
    finally:
        unpacked_blocks.close()


def alone(data: Unpacked) -> Unpacked:
    """Return the data file. Raises Refusal if it is an archive or a workbook itself."""
    with data.open() as file:
        head = file.read(TAR_PLACE + len(TAR))
    if head.startswith((*OTHERS, GZIP, *ZIP, OLD_OFFICE)) or head[TAR_PLACE:].startswith(TAR):
        raise Refusal("FILE-009", "It holds another archive or a workbook; send that by itself.")
    return data


def members(path: Path) -> list[zipfile.ZipInfo]:
    """Return the members of a zip file. Raises Refusal for a directory that is damaged or larger than any honest one."""
    require_small_directory(path)
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.infolist()
    except DAMAGES as error:
        raise Refusal("FILE-009", DAMAGED) from error


def require_small_directory(path: Path) -> None:
    """Raise Refusal unless the directory of a zip file is small: it is read into memory as a whole."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - (1 << 16) - 22))
        tail = file.read()
    place = tail.rfind(END_OF_DIRECTORY)
    if place < 0 or len(tail) < place + 22:
        raise Refusal("FILE-009", DAMAGED)
    (directory_bytes,) = struct.unpack_from("<I", tail, place + 12)
    if directory_bytes > MAXIMUM_DIRECTORY_BYTES or tail[max(0, place - 20) :].startswith(END_OF_DIRECTORY_64):
        raise Refusal("FILE-009", "It has more members than an archive of one data file can have.")


def in_zip(path: Path) -> Unpacked:
    """Return the only data file of a zip file. Raises Refusal, by name of the fault, if there is none, or another than exactly one."""
    held = members(path)
    if any(LEADS_ELSEWHERE.match(member.orig_filename) or stat.S_ISLNK(member.external_attr >> 16) for member in held):
        raise Refusal("FILE-009", "A member is a link or has a name that leads out of the archive.")
    files = [member for member in held if not member.is_dir() and not BY_THE_SYSTEM.fullmatch(member.filename)]
    if any(member.flag_bits & 1 for member in files):
        raise Refusal("FILE-009", "It is encrypted; the transfer is protected without it.")
    if any(member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in files):
        raise Refusal("FILE-009", "Its way of compression is not read; use the plain one (deflate).")
    data = [member for member in files if member.filename.rpartition("/")[2] != MANIFEST]
    manifests = [member for member in files if member not in data]
    if len(data) != 1 or len(manifests) > 1:
        raise Refusal("FILE-009", f"It holds {len(data)} data files and {len(manifests)} manifests; it must hold one data file.")
    manifest = whole(path, manifests[0]) if manifests else None
    return Unpacked(lambda: stream(bounded(unzipped(path, data[0]), data[0].compress_size)), True, data[0].filename, manifest)


def whole(path: Path, manifest: zipfile.ZipInfo) -> bytes:
    """Return the bytes of a manifest. Raises Refusal if there are more than a manifest can have."""
    if manifest.file_size > MAXIMUM_MANIFEST_BYTES:
        raise Refusal("FILE-011", "manifest.json is too large.")
    return b"".join(bounded(unzipped(path, manifest), manifest.compress_size))


def sha256(data: Unpacked) -> str:
    """Return the fingerprint of the data file as it was before it was packed."""
    with data.open() as file:
        return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # any binary file will do
