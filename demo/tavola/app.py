"""Tavola as a web application: its addresses."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demo.tavola import accounts, booking, browse, rig
from demo.tavola.site import HERE, Site, site_of


class Witness:
    """Logs every request that could have changed something and that no page logged itself."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self.app, self.site = app, site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and log it once its answer begins."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD") or scope["path"] == rig.PATH:
            return await self.app(scope, receive, send)

        async def heard(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._record(scope, f"status {message['status']}")
            await send(message)

        try:
            await self.app(scope, receive, heard)
        finally:
            self._record(scope, "failed")

    def _record(self, scope: Scope, outcome: str) -> None:
        if "recorded" not in scope:
            request = Request(scope)
            self.site.record(request, self.site.account(request), {"action": "request"}, outcome)


async def _lost(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    return site_of(request).sorry(request, status, "There is nothing here", "This address leads nowhere on Tavola.")


def tavola(site: Site) -> Starlette:
    """Give the application for an open site."""
    routes = [
        Route("/", browse.home),
        Route("/restaurants", browse.listing),
        Route("/restaurants/{slug}", browse.restaurant),
        Route("/hold", booking.hold, methods=["POST"]),
        Route("/hold/{id}", booking.review),
        Route("/reservations", booking.reserve, methods=["POST"]),
        Route("/reservations/{id}", booking.confirmation),
        Route("/my/reservations", booking.mine),
        Route("/my/reservations/{id}/cancel", booking.cancel, methods=["POST"]),
        Route("/login", accounts.login_form),
        Route("/login", accounts.login, methods=["POST"]),
        Route("/register", accounts.register_form),
        Route("/register", accounts.register, methods=["POST"]),
        Route("/logout", accounts.logout, methods=["POST"]),
        Mount("/static", StaticFiles(directory=HERE / "static")),
    ]
    middleware = [Middleware(Witness, site=site)]
    if site.rig:
        routes.append(Route(rig.PATH, rig.set_rig, methods=["POST"]))
        middleware.append(Middleware(rig.Weather, rig=site.rig))
    app = Starlette(routes=routes, middleware=middleware, exception_handlers={404: _lost, 405: _lost})
    app.state.site = site
    return app
