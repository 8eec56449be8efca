"""Chunks: what is indexed and cited, cut at sentences, each with an id that a rebuild gives again."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from memory.dates import date_in
from memory.evidence import Evidence
from memory.readers import Passage, Reading

TARGET = 700  # characters, some 110 words: what the embedding model reads well in one piece
MOST = 1000  # characters; a sentence longer than this is cut between words
CONTEXT = 240  # characters of a piece that stands before, to find the next one by
PIECES = 2  # of them: in a conversation what was asked, and what the same person said before
TAIL = 60  # characters by which a piece is known again
VERSION = "4"  # of the way files are cut; another one rebuilds the index

_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]*_]*\s+|\n\s*\n")
_FILE_DATE = re.compile(r"\d{4}-\d{2}(?:-\d{2})?")


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage, or a piece of a long one.

    Attributes:
        text: verbatim from the file, or from its visible text.
        context: the pieces that stand just before it, one a line; helps to find it and is no part of it.
    """

    id: str
    path: str
    lines: tuple[int, int] | None
    section: tuple[str, ...]
    title: str
    text: str
    context: str = ""
    date: dt.date | None = None
    stated: bool = True
    page: int | None = None

    @property
    def heading(self) -> str:
        """Title and headings, each once."""
        return " > ".join(dict.fromkeys(part for part in (self.title, *self.section) if part))

    @property
    def embedded(self) -> str:
        """What the embedding model reads."""
        above = " > ".join(self.section[-2:]) or self.title
        return "\n".join(part for part in (above, self.context, self.text) if part)

    def evidence(self, score: float = 0.0) -> Evidence:
        """The chunk as a citation."""
        return Evidence(
            id=self.id,
            path=self.path,
            lines=self.lines,
            page=self.page,
            section=" > ".join(self.section),
            quote=self.text,
            date=self.date,
            stated=self.stated,
            score=score,
        )


def chunks_of(path: str, reading: Reading) -> tuple[Chunk, ...]:
    """Cuts a file.

    Args:
        path: relative to home; part of the ids.
        reading: what a reader made of the file.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    named = _FILE_DATE.search(path.rpartition("/")[2])
    default = reading.date or (date_in(named[0]) if named else None)
    chunks = []
    for passage, start, end, context in _pieces(reading, linked=not path.startswith("memory/")):
        text = reading.text[start:end]
        key = (path, *passage.section, text)
        first, last = reading.lines.at(start), reading.lines.at(end - 1)
        chunks.append(
            Chunk(
                id=_id(key, seen[key]),
                path=path,
                lines=(first, max(first, last)) if first and last else None,
                section=passage.section,
                title=reading.title,
                text=text,
                context=context,
                date=passage.date or default,
                stated=passage.stated,
                page=reading.pages.at(start),
            )
        )
        seen[key] += 1
    return tuple(chunks)


def _id(key: tuple[str, ...], occurrence: int) -> str:
    return hashlib.sha256("\0".join((*key, str(occurrence))).encode("utf-8", "replace")).hexdigest()[:24]


def _pieces(reading: Reading, *, linked: bool) -> Iterator[tuple[Passage, int, int, str]]:
    """Every piece of every passage with what leads up to it; notes (`linked=False`) stand for themselves."""
    leads, before = list[str](), Passage(0, 0)
    for passage in reading.passages:
        if passage.section != before.section:
            leads = []
        for start, end in cut(reading.text, passage.start, passage.end):
            within = [_tail(reading.text[max(passage.start, start - CONTEXT - 1) : start])]
            above = within if start > passage.start else leads if linked else []
            yield passage, start, end, "\n".join(above)
        # What leads a list in ("Places I want to try:") belongs to each of its items.
        if not passage.item:
            leads = [*leads, _tail(reading.text[passage.start : passage.end])][-PIECES:]
        before = passage


def _tail(text: str) -> str:
    """The end of a text on one line, from the beginning of a sentence where one begins there, else of a word."""
    if len(text) > CONTEXT:
        tail = text[-CONTEXT:]
        begin = _SENTENCE_END.search(tail)
        text = tail[begin.end() :] if begin and begin.end() < len(tail) else tail.partition(" ")[2]
    return " ".join(text.split())


def plain_tail(text: str) -> str:
    """A text's last words, by which a chunk is known again in the context of the next."""
    return " ".join(text[-2 * TAIL :].split())[-TAIL:]


def cut(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cuts a span into pieces of about TARGET characters at the ends of sentences; white space around is left out."""
    pieces: list[tuple[int, int]] = []
    for left, right in _sentences(text, start, end):
        if pieces and right - pieces[-1][0] <= TARGET:
            pieces[-1] = (pieces[-1][0], right)
        else:
            pieces.append((left, right))
    if len(pieces) > 1 and pieces[-1][1] - pieces[-2][0] <= MOST:
        pieces[-2:] = [(pieces[-2][0], pieces[-1][1])]
    return [_trimmed(text, *piece) for piece in pieces if text[slice(*piece)].strip()]


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    left = start
    for stop in (*(m.end() for m in _SENTENCE_END.finditer(text, start, end)), end):
        while stop - left > MOST:
            space = text.rfind(" ", left + MOST // 2, left + MOST)
            middle = space + 1 if space > 0 else left + MOST
            yield left, middle
            left = middle
        if stop > left:
            yield left, stop
        left = stop


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())
