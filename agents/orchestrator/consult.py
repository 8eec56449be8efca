"""Consult: ask the preference proxy what the person's own files say about this kind of thing."""

from __future__ import annotations

from agents.crew import Crew
from agents.preference_proxy.proxy import question_for
from agents.state import TaskState


async def consult(state: TaskState, crew: Crew) -> TaskState:
    """Fetch cited preferences for the task's workflow."""
    workflow = crew.registry.get(state["workflow"])
    preferences = await crew.proxy.gather(question_for(workflow, state["request"]))
    files = {e.path for e in preferences.evidence}
    said = f"Asked the preference proxy: {len(preferences.statements)} statements from {len(files)} of your files."
    said += f" {preferences.index.caution}" if preferences.index.kind == "behind" else ""
    return {"preferences": preferences.model_dump(mode="json"), "trace": [*state.get("trace", []), said]}
