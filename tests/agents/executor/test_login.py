from __future__ import annotations

from typing import Any

from playwright.async_api import Page

from agents.executor import account
from agents.executor.login import log_in


async def test_who_logged_in_by_hand_is_read_back_and_stays_logged_in(rig: Any) -> None:
    root, site = rig.home.root, rig.shop.origin
    (root / account.FILE).unlink()

    async def person(page: Page) -> None:
        await page.goto(f"{site}/login")
        await page.get_by_label("Name").fill("Grace")
        await page.get_by_label("Name").press("Enter")
        await page.get_by_text("Signed in as Grace").wait_for()

    assert await log_in(root, site, "Signed in as", rig.browser, person) == "Grace"
    assert account.label(root, [site]) == "Grace"

    async def looks_only(page: Page) -> None:
        await page.get_by_text("Signed in as").wait_for()

    assert await log_in(root, f"{site}/rooms", "Signed in as", rig.browser, looks_only) == "Grace"


async def test_who_closes_the_window_without_logging_in_is_nobody(rig: Any, tmp_path: Any) -> None:
    async def person(page: Page) -> None:
        await page.close()

    site = rig.shop.origin
    assert await log_in(tmp_path / "stranger", site, "Signed in as", rig.browser, person) is None
    assert account.label(tmp_path / "stranger", [site]) is None
