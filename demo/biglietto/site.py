"""Biglietto as its pages see it: the programme, which seats are free, and what a reservation says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from starlette.requests import Request

from agents.types import Clock
from demo.biglietto import jsonld
from demo.biglietto.art import poster
from demo.biglietto.programme import Event, Seats, load_shows, programme
from demo.shared.orders import Order, OrderStore, What
from demo.shared.seller import Deal, Seller, Trade
from demo.shared.site import Face, base
from demo.shared.store import Account
from demo.shared.words import clock_face, counted, euros, long_date

FACE = Face(
    key="biglietto",
    title="Biglietto",
    home="/events",
    home_link="What is on",
    mine="/my/tickets",
    why="You need an account to hold seats and to see your tickets.",
    folder=Path(__file__).parent,
    scripts=True,
)
TRADE = Trade(
    drafts="/seats",
    orders="/tickets",
    prefix="BG",
    number="Order number",
    linked="Reservation",
    action="booking",
    done="booked",
    press="Buy tickets",
    thanks="The seats are yours",
    none="You have no tickets.",
)
NOBODY = Account("", "")


class Biglietto(Seller):
    """The box office with its shows."""

    face, trade = FACE, TRADE

    def __init__(self, store: OrderStore, data: Path, clock: Clock, *, rig: bool = False) -> None:
        super().__init__(store, data, clock, rig=rig)
        self.shows = {show.name: show for show in load_shows()}

    def tools(self) -> dict[str, Callable[..., Any]]:
        """Give what draws an event."""
        return {"picture": poster}

    def programme(self) -> dict[str, Event]:
        """Give the events to come, by slug."""
        return programme(self.shows.values(), self.clock())

    def free(self, event: Event, account: Account | None = None) -> dict[str, int]:
        """Give how many seats of each category are free; what `account` holds just now is free to them."""
        return self.free_in([event], account)[event.slug]

    def free_in(self, events: list[Event], account: Account | None = None) -> dict[str, dict[str, int]]:
        """Give the same for several events, by slug."""
        taken: dict[tuple[str, str], int] = {}
        for what in self.store.standing(self.clock(), (account or NOBODY).email):
            for name, count in what["seats"].items():
                key = (f"{what['show']}/{what['date']}", name)
                taken[key] = taken.get(key, 0) + count

        def left(event: Event, seats: Seats) -> int:
            gone = event.sold(seats) + taken.get((f"{event.show.name}/{event.date}", seats.name), 0)
            return max(0, seats.capacity - gone)

        return {event.slug: {seats.name: left(event, seats) for seats in event.show.seats} for event in events}

    def event_of(self, what: What) -> Event:
        """Give the event that a draft or an order is for, past or not."""
        return Event(show=self.shows[what["show"]], date=dt.date.fromisoformat(what["date"]))

    def deal(self, request: Request, account: Account, what: What, total: Decimal) -> Deal:
        """Give what the pages say of a reservation."""
        event, seats = self.event_of(what), what["seats"]
        show, count = event.show, sum(seats.values())
        named = ", ".join(f"{name} ({n})" for name, n in seats.items()) if len(seats) > 1 else next(iter(seats))
        prices = [s for s in show.seats if s.name in seats]
        return Deal(
            name=show.name,
            rows=(
                ("Event", show.name),
                ("Date", long_date(event.date)),
                ("Time", clock_face(show.start)),
                ("Venue", f"{show.venue.name}, {show.venue.street}"),
                ("Tickets", counted(count, "ticket")),
                ("Seats", named),
                *((f"{s.name} ticket", euros(s.price)) for s in prices),
                ("Booking fee", euros(show.fee * count) if show.fee else "None"),
                ("Cancellation", cancel_terms(event)),
                ("Total", euros(total)),
            ),
            what={
                "event": show.name,
                "date": event.date.isoformat(),
                "time": clock_face(show.start),
                "seats": seats,
                "tickets": count,
                "total": str(total),
            },
            data=jsonld.reservation(event, base(request), account.name, total, named),
            back=f"/events/{event.slug}",
            note=f"{show.venue.name} opens half an hour before. Give the order number at the door.",
            picture=event,
            day=event.date,
        )

    def another(self, what: What) -> What:
        """Give the same seats at the next show of the list."""
        names = list(self.shows)
        name = names[(names.index(what["show"]) + 1) % len(names)]
        count = sum(what["seats"].values())
        return what | {"show": name, "seats": {self.shows[name].seats[0].name: count}}

    def lacks(self, what: What, account: Account) -> str:
        """Give why the seats cannot be had: somebody else was quicker."""
        event = self.event_of(what)
        return short_of(event, what["seats"], self.free(event, account))

    def kept_by_terms(self, order: Order) -> str:
        """Give why tickets cannot be given back."""
        event = self.event_of(order.what)
        if event.show.cancel == 0:
            return "These tickets cannot be cancelled; they may be given to somebody else."
        last = event.starts - dt.timedelta(hours=event.show.cancel)
        over = self.clock().replace(tzinfo=None) >= last
        return f"These tickets could be cancelled until {event.show.cancel} hours before the start." if over else ""


def total_of(event: Event, seats: Mapping[str, int]) -> Decimal:
    """Give what tickets come to with fees, in EUR."""
    prices = {s.name: s.price for s in event.show.seats}
    return sum(((prices[name] + event.show.fee) * count for name, count in seats.items()), Decimal("0.00"))


def short_of(event: Event, seats: Mapping[str, int], free: Mapping[str, int]) -> str:
    """Give which category has not enough seats, as a sentence; empty where each has."""
    for name, count in seats.items():
        left = free.get(name, 0)
        if count > left:
            said = counted(left, "seat is", "seats are") if left else "no seats are"
            return f"In “{name}” {said} left for {event.show.name}, and you asked for {count}."
    return ""


def cancel_terms(event: Event) -> str:
    """Give until when tickets can be given back, as a phrase."""
    return f"Until {event.show.cancel} hours before the start" if event.show.cancel else "Not possible"


def biglietto_of(request: Request) -> Biglietto:
    """Give the site that a request came to."""
    site: Biglietto = request.app.state.site
    return site
