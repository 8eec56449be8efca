"""The wiring: every part is chosen and every resource opened here, and nowhere else."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn
from fastapi import FastAPI

from agents import graph
from agents.crew import Crew
from agents.executor.chrome import shows_window
from agents.executor.driver import Driver
from agents.executor.execute import Executor
from agents.executor.failpoint import failpoint_from
from agents.executor.search import Searcher
from agents.executor.takeover import Desk
from agents.keeper import Keeper
from agents.preference_proxy import PreferenceProxy
from agents.reasoning.checked import Checked
from agents.reasoning.offline.meaning import Meaning
from agents.reasoning.offline.reasoner import OfflineReasoner
from app.assistant import Assistant
from app.channels.doors import Doors
from app.channels.hub import Hub
from app.checkpoints import Checkpoints
from app.database import open_database
from app.engine import DbosEngine
from app.evals import Evals
from app.executions import Executions
from app.models import open_models
from app.pictured import Pictured
from app.records import Records
from app.runs import Runs
from app.settings import Settings
from app.threads import Threads
from app.turns import Turns
from app.usage import Usage
from app.voice import Voice, vocabulary
from app.web import site
from app.web.ports import WebState
from app.wrong import Wrong
from memory import watch
from memory.embed import MiniLM
from memory.errors import Conflict, RflowError
from memory.history import History
from memory.home import Home, replace
from memory.index import Index
from memory.retrieve import Retriever
from workflows import registry
from workflows.registry import Registry

if TYPE_CHECKING:
    from app.channels.whatsapp.channel import WhatsApp

log = logging.getLogger(__name__)

OWNER = "owner"
"""A home has one owner; channels that reach further than this machine bind their sender to this name."""


def create_app(settings: Settings, on_ready: Callable[[], None] = lambda: None) -> FastAPI:
    """The service as an ASGI app, whose lifespan opens the house and then calls `on_ready`."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[WebState]:
        try:
            async with open_house(settings) as (assistant, workflows, whatsapp):
                on_ready()
                state: WebState = {
                    "assistant": assistant,
                    "settings": settings,
                    "examples": lambda: tuple(by_turns([w.examples for w in workflows.all()])),
                    "sample": assistant.home.sample or "",
                }
                yield state if whatsapp is None else {**state, "whatsapp": whatsapp}
        except RflowError as error:
            app.state.failed = error  # `serve` tells it as a sentence
            raise

    # FastAPI's own pages of docs load scripts from another host; the schema itself stays at /openapi.json.
    app = FastAPI(title="Recommend Flow", version="1", lifespan=lifespan, docs_url=None, redoc_url=None)
    site.mount(app, settings)
    return app


