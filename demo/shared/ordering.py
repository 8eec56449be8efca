"""The pages of every order: review, commit, confirmation, the guest's list, cancellation."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from demo.shared.orders import Draft, Order
from demo.shared.rig import Moment, elsewhere
from demo.shared.seller import Deal, Linked, Seller
from demo.shared.site import see, sign_in_first
from demo.shared.store import Account

CARELESS = ("double_ok", "item_swapped")  # modes in which the site does not look whether it can be had
DEARER = "The price has changed while you were looking. Nothing was ordered: please look at the new total first."


def seller_of(request: Request) -> Seller:
    """Give the site that a request came to."""
    site: Seller = request.app.state.site
    return site


def _offered(request: Request, account: Account, draft: Draft, moment: Moment) -> tuple[Deal, dict[str, Any], Decimal]:
    """Give what the site offers for a draft just now, its content and total; the rig may bend them."""
    site = seller_of(request)
    what = site.another(draft.what) if site.mode() == "item_swapped" else draft.what
    total = site.rig.priced(draft.total, moment) if site.rig else draft.total
    return site.deal(request, account, what, total), what, total


def _gone(request: Request, deal: Deal) -> Response:
    site = seller_of(request)
    time = f"{int(site.trade.keeps.total_seconds() // 60)} minutes"
    text = f"We kept {deal.name} for you for {time}, and they are over. Nothing was ordered."
    return site.sorry(request, 410, "This is no longer kept for you", text, deal.back, "Choose again")


def _review(request: Request, account: Account, draft: Draft, moment: Moment = "review", note: str = "") -> Response:
    site = seller_of(request)
    deal, _, total = _offered(request, account, draft, moment)
    context: dict[str, Any] = {
        "draft": draft,
        "deal": deal,
        "total": total,
        "trade": site.trade,
        "note": note,
        "until": f"{draft.expires.astimezone(site.clock().tzinfo):%H:%M}",
        "confirm": site.mode() == "second_dialog",
        "data": deal.data,
    }
    return site.page(request, "review.html", 409 if note else 200, **context)


async def review(request: Request) -> Response:
    """Show the terms of a draft once more before they are agreed to."""
    site, account = seller_of(request), seller_of(request).account(request)
    if account is None:
        return sign_in_first(request.url.path)
    draft = site.store.draft(request.path_params["id"], account)
    if draft is None:
        return site.sorry(request, 404, "There is nothing here", "Nothing is kept for you at this address.")
    if draft.number and site.mode() != "double_ok":
        return see(f"{site.trade.orders}/{draft.number}")
    if draft.expires <= site.clock():
        return _gone(request, site.deal(request, account, draft.what, draft.total))
    if site.mode() == "redirect":
        return RedirectResponse(elsewhere(request), 303)
    return _review(request, account, draft)


def _seen(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _commit(request: Request, account: Account, draft: Draft, seen: Decimal | None) -> Response:
    """Make the order: once per draft, whatever is pressed."""
    site = seller_of(request)
    deal, what, total = _offered(request, account, draft, "commit")
    terms = deal.what | {"action": site.trade.action}
    if draft.number and site.mode() != "double_ok":
        site.record(request, account, terms, f"refused: already {site.trade.done}")
        return see(f"{site.trade.orders}/{draft.number}")
    if draft.expires <= site.clock():
        site.record(request, account, terms, "refused: hold expired")
        return _gone(request, deal)
    if seen != total:
        site.record(request, account, terms, "refused: price changed")
        return _review(request, account, draft, "commit", DEARER)
    if site.mode() not in CARELESS and (lacking := site.lacks(what, account)):
        site.record(request, account, terms, "refused: not free")
        return site.sorry(request, 409, "That has gone", lacking, deal.back, "Choose again")
    number = site.store.place(draft, account, what, total, site.clock(), site.trade.prefix)
    site.placed(account)
    site.record(request, account, terms | {"number": number}, site.trade.done)
    if site.mode() == "error_after_commit":
        return PlainTextResponse("Bad gateway", 502)
    return see(f"{site.trade.orders}/{number}")


async def commit(request: Request) -> Response:
    """Turn the guest's draft into an order."""
    site, account = seller_of(request), seller_of(request).account(request)
    if site.mode() == "redirect_commit":
        site.record(request, account, {"action": site.trade.action}, "sent elsewhere")
        return RedirectResponse(elsewhere(request), 307)
    form = await request.form()
    key = str(form.get("draft", ""))
    if account is None:
        site.record(request, None, {"action": site.trade.action}, "refused: not signed in")
        return sign_in_first(f"{site.trade.drafts}/{quote(key, safe='')}")
    if site.rig:
        await site.rig.wait("slow_commit")
    draft = site.store.draft(key, account)
    if draft is None:
        site.record(request, account, {"action": site.trade.action}, "refused: no such hold")
        return site.sorry(request, 404, "There is nothing here", "Nothing is kept for you. Nothing was ordered.")
    return _commit(request, account, draft, _seen(str(form.get("total", ""))))


