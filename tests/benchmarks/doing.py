"""Go to receipt: the whole product, and a script written by hand that presses the same things, in turn."""

from __future__ import annotations

import datetime as dt
import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import sync_playwright

from agents.executor.chrome import BrowserSettings, find_browser
from tests.benchmarks.figures import Figure
from tests.benchmarks.talk import FLAGS
from tests.journeys.support import NOW, OPENING, Chat, Service, Town

PEER = "a Playwright script that presses the same things"


@dataclass(frozen=True)
class Table:
    """What is to be reserved."""

    page: str
    date: str
    time: str
    party: str

    @classmethod
    def of(cls, decision: dict[str, Any], plan: dict[str, Any]) -> Table:
        """The one that a plan is about."""
        terms = plan["plan"]["terms"]
        return cls(decision["top"]["url"], terms["date"], terms["time"], terms["party"])


def by_hand(profile: Path, table: Table) -> str:
    """Launch, open, choose, date, find times, time, complete, read the number, close; the number."""
    settings = BrowserSettings()
    with sync_playwright() as driver:
        program = find_browser(settings.path, driver.chromium.executable_path, settings.environ)
        context = driver.chromium.launch_persistent_context(profile, executable_path=program, args=FLAGS)
        page = context.pages[0]
        page.goto(table.page)
        page.get_by_label("Party size").select_option(table.party)
        page.get_by_label("Date").fill(table.date)
        page.get_by_role("button", name="Find times").click()
        page.get_by_role("button", name=table.time, exact=True).click()
        page.get_by_role("button", name="Complete reservation").click()
        number = page.locator("dt", has_text="Confirmation number").locator("xpath=following-sibling::dd[1]")
        reference = number.inner_text()
        context.close()
    return reference


def go(service: Service, conversation: str) -> float:
    """Seconds from sending "Go" to reading the receipt in the conversation's stream."""
    stream = f"{service.url}/api/v1/conversations/{conversation}/events"
    with (
        ThreadPoolExecutor(1) as pool,
        httpx.Client(base_url=service.url, timeout=120) as client,
        httpx.stream("GET", stream, timeout=120) as events,
    ):
        client.get("/healthz")  # connected, and the stream has begun
        began = time.perf_counter()
        sent = pool.submit(client.post, "/api/v1/messages", json={"conversation": conversation, "text": "Go"})
        for line in events.iter_lines():
            if (receipt := _receipt(line)) is not None:
                took = time.perf_counter() - began
                break
        sent.result().raise_for_status()
    assert receipt is not None
    assert receipt["state"] == "done", receipt
    return took


def _receipt(line: str) -> dict[str, Any] | None:
    if not line.startswith("data:"):
        return None
    message = json.loads(line.removeprefix("data:")).get("message") or {}
    receipt: dict[str, Any] | None = (message.get("reply") or {}).get("receipt")
    return receipt


def go_to_receipt(service: Service, town: Town, peer_town: Town, profile: Path, rounds: int) -> Figure:
    """So many of each, in turn and on evenings of their own, after one of each that does not count.

    Args:
        peer_town: a second town like the first, where the table that the product just took is still free.
        profile: signed in at the second town.
    """
    product, script = [], []
    for number in range(rounds + 1):
        date = dt.date.fromisoformat(NOW[:10]) + dt.timedelta(days=1 + number)
        chat = Chat(service, f"go-{number}")
        decision = chat.to_decision(OPENING.replace("tonight", f"on {date}"))["decision"]
        table = Table.of(decision, chat.send("top"))
        before = len(town.booked()), len(peer_town.booked())
        product.append(go(service, chat.name))
        began = time.perf_counter()
        by_hand(profile, replace(table, page=table.page.replace(town.site, peer_town.site)))
        script.append(time.perf_counter() - began)
        assert (len(town.booked()), len(peer_town.booked())) == (before[0] + 1, before[1] + 1), "both really booked"
    return Figure("Go to receipt", product[1:], "s", PEER, script[1:])
