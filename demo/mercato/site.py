"""Mercato as its pages see it: its goods, how many of each are left, and what an order says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from starlette.requests import Request

from agents.types import Clock
from demo.mercato import jsonld
from demo.mercato.art import picture
from demo.mercato.catalogue import Product, Variant, load_goods
from demo.mercato.prices import DELIVERIES, WRAPPING, goods_of
from demo.mercato.store import CartStore, Line
from demo.shared.orders import Order, What
from demo.shared.seller import Deal, Seller, Trade
from demo.shared.site import SAMPLE, Face, base
from demo.shared.store import Account
from demo.shared.words import euros

SAMPLE_ADDRESS = "14 Candlewick Steps, third floor, Old Town, Port Aurel"
CANCEL_FOR = dt.timedelta(hours=2)

FACE = Face(
    key="mercato",
    title="Mercato",
    home="/products",
    home_link="Back to the shelves",
    mine="/my/orders",
    why="You need an account to fill a cart and to see your orders.",
    folder=Path(__file__).parent,
)
TRADE = Trade(
    drafts="/checkout",
    orders="/orders",
    prefix="ME",
    number="Order number",
    linked="Order",
    action="order",
    done="ordered",
    press="Place order and pay",
    thanks="Thank you for your order",
    none="You have not ordered anything yet.",
    keeps=dt.timedelta(minutes=30),
)


class Mercato(Seller):
    """Mercato with its goods, by slug."""

    face, trade = FACE, TRADE
    store: CartStore

    def __init__(self, store: CartStore, data: Path, clock: Clock, *, rig: bool = False) -> None:
        super().__init__(store, data, clock, rig=rig)
        self.goods = load_goods()
        if not store.address(Account(*SAMPLE[:2])):
            store.remember(Account(*SAMPLE[:2]), SAMPLE_ADDRESS)

    @classmethod
    def open_store(cls, data: Path) -> CartStore:
        """Open the shop's database."""
        return CartStore(data)

    def tools(self) -> dict[str, Callable[..., Any]]:
        """Give what draws a product."""
        return {"picture": picture}

    def left(self, product: Product, variant: Variant) -> int:
        """Give how many of a variant are still there: what was ordered is gone, what lies in carts is not."""
        chosen = dict(zip(product.options, variant.values, strict=True))
        ordered = (line for what in self.store.ordered() for line in what["lines"])
        same = (int(ln["quantity"]) for ln in ordered if ln["product"] == product.slug and ln["options"] == chosen)
        return variant.count - sum(same)

    def in_stock(self, product: Product) -> int:
        """Give how many of a product are still there, of all its variants."""
        return sum(max(0, self.left(product, variant)) for variant in product.stock)

    def short_of(self, lines: Iterable[Line]) -> str:
        """Give which line asks for more than is left, as a sentence; empty where none does."""
        for line in lines:
            product = self.goods[line.product]
            variant = product.variant(line.options)
            left = self.left(product, variant) if variant else 0
            if line.quantity > left:
                form = ", ".join(line.options.values())
                name = f"{product.name} ({form})" if form else product.name
                return (
                    f"Of {name} there are {left} left, and you asked for {line.quantity}."
                    if left > 0
                    else (f"{name} is sold out.")
                )
        return ""

    def content(self, lines: Iterable[Line], delivery: str, address: str, card: str, *, wrapped: bool) -> What:
        """Give what an order of these lines holds."""
        held = [
            {
                "product": line.product,
                "options": line.options,
                "quantity": line.quantity,
                "price": str(self.goods[line.product].price),
            }
            for line in lines
        ]
        return {"lines": held, "delivery": delivery, "address": address, "card": card, "wrapped": wrapped}

    def deal(self, request: Request, account: Account, what: What, total: Decimal) -> Deal:
        """Give what the pages say of an order."""
        lines = what["lines"]
        products = [self.goods[line["product"]] for line in lines]
        name = products[0].name if len(products) == 1 else f"{products[0].name} and {len(products) - 1} more"
        way = DELIVERIES[what["delivery"]]
        return Deal(
            name=name,
            rows=(*self._line_rows(lines), *_delivery_rows(what), ("Total", euros(total))),
            what={
                "lines": [
                    {"item": p.name, "options": ln["options"], "quantity": ln["quantity"], "price": ln["price"]}
                    for p, ln in zip(products, lines, strict=True)
                ],
                "delivery": way.name,
                "address": what["address"],
                "wrapped": what["wrapped"],
                "card": what["card"],
                "total": str(total),
            },
            data=jsonld.order(list(zip(products, lines, strict=True)), base(request), account.name, total),
            back="/cart",
            note=f"{way.name}, {way.when}.",
            picture=products[0],
        )

    def _line_rows(self, lines: list[dict[str, Any]]) -> list[tuple[str, str]]:
        rows: list[tuple[str, str]] = []
        for n, line in enumerate(lines, 1):
            mark = f" {n}" if len(lines) > 1 else ""
            rows.append((f"Item{mark}", self.goods[line["product"]].name))
            rows += [(f"{option}{mark}", value) for option, value in line["options"].items()]
            rows += [(f"Quantity{mark}", str(line["quantity"])), (f"Item price{mark}", euros(Decimal(line["price"])))]
        return rows

    def another(self, what: What) -> What:
        """Give the same order with the next product in place of the first."""
        slugs = list(self.goods)
        first, *rest = what["lines"]
        swapped = slugs[(slugs.index(first["product"]) + 1) % len(slugs)]
        return what | {"lines": [first | {"product": swapped, "options": {}}, *rest]}

    def lacks(self, what: What, account: Account) -> str:
        """Give what has been sold out since."""
        return self.short_of(Line(ln["product"], ln["options"], ln["quantity"]) for ln in what["lines"])

    def kept_by_terms(self, order: Order) -> str:
        """Give why an order is on its way."""
        if self.clock() < order.made + CANCEL_FOR:
            return ""
        return "This order has been packed and is on its way: it can be sent back, but no longer cancelled."

    def placed(self, account: Account) -> None:
        """Empty the cart."""
        self.store.empty(account)


def _delivery_rows(what: What) -> list[tuple[str, str]]:
    way = DELIVERIES[what["delivery"]]
    cost = way.costs(goods_of((Decimal(line["price"]), line["quantity"]) for line in what["lines"]))
    rows = [("Delivery", way.name)]
    rows += [("Deliver to", what["address"])] if what["address"] else []
    rows += [("Delivery cost", euros(cost) if cost else "Free")]
    rows += [("Gift wrapping", euros(WRAPPING))] if what["wrapped"] else []
    return rows + ([("Card", what["card"])] if what["card"] else [])


def mercato_of(request: Request) -> Mercato:
    """Give the site that a request came to."""
    site: Mercato = request.app.state.site
    return site
