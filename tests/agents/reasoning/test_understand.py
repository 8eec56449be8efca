from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.reasoning.offline.understand import understand
from agents.reasoning.port import Heard, Understanding, Waiting
from memory.embed import MiniLM
from workflows.model import Workflow

Hear = Callable[..., Understanding]
NOW = dt.datetime(2026, 11, 21, 10, 35, tzinfo=dt.UTC)
ASKED_TIME = Waiting(kind="question", detail="time")
ASKED_DATE = Waiting(kind="question", detail="date")
ASKED_AREA = Waiting(kind="question", detail="area")
ASKED_PARTY = Waiting(kind="question", detail="party_size")
PROPOSED_TWO = Waiting(kind="question", detail="party_size", proposed=2)
DECISION = Waiting(kind="decision", names=("Lanterna", "Quiet Anchor"))
PLAN = Waiting(kind="plan", names=("Lanterna", "Quiet Anchor"))
KNOWN: dict[str, Any] = {"date": "2026-11-22", "time": "19:30", "party_size": 2}


@pytest.mark.parametrize("text", ["I have no preference", "I don't care about the area", "we do not really mind"])
def test_what_does_not_matter_is_an_answer_and_no_note(hear: Hear, text: str) -> None:
    heard = hear(text, ASKED_AREA, **KNOWN)
    assert (heard.intent, heard.declined) == ("answer", ("area",))


@pytest.mark.parametrize(
    ("text", "workflow", "details"),
    [
        (
            "Hey, find me a place for dinner tonight that I haven't been to but fits my usual vibe",
            "reserve-table",
            {"date": "2026-11-21"},
        ),
        (
            "could you get us a table for four on Friday at eight?",
            "reserve-table",
            {"date": "2026-11-27", "time": "20:00", "party_size": 4},
        ),
        ("Where should we eat tomorrow?", "reserve-table", {"date": "2026-11-22"}),
        ("recommend a restaurant", "reserve-table", {}),
        (
            "we need three bicycles from Monday for two days",
            "rent-bicycle",
            {"start": "2026-11-23", "bicycles": 3, "days": 2},
        ),
        ("rent me a mountain bike for tomorrow", "rent-bicycle", {"start": "2026-11-22", "kind": "Mountain bike"}),
    ],
)
def test_a_request_finds_its_workflow_and_details(
    hear: Hear, text: str, workflow: str, details: dict[str, Any]
) -> None:
    understood = hear(text)
    assert understood.intent == "request"
    assert understood.workflow == workflow
    assert understood.details == details


@pytest.mark.parametrize(
    "text",
    [
        "fix my car",
        "what's the capital of France",
        "book a flight to Paris on Friday",
        "find me a hotel for two nights",
        "what's the weather tonight",
        "tell me a joke",
    ],
)
def test_a_request_that_no_workflow_fits(hear: Hear, text: str) -> None:
    assert hear(text).intent == "unfit"
    assert hear(text, ASKED_TIME, date="2026-11-22").intent in ("unfit", "unclear")


def test_wishes_are_what_else_was_wanted_in_the_persons_words(hear: Hear) -> None:
    understood = hear(
        "somewhere cosy and quiet for dinner tomorrow, not too expensive, without loud music, vegetarian friendly"
    )
    assert understood.wishes == ("cosy", "quiet", "not too expensive", "without loud music", "vegetarian friendly")
    assert not understood.new_only
    assert hear("find me a restaurant for two tomorrow at eight please").wishes == ()
    assert hear("I don't want Italian, anything but burgers, dinner tonight").wishes == ("no Italian", "no burgers")
    refused = hear("dinner tonight, no restaurants with QR codes, not spicy or loud, a terrace").wishes
    assert refused == ("no restaurants with QR codes", "not spicy", "not loud", "terrace")
    assert hear("Italian tonight, a restaurant with a terrace").wishes == ("Italian", "terrace")


