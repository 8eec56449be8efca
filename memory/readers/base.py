"""What every reader gives: the text as a person sees it, its passages, and the line of every place in it."""

from __future__ import annotations

import codecs
import datetime as dt
import re
from bisect import bisect_right
from dataclasses import dataclass

from memory.errors import BadInput


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, an item or a row: the smallest thing that an author set apart.

    Attributes:
        start, end: where it stands in the reading's text, in characters.
        section: the headings above it, outermost first.
        date: what it, or the heading above it, states.
        stated: False where it is marked as inferred.
        item: it is one of a list.
    """

    start: int
    end: int
    section: tuple[str, ...] = ()
    date: dt.date | None = None
    stated: bool = True
    item: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """Which line of the file each place in the text comes from: `numbers[i]` from `offsets[i]` on."""

    offsets: tuple[int, ...]
    numbers: tuple[int | None, ...]

    def at(self, offset: int) -> int | None:
        """The line, counted from 1, of the character at `offset`; None where it could not be found."""
        found = bisect_right(self.offsets, offset) - 1
        return self.numbers[found] if found >= 0 else None

    @classmethod
    def of(cls, text: str) -> Lines:
        """The lines of a text that is the file itself."""
        offsets = (0, *(m.end() for m in re.finditer("\n", text)))
        return cls(offsets, tuple(range(1, len(offsets) + 1)))


NOWHERE = Lines((), ())


@dataclass(frozen=True, slots=True)
class Reading:
    """One file, read.

    Attributes:
        text: the visible text; quotations are verbatim from it.
        lines: `NOWHERE` for a file that has none to count.
        fault: what is broken in a file that could be read otherwise.
        pages: as `lines`, for a paged document.
    """

    text: str
    lines: Lines
    passages: tuple[Passage, ...]
    title: str = ""
    date: dt.date | None = None
    fault: BadInput | None = None
    pages: Lines = NOWHERE


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file, or a part of one, that could not be read.

    Attributes:
        path: relative to home.
        why: one sentence.
        partly: the rest of the file was read.
    """

    path: str
    why: str
    partly: bool = False


_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins as UTF-16 does
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?([A-Za-z0-9_.:-]{2,40})""")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_UNSEEN = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(127, 160), *range(55296, 57344)), " ")
HEAD = 65536  # bytes by which a file is judged


def decode(data: bytes) -> str:
    """The text of a file: by its byte order mark, as UTF-8, as it declares itself, or as Windows-1252.

    A stray control character becomes a space, so that every other character stays where it was.

    Raises:
        BadInput: it is no text.
    """
    text = _decoded(data).rstrip("\0")  # a disk that lost power leaves a tail of these
    if len(_CONTROL.findall(text[:HEAD])) > len(text[:HEAD]) / 200:
        raise BadInput("It is not text: it holds binary data.")
    return printable(text)


def printable(text: str) -> str:
    """The text with a space for every character that shows nothing and can only upset a terminal or a database."""
    return text.translate(_UNSEEN)


def _decoded(data: bytes) -> str:
    if mark := next((name for mark, name in _MARKS if data.startswith(mark)), _unmarked_utf16(data[:HEAD])):
        return data.decode(mark, "replace")
    text = _try(data, "utf-8")
    if text is None and (declared := _DECLARED.search(data[:2048])):
        text = _try(data, declared[1].decode("ascii"))
    if text is None and _mostly_utf8(data):
        text = data.decode("utf-8", "replace")
    return text if text is not None else data.decode("cp1252", "replace")


def _unmarked_utf16(head: bytes) -> str:
    """UTF-16 without its mark: in Western text every other byte is 0, and only those are."""
    low, high = head[::2].count(0), head[1::2].count(0)
    if min(low, high) > 0 or max(low, high) < max(len(head) // 5, 2):
        return ""
    return "utf-16-le" if high else "utf-16-be"


def _mostly_utf8(data: bytes) -> bool:
    """A few broken bytes (a file that was cut, a bad disk) do not turn all its accents into something else."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return sum(1 for character in text if character > "\x7f") > 2 * broken


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (ValueError, LookupError):  # a codec may be none of text ("hex", "idna")
        return None
