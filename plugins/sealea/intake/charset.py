"""Charsets: the encoding of a text, told by its byte order mark, the state's map or the bytes themselves.

UTF-8 is the norm. UTF-16 is told by its byte order mark, or by a header that reads as known columns in it. Windows-1252 is the
only encoding that is taken for granted, and the sender is told: of a text that is not UTF-8, when nothing speaks against it:
no byte without a character, nowhere a character in UTF-8, no symbol or odd capital within a word, no character cut off at the
end. Never guessed: which of two encodings a mixture means, other single-byte encodings (of a Mac, of MS-DOS), UTF-32.
"""

import codecs
import re
from collections.abc import Callable
from typing import BinaryIO, NamedTuple

from sealea.intake import lines
from sealea.intake.lines import Lines
from sealea.intake.record import Blocks, Refusal

UTF_8, WINDOWS = "utf-8", "windows-1252"
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, UTF_8),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
CHARACTER_OF_UTF_8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
CUT_OFF = re.compile(rb"(?:[\xc2-\xf4]|[\xe0-\xf4][\x80-\xbf]|[\xf0-\xf4][\x80-\xbf]{2})\Z")
# What a text of a Mac or of MS-DOS shows where its accented letters stand; an apostrophe (92) may stand within a word.
LETTER, SMALL, CAPITAL = r"[A-Za-z\xc0-\xff]", r"[a-z\xdf-\xff]", r"[A-Z\xc0-\xde]"
CARONS = r"[\x8a\x8c\x8e\x9f]"  # capital S and Z with caron, OE, Y with diaeresis
OF_ANOTHER = (
    r"[\x00\x81\x8d\x8f\x90\x9d\x83\x88\x98]",
    rf"{LETTER}[\x82\x84]",
    rf"{LETTER}[\x80-\x87\x89\x8b\x91\x93-\x97\x99\x9b\xa1-\xbf]{LETTER}",
    rf"{LETTER}\xa0{SMALL}",
    rf"{SMALL}{CARONS}",
    rf"{LETTER}{CARONS}{SMALL}",
    rf"{CAPITAL}[\xe0-\xff]{CAPITAL}",
    rf"[\xe0-\xff]{CAPITAL}{{2}}",
)
ODD_LETTERS = re.compile("|".join(OF_ANOTHER).encode("latin-1"))
LONGEST_MATCH, HEAD_BYTES = 4, 1 << 20
Opener = Callable[[], BinaryIO]


class Charset(NamedTuple):
    """The encoding of a text, the length of its byte order mark, and the line that shows it to be Windows-1252.

    `line_count` is known of UTF-8, whose lines are counted while it is decoded.
    """

    encoding: str
    mark_bytes: int = 0
    first_windows_line: int | None = None
    line_count: int | None = None


def charset(opener: Opener, declared: str, has_known_header: Callable[[str], bool]) -> Charset:
    """Return the encoding of a text. `declared` is what the state's map says, or UTF-8; `has_known_header` judges a text's beginning.

    Raises Refusal, naming the line that cannot be read, if there is no single answer.
    """
    with opener() as file:
        head = file.read(HEAD_BYTES)
    for mark, encoding in MARKS:
        if head.startswith(mark):
            return required(opener, Charset(encoding, len(mark)))
    if b"\0" in head:
        for encoding in ("utf-16-le", "utf-16-be"):
            if has_known_header(head.decode(encoding, "ignore")):
                return required(opener, Charset(encoding))
    if declared != UTF_8:
        return required(opener, of_declaration(opener, declared))
    surveyed = utf_8(opener)
    return Charset(UTF_8, line_count=surveyed.count) if surveyed.first_undecodable is None else windows(opener, surveyed)


def utf_8(opener: Opener) -> Lines:
    """Return what the bytes say about their lines when they are read as UTF-8."""
    with opener() as file:
        return lines.surveyed(file)


