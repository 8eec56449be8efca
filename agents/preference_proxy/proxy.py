"""The preference proxy: a question in, cited statements from the person's own files out."""

from __future__ import annotations

import asyncio

from agents.preference_proxy.binding import binding, concerns
from agents.reasoning.port import Reasoner
from agents.types import Preferences
from memory.evidence import Evidence
from memory.recalled import Recalled
from memory.retrieve import Retriever
from workflows.model import Workflow

_PER_QUERY = 12
_FURTHER = 8  # passages that are kept for a choice though code read no statement in them
_ANGLES = (
    "what I like, love and prefer: {}",
    "what I dislike, avoid and can't stand: {}",
    "allergies, what I never do and what must be",
    "what I usually do, how many of us, at what time, for how much money: {}",
)


class PreferenceProxy:
    """The taste model.

    Args:
        retriever: finds evidence in the person's files.
        reasoner: reads statements from it.
        code: reads them for a task, which costs no model call: the choice itself is made with the notes at hand. The
            `reasoner` where none is given.
    """

    def __init__(self, retriever: Retriever, reasoner: Reasoner, code: Reasoner | None = None) -> None:
        self._retriever = retriever
        self._reasoner = reasoner
        self._code = code or reasoner

    async def ask(self, question: str) -> Preferences:
        """Statements on a question, with the evidence they rest on.

        Every memory note on the same part of life is read, and every rule that binds (an allergy, a "never"),
        found or not: what a person wrote down about themselves must not depend on a search.
        """
        return await self._ask(question, self._reasoner)

    async def gather(self, question: str) -> Preferences:
        """The same before a choice, read in code, with what else was found in `further`."""
        return await self._ask(question, self._code, _FURTHER)

    async def _ask(self, question: str, reasoner: Reasoner, further: int = 0) -> Preferences:
        recalled = await asyncio.to_thread(self._evidence, question)
        known = await reasoner.preferences(question, recalled.evidence)
        used = {e.id for e in known.evidence}
        rest = tuple(e for e in recalled.evidence if e.id not in used and not e.path.startswith(("journal/", "runs/")))
        state = recalled.index
        if state.kind != "behind":
            kind = "found" if known.statements else "not indexed" if state.unread else "nothing"
            state = state.model_copy(update={"kind": kind})
        return known.model_copy(update={"index": state, "further": rest[:further]})

    def _evidence(self, question: str) -> Recalled:
        found: dict[str, Evidence] = {}
        asked = self._retriever.search(question, _PER_QUERY)
        for evidence in asked.evidence:
            found.setdefault(evidence.id, evidence)
        for angle in _ANGLES:
            for evidence in self._retriever.recall(angle.format(question[:160]), _PER_QUERY):
                found.setdefault(evidence.id, evidence)
        for note in self._retriever.all_notes():
            if note.id not in found and (binding(note) or concerns(note, question)):
                found[note.id] = note
        return Recalled(evidence=tuple(found.values()), index=asked.index)


def question_for(workflow: Workflow, request: str = "") -> str:
    """What to ask the proxy before a workflow searches, in the workflow's own words."""
    return f"{workflow.title}: {workflow.description} {request}".strip()
