"""Subjects: what a like or dislike is about, cut out of the words beside it."""

from __future__ import annotations

import re
from functools import cache

from agents.reasoning.offline.lexis import content
from agents.reasoning.offline.tables import table
from agents.reasoning.offline.whose import words

_FINITE = re.compile(r"^(?!.*\b(?:that|which|who)\b).+\b(?:is|are|was|were)\b", re.IGNORECASE)


@cache
def cut() -> re.Pattern[str]:
    """From where on the words after a cue are no longer its subject."""
    return re.compile(rf"\s*(?:{'|'.join(table('polarity')['cuts'])}).*", re.IGNORECASE | re.DOTALL)


@cache
def lead() -> re.Pattern[str]:
    """Words before a subject that are no part of it."""
    return re.compile(rf"^(?:(?:{'|'.join(table('polarity')['leads'])})\s+)+(?=\S)", re.IGNORECASE)


def names(said: str) -> bool:
    """Whether words name a thing: neither "I" nor "clear" nor "you didn't" nor "do it"."""
    told = content(said)
    if re.match(r"(?:i|we|you|he|she|they|that)\b", said, re.IGNORECASE) or re.search(r"\b(?:it|this)\b", said):
        return False
    return bool(told) and not (len(said.split()) == 1 and (told <= words("vague") or said.lower().endswith("ly")))


def subject(said: str) -> str:
    """The thing itself: no determiners, nothing after "because"; at most ten words."""
    found = cut().sub("", f"{said} ").strip(" ,.:")
    if re.match(r"being [\w-]+$", found):
        return found  # "being rushed" is a thing one can dislike; "rushed" is none
    kept = " ".join(lead().sub("", found).split()[:10]).strip(" ,.:'")
    return re.sub(r"(?:\s+(?:with|of|in|the|an?|and|or|for|to|at|on|that))+$", "", kept)


def listed(said: str) -> list[str]:
    """The members of "a, b and c"; "small, candle-lit rooms" has no "and" and stays one thing."""
    found = cut().sub("", f"{said} ")
    parts = [p for p in re.split(r",\s*(?:and|or)?\s+|\s+(?:and|or|nor)\s+|\s+as well as\s+", found) if p and p.strip()]
    if len(parts) > 1 and not re.search(r"\b(?:and|or|nor|as well as)\b", found) and len(parts[0].split()) == 1:
        return [found]
    kept = parts[:1] + [p for p in parts[1:] if not _FINITE.search(p)]  # "I love tea, and the cod is beyond praise"
    return kept if all(len(p.split()) <= 8 for p in kept) else [kept[0]]
