import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from demo.albergo.houses import House, Room, load_houses, night_price, nights
from demo.albergo.stay import read_stay

ROW = r"<dt>(.*?)</dt><dd>(.*?)</dd>"
HOUSES = load_houses()
STAY = {"check_in": "2026-12-03", "check_out": "2026-12-06", "guests": "2"}  # Thursday to Sunday
NIGHTS = nights(dt.date(2026, 12, 3), dt.date(2026, 12, 6))


async def keep(albergo: Any, house: str, room: str = "Double", rate: str = "Free cancellation", **change: str) -> Any:
    return await albergo.post("/stays", **({"house": house, "room": room, "rate": rate, "name": "M"} | STAY | change))


async def book(albergo: Any, review: Any) -> Any:
    draft = review.url.path.rsplit("/", 1)[1]
    total = re.search(r'name="total" value="(.*?)"', review.text)
    assert total
    return await albergo.post("/bookings", draft=draft, total=total[1])


def free(albergo: Any, house: House, room: Room) -> int:
    return int(albergo.site.free(house, room, NIGHTS, albergo.site.taken()))


def with_rooms(albergo: Any, at_least: int = 1) -> tuple[House, Room]:
    pairs = ((house, house.room("Double")) for house in HOUSES.values())
    return next((house, room) for house, room in pairs if room and free(albergo, house, room) >= at_least)


def test_there_is_enough_to_choose_from_in_three_places() -> None:
    assert len(HOUSES) >= 30
    assert {house.place for house in HOUSES.values()} == {"Port Aurel", "Saltholm", "Vale do Lume"}
    assert all(house.reviews and house.good for house in HOUSES.values())


def test_a_night_costs_more_on_weekends_and_in_the_season_and_less_for_good() -> None:
    room = Room(name="Double", count=1, price=Decimal("100.00"))
    thursday, friday = dt.date(2026, 12, 3), dt.date(2026, 12, 4)
    prices = [night_price(room, day, "Free cancellation") for day in (thursday, friday, dt.date(2027, 7, 1))]
    assert prices == [Decimal("100.00"), Decimal("115.00"), Decimal("120.00")]
    assert night_price(room, friday, "Non-refundable") == Decimal("104.00")


def test_a_stay_costs_its_nights_tax_and_cleaning() -> None:
    house = HOUSES["allotment-house"]
    room = house.room("double")
    assert room
    cost = read_stay(STAY, dt.datetime(2026, 11, 20)).cost(house, room, "Free cancellation")
    assert (cost.rooms, cost.tax, cost.cleaning) == (Decimal("290.00"), Decimal("13.20"), Decimal("5.00"))
    assert cost.total == Decimal("308.20")


async def test_any_weekend_has_rooms_and_some_houses_are_full(albergo: Any) -> None:
    for week in range(8):
        friday = dt.date(2026, 11, 27) + dt.timedelta(weeks=week)
        days = {"check_in": f"{friday}", "check_out": f"{friday + dt.timedelta(days=2)}", "guests": "2"}
        page = await albergo.get("/hotels", **days)
        full = page.text.count("No room for 2 guests")
        assert 1 <= full <= len(HOUSES) - 12


async def test_the_way_from_a_rate_to_my_bookings(albergo: Any, linked: Callable[..., Any]) -> None:
    house, room = with_rooms(albergo)
    await albergo.sign_in()
    page = await albergo.get(f"/hotels/{house.slug}", **STAY)
    assert 'aria-label="Book Double, Free cancellation"' in page.text
    form = await albergo.get("/book", house=house.slug, room="Double", rate="free cancellation", **STAY)
    assert 'value="Marta Oliveira"' in form.text
    review = await keep(albergo, house.slug, name="Marta Oliveira", request="no feathers, please")
    shown = dict(re.findall(ROW, review.text))
    total = read_stay(STAY, albergo.site.clock()).cost(house, room, "Free cancellation").total
    assert (shown["Check-in"], shown["Check-out"]) == ("Thursday 3 December 2026", "Sunday 6 December 2026")
    assert (shown["Room"], shown["Nights"], shown["Guests"]) == ("Double", "3", "2 guests")
    assert shown["Cancellation"].startswith("Free until ")
    assert shown["Total"] == f"{total} EUR"
    assert linked(review, "LodgingReservation")[0]["checkinTime"] == "2026-12-03T15:00"
    done = await book(albergo, review)
    number = linked(done, "LodgingReservation")[0]["reservationId"]
    assert re.fullmatch(r"AL-[2-9A-HJ-NP-Z]{5}", number)
    assert number in (await albergo.get("/my/bookings")).text
    made = albergo.log()[-1]
    assert (made.outcome, made.what["number"], made.what["request"]) == ("booked", number, "no feathers, please")
    assert (made.what["house"], made.what["check_out"], made.what["total"]) == (house.name, "2026-12-06", str(total))


