"""A statement on its way: an opinion with the quotations it was read from."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from agents.reasoning.offline.polarity import Opinion


@dataclass(frozen=True)
class Statement:
    """An opinion with where it was read."""

    opinion: Opinion
    text: str
    evidence: tuple[str, ...]
    date: dt.date | None
    memory: bool
    stated: bool
    habit: bool = False
    strength: float = 0.0
    heading: str = ""
    score: float = 0.0

    @property
    def id(self) -> str:
        """Stable for the same words: "p…" for a taste, "h…" for a habit."""
        said = f"{self.opinion.holder}|{self.opinion.subject}|{self.opinion.polarity}|{self.text}"
        return ("h" if self.habit else "p") + hashlib.sha256(said.encode()).hexdigest()[:10]

    @property
    def hard(self) -> bool:
        """Whether it binds: words of health, or a rule of the person's own."""
        own = self.memory and not self.opinion.holder
        return self.opinion.polarity in ("never", "must") and (bool(self.opinion.kind) or own)

    @property
    def positive(self) -> bool:
        """Whether it speaks for its subject."""
        return self.opinion.polarity in ("likes", "must")
