"""Albergo's pages that only look: the listing and a house's own page with its table of rates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from demo.albergo import jsonld
from demo.albergo.houses import MOST_GUESTS, PLACES, RATES, SLEEPS, House, Room
from demo.albergo.site import Albergo, Taken, albergo_of
from demo.albergo.stay import Cost, Stay, cancel_terms, read_stay
from demo.shared.carriers import with_planted
from demo.shared.site import base
from demo.shared.words import all_in, fold, item_list


@dataclass(frozen=True)
class Wish:
    """A search; `most` is for the whole stay, in EUR; `free_only` hides what is full on these nights."""

    stay: Stay
    q: str
    place: str
    room: str
    rate: str
    most: Decimal | None
    free_only: bool

    @property
    def query(self) -> str:
        """What a link to a house carries on."""
        kept = {name: value for name, value in (("room", self.room), ("rate", self.rate)) if value}
        return f"{self.stay.query}&{urlencode(kept)}" if kept else self.stay.query


@dataclass(frozen=True)
class Rate:
    """One line of the table of rates."""

    room: Room
    rate: str
    cost: Cost
    left: int
    cancelling: str


def read_wish(request: Request, site: Albergo) -> Wish:
    """Read a search from an address, leniently."""
    params = request.query_params
    given = {name: params.get(name, "").strip()[:200] for name in ("q", "place", "room", "rate", "max")}
    try:
        most = Decimal(given["max"])
    except InvalidOperation:
        most = None
    stay = read_stay(params, site.clock())
    return Wish(stay, given["q"], given["place"], given["room"], given["rate"], most, bool(params.get("free")))


def rates(site: Albergo, house: House, wish: Wish, taken: Taken) -> Iterator[Rate]:
    """Give the rates of a house for the stay, with how many rooms are left."""
    stay = wish.stay
    if not stay.days:
        return
    for room in house.rooms:
        if room.sleeps < stay.guests or (wish.room and fold(wish.room) != fold(room.name)):
            continue
        left = site.free(house, room, stay.nights, taken)
        for rate in RATES:
            if not wish.rate or fold(wish.rate) == fold(rate):
                terms = cancel_terms(house, rate, stay.days[0])
                yield Rate(room, rate, stay.cost(house, room, rate), left, terms)


def _fits(house: House, wish: Wish) -> bool:
    near = fold(wish.place) in ("", fold(house.place), fold(house.area))
    sleeps = any(room.sleeps >= wish.stay.guests for room in house.rooms)
    typed = not wish.room or house.room(wish.room) is not None
    return near and sleeps and typed and all_in(wish.q, house.haystack)


def _cheapest(found: list[Rate]) -> Rate | None:
    return min((rate for rate in found if rate.left), key=lambda rate: rate.cost.total, default=None)


def _node(house: House, wish: Wish, found: list[Rate], root: str) -> jsonld.Node:
    offers = [jsonld.offer(r.room, r.rate, r.cost.total, r.left) for r in found]
    return jsonld.card(house, f"{root}/hotels/{house.slug}?{wish.query}", offers)


async def listing(request: Request) -> Response:
    """Show every house that matches, those with a room first, then by rating."""
    site, root = albergo_of(request), base(request)
    wish, taken = read_wish(request, site), site.taken()
    cards = []
    for house in site.houses.values():
        found = list(rates(site, house, wish, taken))
        best = _cheapest(found)
        too_dear = wish.most is not None and best is not None and best.cost.total > wish.most
        hidden = wish.stay.note or too_dear or (wish.free_only and best is None)
        if _fits(house, wish) and not hidden:
            cards.append((house, best, _node(house, wish, found, root)))
    cards.sort(key=lambda entry: (entry[1] is None, -entry[0].rating[0]))
    context: dict[str, Any] = {
        "wish": wish,
        "cards": cards,
        "places": [*PLACES, *dict.fromkeys(h.area for h in site.houses.values() if h.area not in PLACES)],
        "items": item_list((house.name, f"{root}/hotels/{house.slug}") for house, _, _ in cards),
    }
    return site.page(request, "listing.html", **_choices(), **context)


def _choices() -> Mapping[str, Any]:
    return {"most_guests": MOST_GUESTS, "room_types": list(SLEEPS), "rate_names": RATES}


async def house_page(request: Request) -> Response:
    """Show one house, with its rates for the stay."""
    site = albergo_of(request)
    house = site.houses.get(request.path_params["slug"])
    if house is None:
        return site.sorry(request, 404, "No such house", "We know no house at this address.")
    wish = read_wish(request, site)
    found = list(rates(site, house, wish, site.taken(site.account(request))))
    reviews = with_planted(house.reviews, site.rig, site.clock().date())
    context: dict[str, Any] = {
        "house": house,
        "wish": wish,
        "rates": found,
        "reviews": reviews,
        "data": jsonld.full(_node(house, wish, found, base(request)), reviews),
    }
    return site.page(request, "house.html", **_choices(), **context)
