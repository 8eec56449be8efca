"""A small site whose pages carry what a story puts there; its log and the other host's say what arrived."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.proof.listening import Elsewhere, elsewhere
from tests.serving import serving
from workflows.model import Workflow
from workflows.parse import parse_bytes

HOST = "maze.localhost"
DAY = dt.date(2026, 11, 28)
NOW = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)
WHO = "Ada Marsh"
WORKFLOW = """---
name: reserve-room
description: Reserve a room.
examples: ["reserve a room"]
sites: ["{origin}"]
account: "Signed in as"
details:
  date:   {{type: date, ask: "When?"}}
  time:   {{type: time, ask: "At what time?"}}
  guests: {{type: count, ask: "How many?"}}
terms: {{total: none}}
requests:
  search: ["POST /find"]
  prepare: ["POST /hold"]
  commit: ["POST /reservations"]
---
# Reserve a room
## Search
1. Open /story/{key}/list
2. Collect every "article" as a candidate
3. Look closer at the best 3
## Do
1. Open /story/{key}/item
2. Enter {{guests}} in "Guests"
3. Press "Go on"
4. Check that the page says {{choice.name}}, {{date}}, {{time}}, {{guests}}, no charge
5. **Commit:** press "Complete reservation"
6. Keep "Confirmation number" as reference
## Check
1. Open /story/{key}/mine
2. Look for {{choice.name}} on {{date}} at {{time}} for {{guests}}
"""

_TERMS = (
    f"<dl><dt>Room<dd>Maple Room<dt>Date<dd>{DAY:%A} {DAY.day} {DAY:%B %Y}<dt>Time<dd>19:30<dt>Guests<dd>2 people"
    "<dt>Price<dd>No charge"
)
_THING = json.dumps({"@context": "https://schema.org", "@type": "Restaurant", "name": "Maple Room"})
_STAGES = {
    "list": "<article><h2><a href='/story/KEY/item'>Maple Room</a></h2><p>A room.</p></article>",
    "item": f"<h1>Maple Room</h1><script type='application/ld+json'>{_THING}</script><form method=post action=/hold>"
    "<input type=hidden name=key value=KEY><label>Guests <input name=guests></label><button>Go on</button></form>",
    "review": f"<h1>Review</h1>{_TERMS}</dl><form method=post action=/reservations>"
    "<input type=hidden name=key value=KEY><button>Complete reservation</button></form>",
    "done": f"<h1>Reserved</h1>{_TERMS}<dt>Confirmation number<dd>R-1</dl>",
    "mine": f"<article><h2>Maple Room</h2>{_TERMS}<dt>Confirmation number<dd>R-1</dl></article>",
}  # fmt: skip


@dataclass(frozen=True)
class Arrived:
    """One request as the site saw it."""

    method: str
    host: str
    path: str


@dataclass
class Maze:
    """The site: what each page of a story carries, and everything that arrived.

    Attributes:
        pages: by story and stage, markup and headers.
        hops: by story, where the answer to a declared request leads, with its code.
        dwell: seconds that each page takes to be there: what it tries on its own has that long.
    """

    other: Elsewhere
    port: int = 0
    pages: dict[tuple[str, str], tuple[str, dict[str, str]]] = field(default_factory=dict)
    hops: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)
    log: list[Arrived] = field(default_factory=list)
    forms: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    dwell: float = 0.15

    @property
    def host(self) -> str:
        return f"{HOST}:{self.port}"

    @property
    def origin(self) -> str:
        return f"http://{self.host}"

    def clear(self) -> None:
        """As if nothing had been laid out and nothing had arrived."""
        for kept in (self.log, self.forms, self.pages, self.hops, self.other.heard):
            kept.clear()  # type: ignore[attr-defined]

    def workflow(self, key: str) -> Workflow:
        """The workflow of one story."""
        found = parse_bytes(WORKFLOW.format(origin=self.origin, key=key).encode(), "reserve-room.md")
        assert isinstance(found, Workflow), found
        return found


def _built(maze: Maze) -> ASGIApp:
    async def page(request: Request) -> Response:
        key, stage = request.path_params["key"], request.path_params["stage"]
        html, headers = maze.pages.get((key, stage), ("", {}))
        body = _STAGES[stage].replace("KEY", key)
        head = f"<!doctype html><title>Maze</title><header><p>Signed in as <b>{WHO}</b></p></header>"
        return HTMLResponse(f"{head}<main>{body}{html}</main><script src=/slow.js></script>", headers=headers)

    async def sent(request: Request) -> str:
        form = {name: str(value) for name, value in (await request.form()).items()}
        maze.forms.append((request.url.path, form))
        return form.get("key", "")

    async def hold(request: Request) -> Response:
        key = await sent(request)
        code, to = maze.hops.get((key, "hold"), (303, f"/story/{key}/review"))
        return RedirectResponse(to, code)

    async def reserve(request: Request) -> Response:
        key = await sent(request)
        code, to = maze.hops.get((key, "reservations"), (303, f"/story/{key}/done"))
        return RedirectResponse(to, code)

    async def hop(request: Request) -> Response:
        return RedirectResponse(request.query_params["to"], int(request.query_params["code"]))

    async def worker(request: Request) -> Response:
        to = request.query_params["to"]
        script = (
            f"fetch('{to}', {{method: 'POST', mode: 'no-cors'}}); fetch('/reservations', {{method: 'POST'}}); "
            f"self.addEventListener('fetch', e => fetch('{to}', {{mode: 'no-cors'}}))"
        )
        return Response(script, media_type="text/javascript")

    async def framed(request: Request) -> Response:
        to = request.query_params["to"]
        return HTMLResponse(
            f"<script>open('{to}'); try {{ top.location = '{to}' }} catch (e) {{ location = '{to}' }}</script>"
        )

    async def download(request: Request) -> Response:
        to = request.query_params["to"]
        return RedirectResponse(to, 302, headers={"content-disposition": "attachment; filename=a.txt"})

    async def xml(request: Request) -> Response:
        to = request.query_params["to"]
        text = f"<?xml version='1.0'?><?xml-stylesheet href='{to}' type='text/xsl'?><!DOCTYPE a SYSTEM '{to}'><a/>"
        return Response(text, media_type="text/xml")

    async def rules(request: Request) -> Response:
        to = request.query_params["to"]
        text = json.dumps({"prefetch": [{"urls": [to], "eagerness": "immediate"}]})
        return Response(text, media_type="application/speculationrules+json")

    async def slow(request: Request) -> Response:
        await asyncio.sleep(maze.dwell)
        return Response("", media_type="text/javascript")

    async def anything(request: Request) -> Response:
        svg = "<svg xmlns='http://www.w3.org/2000/svg' width='8' height='8'/>"
        return Response(svg, media_type="image/svg+xml")

    app = Starlette(
        routes=[
            Route("/story/{key}/worker.js", worker),
            Route("/story/{key}/{stage}", page),
            Route("/hold", hold, methods=["POST"]),
            Route("/reservations", reserve, methods=["POST"]),
            Route("/hop", hop, methods=["GET", "POST"]),
            Route("/worker.js", worker),
            Route("/frame", framed),
            Route("/download", download),
            Route("/xml", xml),
            Route("/rules", rules),
            Route("/slow.js", slow),
            Route("/{rest:path}", anything, methods=["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]),
        ]
    )

    async def logged(scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        method = "WEBSOCKET" if b"upgrade" in headers or scope["type"] == "websocket" else scope["method"]
        maze.log.append(Arrived(method, headers.get(b"host", b"").decode("latin-1"), scope["path"]))
        await app(scope, receive, send)

    return logged


@contextmanager
def opened() -> Iterator[Maze]:
    """The site and the host elsewhere, each on a free port."""
    with elsewhere() as other:
        maze = Maze(other)
        with serving(_built(maze)) as maze.port:
            yield maze
