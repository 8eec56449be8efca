"""The row of navigation tricks: hostile pages in search and on the way through Commit, judged by who was reached."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Error as PlaywrightError

from agents.executor.barrier import Phase, Policy
from agents.executor.bounds import leave
from agents.executor.browser import Window, open_profile
from agents.executor.chrome import BrowserSettings
from agents.executor.driver import Driver
from agents.executor.failpoint import no_failpoint
from agents.executor.looks import look_until_sure
from agents.executor.plan import BoundPlan, plan_for
from agents.executor.run import Run
from agents.executor.search import Searcher
from agents.executor.shots import Shots
from agents.types import Candidate
from memory.errors import RflowError
from tests.proof import maze as mazes
from tests.proof.maze import DAY, WHO, Arrived, Maze
from tests.proof.record import Story
from tests.proof.tricks import CODES, TRICKS, spelled, written
from workflows.model import Workflow

ROW = "navigation tricks"
WAYS = {
    "search": ("list", "item"),
    "rehearse": ("item", "review"),
    "commit": ("item", "review", "done"),
    "check": ("mine",),
}
"""What is done, and the pages that it comes by."""

DETAILS: dict[str, Any] = {"date": DAY.isoformat(), "time": "19:30", "guests": 2}
DECLARED = {"search": {"/find"}, "check": {"/find"}, "rehearse": {"/hold"}, "commit": {"/hold", "/reservations"}}
_PATIENCE = 1.5  # seconds for one action on these pages, many of which hold it up
_LATE = 0.15  # seconds in which something may still be on its way after the page was left
_ENDED = 120  # seconds in which a story is over
_STORIES = 60  # with one browser


@dataclass
class Room:
    """What a worker keeps open over many stories."""

    folder: Path
    maze: Maze
    loop: asyncio.Runner
    stack: AsyncExitStack | None = None
    searcher: Searcher | None = None
    window: Window | None = None
    told: int = 0

    async def ready(self) -> tuple[Searcher, Window]:
        """Both browsers, new ones after many stories or where one has ended."""
        worn = self.told % _STORIES == 0 or self.window is None or not self.window.alive
        self.told += 1
        if worn:
            await self._open()
        assert self.searcher is not None
        assert self.window is not None
        return self.searcher, self.window

    async def _open(self) -> None:
        await self.close()
        stack = AsyncExitStack()
        driver = await stack.enter_async_context(Driver())
        settings = BrowserSettings(show="headless", timeout=_PATIENCE)
        self.searcher = await stack.enter_async_context(Searcher(settings, lambda: mazes.NOW, driver=driver))
        profile = self.folder / "profile"
        shutil.rmtree(profile, ignore_errors=True)
        self.window = await stack.enter_async_context(
            open_profile(settings, profile, None, Phase.PREPARE, driver=driver)
        )
        self.stack = stack

    async def close(self) -> None:
        """End them."""
        stack, self.stack = self.stack, None
        if stack is not None:
            await stack.aclose()


@contextmanager
def opened(folder: Path) -> Iterator[Room]:
    """A room for the stories of one worker."""
    folder.mkdir(parents=True, exist_ok=True)
    with mazes.opened() as maze, asyncio.Runner() as loop:
        room = Room(folder, maze, loop)
        try:
            yield room
        finally:
            loop.run(room.close())


def told(room: Room, seed: int, number: int) -> Story:
    """Several tricks on the pages of one way; nothing undeclared may have arrived anywhere when it is over."""
    rng, way, key = random.Random(seed), list(WAYS)[number % len(WAYS)], f"s{seed}"
    drawn = _laid(room.maze, rng, key, WAYS[way])
    try:
        said = room.loop.run(asyncio.wait_for(_walked(room, way, key), _ENDED))
    except Exception as error:  # noqa: BLE001  whatever it is, it is what must not be
        return Story(ROW, seed, f"{way}: {drawn}", True, violation=f"it broke: {error!r}")
    found = arrived(room.maze, way)
    return Story(ROW, seed, f"{way}: {drawn}", True, said, violation="; ".join(found[:5]))


def _laid(maze: Maze, rng: random.Random, key: str, stages: tuple[str, ...]) -> str:
    """Put tricks into the story's pages, and hops after what is declared; which ones they are."""
    maze.clear()
    names = []
    for stage in rng.sample(stages, rng.randint(1, len(stages))):
        html, headers = [], {}
        for trick in rng.sample(TRICKS, rng.randint(1, 3)):
            evil = spelled(rng, mazes.HOST, maze.port, maze.other.port)
            piece, more = written(trick, key, evil, rng.choice(CODES))
            html.append(piece)
            headers |= more
            names.append(f"{trick.name} to {evil} on {stage}")
        maze.pages[key, stage] = ("".join(html), headers)
    for request in ("hold", "reservations"):
        if rng.random() < 0.2:
            to = rng.choice((f"{spelled(rng, mazes.HOST, maze.port, maze.other.port)}/hop", "/reservations", "/own/x"))
            code = rng.choice(CODES)
            maze.hops[key, request] = (code, to)
            names.append(f"{code} to {to} after {request}")
    return ", ".join(names)


