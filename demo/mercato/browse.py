"""The shop's pages that only look: the shelves and a product's own page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from demo.mercato import jsonld
from demo.mercato.catalogue import MOST, Product
from demo.mercato.prices import DELIVERIES, Delivery, goods_of, total_of
from demo.mercato.site import Mercato, mercato_of
from demo.shared.carriers import with_planted
from demo.shared.site import base
from demo.shared.words import all_in, fold, item_list, read_count

SORTS = {"": "What people liked", "price": "Cheapest first", "-price": "Dearest first", "name": "By name"}


@dataclass(frozen=True)
class Wish:
    """A search; `most` is an amount in EUR, `delivery` is set where prices are wanted with everything."""

    q: str
    category: str
    most: Decimal | None
    sort: str
    quantity: int
    delivery: Delivery | None
    wrapped: bool
    in_stock: bool

    @property
    def query(self) -> str:
        """What a link to a product carries on: how many and how delivered."""
        if self.delivery is None:
            return ""
        kept = {"quantity": str(self.quantity), "delivery": self.delivery.key}
        return urlencode(kept | ({"wrap": "yes"} if self.wrapped else {}))

    def price(self, product: Product) -> Decimal:
        """Give what the search would pay for it, in EUR: the piece, or all in where a delivery is named."""
        if self.delivery is None:
            return product.price
        return total_of(goods_of([(product.price, self.quantity)]), self.delivery, wrapped=self.wrapped)


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text.upper().replace("EUR", "").replace("€", "").replace(",", ".").strip())
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount > 0 else None


def read_wish(params: Mapping[str, str]) -> Wish:
    """Read a search from an address, leniently: what cannot be used is as if left out."""
    delivery = fold(params.get("delivery", "")).strip()
    return Wish(
        q=params.get("q", "").strip()[:200],
        category=params.get("category", "").strip(),
        most=_amount(params.get("max", "")),
        sort=params.get("sort", "") if params.get("sort", "") in SORTS else "",
        quantity=min(max(read_count(params.get("quantity", "")) or 1, 1), MOST),
        delivery=next((w for w in DELIVERIES.values() if delivery in (w.key, fold(w.name))), None),
        wrapped=bool(params.get("wrap")),
        in_stock=bool(params.get("in_stock")),
    )


def _matching(site: Mercato, wish: Wish) -> list[Product]:
    found = [
        product
        for product in site.goods.values()
        if (not wish.category or fold(wish.category) == fold(product.category))
        and (wish.most is None or wish.price(product) <= wish.most)
        and all_in(wish.q, product.haystack)
        and (not wish.in_stock or site.in_stock(product) >= wish.quantity)
    ]
    orders: dict[str, Any] = {
        "": lambda p: (-p.rating[0], -p.rating[1]),
        "price": lambda p: p.price,
        "-price": lambda p: -p.price,
        "name": lambda p: fold(p.name),
    }
    return sorted(found, key=orders[wish.sort])


def _card(site: Mercato, product: Product, wish: Wish, root: str) -> jsonld.Node:
    url = jsonld.url_of(product, root, wish.query)
    quantity = wish.quantity if wish.delivery else 1
    return jsonld.card(product, url, site.in_stock(product), wish.price(product), quantity)


async def shelves(request: Request) -> Response:
    """Show everything that matches."""
    site, wish, root = mercato_of(request), read_wish(request.query_params), base(request)
    found = _matching(site, wish)
    cards = [(product, site.in_stock(product), _card(site, product, wish, root)) for product in found]
    context: dict[str, Any] = {
        "wish": wish,
        "cards": cards,
        "categories": list(dict.fromkeys(p.category for p in site.goods.values())),
        "sorts": SORTS,
        "deliveries": DELIVERIES.values(),
        "most": MOST,
        "items": item_list((p.name, jsonld.url_of(p, root)) for p in found),
    }
    return site.page(request, "shelves.html", **context)


async def product_page(request: Request) -> Response:
    """Show one product, with a form that puts it into the cart."""
    site, wish = mercato_of(request), read_wish(request.query_params)
    product = site.goods.get(request.path_params["slug"])
    if product is None:
        return site.sorry(request, 404, "No such thing", "We sell nothing of this name.")
    return product_form(request, site, product, wish)


def product_form(request: Request, site: Mercato, product: Product, wish: Wish, problem: str = "") -> Response:
    """Show a product's page, with what is wrong about what was asked for."""
    reviews = with_planted(product.reviews, site.rig, site.clock().date())
    alike = [p for p in site.goods.values() if p.category == product.category and p is not product][:4]
    context: dict[str, Any] = {
        "product": product,
        "wish": wish,
        "left": {variant.values: site.left(product, variant) for variant in product.stock},
        "stock": site.in_stock(product),
        "deliveries": DELIVERIES.values(),
        "most": MOST,
        "problem": problem,
        "reviews": reviews,
        "alike": alike,
        "data": jsonld.full(_card(site, product, wish, base(request)), reviews),
    }
    return site.page(request, "product.html", 409 if problem else 200, **context)
