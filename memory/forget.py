"""Forget: lines of memory and journal that go, exactly those, and their words wherever a record repeats them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from memory.chunk import chunks_of
from memory.dates import ending
from memory.document import normalised
from memory.errors import BadInput, Conflict, NotFound, RflowError
from memory.evidence import Evidence
from memory.history import Change, History
from memory.home import Home
from memory.readers import read_document

FOLDERS = ("memory", "journal")
RECORDS = ("state/proposals.json", "state/choices.json")
"""What was inferred, and what it was inferred from: lists of records as JSON."""
MARK = "(forgotten)"
_PHRASE = 3  # words from which on a note is looked for inside other texts: fewer are anybody's words


class Said:
    """Finds texts that say again what a note said, whatever stands between its words and in whichever case."""

    def __init__(self, notes: Iterable[str]) -> None:
        self.phrases = [words for note in notes if (words := words_of(note[: ending(note).start]))]
        self._pattern = re.compile("|".join(map(_pattern, self.phrases)) or r"(?!)", re.IGNORECASE | re.MULTILINE)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where it is said."""
        return [match.span() for match in self._pattern.finditer(text)]

    def inside(self, text: str) -> bool:
        """Whether it is said."""
        return self._pattern.search(text) is not None

    def perhaps(self, encoded: str) -> bool:
        """Whether a text among whose characters others may stand, as lengths, holds all the words of a note."""
        folded = encoded.casefold()
        return any(all(word in folded for word in words) for words in self.phrases)

    def without(self, value: Any) -> Any:
        """JSON that says it no more: a list loses the items that say it, any other text has a mark in its place.

        What is under "plan" stays: a plan is what the person was shown and approved.
        """
        if isinstance(value, str):
            return self._pattern.sub(MARK, value)
        if isinstance(value, dict):
            return {key: item if key == "plan" else self.without(item) for key, item in value.items()}
        if type(value) in (list, tuple):
            return type(value)(self.without(item) for item in value if not self._said_by(item))
        return value

    def _said_by(self, item: Any) -> bool:
        texts = item.values() if isinstance(item, dict) else (item,)
        return any(isinstance(text, str) and self.inside(text) for text in texts)


def words_of(text: str) -> list[str]:
    """Its words, without case."""
    return re.findall(r"[^\W_]+", text.casefold())


def _pattern(words: list[str]) -> str:
    said = r"[\W_]+".join(map(re.escape, words))
    if len(words) >= _PHRASE:
        return rf"(?<!\w){said}(?!\w)"
    return rf"^[^\w\n]*{said}[^\w\n]*(?:\([^()\n]*\)[^\w\n]*)?$"  # such a note, with or without its date


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
    """Removes the lines of these statements, all other lines stay; and what was inferred that says the same.

    The commit's message does not repeat them.

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
    said = Said(note.quote for found in by_path.values() for note in found)
    records = [path for path in RECORDS if _clear(home, path, said)]
    return (*(place for _, places in gone for place in places), *records)


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


def _clear(home: Home, path: str, said: Said) -> bool:
    """Takes out of a file of records what says it; whether there was something."""
    try:
        file = home.read(path)
        known = json.loads(file.text)
    except (NotFound, BadInput, ValueError):
        return False
    kept = said.without(known)
    if kept == known:
        return False
    home.write(path, json.dumps(kept, ensure_ascii=False, indent=1), file.etag)
    return True
