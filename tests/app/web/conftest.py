"""A tab of a real Chromium, for what only a browser shows."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, async_playwright

from agents.executor.chrome import find_browser

CHROMIUM = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run"]


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[Browser]:
    """One browser for the tests of a module."""
    async with async_playwright() as play:
        program = find_browser(None, play.chromium.executable_path, os.environ)
        browser = await play.chromium.launch(executable_path=program, args=CHROMIUM)
        yield browser
        await browser.close()


@pytest.fixture
async def tab(chromium: Browser, url: str) -> AsyncIterator[Page]:
    """A new tab that shares nothing with others, while the site is up."""
    context = await chromium.new_context()
    yield await context.new_page()
    await context.close()


@pytest.fixture
def watched(tab: Page) -> Page:
    """A tab in which a script that opens a dialog fails the test."""
    tab.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    return tab
