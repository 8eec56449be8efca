"""Domains: which part of life a text is about, by strong words only."""

from __future__ import annotations

from functools import lru_cache

from agents.reasoning.offline.lexis import padded
from agents.reasoning.offline.tables import table


@lru_cache(maxsize=8192)
def domains(text: str) -> frozenset[str]:
    """Parts of life that the words of a sentence name."""
    return _named(text, ("words",))


@lru_cache(maxsize=8192)
def headed(heading: str) -> frozenset[str]:
    """Parts of life that a heading or file name stands for."""
    return _named(heading.replace("/", " ").replace("_", " "), ("words", "headings"))


def _named(text: str, columns: tuple[str, ...]) -> frozenset[str]:
    where = padded(text)
    rows = table("domains").items()
    return frozenset(d for d, row in rows if any(padded(w) in where for c in columns for w in row[c]))


def about(heading: str, text: str) -> frozenset[str]:
    """Parts of life that a sentence under a heading is about; a heading says more than a word."""
    return headed(heading) or domains(text)


def elsewhere(asked: frozenset[str], heading: str, text: str) -> bool:
    """Whether a sentence is plainly about another part of life than what was asked."""
    told = about(heading, text)
    return bool(asked and told) and not asked & told
