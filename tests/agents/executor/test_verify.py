from __future__ import annotations

from typing import Any

import pytest

from agents.executor.bound import Term
from agents.executor.forms import date_fits, date_range, dates, moneys, times
from agents.executor.mandate import Plan
from agents.executor.page import Said
from agents.executor.records import says
from agents.executor.verify import TermsDiffer, check_terms, values_for

DATE = Term(name="date", type="date", value="2026-11-21")
TIME = Term(name="time", type="time", value="19:30")
PARTY = Term(name="party_size", type="count", value="2")
NAME = Term(name="item", type="name", value="Lanterna")
FREE = Term(name="", type="phrase", value="no charge")
ALL = (NAME, DATE, TIME, PARTY, FREE)


def plan(**changes: Any) -> Plan:
    return Plan(origin="http://s", action="a", item="Lanterna", tz="UTC", workflow_hash="", steps_hash="", **changes)


def said(*, things: Any = (), headings: Any = (), text: str = "", **pairs: str) -> Said:
    found = {"Restaurant": "Lanterna", "Date": "Saturday 21 November 2026", "Time": "19:30", "Party size": "2 people"}
    found |= {"Price": "No charge"} | {k.replace("_", " "): v for k, v in pairs.items()}
    whole = " ".join((*found.values(), *headings, text))
    return Said(pairs=tuple((k, v) for k, v in found.items() if v), headings=headings, things=things, text=whole)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("4 – 6 December 2026", ("2026-12-04", "2026-12-06")),
        ("30 Nov to 2 Dec 2026", ("2026-11-30", "2026-12-02")),
        ("Fri 4 Dec 2026 → Sun 6 Dec 2026", ("2026-12-04", "2026-12-06")),
        ("2026-12-30 until 2027-01-02", ("2026-12-30", "2027-01-02")),
        ("6 – 4 December 2026", None),
        ("4 December 2026", None),
        ("2026-12-04", None),
    ],
)
def test_a_range_of_days_has_a_first_and_a_last(text: str, days: Any) -> None:
    assert date_range(text) == days
    arrive = Term(name="check_in", type="date", value="2026-12-04")
    leave = Term(name="check_out", type="date", value="2026-12-06")
    if days == (arrive.value, leave.value):
        check_terms(said(Date="", Dates=text), (arrive, leave), plan())
        with pytest.raises(TermsDiffer, match="check out is “2026-12-06”"):
            check_terms(said(Date="", Dates=text), (leave.model_copy(update={"value": "2026-12-07"}),), plan())


@pytest.mark.parametrize(
    "pairs",
    [
        {},
        {"Date": "2026-11-21"},
        {"Date": "Sat, Nov 21, 2026"},
        {"Date": "21/11/2026"},
        {"Date": "Sat 21 Nov"},
        {"Time": "7:30 pm"},
        {"Time": "19h30"},
        {"Party_size": "2"},
        {"Party_size": "Table for two"},
        {"Restaurant": "LANTERNA"},
        {"Booked_on": "1 November 2026", "Opens": "12:00"},
        {"Date": "", "Time": "", "When": "Saturday 21 November 2026, 19:30"},
        {"Price": "€0.00", "Note": "no charge"},
    ],
)
def test_the_terms_in_other_written_forms_are_equal(pairs: dict[str, str]) -> None:
    check_terms(said(**pairs), ALL, plan())


@pytest.mark.parametrize(
    ("pairs", "term"),
    [
        ({"Date": "Sunday 22 November 2026"}, "date is “Sunday 22 November 2026”"),
        ({"Date": "Sunday 21 November 2026"}, "date is"),
        ({"Date": "11/12/2026"}, "date is"),
        ({"Date": "21 November"}, "date is"),
        ({"Date": "21 November 2027"}, "date is"),
        ({"Date": "21 November 2026 or 22 November 2026"}, "date is"),
        ({"Date": ""}, "date should say"),
        ({"Time": "7:30"}, "time is"),
        ({"Time": "7:30 am"}, "time is"),
        ({"Time": "19:31"}, "time is"),
        ({"Time": ""}, "time should say"),
        ({"Party_size": "22 people"}, "party size is"),
        ({"Party_size": "2 adults, 1 child"}, "party size is"),
        ({"Party_size": ""}, "party size should say"),
        ({"Restaurant": "Lanterna Bis"}, "item should say"),
        ({"Restaurant": "Not Lanterna"}, "item should say"),
        ({"Price": "€10.00"}, "price is"),
        ({"Price": "see below"}, "price is"),
        ({"Deposit": "25 EUR"}, "deposit is"),
        ({"Price": ""}, "the page should say “no charge”"),
    ],
)
def test_every_difference_is_found_and_named(pairs: dict[str, str], term: str) -> None:
    with pytest.raises(TermsDiffer) as differ:
        check_terms(said(**pairs), ALL, plan())
    assert term in differ.value.message


