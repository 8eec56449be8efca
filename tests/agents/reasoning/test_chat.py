"""Messages as people type them, with the shipped workflow: what is meant is read, and nothing is made up."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from agents.reasoning.offline.chat import plain
from agents.reasoning.offline.understand import understand
from agents.reasoning.port import Heard, Understanding, Waiting
from memory.embed import MiniLM
from workflows.model import Workflow
from workflows.registry import LIBRARY, Registry

NOW = dt.datetime(2026, 11, 21, 10, 35, tzinfo=dt.UTC)  # a Saturday
TODAY, TOMORROW, FRIDAY = "2026-11-21", "2026-11-22", "2026-11-27"
KNOWN: dict[str, Any] = {"date": TOMORROW, "time": "19:30", "party_size": 2}
LOOKED_FOR = ("date", "time", "party_size", "area")


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workflow, ...]:
    return Registry(LIBRARY, tmp_path_factory.mktemp("home")).all()


def _read(text: str, shipped: tuple[Workflow, ...], model: MiniLM, waiting: Waiting | None = None) -> Understanding:
    known, task = (KNOWN, "reserve-table") if waiting else ({}, None)
    return understand(Heard(text=text, now=NOW, workflow=task, details=known, waiting=waiting), shipped, model.embed)


@pytest.mark.parametrize(
    ("text", "date", "time", "party", "area"),
    [
        ("table 4ppl 2moro 730 oldtown", TOMORROW, "19:30", 4, "Old Town"),
        ("2 pers. tonight 8ish harbor", TODAY, "20:00", 2, "Harbour"),
        ("dinner for3 fri at 7.15, gardenquarter", FRIDAY, "19:15", 3, "Garden Quarter"),
        ("book us in for 7.45 tomorow, just the two of us", TOMORROW, "19:45", 2, None),
        ("tonight, 1930, 6 pax", TODAY, "19:30", 6, None),
        ("me n my hubby, frinite, half8, dinner", FRIDAY, "20:30", 2, None),
        ("me plus three on Monday at 8pmish for dinner", "2026-11-23", "20:00", 4, None),
        ("lunch sunday 1pm, me +1", TOMORROW, "13:00", 2, None),
        ("We're eleven: dinner next Friday, 19h", FRIDAY, "19:00", 11, None),
        ("Dinner on Wensday at eight for Mum, Dad, Gran and me", "2026-11-25", "20:00", 4, None),
        ("two weeks today, dinner at 20.00 for 5", "2026-12-05", "20:00", 5, None),
        ("Friday fortnight, table for 2 at 19:00", "2026-12-11", "19:00", 2, None),
        ("dinner the 27.11. at 19h30, we r 5", FRIDAY, "19:30", 5, None),
        ("tabel for thre tomorrow nite at 9 in statoin hill", TOMORROW, "21:00", 3, "Station Hill"),
        ("river side, 4 of us, mon 7:30pm, dinner", "2026-11-23", "19:30", 4, "Riverside"),
        ("my wife, our 3 kids and I want lunch tmrw at noon", TOMORROW, "12:00", 5, None),
        ("reservation 4 two tonight @ 830", TODAY, "20:30", 2, None),
        ("lunch with mum, tuesday 12.30", "2026-11-24", "12:30", 2, None),
        ("There's 4 of us, one of us is coeliac. Dinner tomorrow at 7", TOMORROW, "19:00", 4, None),
        ("Find us a table in Old Town. Tomás comes too. 8pm tonight", TODAY, "20:00", None, "Old Town"),
        # numbers that are no counts, no times and no days
        ("table on the 3rd at 8pm", "2026-12-03", "20:00", None, None),
        ("somewhere nice for dinner under 40 euros", None, None, None, None),
        ("dinner after my flight BA 730 lands tomorrow", TOMORROW, None, None, None),
        ("dinner tonight with a 4 star rating, room 14", TODAY, None, None, None),
        ("dinner tonight. The two of them aren't coming, so just me", TODAY, None, 1, None),
        ("we have 3 kids. dinner tonight at 6", TODAY, "18:00", None, None),
        ("can you book a table for me tomorrow at 8 for dinner?", TOMORROW, "20:00", None, None),
        ("dinner tonite anywhere but the harbour, 2 of us at 8", TODAY, "20:00", 2, None),
    ],
)
def test_a_message_typed_in_a_hurry(
    shipped: tuple[Workflow, ...],
    model: MiniLM,
    text: str,
    date: str | None,
    time: str | None,
    party: int | None,
    area: str | None,
) -> None:
    understood = _read(text, shipped, model)
    assert understood.intent == "request"
    assert [understood.details.get(name) for name in LOOKED_FOR] == [date, time, party, area]
    assert not understood.problems


@pytest.mark.parametrize(
    "text",
    [
        "Steven Pearson was there with these three trees and a tablet",
        "we seen a quartet at the launch, a bunch of mourning personas",
        "Sundae and supper at Lunchy's; Mizu, Ortica, Sete Mares",
        "a table at 20:30 on 3 December, 45.50 euros, flight BA 2490",
    ],
)
def test_names_and_other_words_stay_as_they_are(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize(
    "phrase",
    [
        "I've never set foot in",
        "not somewhere ive already been pls",
        "nowhere we've been before",
        "one I've yet to try",
    ],
)
def test_new_only_in_other_words(shipped: tuple[Workflow, ...], model: MiniLM, phrase: str) -> None:
    assert _read(f"a restaurant for dinner tonight, {phrase}", shipped, model).new_only


@pytest.mark.parametrize(
    "text", ["I've never been disappointed by it, dinner tonight", "dinner, I haven't been out in weeks"]
)
def test_what_else_one_has_never_been(shipped: tuple[Workflow, ...], model: MiniLM, text: str) -> None:
    assert not _read(text, shipped, model).new_only


@pytest.mark.parametrize(
    "text",
    ["Fancy a curry?", "surprise me tonight", "any ideas where to eat?", "hungry, ideas?", "I'm starving", "any tips?"],
)
def test_a_vague_opener_is_for_the_one_workflow_that_fits(
    shipped: tuple[Workflow, ...], model: MiniLM, text: str
) -> None:
    alone = tuple(w for w in shipped if w.name == "reserve-table")
    assert _read(text, alone, model).workflow == "reserve-table"


@pytest.mark.parametrize(
    "text", ["what did I spend on presents in March?", "which wine did we have at dinner on Sunday?"]
)
def test_what_the_person_did_is_asked_and_not_to_be_done_again(
    shipped: tuple[Workflow, ...], model: MiniLM, text: str
) -> None:
    assert _read(text, shipped, model).intent in ("unfit", "question")


@pytest.mark.parametrize("text", ["fancy a film?", "any tips?", "surprise me with a joke"])
def test_a_vague_opener_for_something_else(shipped: tuple[Workflow, ...], model: MiniLM, text: str) -> None:
    assert _read(text, shipped, model).intent in ("unfit", "unclear")


@pytest.mark.parametrize(
    ("text", "workflow"),
    [
        ("any ideas for a present for my mother?", "buy-gift"),
        ("surprise me with dinner tonight", "reserve-table"),
        ("somewhere to sleep on Saltholm from Friday", "book-hotel"),
        ("what could we go and hear on Saturday night?", "book-event"),
    ],
)
def test_each_errand_has_its_workflow(shipped: tuple[Workflow, ...], model: MiniLM, text: str, workflow: str) -> None:
    assert _read(text, shipped, model).workflow == workflow


@pytest.mark.parametrize("kind", ["decision", "plan"])
def test_an_errand_amid_a_decision_is_no_wish(shipped: tuple[Workflow, ...], model: MiniLM, kind: Any) -> None:
    waiting = Waiting(kind=kind, names=("Lanterna", "Quiet Anchor"))
    for text in ("fix my car", "call me a taxi at 8", "walk my dog", "help me with my taxes", "remind me on Friday"):
        assert _read(text, shipped, model, waiting).intent in ("unfit", "unclear"), text
    for text in ("I want Italian", "can you find one with outdoor seating", "show me something vegan", "make it 4"):
        assert _read(text, shipped, model, waiting).intent == "amend", text
