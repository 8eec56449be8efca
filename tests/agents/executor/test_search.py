from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from agents.executor.gather import candidates, merged
from agents.executor.search import Searcher
from agents.executor.steps import LeftSite
from agents.types import Candidate
from memory.errors import Unavailable
from workflows.model import Request, Requests

DETAILS: dict[str, Any] = {"date": "2026-11-21", "time": "19:30", "guests": 2}


@pytest.fixture
async def searcher(browser: Any, clock: Any) -> AsyncIterator[Searcher]:
    async with Searcher(browser, clock) as opened:
        yield opened


async def test_found_and_looked_at_closely_logged_out_and_reading_only(searcher: Any, shop: Any, workflow: Any) -> None:
    found = await searcher.collect(workflow, DETAILS)
    assert [(c.id, c.name) for c in found] == [("c1", "Maple Room"), ("c2", "Birch & Sons"), ("c3", "Willow")]
    assert found[0].url == f"{shop.origin}/rooms/maple"
    assert found[0].slots == ("2026-11-21T18:30", "2026-11-21T19:30", "2026-11-21T20:00")
    assert found[0].facts["servesCuisine"] == ["Nordic"]
    assert found[0].facts["address"] == {"addressLocality": "Old Town"}
    assert found[0].seen_at == "2026-11-20T12:00:00+00:00"
    closer = await searcher.look_closer(workflow, found)
    assert [c.id for c in closer] == ["c1", "c2"]
    assert closer[0].facts["description"] == "Quiet."
    soup = {"name": "Beet soup", "description": "contains: celery", "diets": ["VeganDiet"], "price": "9.50 EUR"}
    assert closer[0].facts["menu"] == [soup]
    assert closer[0].slots == found[0].slots
    assert shop.writes() == []
    assert shop.elsewhere() == []


async def test_nothing_found_is_nothing(searcher: Any, shop: Any, workflow: Any, monkeypatch: Any) -> None:
    shop.mode = "empty"
    monkeypatch.setattr("agents.executor.search._FIRST", 0.3)
    assert await searcher.collect(workflow, DETAILS) == ()


async def test_what_leads_elsewhere_is_no_candidate_among_others(searcher: Any, shop: Any, workflow: Any) -> None:
    shop.mode = "advert"
    found = await searcher.collect(workflow, DETAILS)
    assert [c.name for c in found] == ["Maple Room", "Birch & Sons", "Willow"]
    assert shop.elsewhere() == []


async def test_a_link_inside_a_drawing_is_no_reason_to_fail(searcher: Any, shop: Any) -> None:
    _, _, text, links = await searcher.read(f"{shop.origin}/rooms/maple", (shop.origin,))
    assert "Maple Room" in text
    assert links == [(f"{shop.origin}/login", "Log in")]


async def test_a_site_that_is_down_is_said(searcher: Any, shop: Any, workflow: Any) -> None:
    shop.mode = "down"
    with pytest.raises(Unavailable, match=r"/rooms\?date=2026-11-21 answers 503"):
        await searcher.collect(workflow, DETAILS)
    nowhere = replace(workflow, sites=("http://shop.localhost:47999",))
    with pytest.raises(Unavailable, match="nothing answers there"):
        await searcher.collect(nowhere, DETAILS)


async def test_what_a_page_shows_of_its_thing_is_photographed(searcher: Any, shop: Any) -> None:
    taken = await searcher.picture(f"{shop.origin}/rooms/maple", (shop.origin,))
    assert taken.startswith(b"\xff\xd8\xff")  # a JPEG
    assert taken == await searcher.picture(f"{shop.origin}/rooms/maple", (shop.origin,))
    assert await searcher.picture(f"{shop.origin}/rooms/birch", (shop.origin,)) is None
    with pytest.raises(LeftSite):
        await searcher.picture(f"{shop.evil}/rooms/maple", (shop.origin,))
    assert shop.writes() == []
    assert shop.elsewhere() == []


