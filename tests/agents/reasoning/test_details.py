from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agents.reasoning.offline.details import Found, Setting, find_details, parse_detail
from agents.reasoning.port import Problem
from agents.types import DetailValue
from workflows.model import Detail, DetailType

NOW = dt.datetime(2026, 11, 21, 10, 35, tzinfo=dt.UTC)
DATE = Detail("date", DetailType.DATE, "For which day?")
TIME = Detail("time", DetailType.TIME, "At what time?")
PARTY = Detail("party_size", DetailType.COUNT, "For how many people?", at_least=1, at_most=20)
AREA = Detail("area", DetailType.TEXT, "Which part of town?", optional=True)
KNOWN_AREA = Detail("area", DetailType.TEXT, "Which part of town?", optional=True, options=("Old Town", "Riverside"))
BUDGET = Detail("budget", DetailType.MONEY, "Up to how much a head?", optional=True)
KIND = Detail("kind", DetailType.CHOICE, "Which kind?", options=("City bike", "Mountain bike", "E-bike"))
SEAT = Detail("seat", DetailType.CHOICE, "Where?", options=("Indoors", "Terrace"))
ALL = (DATE, TIME, PARTY, AREA, BUDGET, KIND)
EVENING = Setting("find me a place for dinner", "EUR")


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("under 40 euros a head", "40.00", "EUR"),
        ("max €60", "60.00", "EUR"),
        ("60€", "60.00", "EUR"),
        ("at most forty-five euros each", "45.00", "EUR"),
        ("$1,250.50", "1250.50", "USD"),
        ("C$ 20", "20.00", "CAD"),
        ("35 pounds", "35.00", "GBP"),
        ("12 euros 50 cents", "12.50", "EUR"),
        ("2k dollars", "2000.00", "USD"),
        ("eighteen euros thirty", "18.30", "EUR"),
        ("a ten-dollar lunch", "10.00", "USD"),
        ("two and a half thousand euros", "2500.00", "EUR"),
        ("70 chinese yuan", "70.00", "CNY"),
        ("three thousand five hundred yen", "3500.00", "JPY"),
        ("not more than 40 EUR each", "40.00", "EUR"),
    ],
)
def test_money(text: str, amount: str, currency: str) -> None:
    found = parse_detail(BUDGET, text, NOW, asked=False)
    assert isinstance(found, Found), found
    assert found.value == {"amount": amount, "currency": currency}


def test_a_bare_amount_counts_where_it_was_asked_in_the_workflows_currency() -> None:
    assert parse_detail(BUDGET, "about 50", NOW, False, EVENING) is None
    assert parse_detail(BUDGET, "about 50", NOW, True, EVENING) == Found({"amount": "50.00", "currency": "EUR"}, 0, 8)
    unknown = parse_detail(BUDGET, "about 50", NOW, True)
    assert isinstance(unknown, Problem)
    assert "currency" in unknown.message


@pytest.mark.parametrize("text", ["0 euros", "€0"])
def test_no_amount(text: str) -> None:
    assert isinstance(parse_detail(BUDGET, text, NOW, False), Problem)


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("somewhere in the Old Town", "Old Town"),
        ("near the harbour tonight", "harbour"),
        ("somewhere around Riverside", "Riverside"),
        ("dinner close to Station Hill for two", "Station Hill"),
    ],
)
def test_places_after_a_preposition(text: str, area: str) -> None:
    assert find_details(ALL, text, NOW, None, EVENING).values.get("area") == area


@pytest.mark.parametrize(
    "text",
    [
        "in the mood for fish",
        "in an hour",
        "in December",
        "at half past seven",
        "in a hurry",
        "by myself",
        "in two weeks",
        "somewhere quiet",
    ],
)
def test_prepositions_that_lead_to_no_place(text: str) -> None:
    assert "area" not in find_details(ALL, text, NOW, None, EVENING).values


@pytest.mark.parametrize(
    ("text", "area"),
    [("Riversde please", "Riverside"), ("old toun", "Old Town"), ("the old town, I think", "Old Town")],
)
def test_known_places_forgive_a_slip(text: str, area: str) -> None:
    found = parse_detail(KNOWN_AREA, text, NOW, asked=True)
    assert isinstance(found, Found)
    assert found.value == area


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a mountain bike", "Mountain bike"),
        ("montain bike", "Mountain bike"),
        ("e-bike", "E-bike"),
        ("city", "City bike"),
    ],
)
def test_choice(text: str, kind: str) -> None:
    found = parse_detail(KIND, text, NOW, asked=True)
    assert isinstance(found, Found), found
    assert found.value == kind


def test_choice_by_synonym_and_nothing_else() -> None:
    assert parse_detail(SEAT, "inside", NOW, True) == Found("Indoors", 0, 6)
    assert parse_detail(SEAT, "outdoors", NOW, True) == Found("Terrace", 0, 8)
    assert parse_detail(SEAT, "a helicopter", NOW, True) is None


