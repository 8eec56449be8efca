"""`rflow index`: tells file by file what is read, here or by the service that owns the home."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

from app.client import owned, reach
from app.settings import Settings
from memory.home import Home
from memory.status import FileStatus, Progress, Status, look, now

Tell = Callable[[FileStatus], None]
"""Is told each file that was read, and now and then one that is being read (`waiting`, with its passages so far)."""

PAUSE = 0.5  # seconds between two questions to the service
SELDOM = 2.0  # seconds between two words about the same long file


def status(settings: Settings) -> Status:
    """How the index stands; asks the service where one runs, and changes nothing."""
    if owned(settings.home):
        return asyncio.run(_asked(settings))
    return look(settings.home)


def run(settings: Settings, tell: Tell, watch: bool) -> Status:
    """Brings the index up to date; with `watch` goes on until interrupted."""
    if owned(settings.home):
        return asyncio.run(_followed(settings, tell, watch))
    return _here(Home.open(settings.home), tell, watch)


async def _asked(settings: Settings) -> Status:
    async with reach(settings, lambda _: None) as client:
        return await client.index()


async def _followed(settings: Settings, tell: Tell, watch: bool) -> Status:
    """Asks the running service, which reads by itself, until nothing waits."""
    async with reach(settings, lambda _: None) as client:
        since = now()
        while True:
            standing = await client.index(since)
            for file in sorted((f for f in standing.files if f.at > since), key=lambda f: f.at):
                tell(file)
                since = max(since, file.at)
            if not standing.pending and not watch:
                return await client.index()
            await asyncio.sleep(PAUSE)


def _here(home: Home, tell: Tell, watch: bool) -> Status:
    from memory.embed import MiniLM  # heavy: onnxruntime and Chroma
    from memory.index import Index
    from memory.watch import kept

    last = time.monotonic()

    def progress(at: Progress) -> None:
        nonlocal last
        if at.entry or time.monotonic() - last > SELDOM:
            last = time.monotonic()
            tell(at.file)

    with home.lock():
        index = Index(home, MiniLM())
        try:
            if watch:
                with kept(index, progress):
                    threading.Event().wait()  # until interrupted
            index.sync(progress)
            return index.status()
        finally:
            index.close()
