from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from agents.reasoning.offline.details import Details
from agents.reasoning.offline.objects import filled
from workflows.model import Detail, DetailType, Limits, Money, Workflow

LEND = Workflow(
    "lend-tool",
    "Borrow a tool from the neighbours.",
    "lend-tool.md",
    "0" * 64,
    "Borrow a tool",
    ("borrow a saw from somebody",),
    (),
    (
        Detail("tool", DetailType.TEXT, "What do you want to borrow?"),
        Detail("pieces", DetailType.COUNT, "How many of them?", at_least=1, at_most=4),
        Detail("borrower", DetailType.TEXT, "Who is it for?"),
        Detail("theme", DetailType.TEXT, "What is the occasion?"),
    ),
    Limits(total=Money(Decimal(20), "EUR")),
)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("I need a long ladder for the weekend", {"tool": "long ladder"}),
        ("get us two pairs of garden shears", {"tool": "garden shears", "pieces": 2}),
        ("find three more buckets, please", {"tool": "buckets", "pieces": 3}),
        ("we're looking for a drill for my brother", {"tool": "drill", "borrower": "my brother"}),
        ("a ladder for Anna Reis, if I may", {"borrower": "Anna Reis"}),
        ("order 40 buckets", {"tool": "buckets"}),  # more than may be asked for: it will ask
    ],
)
def test_what_is_wanted_and_for_whom_is_not_asked_again(text: str, values: dict[str, Any]) -> None:
    assert filled(Details(leftovers=text), LEND).values == values


@pytest.mark.parametrize(
    "text",
    ["order it again", "find me something", "I want one for my friend's dog", "a gift for Easter", "what's new?"],
)
def test_what_names_no_thing_and_nobody_is_asked(text: str) -> None:
    assert filled(Details(leftovers=text), LEND).values == {}


def test_what_was_read_already_stands_and_is_not_read_twice() -> None:
    found = filled(Details({"tool": "saw"}, leftovers="I need \x00\x00\x00 for Ben, by noon"), LEND)
    assert found.values == {"tool": "saw", "borrower": "Ben"}
    assert "Ben" not in found.leftovers
