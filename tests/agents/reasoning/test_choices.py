"""One of a list, and details that do not matter, in other words than the workflow's."""

from __future__ import annotations

import datetime as dt

import pytest

from agents.reasoning.offline.details import find_details
from agents.reasoning.offline.places import choose_option
from workflows.model import Detail, DetailType

NOW = dt.datetime(2026, 11, 21, 10, 35, tzinfo=dt.UTC)
PRICE = Detail("price", DetailType.CHOICE, "Which prices?", optional=True, options=("budget", "mid-range", "luxury"))
SIDE = Detail("side", DetailType.CHOICE, "Which side?", optional=True, options=("North", "East", "City centre"))
STYLE = Detail(
    "style", DetailType.CHOICE, "Which style?", optional=True, options=("Nordic", "East Nordic", "Eastern Rock", "Jazz")
)
ALL = (PRICE, SIDE, STYLE)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a room that is not too expensive", {"price": "mid-range"}),
        ("something affordable downtown", {"price": "budget", "side": "City centre"}),
        ("a posh place in the northern part", {"price": "luxury", "side": "North"}),
        ("reasonably priced, in the middle of town", {"price": "mid-range", "side": "City centre"}),
        ("some East Nordic music", {"style": "East Nordic"}),
        ("Jazz please; if there is none, Nordic", {"style": "Jazz"}),
        ("I'd love Jazz, failing that East Nordic", {"style": "Jazz"}),
        ("we want to eat at a fair", {}),
        ("nothing posh", {}),
        ("I fancy Jazz", {"style": "Jazz"}),
        ("a fancy room", {"price": "luxury"}),
    ],
)
def test_an_option_in_other_words(text: str, values: dict[str, str]) -> None:
    assert find_details(ALL, text, NOW, None).values == values


@pytest.mark.parametrize(
    ("text", "asked", "declined"),
    [
        ("Jazz, and I don't care about the price", None, ("price",)),
        ("any style will do, but budget", None, ("style",)),
        ("the price does not really matter", None, ("price",)),
        ("no preference on side", None, ("side",)),
        ("I do not have a preference", "side", ("side",)),
        ("we don't really mind", "style", ("style",)),
        ("no, we don't", "price", ("price",)),
        ("is there anything else?", "style", ()),
        ("I care about the price", None, ()),
    ],
)
def test_a_detail_that_does_not_matter(text: str, asked: str | None, declined: tuple[str, ...]) -> None:
    assert find_details(ALL, text, NOW, asked).declined == declined


DELIVERY = ("Collect at the Mill", "Van to the door", "Post")


@pytest.mark.parametrize(
    ("said", "option"),
    [
        ("by van, please", "Van to the door"),
        ("the mill", "Collect at the Mill"),
        ("not the van", None),
        ("anything but the mill", None),
        ("what does the van cost?", None),
        ("the good one", None),
    ],
)
def test_one_word_of_an_option_is_enough_where_no_other_has_it(said: str, option: str | None) -> None:
    hit = choose_option(said, DELIVERY)
    assert (hit.value if hit else None) == option