async def test_a_room_is_taken_on_its_nights_and_no_others(albergo: Any) -> None:
    house, room = with_rooms(albergo)
    await albergo.sign_in()

    def per_night() -> list[int]:
        days = [dt.date(2026, 12, 2) + dt.timedelta(days=n) for n in range(5)]
        return [
            room.count - house.taken(room, day) - taken.get((house.slug, room.name, day.isoformat()), 0) for day in days
        ]

    taken = albergo.site.taken()
    before = per_night()
    await book(albergo, await keep(albergo, house.slug))
    taken = albergo.site.taken()
    assert [a - b for a, b in zip(before, per_night(), strict=True)] == [0, 1, 1, 1, 0]


async def test_rooms_run_out_and_come_back(albergo: Any) -> None:
    house, room = with_rooms(albergo)
    await albergo.sign_in()
    made = []
    while free(albergo, house, room):
        made.append((await book(albergo, await keep(albergo, house.slug))).url.path.rsplit("/", 1)[1])
        assert len(made) <= room.count
    refused = await keep(albergo, house.slug)
    assert (refused.status_code, "has no double room left" in refused.text) == (409, True)
    await albergo.post(f"/my/bookings/{made[0]}/cancel")
    assert free(albergo, house, room) == 1


async def test_a_kept_room_comes_back_after_ten_minutes(albergo: Any, time: Any) -> None:
    house, room = with_rooms(albergo)
    await albergo.sign_in()
    before = free(albergo, house, room)
    review = await keep(albergo, house.slug)
    assert free(albergo, house, room) == before - 1
    time.now += dt.timedelta(minutes=10)
    assert free(albergo, house, room) == before
    assert (await book(albergo, review)).status_code == 410


async def test_cancelling_follows_the_rate(albergo: Any, time: Any) -> None:
    house, _ = with_rooms(albergo, 2)
    await albergo.sign_in()
    numbers = []
    for rate in ("Free cancellation", "Non-refundable"):
        done = await book(albergo, await keep(albergo, house.slug, rate=rate))
        numbers.append(done.url.path.rsplit("/", 1)[1])
    assert (await albergo.post(f"/my/bookings/{numbers[1]}/cancel")).status_code == 409
    last = dt.datetime(2026, 12, 3, 18, tzinfo=dt.UTC) - dt.timedelta(days=house.free_until)
    time.now = last
    assert (await albergo.post(f"/my/bookings/{numbers[0]}/cancel")).status_code == 409
    time.now = last - dt.timedelta(minutes=1)
    await albergo.post(f"/my/bookings/{numbers[0]}/cancel")
    assert albergo.outcomes("cancel") == ["refused: its terms", "refused: its terms", "cancelled"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"check_in": "2026-11-19"}, "has passed"),
        ({"check_out": "2026-12-03"}, "leave before you arrive"),
        ({"check_out": "2027-02-03"}, "up to 21 nights"),
        ({"check_in": "2028-01-01", "check_out": "2028-01-02"}, "days ahead"),
        ({"check_out": "whenever"}, "could not read the date"),
        ({"check_out": ""}, "choose both days"),
        ({"guests": "40"}, "1 to 4 guests"),
    ],
)
async def test_an_impossible_stay_is_told_and_offered_nothing(albergo: Any, change: dict[str, str], said: str) -> None:
    await albergo.sign_in()
    for path in ("/hotels", "/hotels/the-twelve-keys"):
        page = await albergo.get(path, **(STAY | change))
        assert said in page.text
        assert 'aria-label="Book' not in page.text
    assert (await keep(albergo, "the-twelve-keys", **change)).status_code == 400
    assert albergo.outcomes("hold") == ["refused: not understood"]


async def test_the_listing_prices_the_whole_stay(albergo: Any, linked: Callable[..., Any]) -> None:
    page = await albergo.get("/hotels", place="Saltholm", room="Double", rate="Non-refundable", **STAY)
    nodes = [*linked(page, "Hotel"), *linked(page, "LodgingBusiness")]
    assert {len(node["makesOffer"]) for node in nodes} == {1}
    shown = re.findall(r'<p class="price">([\d.]+) EUR</p>', page.text)
    offered = [n["makesOffer"][0]["price"] for n in nodes if n["makesOffer"][0]["availability"].endswith("InStock")]
    assert sorted(shown) == sorted(offered)
