"""PrefEval's choice: of four suggestions, the one that respects what somebody said of themselves."""

from __future__ import annotations

import asyncio
import json
import random
from pathlib import Path
from typing import Any

from agents.reasoning.port import Reasoner
from agents.types import Candidate
from memory.evidence import Evidence
from tests.evals.support import Measured

SEEN = "2026-11-21T10:00:00+00:00"


def choose(data: Path, reasoner: Reasoner, every: int) -> list[Measured]:
    """Share of cases whose best of four is the one that the data calls right; every second topic is held back."""
    figure = Measured("PrefEval choice of 4 that respects it")
    files = sorted(f for f in (data / "2_prefeval").glob("*.json") if f.stem != "distractor_messages")
    for topic, file in enumerate(files):
        for item in json.loads(file.read_text())[::every]:
            right = asyncio.run(_right(item, reasoner))
            figure.add(right, held_back=topic % 2 == 1)
    return [figure]


async def _right(item: dict[str, Any], reasoner: Reasoner) -> bool:
    told, options = item["explicit"], item["mcq"]
    said = Evidence(id="e1", path="memory/about.md", quote=told["preference"], lines=(1, 1))
    known = await reasoner.preferences(told["question"], (said,))
    # The right one stands first in the file.
    order = random.Random(told["question"]).sample(range(len(options)), len(options))
    candidates = tuple(
        Candidate(id=f"c{n}", name=f"Option {n}", url="", facts={"description": options[place]}, seen_at=SEEN)
        for n, place in enumerate(order)
    )
    scores = await reasoner.weigh(candidates, known.statements, (), {})
    return order[int(scores[0].candidate.removeprefix("c"))] == 0
