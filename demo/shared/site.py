"""A site as its pages see it: its face, store, log, clock, and how a page is rendered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from agents.types import Clock
from demo.shared.carriers import planted
from demo.shared.log import LogLine, SiteLog, stamp
from demo.shared.rig import Rig
from demo.shared.store import Account, Store
from demo.shared.words import clock_face, counted, euros, long_date, people, short_date

HERE = Path(__file__).parent
SAMPLE = ("marta@portaurel.example", "Marta Oliveira", "lanternlight")
HEADERS = {
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'"
UNFRAMED = "frame-ancestors 'none'"


@dataclass(frozen=True)
class Face:
    """What makes a site this one.

    Attributes:
        key: its name in addresses and files ("tavola").
        home: the path of its listing.
        home_link: what a link there is called.
        mine: the path of the list of what a guest has there.
        why: why one should log in, as a sentence.
        folder: where its templates and static files lie.
        scripts: its pages may run the site's own scripts.
    """

    key: str
    title: str
    home: str
    home_link: str
    mine: str
    why: str
    folder: Path
    scripts: bool = False

    @property
    def host(self) -> str:
        """Its host name."""
        return f"{self.key}.localhost"

    @property
    def cookie(self) -> str:
        """The name of its session's cookie."""
        return f"{self.key}_session"


class Site:
    """Everything that the pages work with. `rig` is None on a site that is not being tested."""

    face: Face

    def __init__(self, store: Store, data: Path, clock: Clock, *, rig: bool = False) -> None:
        self.store = store
        self.log = SiteLog(data, self.face.key)
        self.clock = clock
        self.rig = Rig() if rig else None
        self.templates = _templates(self.face, self.tools())
        email, name, password = SAMPLE
        store.register(email, name, password)

    def tools(self) -> dict[str, Callable[..., Any]]:
        """Give the functions that this site's templates use besides the common ones."""
        return {}

    def mode(self) -> str:
        """Give the rig's mode."""
        return self.rig.mode if self.rig else "normal"

    def account(self, request: Request) -> Account | None:
        """Give who is signed in."""
        token = request.cookies.get(self.face.cookie)
        if not token or self.mode() == "logged_out":
            return None
        return self.store.session(token, self.clock())

    def record(self, request: Request, account: Account | None, what: dict[str, Any], outcome: str) -> None:
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
        account = self.account(request)
        context |= {"request": request, "account": account, "here": here, "today": self.clock().date()}
        html = self.templates.get_template(template).render(context)
        if self.rig and self.rig.carriers:
            html = planted(html, self.rig)
        return HTMLResponse(html, status, headers=HEADERS | {"Content-Security-Policy": self._policy()})

    def _policy(self) -> str:
        parts = [POLICY, UNFRAMED]
        if self.face.scripts or self.mode() == "second_dialog":
            parts.append("script-src 'self'")
        return "; ".join(parts)

    def sorry(self, request: Request, status: int, title: str, text: str, link: str = "", label: str = "") -> Response:
        """Render a page that says what is wrong, with a link onward: to the listing where none is named."""
        link, label = link or self.face.home, label or self.face.home_link
        return self.page(request, "sorry.html", status, title=title, text=text, link=link, label=label)


def site_of(request: Request) -> Site:
    """Give the site that a request came to."""
    site: Site = request.app.state.site
    return site


def see(path: str) -> RedirectResponse:
    """Send the browser on to `path` by GET."""
    return RedirectResponse(path, status_code=303, headers=HEADERS)


def sign_in_first(back: str) -> Response:
    """Lead to the form to sign in, and from there to `back`."""
    return see(f"/login?next={quote(back, safe='')}")


def base(request: Request) -> str:
    """Give the site's own address without a slash at the end."""
    return str(request.base_url).rstrip("/")


def _templates(face: Face, tools: dict[str, Callable[..., Any]]) -> Environment:
    own, common = FileSystemLoader(face.folder / "templates"), FileSystemLoader(HERE / "templates")
    # a site's own page stands in for the common one of its name, which it can extend as shared/…
    loader = ChoiceLoader([own, common, PrefixLoader({"shared": common})])
    templates = Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    templates.filters |= {
        "face": clock_face,
        "long_date": long_date,
        "short_date": short_date,
        "people": people,
        "counted": counted,
        "euros": euros,
    }
    templates.globals |= {"site": face, **tools}
    return templates
