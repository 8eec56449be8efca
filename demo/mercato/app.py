"""Mercato as a web application: its addresses."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.routing import Route

from demo.mercato import browse, cart
from demo.mercato.site import Mercato
from demo.shared.app import application
from demo.shared.ordering import order_routes


def mercato(site: Mercato) -> Starlette:
    """Give the application for an open site."""
    routes = [
        Route("/products", browse.shelves),
        Route("/products/{slug}", browse.product_page),
        Route("/cart", cart.cart),
        Route("/cart/add", cart.add, methods=["POST"]),
        Route("/cart/change", cart.change, methods=["POST"]),
        Route("/checkout", cart.checkout_form),
        Route("/checkout", cart.checkout, methods=["POST"]),
    ]
    return application(site, [*routes, *order_routes(site)])
