"""Typed chat made plain: glued words parted, chat spellings written out, slips in telling words mended."""

from __future__ import annotations

import re
from functools import cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from agents.reasoning.offline.days import MONTHS, WEEKDAYS
from agents.reasoning.offline.numbers import SMALL
from agents.reasoning.offline.tables import table

_DAY = rf"(?:today|tonight|tomorrow|tmrw|{'|'.join(sorted(WEEKDAYS, key=len, reverse=True))})"
_PART = r"(?:night|nite|evening|eve|morning|afternoon|lunch|dinner|brunch)"
_PEOPLE = r"(?:ppl|peeps|people|persons?|pers|pax|adults?|kids?|children|guests?|friends|mates|of us)"
_GOING_OUT = r"(?:table|dinner|lunch|brunch|supper|booking|reservation|restaurant|resto|food|place|somewhere)"
_GLUED = tuple(
    (re.compile(pattern, re.IGNORECASE), plain)
    for pattern, plain in (
        (rf"(?<![\w.,:/])(\d{{1,2}}) ?({_PEOPLE})\b(?:\.(?= ?[a-z,]))?", r"\1 \2"),
        (rf"\b(for|at|of|past|table|party|around|about|plus|{_DAY})(\d)", r"\1 \2"),
        (r"\b(we|you|they|u) r\b", r"\1 are"),
        (r"(\d ?[ap]m)-?ish\b", r"\1"),
        (rf"(\d ?[ap]m)(for|on|in|at|{_DAY})\b", r"\1 \2"),
        (rf"\b({_DAY})({_PART})\b", r"\1 \2"),
        (rf"\b({_DAY}) eve\b", r"\1 evening"),
        (rf"\bhalf({SMALL})\b", r"half \1"),
        (r"\bhalfpast\b", "half past"),
        (rf"\b({_GOING_OUT}) 4 (?=(?:{SMALL}|us|me|my|the|a|{_DAY})\b)", r"\1 for "),
        (r"\b2 (?=(?:eat|go|book|have|try|meet|celebrate)\b)", "to "),
        (r"\bw/o ", "without "),
        (r"\bw/ ?(?=\w)", "with "),
        (r"(?<=\w) '?n'? (?=\w)", " and "),
    )
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)*")
_TYPED = re.compile(r"[a-z]{4,}")
_TWO_SLIPS = 8  # letters from which a word is known through two slips


def plain(text: str) -> str:
    """The message as it was meant to be typed: "4ppl tommorow" is "4 people tomorrow"; names stay as they are."""
    for pattern, parted in _GLUED:
        text = pattern.sub(parted, text)
    return _WORD.sub(_meant, text)


def _meant(match: re.Match[str]) -> str:
    said = match.group()
    low = said.lower().replace("’", "'")
    spelled = _spellings().get(low)
    if spelled:
        return spelled
    found = _mended(low) if _TYPED.fullmatch(low) else None
    return found if found and (said == low or _is_first(match) or found in _CALENDAR) else said


_CALENDAR = frozenset((*WEEKDAYS, *MONTHS, "tomorrow", "tonight"))


def _is_first(match: re.Match[str]) -> bool:
    """Whether it begins a sentence, where a capital does not make it a name."""
    return not re.search(r"[^\W_][^.!?\n]*$", match.string[max(0, match.start() - 40) : match.start()])


def _mended(said: str) -> str | None:
    """The telling word that this one is a slip of; None for a word that means something else."""
    words = _telling()
    if said in words or said in _others() or said.removesuffix("s") in words | _others():
        return None
    near = [word for word in words if word[0] == said[0]]
    found = process.extractOne(said, near, scorer=OSA.distance, score_cutoff=2)
    if found is None or len(found[0]) < 5 or found[1] > (2 if len(found[0]) >= _TWO_SLIPS else 1):
        return None
    return str(found[0])


@cache
def _spellings() -> dict[str, str]:
    return {spelling: word for word, listed in table("chat")["spellings"].items() for spelling in listed.split()}


@cache
def _telling() -> frozenset[str]:
    return frozenset(table("chat")["mended"].split())


@cache
def _others() -> frozenset[str]:
    return frozenset(table("chat")["words"].split())
