"""Message to reply, offline, by kind of message; each beside its bare core."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Browser, async_playwright

from agents.executor.chrome import BrowserSettings, find_browser
from memory.embed import MiniLM
from memory.vectors import VectorStore
from tests.benchmarks.figures import Figure
from tests.journeys.support import NOW, OPENING, Service

ANSWERS = {"time": "20:00", "party_size": "2", "date": "tonight"}
FLAGS = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
CLOSER, AT_ONCE = 12, 4  # pages looked at, as the shipped workflow and the searcher have it
RECALL = "one embedding and one Chroma query"
SEARCH = f"the same list and {CLOSER} pages, opened bare in a warm browser"


@dataclass
class Talk:
    """One conversation over one kept connection, with the seconds that each reply took."""

    client: httpx.Client
    seconds: defaultdict[str, list[float]]
    name: str = field(default_factory=lambda: uuid.uuid4().hex[:12])

    def say(self, text: str) -> tuple[dict[str, Any], float]:
        """One message: its reply, and the seconds from sending to reading it."""
        body = {"conversation": self.name, "text": text, "id": uuid.uuid4().hex}
        began = time.perf_counter()
        answer = self.client.post("/api/v1/messages", json=body)
        took = time.perf_counter() - began
        answer.raise_for_status()
        reply: dict[str, Any] = answer.json()
        return reply, took

    def story(self) -> None:
        """The story up to the plan; nothing is done."""
        reply, took = self.say(OPENING)
        self.seconds["opening"].append(took)
        while reply["kind"] == "question":
            asked = reply["question"]
            reply, took = self.say("yes" if asked["proposed"] else ANSWERS[asked["detail"]])
            self.seconds["answer" if reply["kind"] == "question" else "search and decision"].append(took)
        assert reply["kind"] == "decision", reply["text"]
        _, took = self.say(f"why not {reply['decision']['excluded'][0]['name']}?")
        self.seconds["why"].append(took)
        plan, took = self.say("top")
        assert plan["kind"] == "plan", plan["text"]
        self.seconds["plan"].append(took)


def replies(service: Service, site: str, index: Path, rounds: int) -> list[Figure]:
    """Every kind of message over so many conversations.

    Args:
        index: a copy of the home's vectors that nobody else has open.
    """
    seconds: defaultdict[str, list[float]] = defaultdict(list)
    with httpx.Client(base_url=service.url, timeout=120) as client:
        Talk(client, defaultdict(list)).story()  # the first one opens the browser for searching
        for _ in range(rounds):
            Talk(client, seconds).story()
    recall, search = bare_recall(index, rounds), asyncio.run(bare_search(site, rounds))
    peers = {"opening": (RECALL, recall), "why": (RECALL, recall), "search and decision": (SEARCH, search)}
    return [Figure(f"reply: {kind}", took, "s", *peers.get(kind, ("", ()))) for kind, took in seconds.items()]


def bare_recall(index: Path, rounds: int) -> list[float]:
    """Seconds of one embedding and one query in Chroma, over the same vectors."""
    embedder, store = MiniLM(), VectorStore(index)
    took = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        store.nearest(embedder.embed([OPENING])[0], 8)
        took.append(time.perf_counter() - began)
    return took[1:]


async def bare_search(site: str, rounds: int) -> list[float]:
    """Seconds in which a warm, bare browser opens what a search opens, and reads each page's HTML."""
    async with async_playwright() as driver:
        settings = BrowserSettings()
        program = find_browser(settings.path, driver.chromium.executable_path, settings.environ)
        browser = await driver.chromium.launch(executable_path=program, args=FLAGS)
        took = []
        for _ in range(rounds + 1):
            began = time.perf_counter()
            await _search(browser, f"{site}/restaurants?date={NOW[:10]}&time=20:00&party=2")
            took.append(time.perf_counter() - began)
        await browser.close()
    return took[1:]


async def _search(browser: Browser, address: str) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(address, wait_until="domcontentloaded")
    await page.content()
    links: list[str] = await page.locator("article").evaluate_all("all => all.map(a => a.querySelector('a').href)")
    gate = asyncio.Semaphore(AT_ONCE)

    async def look(link: str) -> None:
        async with gate:
            closer = await context.new_page()
            await closer.goto(link, wait_until="domcontentloaded")
            await closer.content()
            await closer.close()

    await asyncio.gather(*(look(link) for link in links[:CLOSER]))
    await context.close()
