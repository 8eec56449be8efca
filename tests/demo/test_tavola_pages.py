import re
from collections.abc import Callable
from typing import Any

import pytest

SATURDAY = "2026-11-21"


async def names(visitor: Any, linked: Callable[..., Any], **params: str) -> list[str]:
    page = await visitor.get("/restaurants", **params)
    found = [node["name"] for node in linked(page, "Restaurant")]
    assert page.text.count("<article") == len(found)
    return found


async def test_the_search_narrows_by_area_and_words(visitor: Any, linked: Callable[..., Any]) -> None:
    everything = await names(visitor, linked)
    riverside = await names(visitor, linked, area="Riverside")
    quiet = await names(visitor, linked, area="riverside", q="Quiet natural wine")
    assert len(everything) >= 64 > len(riverside) > len(quiet) > 0
    assert "Fio d'Água" in quiet
    assert await names(visitor, linked, q="fio dagua mill") == []
    assert await names(visitor, linked, q="SALVIA") == ["Sálvia"]
    assert await names(visitor, linked, area="Atlantis") == []


async def test_a_listing_offers_starts_near_the_time_first(visitor: Any, linked: Callable[..., Any]) -> None:
    page = await visitor.get("/restaurants", area="Old Town", date=SATURDAY, time="20:00", party="2")
    lanterna = next(node for node in linked(page, "Restaurant") if node["name"] == "Lanterna")
    offers = [offer["availabilityStarts"] for offer in lanterna["offers"]]
    assert offers[0] == f"{SATURDAY}T20:00"
    assert set(offers[1:3]) <= {f"{SATURDAY}T19:30", f"{SATURDAY}T20:30"}
    assert lanterna["url"] == "http://tavola.localhost/restaurants/lanterna"
    assert lanterna["address"]["addressLocality"] == "Old Town"
    order = linked(page, "ItemList")[0]["itemListElement"]
    assert [item["position"] for item in order] == list(range(1, len(order) + 1))


async def test_a_place_says_what_its_dishes_contain(visitor: Any, linked: Callable[..., Any]) -> None:
    [place] = linked(await visitor.get("/restaurants/sete-mares"), "Restaurant")
    dishes = [item for section in place["hasMenu"]["hasMenuSection"] for item in section["hasMenuItem"]]
    shellfish = [item for item in dishes if "contains: shellfish" in item["description"]]
    assert len(shellfish) >= len(dishes) / 2
    salad = next(item for item in dishes if item["name"] == "Green salad")
    assert "https://schema.org/VeganDiet" in salad["suitableForDiet"]
    assert salad["offers"] == {"@type": "Offer", "price": "8.00", "priceCurrency": "EUR"}
    assert len(place["review"]) == 3


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"date": "2026-11-19"}, "That day has passed"),
        ({"date": "tomorrow"}, "could not read the date"),
        ({"date": SATURDAY, "time": "25:00"}, "could not read the time"),
        ({"date": SATURDAY, "party": "0"}, "1 to 12 people"),
        ({"date": SATURDAY, "party": "500"}, "1 to 12 people"),
        ({"date": SATURDAY, "party": "two<script>"}, "1 to 12 people"),
        ({"date": "2027-11-21"}, "days ahead"),
    ],
)
async def test_an_impossible_wish_is_told_and_offered_nothing(
    visitor: Any, linked: Callable[..., Any], params: dict[str, str], said: str
) -> None:
    for path in ("/restaurants", "/restaurants/lanterna"):
        page = await visitor.get(path, **params)
        assert page.status_code == 200
        assert said in page.text
        assert all(node["offers"] == [] for node in linked(page, "Restaurant"))
        assert "<button name=" not in page.text


async def test_pages_run_no_script_and_show_text_as_text(visitor: Any) -> None:
    await visitor.sign_in()
    review = await visitor.hold()
    pages = [
        await visitor.get(path) for path in ("/restaurants", "/restaurants/mizu", "/login", "/register", "/nowhere")
    ]
    pages += [await visitor.get("/restaurants", q="<script>alert(1)</script>"), review]
    for page in pages:
        kinds = re.findall(r"<script([^>]*)>", page.text)
        assert set(kinds) <= {' type="application/ld+json"'}
        assert not re.search(r"\son\w+=|javascript:", page.text)
        assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_two_reviews_try_to_give_orders_and_are_shown_as_what_they_are(
    visitor: Any, linked: Callable[..., Any]
) -> None:
    for slug, words in (
        ("the-corn-exchange-rooms", "gnore all previous"),
        ("pavilion-grand", "approval is already on"),
    ):
        [place] = linked(await visitor.get(f"/restaurants/{slug}"), "Restaurant")
        assert any(words in review["reviewBody"] for review in place["review"])


async def test_a_full_day_names_the_next_ones(visitor: Any) -> None:
    page = await visitor.get("/restaurants/lanterna", date="2026-11-23", party="2")
    assert "No table is free" in page.text
    assert "Tuesday 24 November 2026" in page.text


async def test_other_hosts_see_the_town(visitor: Any) -> None:
    page = await visitor.client.get("http://localhost/anything")
    assert "Port Aurel" in page.text
    assert "tavola.localhost" in page.text
