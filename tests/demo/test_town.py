import datetime as dt
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import BrowserContext, async_playwright

from agents.executor.account import label
from agents.executor.barrier import Phase
from agents.executor.browser import open_profile
from agents.executor.chrome import BrowserSettings, find_browser
from demo.sign_in import guest_of, sign_in
from demo.town import town_clock

SATURDAY = "2026-11-21"
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture
async def browser() -> AsyncIterator[BrowserContext]:
    async with async_playwright() as driver:
        program = find_browser(None, driver.chromium.executable_path, os.environ)
        chromium = await driver.chromium.launch(executable_path=program, args=FLAGS)
        yield await chromium.new_context(java_script_enabled=False)
        await chromium.close()


async def test_a_table_is_booked_in_chromium_without_javascript(live_town: Any, browser: BrowserContext) -> None:
    page = await browser.new_page()
    await page.goto(f"{live_town.address}/login")
    await page.get_by_label("Email").fill("marta@portaurel.example")
    await page.get_by_label("Password").fill("lanternlight")
    await page.get_by_role("main").get_by_role("button", name="Log in").click()
    await page.goto(f"{live_town.address}/restaurants/lanterna")
    await page.get_by_label("Party size").select_option(label="2 people")
    await page.get_by_label("Date").fill(SATURDAY)
    await page.get_by_role("button", name="Find times").click()
    await page.get_by_role("button", name="19:30", exact=True).click()
    assert "No charge" in await page.get_by_role("main").inner_text()
    await page.get_by_role("button", name="Complete reservation").click()
    number = page.url.rsplit("/", 1)[1]
    await page.goto(f"{live_town.address}/my/reservations")
    assert number in await page.get_by_role("article").inner_text()
    assert [line.outcome for line in live_town.log()] == ["signed in", "held", "booked"]


@pytest.mark.long
async def test_a_home_stays_signed_in_once_it_was(live_town: Any, tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "memory").mkdir(parents=True)
    (home / "memory" / "about.md").write_text("---\nname: Ada Quill\n---\n# About me\n")
    settings = BrowserSettings(show="headless")
    for _ in range(2):
        labels = await sign_in(home, live_town.sites, guest_of(home), settings)
        assert labels == dict.fromkeys(live_town.sites, "Ada Quill")
    assert label(home, [live_town.address]) == "Ada Quill"
    assert [line.outcome for line in live_town.log()] == ["refused: wrong password", "registered"]
    async with open_profile(settings, home / "state/profile", None, Phase.CHECK, barrier=False) as window:
        page = await window.page()
        await page.goto(f"{live_town.address}/my/reservations")
        assert "Signed in as Ada Quill" in await page.get_by_role("banner").inner_text()


def test_the_sample_home_gets_its_own_account(tmp_path: Path) -> None:
    shutil.copytree(Path("demo/home/memory"), tmp_path / "memory")
    assert guest_of(tmp_path).account.email == "marta@portaurel.example"
    (tmp_path / "memory" / "about.md").write_text("# no front matter\n")
    assert guest_of(tmp_path).account.name == "Guest"


def test_a_port_that_is_taken_is_told_in_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        command = [sys.executable, "-m", "demo.town", "--port", port, "--data", str(tmp_path)]
        run = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert run.returncode == 1
    assert f"port {port}" in run.stderr
    assert "--port" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_town_that_starts_at_another_time_runs_on_from_there() -> None:
    clock = town_clock(dt.datetime(2027, 1, 1, 23, 59))
    first = clock()
    time.sleep(0.02)
    assert first.date() == dt.date(2027, 1, 1)
    assert first.tzinfo is not None
    assert dt.timedelta(milliseconds=15) < clock() - first < dt.timedelta(seconds=5)
