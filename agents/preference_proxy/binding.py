"""Which notes bind: rules that must be seen whatever was asked."""

from __future__ import annotations

from agents.reasoning.offline.taste import statements_of
from memory.evidence import Evidence


def binding(note: Evidence) -> bool:
    """Whether a note states an allergy, a diet, a "never" or a "must", or who the writer is."""
    if "I am " in note.quote or "I'm " in note.quote or "I’m " in note.quote:
        return True
    return any(s.opinion.polarity in ("never", "must") for s in statements_of(note))
