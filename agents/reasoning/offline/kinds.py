"""Kinds: values of what the candidates differ in (kitchen, genre, part of town) that a taste or a wish names."""

from __future__ import annotations

from agents.reasoning.offline.facts import area, cuisines, phrases
from agents.reasoning.offline.foods import need
from agents.reasoning.offline.lexis import content, padded, says, stems
from agents.reasoning.offline.tables import table
from agents.types import Candidate


def kinds_named(subject: str, asked: bool, candidates: tuple[Candidate, ...]) -> tuple[frozenset[str], ...]:
    """The kitchens and the parts of town that a subject names, each empty where it names none.

    A taste names a kind before a word for a place ("small Greek taverns") or alone; "natural wine" is no wine bar.

    Args:
        asked: the subject is the request's own; then any mention counts.
    """
    seen = {v for c in candidates for v in cuisines(c) if not need(v, True)}
    kitchens = seen | set(table("words")["kitchens"].split())  # a kitchen counts also where none of these is of it
    areas = {area(c) for c in candidates} - {""}
    return (
        frozenset(v for v in kitchens if says(subject, v) and (asked or _names_kind(subject, v))),
        frozenset(v for v in areas if says(subject, v)),
    )


def _names_kind(subject: str, value: str) -> bool:
    if content(subject) == content(value):
        return True
    after = padded(subject).partition(padded(value))[2].split()[:2]
    return bool(frozenset(after) & frozenset(stems(table("words")["venues"])))


def another(kinds: tuple[frozenset[str], ...], candidate: Candidate) -> str:
    """What a candidate is instead of the kind named; empty where it is of that kind, or where its page does not say."""
    kitchens, areas = kinds
    own = cuisines(candidate)
    if kitchens and own and not any(_is(v, candidate) for v in kitchens):
        return " ".join(own)
    where = area(candidate)
    return f"In {where}" if areas and where and not any(says(where, v) for v in areas) else ""


def _is(value: str, candidate: Candidate) -> bool:
    """By its own word for itself, or by "a Greek kitchen" on its page; "Greek wines" make no kitchen Greek."""
    if any(says(own, value) for own in cuisines(candidate)):
        return True
    return any(says(p.meant, value) and _names_kind(p.meant, value) for p in phrases(candidate))


__all__ = ["another", "kinds_named"]
