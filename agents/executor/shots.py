"""Screenshots of a run: what the window shows, cheaply, and never where a secret is typed."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path

from playwright.async_api import CDPSession, Page
from playwright.async_api import Error as PlaywrightError

from agents.executor.bounds import ANSWER, within

_PRIVATE = """() => [...document.querySelectorAll('input')].some(
  e => e.type === 'password' || /^(cc-|one-time-code|current-password|new-password)/.test(e.autocomplete ?? ''))"""


class Shots:
    """Numbered PNG files in one folder."""

    def __init__(self, home: Path, folder: str) -> None:
        self._home = home
        self._folder = folder
        self._count = len(list((home / folder).glob("*.png")))  # a rehearsal's pictures stay beside the run's
        self._session: tuple[Page, CDPSession] | None = None

    async def take(self, page: Page) -> str | None:
        """Save what the page shows; its path relative to home, or None on a page that is empty or asks for a secret.

        A screenshot that fails is no reason to end a run: then there is none.
        """
        try:
            async with within(ANSWER):
                if page.url == "about:blank" or await page.evaluate(_PRIVATE):
                    return None
                session = await self._on(page)
                answer = await session.send("Page.captureScreenshot", {"format": "png", "optimizeForSpeed": True})
            path = f"{self._folder}/{self._count + 1:02d}.png"
            await asyncio.to_thread(self._save, self._home / path, base64.b64decode(answer["data"]))
        except (PlaywrightError, OSError):
            return None
        self._count += 1
        return path

    async def _on(self, page: Page) -> CDPSession:
        if self._session is None or self._session[0] is not page:
            self._session = (page, await page.context.new_cdp_session(page))
        return self._session[1]

    @staticmethod
    def _save(file: Path, data: bytes) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
