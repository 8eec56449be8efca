"""The booking form, up to the review page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from demo.albergo.houses import RATES, House, Room
from demo.albergo.site import Albergo, albergo_of
from demo.albergo.stay import Stay, cancel_terms, read_stay
from demo.shared.orders import What
from demo.shared.site import see, sign_in_first
from demo.shared.store import Account
from demo.shared.words import fold

ARRIVALS = ("15:00 to 18:00", "18:00 to 21:00", "After 21:00")
LONGEST = 300  # characters of a request


@dataclass(frozen=True)
class Choice:
    """A room at a rate for a stay; `days` are those of arrival and leaving."""

    house: House
    room: Room
    rate: str
    stay: Stay
    days: tuple[dt.date, dt.date]


def _choice(site: Albergo, params: Mapping[str, str]) -> Choice | None:
    house = site.houses.get(params.get("house", ""))
    room = house.room(params.get("room", "")) if house else None
    rate = next((r for r in RATES if fold(r) == fold(params.get("rate", ""))), None)
    stay = read_stay(params, site.clock())
    if house is None or room is None or rate is None or not stay.days or room.sleeps < stay.guests:
        return None
    return Choice(house, room, rate, stay, stay.days)


def _form_page(request: Request, site: Albergo, account: Account, chosen: Choice, problem: str = "") -> Response:
    context: dict[str, Any] = {
        "chosen": chosen,
        "cost": chosen.stay.cost(chosen.house, chosen.room, chosen.rate),
        "cancelling": cancel_terms(chosen.house, chosen.rate, chosen.days[0]),
        "arrivals": ARRIVALS,
        "problem": problem,
        "guest": account.name,
    }
    return site.page(request, "book.html", 409 if problem else 200, **context)


def _unclear(request: Request, site: Albergo) -> Response:
    return site.sorry(request, 400, "Please choose again", "We could not tell which room you want, and for when.")


async def form(request: Request) -> Response:
    """Ask for what the house wants to know."""
    site, account = albergo_of(request), albergo_of(request).account(request)
    chosen = _choice(site, request.query_params)
    if chosen is None:
        return _unclear(request, site)
    if account is None:
        return sign_in_first(f"/book?{request.url.query}")
    return _form_page(request, site, account, chosen)


async def keep(request: Request) -> Response:
    """Keep the room for ten minutes and lead to the review page."""
    site, account = albergo_of(request), albergo_of(request).account(request)
    fields = {name: " ".join(str(value).split()) for name, value in (await request.form()).items()}
    chosen = _choice(site, fields)
    if chosen is None:
        site.record(request, account, {"action": "hold"}, "refused: not understood")
        return _unclear(request, site)
    house, room, stay = chosen.house, chosen.room, chosen.stay
    what: What = {
        "house": house.slug,
        "room": room.name,
        "rate": chosen.rate,
        "check_in": chosen.days[0].isoformat(),
        "check_out": chosen.days[1].isoformat(),
        "guests": stay.guests,
        "name": fields.get("name", "")[:80],
        "arrival": fields.get("arrival", "") if fields.get("arrival") in ARRIVALS else "",
        "request": fields.get("request", "")[:LONGEST],
    }
    if account is None:
        site.record(request, None, what | {"action": "hold"}, "refused: not signed in")
        return sign_in_first(f"/hotels/{house.slug}?{stay.query}")
    problem = "" if what["name"] else "Please give the name of a guest."
    if problem := problem or site.lacks(what, account):
        site.record(request, account, what | {"action": "hold"}, f"refused: {problem}")
        return _form_page(request, site, account, chosen, problem)
    return see(site.keep(request, account, what, stay.cost(house, room, chosen.rate).total))
