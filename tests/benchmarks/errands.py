"""The shipped workflows' errands in Demo Town: what is asked for, and the same presses as a Playwright script."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from playwright.async_api import Page

from tests.journeys.support import NOW

Given = Mapping[str, str]
_MORNING = dt.date.fromisoformat(NOW[:10])


@dataclass(frozen=True)
class Errand:
    """One errand.

    Attributes:
        workflow: which shipped workflow does it.
        site: the host in front of `.localhost`.
        given: the details as a person writes them, for the round of a number; rounds do not take from each other.
        prepare: everything up to the last button, by hand, from the address of what was chosen.
        last: what the button is called that cannot be taken back.
        number: the label of what proves that it was done.
        mine: where the site lists what was done.
        recorded: the details of the workflow that is recorded from `prepare`, with other values than there.
    """

    workflow: str
    site: str
    given: Callable[[int], dict[str, str]]
    prepare: Callable[[Page, str, Given], Awaitable[None]]
    last: str
    number: str
    mine: str
    recorded: Mapping[str, str | int] = field(default_factory=dict)

    async def by_hand(self, page: Page, url: str, given: Given) -> str:
        """All of it; the number that the site gave."""
        await self.prepare(page, url, given)
        await page.get_by_role("button", name=self.last).click()
        label = page.locator("dt, th", has_text=self.number)
        return await label.locator("xpath=following-sibling::*[1]").inner_text()


async def _table(page: Page, url: str, given: Given) -> None:
    await page.goto(url)
    await page.get_by_label("Party size").select_option(given["party_size"])
    await page.get_by_label("Date").fill(given["date"])
    await page.get_by_role("button", name="Find times").click()
    await page.get_by_role("button", name=given["time"], exact=True).click()


async def _cart(page: Page, url: str) -> None:
    await page.goto(url.partition("/products")[0] + "/cart")
    await page.get_by_text("Your cart is empty").wait_for()
    await page.goto(url)


async def _to_checkout(page: Page, given: Given) -> None:
    await page.get_by_role("button", name="Add to cart").click()
    await page.get_by_role("link", name="Go to checkout").click()
    await page.get_by_label(given["delivery"]).check()


async def _item(page: Page, url: str, given: Given) -> None:
    await _cart(page, url)
    await page.get_by_label("Quantity").fill(given["quantity"])
    await _to_checkout(page, given)
    await page.get_by_role("button", name="Review order").click()


async def _gift(page: Page, url: str, given: Given) -> None:
    await _cart(page, url)
    await _to_checkout(page, given)
    await page.get_by_label("Wrap it as a present").check()
    await page.get_by_role("button", name="Review order").click()


async def _event(page: Page, url: str, given: Given) -> None:
    await page.goto(url)
    await page.get_by_label(f"{given['seats']} tickets").fill(given["tickets"])
    await page.get_by_role("button", name="Hold seats").click()
    await page.get_by_role("button", name="I agree, hold the seats").click()


async def _hotel(page: Page, url: str, given: Given) -> None:
    await page.goto(url)
    if "?" not in url:
        await _nights(page, given)
    await page.get_by_role("button", name=f"Book {given['room']}, {given['rate']}").click()
    await page.get_by_role("button", name="Review booking").click()


async def _nights(page: Page, given: Given) -> None:
    for name, day in (("Check-in", given["check_in"]), ("Check-out", given["check_out"])):
        await page.get_by_label(name).click()
        date = dt.date.fromisoformat(day)
        title = page.get_by_text(f"{date:%B %Y}", exact=True).filter(visible=True)
        while not await title.count():
            await page.get_by_role("button", name="Next month").filter(visible=True).click()
        await page.get_by_role("button", name=f"{date:%A} {date.day} {date:%B %Y}").filter(visible=True).click()
    await page.get_by_role("combobox", name="Guests").select_option(given["guests"])
    await page.get_by_role("button", name="Show rates").click()


def _day(number: int) -> str:
    return (_MORNING + dt.timedelta(days=number)).isoformat()


ERRANDS = (
    Errand(
        "reserve-table",
        "tavola",
        lambda n: {"date": _day(n + 1), "time": "20:00", "party_size": "2"},
        _table,
        "Complete reservation",
        "Confirmation number",
        "/my/reservations",
        {"party_size": 3, "date": _day(3), "time": "20:30"},
    ),
    Errand(
        "buy-item",
        "mercato",
        lambda _: {"thing": "tuning fork", "quantity": "1", "delivery": "Pick up at the Market Hall"},
        _item,
        "Place order and pay",
        "Order number",
        "/my/orders",
        {"quantity": 1, "delivery": "Bicycle courier"},
    ),
    Errand(
        "buy-gift",
        "mercato",
        lambda _: {"person": "Tomás", "budget": "60 EUR", "delivery": "Pick up at the Market Hall"},
        _gift,
        "Place order and pay",
        "Order number",
        "/my/orders",
        {"delivery": "Pick up at the Market Hall"},
    ),
    Errand(
        "book-event",
        "biglietto",
        lambda _: {"date": "2026-12-18", "tickets": "2", "seats": "Middle", "kind": "Concert"},
        _event,
        "Buy tickets",
        "Order number",
        "/my/tickets",
        {"middle_tickets": 1},
    ),
    Errand(
        "book-hotel",
        "albergo",
        lambda n: {
            "check_in": _day(14 + 3 * n),
            "check_out": _day(16 + 3 * n),
            "guests": "2",
            "room": "Double",
            "rate": "Free cancellation",
            "place": "Saltholm",
        },
        _hotel,
        "Confirm booking",
        "Confirmation number",
        "/my/bookings",
        {"check_in": _day(21), "check_out": _day(23), "guests": 1},
    ),
)
SITES = tuple(dict.fromkeys(errand.site for errand in ERRANDS))
