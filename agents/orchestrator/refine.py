"""Refine: ask for what is missing, one detail at a time; propose what the person's notes settle."""

from __future__ import annotations

import datetime as dt

from agents.crew import Crew
from agents.orchestrator import say
from agents.reasoning.offline.times import usual_hours
from agents.reasoning.port import Heard, Problem, Understanding, Waiting
from agents.state import TaskState
from agents.types import DetailValue, Preferences, Question, Reply
from memory.style import Style
from workflows.model import Detail, DetailType, Workflow


async def refine(state: TaskState, crew: Crew) -> TaskState:
    """Ask the next question, or leave the task ready to search."""
    workflow = crew.registry.get(state["workflow"])
    read = Understanding.model_validate(state["understood"])
    problem = next(iter(read.problems), None)
    missing = workflow.detail(problem.detail) if problem else _missing(workflow, state["details"])
    if missing is None:
        return {"status": "searching", "waiting": None}
    opening = say.opening(state, workflow, crew.clock().date(), Style.of(crew.home))
    before = "\n\n".join(p for p in (state.get("noted", ""), opening) if p)
    asked = await ask(state, missing, before, crew, problem)
    return {**asked, "status": "asking", "opened": True}


async def ask(state: TaskState, detail: Detail, before: str, crew: Crew, problem: Problem | None = None) -> TaskState:
    """One question for a detail, with the value that the notes settle where they do.

    Args:
        before: what is said in front of it.
        problem: what was wrong with the answer before.
    """
    workflow, today = crew.registry.get(state["workflow"]), crew.clock().date()
    preferences = Preferences.model_validate(state["preferences"])
    proposal = None if problem or _turned_down(state, detail) else await _proposal(detail, state, preferences, crew)
    proposed, source = proposal or (None, "")
    said = None if proposed is None else say.value(detail, proposed, today)
    either = tuple(say.value(detail, choice, today) for choice in problem.choices) if problem else ()
    day = _day(workflow, state["details"])
    question = Question(
        detail=detail.name,
        type=detail.type.value,
        options=either or quick_answers(detail, proposed, crew.clock(), state["request"], day),
        proposed=said,
    )
    text = "\n\n".join(p for p in (before, problem.message if problem else _ask(detail, said, source)) if p)
    waiting = Waiting(kind="question", detail=detail.name, proposed=proposed, options=question.options)
    return {
        "noted": "",
        "waiting": waiting.model_dump(mode="json"),
        "reply": Reply(kind="question", text=text, question=question).model_dump(mode="json"),
    }


def where_next(state: TaskState) -> str:
    """Wait for the answer, or search."""
    return "listen" if state["status"] == "asking" else "search"


def _missing(workflow: Workflow, details: dict[str, DetailValue]) -> Detail | None:
    return next((d for d in workflow.details if not d.optional and d.name not in details), None)


def _turned_down(state: TaskState, detail: Detail) -> bool:
    """The person was offered a value for this detail and did not take it."""
    waiting = state.get("waiting") or {}
    return waiting.get("detail") == detail.name and waiting.get("proposed") is not None


async def _proposal(
    detail: Detail, state: TaskState, preferences: Preferences, crew: Crew
) -> tuple[DetailValue, str] | None:
    heard = Heard(text=state["request"], now=crew.clock(), workflow=state["workflow"], details=state.get("details", {}))
    settled = await crew.reasoner.settle(detail, heard, preferences.statements)
    if settled is None:
        return None
    found = {e.id: e for e in preferences.evidence}.get(settled[1])
    return (settled[0], f"“{found.quote.strip()}” ({say.cite(found)})") if found else None


def _ask(detail: Detail, proposed: str | None, source: str) -> str:
    if proposed is None:
        return detail.ask
    return f"{detail.ask} Your notes say {source}, so: **{proposed}**?"


def _day(workflow: Workflow, details: dict[str, DetailValue]) -> str:
    """The date that is settled already, or empty."""
    return next((str(details[d.name]) for d in workflow.details if d.type is DetailType.DATE and d.name in details), "")


def quick_answers(
    detail: Detail, proposed: DetailValue | None, now: dt.datetime, request: str = "", day: str = ""
) -> tuple[str, ...]:
    """Sensible answers to tap, each in words that are understood when typed back; the proposed one first.

    Args:
        request: the person's words: who speaks of dinner is asked about evening hours.
        day: ISO date; of today only hours to come are offered.
    """
    if detail.type is DetailType.DATE:
        offered = ["today", "tomorrow", "Saturday"]
    elif detail.type is DetailType.TIME:
        hours = _times_around(str(proposed)) if proposed else usual_hours(request)
        offered = [t for t in hours if day != now.date().isoformat() or t > f"{now:%H:%M}"]
    elif detail.type is DetailType.COUNT:
        low, high = detail.at_least or 1, detail.at_most or 20
        offered = [str(n) for n in (proposed, 1, 2, 4, 6) if isinstance(n, int) and low <= n <= high]
    else:
        offered = list(detail.options[:5])
    first = [] if proposed is None else [say.value(detail, proposed, now.date())]
    return tuple(dict.fromkeys(first + offered))


def _times_around(time: str) -> list[str]:
    at = dt.datetime.strptime(time, "%H:%M")
    around = (at + dt.timedelta(minutes=m) for m in (-30, 30, 60))
    return [f"{t:%H:%M}" for t in around if t.date() == at.date()]
