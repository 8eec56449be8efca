from __future__ import annotations

import datetime as dt

import pytest

from agents.reasoning.offline.details import Found, Setting, parse_detail
from agents.reasoning.port import Problem
from workflows.model import Detail, DetailType

NOW = dt.datetime(2026, 11, 21, 10, 35, tzinfo=dt.UTC)
TIME = Detail("time", DetailType.TIME, "At what time?")


def read(text: str, asked: bool = False, context: str = "") -> Found | Problem | None:
    return parse_detail(TIME, text, NOW, asked, Setting(context))


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("19:30", "19:30"),
        ("19h30", "19:30"),
        ("at 1930", "19:30"),
        ("7:30 pm", "19:30"),
        ("7.30pm", "19:30"),
        ("730pm", "19:30"),
        ("8 p.m.", "20:00"),
        ("8am", "08:00"),
        ("08:15", "08:15"),
        ("half past seven in the evening", "19:30"),
        ("dinner at half past seven", "19:30"),
        ("half seven tonight", "19:30"),
        ("dinner at 7.30", "19:30"),
        ("tomorrow evening at eight", "20:00"),
        ("dinner, 8ish", "20:00"),
        ("quarter to nine tonight", "20:45"),
        ("twenty past seven in the evening", "19:20"),
        ("three minutes to eight pm", "19:57"),
        ("dinner at seven thirty", "19:30"),
        ("six forty-five this evening", "18:45"),
        ("eight o'clock in the morning", "08:00"),
        ("breakfast at eight", "08:00"),
        ("lunch at one", "13:00"),
        ("lunch at half past twelve", "12:30"),
        ("noon", "12:00"),
        ("quarter past noon", "12:15"),
        ("fifteen past nine in the evening", "21:15"),
        ("mid-afternoon", "15:00"),
        ("midnight", "00:00"),
        ("12 at night", "00:00"),
        ("12:30 am", "00:30"),
        ("at 3", "15:00"),
        ("in an hour", "11:35"),
        ("in half an hour", "11:05"),
        ("dinner at 7, no, 8 pm", "20:00"),
        ("instead of 18:00, 19:00", "19:00"),
        ("on 3 December at 20:00", "20:00"),
        ("tonight 20h", "20:00"),
    ],
)
def test_time_of_day(text: str, time: str) -> None:
    found = read(text)
    assert isinstance(found, Found), found
    assert found.value == time


def test_the_workflows_own_words_settle_the_half_of_the_day() -> None:
    assert isinstance(read("at eight"), Problem)
    assert read("at eight", context="find me a place for dinner") == Found("20:00", 3, 8)
    assert read("at eight", context="book breakfast") == Found("08:00", 3, 8)
    assert read("at eight in the morning", context="find me a place for dinner") == Found("08:00", 3, 23)


@pytest.mark.parametrize("text", ["8", "eight", "8 please", "around 8", "8ish"])
def test_a_bare_number_is_an_hour_where_the_time_was_asked(text: str) -> None:
    found = read(text, asked=True, context="dinner")
    assert isinstance(found, Found)
    assert found.value == "20:00"


@pytest.mark.parametrize("text", ["25:00", "19:75", "at 8:61 pm", "24:30"])
def test_no_such_time(text: str) -> None:
    found = read(text)
    assert isinstance(found, Problem)
    assert "no time of day" in found.message


@pytest.mark.parametrize("text", ["at 19:00 or 20:00", "between 7 and 8", "between 7 pm and 8 pm"])
def test_two_times_are_asked(text: str) -> None:
    found = read(text)
    assert isinstance(found, Problem)
    assert "which" in found.message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "for 8",
        "8 people",
        "40 euros",
        "3 December",
        "room 101",
        "between the two of us",
        "1.5 kg",
        "a 5-star place",
    ],
)
def test_no_time(text: str) -> None:
    assert read(text) is None
