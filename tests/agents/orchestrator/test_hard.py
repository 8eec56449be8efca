"""Rules on food, where what is proposed is no kitchen."""

from __future__ import annotations

from typing import Any

import pytest

from agents.orchestrator.hard import bounds, stand
from agents.types import Candidate, Preference, Preferences
from workflows import registry
from workflows.parse import read_workflow

ALLERGY = Preference(
    id="p1",
    text="I am allergic to peanuts.",
    subject="peanuts",
    polarity="never",
    strength=1,
    evidence=("e1",),
    stated=True,
)


def standing(name: str, workflow: str, **facts: Any) -> Any:
    candidate = Candidate(id="c1", name=name, url="http://s/1", facts=facts, seen_at="2026-11-20T12:00")
    known = Preferences(question="?", statements=(ALLERGY,))
    return stand(candidate, bounds(read_workflow(registry.LIBRARY / f"{workflow}.md"), {}, (), known))


@pytest.mark.parametrize(
    ("workflow", "facts", "left_out"),
    [
        ("buy-item", {"description": "A hammer with an ash handle.", "category": "Tools"}, False),
        ("buy-item", {"description": "Brittle of peanuts and sugar.", "category": "Sweets"}, True),
        ("buy-gift", {"description": "A wooden spoon."}, False),
        ("book-hotel", {"description": "Rooms over a peanut roaster."}, False),
        ("book-event", {"description": "A quartet plays Haydn."}, False),
    ],
)
def test_a_thing_or_a_room_is_no_kitchen(workflow: str, facts: Any, left_out: bool) -> None:
    found = standing("Some thing", workflow, **facts)
    assert (found.exclusion is not None) is left_out, found
    assert found.tradeoffs == ()
    assert not found.unsure


def test_a_kitchen_that_was_not_seen_is_said() -> None:
    found = standing("Some place", "reserve-table", description="Open since spring.")
    assert any("was not seen" in tradeoff for tradeoff in found.tradeoffs)
