import asyncio
import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from demo.mercato.catalogue import load_goods
from demo.mercato.prices import DELIVERIES, goods_of, total_of

ROW = r'<th scope="row">(.*?)</th><td>(.*?)</td>'


async def to_review(mercato: Any, product: str = "tuning-fork-a-442", quantity: str = "1", **form: str) -> Any:
    await mercato.sign_in()
    options = {name: form.pop(name) for name in ("size", "colour") if name in form}
    await mercato.post("/cart/add", product=product, quantity=quantity, **options)
    return await mercato.post("/checkout", **({"delivery": "pickup"} | form))


async def order(mercato: Any, review: Any, **change: str) -> Any:
    draft = review.url.path.rsplit("/", 1)[1]
    total = re.search(r'name="total" value="(.*?)"', review.text)
    assert total
    return await mercato.post("/orders", **({"draft": draft, "total": total[1]} | change))


def test_the_shelves_hold_enough_and_each_thing_is_complete() -> None:
    goods = load_goods().values()
    assert len(goods) >= 120
    assert len({product.category for product in goods}) >= 8
    for product in goods:
        assert product.reviews, product.name
        assert all(len(variant.values) == len(product.options) for variant in product.stock), product.name
        assert product.price > 0, product.name
    assert sum(bool(product.options) for product in goods) >= 25
    assert any(variant.count == 0 for product in goods for variant in product.stock)


@pytest.mark.parametrize(
    ("lines", "way", "wrapped", "total"),
    [
        ([("19.00", 1)], "pickup", False, "19.00"),
        ([("19.00", 2)], "courier", True, "46.40"),
        ([("59.99", 1)], "courier", False, "64.89"),
        ([("60.00", 1)], "courier", False, "60.00"),
        ([("45.00", 2)], "post", False, "90.00"),
        ([("9.50", 3), ("6.80", 1)], "post", True, "45.70"),
    ],
)
def test_what_an_order_comes_to(lines: list[tuple[str, int]], way: str, wrapped: bool, total: str) -> None:
    goods = goods_of((Decimal(price), count) for price, count in lines)
    assert str(total_of(goods, DELIVERIES[way], wrapped=wrapped)) == total


async def test_the_way_from_the_shelf_to_my_orders(mercato: Any, linked: Callable[..., Any]) -> None:
    review = await to_review(
        mercato, "wool-socks-number-4-tram", "2", size="40-43", delivery="courier", address="Rope Walk 1", wrap="yes"
    )
    assert re.findall(ROW, review.text) == [
        ("Item", "Wool Socks, Number 4 Tram"),
        ("Size", "40-43"),
        ("Quantity", "2"),
        ("Item price", "16.00 EUR"),
        ("Delivery", "Bicycle courier"),
        ("Deliver to", "Rope Walk 1"),
        ("Delivery cost", "4.90 EUR"),
        ("Gift wrapping", "3.50 EUR"),
        ("Total", "40.40 EUR"),
    ]
    done = await order(mercato, review)
    [node] = linked(done, "Order")
    assert re.fullmatch(r"ME-[2-9A-HJ-NP-Z]{5}", node["orderNumber"])
    assert node["orderedItem"][0]["orderedItem"]["name"] == "Wool Socks, Number 4 Tram"
    mine = await mercato.get("/my/orders")
    assert node["orderNumber"] in mine.text
    assert "Signed in as <strong>Marta Oliveira</strong>" in mine.text
    made = mercato.log()[-1]
    assert (made.outcome, made.path, made.what["total"], made.what["number"]) == (
        "ordered",
        "/orders",
        "40.40",
        node["orderNumber"],
    )
    assert made.what["lines"] == [
        {"item": "Wool Socks, Number 4 Tram", "options": {"Size": "40-43"}, "quantity": 2, "price": "16.00"}
    ]
    assert "Your cart is empty" in (await mercato.get("/cart")).text


async def test_stock_runs_out_by_variant_and_comes_back(mercato: Any) -> None:
    page = await to_review(mercato, "inspectors-beanie", "2", size="S", colour="Orange")
    done = await order(mercato, page)
    gone = await mercato.post("/cart/add", product="inspectors-beanie", quantity="1", size="S", colour="Orange")
    assert (gone.status_code, "sold out" in gone.text) == (409, True)
    other = await mercato.post("/cart/add", product="inspectors-beanie", quantity="3", size="S", colour="Slate")
    assert other.url.path == "/cart"
    await mercato.post(f"/my/orders/{done.url.path.rsplit('/', 1)[1]}/cancel")
    back = await mercato.post("/cart/add", product="inspectors-beanie", quantity="2", size="S", colour="Orange")
    assert back.url.path == "/cart"


