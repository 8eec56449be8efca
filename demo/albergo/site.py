"""Albergo as its pages see it: its houses, which rooms are free on each night, and what a booking says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from starlette.requests import Request

from agents.types import Clock
from demo.albergo import jsonld
from demo.albergo.houses import House, Room, last_free, load_houses, nights
from demo.albergo.stay import Stay, cancel_terms, cost_rows
from demo.shared.art import picture
from demo.shared.orders import Order, OrderStore, What
from demo.shared.seller import Deal, Seller, Trade
from demo.shared.site import Face, base
from demo.shared.store import Account
from demo.shared.words import counted, euros, long_date

FACE = Face(
    key="albergo",
    title="Albergo",
    home="/hotels",
    home_link="All houses",
    mine="/my/bookings",
    why="You need an account to book a room and to see your bookings.",
    folder=Path(__file__).parent,
    scripts=True,
)
TRADE = Trade(
    drafts="/stays",
    orders="/bookings",
    prefix="AL",
    number="Confirmation number",
    linked="Reservation",
    action="booking",
    done="booked",
    press="Confirm booking",
    thanks="Your room is booked",
    none="You have no room booked.",
)
Taken = dict[tuple[str, str, str], int]  # (house, room, night) and how many guests of this site have


class Albergo(Seller):
    """Albergo with its houses, by slug."""

    face, trade = FACE, TRADE

    def __init__(self, store: OrderStore, data: Path, clock: Clock, *, rig: bool = False) -> None:
        super().__init__(store, data, clock, rig=rig)
        self.houses = load_houses()

    def tools(self) -> dict[str, Callable[..., Any]]:
        """Give what draws a house."""
        return {"picture": picture}

    def taken(self, account: Account | None = None) -> Taken:
        """Give what guests of this site hold or have booked, but for what `account` holds just now."""
        taken: Taken = {}
        for what in self.store.standing(self.clock(), account.email if account else ""):
            for night in nights(*_days(what)):
                key = (what["house"], what["room"], night.isoformat())
                taken[key] = taken.get(key, 0) + 1
        return taken

    def free(self, house: House, room: Room, stay_nights: Iterable[dt.date], taken: Taken) -> int:
        """Give how many rooms of a type are free through all those nights."""
        left = (
            room.count - house.taken(room, night) - taken.get((house.slug, room.name, night.isoformat()), 0)
            for night in stay_nights
        )
        return max(0, min(left, default=0))

    def deal(self, request: Request, account: Account, what: What, total: Decimal) -> Deal:
        """Give what the pages say of a booking."""
        house, room, stay = self._agreed(what)
        cost, rate = stay.cost(house, room, what["rate"]), what["rate"]
        check_in, check_out = _days(what)
        extras = (("Name", what["name"]), ("Arrival", what["arrival"]), ("Request", what["request"]))
        return Deal(
            name=house.name,
            rows=(
                (house.kind, house.name),
                ("Room", room.name),
                ("Check-in", long_date(check_in)),
                ("Check-out", long_date(check_out)),
                ("Nights", str(len(stay.nights))),
                ("Guests", counted(stay.guests, "guest")),
                ("Rate", rate),
                ("Cancellation", cancel_terms(house, rate, check_in)),
                ("Breakfast", house.breakfast),
                *((name, value) for name, value in extras if value),
                *cost_rows(cost, len(stay.nights)),
                ("Total", euros(total)),
            ),
            what={
                "house": house.name,
                "room": room.name,
                "rate": rate,
                "check_in": check_in.isoformat(),
                "check_out": check_out.isoformat(),
                "guests": stay.guests,
                "request": what["request"],
                "total": str(total),
            },
            data=jsonld.reservation(house, room, stay, base(request), what["name"], total),
            back=f"/hotels/{house.slug}?{stay.query}",
            note=f"{house.name} expects you from 15:00 at {house.street}, {house.area}: {house.keeper}.",
            picture=house,
            day=check_out,
        )

    def _agreed(self, what: What) -> tuple[House, Room, Stay]:
        house = self.houses[what["house"]]
        room = house.room(what["room"]) or house.rooms[0]
        return house, room, Stay(*_days(what), what["guests"])

    def another(self, what: What) -> What:
        """Give the same stay at the next house of the list."""
        slugs = list(self.houses)
        swapped = slugs[(slugs.index(what["house"]) + 1) % len(slugs)]
        return what | {"house": swapped, "room": self.houses[swapped].rooms[0].name}

    def lacks(self, what: What, account: Account) -> str:
        """Give why the room cannot be had: somebody else was quicker."""
        house, room, stay = self._agreed(what)
        if self.free(house, room, stay.nights, self.taken(account)):
            return ""
        return f"{house.name} has no {room.name.lower()} room left for these nights."

    def kept_by_terms(self, order: Order) -> str:
        """Give why a booking cannot be cancelled for nothing."""
        if order.what["rate"] == "Non-refundable":
            return "This rate is non-refundable: the booking cannot be cancelled."
        last = last_free(self.houses[order.what["house"]], _days(order.what)[0])
        over = self.clock().replace(tzinfo=None) >= last
        return f"This booking could be cancelled until {long_date(last.date())}, 18:00." if over else ""


def _days(what: What) -> tuple[dt.date, dt.date]:
    return dt.date.fromisoformat(what["check_in"]), dt.date.fromisoformat(what["check_out"])


def albergo_of(request: Request) -> Albergo:
    """Give the site that a request came to."""
    site: Albergo = request.app.state.site
    return site