@asynccontextmanager
async def open_house(settings: Settings) -> AsyncIterator[tuple[Assistant, Registry, WhatsApp | None]]:
    """Open everything long-lived in order; close it in the reverse order."""
    clock, failpoint = settings.now(), failpoint_from(os.environ)
    home = Home.open(settings.home)
    async with AsyncExitStack() as stack:
        # First of all: two processes on one home would break the index and run each other's work.
        stack.enter_context(home.lock(settings.url))
        workflows = Registry(registry.LIBRARY, home.root / "workflows")
        index = await asyncio.to_thread(Index, home, MiniLM())
        stack.callback(index.close)
        retriever = Retriever(index)
        database = await open_database(settings.database)
        stack.push_async_callback(database.dispose)
        offline = Checked(OfflineReasoner(index.embedder.embed))
        models = open_models(settings, offline, database, clock)
        stack.push_async_callback(models.aclose)
        await models.meter.prune()
        reasoner = models.reasoner
        proxy = PreferenceProxy(retriever, reasoner, offline)
        browser = settings.browsing
        driver = await stack.enter_async_context(Driver())
        searcher = await stack.enter_async_context(Searcher(browser, clock, driver=driver))
        history = History(home)
        keeper = Keeper(home, history, Meaning(index.embedder.embed), clock)
        crew = Crew(
            reasoner=reasoner,
            proxy=proxy,
            registry=workflows,
            searcher=searcher,
            retriever=retriever,
            home=home,
            keeper=keeper,
            history=history,
            database=database,
            server_key=server_key(settings.state / "server.key"),
            clock=clock,
            timezone=settings.timezone,
            failpoint=failpoint,
        )
        saver = await stack.enter_async_context(Checkpoints.opened(settings.state / "checkpoints.sqlite", failpoint))
        flow = graph.build(crew, saver)
        hub = Hub()
        desk = Desk()
        executor = Executor(
            database=database,
            home=home,
            lookup=workflows.find,
            browser=browser,
            clock=clock,
            driver=driver,
            settle_seconds=settings.settle_seconds,
            failpoint=failpoint,
            person=desk.wait if shows_window(browser.show, browser.environ) else None,
        )
        stack.push_async_callback(executor.aclose)
        records = Records(home.root, database, saver)
        voice = Voice(lambda: vocabulary(workflows.all()))
        line = None
        if settings.whatsapp:
            from app.channels.whatsapp.line import opened  # Twilio's library is heavy

            line = await stack.enter_async_context(opened(settings, home, database, hub, clock, crew.server_key, voice))
        doors = line.doors if line else Doors()
        threads = Threads(database, flow, clock, OWNER, records, hub, failpoint)
        closing = asyncio.Event()
        executions = Executions(database, executor, hub, clock, home.root, closing, failpoint)
        turns = Turns(
            database, threads, executions, hub, models, Wrong(database, keeper), clock, closing, failpoint, desk, doors
        )
        engine = DbosEngine(settings.state / "dbos.sqlite", turns.take, executions.carry_out)
        engine.launch()
        stack.push_async_callback(engine.close)
        stack.callback(closing.set)
        extras: dict[str, Callable[[], Awaitable[str]]] = {}
        assistant = Assistant(
            home,
            database,
            engine,
            flow,
            hub,
            proxy,
            retriever,
            index,
            workflows,
            keeper,
            models,
            clock,
            records,
            Pictured(searcher, settings.state / "pictures"),
            voice,
            Evals(crew, models),
            Usage(database, flow),
            Runs(home.root, database, desk, clock),
            extras,
        )
        whatsapp = line.open(assistant, settings) if line else None
        if whatsapp is not None:
            extras["whatsapp"] = whatsapp.health
        await assistant.recover()
        stack.enter_context(watch.kept(index))
        yield assistant, workflows, whatsapp


def by_turns(lists: Iterable[Sequence[str]]) -> Iterator[str]:
    """The first of each list, then the second of each, and so on."""
    return (one for turn in zip_longest(*lists) for one in turn if one is not None)


def server_key(path: Path) -> bytes:
    """The key that Go codes are made with; made once, readable by its owner only."""
    if not path.exists():
        path.touch(mode=0o600)  # `replace` keeps the mode
        replace(path, secrets.token_bytes(32))
    return path.read_bytes()


def serve(settings: Settings, on_ready: Callable[[], None] = lambda: None) -> None:
    """Serve until interrupted; `on_ready` is called when the first message can come.

    Raises:
        RflowError: the house could not be opened, or the port is taken.
    """
    app = create_app(settings, on_ready)
    config = uvicorn.Config(
        app,
        log_level="critical",  # what goes wrong is told by `errors.py`, once, and without bodies
        proxy_headers=False,  # nobody in between is trusted to say who calls
        timeout_graceful_shutdown=5,  # a page that listens to events would hold the end up for ever
    )
    with _bound(settings) as door, suppress(SystemExit):  # uvicorn's way to say that the lifespan failed
        uvicorn.Server(config).run([door])
    if isinstance(failed := getattr(app.state, "failed", None), RflowError):
        raise failed


def _bound(settings: Settings) -> socket.socket:
    """The listening socket, taken before anything is opened."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    door = socket.socket(family)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((settings.host, settings.port))
    except OSError as error:
        door.close()
        raise Conflict(
            f"{settings.host}:{settings.port} cannot be used: {error.strerror}.",
            "Stop what runs there, or choose another: RFLOW_PORT=8001.",
        ) from error
    return door
