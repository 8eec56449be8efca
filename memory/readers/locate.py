"""Finds the line in marked-up source from which a visible text comes."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from dataclasses import dataclass, field

from memory.readers.base import Lines

_TAG = re.compile(r"</?[A-Za-z!?][^<>]*>")
_LETTERLESS = re.compile(r"[\W_]+")
_WORD = re.compile(r"\S+")
PROBE = 48  # letters of a block's beginning that must be found


def letters(text: str) -> str:
    """Only letters and digits: what markup, escapes and white space leave untouched."""
    return _LETTERLESS.sub("", text)


def _bare(source: str, layers: int) -> str:
    """The source without tags and escapes, each line where it was."""
    source = source.replace("<![CDATA[", "").replace("]]>", "")
    for _ in range(layers):
        source = _TAG.sub(lambda m: "\n" * m[0].count("\n"), source)
        source = "\n".join(html.unescape(line).replace("\n", " ") for line in source.split("\n"))
    return source


@dataclass
class Locator:
    """Finds blocks in their order; a block that is not found keeps its neighbours' places unharmed.

    Args:
        layers: how many times the text is escaped: 2 in a feed that escapes its HTML.
    """

    source: str
    layers: int = 1
    _letters: str = ""
    _ends: list[int] = field(default_factory=list)  # how many letters stand up to the end of each line
    _cursor: int = 0

    def __post_init__(self) -> None:
        lines = [letters(line) for line in _bare(self.source, self.layers).split("\n")]
        self._letters, total = "".join(lines), 0
        for line in lines:
            total += len(line)
            self._ends.append(total)

    def find(self, block: str) -> list[tuple[int, int | None]]:
        """Where in `block` a new source line begins, and which: (offset in block, line counted from 1)."""
        wanted = letters(block)
        at = self._letters.find(wanted[:PROBE], self._cursor) if wanted else -1
        if at < 0:
            return [(0, None)]
        self._cursor = at + min(len(wanted), PROBE)
        if self._letters.startswith(wanted, at):
            self._cursor = at + len(wanted)
        return self._changes(block, at)

    def _changes(self, block: str, at: int) -> list[tuple[int, int | None]]:
        found: list[tuple[int, int | None]] = []
        for word in _WORD.finditer(block):
            line = min(bisect_right(self._ends, at) + 1, len(self._ends))
            if not found or found[-1][1] != line:
                found.append((word.start() if found else 0, line))
            at += len(letters(word[0]))
        return found


def lines_of(anchors: list[tuple[int, int | None]]) -> Lines:
    """Lines from anchors in the order of their offsets."""
    return Lines(tuple(offset for offset, _ in anchors), tuple(line for _, line in anchors))
