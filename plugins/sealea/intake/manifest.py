"""Manifests: what a sender says in manifest.json of the file beside it. What does not agree returns the file."""

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from sealea.contract import Closed
from sealea.intake import archive, header
from sealea.intake.archive import Unpacked
from sealea.intake.header import Layout
from sealea.intake.record import Record, Refusal

RULE = "FILE-011"
WHOLE_STATE = "*"
NO_NUL = r"^[^\x00]*$"
NOT_OF_A_NUMBER = str.maketrans("", "", "$, ()-")


class Resubmission(Closed):
    """Why a file is sent again."""

    type: Literal["correction", "late", "appeal", "other"]
    reason: Annotated[str, Field(min_length=1, max_length=1000, pattern=NO_NUL)]
    replaces: Annotated[str, Field(max_length=200, pattern=NO_NUL)] = ""


class DataFile(Closed):
    """What the manifest says of one file."""

    name: str
    record: str = ""
    rows: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{64}$")]
    control_totals: dict[str, Decimal] = Field(default={})


class Manifest(Closed):
    """The manifest of one archive."""

    spec_version: str = ""
    lea_id: str
    window: str
    files: Annotated[tuple[DataFile, ...], Field(min_length=1, max_length=1)]
    submitted_by: str = ""
    resubmission: Resubmission | None = None


def manifest(data: Unpacked) -> Manifest | None:
    """Return the manifest beside the data file; None if there is none. Raises Refusal naming the keys that are not of its form."""
    if data.manifest is None:
        return None
    try:
        return Manifest.model_validate(json.loads(data.manifest, parse_float=Decimal))
    except ValidationError as error:
        known = {name for model in (Manifest, DataFile, Resubmission) for name in model.model_fields}
        places = {".".join(str(part) for part in fault["loc"] if part in known) or "a key of its own" for fault in error.errors(include_input=False)}
        deepest = [place for place in places if not any(other.startswith(f"{place}.") for other in places)]
        raise Refusal(RULE, f"It is not of the guide's form: {', '.join(sorted(deepest))}.") from None
    except (ValueError, RecursionError):
        raise Refusal(RULE, "It is not JSON.") from None


def require_agreement(said: Manifest, data: Unpacked, window: str, organisations: frozenset[str]) -> None:
    """Raise Refusal unless the manifest speaks of this file and, as far as they are known, of its window and its sender's organisations."""
    file = said.files[0]
    if file.name not in (data.name, data.name.rpartition("/")[2]):
        raise Refusal(RULE, "It names another file than the one that lies beside it.")
    if file.sha256.lower() != archive.sha256(data):
        raise Refusal(RULE, "The sha256 of the file is another one.")
    if window and said.window.lower() != window.lower():
        raise Refusal(RULE, "It names another window than the file's name.")
    own = {organisation.lower() for organisation in organisations}
    if own and WHOLE_STATE not in own and said.lea_id.lower() not in own:
        raise Refusal(RULE, "It names another organisation than the account reports.")


def require_totals(said: Manifest, records: Iterable[Record], layout: Layout) -> None:
    """Raise Refusal unless the records below the header are as many as the manifest says and add up to its control totals."""
    file, rows = said.files[0], (record.values for record in records if record.values is None or any(map(str.strip, record.values)))
    head = next(rows, None)
    places = header.positions(head or [], layout)
    columns = {name: places.get(layout.names.get(name, name)) for name in file.control_totals}
    if any(place is None for place in columns.values()):
        raise Refusal(RULE, "A control total is of a column that the file does not have.")
    count, sums = summed(rows, {name: place for name, place in columns.items() if place is not None})
    if count != file.rows:
        raise Refusal(RULE, f"It says {file.rows:,} rows; the file has {count:,}.")
    wrong = [name for name, total in file.control_totals.items() if sums[name] != total]
    if wrong:
        raise Refusal(RULE, f"The control total of {', '.join(sorted(layout.names.get(name, 'a column') for name in wrong))} is another one.")


def summed(rows: Iterable[Sequence[str] | None], columns: Mapping[str, int]) -> tuple[int, dict[str, Decimal]]:
    """Return the count of rows and the sum of each of the columns, given by their places; what is no number adds nothing."""
    count, sums = 0, dict.fromkeys(columns, Decimal(0))
    for values in rows:
        count += 1
        for name, place in columns.items():
            if values is not None and place < len(values):
                sums[name] += number(values[place])
    return count, sums


def number(written: str) -> Decimal:
    """Return an amount as a sender writes it; zero if it is none."""
    digits = written.translate(NOT_OF_A_NUMBER)
    try:
        amount = Decimal(digits) if digits.replace(".", "").isdecimal() else Decimal(0)
    except InvalidOperation:
        return Decimal(0)
    return -amount if "-" in written or "(" in written else amount
