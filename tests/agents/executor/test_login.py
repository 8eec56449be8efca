from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from playwright.async_api import Page

from agents.executor import account
from agents.executor.barrier import Phase
from agents.executor.browser import open_profile
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


async def test_a_page_still_on_its_way_is_waited_for(rig: Any, tmp_path: Any) -> None:
    rest = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):  # a browser also connects without asking anything
            await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<head><title>Slow</title>")
        await rest.wait()
        writer.write(b"</head><body>Signed in as <b>Ada</b></body>")
        writer.close()

    async with (
        await asyncio.start_server(answer, "127.0.0.1") as site,
        open_profile(rig.browser, tmp_path / "profile", None, Phase.CHECK, barrier=False) as window,
    ):
        page = await window.page()
        await page.goto(f"http://127.0.0.1:{site.sockets[0].getsockname()[1]}", wait_until="commit")
        assert await page.evaluate("document.body") is None
        asyncio.get_running_loop().call_later(0.2, rest.set)
        assert await account.sign_in_label(page, "Signed in as") == "Ada"