@pytest.mark.parametrize(
    "phrase",
    [
        "that I haven't been to",
        "that I've not been to",
        "somewhere new",
        "I've never tried",
        "where we have never been",
        "we haven't visited before",
    ],
)
def test_new_only(hear: Hear, phrase: str) -> None:
    understood = hear(f"find me a restaurant for dinner tonight, {phrase}")
    assert understood.new_only
    assert understood.wishes == ()


@pytest.mark.parametrize(
    "text", ["we haven't eaten yet, find us dinner", "find me dinner, no news", "a table at my usual place"]
)
def test_not_new_only(hear: Hear, text: str) -> None:
    assert not hear(text).new_only


def test_impossible_details_are_problems(hear: Hear) -> None:
    understood = hear("a table yesterday at 25:00 for 500 people")
    assert understood.intent == "request"
    assert {p.detail for p in understood.problems} == {"date", "time", "party_size"}
    assert understood.details == {}


@pytest.mark.parametrize("text", ["hello", "Hi there!", "good evening", "hey, how are you?"])
def test_greeting(hear: Hear, text: str) -> None:
    assert hear(text).intent == "greeting"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("thanks", "thanks"),
        ("Thank you so much!", "thanks"),
        ("bye", "thanks"),
        ("help", "help"),
        ("what can you do?", "help"),
        ("How does this work?", "help"),
    ],
)
def test_courtesies(hear: Hear, text: str, intent: str) -> None:
    assert hear(text).intent == intent
    assert hear(text, DECISION).intent == intent


@pytest.mark.parametrize(
    "text",
    [
        "what have you booked for me?",
        "show me my reservations",
        "do I have any bookings?",
        "What did you order this week",
        "is it booked?",
        "have you bought anything yet?",
    ],
)
def test_what_was_done_is_asked_for(hear: Hear, text: str) -> None:
    assert hear(text).intent == "bookings"
    assert hear(text, DECISION, **KNOWN).intent == "bookings"


@pytest.mark.parametrize(
    "text", ["what should I buy?", "what can you book?", "book me a table", "what do you know about me?", "a table"]
)
def test_what_was_done_is_not_asked_for(hear: Hear, text: str) -> None:
    assert hear(text).intent != "bookings"


@pytest.mark.parametrize(
    ("text", "which"),
    [
        ("cancel my reservation", "it"),
        ("please cancel my table at Lanterna", "at lanterna"),
        ("can you move the booking to Friday?", "to friday"),
    ],
)
def test_what_was_done_is_to_be_undone(hear: Hear, text: str, which: str) -> None:
    told = hear(text)
    assert (told.intent, told.subject) == ("bookings", which)
    assert hear(text, PLAN).intent != "bookings", "in the middle of a task it speaks of that"


@pytest.mark.parametrize(
    "text", ["what do you know about my taste in hotels?", "do I like spicy food?", "what are my allergies?"]
)
def test_question_about_taste(hear: Hear, text: str) -> None:
    for waiting in (None, ASKED_TIME, DECISION):
        understood = hear(text, waiting)
        assert understood.intent == "question"
        assert understood.subject == text.rstrip("?")


@pytest.mark.parametrize(
    ("waiting", "text", "details"),
    [
        (ASKED_TIME, "8", {"time": "20:00"}),
        (ASKED_TIME, "half seven", {"time": "19:30"}),
        (ASKED_TIME, "for four people at nine", {"time": "21:00", "party_size": 4}),
        (ASKED_DATE, "13", {"date": "2026-12-13"}),
        (ASKED_DATE, "Friday", {"date": "2026-11-27"}),
        (ASKED_DATE, "on the 3rd at 8pm", {"date": "2026-12-03", "time": "20:00"}),
        (ASKED_DATE, "I'd like a table for 4", {"party_size": 4}),
        (ASKED_PARTY, "13", {"party_size": 13}),
        (ASKED_PARTY, "I need a table for six", {"party_size": 6}),
        (ASKED_PARTY, "me, my wife and two kids", {"party_size": 4}),
        (ASKED_AREA, "Riverside", {"area": "Riverside"}),
        (ASKED_AREA, "hmm, near the harbour please", {"area": "harbour"}),
        (PROPOSED_TWO, "yes", {"party_size": 2}),
        (PROPOSED_TWO, "yes please", {"party_size": 2}),
        (PROPOSED_TWO, "yes but at 9pm", {"party_size": 2, "time": "21:00"}),
        (PROPOSED_TWO, "no, 3", {"party_size": 3}),
        (PROPOSED_TWO, "no", {}),
    ],
)
def test_an_answer_is_no_new_request(hear: Hear, waiting: Waiting, text: str, details: dict[str, Any]) -> None:
    understood = hear(text, waiting)
    assert understood.intent == "answer"
    assert understood.details == details


