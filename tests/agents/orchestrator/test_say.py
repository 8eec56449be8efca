"""How things are said."""

from __future__ import annotations

import datetime as dt

import pytest

from agents.orchestrator import say
from agents.orchestrator.refine import quick_answers
from agents.types import Preference, Preferences
from memory.evidence import Evidence
from workflows.model import Detail, DetailType

NOW = dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("lines", "page", "said"),
    [
        ((12, 12), None, "a.md:12"),
        ((12, 14), None, "a.md:12-14"),
        (None, 3, "a.md p. 3"),
        (None, None, "a.md"),
    ],
)
def test_a_citation_names_the_place(lines: tuple[int, int] | None, page: int | None, said: str) -> None:
    assert say.cite(Evidence(id="e", path="a.md", lines=lines, page=page, quote="q")) == said


def test_a_day_is_said_as_one_says_it() -> None:
    today = NOW.date()
    said = [say.day(d, today) for d in ("2026-11-21", "2026-11-22", "2026-11-27", "2027-01-02")]
    assert said == ["today", "tomorrow", "Friday 27 November", "Saturday 2 January 2027"]


def test_what_binds_comes_first_and_each_sentence_once() -> None:
    place = Evidence(id="e1", path="memory/food.md", lines=(3, 3), quote="I love figs and quince, and never eat nuts.")
    common = {"evidence": ("e1",), "stated": True}
    likes = [
        Preference(id=n, text="I love figs and quince", subject=n, polarity="likes", strength=0.8, **common)
        for n in ("figs", "quince")
    ]
    never = Preference(id="n", text="never eat nuts", subject="nuts", polarity="never", strength=1.0, **common)
    weak = Preference(id="w", text="Ana loves rum", subject="rum", polarity="likes", strength=0.3, **common)
    found = Preferences(question="", statements=(*likes, weak, never), evidence=(place,))
    assert say.vibe(found, each=3).splitlines()[1:] == [
        "- never eat nuts (memory/food.md:3)",
        "- I love figs and quince (memory/food.md:3)",
    ]


@pytest.mark.parametrize(
    ("type_", "proposed", "first"),
    [
        (DetailType.TIME, "20:00", ("20:00", "19:30")),
        (DetailType.TIME, "23:45", ("23:45", "23:15")),
        (DetailType.COUNT, 2, ("2", "1")),
        (DetailType.DATE, None, ("today", "tomorrow")),
    ],
)
def test_quick_answers_begin_with_what_is_proposed(
    type_: DetailType, proposed: str | int | None, first: tuple[str, ...]
) -> None:
    assert quick_answers(Detail("d", type_, "?"), proposed, NOW)[:2] == first


def test_a_count_offers_nothing_out_of_bounds() -> None:
    assert quick_answers(Detail("d", DetailType.COUNT, "?", at_least=2, at_most=4), None, NOW) == ("2", "4")


@pytest.mark.parametrize(
    ("request_", "day", "offered"),
    [
        ("dinner tonight", "", ("19:00", "19:30", "20:00", "21:00")),
        ("a table for lunch", "", ("12:00", "12:30", "13:00", "14:00")),
        ("a table", NOW.date().isoformat(), ("19:00", "20:00", "21:00")),
    ],
)
def test_hours_that_are_offered_fit_the_meal_and_lie_ahead(request_: str, day: str, offered: tuple[str, ...]) -> None:
    now = NOW.replace(hour=14, minute=40)
    assert quick_answers(Detail("t", DetailType.TIME, "?"), None, now, request_, day) == offered
