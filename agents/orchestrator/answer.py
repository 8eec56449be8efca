"""Answer: questions and words that move nothing; what waits goes on waiting and is said again."""

from __future__ import annotations

import asyncio
import re

from langgraph.graph import END

from agents.crew import Crew
from agents.executor.mandate import plan_text
from agents.executor.words import parse_go
from agents.orchestrator import bookings, say
from agents.orchestrator import rank as ranking
from agents.reasoning.offline.domains import headed
from agents.reasoning.offline.lookup import look_up
from agents.state import TaskState
from agents.types import Candidate, Decision, PlanView, Preferences, Question, Reply
from memory.style import Style
from workflows.model import Workflow

_ALL = re.compile(r"\b(?:know|known|remember|learn(?:ed|t)|noted?|file|all|everything)\b", re.IGNORECASE)
_MOST_NOTES = 6
BUSY = "I am still at it; I tell you what the page says. STOP ends it before the last click."


async def answer(state: TaskState, crew: Crew) -> TaskState:
    """Answer the message; nothing about the task changes."""
    intent = state["understood"]["intent"]
    said = await _said(intent, state, crew)
    if "workflow" not in state:
        kind = "refusal" if intent == "unfit" else "answer"
        reply = Reply(kind=kind, text=said)
        return {"status": "done", "waiting": None, "reply": reply.model_dump(mode="json")}
    return {"reply": (await again(said, state, crew)).model_dump(mode="json")}


def where_next(state: TaskState) -> str:
    """Go on waiting, or end where there was no task."""
    return END if state["status"] == "done" else "listen"


async def _said(intent: str, state: TaskState, crew: Crew) -> str:
    subject = state["understood"]["subject"]
    if intent == "question":
        return await _about_taste(subject or state["message"], crew)
    if intent == "why_not" and state.get("ranked"):
        return _why_not(subject or state["message"], state)
    if intent == "why" and state.get("ranked"):
        return _why(state)
    if intent == "ask" and state.get("ranked"):
        return _about_options(subject, state)
    if intent == "bookings":
        return await bookings.told(subject, crew)
    if intent == "resume":
        return f"Back to “{' '.join(state['request'].split())}”." if "workflow" in state else "Nothing was set aside."
    if state.get("busy"):
        return BUSY
    if parse_go(state["message"]):
        return await bookings.nothing_on_offer(state["conversation"], crew)
    if intent in _COURTESY and ("workflow" in state or intent == "thanks"):
        return _COURTESY[intent]
    if "workflow" in state:
        return _NOTHING_DONE.get(state.get("status", ""), "I did nothing with that: I could not tell what to change.")
    return _what_i_can(intent, crew, Style.of(crew.home).address)


_COURTESY = {
    "greeting": "Hello!",
    "thanks": "You're welcome.",
    "help": "Answer in your own words, ask “why?”, change any detail, or say “never mind”.",
}
_NOTHING_DONE = {
    "offered": "That was not a clear Go, so I did nothing.",
    "asking": "I could not take that as an answer.",
}


def _what_i_can(intent: str, crew: Crew, name: str) -> str:
    opening = {
        "greeting": f"Hello, {say.quoted(name)}!" if name else "Hello!",
        "help": "I recommend, you decide, and after your Go I do it.",
        "refuse": "All right; nothing was waiting.",
        "unfit": "I have no workflow for that, so I offer nothing.",
    }.get(intent, "I could not make out a request in that.")
    able = [_ability(w) for w in crew.registry.all()]
    broken = [f"- Not in use, because its file has a fault: {fault}" for fault in crew.registry.faults()]
    listed = "\n".join([*able, *broken]) or "- nothing yet: there is no workflow to run"
    asking = "You can also ask what I know about your taste in something, or what I have booked."
    return f"{opening} What I can do:\n{listed}\n\n{asking}"


def _ability(workflow: Workflow) -> str:
    return f"- {workflow.description}" + (f" For example: “{workflow.examples[0]}”" if workflow.examples else "")


