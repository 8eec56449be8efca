"""Forget: finds what is meant, asks once where that is in doubt, and says from where it went and where it is left."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from agents.crew import Crew
from agents.keeper import Keeper
from agents.orchestrator import say
from agents.orchestrator.dialogue import Said, picked
from agents.state import TaskState
from memory.dates import ending
from memory.evidence import Evidence
from memory.history import History
from memory.retrieve import Retriever

_SHOWN = 5  # documents that are named


async def forget(state: TaskState, crew: Crew) -> Said:
    """Remove the one thing that is plainly meant; show what could be meant where it is not plain."""
    waiting = state.get("memory")
    if waiting is not None and waiting["kind"] == "forget":
        hits = [Evidence.model_validate(h) for h in waiting["hits"]]
        numbers = picked(state["message"], len(hits))
        if not numbers:
            return Said("All right, nothing was removed.", trace="Nothing was forgotten.")
        return await _remove([hits[n - 1] for n in numbers], crew)
    subject = state["understood"]["subject"]
    sure, near = await asyncio.to_thread(crew.keeper.meant, subject)
    if len(sure) == 1:
        return await _remove(list(sure), crew)
    hits = list(sure or near)
    if not hits:
        return Said(f"I find nothing about “{say.quoted(subject)}” in your notes, so nothing was removed.")
    lines = [f"{n}. {say.quoted(h.quote[:200])} ({say.cite(h)})" for n, h in enumerate(hits, 1)]
    text = "Which of these? Say its number, “all”, or “none”.\n" + "\n".join(lines)
    waits = {"kind": "forget", "hits": [h.model_dump(mode="json") for h in hits]}
    return Said(text, dialogue=waits, trace=f"{len(hits)} notes could be meant.")


async def _remove(notes: list[Evidence], crew: Crew) -> Said:
    gone = await asyncio.to_thread(gone_for, crew.keeper, crew.retriever, notes)
    return Said(
        f"{gone} {kept_by(crew.history)} Say “undo” to have it back.",
        learned=True,
        trace=f"Forgot {len(notes)} notes.",
        forgotten=tuple(note.quote for note in notes),
    )


def gone_for(keeper: Keeper, retriever: Retriever, notes: Sequence[Evidence]) -> str:
    """Forgets notes, and says from where they went and where they still stand, without their words.

    The records of conversations are the caller's.
    """
    places = keeper.forget(notes)
    retriever.forget()
    said = [f"Forgotten: removed from {', '.join(places)}, the index and the record of our conversations."]
    documents = [e for e in _documents(retriever, notes) if e.path.startswith("documents/")]
    if documents:
        said.append(f"It still stands in {', '.join(say.cite(e) for e in documents[:_SHOWN])}, which is yours to edit.")
    return " ".join(said)


def kept_by(history: History) -> str:
    """What still has it once it is forgotten."""
    return history.why_not or 'Git\'s past still has it; `rflow forget "…" --purge` takes it out there too.'


def _documents(retriever: Retriever, notes: Sequence[Evidence]) -> list[Evidence]:
    """The passages that say a note word for word."""
    return [e for note in notes for e in retriever.mentions(note.quote[: ending(note.quote).start])]
