"""How things are said: dates, details, citations, as a person reads them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from agents.executor.mandate import plain
from agents.state import TaskState
from agents.types import DetailValue, Preference, Preferences
from memory.evidence import Evidence
from memory.style import Style
from workflows.model import Detail, DetailType, Workflow

STRONG = 0.6
"""Strength from which a statement is the person's own and meant: what is said of others, or long ago, is weaker."""


def cite(evidence: Evidence) -> str:
    """The place of a quotation: "memory/food.md:12"."""
    if evidence.page is not None:
        return f"{evidence.path} p. {evidence.page}"
    if evidence.lines is None:
        return evidence.path
    first, last = evidence.lines
    return f"{evidence.path}:{first}" if first == last else f"{evidence.path}:{first}-{last}"


def cites(ids: Iterable[str], evidence: Mapping[str, Evidence]) -> str:
    """Citations in brackets, or nothing."""
    places = dict.fromkeys(cite(evidence[i]) for i in ids if i in evidence)
    return f" ({', '.join(places)})" if places else ""


def quoted(text: str) -> str:
    """A page's words inside ours: they can make no link, no image, no code, no heading."""
    return plain(" ".join(text.split()))


def day(value: str, today: dt.date | None = None) -> str:
    """A date as one says it: "tonight's" date is "today"."""
    date = dt.date.fromisoformat(value)
    if today is not None and (date - today).days in (0, 1):
        return "today" if date == today else "tomorrow"
    return f"{date:%A} {date.day} {date:%B}" + (f" {date.year}" if today is None or date.year != today.year else "")


def value(detail: Detail, given: DetailValue, today: dt.date | None = None) -> str:
    """A detail's value in words."""
    if detail.type is DetailType.DATE:
        return day(str(given), today)
    if detail.type is DetailType.MONEY and isinstance(given, dict):
        return f"{given['amount']} {given['currency']}"
    return str(given)


def understood(workflow: Workflow, details: Mapping[str, DetailValue], wishes: Iterable[str], today: dt.date) -> str:
    """What was understood of the request, as one sentence that can be corrected."""
    known = [f"{_label(d)} {value(d, details[d.name], today)}" for d in workflow.details if d.name in details]
    wanted = [f"“{w}”" for w in wishes]
    parts = [", ".join(known), " and ".join(wanted)]
    said = "; you want ".join(p for p in parts if p) if known else f"you want {parts[1]}"
    return f"**{workflow.title}**" + (f": {said}." if known or wanted else ".")


def _label(detail: Detail) -> str:
    return detail.name.replace("_", " ")


def taste(preferences: Preferences, most: int = 12) -> str:
    """The statements in the proxy's order, each once, with its place in the person's files."""
    lines = _lines(preferences.statements, preferences)[:most]
    return "\n".join(lines) if lines else "Your notes say nothing about that."


def vibe(preferences: Preferences, each: int) -> str:
    """What a choice will rest on: what binds the person, what they like, what they avoid."""
    strong = [s for s in preferences.statements if s.strength >= STRONG]
    binds = [s for s in strong if s.polarity in ("never", "must")]
    likes = [s for s in strong if s.polarity == "likes"]
    dislikes = [s for s in strong if s.polarity == "dislikes"]
    lines = [line for kind in (binds, likes, dislikes) for line in _lines(kind, preferences)[:each]]
    if not lines:
        return "Your notes say nothing about this yet, so I go by the request alone."
    return "From your own files:\n" + "\n".join(dict.fromkeys(lines))


def _lines(statements: Iterable[Preference], preferences: Preferences) -> list[str]:
    """One line a text: a sentence that says two things is one quotation."""
    evidence = {e.id: e for e in preferences.evidence}
    by_text = {s.text: f"- {s.text}{cites(s.evidence, evidence)}" for s in statements}
    return list(by_text.values())


def opening(state: TaskState, workflow: Workflow, today: dt.date, style: Style) -> str:
    """What was understood and what the notes say; said once a task, with its first reply.

    To who wants it short, one line of each kind.
    """
    if state.get("opened"):
        return ""
    said = understood(workflow, state.get("details", {}), state.get("wishes", []), today)
    preferences = Preferences.model_validate(state["preferences"])
    behind = f"\n\n{preferences.index.caution}" if preferences.index.kind == "behind" else ""
    return f"{said}\n\n{vibe(preferences, each=1 if style.brief else 3)}{behind}"
