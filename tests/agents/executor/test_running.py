"""A Chrome that was running before: used with the logins it has, its own pages left alone, and never ended by us."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import async_playwright
from playwright.sync_api import sync_playwright

from agents.executor.barrier import Phase
from agents.executor.browser import open_profile
from agents.executor.chrome import SHUT, find_browser
from memory.errors import Unavailable


@contextlib.contextmanager
def chrome(folder: Path, *flags: str) -> Iterator[int]:
    """A browser started by hand, as a person would; its port, once it says so."""
    with sync_playwright() as play:
        program = find_browser(None, play.chromium.executable_path, os.environ)
    command = [str(program), "--remote-debugging-port=0", f"--user-data-dir={folder}", "--headless=new", *flags]
    command += ["--no-sandbox", "--no-first-run", "about:blank"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            line = next(line for line in process.stderr if "DevTools listening on" in line)
            yield int(urlsplit(line.split()[-1]).port or 0)
        finally:
            process.terminate()


@pytest.fixture
def open_to_us(tmp_path: Path) -> Iterator[int]:
    with chrome(tmp_path / "own", "--enable-automation", *SHUT) as port:
        yield port


@pytest.fixture
def as_it_comes(tmp_path: Path) -> Iterator[int]:
    with chrome(tmp_path / "own") as port:
        yield port


async def test_the_running_chrome_is_used_and_left_as_it_was(rig: Any, open_to_us: int) -> None:
    async with async_playwright() as play:
        person = await play.chromium.connect_over_cdp(f"http://127.0.0.1:{open_to_us}")
        tab = await person.contexts[0].new_page()
        await tab.goto(f"{rig.shop.origin}/login")
        await tab.get_by_label("Name").fill("Ada Marsh")
        await tab.get_by_label("Name").press("Enter")
        await tab.get_by_text("Signed in as").wait_for()
        rig.shop.log.clear()
        rig.browser = replace(rig.browser, port=open_to_us)
        receipt = await rig.execute(await rig.granted())
        assert (receipt.state, receipt.reference) == ("done", "R-0001"), receipt
        assert [path for _, _, path in rig.shop.writes()] == ["/hold", "/reservations"]
        assert not tab.is_closed()
        await tab.goto(f"{rig.shop.origin}/rooms/maple")  # its network is its own again
        assert await tab.evaluate("fetch('/own', {method: 'POST'}).then(r => r.status)") == 200
        await person.close()


async def test_one_that_could_leak_or_is_not_there_is_not_used(rig: Any, as_it_comes: int, tmp_path: Path) -> None:
    settings = replace(rig.browser, port=as_it_comes)
    with pytest.raises(Unavailable, match=r"without the flags.*Chrome 136.*--user-data-dir"):
        async with open_profile(settings, tmp_path / "profile", None, Phase.CHECK):
            pass
    with pytest.raises(Unavailable, match="No Chrome answers"):
        async with open_profile(replace(settings, port=9), tmp_path / "profile", None, Phase.CHECK):
            pass