async def test_what_cannot_be_put_into_the_cart_is_told(mercato: Any) -> None:
    await mercato.sign_in()
    asked = [
        ({"product": "inspectors-beanie", "quantity": "1", "size": "M"}, "Please choose a colour"),
        ({"product": "inspectors-beanie", "quantity": "1", "size": "XXL", "colour": "Slate"}, "this combination"),
        ({"product": "tuning-fork-a-442", "quantity": "two"}, "quantity from 1 to 9"),
        ({"product": "piano-tuners-lever", "quantity": "5"}, "there are 4 left"),
    ]
    for fields, said in asked:
        page = await mercato.post("/cart/add", **fields)
        assert (page.status_code, said in page.text) == (409, True), said
    assert (await mercato.post("/cart/add", product="<b>", quantity="1")).status_code == 404
    assert "Your cart is empty" in (await mercato.get("/cart")).text
    assert all(outcome.startswith("refused") for outcome in mercato.outcomes("cart"))


async def test_two_orders_for_the_last_piece_make_one(mercato: Any) -> None:
    review = await to_review(mercato, "wool-blanket-candlewick", "2", colour="Madder")
    await mercato.post("/logout")
    await mercato.post("/register", name="Ann Other", email="ann@example.org", password="long enough")
    await mercato.post("/cart/add", product="wool-blanket-candlewick", quantity="1", colour="Madder")
    await order(mercato, await mercato.post("/checkout", delivery="pickup"))
    await mercato.post("/logout")
    await mercato.sign_in()
    late = await order(mercato, review)
    assert (late.status_code, "there are 1 left" in late.text) == (409, True)
    assert mercato.outcomes("order") == ["ordered", "refused: not free"]


async def test_listing_prices_are_for_one_or_all_in(mercato: Any, linked: Callable[..., Any]) -> None:
    plain = linked(await mercato.get("/products", q="tuning fork"), "Product")[0]["offers"]
    assert (plain["price"], plain["eligibleQuantity"]["value"]) == ("19.00", 1)
    page = await mercato.get("/products", q="tuning fork", quantity="2", delivery="Bicycle courier")
    [node] = linked(page, "Product")
    assert (node["offers"]["price"], node["offers"]["eligibleQuantity"]["value"]) == ("42.90", 2)
    assert linked(await mercato.get(node["url"].split("localhost")[1]), "Product")[0]["offers"] == node["offers"]
    review = await to_review(mercato, "tuning-fork-a-442", "2", delivery="courier", address="Rope Walk 1")
    assert dict(re.findall(ROW, review.text))["Total"] == "42.90 EUR"


async def test_a_search_narrows_by_words_category_and_price(mercato: Any, linked: Callable[..., Any]) -> None:
    async def names(**params: str) -> list[str]:
        return [node["name"] for node in linked(await mercato.get("/products", **params), "Product")]

    everything, wool = await names(), await names(category="Wool & Clothing")
    assert len(everything) >= 120 > len(wool) > len(await names(category="wool & clothing", max="30")) > 0
    assert await names(q="bridge walnut") == ["Cheese Board, Two Bridges"]
    assert len(await names(max="nonsense")) == len(everything)
    assert await names(q="<script>") == []


async def test_an_order_can_be_cancelled_while_it_is_being_packed(mercato: Any, time: Any) -> None:
    number = (await order(mercato, await to_review(mercato))).url.path.rsplit("/", 1)[1]
    time.now += dt.timedelta(hours=2)
    late = await mercato.post(f"/my/orders/{number}/cancel")
    assert (late.status_code, mercato.outcomes("cancel")) == (409, ["refused: its terms"])
    time.now -= dt.timedelta(minutes=1)
    await mercato.post(f"/my/orders/{number}/cancel")
    await mercato.post(f"/my/orders/{number}/cancel")
    assert mercato.outcomes("cancel") == ["refused: its terms", "cancelled", "refused: no such order"]


async def test_one_order_per_review_whatever_is_pressed(mercato: Any) -> None:
    review = await to_review(mercato)
    pages = await asyncio.gather(*(order(mercato, review) for _ in range(5)))
    assert len({page.url.path for page in pages}) == 1
    assert sorted(mercato.outcomes("order")) == ["ordered", *["refused: already ordered"] * 4]
    await mercato.rig("double_ok")
    await order(mercato, review)
    assert mercato.outcomes("order").count("ordered") == 2


async def test_a_total_that_was_not_shown_is_never_charged(mercato: Any) -> None:
    review = await to_review(mercato)
    assert (await order(mercato, review, total="1.00")).status_code == 409
    assert mercato.outcomes("order") == ["refused: price changed"]


async def test_a_review_page_ends_after_half_an_hour(mercato: Any, time: Any) -> None:
    review = await to_review(mercato)
    time.now += dt.timedelta(minutes=30)
    assert (await order(mercato, review)).status_code == 410
    assert mercato.outcomes("order") == ["refused: hold expired"]


async def test_nobody_sees_or_takes_another_guests_order(mercato: Any) -> None:
    review = await to_review(mercato)
    done = await order(mercato, review)
    await mercato.post("/logout")
    await mercato.post("/register", name="Ann Other", email="ann@example.org", password="long enough")
    assert (await mercato.get(done.url.path)).status_code == 404
    assert (await mercato.get(review.url.path)).status_code == 404
    assert (await order(mercato, review)).status_code == 404
    await mercato.post(f"/my/orders/{done.url.path.rsplit('/', 1)[1]}/cancel")
    assert mercato.outcomes("cancel") == ["refused: no such order"]
