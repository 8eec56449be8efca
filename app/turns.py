"""One message's turn: STOP, then a Go, then the waiting task, then something new; always exactly one reply."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.types import Command, StateSnapshot
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from agents.executor import ledger
from agents.executor.execute import Executor
from agents.executor.failpoint import Failpoint, no_failpoint
from agents.executor.ledger import MandateRefused, State
from agents.executor.mandate import plan_text
from agents.executor.words import Go, parse_go
from agents.graph import Graph
from agents.orchestrator import papers
from agents.state import Json, Signal, TaskState
from agents.types import Clock, PlanView, Receipt, Reply
from app.channels import store
from app.channels.base import Event, Inbound
from app.channels.hub import Hub
from app.channels.store import Row
from app.errors import known, to_reply

LONGEST = 4000
"""Characters of a message that is read as a request."""

GOING = "Going ahead. I tell you what the page says; **STOP** ends it before the last click."


@dataclass(frozen=True, slots=True)
class Turns:
    """Takes turns, one at a time per conversation and in order.

    Every step can run again after a crash: what a row is about to do is written on it first.
    """

    database: AsyncEngine
    graph: Graph
    executor: Executor
    hub: Hub
    clock: Clock
    home: Path
    owner: str
    failpoint: Failpoint = no_failpoint
    _order: defaultdict[str, asyncio.Condition] = field(default_factory=lambda: defaultdict(asyncio.Condition))

    async def take(self, message: str) -> str | None:
        """Handle one inbox row; the id of the mandate that it granted, to be executed."""
        async with self.database.connect() as conn:
            row = await store.row(conn, message)
        if row is None:
            return None
        self.failpoint("turn.taken")
        order = self._order[row.conversation]
        async with order:
            await self._until_first(row, order)
        if not row.done:
            await self._handle(row)
        async with order:
            order.notify_all()
        async with self.database.connect() as conn:
            return await ledger.granted_by(conn, row.id)

    async def _until_first(self, row: Row, order: asyncio.Condition) -> None:
        while True:
            async with self.database.connect() as conn:
                if await store.is_first(conn, row):
                    return
            await order.wait()

    async def _handle(self, row: Row) -> None:
        try:
            reply = await self._reply(row)
        except Exception as error:  # noqa: BLE001 (the last boundary: nobody is left without an answer)
            reply = await self._set_aside(row, error)
        at = self.clock()
        async with self.database.begin() as conn:
            await store.finish(conn, row, reply, at)
        self.failpoint("turn.replied")
        self.hub.publish(row.conversation, Event(kind="message", message=store.answer(row.id, at, reply)))

    async def _set_aside(self, row: Row, error: Exception) -> Reply:
        """The error as a reply; the task it came from no longer takes messages and offers nothing."""
        async with self.database.begin() as conn:
            task = await store.current_task(conn, row.conversation)
            if task:
                await store.set_status(conn, task, "parked")
                await ledger.cancel(conn, row.id, self.clock(), conversation=row.conversation)
        return to_reply(error, task)

    async def _reply(self, row: Row) -> Reply:
        if row.outcome_of is not None:
            state = await self._advance(row, row.outcome_of, json.loads(row.text))
            return _from(state)
        if row.stopped is not None:
            return await self._stopped(row)
        if unreadable := _unreadable(row.text):
            return Reply(kind="answer", text=unreadable)
        go = Go(code=None) if row.go_plan else parse_go(row.text)
        if go is not None and (answer := await self._go(row, go)):
            return answer
        return await self._heard(row, {})

    async def _stopped(self, row: Row) -> Reply:
        async with self.database.connect() as conn:
            doing = await store.tasks_doing(conn, row.conversation)
            waits = await store.current_task(conn, row.conversation)
        if waits is not None:
            return await self._heard(row, {"stop": True})
        if row.stopped:
            text = "Stopped before the last click: nothing was booked."
        elif doing:
            text = "Too late to stop: the last button is already pressed. I look what came of it and tell you."
        else:
            text = "There is nothing to stop: nothing waits and nothing is being done."
        return Reply(kind="answer", text=text, task=doing[0] if doing else None)

    async def _go(self, row: Row, go: Go) -> Reply | None:
        """Grant the one offer that this Go means. None where no plan was shown: then it is a message like others."""
        try:
            async with self.database.begin() as conn:
                # A turn that runs again after a crash finds what it granted before.
                mandate = await ledger.granted_by(conn, row.id) or await self._grant(conn, row, go)
        except MandateRefused as refused:
            return await self._not_granted(row, refused)
        if mandate is None:
            return None
        self.failpoint("go.granted")
        async with self.database.connect() as conn:
            task = (await ledger.get(conn, mandate)).task
        state = await self._advance(row, task, _said(row, {"go": mandate}))
        return Reply(kind="progress", text=GOING, task=task, trace=tuple(state["trace"]))

    async def _grant(self, conn: AsyncConnection, row: Row, go: Go) -> str | None:
        now = self.clock()
        if row.go_plan:
            entry = await ledger.by_hash(conn, row.go_plan)
            await ledger.grant(conn, entry.id, row.id, now, plan_hash=row.go_plan)
            return entry.id
        # What the person had before their eyes when they wrote, not what was offered while the message waited.
        shown = await store.last_reply(conn, row.conversation, upto=row.seen)
        hash_shown = shown.plan.hash if shown and shown.plan else None
        offer = await ledger.live(conn, row.conversation, now)
        if offer is None:
            if hash_shown is None:
                return None
            offer = await ledger.by_hash(conn, hash_shown)  # gone: granting it says why
        if row.voice:
            raise MandateRefused("not granted", "A Go is never taken from a voice note.", "Type Go.")
        if go.code is None and hash_shown != offer.hash:
            raise MandateRefused("plan", "That Go came before you could see this plan; nothing is done.", "Look at it:")
        await ledger.grant(conn, offer.id, row.id, now, code=go.code)
        return offer.id

    async def _not_granted(self, row: Row, refused: MandateRefused) -> Reply:
        async with self.database.connect() as conn:
            task = await store.current_task(conn, row.conversation)
        if task is None:
            return Reply(kind="refusal", text=str(refused))
        if refused.why == "expired":
            return await self._heard(row, {"lapsed": f"{refused.message} Here is a new one."})
        state: Json = (await self.graph.aget_state(_thread(task))).values
        view = PlanView.model_validate(state["plan"]) if state.get("plan") else None
        text = f"{refused}\n\n{plan_text(view)}" if view else str(refused)
        return Reply(kind="plan" if view else "refusal", text=text, task=task, plan=view)

    async def _heard(self, row: Row, signal: Signal) -> Reply:
        """Give the message to the waiting task, or begin one; a task that says it is not for it is parked."""
        task = row.task
        if task is None:
            async with self.database.begin() as conn:
                task = await store.current_task(conn, row.conversation) or await self._begin(conn, row)
                await store.note(conn, row.id, task=task)
        state = await self._advance(row, task, _said(row, signal))
        if state.get("handoff"):
            async with self.database.begin() as conn:
                await store.set_status(conn, task, "parked")
                await ledger.cancel(conn, row.id, self.clock(), conversation=row.conversation)
                task = await self._begin(conn, row)
                await store.note(conn, row.id, task=task, interrupt=None)
            state = await self._advance(row, task, _said(row, signal))
        return _from(state)

    async def _begin(self, conn: AsyncConnection, row: Row) -> str:
        """A task whose id follows from the row, so that a turn that runs again begins the same one."""
        task = f"{row.at[:10]}-{uuid.uuid5(uuid.NAMESPACE_OID, row.id).hex[:8]}"
        await store.begin_task(conn, task, row)
        return task

    async def _advance(self, row: Row, task: str, value: Json) -> Json:
        """Run the task's thread to its next wait, by the id of the interrupt that this row answers."""
        thread = _thread(task)
        snapshot = await self.graph.aget_state(thread)
        if not snapshot.values:
            await self.graph.ainvoke(await self._first(row, task), thread, durability="sync")
        elif snapshot.next and not snapshot.interrupts:
            await self.graph.ainvoke(None, thread, durability="sync")  # a crash stopped it between two nodes
        elif snapshot.interrupts:
            await self._resume(row, snapshot, value, thread)
        state: Json = (await self.graph.aget_state(thread)).values
        async with self.database.begin() as conn:
            await store.set_status(conn, task, _status(state, value))
        self.failpoint("turn.advanced")
        return state

    async def _resume(self, row: Row, snapshot: StateSnapshot, value: Json, thread: RunnableConfig) -> None:
        waits = snapshot.interrupts[0].id
        async with self.database.begin() as conn:
            now = await store.row(conn, row.id)
            if now is not None and now.interrupt not in (None, waits):
                return  # answered before the crash; what waits now is the next question
            await store.note(conn, row.id, interrupt=waits)
        self.failpoint("turn.resuming")
        await self.graph.ainvoke(Command(resume={waits: value}), thread, durability="sync")

    async def _first(self, row: Row, task: str) -> TaskState:
        async with self.database.connect() as conn:
            doing = await store.tasks_doing(conn, row.conversation)
        busy = "I am still at it; I tell you what the page says. STOP ends it before the last click." if doing else ""
        return {
            "task": task,
            "conversation": row.conversation,
            "owner": self.owner,
            "request": row.text,
            "message": row.text,
            "message_id": row.id,
            "busy": busy,
            "signal": {},
            "trace": [],
        }

    async def execute(self, mandate: str) -> str:
        """Carry out one mandate; the id of the inbox row that its outcome becomes."""
        async with self.database.connect() as conn:
            held = await ledger.get(conn, mandate)

        def tell(text: str, screenshot: str | None) -> None:
            papers.add_step(self.home, held.task, text, screenshot, self.clock())
            self.hub.publish(held.conversation, Event(kind="progress", text=text))

        try:
            receipt = await self.executor.execute(mandate, tell)
        except Exception as error:  # noqa: BLE001 (the last boundary: after a Go there is always an outcome)
            receipt = await self._broken(mandate, error)
        async with self.database.begin() as conn:
            stopped = (await ledger.get(conn, mandate)).state is State.CANCELLED
            outcome = {"receipt": receipt.model_dump(mode="json"), "stopped": stopped}
            inbound = Inbound(
                id=f"outcome:{mandate}",
                conversation=held.conversation,
                channel="executor",
                text=json.dumps(outcome),
                at=self.clock(),
            )
            await store.take_in(conn, inbound, outcome_of=held.task)
        self.failpoint("outcome.stored")
        return inbound.id

    async def _broken(self, mandate: str, error: Exception) -> Receipt:
        """A defect of ours: what was not started is ended for good; what was started is told as unknown."""
        said = str(known(error))
        async with self.database.begin() as conn:
            cancelled = await ledger.cancel(conn, "the executor failed", self.clock(), mandate_id=mandate)
        if cancelled.too_late:
            said += " The last button may have been pressed: look at the site before you ask again."
        at = self.clock().isoformat(timespec="seconds")
        return Receipt(state="unknown" if cancelled.too_late else "refused", at=at, note=said)


def _said(row: Row, signal: Signal) -> Json:
    return {"message": row.text, "message_id": row.id, "signal": signal}


def _thread(task: str) -> RunnableConfig:
    return {"configurable": {"thread_id": task}, "recursion_limit": 50}


def _from(state: Json) -> Reply:
    reply = Reply.model_validate(state["reply"])
    return reply.model_copy(update={"task": state["task"], "trace": tuple(state["trace"])})


def _status(state: Json, value: Json) -> Any:
    granted = value.get("signal", {}).get("go")
    return "doing" if granted and not state.get("receipt") else state["status"]


def _unreadable(text: str) -> str | None:
    if len(text) > LONGEST:
        return (
            f"That message has {len(text):,} characters; I read requests of up to {LONGEST:,}. "
            "Put a long text into your documents folder, and ask me about it."
        )
    if not any(c.isalnum() for c in text):
        return "I see no words in that message, so I did nothing. Write what you would like, in a sentence."
    return None
