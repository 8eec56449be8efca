"""Go to receipt, for each shipped workflow: the whole product, and a script that presses the same things, in turn."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import async_playwright

from agents.executor.chrome import BrowserSettings, find_browser
from demo.shared.log import read_log
from tests.benchmarks.errands import ERRANDS, Errand, Given
from tests.benchmarks.figures import Figure
from tests.benchmarks.talk import FLAGS
from tests.journeys.support import Chat, Service, Town

PEER = "a Playwright script that presses the same things"


async def by_hand(profile: Path, errand: Errand, url: str, given: Given) -> str:
    """Launch, press everything, read the number, close; the number."""
    settings = BrowserSettings()
    async with async_playwright() as driver:
        program = find_browser(settings.path, driver.chromium.executable_path, settings.environ)
        context = await driver.chromium.launch_persistent_context(profile, executable_path=program, args=FLAGS)
        reference = await errand.by_hand(context.pages[0], url, given)
        await context.close()
    return reference


def go(service: Service, conversation: str, word: str = "Go") -> float:
    """Seconds from sending "Go" to reading the receipt in the conversation's stream."""
    stream = f"{service.url}/api/v1/conversations/{conversation}/events"
    with (
        ThreadPoolExecutor(1) as pool,
        httpx.Client(base_url=service.url, timeout=120) as client,
        httpx.stream("GET", stream, timeout=120) as events,
    ):
        client.get("/healthz")  # connected, and the stream has begun
        began = time.perf_counter()
        sent = pool.submit(client.post, "/api/v1/messages", json={"conversation": conversation, "text": word})
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


def go_to_receipts(service: Service, town: Town, peer_town: Town, profile: Path, rounds: int) -> Iterator[Figure]:
    """So many of each workflow and its script, in turn, after one of each that does not count.

    Args:
        peer_town: a second town like the first, where what the product just took is still to be had.
        profile: signed in at the second town.
    """
    for errand in ERRANDS:
        product, script = [], []
        for number in range(rounds + 1):
            chat, given = Chat(service, f"{errand.workflow}-{number}"), errand.given(number)
            url, word = _to_plan(chat, errand, given)
            before = _done(town, errand), _done(peer_town, errand)
            product.append(go(service, chat.name, word))
            began = time.perf_counter()
            asyncio.run(by_hand(profile, errand, url.replace(f":{town.port}", f":{peer_town.port}"), given))
            script.append(time.perf_counter() - began)
            after = _done(town, errand), _done(peer_town, errand)
            assert after == (before[0] + 1, before[1] + 1), "both really did it"
        yield Figure(f"Go to receipt: {errand.workflow}", product[1:], "s", PEER, script[1:])


def _to_plan(chat: Chat, errand: Errand, given: Given) -> tuple[str, str]:
    """The errand up to its plan; the address of what was chosen, and the word that lets it go."""
    body = {"workflow": errand.workflow, "details": given, "conversation": chat.name, "id": uuid.uuid4().hex}
    decision = chat.service.post("do", body).json()
    assert decision["kind"] == "decision", decision
    plan = chat.send("top")
    assert plan["kind"] == "plan", plan
    code = plan["plan"].get("code")
    return decision["decision"]["top"]["url"], f"Go {code}" if code else "Go"


def _done(town: Town, errand: Errand) -> int:
    return sum(line.outcome in ("booked", "ordered") for line in read_log(town.data, errand.site))
