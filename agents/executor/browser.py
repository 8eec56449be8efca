"""Browsers: opened with or without the person's logins, the barrier before its first page."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import BrowserContext, Dialog, Page
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeout

from agents.executor.barrier import Barrier, Phase, Policy
from agents.executor.bounds import leave, within
from agents.executor.chrome import BrowserSettings
from agents.executor.driver import Driver, shared
from agents.executor.profile import held
from agents.executor.wall import Wall

_ENDING = 10  # seconds for a browser to write what it keeps and to end


@dataclass  # no slots: Playwright marks the objects whose methods it calls back
class Window:
    """One open browser, its cookies, and the barrier before it."""

    context: BrowserContext
    barrier: Barrier
    own: Page | None = None  # the one page that is ours, in a browser that was running before
    process: int | None = None  # its id, once it has said it
    notes: list[str] = field(default_factory=list)
    _before: tuple[Page, ...] = ()

    @property
    def alive(self) -> bool:
        """False once the browser ended or was killed."""
        browser = self.context.browser
        return browser is not None and browser.is_connected()

    async def responds(self) -> bool:
        """Asks the browser itself: the news of its end may be late."""
        try:
            await asyncio.wait_for(self.barrier.ping(), timeout=5)
        except (PlaywrightError, TimeoutError):
            return False
        return self.alive

    async def page(self) -> Page:
        """The first page, or a new one."""
        if self.own is not None:
            return self.own
        return self.context.pages[0] if self.context.pages else await self.context.new_page()

    @property
    def kept(self) -> tuple[Page, ...]:
        """The person's own pages, which no run closes."""
        return self._before

    async def close(self) -> None:
        """End the browser; one that is dead already is no error, and one that hangs is killed.

        A browser that was running before goes on, without our page.
        """
        try:
            async with within(_ENDING):
                if self.own is not None:
                    await self._let_go(self.own)
                    return
                browser = self.context.browser
                await self.context.close()
                if browser is not None:
                    await browser.close()
        except PlaywrightTimeout:
            if self.process is not None:
                os.kill(self.process, getattr(signal, "SIGKILL", signal.SIGTERM))
        except PlaywrightError:
            return

    async def _let_go(self, own: Page) -> None:
        for page in [p for p in self.context.pages if p not in self._before]:
            await leave(page)
        await self.barrier.detach()
        if self.context.browser is not None:
            await self.context.browser.close()  # only the connection: it is not our child

    async def _dismiss(self, dialog: Dialog) -> None:
        self.notes.append(f"The page opened a dialog, which was dismissed: “{dialog.message[:200]}”.")
        try:
            await dialog.dismiss()
        except PlaywrightError:
            return  # the page is gone, and its dialog with it

    def watch(self) -> None:
        """Dismiss every dialog of the pages."""
        self.context.on("dialog", self._dismiss)

    async def begin(self, settings: BrowserSettings, policy: Policy | None, phase: Phase) -> None:
        """Make it ready for use: its process known, its pages watched, the barrier with a policy."""
        self.process = await self._process()
        self.barrier.begin(policy, phase)
        self.context.set_default_timeout(settings.timeout * 1000)
        self.watch()

    async def _process(self) -> int | None:
        """The id of the browser's main process, as it says itself."""
        if self.context.browser is None:
            return None
        session = await self.context.browser.new_browser_cdp_session()
        told = (await session.send("SystemInfo.getProcessInfo"))["processInfo"]
        await session.detach()
        return next((int(process["id"]) for process in told if process["type"] == "browser"), None)


@asynccontextmanager
async def open_profile(
    settings: BrowserSettings,
    profile: Path,
    policy: Policy | None,
    phase: Phase,
    *,
    barrier: bool = True,
    driver: Driver | None = None,
) -> AsyncIterator[Window]:
    """The person's own browser with its logins, for one user at a time; ended when left.

    Args:
        profile: the folder that keeps them, `state/profile`.
        policy: what may leave; None lets nothing out.
        barrier: False where the person logs in by hand, for nothing else.
        driver: one that is there already; None starts one for this browser.

    Raises:
        BrowserMissing: none was found.
        Unavailable: another program has the profile open, or the browser does not start.
    """
    async with held(profile), shared(driver) as used:
        if settings.port is not None:
            async with _open_running(settings, settings.port, policy, phase, barrier, used) as window:
                yield window
            return
        closed = Barrier()
        async with Wall(closed.admit) as wall:
            window = Window(await used.launch_profile(settings, profile, wall.port if barrier else None), closed)
            try:
                if barrier and window.context.browser is not None:
                    await closed.attach(window.context.browser)
                await window.begin(settings, policy, phase)
                yield window
            finally:
                await window.close()


@asynccontextmanager
async def _open_running(
    settings: BrowserSettings, port: int, policy: Policy | None, phase: Phase, barrier: bool, driver: Driver
) -> AsyncIterator[Window]:
    """The person's running Chrome: a page of our own in it, the barrier before all of it for as long as we use it."""
    browser = await driver.connect(port)
    context = browser.contexts[0]
    before = tuple(context.pages)
    window = Window(context, Barrier(), _before=before)
    try:
        if barrier:
            await window.barrier.attach(browser)
        await window.begin(settings, policy, phase)
        window.process = None  # not ours to kill
        window.own = await context.new_page()
        yield window
    finally:
        if window.own is None:
            await window.barrier.detach()
            await browser.close()
        await window.close()


@asynccontextmanager
async def open_clean(settings: BrowserSettings, driver: Driver | None = None) -> AsyncIterator[Window]:
    """A browser process of its own, logged out everywhere; its barrier lets nothing out until it has a policy.

    Raises:
        BrowserMissing: none was found.
        Unavailable: the browser does not start.
    """
    barrier = Barrier()
    async with shared(driver) as used, Wall(barrier.admit) as wall:
        browser = await used.launch(settings, wall.port)
        try:
            await barrier.attach(browser)
            window = Window(await browser.new_context(accept_downloads=False), barrier)
        except BaseException:
            await browser.close()
            raise
        try:
            await window.begin(settings, None, Phase.SEARCH)
            yield window
        finally:
            await window.close()
