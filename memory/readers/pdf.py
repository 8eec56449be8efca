"""PDF: the text of its pages under its bookmarks, each passage with its page."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pypdfium2

from memory.errors import BadInput
from memory.readers import unseen
from memory.readers.base import NOWHERE, Lines, Passage, Reading, printable
from memory.readers.locate import letters

RUNS = 3  # pages that begin or end with the same line, its numbers aside: it is a running head
FULL = 0.6  # of the page's usual line: a line longer than this goes on in the next one
MOST_BOOKMARKS = 20_000
PASSWORD, SECURITY = 4, 5  # error codes of pdfium

_NUMBER = re.compile(r"\d+|\b[ivxlc]+\b")
_MARKED = re.compile(r"[•◦▪‣·–*-]\s|\(?\w{1,3}[.)]\s")
_DAY = re.compile(r"D:(\d{4})(\d{2})(\d{2})")


@dataclass(frozen=True, slots=True)
class _Part:
    """What stands on one page under one heading."""

    section: tuple[str, ...]
    lines: list[str]


def read_pdf(data: bytes) -> Reading:
    """A PDF.

    Raises:
        BadInput: it cannot be opened, or holds no text.
    """
    document = _opened(data)
    read = [_lines(document, number) for number in range(len(document))]
    pages, hidden = [lines for lines, _ in read], sum(words for _, words in read)
    unread = [number for number, lines in enumerate(pages, 1) if lines is None]
    if not any(pages):
        raise unseen.fault(hidden, rest="") or _empty(len(pages), len(unread))
    about = document.get_metadata_dict()
    builder = _Builder(_bookmarks(document))
    heads = _running(pages)
    for number, lines in enumerate(pages, 1):
        builder.page(number, lines or [], heads)
    fault = _fault(data, unread) or unseen.fault(hidden)
    return builder.reading(about.get("Title", ""), _day(about.get("CreationDate", "")), fault)


def _opened(data: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code in (PASSWORD, SECURITY):
            raise BadInput("It is a PDF with a password.", "Save a copy without the password.") from error
        if b"%%EOF" not in data[-2048:]:
            raise BadInput("It is a PDF that breaks off: its end is missing.", "Copy or download it again.") from error
        raise BadInput("It is a PDF that is broken: no page can be read.", "Copy or download it again.") from error


def _empty(pages: int, unread: int) -> BadInput:
    count = f"{pages} page{'s' * (pages != 1)}"
    if unread == pages:
        return BadInput(f"It is a PDF of {count}, none of which can be read.", "Copy or download it again.")
    return BadInput(f"It has {count} and no text in it: a scan, or pictures.", "Have it recognised (OCR), and save it.")


def _fault(data: bytes, unread: Sequence[int]) -> BadInput | None:
    if unread:
        named = ", ".join(map(str, unread[:10])) + (", …" if len(unread) > 10 else "")
        return BadInput(f"Page{'s' * (len(unread) > 1)} {named} cannot be read.", "The rest is used.")
    if b"%%EOF" not in data[-2048:]:
        return BadInput("The PDF breaks off: its end is missing.", "What could be read is used.")
    return None


def _lines(document: pypdfium2.PdfDocument, index: int) -> tuple[list[str] | None, int]:
    """The lines of a page, None where it is broken; and how many words of it are not seen."""
    try:
        page = document[index]
        hidden = unseen.remove_unseen(page)
        text = page.get_textpage().get_text_bounded()
        page.close()
    except (pypdfium2.PdfiumError, ValueError):
        return None, 0
    # A word that was divided at a line's end comes in one piece, with one of these where the hyphen was.
    text = printable(text.replace("\x02", "").replace("\ufffe", ""))
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()], hidden


def _bookmarks(document: pypdfium2.PdfDocument) -> dict[int, list[tuple[int, str]]]:
    """The level and title of each bookmark by the page it leads to, counted from 1."""
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for count, mark in enumerate(document.get_toc()):
        if count == MOST_BOOKMARKS:
            break
        target, title = mark.get_dest(), printable(" ".join(mark.get_title().split()))[:200]
        index = target.get_index() if target else None
        if index is not None and title:
            found[index + 1].append((mark.level, title))
    return found


def _running(pages: Sequence[list[str] | None]) -> set[str]:
    """What stands at the top or the bottom of many pages, with its numbers left out."""
    edges = Counter(shape for lines in pages if lines for shape in {_shape(lines[0]), _shape(lines[-1])})
    return {shape for shape, count in edges.items() if count >= RUNS}


def _shape(line: str) -> str:
    return _NUMBER.sub("#", line.lower())


@dataclass
class _Builder:
    """Joins pages to a reading."""

    bookmarks: dict[int, list[tuple[int, str]]]
    _texts: list[str] = field(default_factory=list)
    _length: int = 0
    _starts: list[int] = field(default_factory=list)
    _numbers: list[int] = field(default_factory=list)
    _passages: list[Passage] = field(default_factory=list)
    _headings: list[tuple[int, str]] = field(default_factory=list)

    def page(self, number: int, lines: list[str], heads: set[str]) -> None:
        """Appends a page."""
        self._starts.append(self._length)
        self._numbers.append(number)
        width = sorted(map(len, lines))[len(lines) * 9 // 10] if lines else 0
        first, last = 0, len(lines)
        if lines and _shape(lines[0]) in heads:
            self._put(lines[0])
            first = 1
        if last > first and _shape(lines[-1]) in heads:
            last -= 1
        for part in self._parts(lines[first:last], self.bookmarks.get(number, [])):
            if text := flowed(part.lines, width):
                start = self._put(text)
                self._passages.append(Passage(start, start + len(text), part.section))
        if last < len(lines):
            self._put(lines[-1])

    def reading(self, title: str, date: dt.date | None, fault: BadInput | None) -> Reading:
        """What was appended, as one."""
        pages = Lines(tuple(self._starts), tuple(self._numbers))
        text = "".join(self._texts)
        return Reading(text, NOWHERE, tuple(self._passages), printable(title).strip(), date, fault, pages)

    def _put(self, text: str) -> int:
        start = self._length
        self._texts.append(text + "\n")
        self._length += len(text) + 1
        return start

    def _parts(self, lines: list[str], marks: list[tuple[int, str]]) -> Iterator[_Part]:
        """The page cut at the lines that are its bookmarks' headings; one that is not found counts from the last."""
        begin = 0
        for level, title in marks:
            at = _find(title, lines, begin)
            if at is not None:
                yield self._part(lines[begin:at])
                self._put(lines[at])
                begin = at + 1
            self._headings = [*((depth, text) for depth, text in self._headings if depth < level), (level, title)]
        yield self._part(lines[begin:])

    def _part(self, lines: list[str]) -> _Part:
        return _Part(tuple(text for _, text in self._headings), lines)


def _find(title: str, lines: Sequence[str], begin: int) -> int | None:
    """The line that is the title, with a number such as "4.2" or "Chapter 4" before it at most."""
    wanted = letters(title).lower()
    for at in range(begin, len(lines)):
        if len(lines[at]) <= len(title) + 16 and wanted and letters(lines[at]).lower().endswith(wanted):
            return at
    return None


def flowed(lines: Sequence[str], width: int) -> str:
    """Lines joined where a sentence only went on in the next one; an empty line where a paragraph seems to end."""
    text = ""
    for before, line in zip(["", *lines], lines, strict=False):
        text += _joint(before, line, width) + line
    return text


def _joint(before: str, line: str, width: int) -> str:
    if not before:
        return ""
    full = len(before) > FULL * width
    if _MARKED.match(line) or (not full and before[-1] in ".!?:…"):
        return "\n\n"
    if not full:
        return "\n"
    return "" if before[-1] > "\u2e80" and line[0] > "\u2e80" else " "  # Chinese and Japanese put no space there


def _day(stamp: str) -> dt.date | None:
    match = _DAY.match(stamp)
    try:
        return dt.date(*map(int, match.groups())) if match else None
    except ValueError:
        return None