def test_all_differences_are_told_together() -> None:
    with pytest.raises(TermsDiffer) as differ:
        check_terms(said(Date="1 May 2027", Time="20:00"), ALL, plan())
    assert [d.term for d in differ.value.differences] == ["date", "time"]
    assert differ.value.differences[1].seen == "20:00"


def test_the_data_behind_the_page_must_agree_with_what_one_sees() -> None:
    other = {"@type": "FoodEstablishmentReservation", "startTime": "2026-11-22T19:30", "partySize": 2}
    with pytest.raises(TermsDiffer, match="date is “2026-11-22”"):
        check_terms(said(things=(other,)), ALL, plan())
    swapped = {"reservationFor": {"name": "Golden Carp"}}
    with pytest.raises(TermsDiffer, match="item is “Golden Carp”"):
        check_terms(said(things=(swapped,)), ALL, plan())


@pytest.mark.parametrize(
    ("price", "passes"),
    [
        ("30.00 EUR", True),
        ("€ 29,99", True),
        ("30.01 EUR", False),
        ("45.00 EUR", False),
        ("30.00 USD", False),
        ("$30.00", False),
        ("from 20 EUR", False),
        ("20 EUR per person", False),
        ("20 EUR + 5 EUR", False),
        ("free", False),
        ("1.030,00 EUR", False),
    ],
)
def test_a_total_passes_up_to_what_was_shown(price: str, passes: bool) -> None:
    paid = plan(currency="EUR", price_shown="30.00", price_cap="45.00")
    terms = (NAME, Term(name="total", type="money", value="30.00 EUR"))
    page = said(Price="", Total=price)
    if passes:
        check_terms(page, terms, paid)
    else:
        with pytest.raises(TermsDiffer, match="total is"):
            check_terms(page, terms, paid)


def test_two_stays_of_one_plan_are_told_apart() -> None:
    leave = Term(name="check_out", type="date", value="2026-11-23")
    arrive = Term(name="check_in", type="date", value="2026-11-21")
    page = said(Date="", Check_in="21 November 2026", Check_out="23 November 2026")
    check_terms(page, (arrive, leave), plan())
    crossed = said(Date="", Check_in="23 November 2026", Check_out="21 November 2026")
    with pytest.raises(TermsDiffer):
        check_terms(crossed, (arrive, leave), plan())


@pytest.mark.parametrize(
    ("pairs", "fits"),
    [
        ({}, True),
        ({"Date": "22 November 2026"}, False),
        ({"Date": "03/04/2026"}, None),
        ({"Restaurant": "Lanterna Bis"}, None),
        ({"Restaurant": "Mizu"}, False),
        ({"Status": "Cancelled"}, False),
    ],
)
def test_a_record_is_the_one_another_one_or_unclear(pairs: dict[str, str], fits: bool | None) -> None:
    assert says(said(**pairs), (NAME, DATE, TIME, PARTY)) is fits


@pytest.mark.parametrize(
    ("line", "fits"),
    [
        ("Lanterna, 21 November 2026, 19:30, 2 people", True),
        ("Lanterna, 21 November 2026, 20:30, 2 people", False),
        ("Lanterna, tomorrow, 19:30, 2 people", None),
    ],
)
def test_a_record_without_labels_is_read_as_text(line: str, fits: bool | None) -> None:
    assert says(Said(text=line), (NAME, DATE, TIME, PARTY)) is fits


def test_written_forms() -> None:
    assert dates("3rd of May 2027, or 4 May 2027") == {"2027-05-03", "2027-05-04"}
    assert dates("31 February 2027") == set()
    assert date_fits("Sun 21 Nov", "2026-11-21") is False
    assert times("doors 7 p.m., show 20.15") == {"19:00", "20:15"}
    assert times("25:00, 12:75, 2026-11-21") == set()
    assert {str(a) for a, _ in moneys("1.234,50 EUR")} == {str(a) for a, _ in moneys("EUR 1,234.50")} == {"1234.50"}


@pytest.mark.parametrize(
    ("label", "value"), [("Restaurant", "Quiet Anchor"), ("Item", "Sete Mares"), ("Your event:", "An evening of fado")]
)
def test_another_thing_by_its_label_is_another_thing_wherever_the_name_stands_besides(label: str, value: str) -> None:
    page = said(headings=("Lanterna",), Note="Lanterna", **{"Restaurant": "", label: value})
    with pytest.raises(TermsDiffer, match=value):
        check_terms(page, ALL, plan())


@pytest.mark.parametrize("value", ["LANTERNA", "Lanterna, Old Town", "Lanterna × 2"])
def test_the_thing_may_be_told_with_more(value: str) -> None:
    check_terms(said(headings=("Lanterna",), Restaurant=value), ALL, plan())


def test_a_label_that_is_nothing_but_size_is_one() -> None:
    said = Said(pairs=(("Size", "M"), ("Party size", "2"), ("", "x")))
    assert list(values_for(said, Term(name="size", type="text", value="M"))) == ["M"]
    assert list(values_for(said, Term(name="party_size", type="count", value="2"))) == ["2"]
