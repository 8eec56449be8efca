"""Recording: a person does a task once in a window; what they did and what left the browser is told as events."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, Page, Request
from playwright.async_api import Error as PlaywrightError

from agents.executor import account
from agents.executor.barrier import READING, Phase
from agents.executor.browser import open_profile
from agents.executor.chrome import BrowserSettings
from agents.executor.page import Said, read
from agents.executor.recorded import Recorded, account_words
from agents.executor.steps import first_line
from memory.errors import Unavailable

Doer = Callable[[Page], Awaitable[None]]
"""Does the task in the window; a person does by hand, and needs none."""

_SCRIPT = Path(__file__).with_name("recorder.js")


async def _by_hand(page: Page) -> None:
    """The person is at the window already."""


async def record(home: Path, url: str, browser: BrowserSettings, doer: Doer = _by_hand) -> tuple[Recorded, ...]:
    """Open a window of the home's own browser at the address, and tell what is done there until it is finished.

    Nothing stands in the person's way: what they press is pressed. Passwords are not told.

    Raises:
        Unavailable: the browser does not start, or the site does not answer.
    """
    profile = home / "state" / "profile"
    async with open_profile(browser, profile, None, Phase.CHECK, barrier=False) as window:
        told = _Told(home)
        await told.attach(window.context)
        page = await window.page()
        try:
            await page.goto(url, wait_until="domcontentloaded")
        except PlaywrightError as failed:
            raise Unavailable(f"{url} does not answer: {first_line(failed)}.", "Check the address.") from failed
        doing = asyncio.ensure_future(doer(page))
        try:
            await told.until_finished(page)
            await doing
        finally:
            doing.cancel()
    return tuple(told.events)


class _Told:
    """What the pages of one window told, in order."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self.events: list[Recorded] = []
        self._finished = asyncio.Event()

    async def attach(self, context: BrowserContext) -> None:
        """Listen on every page, from before its own scripts run."""
        await context.expose_binding("__told", self._tell)
        await context.add_init_script(path=_SCRIPT)
        context.on("request", self._sent)
        context.on("close", lambda _: self._finished.set())

    async def until_finished(self, page: Page) -> None:
        """Until the bar's button was pressed, or the window was closed."""
        page.on("close", lambda _: self._finished.set())
        await self._finished.wait()

    async def _tell(self, source: dict[str, Any], event: dict[str, Any]) -> None:
        if event["kind"] in ("mark", "finish"):
            event["said"] = await _said(source["page"])
        if event["kind"] == "mark" and (prefix := account_words(event["said"])):
            account.remember(self._home, event["url"], await account.sign_in_label(source["page"], prefix))
        self.events.append(Recorded.model_validate(event))
        if event["kind"] == "finish":
            self._finished.set()

    def _sent(self, request: Request) -> None:
        if request.method not in READING:
            self.events.append(Recorded(kind="sent", url=request.url, name=request.method))
        elif request.is_navigation_request() and request.frame.parent_frame is None:
            self.events.append(Recorded(kind="page", url=request.url))


async def _said(page: Page) -> Said:
    try:
        return await read(page)
    except PlaywrightError:
        return Said()
