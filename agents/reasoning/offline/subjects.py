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


_MODIFIED = re.compile(
    r"[\w'’-]+(?: [\w'’-]+)? (?P<of>(?P<mark>that|who|involving|containing|featuring|made|based|focused|tested"
    r"|with|without|in|from|about|of)\b.+)$",
    re.IGNORECASE,
)
_LOOSE = {"with", "without", "in", "from", "about", "of"}
_ABSENT = re.compile(
    r"\b(?:(?:that|who|which) (?:(?:do|does|did|is|are|has|have)(?:n't| not| no)|lacks?|never)"
    r"(?: (?:any|involve|have|include|contain|use|require|rely on|offer|support|need|a|an))*"
    r"|without(?: (?:any|a|an))*|free (?:of|from)|lacking)\s+(?P<rest>.+)$",
    re.IGNORECASE,
)
_EXAMPLES = re.compile(
    r",? (?:such as|like|including|especially|e\.g\.,?) (?P<rest>[^,]+(?:, [^,]+)*,? (?:and|or) .+)$"
)


def absent(said: str) -> str:
    """What the words ask to be away, verbatim: of "hotels that don't have a lift" the "lift"; empty where nothing."""
    match = _ABSENT.search(said)
    return match["rest"].strip(" .,") if match else ""


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
    kept = _shared(kept, " or " in found)
    return kept if all(len(p.split()) <= 8 for p in kept) else [kept[0]]


def _shared(parts: list[str], either: bool) -> list[str]:
    """The members of a list with what stands after the last of them and means all: "films or series that are long"."""
    said = _MODIFIED.match(parts[-1]) if len(parts) > 1 else None
    if said is None or (said["mark"].lower() in _LOOSE and not either):
        return parts
    return [p if len(p.split()) > 2 or _MODIFIED.match(p) else f"{p} {said['of']}" for p in parts]
