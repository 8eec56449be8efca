"""What is known of the person, as one reads it: their notes by file and heading, each with where it came from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import PurePosixPath
from typing import Literal

from memory.dates import ending
from memory.document import normalised
from memory.errors import RflowError
from memory.evidence import Evidence
from memory.home import Home

Origin = Literal["written", "told", "inferred"]
ORIGINS: tuple[Origin, ...] = ("written", "told", "inferred")


@dataclass(frozen=True, slots=True)
class Told:
    """One note.

    Attributes:
        origin: `written` into its file by the person, `told` in a conversation, or `inferred` by us.
    """

    evidence: Evidence
    origin: Origin


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands under a heading; the title is empty for what stands right under the file's own."""

    title: str
    notes: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class FileNotes:
    """A memory file, read."""

    path: str
    title: str
    headings: tuple[Heading, ...]
    counts: Counter[str]


def known(home: Home, notes: Iterable[Evidence]) -> tuple[FileNotes, ...]:
    """The notes by file and heading, in their order."""
    by_file = groupby(notes, key=lambda note: note.path)
    return tuple(_file(path, tuple(_told(home, path, found))) for path, found in by_file)


def _file(path: str, notes: tuple[Told, ...]) -> FileNotes:
    tops = {_above(note)[0] for note in notes}
    stem = PurePosixPath(path).stem.replace("-", " ")
    title = tops.pop() if len(tops) == 1 else ""
    below = groupby(notes, key=lambda note: " · ".join(_above(note)[1 if title else 0 :]))
    headings = tuple(Heading(heading, tuple(found)) for heading, found in below)
    return FileNotes(path, title or stem.capitalize(), headings, Counter(note.origin for note in notes))


def _above(note: Told) -> list[str]:
    return note.evidence.section.split(" > ")


def _told(home: Home, path: str, notes: Iterable[Evidence]) -> Iterator[Told]:
    """The notes with their origin, which stands at the end of their lines and is no part of what they say."""
    try:
        lines = normalised(home.read(path).text).split("\n")
    except RflowError:  # it went while the notes were read
        lines = []
    for note in notes:
        last = note.lines[1] if note.lines else 0
        source = ending(lines[last - 1]).source if 0 < last <= len(lines) else ""
        yield Told(note, "inferred" if not note.stated else "told" if source else "written")
