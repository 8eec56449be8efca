"""The turn at work: whose it is, which reasoner was chosen for it, and how long models may still take."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

SECONDS = 55.0
"""From a turn's beginning, after which no model is asked nor waited for: every turn is answered within a minute."""


@dataclass(slots=True)
class Turn:
    """One message's turn, as the reasoners see it.

    Attributes:
        conversation: whose it is; empty outside a conversation (the preference door, a check).
        task: what calls are charged to; set as soon as it is known.
        chosen: the reasoner that the person chose for this conversation; empty: the default.
        ends: `time.monotonic()` after which no model is asked.
        notes: what the person must know: that a model failed, or that a cap was reached. Each once.
    """

    conversation: str = ""
    task: str = ""
    chosen: str = ""
    ends: float = field(default_factory=lambda: time.monotonic() + SECONDS)
    notes: list[str] = field(default_factory=list)

    @property
    def left(self) -> float:
        """Seconds that models still have."""
        return self.ends - time.monotonic()

    def note(self, said: str) -> None:
        """Add what the person must know."""
        if said not in self.notes:
            self.notes.append(said)


_at_work: ContextVar[Turn | None] = ContextVar("turn", default=None)


def current() -> Turn:
    """The turn at work, or one of its own for a call from outside a conversation."""
    return _at_work.get() or Turn()


@contextmanager
def turn(conversation: str, chosen: str = "", seconds: float = SECONDS) -> Iterator[Turn]:
    """Everything within belongs to one turn."""
    begun = Turn(conversation, chosen=chosen, ends=time.monotonic() + seconds)
    token = _at_work.set(begun)
    try:
        yield begun
    finally:
        _at_work.reset(token)
