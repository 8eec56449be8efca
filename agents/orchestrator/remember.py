"""Remember: turns about memory itself. A waiting task goes on waiting; an offer stays exactly what it was."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from agents.crew import Crew
from agents.evals.cases import FOLDER
from agents.orchestrator import answer, consult, drafted, forget, interview, proposed, say
from agents.orchestrator.dialogue import Said
from agents.state import TaskState
from agents.types import Reply
from memory import proposals
from memory.errors import RflowError
from memory.evidence import Evidence
from memory.learned import Learned

INTENTS = {"remember", "undo", "proposals", "interview", "forget", "workflow"}
UNDO = "Say “undo” to take it back."


async def remember(state: TaskState, crew: Crew) -> TaskState:
    """Do what was asked of the memory and say what came of it; what cannot be done changes nothing."""
    try:
        said = await _TURNS[state["understood"]["intent"]](state, crew)
    except RflowError as cannot:
        said = Said(str(cannot))
    update: TaskState = {"memory": said.dialogue, "trace": [*state.get("trace", []), said.trace]}
    update["forgotten"] = list(said.forgotten)
    if "workflow" not in state:
        reply = Reply(kind="question" if said.question else "answer", text=said.text, question=said.question)
        status = "asking" if said.dialogue else "done"
        return {**update, "status": status, "waiting": None, "reply": reply.model_dump(mode="json")}  # type: ignore[typeddict-item]
    if said.learned:
        update |= await consult.consult({**state, **update}, crew)
    if said.learned and state["status"] == "deciding":
        return {**update, "noted": said.text}
    if said.question:
        reply = Reply(kind="question", text=said.text, question=said.question)
    else:
        later = "\n\nThe plan below stays as it is; what I noted counts from the next choice on."
        offered = state["status"] == "offered" and said.learned
        reply = await answer.again(said.text + (later if offered else ""), state, crew)
    return {**update, "reply": reply.model_dump(mode="json")}


def where_next(state: TaskState) -> str:
    """Choose again where a choice is open and what is known has changed; else go on waiting, or end."""
    return "rank" if state.get("noted") else answer.where_next(state)


async def _note(state: TaskState, crew: Crew) -> Said:
    read = state["understood"]
    if read.get("passed_on"):
        return await _proposed(read["subject"], "message", "It stood in a message that may quote others.", crew)
    return await note(read["subject"], state, crew)


async def _proposed(text: str, source: str, why: str, crew: Crew) -> Said:
    made = await asyncio.to_thread(proposals.propose, crew.home, text, None, source, why)
    heard = f"I heard “{say.quoted(made.text)}” and wrote nothing yet. Say “accept proposal 1” after “proposals”."
    return Said(heard, trace="Proposed what was heard.")


async def note(text: str, state: TaskState, crew: Crew) -> Said:
    """Write down what the person stated; what was only heard is proposed."""
    if state.get("spoken"):
        return await _proposed(text, "voice", "You said it in a voice note.", crew)
    kept = await asyncio.to_thread(crew.keeper.note, text, state.get("source", ""))
    where = f"{say.cite(kept.note)}, under “{kept.note.section.rsplit(' > ', 1)[-1]}”"
    if not kept.new:
        return Said(f"That stands in {where} already.", trace="It was known already.")
    parts = [f"Noted in {where}:\n> {say.quoted(kept.note.quote)}", await _against(kept.note, crew)]
    uncommitted = crew.history.why_not
    parts.append(f"{uncommitted} To take it back, delete the line." if uncommitted else UNDO)
    return Said("\n\n".join(p for p in parts if p), learned=True, trace=f"Wrote a note in {kept.note.path}.")


async def _against(note: Evidence, crew: Crew) -> str:
    """What stands in the files against the new note; the newer counts, and both are shown."""
    known = await crew.proxy.ask(note.quote)
    by_id, evidence = {s.id: s for s in known.statements}, {e.id: e for e in known.evidence}
    older = [by_id[old] for new, old in known.contradictions if note.id in by_id[new].evidence]
    lines = [f"- {say.quoted(s.text)}{say.cites(s.evidence, evidence)}" for s in older]
    return "It outranks what you wrote before:\n" + "\n".join(dict.fromkeys(lines)) if lines else ""


async def _undo(state: TaskState, crew: Crew) -> Said:
    back = await asyncio.to_thread(crew.keeper.undo, "", state["message_id"])
    return Said(undone(back), learned=True, trace=f"Took back {back.commit[:8]}.")


def undone(back: Learned) -> str:
    """What was taken back, in words."""
    if all(path.startswith(f"{FOLDER}/") for path in back.paths):  # a whole file of ours
        return f"Taken back: {', '.join(back.paths)} is gone."
    gone = "\n".join(f"> {say.quoted(line)}" for line in back.added)
    again = "\n".join(f"> {say.quoted(line)}" for line in back.removed)
    parts = [f"Taken back from {', '.join(back.paths)}:\n{gone}" if gone else ""]
    parts.append(f"Back in {', '.join(back.paths)}:\n{again}" if again else "")
    return "\n\n".join(p for p in parts if p) or f"Undone: {back.message}"


_TURNS: dict[str, Callable[[TaskState, Crew], Awaitable[Said]]] = {
    "remember": _note,
    "undo": _undo,
    "proposals": proposed.proposed,
    "interview": interview.interview,
    "forget": forget.forget,
    "workflow": drafted.settle,
}
