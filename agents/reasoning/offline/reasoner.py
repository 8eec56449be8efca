"""The offline reasoner: rules, tables and local embeddings; no key and no network."""

from __future__ import annotations

import asyncio

from agents.reasoning.offline.meaning import Embed, Meaning
from agents.reasoning.offline.settle import settle
from agents.reasoning.offline.taste import preferences
from agents.reasoning.offline.understand import understand
from agents.reasoning.offline.weigh import weigh
from agents.reasoning.port import Case, Control, Heard, Improvised, Judgement, Matter, Score, Understanding
from agents.types import Candidate, DetailValue, Preference, Preferences
from memory.evidence import Evidence
from workflows.model import Detail, Workflow


class OfflineReasoner:
    """The `Reasoner` that is always there.

    Args:
        embed: texts to vectors of length 1, such as `memory.embed.MiniLM.embed`.
    """

    name = "offline"

    def __init__(self, embed: Embed) -> None:
        self._embed = embed
        self._meaning = Meaning(embed)

    async def understand(self, heard: Heard, workflows: tuple[Workflow, ...]) -> Understanding:
        """What the message means, given what the conversation waits for."""
        return await asyncio.to_thread(understand, heard, workflows, self._embed)

    async def preferences(self, question: str, evidence: tuple[Evidence, ...]) -> Preferences:
        """Statements about taste that rest on the evidence given, and on nothing else."""
        return await asyncio.to_thread(preferences, question, evidence, self._meaning)

    async def settle(
        self, detail: Detail, heard: Heard, preferences: tuple[Preference, ...]
    ) -> tuple[DetailValue, str] | None:
        """A value for a missing detail that the notes settle, with the evidence id it rests on; to be proposed."""
        return await asyncio.to_thread(settle, detail, heard, preferences)

    async def weigh(
        self,
        candidates: tuple[Candidate, ...],
        preferences: tuple[Preference, ...],
        wishes: tuple[str, ...],
        details: dict[str, DetailValue],
    ) -> tuple[Score, ...]:
        """Each candidate's fit with reasons and tradeoffs, best first. Hard rules are applied before, in code."""
        return await asyncio.to_thread(weigh, candidates, preferences, wishes, details, self._meaning)

    async def decide(self, case: Case) -> Judgement:
        """What `weigh` says: the statements of the case are read already."""
        return Judgement(
            scores=await self.weigh(case.candidates, case.preferences.statements, case.wishes, case.details)
        )

    async def improvise(self, matter: Matter) -> Improvised | None:
        """Nothing: rules know no more than the workflows."""
        return None

    async def ground(self, step: str, controls: tuple[Control, ...]) -> str | None:
        """Nothing: a step that does not fit is stopped at."""
        return None

    async def draft(self, doing: str, matter: Matter) -> str | None:
        """Nothing."""
        return None
