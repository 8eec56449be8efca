"""Report: what the page said after it was done, or what is known where it was not."""

from __future__ import annotations

from contextlib import suppress

from agents.crew import Crew
from agents.executor import ledger
from agents.orchestrator import papers, say
from agents.orchestrator.propose import decision_waits
from agents.state import TaskState
from agents.types import Receipt, Reply

_SAID = {"done": "Done.", "refused": "It was not done.", "unknown": "I cannot tell whether it was done."}


def say_receipt(receipt: Receipt) -> str:
    """A receipt in words."""
    lines = [f"**{_SAID[receipt.state]}** {say.quoted(receipt.note)}".strip()]
    if receipt.reference:
        lines.append(f"Reference: **{say.quoted(receipt.reference)}**")
    shown = {name: value for name, value in receipt.terms.items() if value not in (None, receipt.reference)}
    lines.append("\n".join(f"- {say.quoted(f'{name}: {value}')}" for name, value in shown.items()))
    return "\n\n".join(line for line in lines if line)


def say_rehearsal(receipt: Receipt) -> str:
    """What became of a rehearsal, in words; what the review page says stands in the receipt."""
    return f"Rehearsal: nothing was booked. {say.quoted(receipt.note)}"


async def report(state: TaskState, crew: Crew) -> TaskState:
    """Put the receipt into words. Where it was refused and a choice is still open, that choice waits again."""
    outcome = state["receipt"] or {}
    receipt = Receipt.model_validate(outcome["receipt"])
    text = (
        "**Stopped** before the last click; the site was left as it was."
        if outcome.get("stopped")
        else say_receipt(receipt)
    )
    update: TaskState = {
        "receipt": receipt.model_dump(mode="json"),
        "plan": None,
        "status": "cancelled" if outcome.get("stopped") else receipt.state,
        "trace": [*state.get("trace", []), f"The executor reported: {receipt.state}."],
    }
    if receipt.state == "refused" and not outcome.get("stopped"):
        text += "\n\nSay “top” or “backup” for a new offer, “something different”, or “no thanks”."
        update |= {"status": "deciding", "waiting": decision_waits(state), "mandate": None}
    update["reply"] = Reply(kind="receipt", text=text, receipt=receipt).model_dump(mode="json")
    with suppress(OSError):  # a full disk takes the paper, not the outcome
        papers.write_receipt(crew.home.root, state["task"], receipt)
    return update


def where_next(state: TaskState) -> str:
    """Wait for another choice, or remember how it ended."""
    return "listen" if state["status"] == "deciding" else "learn"


async def close(state: TaskState, crew: Crew) -> TaskState:
    """End the task without doing anything; a live offer ends with it."""
    async with crew.database.begin() as conn:
        await ledger.revoke(conn, state["conversation"], state["message_id"], crew.clock(), "the task was closed")
    stopped = state.get("signal", {}).get("stop")
    text = "Stopped. Nothing was booked and nothing more will be." if stopped else "All right. Nothing was booked."
    if "workflow" not in state:
        text = "All right, I ask no more. What you answered so far is kept."
    return {"status": "cancelled", "waiting": None, "reply": Reply(kind="answer", text=text).model_dump(mode="json")}
