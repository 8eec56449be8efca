"""Tavola as its pages see it: its places, and which of their tables are free."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from starlette.requests import Request

from agents.types import Clock
from demo.shared import site
from demo.shared.art import picture
from demo.shared.site import Face
from demo.tavola.availability import free_tables
from demo.tavola.places import Place
from demo.tavola.store import Store

FACE = Face(
    key="tavola",
    title="Tavola",
    home="/restaurants",
    home_link="All restaurants",
    mine="/my/reservations",
    why="You need an account to reserve a table and to see your reservations.",
    folder=Path(__file__).parent,
)


class Site(site.Site):
    """Tavola with its places, by slug."""

    face = FACE
    store: Store

    def __init__(self, data: Path, clock: Clock, places: dict[str, Place], *, rig: bool = False) -> None:
        super().__init__(Store(data), data, clock, rig=rig)
        self.places = places

    def tools(self) -> dict[str, Callable[..., Any]]:
        """Give what draws a place."""
        return {"picture": picture}

    def free(self, place: Place, date: dt.date, party: int, guest: str = "") -> dict[int, int]:
        """Give the bookable starts of one place with their tables; what `guest` (an email) holds is free to them."""
        now = self.clock()
        return free_tables(place, date, party, self.store.taken(date, now, guest).get(place.slug, ()), now)

    def free_everywhere(self, places: list[Place], date: dt.date, party: int) -> dict[str, list[int]]:
        """Give the bookable starts of each of `places`, by slug."""
        now = self.clock()
        taken = self.store.taken(date, now)
        return {p.slug: list(free_tables(p, date, party, taken.get(p.slug, ()), now)) for p in places}


def site_of(request: Request) -> Site:
    """Give the site that a request came to."""
    found: Site = request.app.state.site
    return found


@contextmanager
def open_site(data: Path, clock: Clock, places: dict[str, Place], *, rig: bool = False) -> Iterator[Site]:
    """Open the site on its data folder, with the sample person's account in it."""
    opened = Site(data, clock, places, rig=rig)
    try:
        yield opened
    finally:
        opened.store.close()
