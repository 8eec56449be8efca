"""Chosen: the reasoner that the person chose for the conversation, and the offline one wherever that fails."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from agents.reasoning import turn
from agents.reasoning.checked import Unfounded
from agents.reasoning.meter import OverCap
from agents.reasoning.models.provider import ModelFailed
from agents.reasoning.port import Case, Control, Heard, Improvised, Judgement, Matter, Reasoner, Score, Understanding
from agents.types import Candidate, DetailValue, Preference, Preferences
from memory.evidence import Evidence
from workflows.model import Detail, Workflow

R = TypeVar("R")
log = logging.getLogger(__name__)

OFFLINE = "offline"


class Chosen:
    """Asks the conversation's reasoner; a call that fails is answered offline, and the task goes on.

    Args:
        offline: always there.
        models: by the names a person chooses them by.
        default: the name where nothing was chosen.
    """

    def __init__(self, offline: Reasoner, models: Mapping[str, Reasoner] | None = None, default: str = OFFLINE) -> None:
        self.offline, self.models, self.default = offline, dict(models or {}), default

    @property
    def name(self) -> str:
        """Who is asked in this turn."""
        chosen = turn.current().chosen or self.default
        return chosen if chosen in self.models else OFFLINE

    async def understand(self, heard: Heard, workflows: tuple[Workflow, ...]) -> Understanding:
        """See `Reasoner`."""
        return await self._by(lambda r: r.understand(heard, workflows))

    async def preferences(self, question: str, evidence: tuple[Evidence, ...]) -> Preferences:
        """See `Reasoner`."""
        return await self._by(lambda r: r.preferences(question, evidence))

    async def settle(
        self, detail: Detail, heard: Heard, preferences: tuple[Preference, ...]
    ) -> tuple[DetailValue, str] | None:
        """See `Reasoner`."""
        return await self._by(lambda r: r.settle(detail, heard, preferences))

    async def weigh(
        self,
        candidates: tuple[Candidate, ...],
        preferences: tuple[Preference, ...],
        wishes: tuple[str, ...],
        details: dict[str, DetailValue],
    ) -> tuple[Score, ...]:
        """See `Reasoner`."""
        return await self._by(lambda r: r.weigh(candidates, preferences, wishes, details))

    async def decide(self, case: Case) -> Judgement:
        """See `Reasoner`."""
        return await self._by(lambda r: r.decide(case))

    async def improvise(self, matter: Matter) -> Improvised | None:
        """See `Reasoner`."""
        return await self._by(lambda r: r.improvise(matter))

    async def ground(self, step: str, controls: tuple[Control, ...]) -> str | None:
        """See `Reasoner`."""
        return await self._by(lambda r: r.ground(step, controls))

    async def draft(self, doing: str, matter: Matter) -> str | None:
        """See `Reasoner`."""
        return await self._by(lambda r: r.draft(doing, matter))

    async def _by(self, ask: Callable[[Reasoner], Awaitable[R]]) -> R:
        at, name = turn.current(), self.name
        if name == OFFLINE:
            return await ask(self.offline)
        try:
            return await ask(self.models[name])
        except OverCap as capped:
            at.note(f"{capped} I went on offline.")
        except (ModelFailed, Unfounded) as failed:
            at.note(f"{failed} I went on offline.")
        except Exception as fault:  # noqa: BLE001  whatever a model or its SDK does, the task goes on
            log.error("the reasoner %s failed: %s", name, type(fault).__name__)
            at.note(f"{name} failed ({type(fault).__name__}). I went on offline.")
        return await ask(self.offline)
