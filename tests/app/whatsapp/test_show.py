from __future__ import annotations

import pytest

from agents.types import Reply
from app.channels.whatsapp import show
from tests.app.conftest import DECISION, PLAN


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("**Done.** It is *yours*.", "*Done.* It is _yours_."),
        ("- one\n- two\n\n1. first\n2. second", "- one\n- two\n\n1. first\n2. second"),
        ("# A heading\n\ntext", "A heading\n\ntext"),
        (r"a \*star\* and \_line\_ and party\_size", "a ∗star∗ and ＿line＿ and party_size"),
        ("[its page](http://example.org/x)", "its page (http://example.org/x)"),
        ("candles (memory/food.md:12, documents/blog/a.md:3-4)", "candles (food.md:12, a.md:3-4)"),
    ],
)
def test_markdown_in_whatsapps_marks(markdown: str, shown: str) -> None:
    assert show.marked(markdown) == shown


def test_a_name_cannot_write_in_bold_or_hide_its_stars() -> None:
    assert PLAN.plan is not None
    plan = PLAN.plan.model_copy(update={"title": "Reserve at *free* _now_ ~not~ `x`"})
    text = show.offer_text(PLAN.model_copy(update={"plan": plan}))
    assert text.startswith("*Reserve at ∗free∗ ＿now＿ ∼not∼ ˋxˋ*")


def test_an_offer_is_the_whole_of_its_message() -> None:
    reply = PLAN.model_copy(update={"text": "Here it is. " * 200 + "\n\n" + PLAN.text})
    *before, offer = show.parts(reply)
    assert before
    assert offer.offer
    assert offer.body == show.offer_text(PLAN)
    assert not any(part.offer for part in before)


@pytest.mark.parametrize("text", ["word " * 900, "x" * 5000, "🎉" * 3000, "A line\n" * 700, "One. Two! Three? " * 300])
def test_every_part_fits_and_nothing_is_lost(text: str) -> None:
    parts = show.parts(Reply(kind="answer", text=text))
    assert all(show.length(part.body) <= show.LIMIT for part in parts)
    assert "".join("".join(p.body for p in parts).split()) == "".join(text.split())


def test_a_decision_fits_one_message_and_has_numbers() -> None:
    (part,) = show.parts(DECISION)
    assert part.body.endswith(
        "1. Lanterna\n2. Ortica\n3. something different\n4. no thanks\nOr “more” for the rest. Nothing is booked yet."
    )
