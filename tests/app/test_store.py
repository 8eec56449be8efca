"""The inbox takes a message once, in order; the outbox answers it once."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from agents.types import Reply
from app.channels import store
from app.channels.base import Inbound
from app.database import open_database

AT = dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)


def message(number: int, conversation: str = "web") -> Inbound:
    return Inbound(id=f"m{number}", conversation=conversation, channel="web", text=f"message {number}", at=AT)


@pytest.fixture
async def conn(tmp_path: Path) -> AsyncIterator[AsyncConnection]:
    engine = await open_database(f"sqlite+aiosqlite:///{tmp_path / 'rflow.sqlite'}")
    async with engine.begin() as connection:
        yield connection
    await engine.dispose()


async def taken(conn: AsyncConnection, inbound: Inbound) -> store.Row:
    await store.take_in(conn, inbound)
    row = await store.row(conn, inbound.id)
    assert row is not None
    return row


async def test_the_tasks_of_a_day_are_those_that_were_spoken_of_on_it(conn: AsyncConnection) -> None:
    rows = [await taken(conn, message(number)) for number in (1, 2, 3)]
    late = await taken(conn, message(4).model_copy(update={"at": AT + dt.timedelta(days=1)}))
    for task, begun in (("a", rows[0]), ("b", rows[1]), ("c", rows[2])):
        await store.begin_task(conn, task, begun)
    await store.set_status(conn, "b", "done", late)
    assert [task.id for task in await store.tasks_of_day(conn, "2026-11-21")] == ["c", "a"]
    assert [(task.id, task.state) for task in await store.tasks_of_day(conn, "2026-11-22")] == [("b", "done")]


async def test_a_second_delivery_changes_nothing(conn: AsyncConnection) -> None:
    assert await store.take_in(conn, message(1))
    assert not await store.take_in(conn, message(1).model_copy(update={"text": "other words"}))
    row = await store.row(conn, "m1")
    assert row is not None
    assert row.text == "message 1"


async def test_a_row_waits_for_the_earlier_ones_of_its_conversation_only(conn: AsyncConnection) -> None:
    first, second = await taken(conn, message(1)), await taken(conn, message(2))
    elsewhere = await taken(conn, message(3, "phone"))
    assert await store.is_first(conn, first)
    assert await store.is_first(conn, elsewhere)
    assert not await store.is_first(conn, second)
    await store.finish(conn, first, Reply(kind="answer", text="done"), AT)
    assert await store.is_first(conn, second)
    assert await store.undone(conn) == ["m2", "m3"]


async def test_a_row_knows_what_was_seen_when_it_came(conn: AsyncConnection) -> None:
    first = await taken(conn, message(1))
    early = await taken(conn, message(2))
    await store.finish(conn, first, Reply(kind="answer", text="the reply to one"), AT)
    late = await taken(conn, message(3))
    assert await store.last_reply(conn, "web", early.seen) is None
    seen = await store.last_reply(conn, "web", late.seen)
    assert seen is not None
    assert seen.text == "the reply to one"


async def test_a_turn_that_ends_twice_answers_once(conn: AsyncConnection) -> None:
    row = await taken(conn, message(1))
    await store.finish(conn, row, Reply(kind="answer", text="first"), AT)
    await store.finish(conn, row, Reply(kind="answer", text="second"), AT)
    lines = await store.history(conn, "web", 10)
    assert [line.text for line in lines] == ["message 1", "first"]


async def test_a_task_that_is_done_or_being_done_takes_no_messages(conn: AsyncConnection) -> None:
    row = await taken(conn, message(1))
    await store.begin_task(conn, "t1", row)
    assert await store.current_task(conn, "web") == "t1"
    await store.set_status(conn, "t1", "doing", row)
    assert await store.current_task(conn, "web") is None
    assert await store.tasks_doing(conn, "web") == ["t1"]
    await store.set_status(conn, "t1", "deciding", row)
    assert await store.current_task(conn, "web") == "t1"


async def test_the_tables_are_made_once(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'rflow.sqlite'}"
    for _ in range(2):
        engine = await open_database(url)
        async with engine.begin() as connection:
            await store.take_in(connection, message(1))
            assert (await store.undone(connection)) == ["m1"]
        await engine.dispose()


async def test_lines_stand_in_the_order_of_what_they_answer_whatever_the_clock_did(conn: AsyncConnection) -> None:
    first = await taken(conn, message(1))
    await taken(conn, message(2).model_copy(update={"at": AT - dt.timedelta(hours=3)}))
    await store.finish(conn, first, Reply(kind="answer", text="re 1"), AT + dt.timedelta(hours=1))
    assert [line.text for line in await store.history(conn, "web", 10)] == ["message 1", "re 1", "message 2"]


async def test_conversations_are_told_latest_first_with_their_tasks(conn: AsyncConnection) -> None:
    first = await taken(conn, message(1))
    await store.begin_task(conn, "t1", first)
    await taken(conn, message(2, "web-2"))
    await store.begin_task(conn, "t2", await taken(conn, message(3)))
    outcome = message(4, "web-2").model_copy(update={"text": "{}", "at": AT + dt.timedelta(hours=1)})
    await store.take_in(conn, outcome, outcome_of="t9")
    found = await store.talks(conn, 10)
    assert [(talk.id, talk.title, talk.at) for talk in found] == [("web", "message 1", AT), ("web-2", "message 2", AT)]
    assert [(task.id, task.state, task.request) for task in found[0].tasks] == [
        ("t2", "understanding", "message 3"),
        ("t1", "understanding", "message 1"),
    ]
    assert [talk.id for talk in await store.talks(conn, 1)] == ["web"]