def arrived(maze: Maze, way: str) -> list[str]:
    """What came that must not: anything elsewhere, and what was not declared, or twice, at the site itself."""
    found = [f"elsewhere: {heard}" for heard in maze.other.heard]
    sent = [a for a in maze.log if a.method not in ("GET", "HEAD")]
    found += [f"under another name: {a}" for a in maze.log if a.host != maze.host]
    found += [f"undeclared: {a}" for a in sent if a.path not in DECLARED[way] or a.method != "POST"]
    commits = sent.count(Arrived("POST", maze.host, "/reservations"))
    return found + ([f"reserved {commits} times"] if commits > 1 else [])


async def _walked(room: Room, way: str, key: str) -> str:
    """One way through the pages, by the product's own code; how it ended."""
    searcher, window = await room.ready()
    workflow, ended = room.maze.workflow(key), "done"
    try:
        if way == "search":
            found = await searcher.collect(workflow, DETAILS)
            await searcher.look_closer(workflow, found)
            await searcher.read(f"{room.maze.origin}/story/{key}/item", workflow.sites)
        else:
            await _in_the_profile(window, room.folder, workflow, way, key)
    except (RflowError, PlaywrightError) as stopped:
        ended = type(stopped).__name__
    await left(window)
    return ended


async def _in_the_profile(window: Window, folder: Path, workflow: Workflow, way: str, key: str) -> None:
    url = f"{workflow.sites[0]}/story/{key}/item"
    choice = Candidate(id="c1", name="Maple Room", url=url, seen_at=mazes.NOW.isoformat())
    bound = plan_for(workflow, DETAILS, choice, price=None, account_label=WHO, tz="Europe/Lisbon")
    if way == "check":
        window.barrier.begin(Policy(workflow.name, workflow.sites, workflow.requests), Phase.CHECK)
        await look_until_sure(window, workflow, bound, frozenset(), 0, asyncio.sleep)
        return
    await carried_out(window, folder, workflow, bound, key, rehearse=way == "rehearse")


async def carried_out(
    window: Window, folder: Path, workflow: Workflow, bound: BoundPlan, key: str, *, rehearse: bool = False
) -> dict[str, str]:
    """A plan's run in a browser that is open already; what was kept of it."""
    phase = Phase.REHEARSE if rehearse else Phase.PREPARE
    window.barrier.begin(Policy(workflow.name, workflow.sites, workflow.requests), phase)

    async def free() -> None:
        """Nobody has stopped it."""

    run = Run(bound, workflow, window, Shots(folder, f"runs/{key}"), free, lambda *_: None, no_failpoint)
    await run.prepare()
    button = await run.ready()
    if not rehearse:
        await run.press(button)
        await run.receive()
    return run.kept


async def left(window: Window) -> None:
    """The pages are left as they are at the end of a run, the last one too; what they send then has its time."""
    for page in window.context.pages:
        with suppress(PlaywrightError):
            await leave(page)
    await asyncio.sleep(_LATE)
    window.barrier.begin(None, Phase.SEARCH)
