"""The preference proxy: a question in, cited statements from the person's own files out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Protocol

from agents.preference_proxy.binding import binding, concerns
from agents.reasoning.port import Reasoner
from agents.types import Preferences
from memory.evidence import Evidence
from workflows.model import Workflow

_PER_QUERY = 12
_ANGLES = (
    "what I like, love and prefer: {}",
    "what I dislike, avoid and can't stand: {}",
    "allergies, what I never do and what must be",
    "what I usually do, how many of us, at what time, for how much money: {}",
)


class Recall(Protocol):
    """What the proxy needs of `memory.retrieve.Retriever`."""

    def recall(self, query: str, k: int) -> Iterable[Evidence]:
        """Evidence, best first."""
        ...

    def all_notes(self) -> Iterable[Evidence]:
        """Every note of the memory files."""
        ...


class PreferenceProxy:
    """The taste model.

    Args:
        retriever: finds evidence in the person's files.
        reasoner: reads statements from it.
    """

    def __init__(self, retriever: Recall, reasoner: Reasoner) -> None:
        self._retriever = retriever
        self._reasoner = reasoner

    async def ask(self, question: str) -> Preferences:
        """Statements on a question, with the evidence they rest on.

        Every memory note on the same part of life is read, and every rule that binds (an allergy, a "never"),
        found or not: what a person wrote down about themselves must not depend on a search.
        """
        evidence = await asyncio.to_thread(self._evidence, question)
        return await self._reasoner.preferences(question, evidence)

    def _evidence(self, question: str) -> tuple[Evidence, ...]:
        found: dict[str, Evidence] = {}
        for query in (question, *(angle.format(question[:160]) for angle in _ANGLES)):
            for evidence in self._retriever.recall(query, _PER_QUERY):
                found.setdefault(evidence.id, evidence)
        for note in self._retriever.all_notes():
            if note.id not in found and (binding(note) or concerns(note, question)):
                found[note.id] = note
        return tuple(found.values())


def question_for(workflow: Workflow, request: str = "") -> str:
    """What to ask the proxy before a workflow searches, in the workflow's own words."""
    return f"{workflow.title}: {workflow.description} {request}".strip()
