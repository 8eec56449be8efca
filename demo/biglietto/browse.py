"""The box office's pages that only look: the programme and an event's own page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from demo.biglietto import jsonld
from demo.biglietto.programme import AHEAD, MOST, Event, Seats
from demo.biglietto.site import Biglietto, biglietto_of, cancel_terms
from demo.shared.carriers import with_planted
from demo.shared.site import base
from demo.shared.words import AREAS, all_in, fold, item_list, rating_node, read_count, read_date, review_nodes


@dataclass(frozen=True)
class Wish:
    """A search; `tickets` is 0 where prices are wanted for one, and `note` says what could not be used."""

    q: str
    kind: str
    area: str
    first: dt.date | None
    last: dt.date | None
    tickets: int
    seats: str
    free_only: bool = False
    note: str = ""

    @property
    def query(self) -> str:
        """What a link to an event carries on."""
        kept = {"tickets": str(self.tickets) if self.tickets else "", "seats": self.seats}
        return urlencode({name: value for name, value in kept.items() if value})

    def wants(self, seats: Seats) -> bool:
        """Tell whether a category is one that the search asks for."""
        return not self.seats or fold(self.seats) == fold(seats.name)


def read_wish(params: Mapping[str, str], now: dt.datetime) -> Wish:
    """Read a search from an address; what is missing is any."""
    given = {name: params.get(name, "").strip()[:200] for name in ("q", "kind", "area", "from", "to", "seats")}
    first, last = read_date(given["from"]), read_date(given["to"])
    tickets = read_count(params.get("tickets", "") or "0")
    unread = next((given[name] for name, date in (("from", first), ("to", last)) if given[name] and not date), "")
    note = f"We could not read the date “{unread}”. Please give it as 2026-12-24." if unread else ""
    if tickets is None or tickets > MOST:
        note, tickets = f"An order holds 1 to {MOST} tickets.", 0
    if last and last < now.date():
        note = "That day has passed. Please choose another."
    if first and first > now.date() + AHEAD:
        note = f"The programme is out for {AHEAD.days} days. Please choose an earlier day."
    return Wish(
        given["q"], given["kind"], given["area"], first, last, tickets, given["seats"], bool(params.get("free")), note
    )


def _fits(event: Event, wish: Wish) -> bool:
    return (
        (not wish.kind or fold(wish.kind) == fold(event.show.kind))
        and (not wish.area or fold(wish.area) == fold(event.area))
        and (wish.first is None or event.date >= wish.first)
        and (wish.last is None or event.date <= wish.last)
        and any(wish.wants(seats) for seats in event.show.seats)
        and all_in(wish.q, event.haystack)
    )


def _offers(event: Event, wish: Wish, free: Mapping[str, int]) -> list[tuple[str, Decimal, int]]:
    """Give (category, EUR with fees for the tickets asked for, seats left) of the categories asked for."""
    count = max(1, wish.tickets)
    wanted = [seats for seats in event.show.seats if wish.wants(seats)]
    return [(s.name, (s.price + event.show.fee) * count, free[s.name]) for s in wanted]


def _url(event: Event, root: str, wish: Wish) -> str:
    return f"{root}/events/{event.slug}" + (f"?{wish.query}" if wish.query else "")


async def whats_on(request: Request) -> Response:
    """Show every event that matches, the next one first."""
    site, root = biglietto_of(request), base(request)
    wish = read_wish(request.query_params, site.clock())
    found = [] if wish.note else [event for event in site.programme().values() if _fits(event, wish)]
    free = site.free_in(found)
    count = max(1, wish.tickets)
    cards = []
    for event in found:
        offers = _offers(event, wish, free[event.slug])
        node = jsonld.event_node(event, _url(event, root, wish), offers, count)
        possible = [price for _, price, left in offers if left >= count]
        if possible or not wish.free_only:
            cards.append((event, min(possible, default=None), node))
    context: dict[str, Any] = {
        "wish": wish,
        "cards": cards,
        "areas": AREAS,
        "kinds": sorted({show.kind for show in site.shows.values()}),
        "categories": list(dict.fromkeys(s.name for show in site.shows.values() for s in show.seats)),
        "most": MOST,
        "items": item_list((e.show.name, _url(e, root, wish)) for e, _, _ in cards),
    }
    return site.page(request, "programme.html", **context)


async def event_page(request: Request) -> Response:
    """Show one event, with the table of its seats."""
    site = biglietto_of(request)
    event = site.programme().get(request.path_params["slug"])
    if event is None:
        return site.sorry(request, 404, "No such event", "We know no event at this address, or it is over.")
    return seat_form(request, site, event, {})


def seat_form(
    request: Request, site: Biglietto, event: Event, chosen: Mapping[str, int], problem: str = ""
) -> Response:
    """Show an event's page, with what is wrong about what was asked for."""
    wish = read_wish(request.query_params, site.clock())
    free = site.free(event, site.account(request))
    reviews = with_planted(event.show.reviews, site.rig, site.clock().date())
    node = jsonld.event_node(event, _url(event, base(request), wish), _offers(event, wish, free), max(1, wish.tickets))
    if reviews:
        mean = round(sum(r.rating for r in reviews) / len(reviews), 1)
        node |= {"review": review_nodes(reviews), "aggregateRating": rating_node((mean, len(reviews)))}
    others = [e for e in site.programme().values() if e.show is event.show and e.date != event.date][:6]
    if not chosen and wish.seats and wish.tickets:
        chosen = {s.name: wish.tickets for s in event.show.seats if wish.wants(s)}
    context: dict[str, Any] = {
        "event": event,
        "show": event.show,
        "free": free,
        "chosen": chosen,
        "problem": problem,
        "reviews": reviews,
        "others": others,
        "most": MOST,
        "cancelling": cancel_terms(event),
        "data": node,
    }
    return site.page(request, "event.html", 409 if problem else 200, **context)
