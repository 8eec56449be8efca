"""Biglietto as a web application: its addresses."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.routing import Route

from demo.biglietto import browse, holding
from demo.biglietto.site import Biglietto
from demo.shared.app import application
from demo.shared.ordering import order_routes


def biglietto(site: Biglietto) -> Starlette:
    """Give the application for an open site."""
    routes = [
        Route("/events", browse.whats_on),
        Route("/events/{slug}", browse.event_page),
        Route("/seats", holding.hold, methods=["POST"]),
    ]
    return application(site, [*routes, *order_routes(site)])
