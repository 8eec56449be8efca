"""Habits: sentences that tell what the person usually does, without liking or disliking anything."""

from __future__ import annotations

import re

from agents.reasoning.offline.polarity import plain

_HABIT = re.compile(
    r"^(?:[^.]{0,40},\s*)?(?:(?:i|we)(?:'ve| have)?\s+"
    r"(?:always |usually |normally |generally |mostly |tend to |like to )?"
    r"(?:eat|dine|have (?:dinner|lunch|breakfast)|go out|leave|start|stay|sleep|get up|travel|fly|walk|pay|spend|live)"
    r"\b)"
    r"|\b(?:usually|normally|most (?:evenings|weeks|days|times)|as a rule|by default|typically|generally|in general)\b",
    re.IGNORECASE,
)
_MINE = re.compile(r"^(?:i|we)\b|\b(?:i|we) (?:[a-z]+ )?(?:usually|normally|always|mostly|tend)\b", re.IGNORECASE)
_MONEY = re.compile(
    r"[€$£]\s?\d+|\d+(?:[.,]\d\d)?\s*(?:eur|euros?|usd|dollars?|gbp|pounds?|[€$£])(?!\w)"
    r"|\d+ (?:a|per) (?:head|person)|(?:lunch|dinner|rooms?|a night) (?:under|below|up to) \d+|\b\d+ at (?:the )?most",
    re.IGNORECASE,
)
_BOUND = re.compile(
    r"\b(?:about|around|up to|at (?:the )?most|under|below|(?:no|not) more than|maximum|max|tops|budget|between)\b",
    re.IGNORECASE,
)
_ONCE = re.compile(
    r"\b(?:yesterday|last (?:night|week|year|month|friday|saturday)|was|were|had|went|ate|ordered|paid)\b",
    re.IGNORECASE,
)


def habit(sentence: str, note: bool = True) -> bool:
    """Whether a sentence tells a standing habit or a budget; a tale of one evening does not.

    Args:
        note: it stands in a note about oneself; elsewhere it must be short and say "I" or "we".
    """
    text = plain(sentence)
    if text.endswith("?") or len(text.split()) > 40:
        return False
    if not note and (len(text.split()) > 20 or not _MINE.search(text)):
        return False
    told = _HABIT.search(text) is not None or budget(text)
    return told and not _ONCE.search(text)


def budget(text: str) -> bool:
    """Whether a text bounds an amount of money."""
    return _MONEY.search(text) is not None and _BOUND.search(text) is not None
