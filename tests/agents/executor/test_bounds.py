"""What hangs, ends: a page that is busy for ever, a browser that answers no more, a driver that was killed."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Error as PlaywrightError

from agents.executor import browser as browsers
from agents.executor import page as pages
from agents.executor.barrier import Phase
from agents.executor.bounds import leave
from agents.executor.browser import open_clean, open_profile
from agents.executor.chrome import BrowserSettings
from agents.executor.driver import Driver
from agents.executor.page import read

HEADLESS = BrowserSettings(show="headless", timeout=5)


async def test_a_page_that_is_busy_for_ever_is_given_up_and_closed(monkeypatch: Any) -> None:
    monkeypatch.setattr(pages, "ANSWER", 0.5)
    async with open_clean(HEADLESS) as window:
        page = await window.page()
        await page.evaluate("() => { setTimeout(() => { while (true) {} }, 50) }")
        await page.wait_for_timeout(100)
        with pytest.raises(PlaywrightError, match="did not answer"):
            await read(page)
        await leave(page)
        assert await (await window.page()).evaluate("1 + 1") == 2


async def test_a_browser_that_does_not_end_is_killed(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(browsers, "_ENDING", 1)
    async with open_profile(HEADLESS, tmp_path / "profile", None, Phase.SEARCH) as window:
        assert window.process is not None
        os.kill(window.process, signal.SIGSTOP)
    async with open_profile(HEADLESS, tmp_path / "profile", None, Phase.SEARCH) as window:
        assert window.alive  # the profile is free


async def test_a_driver_that_was_killed_is_started_anew() -> None:
    async with Driver() as driver:
        async with open_clean(HEADLESS, driver) as window:
            assert window.process is not None
            os.kill(_parent(window.process), signal.SIGKILL)
        async with open_clean(HEADLESS, driver) as window:
            assert await (await window.page()).evaluate("1 + 1") == 2


def _parent(process: int) -> int:
    status = Path(f"/proc/{process}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("PPid:")).split()[1])