async def _about_taste(subject: str, crew: Crew) -> str:
    preferences = await crew.proxy.ask(subject)
    told = (say.taste(preferences), await _besides(subject, preferences, crew), _unknown(preferences))
    return "\n\n".join(p for p in (*told, preferences.index.caution) if p)


async def _besides(subject: str, preferences: Preferences, crew: Crew) -> str:
    """The person's own notes on it that state no taste by themselves, where all that is known was asked for."""
    asked = headed(subject)
    if not asked or not _ALL.search(subject):
        return ""
    cited = {e.id for e in preferences.evidence}
    notes = await asyncio.to_thread(crew.retriever.all_notes)
    besides = [n for n in notes if n.id not in cited and asked & headed(f"{n.path} {n.section}")][:_MOST_NOTES]
    lines = [f"- {say.quoted(note.quote)} ({say.cite(note)})" for note in besides]
    return "\n".join(["Your notes on it say besides:", *lines]) if lines else ""


def _unknown(preferences: Preferences) -> str:
    if not preferences.unknown:
        return ""
    offer = f"Say “ask me five questions about {say.quoted(preferences.unknown[0])}” to tell me."
    return f"Not in your files: {', '.join(preferences.unknown)}. {offer}"


def _about_options(question: str, state: TaskState) -> str:
    """What the pages of the options that were asked about say to it."""
    decision = Decision.model_validate((state["ranked"] or {})["decision"])
    options = [o for o in (decision.top, decision.backup) if o]
    number = state.get("choice", 0) if state["status"] == "offered" else state["understood"]["choice"]
    candidates = {c["id"]: Candidate.model_validate(c) for c in state["candidates"]}
    asked = options if number is None or number >= len(options) else options[number : number + 1]
    lines = []
    for option in asked:
        told = look_up(question, candidates[option.id])
        lines.append(f"{say.quoted(option.name)}: {say.quoted(told) if told else 'its page says nothing of that'}.")
    return "\n\n".join(lines)


def _why_not(name: str, state: TaskState) -> str:
    ranked = ranking.Ranked.model_validate(state["ranked"])
    candidates = tuple(Candidate.model_validate(c) for c in state["candidates"])
    text, evidence = ranking.why_not(name, ranked, candidates)
    quotes = [f"> {e.quote.strip()}\n> ({say.cite(e)})" for e in evidence]
    return "\n\n".join([say.quoted(text), *quotes])


def _why(state: TaskState) -> str:
    decision = ranking.Ranked.model_validate(state["ranked"]).decision
    if decision is None:
        return "There is no choice to explain."
    evidence = {e.id: e for e in decision.evidence}
    lines = [f"- {say.quoted(r.text)}{say.cites(r.evidence, evidence)}" for r in decision.top.reasons]
    cited = dict.fromkeys(i for r in decision.top.reasons for i in r.evidence if i in evidence)
    quotes = [f"> {evidence[i].quote.strip()}\n> ({say.cite(evidence[i])})" for i in cited]
    return "\n\n".join([f"Why {say.quoted(decision.top.name)}:\n" + "\n".join(lines), *quotes])


async def again(said: str, state: TaskState, crew: Crew) -> Reply:
    """What was said, and what still waits: a plan in full, because it is what a Go would approve."""
    waiting = state.get("waiting") or {}
    if state["status"] == "offered" and state.get("plan") and state.get("mandate"):
        view = PlanView.model_validate(state["plan"])
        return Reply(kind="plan", text=f"{said}\n\n{plan_text(view)}", plan=view)
    if state["status"] == "deciding" and state.get("ranked"):
        decision = Decision.model_validate(state["ranked"]["decision"])  # type: ignore[index]
        names = " or ".join(say.quoted(o.name) for o in (decision.top, decision.backup) if o)
        return Reply(kind="decision", text=f"{said}\n\n{names}? Nothing is booked yet.", decision=decision, again=True)
    detail = crew.registry.get(state["workflow"]).detail(waiting.get("detail") or "")
    if detail is None:
        return Reply(kind="answer", text=said)
    question = Question(detail=detail.name, type=detail.type.value, options=tuple(waiting.get("options", ())))
    return Reply(kind="question", text=f"{said}\n\n{detail.ask}", question=question)
