"""The story in the chat page, by its buttons; the site's own log is the oracle."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.journeys.page import open_page, to_receipt
from tests.journeys.support import Service, Town


def test_recommend_decide_do_in_the_page(service: Service, town: Town) -> None:
    before = len(town.booked())
    with open_page(service.url) as (page, errors):
        receipt = to_receipt(page)
        made = town.booked()[before:]
        assert len(made) == 1
        assert page.locator(".top-choice h3").inner_text() == made[0].what["place"]
        assert receipt.locator(".reference strong").inner_text() == made[0].what["reservation"]
        shot = receipt.locator("a.shot img")
        shot.scroll_into_view_if_needed()
        page.wait_for_function("image => image.complete && image.naturalWidth > 300", arg=shot.element_handle())
        assert not page.get_by_role("button", name="Go", exact=True).is_enabled(), (
            "what is done cannot be pressed again"
        )
        expect(page.locator("#bar")).to_be_hidden()

        page.reload()
        assert page.locator("article[data-kind=receipt]").inner_text() == receipt.inner_text(), "all is still there"
        assert not errors
    assert len(town.booked()) == before + 1
