"""Search: look at the sites, logged out and reading only."""

from __future__ import annotations

import asyncio
from pathlib import Path

from agents.crew import Crew
from agents.executor.ground import Grounding
from agents.executor.places import Ambiguous, Missing
from agents.orchestrator import rank as ranking
from agents.orchestrator import say
from agents.state import TaskState
from agents.types import Candidate, Preferences, Reply
from memory.errors import Unavailable
from workflows.model import Workflow


async def search(state: TaskState, crew: Crew) -> TaskState:
    """Collect candidates, then look closer at the promising ones."""
    workflow = crew.registry.get(state["workflow"])
    trace = state.get("trace", [])
    grounding = Grounding(crew.reasoner.ground)
    try:
        found = await crew.searcher.collect(workflow, state["details"], grounding)
        best = await _promising(found, state, workflow, crew)
        closer = {c.id: c for c in await crew.searcher.look_closer(workflow, best)}
    except (Unavailable, Missing, Ambiguous) as away:
        text = f"{away} Nothing was done. Say “try again” when you like, or “never mind”."
        reply = Reply(kind="error", text="\n\n".join(filter(None, (state.get("noted"), text))))
        return {"candidates": [], "ranked": None, "waiting": None, "reply": reply.model_dump(mode="json")}
    candidates = [closer.get(c.id, c).model_dump(mode="json") for c in found]
    said = f"Looked at {len(found)} on {', '.join(workflow.sites)}, logged out; read {len(closer)} of them closely."
    update: TaskState = {"candidates": candidates, "reply": {}, "trace": [*trace, said]}
    return {**update, "noted": await _mended(grounding, workflow)} if grounding.mended else update


async def _mended(grounding: Grounding, workflow: Workflow) -> str:
    """What was read otherwise than the workflow says, and the change to its file that would make it last."""
    text = await asyncio.to_thread(Path(workflow.path).read_text, "utf-8")
    steps = "; ".join(f"“{m.step.text}” as “{m.text}”" for m in grounding.mended)
    how = f"The site has changed; I read {say.quoted(steps)}. To keep it, change {say.quoted(workflow.path)}:"
    return f"{how}\n\n```diff\n{grounding.diff(workflow, text)}\n```"


async def _promising(
    found: tuple[Candidate, ...], state: TaskState, workflow: Workflow, crew: Crew
) -> tuple[Candidate, ...]:
    return await ranking.shortlist(
        found,
        workflow,
        state["details"],
        tuple(state["wishes"]),
        state["new_only"],
        Preferences.model_validate(state["preferences"]),
        crew.retriever,
        crew.reasoner,
    )


def where_next(state: TaskState) -> str:
    """Rank what was found; where the site did not answer, wait for the person."""
    return "listen" if state["reply"] else "rank"
