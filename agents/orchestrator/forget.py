"""Forget: finds what is meant, asks once where that is in doubt, and says from where it went and where it is left."""

from __future__ import annotations

import asyncio

from agents.crew import Crew
from agents.orchestrator import say
from agents.orchestrator.dialogue import Said, picked
from agents.state import TaskState
from memory.evidence import Evidence

PAST = (
    "Git's past still has it, and so have the conversation in which it was said and, as a mention, any document of "
    "yours. Say “undo” to have it back."
)


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
    places = await asyncio.to_thread(crew.keeper.forget, notes)
    quotes = "\n".join(f"> {say.quoted(note.quote)}" for note in notes)
    text = f"Forgotten:\n{quotes}\n\nRemoved from {', '.join(places)}, and from the index. {PAST}"
    return Said(text, learned=True, trace=f"Forgot {len(notes)} notes.")
