"""Choosing seats, agreeing to the house rules, and holding the seats for ten minutes."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from demo.biglietto.browse import seat_form
from demo.biglietto.programme import MOST, Event
from demo.biglietto.site import biglietto_of, short_of, total_of
from demo.shared.site import see, sign_in_first
from demo.shared.words import read_count, slug


def _chosen(event: Event, form: FormData) -> dict[str, int] | None:
    """Read how many seats of each category are wanted; None where a number cannot be read."""
    counts = {s.name: read_count(str(form.get(slug(s.name), "")).strip() or "0") for s in event.show.seats}
    chosen = {name: count for name, count in counts.items() if count}
    return None if None in counts.values() else chosen


def _problem(chosen: dict[str, int] | None) -> str:
    if chosen is None:
        return "Please give whole numbers of tickets."
    if not 1 <= sum(chosen.values()) <= MOST:
        return f"Please choose 1 to {MOST} tickets."
    return ""


async def hold(request: Request) -> Response:
    """Hold the seats and lead to the review page; without consent to the house rules, ask for that first."""
    site, account, form = biglietto_of(request), biglietto_of(request).account(request), await request.form()
    event = site.programme().get(str(form.get("event", "")))
    if event is None:
        site.record(request, account, {"action": "hold"}, "refused: no such event")
        return site.sorry(request, 404, "No such event", "We know no event at this address, or it is over.")
    chosen = _chosen(event, form)
    what: dict[str, Any] = {"show": event.show.name, "date": event.date.isoformat(), "seats": chosen or {}}
    terms = {"action": "hold", "event": event.show.name, "date": what["date"], "seats": what["seats"]}
    if account is None:
        site.record(request, None, terms, "refused: not signed in")
        return sign_in_first(f"/events/{event.slug}")
    problem = _problem(chosen) or short_of(event, what["seats"], site.free(event, account))
    if problem:
        site.record(request, account, terms, f"refused: {problem}")
        return seat_form(request, site, event, chosen or {}, problem)
    if form.get("rules") != "accepted":
        site.record(request, account, terms, "asked for consent")
        return site.page(request, "rules.html", event=event, show=event.show, chosen=chosen)
    return see(site.keep(request, account, what, total_of(event, what["seats"])))
