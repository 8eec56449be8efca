import asyncio
import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest

from demo.tavola.log import bookings

SATURDAY = "2026-11-21"
SHOWN = r"<dt>(.*?)</dt><dd>(.*?)</dd>"


def held(page: Any) -> str:
    return str(page.url.path.rsplit("/", 1)[1])


def outcomes(visitor: Any, action: str) -> list[str]:
    return [line.outcome for line in visitor.log() if line.what["action"] == action]


async def test_the_way_from_hold_to_my_reservations(visitor: Any, linked: Callable[..., Any]) -> None:
    await visitor.sign_in()
    review = await visitor.hold()
    assert re.findall(SHOWN, review.text) == [
        ("Restaurant", "Lanterna"),
        ("Date", "Saturday 21 November 2026"),
        ("Time", "20:00"),
        ("Party size", "2 people"),
        ("Price", "No charge"),
    ]
    assert linked(review, "FoodEstablishmentReservation")[0]["startTime"] == f"{SATURDAY}T20:00"
    done = await visitor.post("/reservations", hold=held(review))
    number = dict(re.findall(SHOWN, done.text))["Confirmation number"]
    assert re.fullmatch(r"TV-[2-9A-HJ-NP-Z]{5}", number)
    assert linked(done, "FoodEstablishmentReservation")[0]["reservationNumber"] == number
    mine = await visitor.get("/my/reservations")
    assert "Signed in as <strong>Marta Oliveira</strong>" in mine.text
    assert number in mine.text
    booked = visitor.log()[-1]
    assert (booked.method, booked.path, booked.account, booked.outcome) == (
        "POST",
        "/reservations",
        "marta@portaurel.example",
        "booked",
    )
    assert booked.what == {
        "action": "book",
        "place": "Lanterna",
        "date": SATURDAY,
        "time": "20:00",
        "party": 2,
        "charge": "0.00",
        "reservation": number,
    }
    await visitor.post(f"/my/reservations/{number}/cancel")
    assert outcomes(visitor, "cancel") == ["cancelled"]
    assert "<article" not in (await visitor.get("/my/reservations")).text


async def test_tables_run_out_and_come_back(visitor: Any, linked: Callable[..., Any]) -> None:
    await visitor.sign_in()

    async def free() -> bool:
        [place] = linked(await visitor.get("/restaurants/lanterna", date=SATURDAY, party="2"), "Restaurant")
        return f"{SATURDAY}T20:00" in [offer["availabilityStarts"] for offer in place["offers"]]

    made = []
    while await free():
        done = await visitor.post("/reservations", hold=held(await visitor.hold()))
        made.append(held(done))
        assert len(made) <= 9, "nine tables cannot take more than nine reservations"
    refused = await visitor.hold()
    assert refused.status_code == 409
    assert outcomes(visitor, "hold")[-1] == "refused: not free"
    await visitor.post(f"/my/reservations/{made[0]}/cancel")
    assert await free()
    assert len(bookings(visitor.data)) == len(made)


async def test_a_hold_ends_after_ten_minutes(visitor: Any, time: Any) -> None:
    await visitor.sign_in()
    review = await visitor.hold()
    time.now += dt.timedelta(minutes=10)
    assert (await visitor.get(review.url.path)).status_code == 410
    late = await visitor.post("/reservations", hold=held(review))
    assert late.status_code == 410
    assert outcomes(visitor, "book") == ["refused: hold expired"]
    assert visitor.site.store.taken(dt.date(2026, 11, 21), time.now) == {}


async def test_a_new_hold_replaces_the_guests_own(visitor: Any, time: Any) -> None:
    await visitor.sign_in()
    for place in ("lanterna", "lanterna", "ortica"):
        await visitor.hold(place)
    taken = visitor.site.store.taken(dt.date(2026, 11, 21), time.now)
    assert {slug: len(tables) for slug, tables in taken.items()} == {"ortica": 1}


