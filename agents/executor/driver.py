"""Playwright's own process, and the browsers that it starts."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from playwright.async_api import Browser, BrowserContext, Playwright, async_playwright
from playwright.async_api import Error as PlaywrightError

from agents.executor.chrome import SHUT, BrowserSettings, find_browser, flags, running_command, shows_window
from memory.errors import Unavailable

T = TypeVar("T")


class Driver:
    """Playwright's own process, which browsers may share: started with the first, and again where it was killed."""

    def __init__(self) -> None:
        self._playwright: Playwright | None = None
        self._starting = asyncio.Lock()

    async def __aenter__(self) -> Driver:
        asyncio.get_running_loop().set_exception_handler(_told)
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._playwright is not None:
            await self._playwright.stop()

    async def launch(self, settings: BrowserSettings, wall: int) -> Browser:
        """A browser without a profile, never shown.

        Args:
            wall: the port of the proxy that all its connections take.

        Raises:
            BrowserMissing: none was found.
            Unavailable: it does not start.
        """
        return await self._started(settings, wall, lambda play, options: play.chromium.launch(**options))

    async def launch_profile(self, settings: BrowserSettings, profile: Path, wall: int | None) -> BrowserContext:
        """A browser with this profile, open where there is no wall; raises as `launch` does."""
        options: dict[str, Any] = {
            "headless": not shows_window(settings.show, settings.environ),
            "accept_downloads": False,
        }
        return await self._started(
            settings, wall, lambda play, more: play.chromium.launch_persistent_context(profile, **options, **more)
        )

    async def connect(self, port: int) -> Browser:
        """The Chrome that runs on this machine with that debugging port, where it was started as it has to be.

        Raises:
            Unavailable: none answers there, or it has ways out that a barrier would not see.
        """
        try:
            browser = await self._with_playwright(
                lambda play: play.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
            )
        except PlaywrightError as failed:
            raise Unavailable(f"No Chrome answers on port {port} of this machine.", _start(port)) from failed
        session = await browser.new_browser_cdp_session()
        try:
            given = (await session.send("Browser.getBrowserCommandLine"))["arguments"]
        except PlaywrightError:
            given = []
        if not set(SHUT) <= set(given):
            await browser.close()
            raise Unavailable(f"The Chrome on port {port} was started without the flags that close it.", _start(port))
        await session.send("Browser.setDownloadBehavior", {"behavior": "deny"})
        return browser

    async def _started(
        self, settings: BrowserSettings, wall: int | None, launch: Callable[[Playwright, dict[str, Any]], Awaitable[T]]
    ) -> T:
        async def start(play: Playwright) -> T:
            program = find_browser(settings.path, play.chromium.executable_path, settings.environ)
            common: dict[str, Any] = {"executable_path": program, "args": flags(wall)}
            return await _sandboxed(lambda sandbox: launch(play, common | {"chromium_sandbox": sandbox}))

        try:
            return await self._with_playwright(start)
        except PlaywrightError as failed:
            line = str(failed).strip().split("\n")[0]
            raise Unavailable(f"{settings.path or 'The browser'} does not start: {line}.", "Try again.") from failed

    async def _with_playwright(self, use: Callable[[Playwright], Awaitable[T]]) -> T:
        playwright = await self._running()
        try:
            return await use(playwright)
        except PlaywrightError:
            if await _answers(playwright):
                raise
            return await use(await self._running(instead_of=playwright))

    async def _running(self, instead_of: Playwright | None = None) -> Playwright:
        async with self._starting:
            if self._playwright is None or self._playwright is instead_of:
                self._playwright = await async_playwright().start()
            return self._playwright


@asynccontextmanager
async def shared(driver: Driver | None) -> AsyncIterator[Driver]:
    """The driver that is there already, else one of one's own, ended when left."""
    if driver is not None:
        yield driver
        return
    async with Driver() as own:
        yield own


def _told(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Ctrl-C reaches the driver's process as well as ours; Playwright leaves the error of that to nobody."""
    if not str(context.get("exception")).startswith("Connection closed while reading from the driver"):
        loop.default_exception_handler(context)


def _start(port: int) -> str:
    return f"Start it with a profile of its own, which Chrome 136 and later ask for: {running_command(port)}"


async def _answers(playwright: Playwright) -> bool:
    try:
        await (await playwright.request.new_context()).dispose()
    except Exception:  # noqa: BLE001 (of a driver that is gone, Playwright raises errors of several kinds)
        return False
    return True


async def _sandboxed(launch: Callable[[bool], Awaitable[T]]) -> T:
    """Launch in Chromium's sandbox where the system lets it: not for root, nor in most containers."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return await launch(False)
    try:
        return await launch(True)
    except PlaywrightError as failed:
        if "sandbox" not in str(failed).lower().replace("chromium_sandbox", ""):
            raise
        return await launch(False)
