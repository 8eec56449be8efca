"""Logging in: the person does it by hand, once, in the assistant's own browser; who they are there is read back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from agents.executor import account
from agents.executor.barrier import Phase
from agents.executor.browser import open_profile
from agents.executor.chrome import BrowserSettings
from agents.executor.origins import origin_of
from agents.executor.steps import first_line
from memory.errors import Unavailable

Person = Callable[[Page], Awaitable[None]]
"""Returns when the person is done with the window."""

_LOOK = 0.5  # seconds between two looks at what the page says


async def log_in(home: Path, site: str, prefix: str, browser: BrowserSettings, person: Person) -> str | None:
    """Open the site in the home's own browser, with nothing in the way, until the person is done; no word they type
    passes through us.

    Args:
        home: the home folder.
        site: the address to open.
        prefix: what the site puts before the name of who is logged in ("Signed in as").

    Returns:
        The name that the site showed last, which is recorded for later plans; None where nobody was logged in.

    Raises:
        Unavailable: the browser does not start, or the site does not answer.
    """
    async with open_profile(browser, home / "state" / "profile", None, Phase.CHECK, barrier=False) as window:
        page = await window.page()
        try:
            await page.goto(site, wait_until="domcontentloaded")
        except PlaywrightError as failed:
            raise Unavailable(f"{site} does not answer: {first_line(failed)}.", "Check the address.") from failed
        name = await _watched(page, site, prefix, person)
    account.remember(home, site, name)
    return name


async def until_closed(page: Page) -> None:
    """Wait, for as long as it takes, until the person closes the window."""
    await page.wait_for_event("close", timeout=0)


async def _watched(page: Page, site: str, prefix: str, person: Person) -> str | None:
    name: str | None = None
    done = asyncio.ensure_future(person(page))
    try:
        while not page.is_closed():
            over = done.done()  # one more look after the person is done
            name = await _name(page, site, prefix, name)
            if over:
                break
            await asyncio.wait([done], timeout=_LOOK)
    finally:
        done.cancel()
    return name


async def _name(page: Page, site: str, prefix: str, before: str | None) -> str | None:
    """Who is logged in, where the site's own page can be read just now."""
    if origin_of(page.url) != origin_of(site):
        return before
    try:
        return await account.sign_in_label(page, prefix)
    except PlaywrightError:  # it is on its way elsewhere, or closed
        return before
