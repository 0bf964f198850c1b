"""File names: what the name of an upload says about its sender, layout, school year and window. Nothing is guessed between two."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sealea.column_map import NativeFile
from sealea.contract import Contract
from sealea.pack import Pack

FIELDS = {
    "state": r"(?P<state>[a-z]{2})",
    "sender": r"(?P<sender>[a-z0-9-]+)",
    "window": r"(?P<window>[a-z0-9]+)",
    "sent_at": r"(?P<sent_at>\d{8}T\d{6})",
    "number": r"\d+",
    "school_year": r"(?P<school_year>\d{4})",
    "school_year_short": r"(?P<school_year_short>\d{2})",
    "school_years": r"(?P<first_year>\d{4})[-_](?P<school_year>\d{4})",
    "school_years_short": r"(?P<first_year>\d{4})[-_](?P<school_year_short>\d{2})",
}
CENTURY = 2000
WRITTEN_AS_TEXT, PACKED = ("csv", "txt", "tsv"), ("gz", "zip")


@dataclass(frozen=True)
class FileName:
    """What a file's name says. `layout` is an extract or a column map of the pack, `extracts` what a file of it feeds."""

    sender_id: str
    layout: str
    extracts: tuple[str, ...]
    school_year: int
    window_code: str


def understood(name: str, pack: Pack, contracts: Mapping[str, Contract], sender_id: str, kind: str) -> FileName | None:
    """Return what `name` says when this account, of kind lea or sea, sent it.

    None if it follows no pattern, can be read in two ways, or is not this account's to use.
    """
    readings = [own(name, pack, contracts, sender_id, kind), *native(name, pack, contracts, sender_id, kind)]
    found = [reading for reading in readings if reading]
    return found[0] if len(found) == 1 else None


def senders_named(name: str, pack: Pack, contracts: Mapping[str, Contract]) -> list[str]:
    """Return the accounts that may have sent a file of this name, as the name and the column maps tell; none if they do not say."""
    extract = "|".join(sorted(contracts, key=len, reverse=True))
    found = [re.fullmatch(expression(pack.file_name, {"extract": f"(?P<extract>{extract})"}, pack.extensions), name)]
    listed: list[str] = []
    for column_map in pack.maps.values():
        native_name = re.fullmatch(expression(column_map.file.pattern, {}, pack.extensions), name, re.IGNORECASE)
        found.append(native_name)
        if native_name and isinstance(column_map.file.senders, tuple):
            listed += column_map.file.senders
    named = [match["sender"].lower() for match in found if match and "sender" in match.groupdict()]
    return list(dict.fromkeys([*named, *listed]))


def own(name: str, pack: Pack, contracts: Mapping[str, Contract], sender_id: str, kind: str) -> FileName | None:
    """Return what `name` says by the pattern for files in the form of a contract."""
    extract = "|".join(sorted(contracts, key=len, reverse=True))
    found = re.fullmatch(expression(pack.file_name, {"extract": f"(?P<extract>{extract})"}, pack.extensions), name)
    if found is None or found["state"].upper() != pack.state_code or found["sender"] != sender_id:
        return None
    if contracts[found["extract"]].sender not in (kind, "any"):
        return None
    return FileName(sender_id, found["extract"], (found["extract"],), int(found["school_year"]), found["window"])


def native(name: str, pack: Pack, contracts: Mapping[str, Contract], sender_id: str, kind: str) -> list[FileName]:
    """Return what `name` says by the pattern of each column map that the account may use."""
    readings = []
    for layout, column_map in pack.maps.items():
        found = re.fullmatch(expression(column_map.file.pattern, {}, pack.extensions), name, re.IGNORECASE)
        is_of_kind = all(contracts[extract].sender in (kind, "any") for extract in column_map.extracts)
        if found and may_use(column_map.file, sender_id, is_of_kind=is_of_kind):
            said = {field: value.lower() for field, value in found.groupdict().items()}
            year = school_year(said, column_map.file)
            is_own = said.get("sender", sender_id) == sender_id and said.get("state", pack.state_code.lower()) == pack.state_code.lower()
            if year and is_own:
                readings.append(FileName(sender_id, layout, column_map.extracts, year, column_map.file.window or said["window"]))
    return readings


def may_use(file: NativeFile, sender_id: str, *, is_of_kind: bool) -> bool:
    """Return whether the account may send this layout: one that is listed may, whatever its kind."""
    if isinstance(file.senders, tuple) and file.senders:
        return sender_id in file.senders
    return is_of_kind


def expression(pattern: str, more: Mapping[str, str], extensions: Sequence[str]) -> str:
    """Return the regular expression of a file-name pattern. A * holds no digits, so that it never takes part of a year.

    A pattern that ends as a text file does stands for each of the `extensions`; a packed text may keep its own before .gz or .zip.
    """
    fields = {**FIELDS, **more}
    stem, _, extension = pattern.rpartition(".")
    is_open = stem and extension in WRITTEN_AS_TEXT
    escaped = re.escape(stem if is_open else pattern).replace(r"\*", "[^/0-9]*")
    named = re.sub(r"\\{(\w+)\\}", lambda field: fields[field[1]], escaped)
    return named + endings(extension, extensions) if is_open else named


def endings(own: str, extensions: Sequence[str]) -> str:
    """Return the regular expression of the extensions that a name may have: the pattern's own, and those that the pack allows."""
    allowed = {own, *extensions}
    plain, packed = sorted(allowed - set(PACKED)), sorted(allowed & set(PACKED))
    text = "|".join(sorted(allowed & set(WRITTEN_AS_TEXT)))
    return rf"\.(?:{'|'.join(plain)}" + (rf"|(?:(?:{text})\.)?(?:{'|'.join(packed)}))" if packed else ")")


def school_year(said: Mapping[str, str], file: NativeFile) -> int | None:
    """Return the ending year; None if the name says two years that do not follow one another."""
    if file.school_year:
        return file.school_year
    year = int(said["school_year"]) if "school_year" in said else CENTURY + int(said["school_year_short"])
    return None if "first_year" in said and int(said["first_year"]) != year - 1 else year
