"""Forget: lines of memory and journal that go, exactly those, as one commit whose message does not repeat them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from memory.chunk import chunks_of
from memory.document import normalised
from memory.errors import BadInput, Conflict, RflowError
from memory.evidence import Evidence
from memory.history import Change, History
from memory.home import Home
from memory.readers import read_document

FOLDERS = ("memory", "journal")


def forgettable(home: Home) -> tuple[Evidence, ...]:
    """Every statement of memory and journal; documents are the person's own to delete."""
    found: list[Evidence] = []
    for folder in FOLDERS:
        for path in sorted((home.root / folder).rglob("*.md")):
            name = path.relative_to(home.root).as_posix()
            try:
                found += [chunk.evidence() for chunk in chunks_of(name, read_document(name, home.read_bytes(name)))]
            except RflowError:
                continue
    return tuple(found)


def forget(home: Home, history: History, notes: Iterable[Evidence]) -> tuple[str, ...]:
    """Removes the lines of these statements; all other lines stay.

    Returns:
        From where, as "memory/food.md:12".

    Raises:
        BadInput: one of them is neither memory nor journal.
        Conflict: a file changed since it was read; nothing of that file is removed.
    """
    by_path: dict[str, list[Evidence]] = {}
    for note in notes:
        if not note.path.startswith(tuple(f"{folder}/" for folder in FOLDERS)) or note.lines is None:
            raise BadInput(f"{note.path} is neither memory nor journal.", "Delete or edit that file by hand.")
        by_path.setdefault(note.path, []).append(note)
    gone = [_remove(home, path, found) for path, found in sorted(by_path.items())]
    history.record(f"Forget what stood in {', '.join(sorted(by_path))}", [change for change, _ in gone])
    return tuple(place for _, places in gone for place in places)


def _remove(home: Home, path: str, notes: list[Evidence]) -> tuple[Change, list[str]]:
    file = home.read(path)
    lines = re.split(r"(?<=\n)", file.text)
    dropped: set[int] = set()
    for note in notes:
        first, last = note.lines or (0, 0)
        if note.quote not in normalised("".join(lines[first - 1 : last])):
            raise Conflict(f"{path} has changed since it was read.", "Ask again.")
        dropped |= set(range(first - 1, last))
    text = "".join(line for n, line in enumerate(lines) if n not in dropped)
    home.write(path, text, file.etag)
    return Change(path, file.text, text), [f"{path}:{n.lines[0]}" for n in notes if n.lines]