async def confirmation(request: Request) -> Response:
    """Show one order with its number."""
    site, account = seller_of(request), seller_of(request).account(request)
    if account is None:
        return sign_in_first(request.url.path)
    order = _own(site, account, request)
    if order is None:
        return site.sorry(request, 404, "There is nothing here", f"You have no {site.trade.number} like this.")
    deal = site.deal(request, account, order.what, order.total)
    planted = site.rig.text if site.rig and "confirmation" in site.rig.carriers else ""
    context: dict[str, Any] = {"order": order, "deal": deal, "trade": site.trade, "planted": planted}
    return site.page(request, "order.html", data=deal.data | _status(site.trade.linked, order), **context)


def _status(linked: Linked, order: Order) -> dict[str, str]:
    if linked == "Order":
        state = "OrderCancelled" if order.cancelled else "OrderProcessing"
        return {"orderNumber": order.number, "orderStatus": f"https://schema.org/{state}"}
    state = "ReservationCancelled" if order.cancelled else "ReservationConfirmed"
    return {"reservationId": order.number, "reservationStatus": f"https://schema.org/{state}"}


def _own(site: Seller, account: Account, request: Request) -> Order | None:
    orders = {order.number: order for order in site.store.orders(account)}
    return orders.get(request.path_params["number"])


async def mine(request: Request) -> Response:
    """List the guest's orders: those that stand, then past and cancelled ones."""
    site, account = seller_of(request), seller_of(request).account(request)
    if site.mode() == "no_list":
        return site.sorry(request, 404, "Not here", "This page is not available at the moment.")
    if account is None:
        return sign_in_first(request.url.path)
    every = [
        (o, site.deal(request, account, o.what, o.total), site.kept_by_terms(o)) for o in site.store.orders(account)
    ]
    today = site.clock().date()
    standing = [e for e in every if not e[0].cancelled and (e[1].day is None or e[1].day >= today)]
    over = [e for e in every if e not in standing]
    return site.page(request, "mine.html", standing=standing, over=over, trade=site.trade)


async def cancel(request: Request) -> Response:
    """Cancel one of the guest's orders, where its terms allow it."""
    site, account = seller_of(request), seller_of(request).account(request)
    what = {"action": "cancel", "number": request.path_params["number"]}
    if account is None:
        site.record(request, None, what, "refused: not signed in")
        return sign_in_first(site.face.mine)
    order = _own(site, account, request)
    if order is None or order.cancelled:
        site.record(request, account, what, "refused: no such order")
        return see(site.face.mine)
    if kept := site.kept_by_terms(order):
        site.record(request, account, what, "refused: its terms")
        return site.sorry(request, 409, "This cannot be cancelled", kept, site.face.mine, "Back to the list")
    site.store.cancel(order.number, account, site.clock())
    site.record(request, account, what, "cancelled")
    return see(site.face.mine)


def order_routes(site: Seller) -> list[Route]:
    """Give the addresses of a site's orders."""
    trade = site.trade
    return [
        Route(f"{trade.drafts}/{{id}}", review),
        Route(trade.orders, commit, methods=["POST"]),
        Route(f"{trade.orders}/{{number}}", confirmation),
        Route(site.face.mine, mine),
        Route(f"{site.face.mine}/{{number}}/cancel", cancel, methods=["POST"]),
    ]
