"""Learn: write down how it ended, in files that a person enjoys reading."""

from __future__ import annotations

import asyncio
import logging

from agents.crew import Crew
from agents.executor import ledger
from agents.executor.ledger import Entry
from agents.orchestrator.bookings import terms
from agents.orchestrator.infer import infer
from agents.state import TaskState
from agents.types import Receipt
from memory.errors import Conflict, NotFound, RflowError
from memory.notes import remember

log = logging.getLogger(__name__)

VISITS = "memory/visits.md"
TRIES = 3  # a person may save the same file at the same moment


async def learn(state: TaskState, crew: Crew) -> TaskState:
    """Add the journal entry and, where it was done, remember the visit. Writing twice adds nothing.

    What cannot be written is told in the trace: it must not take the receipt with it.
    """
    receipt = Receipt.model_validate(state["receipt"])
    async with crew.database.connect() as conn:
        entry = await ledger.get(conn, state["mandate"] or "")
    try:
        await asyncio.to_thread(_write, state, receipt, entry, crew)
    except (RflowError, OSError) as failed:
        log.warning("task %s could not be written down: %s", state["task"], type(failed).__name__)
        return {"waiting": None, "trace": [*state["trace"], f"It could not be written down: {failed}"]}
    return {"waiting": None}


def _write(state: TaskState, receipt: Receipt, entry: Entry, crew: Crew) -> None:
    for last in range(TRIES, 0, -1):
        try:
            _write_journal(state, receipt, entry, crew)
            break
        except Conflict:
            if last == 1:
                raise
    if receipt.state == "done":
        reference = f" ({receipt.reference})" if receipt.reference else ""  # two bookings alike are two visits
        text = f"Booked {entry.mandate.plan.item}: {', '.join(terms(entry.mandate.plan))}{reference}."
        today = crew.clock().date()
        remember(crew.home, crew.history, VISITS, entry.bound.workflow, text, today, state["conversation"])
        infer(state, crew)


def _write_journal(state: TaskState, receipt: Receipt, entry: Entry, crew: Crew) -> None:
    now = crew.clock()
    path, run = f"journal/{now:%Y-%m}.md", f"runs/{state['task']}"
    try:
        file = crew.home.read(path)
        text, etag = file.text, file.etag
    except NotFound:
        text, etag = f"# {now:%B %Y}\n", None
    if run in text:
        return
    ended = {"done": "Done", "refused": "Not done", "unknown": "Unclear whether it was done"}[receipt.state]
    reference = f", reference {receipt.reference}" if receipt.reference else ""
    lines = [
        f"## {now:%Y-%m-%d} {entry.bound.title}",
        "",
        f"- You asked: “{' '.join(state['request'].split())[:300]}”",
        f"- {entry.mandate.plan.item}, {', '.join(terms(entry.mandate.plan))}",
        f"- {ended}{reference}. {receipt.note}".rstrip(),
        f"- The whole story: [{run}](../{run}/)",
    ]
    crew.home.write(path, text.rstrip("\n") + "\n\n" + "\n".join(lines) + "\n", etag)
    crew.history.commit(f"Journal: {entry.bound.title}", [path])
