"""Which notes must be read whatever a search finds: rules that bind, and notes on the part of life asked about."""

from __future__ import annotations

from functools import lru_cache

from agents.reasoning.offline.domains import about, domains
from agents.reasoning.offline.habits import budget
from agents.reasoning.offline.taste import statements_of
from memory.evidence import Evidence


@lru_cache(maxsize=4096)
def binding(note: Evidence) -> bool:
    """Whether a note states an allergy, a diet, a "never", a "must" or a budget, or who the writer is."""
    if "I am " in note.quote or "I'm " in note.quote or "I’m " in note.quote:
        return True
    return budget(note.quote) or any(s.opinion.polarity in ("never", "must") for s in statements_of(note))


def concerns(note: Evidence, question: str) -> bool:
    """Whether a note is about the part of life that a question is about."""
    asked = domains(question)
    return bool(asked & about(f"{note.path} {note.section}", note.quote))
