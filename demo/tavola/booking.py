"""Holding a table, reviewing its terms, reserving it, and the guest's own reservations."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from demo.shared.rig import CHARGE
from demo.shared.site import base, see, sign_in_first
from demo.shared.store import Account
from demo.shared.words import clock_face, long_date, people
from demo.tavola import jsonld
from demo.tavola.places import Place
from demo.tavola.site import Site, site_of
from demo.tavola.store import Hold, Reservation
from demo.tavola.wish import Wish, read_wish

FREE = "0.00"
FREE_TIMES = "See which times are free"


@dataclass(frozen=True)
class Terms:
    """What a guest agrees to. `charge` is in EUR."""

    place: Place
    date: dt.date
    start: int
    party: int
    charge: str = FREE

    def rows(self, number: str = "") -> list[tuple[str, str]]:
        """Give the terms as the pages name them."""
        first = [("Confirmation number", number)] if number else []
        return [
            *first,
            ("Restaurant", self.place.name),
            ("Date", long_date(self.date)),
            ("Time", clock_face(self.start)),
            ("Party size", people(self.party)),
            ("Price", "No charge" if self.charge == FREE else f"{self.charge} EUR"),
        ]

    def what(self, action: str) -> dict[str, str | int]:
        """Give the terms as the log has them."""
        return {
            "action": action,
            "place": self.place.name,
            "date": self.date.isoformat(),
            "time": clock_face(self.start),
            "party": self.party,
            "charge": self.charge,
        }


def _text(form: FormData, field: str) -> str:
    return str(form.get(field, ""))


def _terms(site: Site, hold: Hold) -> Terms:
    """Give the terms that the site offers for a hold just now; the rig may bend them."""
    place = site.places[hold.place]
    if site.mode() == "item_swapped":
        slugs = list(site.places)
        place = site.places[slugs[(slugs.index(hold.place) + 1) % len(slugs)]]
    charge = str(CHARGE) if site.mode() == "price_changed" else FREE
    return Terms(place, hold.date, hold.start, hold.party, charge)


def _reserved(site: Site, made: Reservation) -> Terms:
    return Terms(site.places[made.place], made.date, made.start, made.party, made.charge)


def _wanted(site: Site, form: FormData) -> tuple[Place | None, Wish]:
    fields = {name: _text(form, name) for name in ("date", "time", "party")}
    return site.places.get(_text(form, "restaurant")), read_wish(fields, site.clock())


async def hold(request: Request) -> Response:
    """Keep the table for ten minutes and lead to the review page."""
    site, account = site_of(request), site_of(request).account(request)
    place, wish = _wanted(site, await request.form())
    if place is None or wish.note or wish.time is None:
        site.record(request, account, {"action": "hold"}, "refused: not understood")
        return site.sorry(request, 400, "Please choose again", wish.note or "We could not tell which table you want.")
    terms = Terms(place, wish.date, wish.time, wish.party)
    back = f"/restaurants/{place.slug}?date={wish.date}&party={wish.party}"
    if account is None:
        site.record(request, None, terms.what("hold"), "refused: not signed in")
        return sign_in_first(back)
    table = site.free(place, wish.date, wish.party, account.email).get(wish.time)
    if table is None:
        site.record(request, account, terms.what("hold"), "refused: not free")
        text = f"{place.name} has no table for {people(wish.party)} at {clock_face(wish.time)} any more."
        return site.sorry(request, 409, "That table has gone", text, back, FREE_TIMES)
    key = site.store.hold(account, place.slug, wish.date, wish.time, wish.party, table, site.clock())
    site.record(request, account, terms.what("hold"), "held")
    return see(f"/hold/{key}")


def _gone(site: Site, request: Request, hold: Hold) -> Response:
    place = site.places[hold.place]
    link = f"/restaurants/{place.slug}?date={hold.date}&party={hold.party}"
    text = f"We kept the table at {place.name} for ten minutes, and they are over. Nothing was reserved."
    return site.sorry(request, 410, "This table is no longer held", text, link, FREE_TIMES)


def _data(request: Request, terms: Terms, account: Account, number: str, status: str) -> dict[str, Any]:
    when = (terms.date, terms.start)
    return jsonld.reservation(terms.place, base(request), account.name, when, terms.party, terms.charge, number, status)


async def review(request: Request) -> Response:
    """Show the terms of a held table once more before they are agreed to."""
    site, account = site_of(request), site_of(request).account(request)
    if account is None:
        return sign_in_first(request.url.path)
    held = site.store.find_hold(request.path_params["id"], account)
    if held is None:
        return site.sorry(request, 404, "No such table", "No table is held for you at this address.")
    if held.reservation and site.mode() != "double_ok":
        return see(f"/reservations/{held.reservation}")
    if held.expires <= site.clock():
        return _gone(site, request, held)
    terms = _terms(site, held)
    context: dict[str, Any] = {
        "held": held,
        "terms": terms,
        "until": f"{held.expires.astimezone(site.clock().tzinfo):%H:%M}",
        "data": _data(request, terms, account, "", "ReservationHold"),
    }
    return site.page(request, "review.html", **context)


def _commit(site: Site, request: Request, account: Account, held: Hold) -> Response:
    """Make the reservation: once per hold, whatever is pressed."""
    terms = _terms(site, held)
    if held.reservation and site.mode() != "double_ok":
        site.record(request, account, terms.what("book"), "refused: already booked")
        return see(f"/reservations/{held.reservation}")
    if held.expires <= site.clock():
        site.record(request, account, terms.what("book"), "refused: hold expired")
        return _gone(site, request, held)
    number = site.store.reserve(held, terms.place.slug, terms.charge, site.clock())
    site.record(request, account, terms.what("book") | {"reservation": number}, "booked")
    if site.mode() == "error_after_commit":
        return PlainTextResponse("Bad gateway", 502)
    return see(f"/reservations/{number}")


async def reserve(request: Request) -> Response:
    """Turn the guest's hold into a reservation."""
    site, account = site_of(request), site_of(request).account(request)
    key = _text(await request.form(), "hold")
    if account is None:
        site.record(request, None, {"action": "book"}, "refused: not signed in")
        return sign_in_first(f"/hold/{quote(key, safe='')}")
    if site.rig:
        await site.rig.wait("slow_commit")
    held = site.store.find_hold(key, account)
    if held is None:
        site.record(request, account, {"action": "book"}, "refused: no such hold")
        return site.sorry(request, 404, "No such table", "No table is held for you. Nothing was reserved.")
    return _commit(site, request, account, held)


