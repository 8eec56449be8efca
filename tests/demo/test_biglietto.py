import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from demo.biglietto.programme import AHEAD, Event, load_shows, programme
from demo.biglietto.site import total_of

ROW = r"<dt>(.*?)</dt><dd>(.*?)</dd>"
SHOWS = {show.name: show for show in load_shows()}


def next_event(name: str, now: dt.datetime) -> Event:
    return next(event for event in programme(SHOWS.values(), now).values() if event.show.name == name)


async def hold(biglietto: Any, event: Event, rules: str = "accepted", **seats: str) -> Any:
    return await biglietto.post("/seats", event=event.slug, rules=rules, **seats)


async def buy(biglietto: Any, review: Any) -> Any:
    draft = review.url.path.rsplit("/", 1)[1]
    total = re.search(r'name="total" value="(.*?)"', review.text)
    assert total
    return await biglietto.post("/tickets", draft=draft, total=total[1])


@pytest.mark.parametrize("day", ["2026-11-20", "2027-02-03", "2027-07-15"])
def test_the_next_ninety_days_are_full_of_everything_whatever_day_it_is(day: str) -> None:
    now = dt.datetime.fromisoformat(f"{day}T12:00")
    events = programme(SHOWS.values(), now).values()
    assert len(events) >= 120
    assert {e.show.kind for e in events} == {"Concert", "Theatre", "Talk", "Food fair", "Workshop"}
    assert all(now < e.starts <= dt.datetime.combine(now.date() + AHEAD, dt.time.max) for e in events)
    assert len({e.slug for e in events}) == len(events)
    evening = now.date() + dt.timedelta(days=(4 - now.weekday()) % 7)
    assert sum(e.date in (evening, evening + dt.timedelta(days=1)) for e in events) >= 3


def test_what_tickets_come_to_with_fees(time: Any) -> None:
    event = next_event("Winter Journey by Lamplight", time.now.replace(tzinfo=None))
    assert total_of(event, {"Middle": 2}) == Decimal("47.00")
    assert total_of(event, {"Front": 1, "Gallery": 3}) == Decimal("79.00")


async def test_the_way_from_seats_to_my_tickets(biglietto: Any, time: Any, linked: Callable[..., Any]) -> None:
    event = next_event("Two Pianos and an Apology", time.now.replace(tzinfo=None))
    await biglietto.sign_in()
    review = await hold(biglietto, event, middle="2")
    shown = dict(re.findall(ROW, review.text))
    assert shown["Event"] == "Two Pianos and an Apology"
    assert (shown["Time"], shown["Tickets"], shown["Seats"]) == ("19:30", "2 tickets", "Middle")
    assert (shown["Middle ticket"], shown["Booking fee"], shown["Total"]) == ("27.00 EUR", "4.00 EUR", "58.00 EUR")
    assert linked(review, "EventReservation")[0]["reservationFor"]["startDate"] == f"{event.date}T19:30"
    done = await buy(biglietto, review)
    number = linked(done, "EventReservation")[0]["reservationId"]
    assert re.fullmatch(r"BG-[2-9A-HJ-NP-Z]{5}", number)
    assert number in (await biglietto.get("/my/tickets")).text
    assert biglietto.log()[-1].what == {
        "action": "booking",
        "event": "Two Pianos and an Apology",
        "date": event.date.isoformat(),
        "time": "19:30",
        "seats": {"Middle": 2},
        "tickets": 2,
        "total": "58.00",
        "number": number,
    }


async def test_seats_are_free_minus_sold_minus_held_minus_bought(biglietto: Any, time: Any) -> None:
    event = next_event("Winter Journey by Lamplight", time.now.replace(tzinfo=None))
    front = event.show.seats[0]

    def left() -> int:
        return int(biglietto.site.free(event)["Front"])

    before = left()
    assert before == front.capacity - event.sold(front) >= 3
    await biglietto.sign_in()
    await hold(biglietto, event, front="2")
    assert left() == before - 2
    review = await hold(biglietto, event, front="3")
    assert left() == before - 3, "a new hold replaces one's own"
    done = await buy(biglietto, review)
    assert left() == before - 3
    time.now += dt.timedelta(minutes=11)
    assert left() == before - 3
    await biglietto.post(f"/my/tickets/{done.url.path.rsplit('/', 1)[1]}/cancel")
    kept = event.starts - dt.timedelta(hours=24) <= time.now.replace(tzinfo=None)
    assert left() == (before - 3 if kept else before)


