"""How a command reaches the house: the running service, one started for it, or the home opened here."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
from filelock import FileLock, Timeout
from pydantic import TypeAdapter
from starlette.types import ASGIApp, Receive, Scope, Send

from agents.types import Reply
from app.channels.base import Event
from app.errors import Problem
from app.settings import Settings
from memory.errors import Conflict, RflowError, Unavailable
from memory.evidence import Evidence
from memory.home import Home
from memory.recalled import IndexState, Recalled
from memory.status import Status

START_SECONDS = 90.0
REPLY_SECONDS = 200.0
GONE_SECONDS = 60.0  # how long a service that went away in the middle may take to come back
Say = Callable[[str], None]


class Told(RflowError):
    """An error that the service told us."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message, problem.next_step)
        self.status = problem.status


class Client:
    """The doors of DESIGN.md section 7 as methods."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def get(self, path: str) -> Any:
        """The JSON at a path; raises Told."""
        return _json(await self.http.get(path))

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        """The answer to a body; raises Told."""
        return _json(await self.http.post(path, json=body))

    async def recall(self, query: str, k: int) -> Recalled:
        """Evidence for a query, and how the index stood; the files that were not read only where nothing was found."""
        response = await self.http.post("/api/v1/recall", json={"query": query, "k": k})
        evidence = TypeAdapter(tuple[Evidence, ...]).validate_python(_json(response))
        kind = response.headers.get("index-state", "found")
        unread = (await self.index()).unread if kind == "not indexed" else ()
        index = IndexState(kind=kind, pending=int(response.headers.get("index-pending", 0)), unread=unread)
        return Recalled(evidence=evidence, index=index)

    async def index(self, since: str = "") -> Status:
        """How the index stands; with `since`, only the files that wait or were read after that time."""
        return Status.model_validate(_json(await self.http.get("/api/v1/index", params={"since": since})))

    async def say(self, conversation: str, text: str, message: str) -> Reply:
        """Sends a message; the same id again gets the same reply."""
        body = {"conversation": conversation, "text": text, "id": message}
        return Reply.model_validate(await self.post("/api/v1/messages", body))

    async def events(self, conversation: str, after: str | None = None) -> AsyncIterator[Event]:
        """The conversation's events, first those since the message `after`; survives a restart of the service."""
        gone_since: float | None = None
        while gone_since is None or time.monotonic() - gone_since < GONE_SECONDS:
            with suppress(httpx.TransportError):
                async for event in self._stream(conversation, after):
                    gone_since = None
                    after = event.message.id if event.message else after
                    yield event
            gone_since = gone_since or time.monotonic()
            await asyncio.sleep(0.5)
        raise Unavailable("The service went away in the middle.", "Start it with rflow serve; it goes on where it was.")

    async def _stream(self, conversation: str, after: str | None) -> AsyncIterator[Event]:
        params = {"after": after} if after else {}
        path = f"/api/v1/conversations/{conversation}/events"
        async with self.http.stream("GET", path, params=params, timeout=httpx.Timeout(10, read=45)) as response:
            async for line in response.aiter_lines():
                if line.startswith("data:"):
                    yield Event.model_validate_json(line.removeprefix("data:").strip())


@asynccontextmanager
async def reach(settings: Settings, say: Say, start: bool = False) -> AsyncIterator[Client]:
    """A client to the service that owns the home; where none does, one is started (`start`) or the home opened here.

    Raises:
        Unavailable: the service does not become ready.
    """
    url = await _running(settings)
    if url is None and start:
        url = await _started(settings, say)
    if url is None:
        async with _opened(settings) as client:
            yield client
        return
    async with httpx.AsyncClient(base_url=url, headers=_bearer(settings), timeout=REPLY_SECONDS) as http:
        yield Client(http)


def owned(home: Path) -> bool:
    """Whether a process holds the home's lock."""
    lock = home / "state" / "lock"
    if not lock.exists():
        return False
    try:
        with FileLock(lock, timeout=0):
            return False
    except Timeout:
        return True


async def _running(settings: Settings) -> str | None:
    if not owned(settings.home):
        return None
    url = str(Home(settings.home).owner().get("url") or "")
    if not url:
        raise Conflict(f"{settings.home} is in use by another command.", "Wait until it ends, and try again.")
    await _ready(url, lambda: True)
    return url


async def _started(settings: Settings, say: Say) -> str:
    home = Home.open(settings.home)
    log = home.root / "state" / "service.log"
    say(f"Starting the assistant in the background (log: {log}) …")
    process = _spawn(settings, log)
    # Whatever answers at our port before this process owns the home is somebody else's service.
    while home.owner().get("pid") != process.pid:
        if process.poll() is not None:
            raise Unavailable(f"The assistant did not start. {_last_words(log)}".strip())
        await asyncio.sleep(0.1)
    await _ready(settings.url, lambda: process.poll() is None)
    return settings.url


def _spawn(settings: Settings, log: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "RFLOW_HOME": str(settings.home)}
    with log.open("ab") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "app.cli", "serve"],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=environment,
            start_new_session=True,
        )


async def _ready(url: str, alive: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    async with httpx.AsyncClient(base_url=url, timeout=5) as http:
        while alive() and time.monotonic() < deadline:
            with suppress(httpx.TransportError):
                if (await http.get("/readyz")).is_success:
                    return
            await asyncio.sleep(0.2)
    raise Unavailable(f"The assistant at {url} does not answer.", "Stop it, and try again.")


def _last_words(log: Path) -> str:
    """What a service that ended said last."""
    lines = log.read_text("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else ""


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Client]:
    from app.main import create_app  # heavy: only where the home is opened here

    app = create_app(settings)
    async with app.router.lifespan_context(app) as state:
        transport = httpx.ASGITransport(_with_state(app, dict(state or {})))
        async with httpx.AsyncClient(
            transport=transport, base_url="http://127.0.0.1", headers=_bearer(settings), timeout=REPLY_SECONDS
        ) as http:
            yield Client(http)


def _with_state(app: ASGIApp, state: dict[str, Any]) -> ASGIApp:
    async def stateful(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "state": dict(state)}, receive, send)

    return stateful


def _bearer(settings: Settings) -> dict[str, str]:
    return {"authorization": f"Bearer {settings.password.get_secret_value()}"} if settings.password else {}


def _json(response: httpx.Response) -> Any:
    try:
        body = response.json()
    except json.JSONDecodeError:
        # The server's own page for a request that it had to let go of: ours are always JSON.
        gone = f"The service was ended before it answered ({response.status_code})."
        kept = "What you sent is kept and goes on when it runs again: `rflow serve`, or ask anything."
        raise Unavailable(gone, kept) from None
    if response.is_error:
        raise Told(Problem.model_validate(body))
    return body
