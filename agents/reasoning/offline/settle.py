"""Settle: a missing detail that the person's own notes answer, to be proposed; better none than a wrong one."""

from __future__ import annotations

import re

from agents.reasoning.offline.details import Found, Setting, parse_detail
from agents.reasoning.offline.lexis import fold
from agents.reasoning.offline.money import find_money
from agents.reasoning.port import Heard
from agents.types import DetailValue, Preference
from workflows.model import Detail, DetailType

_USUAL = re.compile(
    r"\b(?:usually|normally|generally|always|as a rule|by default|most (?:evenings|days|times)|typically)\b"
    r"|^(?:-\s*)?(?:we|i) (?:eat|dine|have (?:dinner|lunch|breakfast)|leave|start|travel|fly|stay|go out|meet)\b",
    re.IGNORECASE,
)
_PARTS_OF_DAY = {
    "morning": ("breakfast", "brunch", "morning", "coffee"),
    "noon": ("lunch", "noon", "midday", "afternoon", "tea"),
    "evening": ("dinner", "supper", "tonight", "evening", "night", "drinks"),
}
_LIMITED = re.compile(
    r"\b(?:not|never|n't|no later|later than|before|after|until|unless|except|only if|used to|with my)\b"
)
_HOURS = {"morning": range(5, 12), "noon": range(11, 18), "evening": range(17, 24)}


def settle(detail: Detail, heard: Heard, preferences: tuple[Preference, ...]) -> tuple[DetailValue, str] | None:
    """A usual time, number, limit or option that the notes state, with the evidence it rests on.

    Places, dates and free text are never settled: where somebody lives is not where they want to go.
    """
    if detail.type is DetailType.CHOICE:
        return _option(detail, preferences)
    if detail.type not in (DetailType.TIME, DetailType.COUNT) or detail.optional:
        return None
    found = [(v, p) for p in preferences if p.evidence and (v := _value(detail, heard, p)) is not None]
    if len({str(value) for value, _ in found}) != 1:
        return None  # nothing, or notes that disagree
    value, preference = found[0]
    return value, preference.evidence[0]


def _option(detail: Detail, preferences: tuple[Preference, ...]) -> tuple[DetailValue, str] | None:
    """The one option that stands in a statement that names the detail: "my size is M"."""
    found: dict[str, str] = {}
    for preference in preferences:
        said = preference.text
        named = re.search(rf"\b{detail.name.replace('_', ' ')}s?\b", said, re.IGNORECASE)
        if named and preference.stated and preference.polarity in ("likes", "must") and preference.evidence:
            there = [option for option in detail.options if _stands(option, said)]
            found |= dict.fromkeys(there, preference.evidence[0])
    return next(iter(found.items())) if len(found) == 1 else None


def _stands(option: str, said: str) -> bool:
    """As whole words; a letter or two ("M") in its own case."""
    return bool(re.search(rf"(?<!\w){re.escape(option)}(?!\w)", said, re.IGNORECASE if len(option) > 2 else 0))


def _value(detail: Detail, heard: Heard, preference: Preference) -> DetailValue | None:
    text = preference.text
    if not preference.stated or not _USUAL.search(text) or _LIMITED.search(fold(text)):
        return None
    asked, told = _part_of_day(heard.text), _part_of_day(text)
    if detail.type is DetailType.TIME and asked and told and asked != told:
        return None
    if detail.type is DetailType.COUNT and find_money(fold(text)):
        return None
    part = asked or told
    found = parse_detail(detail, text, heard.now, False, Setting(context=" ".join(_PARTS_OF_DAY.get(part, ()))))
    if not isinstance(found, Found):
        return None
    if detail.type is DetailType.TIME and (not part or int(str(found.value)[:2]) not in _HOURS[part]):
        return None
    return found.value


def _part_of_day(text: str) -> str:
    said = fold(text)
    named = [p for p, words in _PARTS_OF_DAY.items() if any(re.search(rf"\b{w}\b", said) for w in words)]
    return named[0] if len(named) == 1 else ""
