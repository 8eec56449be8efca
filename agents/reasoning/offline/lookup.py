"""Lookup: what a candidate's own page says to a question about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from agents.reasoning.offline.facts import area, dishes, phrases, rating, shown_price
from agents.reasoning.offline.lexis import content, fold, opposed
from agents.reasoning.offline.spans import words
from agents.reasoning.offline.tables import table
from agents.types import Candidate

_MOST = 3  # phrases that answer one question
_DISHES = 8
_IT = (
    r"(?:it|its|it's|they|their|them|there|this|that|these|either|both|any|menu"
    r"|the (?:place|first|second|top|backup|other|\w+ one)\b(?: one| choice)?)"
)
_ASKS = re.compile(
    r"^\W*(?:(?:and|but|so|ok|hm+|well)\W+)*"
    rf"(?:(?:does|do|is|are|has|have) {_IT}\b|(?:what|which|how|where|when|who)\b.*\b{_IT}\b)"
)
_KEYS = (
    (re.compile(r"\b(?:where|address|located|location|street)\b"), "address"),
    (re.compile(r"\b(?:phone|telephone|call|ring)\b"), "telephone"),
    (re.compile(r"\b(?:open|opens|opening|hours|close|closes|closing)\b"), "openingHours"),
    (re.compile(r"\b(?:cards?|cash|pay|payment)\b"), "paymentAccepted"),
)
_PRICE = re.compile(r"\b(?:price|prices|cost|costs|expensive|cheap|how much)\b")
_RATING = re.compile(r"\b(?:rating|rated|stars?|reviews?)\b")
_MENU = re.compile(r"\b(?:menu|dishes|serve|serves|(?:to|can i|can we|could we) eat)\b")
_SAID_OF_IT = words(
    "it they there place one option top backup first second offer say tell page menu dish serve what who where"
)


def is_asked(text: str) -> bool:
    """Whether a folded message asks something of what was spoken of last: "does it have parking?"."""
    return bool(_ASKS.search(text))


def look_up(question: str, candidate: Candidate) -> str:
    """What the page says to the question, in its own words; empty where it says nothing."""
    said = re.sub(r"'s\b", "", fold(question))
    asked = content(said) - content(candidate.name) - words(table("words")["asking"]) - _SAID_OF_IT
    return "; ".join(dict.fromkeys((*_named(said, bool(asked), candidate), *_spoken(asked, candidate))))


def _named(said: str, more: bool, candidate: Candidate) -> Iterator[str]:
    """What has a place of its own on such pages; the whole menu only where no more than that was asked."""
    for asked, key in _KEYS:
        told = _text(candidate.facts.get(key)) or (area(candidate) if key == "address" else "")
        if told and asked.search(said):
            yield told
    if _PRICE.search(said) and (price := shown_price(candidate)):
        yield price
    if _RATING.search(said) and (rated := rating(candidate)):
        yield f"rated {rated[0]:g} of 5 by {rated[1]}"
    if _MENU.search(said) and not more and (menu := dishes(candidate)):
        rest = f" and {len(menu) - _DISHES} more" if len(menu) > _DISHES else ""
        yield ", ".join(d.name for d in menu[:_DISHES]) + rest


def _spoken(asked: frozenset[str], candidate: Candidate) -> Iterator[str]:
    """What its sentences and its menu say in the question's words, or in opposite ones."""
    wanted = " ".join(sorted(asked))
    told = [p for p in phrases(candidate) if asked & content(p.meant) or opposed(wanted, p.meant)]
    yield from (f"“{p.shown}”" for p in told[:_MOST])
    yield from [f"“{d.name}”" for d in dishes(candidate) if asked & (content(d.text) | d.diets)][:_DISHES]


def _text(value: Any) -> str:
    """A fact as words: an address in its parts, a list joined."""
    if isinstance(value, dict):
        kept = ("streetAddress", "postalCode", "addressLocality", "addressRegion", "name")
        return ", ".join(str(value[k]) for k in kept if value.get(k))
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, map(_text, value)))
    return str(value) if value else ""
