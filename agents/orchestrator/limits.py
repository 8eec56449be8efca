"""Limits: what the person's notes say a thing may cost, as a maximum or as usual."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from agents.reasoning.offline.domains import about
from agents.reasoning.offline.lexis import fold
from agents.types import DetailValue, Preferences
from memory.evidence import Evidence

_MONEY = r"(?:[€$£]|eur|usd|gbp)?\s?(?P<{0}>\d+(?:[.,]\d\d)?)\s?(?:[€$£]|eur(?:os?)?|usd|dollars?|gbp|pounds?)?"
_MOST = re.compile(
    r"\b(?:at (?:the )?most|up to|(?:no|not|never) more than|maximum(?: of)?|max|under|below|less than)\s+"
    + _MONEY.format("a")
    + r"(?! ?(?:people|minutes|hours|rooms|of us|seats|tables|pages|km))|\b"
    + _MONEY.format("b")
    + r"(?: (?:a|per) (?:head|person)| each)?,? (?:is |at )?(?:(?:the )?(?:most|maximum|max|tops|limit))\b"
)
_USUAL = re.compile(r"\b(?:about|around|roughly|some|usually|normally|ideally)\s+" + _MONEY.format("a"))
_COIN = re.compile(r"[€$£]|\b(?:eur|euros?|usd|dollars?|gbp|pounds?)\b|\ba head\b|\bper person\b|\beach\b")
_OCCASIONS = ("lunch", "breakfast", "brunch", "anniversar", "birthday", "christmas", "wedding", "holiday", "festival")
_OTHER_UNITS = re.compile(r"\b(?:a|per) (?:night|week|month|year|bottle|hour)\b")


@dataclass(frozen=True, slots=True)
class Limit:
    """An amount, for each head where it is about eating; hard where it was said as a maximum. `evidence` is where."""

    amount: Decimal
    hard: bool
    evidence: str


def limits(
    preferences: Preferences, request: str, details: dict[str, DetailValue], asked: frozenset[str]
) -> tuple[Limit, ...]:
    """The limits that hold for this request: those of its occasion, else the ordinary ones.

    Args:
        request: the request's words; an occasion named there ("birthday") picks the limit for it.
        asked: the domains that the workflow is about.
    """
    said = fold(request) + (" lunch" if _midday(details) else "")
    occasion = next((o for o in _OCCASIONS if o in said), "")
    found = [(o, limit) for e in preferences.evidence if not _foreign(e, asked) for o, limit in _limits(e)]
    special = [limit for o, limit in found if o and o == occasion]
    return tuple(special or [limit for o, limit in found if not o])


def _midday(details: dict[str, DetailValue]) -> bool:
    return any(isinstance(v, str) and re.fullmatch(r"1[1-5]:\d\d", v) for v in details.values())


def _foreign(evidence: Evidence, asked: frozenset[str]) -> bool:
    """Whether it is no note, or one for another part of life than is asked: a dinner's limit is none for a lamp."""
    told = about(evidence.section, evidence.quote)
    return not evidence.path.startswith("memory/") or bool(told and not told & asked)


def _limits(evidence: Evidence) -> Iterator[tuple[str, Limit]]:
    """Each limit of a note with its occasion; sentences of one note share its currency and its occasion."""
    note = fold(evidence.quote)
    if not _COIN.search(note) and not any(o in note for o in _OCCASIONS):
        return
    occasion = next((o for o in _OCCASIONS if o in note), "")
    for sentence in re.split(r"(?<=[.;!])\s+", note):
        if _OTHER_UNITS.search(sentence):
            continue
        if most := _MOST.search(sentence):
            yield occasion, Limit(Decimal((most["a"] or most["b"]).replace(",", ".")), True, evidence.id)
        elif (usual := _USUAL.search(sentence)) and _COIN.search(sentence):
            yield occasion, Limit(Decimal(usual["a"].replace(",", ".")), False, evidence.id)