async def confirmation(request: Request) -> Response:
    """Show one reservation with its confirmation number."""
    site, account = site_of(request), site_of(request).account(request)
    if account is None:
        return sign_in_first(request.url.path)
    own = {made.id: made for made in site.store.reservations(account)}
    made = own.get(request.path_params["id"])
    if made is None:
        return site.sorry(request, 404, "No such reservation", "You have no reservation with this number.")
    terms = _reserved(site, made)
    status = "ReservationCancelled" if made.cancelled else "ReservationConfirmed"
    data = _data(request, terms, account, made.id, status)
    return site.page(request, "confirmation.html", made=made, terms=terms, data=data)


async def mine(request: Request) -> Response:
    """List the guest's reservations: those to come, then past and cancelled ones."""
    site, account = site_of(request), site_of(request).account(request)
    if site.mode() == "no_list":
        return site.sorry(request, 404, "Not here", "This page is not available at the moment.")
    if account is None:
        return sign_in_first(request.url.path)
    every = [(made, _reserved(site, made)) for made in site.store.reservations(account)]
    coming = [pair for pair in every if not pair[0].cancelled and pair[0].date >= site.clock().date()]
    over = [pair for pair in reversed(every) if pair not in coming]
    return site.page(request, "mine.html", coming=coming, over=over)


async def cancel(request: Request) -> Response:
    """Cancel one of the guest's reservations."""
    site, account = site_of(request), site_of(request).account(request)
    number = request.path_params["id"]
    if account is None:
        site.record(request, None, {"action": "cancel", "reservation": number}, "refused: not signed in")
        return sign_in_first("/my/reservations")
    done = site.store.cancel(number, account, site.clock())
    outcome = "cancelled" if done else "refused: no such reservation"
    site.record(request, account, {"action": "cancel", "reservation": number}, outcome)
    return see("/my/reservations")
