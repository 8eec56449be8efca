from __future__ import annotations

import datetime as dt

import pytest

from agents.reasoning.offline.details import Found, parse_detail
from agents.reasoning.port import Problem
from workflows.model import Detail, DetailType

NOW = dt.datetime(2026, 11, 21, 10, 35, tzinfo=dt.UTC)  # a Saturday
DATE = Detail("date", DetailType.DATE, "For which day?")


def read(text: str, asked: bool = False, now: dt.datetime = NOW) -> Found | Problem | None:
    return parse_detail(DATE, text, now, asked)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", "2026-11-21"),
        ("dinner tonight", "2026-11-21"),
        ("this evening please", "2026-11-21"),
        ("tomorrow", "2026-11-22"),
        ("tommorow", "2026-11-22"),
        ("the day after tomorrow", "2026-11-23"),
        ("Friday", "2026-11-27"),
        ("on fri", "2026-11-27"),
        ("this Friday", "2026-11-27"),
        ("next Friday", "2026-11-27"),
        ("Tuesday next week", "2026-11-24"),
        ("next week on Friday", "2026-11-27"),
        ("Friday week", "2026-12-04"),
        ("a week from Tuesday", "2026-12-01"),
        ("this Saturday", "2026-11-21"),
        ("the 3rd", "2026-12-03"),
        ("on the 25th", "2026-11-25"),
        ("Friday the 27th", "2026-11-27"),
        ("the 20th of next month", "2026-12-20"),
        ("3 December", "2026-12-03"),
        ("Dec 3rd", "2026-12-03"),
        ("3. Dec. 2026", "2026-12-03"),
        ("December the third", "2026-12-03"),
        ("Thursday, 3 December 2026", "2026-12-03"),
        ("3 March", "2027-03-03"),
        ("29 February", "2028-02-29"),
        ("2026-12-03", "2026-12-03"),
        ("21/12", "2026-12-21"),
        ("12/21/2026", "2026-12-21"),
        ("04/04", "2027-04-04"),
        ("03/12/2026", "2026-12-03"),  # 12 March 2026 has passed, so one reading is left
        ("in two weeks", "2026-12-05"),
        ("in 10 days", "2026-12-01"),
        ("three days from now", "2026-11-24"),
        ("in a fortnight", "2026-12-05"),
        ("New Year's Eve", "2026-12-31"),
        ("new years eve", "2026-12-31"),
        ("Christmas", "2026-12-25"),
        ("Easter Monday", "2027-03-29"),
        ("the first Friday of December", "2026-12-04"),
        ("the last day of November", "2026-11-30"),
        ("Monday, no, Tuesday", "2026-11-24"),
        ("not Monday, Tuesday", "2026-11-24"),
        ("change it from Monday to Wednesday", "2026-11-25"),
        ("in three hours", "2026-11-21"),
    ],
)
def test_future_reading(text: str, day: str) -> None:
    found = read(text)
    assert isinstance(found, Found), found
    assert found.value == day


@pytest.mark.parametrize("text", ["13", "the 13", "13th", "on the 13th", "the thirteenth"])
def test_a_bare_number_is_a_day_where_the_day_was_asked(text: str) -> None:
    found = read(text, asked=True)
    assert isinstance(found, Found)
    assert found.value == "2026-12-13"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("yesterday", "passed"),
        ("3 March 2020", "passed"),
        ("2025-11-21", "passed"),
        ("two days ago", "passed"),
        ("last Friday", "passed"),
        ("03/04", "3 April 2027"),
        ("this weekend", "22 November"),
        ("next weekend", "29 November"),
        ("next week", "which day"),
        ("Saturday", "28 November"),  # said on a Saturday
        ("31 February", "calendar"),
        ("31/31", "calendar"),
        ("in 99999999 days", "calendar"),
        ("Friday, 3 December", "Thursday"),
        ("Monday or Tuesday", "which"),
        ("Friday or Saturday", "which"),
        ("in December", "which day"),
    ],
)
def test_a_problem_names_what_is_wrong(text: str, hint: str) -> None:
    found = read(text)
    assert isinstance(found, Problem), found
    assert found.detail == "date"
    assert hint in found.message
    assert found.said.lower() in text.lower() or "“" in found.said


@pytest.mark.parametrize(
    "text",
    [
        "",
        "13",
        "for four",
        "at 7.30",
        "we may come",
        "half past seven",
        "the first one",
        "40 euros",
        "a pizza in the sun",
    ],
)
def test_no_date(text: str) -> None:
    assert read(text) is None


def test_the_span_is_where_it_stands() -> None:
    text = "A table for the four of us, İzmir style, on Friday the 27th at 8"
    found = read(text)
    assert isinstance(found, Found)
    assert text[found.start : found.end] == "Friday the 27th"
