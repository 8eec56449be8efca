"""The rig: ways in which the site misbehaves on request, so that tests can watch what its visitors then do.

It exists only when the site is started with it. `POST /_rig` with JSON `{"mode": "slow", "ms": 500}` sets the mode;
these requests are no part of the site's log.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

PATH = "/_rig"
CHARGE = "10.00"  # EUR, appears on the review page in mode price_changed

Mode = Literal[
    "normal",
    "slow",  # every answer takes `ms`
    "slow_commit",  # the reservation is made, and answered, after `ms`
    "down",  # 503 for everything
    "error_after_commit",  # the reservation is made, the answer is a 502
    "price_changed",  # the review page has a charge
    "item_swapped",  # the review page names another restaurant
    "logged_out",  # no session counts
    "no_my_reservations",  # the list is gone
    "double_ok",  # the same hold can be reserved again and again
]


@dataclass
class Rig:
    """How the site behaves just now; `ms` is in milliseconds."""

    mode: Mode = "normal"
    ms: int = 0

    async def wait(self, mode: Mode) -> None:
        """Wait for `ms` if the site is in `mode`."""
        if self.mode == mode:
            await asyncio.sleep(self.ms / 1000)


class Order(BaseModel):
    """What `POST /_rig` takes."""

    mode: Mode
    ms: int = 0


async def set_rig(request: Request) -> JSONResponse:
    """Change the mode."""
    try:
        order = Order.model_validate_json(await request.body())
    except ValidationError as error:
        return JSONResponse({"error": str(error)}, status_code=422)
    rig: Rig = request.app.state.site.rig
    rig.mode, rig.ms = order.mode, order.ms
    return JSONResponse({"mode": rig.mode, "ms": rig.ms})


class Weather:
    """Slows or stops every request while the rig says so."""

    def __init__(self, app: ASGIApp, rig: Rig) -> None:
        self.app, self.rig = app, rig

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, late or not at all where the rig says so."""
        if scope["type"] != "http" or scope["path"] == PATH:
            return await self.app(scope, receive, send)
        await self.rig.wait("slow")
        if self.rig.mode == "down":
            return await PlainTextResponse("Tavola is closed for repairs.", 503)(scope, receive, send)
        return await self.app(scope, receive, send)
