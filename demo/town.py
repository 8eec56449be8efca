"""Demo Town: its sites on one local port, told apart by host name.

`python -m demo.town --port 8800 --data DIR [--now 2026-11-20T18:00] [--rig]`
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Host, Route, Router

from agents.types import Clock
from demo.albergo.app import albergo
from demo.albergo.site import Albergo
from demo.biglietto.app import biglietto
from demo.biglietto.site import Biglietto
from demo.mercato.app import mercato
from demo.mercato.site import Mercato
from demo.shared.log import LogLine, SiteLog, stamp
from demo.shared.site import Site
from demo.tavola.app import tavola
from demo.tavola.places import load_places
from demo.tavola.site import open_site
from memory.errors import Conflict

PORT = 8800
TOWN = Path(__file__).with_name("town.html")


def town_clock(start: dt.datetime | None = None) -> Clock:
    """Give the time of this machine or, from `start`, a clock that shows `start` now and runs on."""
    if start is None:
        return lambda: dt.datetime.now().astimezone()
    begun, first = time.monotonic(), start.astimezone()
    return lambda: first + dt.timedelta(seconds=time.monotonic() - begun)


class Square:
    """The town itself, for a host name that is none of its sites; what is sent there is in `town.log.jsonl`."""

    def __init__(self, data: Path, clock: Clock) -> None:
        self.log, self.clock = SiteLog(data, "town"), clock

    async def show(self, request: Request) -> HTMLResponse:
        """Show the town."""
        if request.method not in ("GET", "HEAD"):
            what = {"action": "request", "host": request.url.netloc}
            line = LogLine(stamp(self.clock()), request.method, request.url.path, None, what, "stray")
            self.log.write(line)
        return HTMLResponse(TOWN.read_text("utf-8").replace("{port}", str(request.url.port or 80)))


@dataclass(frozen=True)
class Town:
    """The whole town: its sites by name, and the application that serves them all."""

    sites: dict[str, Site]
    app: Router


@contextmanager
def open_town(data: Path, clock: Clock, *, rig: bool = False) -> Iterator[Town]:
    """Open every site on the town's data folder."""
    with ExitStack() as stack:
        tavola_site = stack.enter_context(open_site(data, clock, load_places(), rig=rig))
        mercato_site = stack.enter_context(Mercato.opened(data, clock, rig=rig))
        biglietto_site = stack.enter_context(Biglietto.opened(data, clock, rig=rig))
        albergo_site = stack.enter_context(Albergo.opened(data, clock, rig=rig))
        apps: dict[Site, Starlette] = {
            tavola_site: tavola(tavola_site),
            mercato_site: mercato(mercato_site),
            biglietto_site: biglietto(biglietto_site),
            albergo_site: albergo(albergo_site),
        }
        hosts = [Host(site.face.host, app=app, name=site.face.key) for site, app in apps.items()]
        square = Route("/{path:path}", Square(data, clock).show, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
        yield Town({site.face.key: site for site in apps}, Router([*hosts, square]))


def listen(port: int) -> socket.socket:
    """Take `port` on 127.0.0.1 only; 0 takes any.

    Raises:
        Conflict: something else has it.
    """
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind(("127.0.0.1", port))
        sock.listen()
    except OSError as error:
        sock.close()
        raise Conflict(
            f"Demo Town cannot open on port {port}: {error.strerror}.",
            f"Stop what runs there, or choose another with --port {port + 1}.",
        ) from error
    return sock


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demo.town", description="Demo Town's sites, on this machine only.")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("DEMO_DATA", "build/demo")))
    parser.add_argument("--now", type=dt.datetime.fromisoformat, help="the town's time at its start, as ISO date-time")
    parser.add_argument("--rig", action="store_true", help="let tests make the site misbehave (POST /_rig)")
    return parser.parse_args()


def main() -> int:
    """Serve the town until it is stopped."""
    options = _arguments()
    try:
        sock = listen(options.port)
    except Conflict as error:
        print(error, file=sys.stderr)
        return 1
    with sock, open_town(options.data, town_clock(options.now), rig=options.rig) as town:
        for site in town.sites.values():
            print(f"Demo Town is open: http://{site.face.host}:{sock.getsockname()[1]}", flush=True)
        uvicorn.Server(uvicorn.Config(town.app, log_level="warning", access_log=False)).run(sockets=[sock])
    return 0


if __name__ == "__main__":
    sys.exit(main())