async def test_held_seats_come_back_after_ten_minutes(biglietto: Any, time: Any) -> None:
    event = next_event("Fado by the Door", time.now.replace(tzinfo=None))
    await biglietto.sign_in()
    before = biglietto.site.free(event)["Middle"]
    review = await hold(biglietto, event, middle="2")
    time.now += dt.timedelta(minutes=10)
    assert biglietto.site.free(event)["Middle"] == before
    assert (await biglietto.get(review.url.path)).status_code == 410
    assert (await buy(biglietto, review)).status_code == 410
    assert biglietto.outcomes("booking") == ["refused: hold expired"]


async def test_the_house_rules_come_before_the_seats(biglietto: Any, time: Any) -> None:
    event = next_event("Candle Hour at St Brannoc", time.now.replace(tzinfo=None))
    await biglietto.sign_in()
    asked = await hold(biglietto, event, rules="", unreserved="2")
    assert "I agree, hold the seats" in asked.text
    assert biglietto.outcomes("hold") == ["asked for consent"]
    assert biglietto.site.store.standing(time.now) == []


@pytest.mark.parametrize(
    ("seats", "said"),
    [
        ({}, "Please choose 1 to 8 tickets"),
        ({"unreserved": "9"}, "Please choose 1 to 8 tickets"),
        ({"unreserved": "-1"}, "whole numbers"),
        ({"unreserved": "many"}, "whole numbers"),
    ],
)
async def test_seats_that_cannot_be_had_are_told(biglietto: Any, time: Any, seats: dict[str, str], said: str) -> None:
    await biglietto.sign_in()
    event = next_event("Candle Hour at St Brannoc", time.now.replace(tzinfo=None))
    page = await hold(biglietto, event, **seats)
    assert (page.status_code, said in page.text) == (409, True)
    assert biglietto.site.store.standing(time.now) == []


async def test_more_than_is_left_is_refused(biglietto: Any, time: Any) -> None:
    await biglietto.sign_in()
    events = programme(SHOWS.values(), time.now.replace(tzinfo=None)).values()
    event, left = next((e, n) for e in events if 0 < (n := biglietto.site.free(e)[e.show.seats[0].name]) < 8)
    field = event.show.seats[0].name.lower()
    page = await hold(biglietto, event, **{field: str(left + 1)})
    assert (page.status_code, f"{left} seat" in page.text) == (409, True)


async def test_tickets_are_given_back_only_where_and_while_the_terms_allow(biglietto: Any, time: Any) -> None:
    await biglietto.sign_in()
    opera = next_event("Falstaff in the Laundry", time.now.replace(tzinfo=None))
    club = next_event("Bass Cathedral", time.now.replace(tzinfo=None))
    numbers = []
    for event, field in ((opera, "front"), (club, "standing")):
        done = await buy(biglietto, await hold(biglietto, event, **{field: "1"}))
        numbers.append(done.url.path.rsplit("/", 1)[1])
    time.now = (opera.starts - dt.timedelta(hours=48)).replace(tzinfo=dt.UTC)
    for number in numbers:
        assert (await biglietto.post(f"/my/tickets/{number}/cancel")).status_code == 409
    time.now -= dt.timedelta(minutes=1)
    await biglietto.post(f"/my/tickets/{numbers[0]}/cancel")
    assert biglietto.outcomes("cancel") == ["refused: its terms", "refused: its terms", "cancelled"]


async def test_a_search_prices_the_tickets_asked_for(biglietto: Any, linked: Callable[..., Any]) -> None:
    page = await biglietto.get("/events", q="winter journey", tickets="2", seats="Middle")
    node = linked(page, "MusicEvent")[0]
    [offer] = node["offers"]
    assert (offer["name"], offer["price"], offer["eligibleQuantity"]["value"]) == ("Middle", "47.00", 2)
    assert linked(await biglietto.get(node["url"].split("localhost")[1]), "MusicEvent")[0]["offers"] == [offer]


async def test_a_search_narrows_by_day_kind_and_area(biglietto: Any) -> None:
    async def count(**params: str) -> int:
        return int((await biglietto.get("/events", **params)).text.count("<article"))

    day = {"from": "2026-12-05", "to": "2026-12-05"}
    assert await count() > await count(kind="Concert") > await count(kind="Concert", area="Harbour") > 0
    assert await count(**day) >= await count(**day, q="choir advent") == 1
    for params, said in (
        ({"from": "soon"}, "could not read"),
        ({"to": "2026-11-01"}, "passed"),
        ({"tickets": "99"}, "1 to 8"),
    ):
        page = await biglietto.get("/events", **params)
        assert (said in page.text, page.text.count("<article")) == (True, 0)
