"""The channel on a real server, with a real database and a Twilio of this machine's; turns answer in one line."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import create_engine, text

from agents.types import Reply
from app.assistant import Assistant
from app.channels import store
from app.channels.base import Event
from app.channels.hub import Hub
from app.channels.store import Row
from app.channels.whatsapp.channel import WhatsApp
from app.channels.whatsapp.line import Line, opened
from app.database import open_database
from app.settings import Settings
from app.voice import Voice
from app.web import site
from memory.home import Home
from tests.app.conftest import served
from tests.app.twilio_server import TwilioServer, twilio
from tests.journeys.support import free_port

NOON = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


@dataclass
class House:
    """What a test looks at."""

    settings: Settings
    server: TwilioServer
    answer: Callable[[Row], Reply] | None = None
    channel: WhatsApp | None = None
    line: Line | None = None
    begun: int = 0

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What stands in the database, read from beside."""
        engine = create_engine(f"sqlite:///{self.settings.state / 'rflow.sqlite'}")
        with engine.connect() as conn:
            found = [tuple(row) for row in conn.execute(text(query))]
        engine.dispose()
        return found

    def change(self, statement: str) -> None:
        """Change the database from beside, as a crash would have left it."""
        engine = create_engine(f"sqlite:///{self.settings.state / 'rflow.sqlite'}")
        with engine.begin() as conn:
            conn.execute(text(statement))
        engine.dispose()

    @property
    def said(self) -> list[str]:
        """What came into the inbox in this test, in order."""
        return [row[0] for row in self.rows(f"SELECT text FROM inbox WHERE seq > {self.begun} ORDER BY seq")]


class OneLine:
    """An engine whose turns go through the doors of the channel and answer at once."""

    def __init__(self, house: House, line: Line, hub: Hub, assistant: Callable[[], Assistant]) -> None:
        self._house, self._line, self._hub, self._assistant = house, line, hub, assistant
        self._turn = asyncio.Lock()

    async def start_turn(self, row: str) -> None:
        database, clock = self._assistant().database, self._assistant().clock
        async with self._turn:
            async with database.connect() as conn:
                this = await store.row(conn, row)
            if this is None or this.done:
                return
            meant = await self._line.doors.enter(this)
            reply = meant if isinstance(meant, Reply) else (self._house.answer or answered)(meant)
            async with database.begin() as conn:
                reply = await self._line.doors.leave(conn, row, reply)
                await store.finish(conn, this, reply, clock())
            self._hub.publish(this.conversation, Event(kind="message", message=store.answer(row, clock(), reply)))

    async def start_execution(self, mandate: str) -> None:
        raise AssertionError("nothing is executed here")


@asynccontextmanager
async def living(house: House) -> AsyncIterator[dict[str, Any]]:
    """The channel's parts, really opened."""
    settings, clock, hub = house.settings, house.settings.now(), Hub()
    home = Home.open(settings.home)
    database = await open_database(settings.database)
    async with opened(settings, home, database, hub, clock, b"k" * 32, Voice()) as line:
        line.outbox.backoff = 0.05
        engine = OneLine(house, line, hub, lambda: assistant)
        unused: Any = None
        assistant = Assistant(
            home=home,
            database=database,
            engine=engine,
            graph=unused,
            hub=hub,
            proxy=unused,
            retriever=unused,
            index=unused,
            workflows=unused,
            keeper=unused,
            models=unused,
            clock=clock,
            records=unused,
            pictured=unused,
            voice=unused,
            evals=unused,
            usage=unused,
            runs=unused,
        )
        house.line, house.channel = line, line.open(assistant, settings)
        yield {"assistant": assistant, "settings": settings, "examples": tuple, "sample": "", "whatsapp": house.channel}
    await database.dispose()


def settings_for(home: Path, server: TwilioServer, **more: Any) -> Settings:
    """Settings of a house of its own."""
    given: dict[str, Any] = {name.removeprefix("RFLOW_").lower(): value for name, value in server.settings().items()}
    given |= {"port": free_port(), "timezone": "UTC", "clock": NOON, **more}
    return Settings(_env_file=None, home=home, **given)


def app_of(house: House) -> FastAPI:
    """The real site over the house."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, Any]]:
        async with living(house) as state:
            yield state

    app = FastAPI(lifespan=lifespan)
    site.mount(app, house.settings)
    return app


def answered(row: Row) -> Reply:
    return Reply(kind="answer", text=f"You said: {row.text}")


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house for a module, whose phone rings at a Twilio of its own."""
    with twilio() as server:
        found = House(settings_for(tmp_path_factory.mktemp("whatsapp") / "home", server), server)
        with served(app_of(found), found.settings.port) as url:
            server.service = url
            yield found


@pytest.fixture
def house(standing: House) -> House:
    """The house as if nothing had been said yet."""
    server = standing.server
    for kept in (server.sent, server.typing, server.faults, server.alerts):
        kept.clear()  # type: ignore[attr-defined]
    standing.begun = standing.rows("SELECT coalesce(max(seq), 0) FROM inbox")[0][0]
    standing.answer = answered
    return standing


@pytest.fixture
def server(house: House) -> TwilioServer:
    """Its Twilio."""
    return house.server
