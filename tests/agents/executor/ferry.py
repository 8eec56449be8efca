"""The ferry company of docs/workflows.md: a site that its worked example is run on as it stands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.serving import serving

SHIPS = {"halcyon": ("Halcyon", 21), "petrel": ("Petrel", 23)}


@dataclass
class Ferry:
    """What the company knows; `basket` may hold something that was left there."""

    basket: str = ""
    booked: list[dict[str, str]] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def origin(self) -> str:
        return f"http://ferries.localhost:{self.port}"


def _page(body: str) -> HTMLResponse:
    return HTMLResponse(f"<!doctype html><title>Ferries</title><p>Signed in as <b>Ada Marsh</b></p>{body}")


def _terms(of: dict[str, str]) -> str:
    rows = "".join(f"<tr><th>{name}</th><td>{value}</td></tr>" for name, value in of.items())
    return f"<table>{rows}</table>"


def build(ferry: Ferry) -> Starlette:
    async def sailings(request: Request) -> Response:
        query = "&".join(f"{k}={v}" for k, v in request.query_params.items())
        return _page(
            "".join(
                f"<article><h2><a href='/sailings/{key}?{query}'>{name}</a></h2><p class=price>"
                f"{price * int(request.query_params['adults'])}.00 EUR</p></article>"
                for key, (name, price) in SHIPS.items()
            )
        )

    async def sailing(request: Request) -> Response:
        name, price = SHIPS[request.path_params["key"]]
        query = request.query_params
        left = "<form method=post action=/basket><button name=empty value=1>Empty the basket</button></form>"
        basket = f"<p>Your basket holds {ferry.basket}</p>{left}" if ferry.basket else "<p>Your basket is empty</p>"
        seats = "<select name=seat aria-label=Seats><option>Deck<option>Saloon</select>"
        adults = "".join(f"<option>{n}" for n in range(1, 10))
        asked = {"to": query["to"], "date": query["date"], "ship": name, "price": price}
        hidden = "".join(f"<input type=hidden name={k} value='{v}'>" for k, v in asked.items())
        return _page(
            f"<h1>{name}</h1>{basket}<form method=post action=/basket>{hidden}"
            f"<table><tr><td>{name}</td><td>{seats}</td></tr>"
            f"<tr><td>Cabin</td><td><select aria-label=Seats><option>Bunk</select></td></tr></table>"
            f"<label>Adults <select name=adults>{adults}</select></label>"
            "<label><input type=checkbox required> I accept the conditions of carriage</label>"
            "<button>Continue</button></form>"
        )

    async def basket(request: Request) -> Response:
        form = dict(await request.form())
        ferry.log.append("empty" if "empty" in form else "basket")
        if "empty" in form:
            ferry.basket = ""
            return RedirectResponse(request.headers["referer"], 303)
        ferry.basket = str(form["ship"])
        total = int(str(form["price"])) * int(str(form["adults"]))
        terms = {"Ship": form["ship"], "Date": form["date"], "Seat": form["seat"], "Passengers": form["adults"]}
        held = _terms({k: str(v) for k, v in terms.items()} | {"Total": f"€{total}.00"})
        hidden = "".join(f"<input type=hidden name='{k}' value='{v}'>" for k, v in terms.items())
        return _page(
            f"<h1>Your crossing</h1>{held}<form method=post action=/basket/1/payment>{hidden}"
            "<button>Pay now</button></form>"
        )

    async def pay(request: Request) -> Response:
        ferry.log.append("pay")
        made = {k: str(v) for k, v in (await request.form()).items()}
        ferry.booked.append(made | {"Booking number": f"F-{len(ferry.booked) + 1:03d}"})
        return _page(f"<h1>Thank you</h1>{_terms(ferry.booked[-1])}")

    async def bookings(request: Request) -> Response:
        return _page("".join(f"<article><h2>{b['Ship']}</h2>{_terms(b)}</article>" for b in ferry.booked))

    return Starlette(
        routes=[
            Route("/sailings", sailings),
            Route("/sailings/{key}", sailing),
            Route("/basket", basket, methods=["POST"]),
            Route("/basket/1/payment", pay, methods=["POST"]),
            Route("/bookings", bookings),
        ]
    )


@contextmanager
def opened() -> Iterator[Ferry]:
    """The company on a free port, in a thread."""
    ferry = Ferry()
    with serving(build(ferry)) as ferry.port:
        yield ferry
