"""Learn: write down how it ended, in files that a person enjoys reading."""

from __future__ import annotations

import asyncio

from agents.crew import Crew
from agents.orchestrator import say
from agents.state import TaskState
from agents.types import Receipt
from memory.errors import NotFound
from memory.notes import remember
from workflows.model import Workflow

VISITS = "memory/visits.md"


async def learn(state: TaskState, crew: Crew) -> TaskState:
    """Add the journal entry and, where it was done, remember the visit. Writing twice adds nothing."""
    receipt = Receipt.model_validate(state["receipt"])
    workflow = crew.registry.get(state["workflow"])
    await asyncio.to_thread(_write_journal, state, receipt, workflow, crew)
    if receipt.state == "done":
        await asyncio.to_thread(_remember_visit, state, workflow, crew)
    return {"waiting": None}


def _name(state: TaskState) -> str:
    decision = (state["ranked"] or {})["decision"]
    chosen = decision["backup"] if state.get("choice") == 1 and decision["backup"] else decision["top"]
    return str(chosen["name"])


def _write_journal(state: TaskState, receipt: Receipt, workflow: Workflow, crew: Crew) -> None:
    now = crew.clock()
    path = f"journal/{now:%Y-%m}.md"
    run = f"runs/{state['task']}"
    try:
        file = crew.home.read(path)
        text, etag = file.text, file.etag
    except NotFound:
        text, etag = f"# {now:%B %Y}\n", None
    if run in text:
        return
    ended = {"done": "Done", "refused": "Not done", "unknown": "Unclear whether it was done"}[receipt.state]
    lines = [f"\n## {now:%Y-%m-%d} {workflow.title}: {_name(state)}\n"]
    lines.append(f"- You asked: “{' '.join(state['request'].split())[:300]}”")
    lines += [
        f"- {d.name.replace('_', ' ')}: {say.value(d, state['details'][d.name])}"
        for d in workflow.details
        if d.name in state["details"]
    ]
    lines.append(
        f"- {ended}"
        + (f", reference {receipt.reference}" if receipt.reference else "")
        + (f". {receipt.note}" if receipt.note else ".")
    )
    lines.append(f"- The whole story: [{run}](../{run}/)")
    crew.home.write(path, text.rstrip("\n") + "\n" + "\n".join(lines) + "\n", etag)
    crew.history.commit(f"Journal: {workflow.title}, {_name(state)}", [path])


def _remember_visit(state: TaskState, workflow: Workflow, crew: Crew) -> None:
    details = [say.value(d, state["details"][d.name]) for d in workflow.details if d.name in state["details"]]
    text = f"Booked {_name(state)} ({workflow.title.lower()}): {', '.join(details)}."
    try:
        if text in crew.home.read(VISITS).text:
            return
    except NotFound:
        pass
    now = crew.clock()
    remember(crew.home, crew.history, VISITS, workflow.title, text, now.date(), state["conversation"])
