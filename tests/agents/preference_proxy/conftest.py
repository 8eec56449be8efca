"""A town of invented places, a workflow with rules, and a person's real home with a real index."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from agents.reasoning.checked import Checked
from agents.reasoning.offline.reasoner import OfflineReasoner
from agents.reasoning.port import Reasoner
from agents.types import Candidate
from memory.embed import MiniLM
from memory.home import Home
from memory.index import Index
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


@pytest.fixture(scope="session")
def model() -> MiniLM:
    return MiniLM(threads=1)


@pytest.fixture(scope="session")
def reasoner(model: MiniLM) -> Reasoner:
    return Checked(OfflineReasoner(model.embed))


@pytest.fixture
def notes(tmp_path: Path, model: MiniLM) -> Iterator[Notes]:
    """Writes files into a home and opens what finds them: `notes({"memory/food.md": "- …"})`."""
    opened: list[Index] = []

    def _notes(files: dict[str, str]) -> Retriever:
        for path, text in files.items():
            (tmp_path / "person" / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "person" / path).write_text(text, "utf-8")
        (tmp_path / "person").mkdir(exist_ok=True)
        index = Index(Home(tmp_path / "person"), model)
        opened.append(index)
        index.sync()
        return Retriever(index)

    yield _notes
    for index in opened:
        index.close()


@pytest.fixture
def details() -> dict[str, Any]:
    return {"date": dt.date(2026, 11, 21).isoformat(), "time": "20:00", "people": 2}
