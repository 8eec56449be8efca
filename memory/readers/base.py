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


@dataclass(frozen=True, slots=True)
class Reading:
    """One file, read.

    Attributes:
        text: the visible text; quotations are verbatim from it.
        fault: what is broken in a file that could be read otherwise.
    """

    text: str
    lines: Lines
    passages: tuple[Passage, ...]
    title: str = ""
    date: dt.date | None = None
    fault: BadInput | None = None


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


_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?([A-Za-z0-9_.:-]{2,40})""")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def decode(data: bytes) -> str:
    """The text of a file: by its byte order mark, as UTF-8, as it declares itself, or as Windows-1252.

    Raises:
        BadInput: it is no text.
    """
    text = next((_try(data, name) for mark, name in _MARKS if data.startswith(mark)), None)
    text = text if text is not None else _try(data, "utf-8")
    if text is None and (declared := _DECLARED.search(data[:2048])):
        text = _try(data, declared[1].decode("ascii"))
    text = text if text is not None else data.decode("cp1252", errors="replace")
    if len(_CONTROL.findall(text[:65536])) > len(text[:65536]) / 200 or "\0" in text:
        raise BadInput("It is not text: it holds binary data.")
    return text


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None
