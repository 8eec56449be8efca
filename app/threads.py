"""The tasks' threads: each message is given to the task that it is for, which runs to its next wait."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import cast

from langchain_core.runnables import RunnableConfig
from langgraph.types import Command, StateSnapshot
from rapidfuzz import fuzz
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from agents.executor import ledger
from agents.executor.failpoint import Failpoint, no_failpoint
from agents.graph import Graph
from agents.reasoning import turn
from agents.reasoning.offline.spans import fold
from agents.state import Json, Signal, TaskState
from agents.types import Clock, Reply, TaskStatus
from app.channels import store
from app.channels.base import Event
from app.channels.hub import Hub
from app.channels.store import Row
from app.records import Records

NAMED = 85
"""rapidfuzz score of 100 from which a parked task's request was meant."""


@dataclass(frozen=True, slots=True)
class Threads:
    """One graph thread a task; a conversation has a current task and parked ones."""

    database: AsyncEngine
    graph: Graph
    clock: Clock
    owner: str
    records: Records
    hub: Hub
    failpoint: Failpoint = no_failpoint

    async def hear(self, row: Row, signal: Signal) -> Reply:
        """Give the message to the waiting task, or begin one; a task that says it is not for it is parked."""
        task = row.task
        if task is None:
            async with self.database.begin() as conn:
                task = await store.current_task(conn, row.conversation) or await self._begin(conn, row)
                await store.note(conn, row.id, task=task)
        state = await self.advance(row, task, await self.said(row, signal))
        if state.get("handoff"):
            async with self.database.begin() as conn:
                back = state["understood"]["intent"] == "resume"
                other = await self._parked(conn, row, state["understood"]["subject"]) if back else None
                await store.set_status(conn, task, "parked" if "workflow" in state else "cancelled", row)
                await ledger.revoke(conn, row.conversation, row.id, self.clock(), "another request took its place")
                task = other or await self._begin(conn, row)
                await store.note(conn, row.id, task=task, interrupt=None)
            state = await self.advance(row, task, {**await self.said(row, signal), "resumed": back})
        return reply_of(state)

    async def _parked(self, conn: AsyncConnection, row: Row, subject: str) -> str | None:
        """The parked task that is gone back to: the one whose request says so, else the latest."""
        parked = await store.parked(conn, row.conversation)
        named = [task for task, asked in parked.items() if fuzz.partial_ratio(fold(subject), fold(asked)) >= NAMED]
        return next(iter([*named, *parked]), None)

    async def _begin(self, conn: AsyncConnection, row: Row) -> str:
        """A task whose id follows from the row, so that a turn that runs again begins the same one."""
        task = f"{row.at[:10]}-{uuid.uuid5(uuid.NAMESPACE_OID, row.id).hex[:8]}"
        await store.begin_task(conn, task, row)
        return task

    async def advance(self, row: Row, task: str, value: TaskState | Json) -> Json:
        """Run the task's thread to its next wait, by the id of the interrupt that this row answers."""
        thread = thread_of(task)
        turn.current().task = task
        snapshot = await self.graph.aget_state(thread)
        if not snapshot.values:
            await self._run(row, self._first(row, task, value), thread)
        elif snapshot.interrupts:
            await self._resume(row, snapshot, value, thread)
        else:
            # A crash stopped it between two nodes. `next` does not tell: it is empty too where a node's writes were
            # kept and the checkpoint after them was not.
            await self._run(row, None, thread)
        snapshot = await self.graph.aget_state(thread)
        state: Json = snapshot.values
        status: TaskStatus = "doing" if snapshot.next == ("do",) else state["status"]
        async with self.database.begin() as conn:
            await store.set_status(conn, task, status, row)
        self.failpoint("turn.advanced")
        if forgotten := state.get("forgotten"):
            await self.records.forget(forgotten)
            state = (await self.graph.aget_state(thread)).values
        return state

    async def _resume(self, row: Row, snapshot: StateSnapshot, value: TaskState | Json, thread: RunnableConfig) -> None:
        if (snapshot.next == ("do",)) != (row.outcome_of is not None):
            return  # only the executor answers `do`, and it answers nothing else
        waits = snapshot.interrupts[0].id
        async with self.database.begin() as conn:
            now = await store.row(conn, row.id)
            if now is not None and now.interrupt not in (None, waits):
                return  # answered before the crash; what waits now is the next question
            await store.note(conn, row.id, interrupt=waits)
        self.failpoint("turn.resuming")
        await self._run(row, Command(resume={waits: value}), thread)

    async def _run(self, row: Row, given: TaskState | Command[None] | None, thread: RunnableConfig) -> None:
        """Run to the next wait; what each node found is told to whoever looks on, as it is found."""
        async for update in self.graph.astream(given, thread, stream_mode="updates", durability="sync"):
            for change in update.values():
                if isinstance(change, dict) and (trace := change.get("trace")):
                    self.hub.publish(row.conversation, Event(kind="progress", text=trace[-1]))

    def _first(self, row: Row, task: str, said: TaskState | Json) -> TaskState:
        begun: TaskState = {
            "task": task,
            "conversation": row.conversation,
            "owner": self.owner,
            "request": row.text,
            "trace": [],
        }
        return cast(TaskState, {**begun, **said})

    async def said(self, row: Row, signal: Signal) -> TaskState:
        """What the graph is given of a message."""
        async with self.database.connect() as conn:
            busy = bool(await store.tasks_doing(conn, row.conversation))
            shown = await store.last_reply(conn, row.conversation, upto=row.seen)
        source = "terminal" if row.channel == "api" and row.conversation.startswith("cli") else row.channel
        said: TaskState = {"message": row.text, "message_id": row.id, "signal": signal, "busy": busy}
        return {
            **said,
            "resumed": False,
            "source": source,
            "spoken": row.voice,
            "plan_shown": bool(shown and shown.plan),
        }


def thread_of(task: str) -> RunnableConfig:
    """The graph's thread of a task."""
    return {"configurable": {"thread_id": task}, "recursion_limit": 50}


def reply_of(state: Json) -> Reply:
    """The answer to the latest message of a task."""
    reply = Reply.model_validate(state["reply"])
    return reply.model_copy(update={"task": state["task"], "trace": tuple(state["trace"])})