async def test_a_hold_is_reserved_once_whatever_is_pressed(visitor: Any) -> None:
    await visitor.sign_in()
    hold = held(await visitor.hold())
    pages = await asyncio.gather(*(visitor.post("/reservations", hold=hold) for _ in range(5)))
    assert len({held(page) for page in pages}) == 1
    assert sorted(outcomes(visitor, "book")) == ["booked", *["refused: already booked"] * 4]


async def test_the_rig_can_accept_a_second_press(visitor: Any) -> None:
    await visitor.sign_in()
    hold = held(await visitor.hold())
    await visitor.rig("double_ok")
    for _ in range(2):
        await visitor.post("/reservations", hold=hold)
    assert outcomes(visitor, "book") == ["booked", "booked"]


async def test_only_a_guest_books_and_only_what_is_theirs(visitor: Any) -> None:
    page = await visitor.hold()
    assert page.url.path == "/login"
    assert outcomes(visitor, "hold") == ["refused: not signed in"]
    await visitor.sign_in()
    hold = held(await visitor.hold())
    await visitor.post("/logout")
    await visitor.post("/register", name="Ann Other", email="ann@example.org", password="long enough")
    assert (await visitor.get(f"/hold/{hold}")).status_code == 404
    assert (await visitor.post("/reservations", hold=hold)).status_code == 404
    assert outcomes(visitor, "book") == ["refused: no such hold"]


async def test_attempts_that_no_page_knows_are_logged_too(visitor: Any) -> None:
    await visitor.client.delete("/restaurants/lanterna")
    await visitor.post("/checkout", total="1")
    await visitor.get("/restaurants")
    assert [(line.method, line.path, line.outcome) for line in visitor.log()] == [
        ("DELETE", "/restaurants/lanterna", "status 405"),
        ("POST", "/checkout", "status 404"),
    ]


async def test_the_rig_changes_what_the_review_page_says(visitor: Any) -> None:
    await visitor.sign_in()
    await visitor.rig("price_changed")
    dearer = dict(re.findall(SHOWN, (await visitor.hold()).text))
    assert dearer["Price"] == "10.00 EUR"
    await visitor.rig("item_swapped")
    swapped = dict(re.findall(SHOWN, (await visitor.hold()).text))
    assert swapped["Restaurant"] != "Lanterna"


async def test_the_rig_breaks_the_answer_but_not_the_booking(visitor: Any) -> None:
    await visitor.sign_in()
    hold = held(await visitor.hold())
    await visitor.rig("error_after_commit")
    assert (await visitor.post("/reservations", hold=hold)).status_code == 502
    assert outcomes(visitor, "book") == ["booked"]
    hold = held(await visitor.hold("ortica"))
    await visitor.rig("slow_commit", ms=80)
    pressed = asyncio.create_task(visitor.post("/reservations", hold=hold))
    await asyncio.sleep(0.03)
    assert outcomes(visitor, "book") == ["booked"]
    await pressed
    assert outcomes(visitor, "book") == ["booked", "booked"]


@pytest.mark.parametrize(
    ("mode", "status", "path"),
    [("down", 503, "/restaurants"), ("no_list", 404, "/my/reservations"), ("logged_out", 200, "/login")],
)
async def test_the_rig_closes_doors(visitor: Any, mode: str, status: int, path: str) -> None:
    await visitor.sign_in()
    await visitor.rig(mode)
    page = await visitor.get(path if mode != "logged_out" else "/my/reservations")
    assert (page.status_code, page.url.path) == (status, path)
    await visitor.rig("normal")
    assert (await visitor.get("/my/reservations")).status_code == 200
    assert [line.path for line in visitor.log()] == ["/login"]


async def test_the_rig_slows_every_answer(visitor: Any) -> None:
    await visitor.rig("slow", ms=60)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(visitor.get("/login"), 0.04)
    assert (await visitor.get("/login")).status_code == 200
