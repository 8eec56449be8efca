"""The pages that only look: the listing and a restaurant's own page."""

from __future__ import annotations

import datetime as dt
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from demo.shared.site import base
from demo.shared.words import AREAS
from demo.tavola import jsonld
from demo.tavola.availability import LARGEST_PARTY
from demo.tavola.places import Place
from demo.tavola.site import Site, site_of
from demo.tavola.wish import Wish, matching, nearest, read_wish

OTHER_DAYS = 14  # how far to look for another day where one is full


def _standing(wish: Wish, free: dict[str, list[int]], place: Place) -> tuple[bool, int, float]:
    """Order the listing: places with a table first, the nearest half hours before the rest, then by rating."""
    starts = free[place.slug]
    away = min((abs(start - wish.time) for start in starts), default=0) if wish.time is not None else 0
    return (not starts, away // 60, -place.rating[0])


async def listing(request: Request) -> Response:
    """Show every place that matches, with its free times near the one asked for."""
    site = site_of(request)
    wish = read_wish(request.query_params, site.clock())
    found = matching(site.places.values(), wish)
    free = {p.slug: [] for p in found} if wish.note else site.free_everywhere(found, wish.date, wish.party)
    found.sort(key=lambda place: _standing(wish, free, place))
    root = base(request)
    cards = []
    for place in found:
        starts = nearest(free[place.slug], wish.time)
        cards.append((place, sorted(starts[:5]), jsonld.card(place, root, wish.date, starts)))
    context: dict[str, Any] = {"wish": wish, "cards": cards, "areas": AREAS, "most": LARGEST_PARTY}
    return site.page(request, "listing.html", items=jsonld.listing(found, root), **context)


def _other_days(site: Site, place: Place, wish: Wish) -> list[tuple[dt.date, list[int]]]:
    """Give the next three days that have a table."""
    days = (wish.date + dt.timedelta(days=n) for n in range(1, OTHER_DAYS + 1))
    free = ((day, list(site.free(place, day, wish.party))) for day in days)
    return [(day, starts) for day, starts in free if starts][:3]


async def restaurant(request: Request) -> Response:
    """Show one place: what it is like, its menu and reviews, and its free times."""
    site = site_of(request)
    place = site.places.get(request.path_params["slug"])
    if place is None:
        return site.sorry(request, 404, "No such restaurant", "We know no restaurant at this address.")
    wish = read_wish(request.query_params, site.clock())
    starts = [] if wish.note else list(site.free(place, wish.date, wish.party))
    context: dict[str, Any] = {
        "place": place,
        "wish": wish,
        "starts": starts,
        "other_days": [] if starts or wish.note or not wish.given else _other_days(site, place, wish),
        "most": LARGEST_PARTY,
        "data": jsonld.full(place, base(request), wish.date, nearest(starts, wish.time)),
    }
    return site.page(request, "restaurant.html", **context)
