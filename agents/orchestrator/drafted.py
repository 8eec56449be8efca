"""Drafted: a workflow that a model wrote for what it may not do, put before the person as a diff; kept on their yes."""

from __future__ import annotations

import asyncio
import difflib

from agents.crew import Crew
from agents.orchestrator.dialogue import Said, yes_or_no
from agents.reasoning.port import Matter
from agents.state import Json, TaskState
from agents.types import Question, Reply
from memory.errors import RflowError
from workflows.parse import parse

ANSWERS = ("yes", "no")


async def drafted(doing: str, matter: Matter, crew: Crew) -> Json | None:
    """A draft that waits for the person; None where nothing is to be done, no page was read, or none comes of it."""
    text = await crew.reasoner.draft(doing, matter) if doing and matter.pages else None
    return {"kind": "workflow", "name": parse(text).name, "text": text} if text else None


def asked(answer: Reply, draft: Json) -> Reply:
    """The answer with the draft below it, as the change to the home that it would be, and the question."""
    path = _path(draft)
    lines = difflib.unified_diff([], draft["text"].splitlines(), "/dev/null", path, lineterm="")
    diff = "\n".join(lines).replace("```", "'''")
    how = (
        f"I drafted a workflow for it. Keep it as {path}? It does nothing by itself: each time you see the plan first."
    )
    text = f"{answer.text}\n\n{how}\n\n```diff\n{diff}\n```"
    return Reply(kind="question", text=text, question=Question(detail="", type="choice", options=ANSWERS))


async def settle(state: TaskState, crew: Crew) -> Said:
    """Write the draft as the home's own file on a yes; else it is gone."""
    draft = state.get("memory")
    if not draft or yes_or_no(state["message"]) != "yes":
        return Said("All right, I kept nothing of it.", trace="The draft was turned down.")
    path = _path(draft)
    try:
        await asyncio.to_thread(_write, draft, path, crew)
    except RflowError as cannot:
        return Said(f"{cannot} Nothing was written.")
    return Said(f"Kept as {path}. It is live: say again what you want. You can edit the file at any time.", trace=path)


def _write(draft: Json, path: str, crew: Crew) -> None:
    crew.home.write(path, draft["text"], None)  # never over a file that is there
    crew.history.commit(f"Workflow: {draft['name']}", [path])


def _path(draft: Json) -> str:
    return f"workflows/{draft['name']}.md"
