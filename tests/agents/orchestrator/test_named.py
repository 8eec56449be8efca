from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from agents.orchestrator.named import word_on
from agents.orchestrator.rank import rank, why_not
from agents.preference_proxy import PreferenceProxy
from agents.reasoning.port import Reasoner
from memory.evidence import Evidence
from tests.agents.town import Notes, place, workflow

NAME = "Lanterna"


def written(quote: str, date: str = "2026-01-01", stated: bool = True) -> Evidence:
    day = dt.date.fromisoformat(date)
    return Evidence(id=quote, path="memory/food.md", lines=(1, 1), quote=quote, date=day, stated=stated)


@pytest.mark.parametrize(
    "quote",
    [
        "I cannot stand Lanterna: the owner laughed at my hat.",
        "Never Lanterna again.",
        "Lanterna: never again.",
        "We hated Lanterna.",
        "No more Lanterna, please.",
        "I'm done with Lanterna.",
    ],
)
def test_what_is_ruled_out_by_name(quote: str) -> None:
    word = word_on(NAME, [written(quote)])
    assert word is not None
    assert (word.against, word.whole) == (True, True)


@pytest.mark.parametrize(
    ("quote", "whole"), [("Avoid Lanterna on Fridays.", False), ("I hate the back room of Lanterna.", False)]
)
def test_a_part_of_it_is_not_the_whole(quote: str, whole: bool) -> None:
    word = word_on(NAME, [written(quote)])
    assert word is not None
    assert word.whole is whole


@pytest.mark.parametrize(
    "quote", ["I can't stand Lanterna Rossa.", "Lanterna is by the gate. I hate the tram.", "Bento hates Lanterna."]
)
def test_others_are_not_meant(quote: str) -> None:
    word = word_on(NAME, [written(quote)], [NAME, "Lanterna Rossa"])
    assert word is None


def test_the_newest_word_counts_and_only_the_persons_own() -> None:
    old, new = written("I hate Lanterna.", "2024-01-01"), written("I love Lanterna.", "2026-01-01")
    word = word_on(NAME, [old, new])
    assert word is not None
    assert not word.against
    assert word_on(NAME, [written("I hate Lanterna.", stated=False)]) is None


async def test_such_a_place_is_left_out_and_the_line_shown(
    notes: Notes, reasoner: Reasoner, details: dict[str, Any]
) -> None:
    retriever = notes({"memory/food.md": "# Food\n\n- Never Calm again.\n- I can't stand Hush on Saturdays.\n"})
    candidates = (place("Calm", "Quiet."), place("Hush", "Silent."), place("Blare", "A noisy place."))
    taste = await PreferenceProxy(retriever, reasoner).ask("Where to eat?")
    outcome = await rank(candidates, workflow(), details, (), False, taste, retriever, reasoner)
    text, evidence = why_not("Calm", outcome, candidates)
    assert "your notes say “Never Calm again.”" in text
    assert [(e.path, e.lines) for e in evidence] == [("memory/food.md", (3, 3))]
    assert outcome.decision is not None
    shown = {o.name: o for o in (outcome.decision.top, outcome.decision.backup) if o}
    assert "your notes say “I can't stand Hush on Saturdays.”" in shown["Hush"].tradeoffs
