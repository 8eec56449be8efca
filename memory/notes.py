"""Notes: the statements in memory files, read as evidence, and written as bullets under their heading."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from textwrap import shorten
from weakref import WeakKeyDictionary

from memory.chunk import Chunk, chunks_of
from memory.dates import ending, says_inferred
from memory.document import Document, normalised, parse_leniently
from memory.errors import BadInput, Conflict, NotFound, RflowError
from memory.evidence import Evidence
from memory.history import Change, History
from memory.home import Home
from memory.readers import read_document

TRIES = 5  # a person's editor may save in between; each try reads anew
MOST = 2000  # characters of a note
Place = tuple[str, str]
"""A memory file, relative to home, and a heading in it."""
FALLBACK: Place = ("memory/notes.md", "Notes")
Parsed = tuple[bytes, tuple[Chunk, ...]]
_PARSED: WeakKeyDictionary[Home, dict[str, Parsed]] = WeakKeyDictionary()  # as they stand; nothing that is gone


@dataclass(frozen=True, slots=True)
class Shelf:
    """A heading of a memory file, where a note can go.

    Attributes:
        above: the headings above it and itself, outermost first.
        lines: the notes under it.
        guide: what the file's guidance says.
    """

    path: str
    heading: str
    above: tuple[str, ...]
    lines: tuple[str, ...] = ()
    guide: str = ""

    @property
    def place(self) -> Place:
        """As `remember` takes it."""
        return self.path, self.heading


def notes(home: Home) -> tuple[Evidence, ...]:
    """Every statement of every memory file, in their order; files that cannot be read are left to `Index.sync`."""
    known, now = _PARSED.get(home, {}), {}
    for path in sorted((home.root / "memory").rglob("*.md")):
        name = path.relative_to(home.root).as_posix()
        now[name] = _parsed(home, name, known.get(name))
    _PARSED[home] = now
    return tuple(note.evidence() for _, chunks in now.values() for note in chunks)


def shelves(home: Home) -> tuple[Shelf, ...]:
    """Every heading of every memory file under which notes stand, or could; an empty title over others is none."""
    found = []
    for path in sorted((home.root / "memory").rglob("*.md")):
        name = path.relative_to(home.root).as_posix()
        try:
            document, _ = parse_leniently(home.read(name).text)
        except RflowError:
            continue
        guide = " ".join(b.text for s in document.sections for b in s.blocks if b.kind == "quote")
        made = [
            Shelf(name, s.heading, s.path, tuple(b.text for b in s.blocks if b.kind in ("item", "paragraph")), guide)
            for s in document.sections
            if s.heading and not any(says_inferred(heading) for heading in s.path)
        ]
        found += [s for s in made if s.lines or not any(o.above[:-1] == s.above for o in made)]
    return tuple(found)


def _parsed(home: Home, path: str, known: Parsed | None) -> Parsed:
    """A file's words and its passages; those that are known where it has not changed."""
    if any(part.startswith(".") for part in PurePosixPath(path).parts):
        return b"", ()
    try:
        data = home.read_bytes(path)
        return known if known and known[0] == data else (data, chunks_of(path, read_document(path, data)))
    except RflowError:
        return b"", ()


def remember(home: Home, history: History, path: str, heading: str, text: str, date: dt.date, source: str) -> Evidence:
    """Writes a note as a bullet under a heading, and commits it; both file and heading are made where missing.

    A note that stands there already is not written twice.

    Args:
        path: a memory file, relative to home ("memory/food.md").
        heading: without its marks; compared without case.
        text: one statement; line breaks become spaces.
        source: where it was said, one word ("web"); "inferred" marks it as ours.

    Raises:
        BadInput: no memory file, an empty or overlong note.
        Conflict: the file kept changing while it was written.
    """
    text, heading = one_line(text), one_line(heading)
    if not path.startswith("memory/") or not path.endswith(".md"):
        raise BadInput(f"{path!r} is not a memory file.", "Name one as in memory/food.md.")
    if not text or len(text) > MOST:
        raise BadInput(f"A note has 1 to {MOST} characters; this one has {len(text)}.", "Say it shorter.")
    for _ in range(TRIES):
        if kept := _standing(home, path, heading, text):
            return kept
        before, etag = _read(home, path)
        after = _after(path, before, heading, _bullet(text, date, source))
        try:
            home.write(path, after, etag)
        except Conflict:
            continue
        begun = shorten(text, 60, placeholder=" …")
        history.record(f"Remember in {path}: {begun}", [Change(path, before if etag else None, after)])
    raise Conflict(f"{path} keeps changing while the note is written.", "Save and close it elsewhere, and try again.")


def preview(home: Home, path: str, heading: str, text: str, date: dt.date, source: str) -> tuple[str, str]:
    """The file's text as it is and as `remember` would make it."""
    before, _ = _read(home, path)
    return before, _after(path, before, one_line(heading), _bullet(one_line(text), date, source))


def one_line(text: str) -> str:
    """One line without control characters and without marks that would make it something else than a note."""
    line = " ".join(re.sub(r"[\x00-\x1f\x7f\u2028\u2029]", " ", text).split())
    return re.sub(r"^(?:[#>*+-]+ ?|\d{1,9}[.)](?= |$) ?)+", "", line)


def _bullet(text: str, date: dt.date, source: str) -> str:
    said = "-".join(re.findall(r"[a-z]+", source.lower()))
    return f"- {text} ({date.isoformat()}{', ' + said if said else ''})"


def _read(home: Home, path: str) -> tuple[str, str | None]:
    try:
        file = home.read(path)
    except NotFound:
        return "", None
    return file.text, file.etag


def _standing(home: Home, path: str, heading: str, text: str) -> Evidence | None:
    for chunk in _parsed(home, path, None)[1]:
        under = chunk.section[-1] if chunk.section else ""
        if chunk.text[: ending(chunk.text).start] == text and under.casefold() == heading.casefold():
            return chunk.evidence()
    return None


def _after(path: str, before: str, heading: str, bullet: str) -> str:
    if not before:
        title = PurePosixPath(path).stem.replace("-", " ").capitalize()
        under = "" if heading.casefold() == title.casefold() else f"## {heading}\n\n"
        return f"# {title}\n\n{under}{bullet}\n"
    return _with(before, heading, bullet)


def _with(text: str, heading: str, bullet: str) -> str:
    """The file with the bullet after the last thing under its heading; every other line as it was."""
    end = "\r\n" if "\r\n" in text else "\n"
    document, _ = parse_leniently(text)
    lines = normalised(text).split("\n")
    bom = "\ufeff" if text.startswith("\ufeff") else ""
    place = _place(document, heading, lines)
    if place is None:
        while lines and not lines[-1].strip():
            lines.pop()
        lines += ["", f"## {heading}", "", bullet, ""] if lines else [f"## {heading}", "", bullet, ""]
    else:
        after, gap = place
        lines[after:after] = ["", bullet] if gap else [bullet]
        if after + 1 + gap >= len(lines):
            lines.append("")
    return bom + end.join(lines)


def _place(document: Document, heading: str, lines: list[str]) -> tuple[int, bool] | None:
    """After how many lines the bullet goes, and whether a blank line must stand before it."""
    section = document.section(heading)
    if section is None:
        return None
    last = max((b.lines[1] for b in section.blocks), default=section.line)
    return last, not (section.blocks and section.blocks[-1].kind == "item")
