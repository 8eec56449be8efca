"""Stretches of a message that mean something: folding, hits, and which of several hits counts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from agents.types import DetailValue

LONGEST = 2_000  # characters of a message that are read; a request is never longer, a pasted page is
MASK = "\x00"

_SAME = str.maketrans("‘’‚‛“”„‐‑‒–—―−\u00a0\u2007\u202f\n\r\t", "''''\"\"\"-------      ")
_CORRECTION = re.compile(
    r"\b(?:no+|nope|sorry|actually|wait|i mean(?:t)?|make (?:that|it)|rather(?! than)|"
    r"scratch that|correction|instead(?! of)|oops|hmm)\b"
)
_NEGATED = re.compile(
    r"\b(?:not|isn't|instead of|rather than|except|but not|change (?:it )?from|moved? (?:it )?from)"
    r"(?: (?:on|at|for|in))?(?: the)? $"
)
_FALLBACK = re.compile(
    r"\bif\b[^.;?!]{0,40}?(?:\b(?:no|not|none|nothing|neither|unavailable)\b|n'?t\b)"
    r"|\b(?:failing that|or else|otherwise|(?:second|next) choice|(?:settle|willing) (?:for|to)|fallback)\b"
)
_MOVES = re.compile(r"\b(?:chang(?:e|ing)|switch|move|reschedule|shift|swap|postpone|update)\b")


@dataclass(frozen=True, slots=True)
class Hit:
    """A value read from `text[start:end]`, or the fault that makes it unusable.

    Attributes:
        value: in the normal form of its detail's type; None with a fault.
        fault: one sentence: what is wrong and what would do.
        choices: with a fault, the values between which it cannot tell.
        moment: a distance from now ("in an hour") that is a date and a time at once.
    """

    start: int
    end: int
    value: DetailValue | None
    fault: str = ""
    moment: bool = False
    choices: tuple[str, ...] = ()


def fold(text: str) -> str:
    """Lower case with plain quotes, dashes and blanks; every character keeps its place."""
    plain = text.translate(_SAME)
    lowered = plain.lower()
    if len(lowered) == len(plain):
        return lowered
    return "".join(low if len(low := char.lower()) == 1 else char for char in plain)


def mask(text: str, hits: Iterable[Hit]) -> str:
    """The text with what was read blotted out, so that nothing is read twice."""
    for hit in hits:
        text = text[: hit.start] + MASK * (hit.end - hit.start) + text[hit.end :]
    return text


def longest(hits: Iterable[Hit]) -> list[Hit]:
    """Hits that do not overlap, in their order; the longer of two wins."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (h.start - h.end, h.start)):
        if all(hit.end <= other.start or hit.start >= other.end for other in kept):
            kept.append(hit)
    return sorted(kept, key=lambda h: h.start)


def standing(hits: list[Hit], text: str) -> list[Hit]:
    """Hits that still stand at the end of the message: a correction replaces, "not X" and "from X to Y" drop X."""
    kept: list[Hit] = []
    for number, hit in enumerate(hits):
        before = text[hits[number - 1].end if number else 0 : hit.start]
        if kept and _FALLBACK.search(before):
            break  # what shall be where the first cannot be
        if kept and (_CORRECTION.search(before) or (_MOVES.search(text) and re.search(r"\bto\b", before))):
            kept.clear()
        if _NEGATED.search(text[: hit.start]) and (number + 1 < len(hits) or kept):
            continue
        if not any(other.value == hit.value and other.fault == hit.fault for other in kept):
            kept.append(hit)
    return kept


def words(listed: str) -> frozenset[str]:
    """A table of words, written with blanks between them."""
    return frozenset(listed.split())
