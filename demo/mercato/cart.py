"""The cart and the checkout, up to the review page."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from demo.mercato.browse import product_form, read_wish
from demo.mercato.catalogue import MOST, Product
from demo.mercato.prices import DELIVERIES, WRAPPING, goods_of, total_of
from demo.mercato.site import Mercato, mercato_of
from demo.mercato.store import Line
from demo.shared.site import see, sign_in_first
from demo.shared.store import Account
from demo.shared.words import read_count

LONGEST_CARD = 200


def _what(action: str, line: Line) -> dict[str, Any]:
    return {"action": action, "product": line.product, "options": line.options, "quantity": line.quantity}


def _chosen(product: Product, form: FormData) -> dict[str, str]:
    return {option: str(form.get(option.lower(), "")) for option in product.options}


def _line(product: Product, form: FormData) -> Line:
    return Line(product.slug, _chosen(product, form), read_count(str(form.get("quantity", ""))) or 0)


def _problem(site: Mercato, product: Product, line: Line, held: int) -> str:
    """Give why a line cannot be put beside the `held` pieces that are in the cart already."""
    missing = [option.lower() for option in product.options if not line.options[option]]
    if missing:
        return f"Please choose a {' and a '.join(missing)}."
    if product.variant(line.options) is None:
        return "We do not have it in this combination."
    if not 1 <= line.quantity <= MOST:
        return f"Please give a quantity from 1 to {MOST}."
    return site.short_of([Line(line.product, line.options, line.quantity + held)])


async def add(request: Request) -> Response:
    """Put some pieces of a product into the cart."""
    site, account, form = mercato_of(request), mercato_of(request).account(request), await request.form()
    product = site.goods.get(str(form.get("product", "")))
    if product is None:
        site.record(request, account, {"action": "cart"}, "refused: no such product")
        return site.sorry(request, 404, "No such thing", "We sell nothing of this name.")
    line = _line(product, form)
    if account is None:
        site.record(request, None, _what("cart", line), "refused: not signed in")
        return sign_in_first(f"/products/{product.slug}")
    cart = site.store.cart(account)
    held = sum(ln.quantity for ln in cart if (ln.product, ln.options) == (line.product, line.options))
    if problem := _problem(site, product, line, held):
        site.record(request, account, _what("cart", line), f"refused: {problem}")
        return product_form(request, site, product, read_wish(request.query_params), problem)
    site.store.put(account, Line(line.product, line.options, line.quantity + held))
    site.record(request, account, _what("cart", line), "in the cart")
    return see("/cart")


async def change(request: Request) -> Response:
    """Set how many pieces of a line are in the cart; 0 takes it out."""
    site, account, form = mercato_of(request), mercato_of(request).account(request), await request.form()
    if account is None:
        site.record(request, None, {"action": "cart"}, "refused: not signed in")
        return sign_in_first("/cart")
    number, quantity = read_count(str(form.get("line", ""))), read_count(str(form.get("quantity", "")))
    lines = site.store.cart(account)
    if number is None or number >= len(lines) or quantity is None or quantity > MOST:
        site.record(request, account, {"action": "cart"}, "refused: not understood")
        return _cart_page(request, site, account, f"Please give a quantity from 0 to {MOST}.")
    line = Line(lines[number].product, lines[number].options, quantity)
    if short := site.short_of([line]):
        site.record(request, account, _what("cart", line), f"refused: {short}")
        return _cart_page(request, site, account, short)
    site.store.put(account, line)
    site.record(request, account, _what("cart", line), "in the cart" if quantity else "out of the cart")
    return see("/cart")


def _goods(site: Mercato, lines: list[Line]) -> Decimal:
    return goods_of((site.goods[line.product].price, line.quantity) for line in lines)


def _shown(site: Mercato, account: Account) -> dict[str, Any]:
    lines = site.store.cart(account)
    shown = [(site.goods[ln.product], ln, site.goods[ln.product].price * ln.quantity) for ln in lines]
    return {"lines": shown, "goods": _goods(site, lines), "most": MOST, "wrapping": WRAPPING}


def _cart_page(request: Request, site: Mercato, account: Account, problem: str = "") -> Response:
    return site.page(request, "cart.html", 409 if problem else 200, problem=problem, **_shown(site, account))


async def cart(request: Request) -> Response:
    """Show the cart."""
    site, account = mercato_of(request), mercato_of(request).account(request)
    return _cart_page(request, site, account) if account else sign_in_first("/cart")


def _checkout_page(
    request: Request, site: Mercato, account: Account, chosen: dict[str, str], problem: str = ""
) -> Response:
    shown = _shown(site, account)
    ways = [(way, way.costs(shown["goods"])) for way in DELIVERIES.values()]
    status = 409 if problem else 200
    return site.page(request, "checkout.html", status, ways=ways, chosen=chosen, problem=problem, **shown)


async def checkout_form(request: Request) -> Response:
    """Ask how the order is to be delivered."""
    site, account = mercato_of(request), mercato_of(request).account(request)
    if account is None:
        return sign_in_first("/checkout")
    if not site.store.cart(account):
        return see("/cart")
    return _checkout_page(request, site, account, {"address": site.store.address(account)})


async def checkout(request: Request) -> Response:
    """Keep the order as it stands and lead to its review page."""
    site, account, form = mercato_of(request), mercato_of(request).account(request), await request.form()
    if account is None:
        site.record(request, None, {"action": "hold"}, "refused: not signed in")
        return sign_in_first("/checkout")
    chosen = {name: " ".join(str(form.get(name, "")).split()) for name in ("delivery", "address", "wrap", "card")}
    lines = site.store.cart(account)
    if problem := _not_yet(site, lines, chosen):
        site.record(request, account, {"action": "hold"}, f"refused: {problem}")
        return _checkout_page(request, site, account, chosen, problem)
    way, wrapped = DELIVERIES[chosen["delivery"]], bool(chosen["wrap"])
    address = "" if way.key == "pickup" else chosen["address"]
    if address:
        site.store.remember(account, address)
    what = site.content(lines, way.key, address, chosen["card"], wrapped=wrapped)
    return see(site.keep(request, account, what, total_of(_goods(site, lines), way, wrapped=wrapped)))


def _not_yet(site: Mercato, lines: list[Line], chosen: dict[str, str]) -> str:
    if not lines:
        return "Your cart is empty."
    if chosen["delivery"] not in DELIVERIES:
        return "Please choose how you would like to get your order."
    if chosen["delivery"] != "pickup" and not 5 <= len(chosen["address"]) <= 200:
        return "Please give the address that it should go to."
    if len(chosen["card"]) > LONGEST_CARD:
        return f"A card holds {LONGEST_CARD} characters."
    return site.short_of(lines)
