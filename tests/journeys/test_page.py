"""The story in the chat page, by its buttons; the site's own log is the oracle."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.page import open_page, to_decision, to_plan, to_receipt
from tests.journeys.support import Service, Town


@pytest.mark.long
def test_recommend_decide_do_in_the_page(service: Service, town: Town) -> None:
    before = len(town.booked())
    with open_page(service.url) as (page, errors):
        to_decision(page)
        plan = to_plan(page)
        assert len(town.booked()) == before, "nothing is done before the Go"
        receipt = to_receipt(page)
        made = town.booked()[before:]
        assert len(made) == 1
        assert page.locator(".top-choice h3").inner_text() == made[0].what["place"]
        assert receipt.locator(".reference strong").inner_text() == made[0].what["reservation"]
        expect(plan.locator("button.go")).to_be_disabled()
        expect(page.locator("#bar")).to_be_hidden()
        told = receipt.inner_text()

        page.reload()
        assert receipt.inner_text() == told, "all is still there"
        assert not errors
    assert len(town.booked()) == before + 1
