"""A Saturday morning, two workflows of different kinds, and the real local embeddings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from agents.reasoning.offline.understand import understand
from agents.reasoning.port import Heard, Understanding, Waiting
from memory.embed import MiniLM
from workflows.model import Detail, DetailType, Limits, Money, Workflow

NOW = dt.datetime(2026, 11, 21, 10, 35, tzinfo=dt.UTC)  # a Saturday


def _workflow(
    name: str, title: str, description: str, examples: tuple[str, ...], details: tuple[Detail, ...]
) -> Workflow:
    limits = Limits(total=Money(Decimal(200), "EUR"))
    return Workflow(name, description, f"{name}.md", "0" * 64, title, examples, (), details, limits)


TABLE = _workflow(
    "reserve-table",
    "Reserve a table",
    "Find a restaurant that fits you and reserve a table there.",
    (
        "find me a place for dinner tonight",
        "book a table for two on Friday at eight",
        "where could the four of us eat near the harbour tomorrow?",
        "I'd like to go out for Japanese food on Saturday",
    ),
    (
        Detail("date", DetailType.DATE, "For which day?"),
        Detail("time", DetailType.TIME, "At what time?"),
        Detail("party_size", DetailType.COUNT, "For how many people?", at_least=1, at_most=20),
        Detail("area", DetailType.TEXT, "Which part of town?", optional=True),
        Detail("budget", DetailType.MONEY, "Up to how much a head?", optional=True),
    ),
)
BICYCLE = _workflow(
    "rent-bicycle",
    "Rent a bicycle",
    "Rent a bicycle from a shop.",
    ("I need a bike for the weekend", "rent two bicycles for three days from Monday", "get me an e-bike tomorrow"),
    (
        Detail("start", DetailType.DATE, "From which day?"),
        Detail("bicycles", DetailType.COUNT, "How many bicycles?", at_most=8),
        Detail("days", DetailType.COUNT, "For how many days?"),
        Detail("kind", DetailType.CHOICE, "Which kind?", options=("City bike", "Mountain bike", "E-bike")),
    ),
)


@pytest.fixture(scope="session")
def model() -> MiniLM:
    return MiniLM(threads=1)


@pytest.fixture(scope="session")
def workflows() -> tuple[Workflow, ...]:
    return TABLE, BICYCLE


@pytest.fixture
def hear(model: MiniLM, workflows: tuple[Workflow, ...]) -> Callable[..., Understanding]:
    """Understands a text, by default as the first message of a conversation; `known` are the details so far."""

    def _hear(text: str, waiting: Waiting | None = None, workflow: str = TABLE.name, **known: Any) -> Understanding:
        heard = Heard(text=text, now=NOW, workflow=workflow if waiting else None, details=known, waiting=waiting)
        return understand(heard, workflows, model.embed)

    return _hear
