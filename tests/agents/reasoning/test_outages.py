"""A thousand questions while three answers in ten are faults: each is answered, and nothing unfounded comes of any."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from agents.reasoning import turn
from agents.reasoning.chosen import Chosen
from agents.reasoning.models import patience
from agents.reasoning.models.metered import Metered
from agents.reasoning.port import Heard, Reasoner
from tests.agents.reasoning.contract import BOOKING, CASE, NOW
from tests.providers.modes import MODES, Server
from workflows.model import Workflow

FAULTS = [m for m in MODES if m not in ("good", "slow")]


@pytest.mark.parametrize("questions", [40, pytest.param(1000, marks=pytest.mark.long)])
async def test_every_question_is_answered(
    questions: int,
    models: dict[str, Metered],
    of: Callable[[str], Reasoner],
    offline: Reasoner,
    service: Server,
    workflows: tuple[Workflow, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(patience, "REST", 0.0)  # else most would be answered by the rest alone
    rng = random.Random(questions)
    for name in models:
        models[name] = replace(models[name], seconds=0.5)
    chosen, answered = Chosen(offline, {name: of(name) for name in models}), Counter[str]()
    for _ in range(questions):
        service.script = [rng.choice(FAULTS) if rng.random() < 0.3 else "good" for _ in range(8)]
        with turn.turn("web", rng.choice(list(models))) as at:
            if rng.random() < 0.5:
                read = await chosen.understand(Heard(text=BOOKING, now=NOW), workflows)
                assert read.details in ({}, {"date": "2026-11-21", "time": "20:00", "party_size": 2})
                assert read.workflow in (None, "reserve-table")
            else:
                judged = await chosen.decide(CASE)
                assert sorted(s.candidate for s in judged.scores) == ["c0", "c1", "c2"]
            answered["offline" if at.notes else "model"] += 1
    assert answered.total() == questions
    assert answered["model"] > answered["offline"] > 0
