from __future__ import annotations

import datetime as dt

import pytest

from agents.reasoning.offline.settle import settle
from agents.reasoning.port import Heard
from agents.types import DetailValue, Preference
from workflows.model import Detail, DetailType

NOW = dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)
TIME = Detail("time", DetailType.TIME, "At what time?")
PEOPLE = Detail("party_size", DetailType.COUNT, "For how many people?", at_least=1, at_most=20)
SIZE = Detail("size", DetailType.CHOICE, "Which size?", options=("S", "M", "L"))
AREA = Detail("area", DetailType.TEXT, "Where?")


def says(*texts: str) -> tuple[Preference, ...]:
    return tuple(
        Preference(id=f"h{n}", text=t, subject=t, polarity="likes", strength=0.4, evidence=(f"e{n}",), stated=True)
        for n, t in enumerate(texts)
    )


@pytest.mark.parametrize(
    ("detail", "request_", "notes", "expected"),
    [
        (TIME, "dinner tonight", ("We eat at eight.",), ("20:00", "e0")),
        (TIME, "breakfast tomorrow", ("We have breakfast at half past seven.",), ("07:30", "e0")),
        (PEOPLE, "dinner tonight", ("Usually it's just the two of us.",), (2, "e0")),
        (TIME, "lunch tomorrow", ("We have dinner at eight.",), None),
        (TIME, "dinner tonight", ("I don't like eating later than half past eight.",), None),
        (TIME, "dinner tonight", ("We eat at eight.", "We usually have dinner at seven."), None),
        (TIME, "dinner tonight", ("Bring the cat in at eight.",), None),
        (PEOPLE, "dinner tonight", ("Last year we were nine at Easter.",), None),
        (PEOPLE, "dinner tonight", ("I usually spend about 45 EUR a head on dinner.",), None),
        (SIZE, "a warm hat", ("I always wear size M.",), ("M", "e0")),
        (SIZE, "a warm hat", ("My size is M.", "In gloves I take size L."), None),
        (SIZE, "a warm hat", ("I like the letter M.",), None),
        (AREA, "dinner tonight", ("I live in the Old Town.",), None),
    ],
)
def test_what_the_notes_settle_and_what_they_leave_open(
    detail: Detail, request_: str, notes: tuple[str, ...], expected: tuple[DetailValue, str] | None
) -> None:
    assert settle(detail, Heard(text=request_, now=NOW), says(*notes)) == expected
