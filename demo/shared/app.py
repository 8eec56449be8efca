"""A site as a web application: the addresses that every site has, and the witness of what they all change."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demo.shared import accounts, rig
from demo.shared.site import Site, see, site_of


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


async def _home(request: Request) -> Response:
    """Lead to the listing."""
    return see(site_of(request).face.home)


async def _lost(request: Request, error: Exception) -> Response:
    site, status = site_of(request), error.status_code if isinstance(error, HTTPException) else 404
    return site.sorry(request, status, "There is nothing here", f"This address leads nowhere on {site.face.title}.")


def application(site: Site, routes: Sequence[BaseRoute]) -> Starlette:
    """Give the application for an open site, given the addresses that are its own."""
    common: list[BaseRoute] = [
        Route("/", _home),
        Route("/login", accounts.login_form),
        Route("/login", accounts.login, methods=["POST"]),
        Route("/register", accounts.register_form),
        Route("/register", accounts.register, methods=["POST"]),
        Route("/logout", accounts.logout, methods=["POST"]),
        Mount("/static", StaticFiles(directory=site.face.folder / "static", packages=[("demo.shared", "static")])),
    ]
    middleware = [Middleware(Witness, site=site)]
    if site.rig:
        common.append(Route(rig.PATH, rig.set_rig, methods=["POST"]))
        middleware.append(Middleware(rig.Weather))
    app = Starlette(routes=[*routes, *common], middleware=middleware, exception_handlers={404: _lost, 405: _lost})
    app.state.site = site
    return app
