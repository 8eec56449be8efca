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
from pathlib import Path

import uvicorn
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Host, Route, Router

from agents.types import Clock
from demo.tavola.app import tavola
from demo.tavola.places import load_places
from demo.tavola.site import Site, open_site
from memory.errors import Conflict

PORT = 8800
TOWN = Path(__file__).with_name("town.html")


def town_clock(start: dt.datetime | None = None) -> Clock:
    """Give the time of this machine or, from `start`, a clock that shows `start` now and runs on."""
    if start is None:
        return lambda: dt.datetime.now().astimezone()
    begun, first = time.monotonic(), start.astimezone()
    return lambda: first + dt.timedelta(seconds=time.monotonic() - begun)


async def _square(request: Request) -> HTMLResponse:
    """Show the town, for a host name that is none of its sites."""
    return HTMLResponse(TOWN.read_text("utf-8").replace("{port}", str(request.url.port or 80)))


def town(site: Site) -> Router:
    """Give the whole town as one application."""
    return Router([Host("tavola.localhost", app=tavola(site), name="tavola"), Route("/{path:path}", _square)])


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
    with sock, open_site(options.data, town_clock(options.now), load_places(), rig=options.rig) as site:
        print(f"Demo Town is open: http://tavola.localhost:{sock.getsockname()[1]}", flush=True)
        uvicorn.Server(uvicorn.Config(town(site), log_level="warning", access_log=False)).run(sockets=[sock])
    return 0


if __name__ == "__main__":
    sys.exit(main())
