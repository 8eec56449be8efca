"""Understand: what the latest message means for this task, and where the flow goes next."""

from __future__ import annotations

import re
from collections.abc import Iterable

from agents.crew import Crew
from agents.executor import ledger
from agents.executor.tables import State
from agents.executor.words import parse_go
from agents.orchestrator import consult, dialogue, options, remember
from agents.orchestrator.propose import decision_waits
from agents.reasoning.port import Heard, Understanding, Waiting
from agents.state import TaskState
from memory.errors import RflowError
from workflows.model import DetailType

CHANGES = {"answer", "amend", "choose", "different", "refuse"}
"""Intents that change the request, so that an offered plan is no longer the one that was approved."""

_UNDERSTOOD = re.compile(r"Understood as ([a-z ]+)[:.]")  # as `_trace` says it
_TELLING = {"request", "answer", "amend", "different"}
"""Intents whose reply tells what was noted besides."""


async def understand(state: TaskState, crew: Crew) -> TaskState:
    """Read the message in its situation and fold in what it gives."""
    lapsed = await _lapsed(state, crew)
    state = {**state, **lapsed}
    option = options.choosing(state)
    waiting = decision_waits(state) if option else state.get("waiting")  # what is no option is said to the decision
    heard = Heard(
        text=_picked(state, crew),
        now=crew.clock(),
        workflow=state.get("workflow"),
        details=state.get("details", {}),
        waiting=Waiting.model_validate(waiting) if waiting else None,
    )
    memory, shown = state.get("memory"), state.get("plan_shown", False)
    told = dialogue.answered(memory, state["message"], shown) if memory else None
    if option and told is None:
        told = options.answered(option, heard.text, state["options"])
    if errand := state.get("signal", {}).get("errand"):
        told = Understanding(intent="request", workflow=errand["workflow"], details=errand["details"])
    read = _in_place(state, told or await crew.reasoner.understand(heard, crew.registry.all()))
    if option and told is None:
        read = options.unfit(option, heard.text, read)
    trace = [*state.get("trace", []), _trace(read)]
    update: TaskState = {**lapsed, "understood": read.model_dump(mode="json"), "trace": trace, "noted": ""}
    if told is None and memory:
        update["memory"] = None
    if (read.intent == "request" and "workflow" in state) or (read.intent == "resume" and not state.get("resumed")):
        # Another task's message: this one stays as it was, and the turn begins the other, or goes back to it.
        return {**update, "handoff": True, "status": state.get("status", "understanding")}
    if read.noted and read.intent in _TELLING:
        update |= await _noted(read.noted, {**state, **update}, crew)
    if state.get("status") == "offered" and read.intent in CHANGES:
        async with crew.database.begin() as conn:
            await ledger.revoke(conn, state["conversation"], state["message_id"], crew.clock(), "the request changed")
        update["mandate"] = update["plan"] = None
    folded = _fold(state, read)
    if errand:  # nothing was said that notes could be looked up by, but what the workflow is for
        folded["request"] = crew.registry.get(errand["workflow"]).description
    return {**update, **folded}


async def _noted(notes: tuple[str, ...], state: TaskState, crew: Crew) -> TaskState:
    """Keep what a request states in passing; what is chosen from now on rests on it."""
    try:
        said = [await remember.note(text, state, crew) for text in notes]
    except RflowError as cannot:
        return {"noted": str(cannot)}
    trace = [*state["trace"], *(one.trace for one in said)]
    update: TaskState = {"noted": "\n\n".join(one.text for one in said), "trace": trace}
    return update | await consult.consult({**state, **update}, crew) if "preferences" in state else update


def _picked(state: TaskState, crew: Crew) -> str:
    """The message, or the quick answer whose number it is. A count is answered by a number that means itself."""
    text, waiting = state["message"].strip(), state.get("waiting") or {}
    options = waiting.get("options") or ()
    detail = crew.registry.get(state["workflow"]).detail(waiting.get("detail") or "") if options else None
    by_number = detail is not None and detail.type is not DetailType.COUNT and text.isdecimal()
    return str(options[int(text) - 1]) if by_number and 1 <= int(text) <= len(options) else state["message"]


async def _lapsed(state: TaskState, crew: Crew) -> TaskState:
    """Back to the decision, where the offer is not open any more (expired, or stopped from elsewhere)."""
    mandate = state.get("mandate")
    if state.get("status") != "offered" or mandate is None:
        return {}
    async with crew.database.connect() as conn:
        entry = await ledger.get(conn, mandate)
    if entry.state is State.OFFERED and entry.mandate.expires > crew.clock():
        return {}
    return {"status": "deciding", "mandate": None, "plan": None, "waiting": decision_waits(state)}


def _in_place(state: TaskState, read: Understanding) -> Understanding:
    """What the message can only mean at this point of the flow."""
    status = state.get("status")
    if status == "deciding" and parse_go(state["message"]):
        return Understanding(intent="choose", choice=0)  # nothing is on offer: it can only mean the top choice
    if status == "offered" and read.intent == "choose" and read.choice in (None, state.get("choice")):
        return read.model_copy(update={"intent": "unclear"})  # a "yes" to the plan: it changes nothing, and is no Go
    return read


def _trace(read: Understanding) -> str:
    given = ", ".join(f"{name} = {value}" for name, value in read.details.items())
    return f"Understood as {read.intent.replace('_', ' ')}" + (f": {given}." if given else ".")


def intents(trace: Iterable[str]) -> list[str]:
    """What each message of a task was understood as, by its trace: "amend", "why not" …"""
    return [said[1] for line in trace if (said := _UNDERSTOOD.match(line))]


def _fold(state: TaskState, read: Understanding) -> TaskState:
    """The task's knowledge with what this message gives; what it does not name stays."""
    if read.intent not in CHANGES and "workflow" in state:
        return {}
    update: TaskState = {
        "details": {**state.get("details", {}), **read.details},
        "declined": [*state.get("declined", []), *read.declined],
        "wishes": list(dict.fromkeys([*state.get("wishes", []), *read.wishes])),
        "new_only": state.get("new_only", False) or read.new_only,
    }
    if read.workflow and "workflow" not in state:
        update |= {"workflow": read.workflow, "request": state["message"]}
    if read.intent == "choose":
        update["choice"] = read.choice or 0
    return update


def where_next(state: TaskState) -> str:
    """The next node, by what the message was and what was waiting."""
    read = state["understood"]
    intent, status = read["intent"], state.get("status", "understanding")
    if state.get("handoff"):
        return "listen"
    if intent in remember.INTENTS:
        return "remember"
    if "workflow" not in state:
        return "improvise" if intent == "unfit" else "answer"
    if "preferences" not in state:
        return "consult"
    if intent == "refuse":
        return "close"
    if intent == "answer" and options.choosing(state) and set(read["details"]) <= set(state["options"]["offered"]):
        return "options"
    if read["problems"] or intent in ("answer", "amend") or (status == "asking" and read["details"]):
        return "refine"
    return _BY_STATUS.get((status, intent), "answer")


_BY_STATUS = {
    ("deciding", "choose"): "options",
    ("offered", "choose"): "options",
    ("deciding", "different"): "rank",
    ("offered", "different"): "rank",
    ("searching", "unclear"): "search",
    ("searching", "greeting"): "search",
    ("searching", "choose"): "search",
    ("searching", "different"): "search",
}
