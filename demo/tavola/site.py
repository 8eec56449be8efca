"""The site as its pages see it: places, store, log, clock, and how a page is rendered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.templating import Jinja2Templates

from agents.types import Clock
from demo.tavola.art import picture
from demo.tavola.availability import free_tables
from demo.tavola.log import LogLine, SiteLog, stamp
from demo.tavola.places import Place, clock_face
from demo.tavola.rig import Rig
from demo.tavola.store import Account, Store

HERE = Path(__file__).parent
COOKIE = "tavola_session"
SAMPLE = ("marta@portaurel.example", "Marta Oliveira", "lanternlight")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def long_date(date: dt.date) -> str:
    """Give "Saturday 21 November 2026"."""
    return f"{date:%A} {date.day} {date:%B %Y}"


def people(count: int) -> str:
    """Give "1 person", "2 people"."""
    return "1 person" if count == 1 else f"{count} people"


@dataclass
class Site:
    """Everything that the pages work with. `rig` is None on a site that is not being tested."""

    places: dict[str, Place]
    store: Store
    log: SiteLog
    clock: Clock
    templates: Jinja2Templates
    rig: Rig | None = None

    def mode(self) -> str:
        """Give the rig's mode."""
        return self.rig.mode if self.rig else "normal"

    def free(self, place: Place, date: dt.date, party: int, guest: str = "") -> dict[int, int]:
        """Give the bookable starts of one place with their tables; what `guest` (an email) holds is free to them."""
        now = self.clock()
        return free_tables(place, date, party, self.store.taken(date, now, guest).get(place.slug, ()), now)

    def free_everywhere(self, places: list[Place], date: dt.date, party: int) -> dict[str, list[int]]:
        """Give the bookable starts of each of `places`, by slug."""
        now = self.clock()
        taken = self.store.taken(date, now)
        return {p.slug: list(free_tables(p, date, party, taken.get(p.slug, ()), now)) for p in places}

    def account(self, request: Request) -> Account | None:
        """Give who is signed in."""
        token = request.cookies.get(COOKIE)
        if not token or self.mode() == "logged_out":
            return None
        return self.store.session(token, self.clock())

    def record(self, request: Request, account: Account | None, what: dict[str, str | int], outcome: str) -> None:
        """Write one line of the site's log for this request."""
        line = LogLine(
            at=stamp(self.clock()),
            method=request.method,
            path=request.url.path,
            account=account.email if account else None,
            what=what,
            outcome=outcome,
        )
        self.log.write(line)
        request.scope["recorded"] = True

    def page(self, request: Request, template: str, status: int = 200, **context: object) -> Response:
        """Render a page."""
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        context |= {"account": self.account(request), "here": here, "today": self.clock().date()}
        return self.templates.TemplateResponse(request, template, context, status_code=status, headers=HEADERS)

    def sorry(self, request: Request, status: int, title: str, text: str, link: str = "/restaurants") -> Response:
        """Render a page that says what is wrong, with a link onward."""
        return self.page(request, "sorry.html", status, title=title, text=text, link=link)


def site_of(request: Request) -> Site:
    """Give the site that a request came to."""
    site: Site = request.app.state.site
    return site


def see(path: str) -> RedirectResponse:
    """Send the browser on to `path` by GET."""
    return RedirectResponse(path, status_code=303, headers=HEADERS)


def base(request: Request) -> str:
    """Give the site's own address without a slash at the end."""
    return str(request.base_url).rstrip("/")


def _templates() -> Jinja2Templates:
    templates = Jinja2Templates(HERE / "templates")
    templates.env.trim_blocks = templates.env.lstrip_blocks = True
    templates.env.filters |= {"face": clock_face, "long_date": long_date, "people": people}
    templates.env.globals["picture"] = picture
    return templates


@contextmanager
def open_site(data: Path, clock: Clock, places: dict[str, Place], *, rig: bool = False) -> Iterator[Site]:
    """Open the site on its data folder, with the sample person's account in it."""
    store = Store(data)
    try:
        email, name, password = SAMPLE
        store.register(email, name, password)
        yield Site(places, store, SiteLog(data), clock, _templates(), Rig() if rig else None)
    finally:
        store.close()
