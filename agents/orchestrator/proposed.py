"""Proposed: what was inferred is shown with its diff, and accepted, edited or refused by its number."""

from __future__ import annotations

import asyncio

from agents.crew import Crew
from agents.keeper import Shown
from agents.orchestrator import say
from agents.orchestrator.dialogue import Said, Verdict, verdict
from agents.state import TaskState
from memory.errors import NotFound

HOW = "Say “accept 1”, “refuse 1”, or “edit 1: …” in your own words. Nothing is remembered before you accept it."


async def proposed(state: TaskState, crew: Crew) -> Said:
    """List what waits, or do what was said about one of them."""
    shown = await asyncio.to_thread(crew.keeper.proposals)
    ids = (state.get("memory") or {}).get("ids") or [s.proposal.id for s in shown]
    given = verdict(state["message"], len(ids))
    if given is None:
        return _listed(shown)
    if not 0 <= given.which <= len(ids):
        return Said(f"There is no proposal {given.which}; there are {len(ids)}.", dialogue=_waits(ids))
    picked = ids if given.which == 0 else [ids[given.which - 1]]
    lines = [await asyncio.to_thread(_settle, name, given, state, crew) for name in picked]
    return Said("\n".join(lines), dialogue=_waits(ids), learned=given.do != "refuse", trace=f"Proposals: {given.do}.")


def _waits(ids: list[str]) -> dict[str, object]:
    return {"kind": "proposals", "ids": ids}


def _settle(name: str, given: Verdict, state: TaskState, crew: Crew) -> str:
    try:
        if given.do == "refuse":
            return f"Refused, and it does not come back: “{say.quoted(crew.keeper.refuse(name).text)}”"
        note = crew.keeper.accept(name, given.text, state.get("source", ""))
    except NotFound:
        return "That one was answered already."
    return f"Noted in {say.cite(note)}: “{say.quoted(note.quote)}”. Say “undo” to take it back."


def _listed(shown: tuple[Shown, ...]) -> Said:
    if not shown:
        return Said("Nothing waits: I propose to remember nothing.", trace="No proposal waits.")
    parts = [_one(number, s) for number, s in enumerate(shown, 1)]
    ids = [s.proposal.id for s in shown]
    return Said("\n\n".join([*parts, HOW]), dialogue=_waits(ids), trace=f"{len(shown)} proposals wait.")


def _one(number: int, shown: Shown) -> str:
    given = shown.proposal
    lines = [f"**{number}.** {say.quoted(given.text)} ({given.source})"]
    lines += [f"- {say.quoted(text)}" for text in (given.why, *given.evidence[:5]) if text]
    return "\n".join([*lines, "```diff", shown.diff.replace("```", "'''"), "```"])
