"""Albergo as a web application: its addresses."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.routing import Route

from demo.albergo import booking, browse
from demo.albergo.site import Albergo
from demo.shared.app import application
from demo.shared.ordering import order_routes


def albergo(site: Albergo) -> Starlette:
    """Give the application for an open site."""
    routes = [
        Route("/hotels", browse.listing),
        Route("/hotels/{slug}", browse.house_page),
        Route("/book", booking.form),
        Route("/stays", booking.keep, methods=["POST"]),
    ]
    return application(site, [*routes, *order_routes(site)])
