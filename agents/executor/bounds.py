"""Bounds on waiting: what Playwright lets wait for ever on a page that does not answer ends here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Page
from playwright.async_api import TimeoutError as PlaywrightTimeout

STEP = 60
"""Seconds that one step may take in all: its page, its control, its touch, each of which has a limit of its own."""

ANSWER = 10
"""Seconds in which a page that is there answers a question about itself."""

_CLOSING = 3


@asynccontextmanager
async def within(seconds: float) -> AsyncIterator[None]:
    """Scripts of a page can keep it busy for ever, and reading it has no limit of its own.

    Raises:
        PlaywrightTimeout: it took longer.
    """
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as late:
        raise PlaywrightTimeout(f"the page did not answer within {seconds:g} s") from late


async def leave(page: Page) -> None:
    """Close a page.

    Playwright's own close never ends where the page has just gone elsewhere and something it sent on leaving is still
    on its way (seen with Chromium 156); then its target is closed.

    Raises:
        PlaywrightTimeout: that did not help either.
    """
    try:
        async with within(_CLOSING):
            await page.close()
    except PlaywrightTimeout:
        async with within(_CLOSING):
            session = await page.context.new_cdp_session(page)
            target = (await session.send("Target.getTargetInfo"))["targetInfo"]["targetId"]
            await session.send("Target.closeTarget", {"targetId": target})