@pytest.mark.parametrize(
    "text", ["anywhere", "don't care", "I don't mind", "no preference", "whatever", "it doesn't matter", "up to you"]
)
def test_declined_where_it_was_asked(text: str) -> None:
    found = find_details(ALL, text, NOW, "area", EVENING)
    assert found.declined == ("area",)
    assert not found.values


def test_declined_without_being_asked() -> None:
    assert find_details(ALL, "anywhere, any time on Friday", NOW, None, EVENING).declined == ("time", "area")
    assert find_details(ALL, "I don't mind walking", NOW, None, EVENING).declined == ()


def test_everything_in_one_message() -> None:
    text = "Tomorrow at half past seven for me, my wife and two kids, near the harbour, under 40 euros a head"
    found = find_details(ALL, text, NOW, None, EVENING)
    assert found.values == {
        "date": "2026-11-22",
        "time": "19:30",
        "party_size": 4,
        "area": "harbour",
        "budget": {"amount": "40.00", "currency": "EUR"},
    }
    assert not re.search(r"\w{5}", found.leftovers)


def test_a_time_that_has_passed_today() -> None:
    for text, known in (("today at 9 am", {}), ("9 am", {"date": "2026-11-21"}), ("today", {"time": "09:00"})):
        found = find_details(ALL, text, NOW, None, Setting("", "", known))
        assert [p.detail for p in found.problems] == ["time"], text
        assert "passed" in found.problems[0].message
    assert find_details(ALL, "tomorrow at 9 am", NOW, None, Setting("", "", {"date": "2026-11-21"})).problems == ()


def test_two_dates_go_to_two_details() -> None:
    stay = (
        Detail("arrival", DetailType.DATE, "From which day?"),
        Detail("departure", DetailType.DATE, "Until which day?"),
    )
    assert find_details(stay, "from the 3rd to the 5th", NOW, None).values == {
        "arrival": "2026-12-03",
        "departure": "2026-12-05",
    }
    assert find_details(stay, "from Friday to Sunday", NOW, None).values == {  # today is a Saturday
        "arrival": "2026-11-27",
        "departure": "2026-11-29",
    }
    assert find_details(stay, "from Friday until Saturday", NOW, None).values == {
        "arrival": "2026-11-27",
        "departure": "2026-11-28",
    }
    today = find_details(stay, "from Saturday to Monday", NOW, None)
    assert [(p.detail, p.choices) for p in today.problems] == [("arrival", ("2026-11-21", "2026-11-28"))]
    assert today.values == {}, "which Monday follows on which Saturday"
    assert find_details(stay, "the 5th", NOW, "departure").values == {"departure": "2026-12-05"}
    assert find_details(stay, "departure on the 5th", NOW, None).values == {"departure": "2026-12-05"}


def normal(detail: Detail, value: DetailValue) -> bool:
    match detail.type:
        case DetailType.DATE:
            return isinstance(value, str) and dt.date.fromisoformat(value) >= NOW.date()
        case DetailType.TIME:
            return isinstance(value, str) and bool(re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value))
        case DetailType.COUNT:
            return isinstance(value, int) and 1 <= value <= 20
        case DetailType.MONEY:
            return (
                isinstance(value, dict)
                and bool(re.fullmatch(r"\d+\.\d\d", value["amount"]))
                and len(value["currency"]) == 3
            )
        case DetailType.CHOICE:
            return value in detail.options
        case DetailType.TEXT:
            return isinstance(value, str) and bool(value.strip())


WORDS = (
    "at for on in the of to no not and a half quarter past next this last day week from two 7 8 12 30 99 31 2026 : / "
    ". - € $ pm am friday may december tomorrow people wife me euros k million couple 3rd st"
)
PIECES = st.lists(
    st.one_of(
        st.sampled_from(WORDS.split()),
        st.integers(0, 10**12).map(str),
    ),
    max_size=14,
).map(" ".join)


@given(st.one_of(st.text(max_size=80), PIECES), st.sampled_from([None, *ALL]))
@example("1/1/9999", DATE)
@example("9,9,9 €", BUDGET)
@example("²", PARTY)
def test_any_text_gives_normal_form_or_nothing(text: str, asked: Detail | None) -> None:
    found = find_details(ALL, text, NOW, asked.name if asked else None, EVENING)
    assert len(found.leftovers) == len(text)
    for name, value in found.values.items():
        detail = next(d for d in ALL if d.name == name)
        assert normal(detail, value), (name, value)
    for detail in ALL:
        one = parse_detail(detail, text, NOW, detail is asked)
        if isinstance(one, Found):
            assert normal(detail, one.value)
            assert 0 <= one.start < one.end <= len(text)
