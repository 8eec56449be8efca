"""What is known of the person, as one reads it: their notes by file and heading, each with where it came from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import PurePosixPath
from typing import Literal

from memory.dates import ending
from memory.evidence import Evidence

Origin = Literal["written", "told", "inferred"]
ORIGINS: tuple[Origin, ...] = ("written", "told", "inferred")


@dataclass(frozen=True, slots=True)
class Told:
    """One note in its own words.

    Attributes:
        origin: `written` into its file by the person, `told` in a conversation, or `inferred` by us.
    """

    evidence: Evidence
    text: str
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


def known(notes: Iterable[Evidence]) -> tuple[FileNotes, ...]:
    """The notes by file and heading, in their order."""
    return tuple(_file(path, tuple(map(_told, found))) for path, found in groupby(notes, key=lambda note: note.path))


def _file(path: str, notes: tuple[Told, ...]) -> FileNotes:
    tops = {_above(note)[0] for note in notes}
    stem = PurePosixPath(path).stem.replace("-", " ")
    title = tops.pop() if len(tops) == 1 else ""
    below = groupby(notes, key=lambda note: " · ".join(_above(note)[1 if title else 0 :]))
    headings = tuple(Heading(heading, tuple(found)) for heading, found in below)
    return FileNotes(path, title or stem.capitalize(), headings, Counter(note.origin for note in notes))


def _above(note: Told) -> list[str]:
    return note.evidence.section.split(" > ")


def _told(note: Evidence) -> Told:
    end = ending(note.quote)
    return Told(note, note.quote[: end.start], "inferred" if not note.stated else "told" if end.source else "written")