@pytest.mark.long
async def test_a_browser_that_died_is_opened_anew(searcher: Any, shop: Any, workflow: Any) -> None:
    await searcher.collect(workflow, DETAILS)
    session = await searcher._warm.context.browser.new_browser_cdp_session()
    info = await session.send("SystemInfo.getProcessInfo")
    os.kill(next(p["id"] for p in info["processInfo"] if p["type"] == "browser"), signal.SIGKILL)
    while searcher._warm.alive:  # noqa: ASYNC110 (the browser tells it in its own time)
        await asyncio.sleep(0.01)
    assert len(await searcher.collect(workflow, DETAILS)) == 3


async def test_what_a_search_may_send_is_what_is_declared(searcher: Any, shop: Any, workflow: Any) -> None:
    shop.mode = "beacon"
    open_to_beacons = replace(workflow, requests=Requests(search=(Request("POST", "/beacon"),)))
    found = await searcher.collect(workflow, DETAILS)
    await searcher.look_closer(workflow, found)
    assert shop.writes() == []
    await searcher.look_closer(open_to_beacons, found)
    assert {(m, p) for m, _, p in shop.writes()} <= {("POST", "/beacon")}
    assert shop.elsewhere() == []


SEEN = {
    "html": "<article><h2>Oak</h2></article>",
    "name": "Oak",
    "url": "http://s/oak",
    "price": "€ 12.50",
    "text": "Oak €12.50",
}


def test_without_data_the_visible_page_is_read() -> None:
    (one,) = candidates("http://s/", "<html></html>", [SEEN], "now")
    assert (one.name, one.url, one.price) == ("Oak", "http://s/oak", {"amount": "12.50", "currency": "EUR"})
    assert one.facts == {"text": "Oak €12.50"}


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("Oak\n12.50 EUR\n2 nights, taxes in", "12.50"),
        ("Oak\nfrom 12.50 EUR", None),
        ("Oak\n12.50 EUR\ndelivery 4.00 EUR", None),
        ("Oak", None),
    ],
)
def test_a_price_that_nothing_marks_is_the_only_exact_amount(text: str, amount: str | None) -> None:
    (one,) = candidates("http://s/", "<html></html>", [SEEN | {"price": "", "text": text}], "now")
    assert (one.price or {}).get("amount") == amount


def test_data_that_stands_apart_is_found_by_address_or_name() -> None:
    page = """<script type="application/ld+json">{"@type": "ItemList", "itemListElement": [
      {"@type": "ListItem", "item": {"@type": "Product", "name": "Oak", "url": "/oak", "color": "brown",
       "offers": {"@type": "Offer", "price": "11.00", "priceCurrency": "EUR"}}}]}</script>"""
    (one,) = candidates("http://s/", page, [SEEN], "now")
    assert one.facts == {"color": "brown"}
    assert one.price == {"amount": "11.00", "currency": "EUR"}


def test_microdata_counts_as_well() -> None:
    html = """<article itemscope itemtype="https://schema.org/Product"><h2 itemprop="name">Oak</h2>
      <span itemprop="material">wood</span></article>"""
    (one,) = candidates("http://s/", html, [SEEN | {"html": html}], "now")
    assert one.facts == {"material": "wood"}


@pytest.mark.parametrize("broken", ["{", "[]", '"x"', '{"@graph": 3}', '{"name": ["Oak"], "offers": "none"}', "null"])
def test_broken_data_is_no_reason_to_fail(broken: str) -> None:
    page = f'<script type="application/ld+json">{broken}</script>'
    (one,) = candidates("http://s/", page, [SEEN | {"html": page}], "now")
    assert one.name == "Oak"
    assert merged(one, page, "http://s/oak", "Oak", "later").name == "Oak"


def test_what_a_page_says_of_others_is_not_added() -> None:
    page = (
        '<script type="application/ld+json">{"@type": "Product", "name": "Elm", "url": "/elm", "color": "red"}</script>'
    )
    one = Candidate(id="c1", name="Oak", url="http://s/oak", seen_at="now")
    assert "color" not in merged(one, page, "http://s/oak", "Oak", "later").facts
