"""Options: what only the page of the chosen thing offers is settled after the choice, one question at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from agents.crew import Crew
from agents.executor.forms import same_text
from agents.executor.options import Offered
from agents.orchestrator import say
from agents.orchestrator.plan import chosen
from agents.orchestrator.refine import ask
from agents.preference_proxy.proxy import question_for
from agents.reasoning.offline.intents import is_yes
from agents.reasoning.offline.places import choose_option, find_option
from agents.reasoning.offline.spans import fold
from agents.reasoning.port import Understanding, Waiting
from agents.state import Json, TaskState
from agents.types import Candidate, DetailValue
from memory.errors import Unavailable
from workflows.model import Detail, DetailType, Workflow

_FEW = 3  # words


async def options(state: TaskState, crew: Crew) -> TaskState:
    """Ask for the next option of the chosen thing, or leave the task ready to be planned."""
    workflow, candidate = crew.registry.get(state["workflow"]), chosen(state)
    known: Json = state.get("options") or {}
    if known.get("of") != candidate.url:
        known = {"of": candidate.url, "offered": await _offered(workflow, candidate, crew)}
    details, noted = dict(state["details"]), []
    for name, raw in known["offered"].items():
        found, detail = Offered.model_validate(raw), _as_choice(workflow, name, raw["texts"])
        given = details.pop(name, None)
        fits = among(str(given), found.texts) if given is not None else None
        if fits is None and given is not None:
            noted.append(_not_so(candidate, detail, str(given)))
        if fits is None and len(found.texts) == 1 and found.open:
            fits = found.texts[0]
        if fits is not None:
            details[name] = fits
        elif found.open and found.texts:
            before = " ".join(noted) or _comes_in(detail, say.quoted(candidate.name))
            about = await crew.proxy.gather(question_for(workflow, f"{detail.name} {candidate.name}"))
            told: TaskState = {**state, "details": details, "preferences": about.model_dump(mode="json")}
            asked = await ask(told, detail, before, crew)
            return {**asked, "details": details, "options": known, "status": "deciding"}
    return {"details": details, "options": known, "waiting": None, "noted": " ".join(noted)}


async def _offered(workflow: Workflow, candidate: Candidate, crew: Crew) -> Json:
    try:
        found = await crew.searcher.options(workflow, candidate)
    except Unavailable:
        return {}  # the run itself will look, and stop where something is left open
    return {name: each.model_dump(mode="json") for name, each in found.items()}


def _as_choice(workflow: Workflow, name: str, texts: Iterable[str]) -> Detail:
    detail = next(d for d in workflow.details if d.name == name)
    return replace(detail, type=DetailType.CHOICE, options=tuple(texts), optional=False)


def _comes_in(detail: Detail, what: str) -> str:
    return f"{what} comes in {', '.join(map(say.quoted, detail.options))}."


def _not_so(candidate: Candidate, detail: Detail, given: str) -> str:
    what = f"{say.quoted(candidate.name)} has no {detail.name.replace('_', ' ')} “{say.quoted(given)}”."
    return f"{what} {_comes_in(detail, 'It')}" if detail.options else f"{what} It comes in one only."


def where_next(state: TaskState) -> str:
    """Wait for the answer, or plan."""
    return "listen" if state["waiting"] else "plan"


def choosing(state: TaskState) -> Waiting | None:
    """The question for an option of the chosen thing, where one waits."""
    waiting: Json | None = state.get("waiting")
    known: Json = state.get("options") or {}
    asked = waiting and waiting["kind"] == "question" and waiting["detail"] in known.get("offered", {})
    return Waiting.model_validate(waiting) if asked else None


def answered(waiting: Waiting, message: str, known: Json) -> Understanding | None:
    """The message as the answer to that question; None where it says something else."""
    name = waiting.detail or ""
    value: DetailValue | None = among(message, known["offered"][name]["texts"])
    if value is None and is_yes(message):
        value = waiting.proposed
    return None if value is None else Understanding(intent="answer", details={name: value})


def unfit(waiting: Waiting, message: str, read: Understanding) -> Understanding:
    """A few words that say nothing to the decision are an answer to the question, and are asked about again."""
    if read.intent not in ("amend", "unclear", "answer") or read.details or len(message.split()) > _FEW:
        return read
    return Understanding(intent="answer", details={waiting.detail or "": message.strip()})


def among(said: str, texts: Iterable[str]) -> str | None:
    """The one of the texts that is meant; none where two are, or nobody can tell."""
    texts, folded = tuple(texts), fold(said)
    exact = [text for text in texts if same_text(text, said)]
    if exact or len({hit.value for hit in find_option(folded, texts)}) > 1:
        return exact[0] if len(exact) == 1 else None
    hit = choose_option(folded, texts)
    return str(hit.value) if hit else None
