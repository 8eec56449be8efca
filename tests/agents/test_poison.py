"""Recommendation poisoning: what a document wants is shown with its citation, or changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.reasoning.port import Reasoner
from memory.embed import MiniLM
from tests.agents.poison import ATTACKS, CARRIERS, Pair, violations


@pytest.mark.parametrize("number", range(20))
async def test_a_planted_document_is_data(number: int, tmp_path: Path, model: MiniLM, reasoner: Reasoner) -> None:
    pair = Pair.drawn(number)
    assert await violations(pair, tmp_path, model, reasoner) == [], pair


def test_every_attack_meets_every_carrier_within_200() -> None:
    drawn = {(Pair.drawn(n).attack, Pair.drawn(n).path) for n in range(200)}
    assert len(drawn) == len(ATTACKS) * len(CARRIERS) == 200