def test_answers_that_decline_or_cannot_be(hear: Hear) -> None:
    assert hear("anywhere", ASKED_AREA).declined == ("area",)
    assert hear("no", ASKED_AREA).declined == ("area",)
    assert hear("500", ASKED_PARTY).problems[0].detail == "party_size"
    assert hear("9 am", ASKED_TIME, date="2026-11-21").problems[0].detail == "time"


def test_while_a_question_waits(hear: Hear) -> None:
    assert hear("find me a restaurant for lunch tomorrow", ASKED_TIME, date="2026-11-21").intent == "request"
    assert hear("rent me a mountain bike", ASKED_TIME).workflow == "rent-bicycle"
    assert hear("never mind", ASKED_TIME).intent == "refuse"
    assert hear("make it tomorrow", ASKED_TIME, date="2026-11-27").intent == "amend"
    assert hear("yes", ASKED_TIME).intent == "unclear"
    assert hear("what time do they open?", ASKED_TIME).declined == ()
    assert hear("8 but only if it's quiet", ASKED_TIME).details == {"time": "20:00"}
    assert hear("blorp", ASKED_TIME).intent == "unclear"


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("the first one", 0),
        ("top", 0),
        ("1", 0),
        ("take it", 0),
        ("yes", 0),
        ("let's go with Lanterna", 0),
        ("lantena please", 0),
        ("the backup", 1),
        ("second", 1),
        ("the Anchor", 1),
        ("Quiet ancor", 1),
        ("not the first, the second", 1),
        ("not Lanterna, the other one", 1),
    ],
)
def test_choose(hear: Hear, text: str, choice: int) -> None:
    understood = hear(text, DECISION, **KNOWN)
    assert (understood.intent, understood.choice) == ("choose", choice)


@pytest.mark.parametrize(
    ("text", "details", "wishes"),
    [
        ("make it 4", {"party_size": 4}, ()),
        ("actually tomorrow", {"date": "2026-11-22"}, ()),
        ("how about 8:30 pm?", {"time": "20:30"}, ()),
        ("an hour later", {"time": "20:30"}, ()),
        ("one more person", {"party_size": 3}, ()),
        ("two days later please", {"date": "2026-11-24"}, ()),
        ("cheaper", {}, ("cheaper",)),
        ("earlier", {}, ("earlier",)),
        ("something closer to the river", {}, ("closer to the river",)),
        ("Italian", {}, ("Italian",)),
    ],
)
def test_amend_changes_exactly_what_it_names(
    hear: Hear, text: str, details: dict[str, Any], wishes: tuple[str, ...]
) -> None:
    understood = hear(text, DECISION, **KNOWN)
    assert (understood.intent, understood.details, understood.wishes) == ("amend", details, wishes)


def test_a_number_that_could_be_people_or_an_hour_is_asked(hear: Hear) -> None:
    understood = hear("make it 8", DECISION, **KNOWN)
    assert understood.intent == "amend"
    assert understood.details == {}
    assert "At what time?" in understood.problems[0].message


def test_a_place_one_has_been_to_is_not_chosen(hear: Hear) -> None:
    understood = hear("I've been to Lanterna", DECISION, **KNOWN)
    assert (understood.intent, understood.new_only) == ("different", True)


def test_amend_out_of_bounds_is_a_problem(hear: Hear) -> None:
    assert hear("make it 500", DECISION, **KNOWN).problems[0].detail == "party_size"
    assert hear("five hours later", DECISION, **KNOWN).problems[0].detail == "time"
    assert hear("two fewer people", DECISION, **KNOWN).problems[0].detail == "party_size"


