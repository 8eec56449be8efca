"""What a page says to a question about it."""

from __future__ import annotations

import pytest

from agents.reasoning.offline.lookup import look_up
from agents.types import Candidate

INN = Candidate(
    id="c1",
    name="The Blue Bell",
    url="",
    facts={
        "description": "Parking behind the house. No dogs, and no music in the dining room.",
        "address": {"streetAddress": "4 Mill Lane", "addressLocality": "Harbour"},
        "telephone": "555 0101",
        "openingHours": ["Mo-Sa 12:00-22:00"],
        "priceRange": "30 EUR per person",
        "aggregateRating": {"ratingValue": 4.5, "ratingCount": 12},
        "menu": [{"name": "Leek pie", "description": "with hazelnuts", "diets": ["vegetarian"]}, {"name": "Hake"}],
    },
    seen_at="2026-11-21T10:00:00+00:00",
)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("does it have parking?", "“Parking behind the house”"),
        ("are dogs allowed?", "“No dogs”"),
        ("is it loud?", "“no music in the dining room”"),
        ("where is it?", "4 Mill Lane, Harbour"),
        ("what's their phone number?", "555 0101"),
        ("when does it close", "Mo-Sa 12:00-22:00"),
        ("how much is it?", "30 EUR per person"),
        ("how is it rated?", "rated 4.5 of 5 by 12"),
        ("what's on the menu?", "Leek pie, Hake"),
        ("is there anything vegetarian?", "“Leek pie”"),
        ("does it have a swimming pool?", ""),
        ("is The Blue Bell any good?", ""),
    ],
)
def test_a_question_is_answered_in_the_pages_own_words(question: str, told: str) -> None:
    assert look_up(question, INN) == told
