"""A town of invented places, and workflows with rules to judge them by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agents.types import Candidate
from memory.retrieve import Retriever
from workflows.model import Detail, DetailType, Limits, Rule, Workflow
from workflows.rules import parse_rule

Notes = Callable[[dict[str, str]], Retriever]


def ruled(*sentences: str) -> tuple[Rule, ...]:
    return tuple(parse_rule(s, n) for n, s in enumerate(sentences, 1))


def workflow(
    *sentences: str, title: str = "Reserve a table", about: str = "Find a restaurant and book it."
) -> Workflow:
    details = (
        Detail("date", DetailType.DATE, "When?"),
        Detail("time", DetailType.TIME, "At what time?"),
        Detail("people", DetailType.COUNT, "How many?"),
        Detail("budget", DetailType.MONEY, "Up to how much?", optional=True),
    )
    return Workflow("w", about, "w.md", "0" * 64, title, (), (), details, Limits(), rules=ruled(*sentences))


def place(name: str, description: str = "A place to eat.", price: int = 30, **facts: Any) -> Candidate:
    told = {"description": description, "priceRange": f"{price} EUR per person", "servesCuisine": ["Local"], **facts}
    slots = facts.pop("slots", ("2026-11-21T20:00",))
    told.pop("slots", None)
    url = f"http://town.localhost/{name.lower().replace(' ', '-')}"
    return Candidate(
        id=name[:3].lower(), name=name, url=url, facts=told, slots=slots, seen_at="2026-11-21T10:00:00+00:00"
    )


def dish(name: str, contains: str = "", diets: tuple[str, ...] = (), price: str = "15.00 EUR") -> dict[str, Any]:
    description = f"contains: {contains}" if contains else "contains: celery"
    return {"name": name, "description": description, "diets": list(diets), "price": price}
