"""A task's thread goes on from wherever a crash left it, and answers the message that it had in hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from langgraph.graph import START, StateGraph
from langgraph.types import interrupt
from sqlalchemy.ext.asyncio import AsyncEngine

from agents.executor.failpoint import Failpoint, no_failpoint
from agents.graph import Graph
from agents.state import TaskState
from agents.types import Reply
from app.channels import store
from app.channels.base import Event, Inbound
from app.channels.hub import Hub
from app.channels.store import Row
from app.checkpoints import Checkpoints
from app.database import open_database
from app.threads import Threads

AT = dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)
WORDS = ("one", "two", "three")


class Killed(BaseException):
    """Stands for the process's end."""


def dies_at(number: int) -> Failpoint:
    passed = count(1)

    def failpoint(name: str) -> None:
        if name == "checkpoint.put" and next(passed) == number:
            raise Killed

    return failpoint


def understand(state: TaskState) -> TaskState:
    return {"trace": [*state.get("trace", []), f"Heard {state['message']}."]}


def refine(state: TaskState) -> TaskState:
    reply = Reply(kind="answer", text=f"re: {state['message']}")
    return {"status": "asking", "reply": reply.model_dump(mode="json")}


def listen(state: TaskState) -> TaskState:
    heard: TaskState = interrupt(state["status"])
    return heard


def small(saver: Checkpoints) -> Graph:
    """Two nodes and a wait, as the flow has them."""
    flow = StateGraph(TaskState)
    for node in (understand, refine, listen):
        flow.add_node(node.__name__, node)
    for here, there in (
        (START, "understand"),
        ("understand", "refine"),
        ("refine", "listen"),
        ("listen", "understand"),
    ):
        flow.add_edge(here, there)
    return flow.compile(checkpointer=saver)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    engine = await open_database(f"sqlite+aiosqlite:///{tmp_path / 'rflow.sqlite'}")
    yield engine
    await engine.dispose()


async def taken(database: AsyncEngine, text: str) -> Row:
    async with database.begin() as conn:
        await store.take_in(conn, Inbound(id=text, conversation="web", channel="web", text=text, at=AT))
        row = await store.row(conn, text)
    assert row is not None
    return row


async def answered(database: AsyncEngine, path: Path, row: Row, hub: Hub, failpoint: Failpoint) -> str:
    unused: Any = None
    async with Checkpoints.opened(path, failpoint) as saver:
        threads = Threads(database, small(saver), lambda: AT, "owner", unused, hub)
        reply = await threads.hear(row, {})
    async with database.begin() as conn:
        await store.finish(conn, row, reply, AT)
    return reply.text


@pytest.mark.parametrize("place", range(1, 11))
async def test_killed_between_what_a_node_found_and_its_checkpoint_it_goes_on(
    database: AsyncEngine, tmp_path: Path, place: int
) -> None:
    path, failpoint, hub = tmp_path / "checkpoints.sqlite", dies_at(place), Hub()
    told, died = [], 0
    for text in WORDS:
        row = await taken(database, text)
        try:
            told.append(await answered(database, path, row, hub, failpoint))
        except Killed:
            died += 1
            again = await taken(database, text)
            told.append(await answered(database, path, again, hub, no_failpoint))
    assert told == [f"re: {text}" for text in WORDS]
    assert died == 1


async def test_what_a_node_found_is_told_as_it_is_found(database: AsyncEngine, tmp_path: Path) -> None:
    hub = Hub()
    with hub.listening("web") as happened:
        await answered(database, tmp_path / "checkpoints.sqlite", await taken(database, "one"), hub, no_failpoint)
    assert happened.get_nowait() == Event(kind="progress", text="Heard one.")
    assert happened.empty()
