"""HTML: the visible blocks of a page, under its headings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from memory.dates import date_in, leading_date
from memory.readers.base import Passage, Reading
from memory.readers.locate import Locator, lines_of

HEADINGS = {f"h{level}": level for level in range(1, 7)}
ITEMS = frozenset(("li", "tr", "dd", "dt"))
BLOCKS = frozenset(
    "address article aside blockquote body caption center details dialog div dl fieldset figcaption figure footer form"  # noqa: SIM905
    " header hgroup hr html main ol p pre section summary table tbody tfoot thead ul".split()
).union(ITEMS, HEADINGS)
UNSEEN = frozenset("head iframe nav noscript object script select style svg template textarea".split())  # noqa: SIM905
SPACED = frozenset(("br", "td", "th", "img", "wbr"))


@dataclass(frozen=True, slots=True)
class Seen:
    """One visible block and the tag that sets it apart."""

    text: str
    tag: str


@dataclass(frozen=True, slots=True)
class _Place:
    """What an element's text belongs to."""

    block: int
    tag: str
    hidden: bool


def read_html(source: str) -> Reading:
    """A page."""
    tree = LexborHTMLParser(source)
    title = tree.css_first("title")
    builder = Builder(Locator(source))
    builder.add(seen(tree))
    return builder.reading(" ".join(title.text().split()) if title else "", _published(tree))


def seen(tree: LexborHTMLParser) -> Iterator[Seen]:
    """The visible blocks in order. Goes by each element's parent, so that depth costs nothing."""
    places: dict[int, _Place] = {}
    current, words = _Place(0, "body", False), list[str]()
    for node in tree.root.traverse(include_text=True) if tree.root else ():
        above = places.get(node.parent.mem_id if node.parent else 0, _Place(0, "body", False))
        place = above if node.is_text_node else _place(node, above)
        places[node.mem_id] = place
        if place.block != current.block:
            yield from _flush(words, current.tag)
            current, words = place, []
        if node.is_text_node and not place.hidden:
            words.append(node.text(deep=False))
        elif node.tag in SPACED:
            words.append(" ")
    yield from _flush(words, current.tag)


def _flush(words: list[str], tag: str) -> Iterator[Seen]:
    if text := " ".join("".join(words).split()):
        yield Seen(text, tag)


def _place(node: LexborNode, above: _Place) -> _Place:
    tag = node.tag or ""
    hidden = above.hidden or tag in UNSEEN or _hides(node)
    return _Place(node.mem_id, tag, hidden) if tag in BLOCKS else _Place(above.block, above.tag, hidden)


def _hides(node: LexborNode) -> bool:
    if not node.is_element_node:
        return False
    attributes = node.attributes
    style = (attributes.get("style") or "").replace(" ", "").lower()
    return "hidden" in attributes or "display:none" in style or "visibility:hidden" in style


def _published(tree: LexborHTMLParser) -> dt.date | None:
    for selector, name in (("meta[property='article:published_time']", "content"), ("time[datetime]", "datetime")):
        if (node := tree.css_first(selector)) and (date := date_in(node.attributes.get(name) or "")):
            return date
    return None


@dataclass
class Builder:
    """Joins visible blocks to a reading and finds their lines; shared with feeds, whose entries hold HTML."""

    locator: Locator
    _texts: list[str] = field(default_factory=list)
    _length: int = 0
    _anchors: list[tuple[int, int | None]] = field(default_factory=list)
    _passages: list[Passage] = field(default_factory=list)

    def add(self, blocks: Iterator[Seen], above: tuple[str, ...] = (), date: dt.date | None = None) -> None:
        """Appends blocks under the headings `above`, dated `date` where they do not say otherwise."""
        headings: list[tuple[int, str]] = []
        for block in blocks:
            start = self._put(block.text)
            if level := HEADINGS.get(block.tag):
                headings = [h for h in headings if h[0] < level] + [(level, block.text)]
                continue
            section = (*above, *(text for _, text in headings))
            when = leading_date(block.text[:60]) or next((d for h in reversed(section) if (d := date_in(h))), date)
            self._passages.append(Passage(start, self._length, section, when, item=block.tag in ITEMS))

    def heading(self, text: str) -> None:
        """Appends a text that is shown and is no passage."""
        self._put(text)

    def reading(self, title: str, date: dt.date | None = None) -> Reading:
        """What was added, as one."""
        return Reading("\n".join(self._texts), lines_of(self._anchors), tuple(self._passages), title, date)

    def _put(self, text: str) -> int:
        start = self._length + 1 if self._texts else 0
        self._texts.append(text)
        self._anchors += [(start + offset, line) for offset, line in self.locator.find(text)]
        self._length = start + len(text)
        return start
