"""A Saturday morning, two workflows of different kinds, and the real local embeddings."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from agents.reasoning.checked import Checked
from agents.reasoning.checked_model import CheckedModel
from agents.reasoning.meter import Meter, metadata
from agents.reasoning.models.compatible import Compatible
from agents.reasoning.models.gemini import Gemini
from agents.reasoning.models.metered import Metered
from agents.reasoning.models.patience import Patient
from agents.reasoning.models.reasoner import ModelReasoner
from agents.reasoning.offline.reasoner import OfflineReasoner
from agents.reasoning.offline.understand import understand
from agents.reasoning.port import Heard, Reasoner, Understanding, Waiting
from agents.redact import Redactor
from memory.embed import MiniLM
from tests.providers.brain import Brain
from tests.providers.modes import Server
from tests.providers.served import served
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


@pytest.fixture(scope="session")
def offline(model: MiniLM) -> Reasoner:
    return Checked(OfflineReasoner(model.embed))


@pytest.fixture(scope="session")
def _served(model: MiniLM, workflows: tuple[Workflow, ...]) -> Iterator[tuple[Server, str]]:
    server = Server(Brain(model, workflows))
    with served(server) as url:
        yield server, url


@pytest.fixture
def service(_served: tuple[Server, str]) -> Server:
    """Gemini's and OpenAI's services on this machine, behaving."""
    _served[0].reset()
    return _served[0]


@pytest.fixture
async def meter(tmp_path: Path) -> AsyncIterator[Meter]:
    """A meter on a database of its own."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'calls.sqlite'}")
    async with engine.begin() as conn:
        await conn.run_sync(metadata.create_all)
    yield Meter(engine, lambda: NOW, Redactor(["the-secret-key"]))
    await engine.dispose()


@pytest.fixture
async def models(_served: tuple[Server, str], meter: Meter) -> AsyncIterator[dict[str, Metered]]:
    """The real SDKs, pointed at the services; 0.3 s for one that hangs, and hardly a pause between attempts."""
    url = _served[1]
    gemini = Gemini("the-secret-key", "gemini-3.8-flash", f"{url}/gemini")
    local = Compatible("the-secret-key", "gpt-5-mini", f"{url}/openai/v1")
    made: dict[str, Metered] = {}
    for provider in (gemini, local):
        made[provider.name] = Metered(Patient(provider, pause=0.001), meter, lambda: NOW, seconds=10)
    yield made
    for model in made.values():
        await model.patient.aclose()


@pytest.fixture
def of(models: dict[str, Metered], offline: Reasoner, request: pytest.FixtureRequest) -> Callable[[str], Reasoner]:
    """The reasoner of a provider, as the product wires it."""
    hanging = getattr(request.node, "callspec", None) and request.node.callspec.params.get("mode") == "hanging"

    def _of(name: str) -> Reasoner:
        model = replace(models[name], seconds=0.3) if hanging else models[name]
        return CheckedModel(ModelReasoner(model, offline, Redactor(["the-secret-key"])))

    return _of


@pytest.fixture
def hear(model: MiniLM, workflows: tuple[Workflow, ...]) -> Callable[..., Understanding]:
    """Understands a text, by default as the first message of a conversation; `known` are the details so far."""

    def _hear(text: str, waiting: Waiting | None = None, workflow: str = TABLE.name, **known: Any) -> Understanding:
        heard = Heard(text=text, now=NOW, workflow=workflow if waiting else None, details=known, waiting=waiting)
        return understand(heard, workflows, model.embed)

    return _hear
