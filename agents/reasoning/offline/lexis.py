"""Words: folding, stems, phrases within texts, negation before a phrase, opposites."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from agents.reasoning.offline.tables import table

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_NEGATION = re.compile(
    r"\b(?:no|not|never|without|free (?:of|from)|minimal|hardly any|barely any"
    r"|isn't|aren't|wasn't|doesn't|don't|neither|nor|nothing)\b"
)

_IMITATED = (["vegan"], ["faux"], ["fake"], ["imitation"])


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Lower case, straight apostrophes, no accents."""
    plain = unicodedata.normalize("NFKD", text.replace("’", "'"))
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold()


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """A folded word without its plural; crude and the same for both sides of a comparison."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("ches", "shes", "sses", "xes", "oes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


@lru_cache(maxsize=65536)
def stems(text: str) -> tuple[str, ...]:
    """Every word of a text, folded and stemmed, in order."""
    return tuple(stem(w) for w in _WORD.findall(fold(text).replace("-", " ")))


@lru_cache(maxsize=65536)
def content(text: str) -> frozenset[str]:
    """The stems that carry meaning."""
    return frozenset(s for s in stems(text) if s not in _empty() and len(s) > 1)


@cache
def _empty() -> frozenset[str]:
    return frozenset(map(stem, table("words")["stop"].split()))


@lru_cache(maxsize=65536)
def padded(text: str) -> str:
    """The stems as one string with a space at each end, to look phrases up in."""
    return f" {' '.join(stems(text))} "


def says(text: str, phrase: str) -> bool:
    """Whether the phrase stands in the text, as whole words and in any number, and not negated just before."""
    where, what = padded(text), f" {' '.join(stems(phrase))} "
    at = where.find(what) if what.strip() else -1
    return at >= 0 and not _denied(where, at, at + len(what))


def denies(text: str, phrase: str) -> bool:
    """Whether the phrase stands in the text and is negated just before."""
    where, what = padded(text), f" {' '.join(stems(phrase))} "
    at = where.find(what) if what.strip() else -1
    return at >= 0 and _denied(where, at, at + len(what))


def denied(words: frozenset[str], text: str) -> bool:
    """Whether a text negates one of a subject's words; "step-free" does not deny a subject that is itself so."""
    return any(denies(text, w) for w in words if not ("free" in words and f" {w} free " in padded(text)))


def _denied(where: str, start: int, end: int) -> bool:
    """ "no music", "without any music", "music-free", "free from music"."""
    after = where[end:].split(maxsplit=1)
    before = where[:start].split()[-3:]
    return _NEGATION.search(" ".join(before)) is not None or after[:1] == ["free"] or before[-1:] in _IMITATED


@cache
def _poles() -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    sides = ((frozenset(padded(w) for w in a), frozenset(padded(w) for w in b)) for a, b in table("opposites"))
    return tuple(sides)


@lru_cache(maxsize=65536)
def poles(text: str) -> dict[int, int]:
    """Where a text stands on each pair of opposites that it mentions: +1 on the first side, -1 on the second."""
    found: dict[int, int] = {}
    for number, (one, other) in enumerate(_poles()):
        tally = sum(_signed(text, w) for w in one) - sum(_signed(text, w) for w in other)
        if tally:
            found[number] = 1 if tally > 0 else -1
    return found


def _signed(text: str, word: str) -> int:
    where = padded(text)
    at = where.find(word)
    if at < 0:
        return 0
    return -1 if _denied(where, at, at + len(word)) else 1


def opposed(one: str, other: str) -> int:
    """+1 where two texts stand on the same side of a pair of opposites, -1 on different ones, 0 where unsaid."""
    a, b = poles(one), poles(other)
    both = [a[n] * b[n] for n in a.keys() & b.keys()]
    return 0 if not both else (-1 if min(both) < 0 else 1)
