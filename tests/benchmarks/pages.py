"""The pages: first paint and bytes, and how late an event comes where many look on at once."""

from __future__ import annotations

import asyncio
import re
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx
from playwright.sync_api import Browser, sync_playwright

from agents.executor.chrome import BrowserSettings, find_browser
from tests.benchmarks.figures import Figure
from tests.benchmarks.start import memory
from tests.journeys.support import Service

LOADS = 11
ROOMS = ("/", "/memory", "/workflows", "/runs", "/today", "/welcome")
PAGES, CONVERSATIONS = 50, 20  # that stream, and that are spoken in
TALKS = ("thanks", "what are my allergies?", "what do you know about my taste in hotels?", "help")
SHOWN = re.compile(r'data: .*<article id="m-([^"]+)"')
BARE = "the plainest page of the same server (the health door)"
PAINT = """() => ({
  paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime / 1000,
  bytes: [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .reduce((sum, entry) => sum + entry.transferSize, 0),
})"""


def paints(service: Service) -> Iterator[Figure]:
    """First paint of every page, cold (an empty cache) and warm, and the bytes of the cold one."""
    with sync_playwright() as driver:
        settings = BrowserSettings()
        program = find_browser(settings.path, driver.chromium.executable_path, settings.environ)
        browser = driver.chromium.launch(executable_path=program)
        bare, _, _ = _loads(browser, f"{service.url}/healthz")
        for room in ROOMS:
            cold, warm, sizes = _loads(browser, service.url + room)
            yield Figure(f"{room}: first paint, cold", cold, "s", BARE, bare)
            yield Figure(f"{room}: first paint, warm", warm, "s", BARE, bare)
            yield Figure(f"{room}: transfer, cold", sizes, "kB")
        browser.close()


def _loads(browser: Browser, url: str) -> tuple[list[float], list[float], list[float]]:
    cold, warm, sizes = [], [], []
    for _ in range(LOADS):
        context = browser.new_context()
        page = context.new_page()
        for kept in (cold, warm):
            page.goto(url, wait_until="load")
            page.wait_for_function("() => performance.getEntriesByName('first-contentful-paint').length")
            seen = page.evaluate(PAINT)
            kept.append(seen["paint"])
            if kept is cold:
                sizes.append(seen["bytes"] / 1000)
        context.close()
    return cold, warm, sizes


@dataclass
class Crowd:
    """Pages that look on, and people who talk; how late each page heard of each message, in seconds."""

    url: str
    delays: list[float] = field(default_factory=list)
    sent: dict[str, float] = field(default_factory=dict)

    async def look_on(self, client: httpx.AsyncClient, conversation: str) -> None:
        """One page's stream, for ever: the HTML that it swaps in."""
        async with client.stream("GET", f"{self.url}/chat/{conversation}/events") as stream:
            async for line in stream.aiter_lines():
                if (shown := SHOWN.match(line)) and (began := self.sent.get(shown[1])):
                    self.delays.append(time.perf_counter() - began)

    async def talk(self, client: httpx.AsyncClient, conversation: str, until: float) -> None:
        """One person, who writes again once answered."""
        for number in range(10**6):
            if time.monotonic() > until:
                return
            message = uuid.uuid4().hex
            body = {"conversation": conversation, "text": TALKS[number % len(TALKS)], "id": message}
            self.sent[message] = time.perf_counter()
            (await client.post(f"{self.url}/api/v1/messages", json=body)).raise_for_status()


def crowd(service: Service, seconds: float) -> Iterator[Figure]:
    """From sending a message to its event on each page that looks on; what the service's memory grew by meanwhile."""
    seen = Crowd(service.url)
    grown = asyncio.run(_crowded(seen, service, seconds))
    what = f"{PAGES} pages stream, {CONVERSATIONS} conversations run"
    yield Figure(f"{what}: message to event", seen.delays, "s")
    yield Figure(f"{what}: growth in {seconds / 60:.0f} min", [grown], "MB")


async def _crowded(seen: Crowd, service: Service, seconds: float) -> float:
    until = time.monotonic() + seconds
    names = [f"crowd-{number}" for number in range(CONVERSATIONS)]
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(timeout=httpx.Timeout(120, read=None), limits=limits) as client:
        looking = [asyncio.create_task(seen.look_on(client, names[n % CONVERSATIONS])) for n in range(PAGES)]
        talking = [asyncio.create_task(seen.talk(client, name, until)) for name in names]
        await asyncio.sleep(seconds / 5)  # what is loaded at first use is there by then
        before = memory(service)[0].values[0]
        await asyncio.gather(*talking)
        grown = memory(service)[0].values[0] - before
        for task in looking:
            task.cancel()
    return grown
