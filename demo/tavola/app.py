"""Tavola as a web application: its addresses."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.routing import Route

from demo.shared.app import application
from demo.tavola import booking, browse
from demo.tavola.site import Site


def tavola(site: Site) -> Starlette:
    """Give the application for an open site."""
    routes = [
        Route("/restaurants", browse.listing),
        Route("/restaurants/{slug}", browse.restaurant),
        Route("/hold", booking.hold, methods=["POST"]),
        Route("/hold/{id}", booking.review),
        Route("/reservations", booking.reserve, methods=["POST"]),
        Route("/reservations/{id}", booking.confirmation),
        Route("/my/reservations", booking.mine),
        Route("/my/reservations/{id}/cancel", booking.cancel, methods=["POST"]),
    ]
    return application(site, routes)