def required(opener: Opener, found: Charset) -> Charset:
    """Return the charset. Raises Refusal if the bytes are not text in it."""
    if found.encoding == "utf-32":
        raise Refusal("FILE-002", "It is UTF-32.", 1)
    if found.encoding == UTF_8:
        surveyed = utf_8(opener)
        line, found = surveyed.first_undecodable, found._replace(line_count=surveyed.count)
    else:
        line = undecodable_line(opener, found)
    if line is not None:
        raise Refusal("FILE-002", f"It is read as {found.encoding}.", line)
    return found


def of_declaration(opener: Opener, declared: str) -> Charset:
    """Return the declared charset. Raises Refusal for a text that is UTF-8 and has characters which would turn into others."""
    character = first_line(opener, CHARACTER_OF_UTF_8)
    if character is not None and utf_8(opener).first_undecodable is None:
        raise Refusal("FILE-002", f"The state's map reads {declared}, and this is UTF-8.", character)
    return Charset(declared)


def windows(opener: Opener, surveyed: Lines) -> Charset:
    """Return Windows-1252 for bytes that are not UTF-8 on some line. Raises Refusal if something speaks against it."""
    if first_line(opener, CHARACTER_OF_UTF_8) is not None or ends_cut_off(opener):
        raise Refusal("FILE-002", "Other lines are UTF-8, or the file breaks off within a character.", surveyed.first_undecodable)
    against = first_line(opener, ODD_LETTERS)
    if against is not None:
        raise Refusal("FILE-002", "It is neither UTF-8 nor Windows-1252.", against)
    return Charset(WINDOWS, 0, surveyed.first_undecodable, surveyed.count)


def ends_cut_off(opener: Opener) -> bool:
    """Return whether the last bytes are the beginning of a character in UTF-8."""
    tail = b""
    with opener() as file:
        for block in lines.blocks(file):
            tail = (tail + block)[-LONGEST_MATCH:]
    return CUT_OFF.search(tail) is not None


def first_line(opener: Opener, pattern: re.Pattern[bytes]) -> int | None:
    """Return the line of the first match of a pattern of at most four bytes; None if there is none."""
    breaks, before = 0, b""
    with opener() as file:
        for block in lines.blocks(file):
            joined = before + block
            if match := pattern.search(joined):
                return breaks + lines.line_breaks(joined[: match.start()]) + 1
            kept = joined[-LONGEST_MATCH + 1 :]
            breaks, before = breaks + lines.line_breaks(joined) - lines.line_breaks(kept), kept
    return None


def undecodable_line(opener: Opener, found: Charset) -> int | None:
    """Return the line of the first byte that is not text in the charset; None if all of it is text."""
    decoder = codecs.getincrementaldecoder(found.encoding)()
    line = 1
    with opener() as file:
        for block in whole_breaks(file, found):
            pending = decoder.getstate()[0]
            try:
                line += line_breaks(decoder.decode(block))
            except UnicodeDecodeError as error:
                return line + line_breaks((pending + block)[: error.start].decode(found.encoding, "ignore"))
    return line if decoder.getstate()[0] else None


def line_breaks(text: str) -> int:
    """Return the number of LF, CR LF and lone CR in `text`."""
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def whole_breaks(file: BinaryIO, found: Charset) -> Blocks:
    """Yield a text without its byte order mark in blocks that never part a CR from its LF."""
    file.read(found.mark_bytes)
    cr, kept = "\r".encode(found.encoding), b""
    while block := file.read(lines.BLOCK_BYTES):
        joined = kept + block
        kept = joined[-len(cr) :] if joined.endswith(cr) else b""
        yield joined[: len(joined) - len(kept)]
    yield kept


def as_utf_8(opener: Opener, found: Charset) -> Blocks:
    """Yield a text as UTF-8 without its byte order mark."""
    decoder = codecs.getincrementaldecoder(found.encoding)()
    with opener() as file:
        file.read(found.mark_bytes)
        while block := file.read(lines.BLOCK_BYTES):
            yield decoder.decode(block).encode()
