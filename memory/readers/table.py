"""CSV: each row as "column: value", with the lines it takes in the file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice, zip_longest

from memory.dates import leading_date
from memory.document import normalised
from memory.errors import BadInput
from memory.readers.base import Lines, Passage, Reading
from memory.readers.text import read_text

DELIMITERS = ",;\t|"
SAMPLE = 16_384  # characters by which the delimiter is told
MOST_ROWS = 50_000
MOST_CELL = 1_000_000  # characters
_VALUE = re.compile(r"[\W\d_]*")


def read_table(text: str) -> Reading:
    """A table; a text that has no delimiter in it is a text.

    Quotations are verbatim from the rows as they are shown here; their values are verbatim from the file.
    """
    text = normalised(text)
    csv.field_size_limit(MOST_CELL)
    try:
        delimiter = _delimiter(text[:SAMPLE])
        reading = _reading(text, delimiter) if delimiter else None
    except csv.Error as error:
        raise BadInput(
            f"It is not a table that can be read: {error}.", "Look whether a quotation mark is missing."
        ) from error
    return reading if reading and reading.passages else read_text(text)


def _delimiter(sample: str) -> str:
    """The delimiter: the one that cuts the first rows most evenly into two cells or more."""
    counts = {
        mark: [len(row) for row in islice(csv.reader(io.StringIO(sample), delimiter=mark), 20)] for mark in DELIMITERS
    }
    fits = {mark: sum(n == found[0] for n in found) for mark, found in counts.items() if found and found[0] > 1}
    return max(fits, key=lambda mark: (fits[mark], counts[mark][0])) if fits else ""


@dataclass
class _Builder:
    """Joins rows to a reading."""

    names: list[str]
    _texts: list[str] = field(default_factory=list)
    _length: int = 0
    _offsets: list[int] = field(default_factory=list)
    _numbers: list[int] = field(default_factory=list)
    _passages: list[Passage] = field(default_factory=list)

    def add(self, row: list[str], first: int, last: int) -> None:
        """Appends a row that takes these lines of the file."""
        shown = [(name, " ".join(cell.split())) for name, cell in zip_longest(self.names, row, fillvalue="")]
        text = "; ".join(f"{name}: {cell}" if name else cell for name, cell in shown if cell)
        if not text:
            return
        end, date = self._length + len(text), next(filter(None, map(leading_date, row)), None)
        self._passages.append(Passage(self._length, end, date=date, item=True))
        self._texts.append(text)
        self._offsets += [self._length] if last == first else [self._length, end - 1]
        self._numbers += [first] if last == first else [first, last]
        self._length = end + 1

    def reading(self, fault: BadInput | None) -> Reading:
        """What was added, as one."""
        lines = Lines(tuple(self._offsets), tuple(self._numbers))
        return Reading("\n".join(self._texts), lines, tuple(self._passages), fault=fault)


def _reading(text: str, delimiter: str) -> Reading:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    first = next(filter(any, rows), [])
    builder = _Builder([" ".join(name.split()) for name in first] if _is_header(first) else [])
    before = rows.line_num
    if not builder.names:
        builder.add(first, 1, before)
    for count, row in enumerate(rows, 1):
        if count > MOST_ROWS:
            return builder.reading(
                BadInput(f"It has more than {MOST_ROWS} rows: the rows after them are left out.", "Split it.")
            )
        builder.add(row, before + 1, rows.line_num)
        before = rows.line_num
    return builder.reading(None)


def _is_header(row: Sequence[str]) -> bool:
    """Names of columns: words, each another one; a number or a day is a value."""
    names = [name.strip().casefold() for name in row if name.strip()]
    return len(set(names)) == len(names) > 0 and not any(_VALUE.fullmatch(n) or leading_date(n) for n in names)
