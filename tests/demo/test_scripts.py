"""What the sites' scripts add in Chromium: the rules in a dialog, the calendar, and the rig's second dialog."""

import datetime as dt
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Dialog, Page, async_playwright

from agents.executor.chrome import find_browser
from demo.biglietto.programme import load_shows, programme
from demo.shared.log import read_log
from demo.shared.site import SAMPLE

NOW = dt.datetime(2026, 11, 20, 12, 0)
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@dataclass
class Rigged:
    port: int
    data: Path

    def at(self, key: str, path: str = "") -> str:
        return f"http://{key}.localhost:{self.port}{path}"

    def mode(self, key: str, mode: str) -> None:
        host = {"host": f"{key}.localhost:{self.port}"}
        httpx.post(f"http://127.0.0.1:{self.port}/_rig", json={"mode": mode}, headers=host).raise_for_status()

    def outcomes(self, key: str) -> list[str]:
        return [line.outcome for line in read_log(self.data, key) if line.what["action"] != "login"]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Rigged]:
    command = [
        sys.executable,
        "-m",
        "demo.town",
        "--port",
        "0",
        "--data",
        str(tmp_path),
        "--now",
        f"{NOW:%FT%H:%M}",
        "--rig",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        port = int(process.stdout.readline().rsplit(":", 1)[1])
        yield Rigged(port, tmp_path)
        process.terminate()


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with async_playwright() as driver:
        program = find_browser(None, driver.chromium.executable_path, os.environ)
        chromium = await driver.chromium.launch(executable_path=program, args=FLAGS)
        page = await chromium.new_page()
        page.set_default_timeout(15_000)
        yield page
        await chromium.close()


async def log_in(page: Page, town: Rigged, key: str) -> None:
    await page.goto(town.at(key, "/login"))
    await page.get_by_label("Email").fill(SAMPLE[0])
    await page.get_by_label("Password").fill(SAMPLE[2])
    await page.get_by_role("main").get_by_role("button", name="Log in").click()


async def test_the_house_rules_open_in_a_dialog_and_only_consent_sends_anything(town: Rigged, page: Page) -> None:
    event = next(e for e in programme(load_shows(), NOW).values() if e.show.name == "Candle Hour at St Brannoc")
    await log_in(page, town, "biglietto")
    await page.goto(town.at("biglietto", f"/events/{event.slug}"))
    more = page.get_by_role("button", name="One Unreserved ticket more")
    for _ in range(3):
        await more.click()
    await page.get_by_role("button", name="One Unreserved ticket fewer").click()
    assert await page.get_by_label("Unreserved tickets").input_value() == "2"
    await page.get_by_role("button", name="Hold seats", exact=True).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Not now").click()
    assert town.outcomes("biglietto") == []
    await page.get_by_role("button", name="Hold seats", exact=True).click()
    await dialog.get_by_role("button", name="I agree, hold the seats").click()
    await page.get_by_role("heading", name="Review your booking").wait_for()
    assert town.outcomes("biglietto") == ["held"]


async def test_days_are_chosen_in_a_month_of_buttons(town: Rigged, page: Page) -> None:
    await page.goto(town.at("albergo", "/hotels/the-lighthouse-library"))
    await page.get_by_label("Check-in").click()
    month = page.get_by_role("dialog", name="Choose a day")
    assert await month.get_by_role("button", name="Thursday 19 November 2026").is_disabled()
    await month.get_by_role("button", name="Next month").click()
    await month.get_by_role("button", name="Friday 4 December 2026").click()
    assert await page.get_by_label("Check-in").input_value() == "Friday 4 December 2026"
    await page.get_by_label("Check-out").click()
    assert await month.get_by_role("button", name="Friday 4 December 2026").is_disabled()
    await month.get_by_role("button", name="Sunday 6 December 2026").click()
    await page.get_by_role("button", name="Show rates").click()
    assert "check_in=2026-12-04&check_out=2026-12-06" in page.url
    assert await page.get_by_role("heading", name="Friday 4 December 2026 to Sunday 6 December 2026").count() == 1


@pytest.mark.parametrize(("accept", "outcomes"), [(False, ["held"]), (True, ["held", "booked"])])
async def test_the_second_dialog_decides_whether_the_last_press_counts(
    town: Rigged, page: Page, accept: bool, outcomes: list[str]
) -> None:
    asked = []

    async def answer(dialog: Dialog) -> None:
        asked.append(dialog.message)
        await (dialog.accept() if accept else dialog.dismiss())

    page.on("dialog", answer)
    await log_in(page, town, "albergo")
    stay = "house=ferrow-farmhouse&room=Double&rate=Non-refundable&check_in=2026-12-07&check_out=2026-12-09&guests=2"
    await page.goto(town.at("albergo", f"/book?{stay}"))
    town.mode("albergo", "second_dialog")
    await page.get_by_role("button", name="Review booking").click()
    await page.get_by_role("button", name="Confirm booking").click()
    assert len(asked) == 1
    await page.goto(town.at("albergo", "/my/bookings"))
    assert town.outcomes("albergo") == outcomes