def test_a_choice_with_a_change_is_an_amendment_that_names_it(hear: Hear) -> None:
    understood = hear("the second one but at 9pm", DECISION, **KNOWN)
    assert (understood.intent, understood.choice, understood.details) == ("amend", 1, {"time": "21:00"})


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("why not Mizu?", "Mizu"),
        ("What about Chez Odile?", "Chez Odile"),
        ("why was Casa Bruma left out?", "Casa Bruma"),
        ("why didn't you suggest Sete Mares?", "Sete Mares"),
    ],
)
def test_why_not(hear: Hear, text: str, subject: str) -> None:
    understood = hear(text, DECISION, **KNOWN)
    assert (understood.intent, understood.subject) == ("why_not", subject)


@pytest.mark.parametrize(
    ("waiting", "text", "intent"),
    [
        (DECISION, "why this one?", "why"),
        (DECISION, "why Lanterna?", "why"),
        (DECISION, "something different", "different"),
        (DECISION, "other options?", "different"),
        (DECISION, "neither", "different"),
        (DECISION, "no thanks", "refuse"),
        (DECISION, "forget it", "refuse"),
        (DECISION, "does it have parking?", "ask"),
        (DECISION, "is the second one quiet", "ask"),
        (PLAN, "where is it?", "ask"),
        (DECISION, "rent me a mountain bike", "request"),
        (DECISION, "back to the hotel", "resume"),
        (PLAN, "where were we?", "resume"),
        (PLAN, "cancel", "refuse"),
        (PLAN, "no", "refuse"),
        (PLAN, "the backup instead", "choose"),
        (PLAN, "actually at nine", "amend"),
        (PLAN, "why?", "why"),
        (PLAN, "yes", "unclear"),
        (PLAN, "ok", "unclear"),
        (PLAN, "sounds good", "unclear"),
        (PLAN, "do NOT go", "unclear"),
    ],
)
def test_other_turns(hear: Hear, waiting: Waiting, text: str, intent: str) -> None:
    assert hear(text, waiting, **KNOWN).intent == intent


@pytest.mark.parametrize(
    "text", ["", "   ", "😀🎉", "...", "\x00\x01\x02\x03\x04a", "�PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00", "4"]
)
def test_what_cannot_be_read_is_unclear(hear: Hear, text: str) -> None:
    for waiting in (None, DECISION):
        if (text, waiting) != ("4", DECISION):
            assert hear(text, waiting).intent == "unclear"


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "me and my wife, ",
        "at 8 for 2, no, ",
        "7.30 ",
        "in the ",
        "one two ",
        "1,",
        "not ",
        "the first of ",
        "\t \n",
        "🙂",
    ],
)
@pytest.mark.parametrize("waiting", [None, ASKED_PARTY, DECISION, PLAN])
def test_20000_characters_take_bounded_time(
    workflows: tuple[Workflow, ...], piece: str, waiting: Waiting | None
) -> None:
    heard = Heard(
        text=(piece * 20_000)[:20_000], now=NOW, workflow="reserve-table" if waiting else None, waiting=waiting
    )
    began = time.process_time()
    understand(heard, workflows, _flat)
    assert time.process_time() - began < 5  # linear time takes a tenth of a second; quadratic time, minutes


def _flat(texts: list[str]) -> Any:
    """Vectors of one direction: the time that is measured is ours, not the model's."""
    return np.ones((len(texts), 4), np.float32) / 2


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.sampled_from([None, ASKED_TIME, ASKED_AREA, PROPOSED_TWO, DECISION, PLAN]))
def test_any_text_is_understood_or_unclear(
    model: MiniLM, workflows: tuple[Workflow, ...], text: str, waiting: Waiting | None
) -> None:
    heard = Heard(text=text, now=NOW, workflow="reserve-table" if waiting else None, details=KNOWN, waiting=waiting)
    understood = understand(heard, workflows, model.embed)
    assert understood.workflow in (None, "reserve-table", "rent-bicycle")
    assert understood.choice in (None, 0, 1)
