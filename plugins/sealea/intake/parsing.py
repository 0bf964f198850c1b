"""Parsing: the records of delimited text one by one, as RFC 4180 has them. Exact, and slow: where a block is not as it should be."""

import csv
import io
import itertools
import re
from collections.abc import Callable, Iterator
from typing import TextIO

from sealea.intake.forms import Rows, Text
from sealea.intake.record import Record

# A longer value is a quote that was never closed. Set by us, since the limit belongs to the whole process.
MAXIMUM_VALUE_CHARACTERS = 131_072
QUOTED = r'"[^"]*+(?:""[^"]*+)*+"'
LINE_BREAK = re.compile(r"\r\n|\r|\n")


def opened(form: Text) -> TextIO:
    """Return the text, opened to be read."""
    return io.TextIOWrapper(form.open(), encoding="utf-8", newline="")


def nothing_more() -> Iterator[str]:
    """Return no lines."""
    return iter(())


def parse(text: Iterator[str], delimiter: str, more: Callable[[], Iterator[str]] = nothing_more, *, first_line_number: int = 1) -> Iterator[Record]:
    """Yield the records of RFC 4180 lines of text, whatever its delimiter, in order; nothing is yielded after one that is open.

    `more` gives further lines when the text ends within a record; none are left at the end of the file.
    A quotation mark in a value that is not quoted makes the record unreadable: a delimiter may be missing before it.
    """
    csv.field_size_limit(MAXIMUM_VALUE_CHARACTERS)
    well_quoted = re.compile(rf"(?:{value(delimiter)}{re.escape(delimiter)})*+{value(delimiter)}[\r\n]*")
    taken_lines: list[str] = []
    is_over = False

    def lines() -> Iterator[str]:
        nonlocal is_over
        source: Iterator[str] | None = text
        while source:
            for line in source:
                taken_lines.append(line)
                yield line
            further = more() if taken_lines else nothing_more()
            first = next(further, None)
            source = itertools.chain([first], further) if first is not None else None
        is_over = True  # a reader that asks for one more line than there are is inside a quoted value

    reader = csv.reader(lines(), strict=True, delimiter=delimiter)
    while True:
        before = reader.line_num
        taken_lines.clear()
        try:
            values = next(reader)
            is_readable = all('"' not in line for line in taken_lines) or well_quoted.fullmatch("".join(taken_lines)) is not None
        except StopIteration:
            return
        except csv.Error:
            is_readable = False
        taken = reader.line_num - before
        is_open = not is_readable and (is_over or taken > 1)  # a quote that swallowed lines: which of them it should hold nobody can tell
        yield Record(before + first_line_number, taken, values if is_readable else None, is_open)
        if is_open:
            return


def value(delimiter: str) -> str:
    """Return the regular expression of one value: quoted, or without any quotation mark."""
    return rf'(?:{QUOTED}|[^"{re.escape(delimiter)}\r\n]*+)'


def first_record(records: Iterator[Record]) -> tuple[int, Record | None]:
    """Return the first record that is not blank, None if there is none, and the count of blank lines before it."""
    blank_line_count = 0
    for record in records:
        if not is_blank(record):
            return blank_line_count, record
        blank_line_count += record.line_count
    return blank_line_count, None


def is_blank(record: Record) -> bool:
    """Return whether the record holds no value: an empty line, or spaces and commas only."""
    return record.values is not None and not any(map(str.strip, record.values))


def open_quote_line(form: Text | Rows, record: Record) -> int:
    """Return the line on which the quote opened that spoils the record; it is on one of the lines that were taken for it."""
    if isinstance(form, Rows):
        return record.line_number
    whole_value = re.compile(value(form.delimiter) + re.escape(form.delimiter))
    with opened(form) as text:
        taken = "".join(itertools.islice(text, record.line_number - 1, record.line_number - 1 + record.line_count))
    place = 0
    while whole := whole_value.match(taken, place):
        place = whole.end()
    return record.line_number + len(LINE_BREAK.findall(taken, 0, place))
