"""Report: what the page said after it was done, or what is known where it was not."""

from __future__ import annotations

from agents.crew import Crew
from agents.executor import ledger
from agents.orchestrator import papers
from agents.reasoning.port import Waiting
from agents.state import TaskState
from agents.types import Decision, Receipt, Reply


async def report(state: TaskState, crew: Crew) -> TaskState:
    """Put the receipt into words. Where it was refused and a choice is still open, that choice waits again."""
    outcome = state["receipt"] or {}
    receipt = Receipt.model_validate(outcome["receipt"])
    papers.write_receipt(crew.home.root, state["task"], receipt)
    said = {"done": "Done.", "refused": "It was not done.", "unknown": "I cannot tell whether it was done."}
    lines = [f"**{said[receipt.state]}** {receipt.note}".strip()]
    if receipt.reference:
        lines.append(f"Reference: **{receipt.reference}**")
    shown = {name: value for name, value in receipt.terms.items() if value not in (None, receipt.reference)}
    terms = [f"- {name.replace('_', ' ')}: {value}" for name, value in shown.items()]
    lines.append("\n".join(terms))
    retry = receipt.state == "refused" and not outcome.get("stopped") and bool((state["ranked"] or {}).get("decision"))
    if retry:
        lines.append("Say “top” or “backup” for a new offer, “something different”, or “no thanks”.")
    reply = Reply(kind="receipt", text="\n\n".join(p for p in lines if p), receipt=receipt)
    update: TaskState = {
        "receipt": receipt.model_dump(mode="json"),
        "mandate": None,
        "plan": None,
        "status": receipt.state,
        "reply": reply.model_dump(mode="json"),
        "trace": [*state.get("trace", []), f"The executor reported: {receipt.state}."],
    }
    if outcome.get("stopped"):
        update["status"] = "cancelled"
    if retry:
        decision = Decision.model_validate((state["ranked"] or {})["decision"])
        names = tuple(o.name for o in (decision.top, decision.backup) if o)
        update |= {"status": "deciding", "waiting": Waiting(kind="decision", names=names).model_dump(mode="json")}
    return update


def where_next(state: TaskState) -> str:
    """Wait for another choice, or remember how it ended."""
    return "listen" if state["status"] == "deciding" else "learn"


async def close(state: TaskState, crew: Crew) -> TaskState:
    """End the task without doing anything; a live offer ends with it."""
    mandate = state.get("mandate")
    if mandate:
        async with crew.database.begin() as conn:
            await ledger.cancel(conn, "the person closed the task", crew.clock(), mandate_id=mandate)
    stopped = state.get("signal", {}).get("stop")
    text = "Stopped. Nothing was booked and nothing more will be." if stopped else "All right. Nothing was booked."
    return {"status": "cancelled", "waiting": None, "reply": Reply(kind="answer", text=text).model_dump(mode="json")}
