from __future__ import annotations

import datetime as dt

import pytest

from agents.reasoning.offline.details import Found, find_details, parse_detail
from agents.reasoning.port import Problem
from workflows.model import Detail, DetailType

NOW = dt.datetime(2026, 11, 21, 10, 35, tzinfo=dt.UTC)
PARTY = Detail("party_size", DetailType.COUNT, "For how many people?", at_least=1, at_most=20)


def read(text: str, asked: bool = False, detail: Detail = PARTY) -> Found | Problem | None:
    return parse_detail(detail, text, NOW, asked)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("the four of us", 4),
        ("both of us", 2),
        ("me and my wife", 2),
        ("my wife and I", 2),
        ("me, my wife and two kids", 4),
        ("my husband, our three children and me", 5),
        ("me and Tomás", 2),
        ("Inês and me", 2),
        ("Inês, Tomás and I", 3),
        ("dinner with my wife", 2),
        ("dinner with three friends", 4),
        ("two adults and a baby", 3),
        ("3 couples", 6),
        ("my parents and me", 3),
        ("just me", 1),
        ("a table for myself", 1),
        ("I'm going alone", 1),
        ("table for two", 2),
        ("a table for twelve on Friday", 12),
        ("party of 6", 6),
        ("a group of about 10", 10),
        ("for 2, no, 3", 3),
        ("for two, sorry, make that four", 4),
        ("we are 7", 7),
        ("there will be six of us", 6),
        ("for 4 at 8pm", 4),
        ("8 people", 8),
        ("make it 4", 4),
        ("actually 5", 5),
        ("for a dozen people", 12),
    ],
)
def test_people(text: str, count: int) -> None:
    found = read(text)
    assert isinstance(found, Found), found
    assert found.value == count


@pytest.mark.parametrize(
    ("text", "count"), [("13", 13), ("two", 2), ("a couple", 2), ("4 please", 4), ("hmm, five I think", 5)]
)
def test_a_bare_number_where_it_was_asked(text: str, count: int) -> None:
    found = read(text, asked=True)
    assert isinstance(found, Found)
    assert found.value == count


@pytest.mark.parametrize("text", ["0 people", "500 people", "party of 21", "for 0"])
def test_out_of_bounds_says_what_would_do(text: str) -> None:
    found = read(text)
    assert isinstance(found, Problem)
    assert "from 1 to 20" in found.message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "at 8",
        "8pm",
        "13",
        "3 December",
        "40 euros",
        "my wife likes it",
        "a 5 star place",
        "book it for me",
        "for 3 hours",
        "2 courses",
    ],
)
def test_no_people(text: str) -> None:
    assert read(text) is None


def test_things_are_counted_by_the_details_own_noun() -> None:
    nights = Detail("nights", DetailType.COUNT, "For how many nights?")
    rooms = Detail("rooms", DetailType.COUNT, "How many rooms?")
    found = find_details((nights, rooms), "2 double rooms for a couple of nights", NOW, None)
    assert found.values == {"nights": 2, "rooms": 2}
    assert read("three nights for four people", detail=nights) == Found(3, 0, 12)
    assert read("four people", detail=nights) is None
