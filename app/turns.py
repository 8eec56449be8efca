"""One message's turn: STOP, then a Go, then the waiting task, then something new; always exactly one reply."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import uuid
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from langchain_core.runnables import RunnableConfig
from langgraph.types import Command, StateSnapshot
from rapidfuzz import fuzz
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from agents.executor import ledger
from agents.executor.execute import Executor
from agents.executor.failpoint import Failpoint, no_failpoint
from agents.executor.ledger import Entry, MandateRefused
from agents.executor.mandate import plain, plan_text, render
from agents.executor.run import OnStep
from agents.executor.tables import State
from agents.executor.takeover import Desk
from agents.executor.words import Go, parse_done, parse_go, parse_rehearse
from agents.graph import Graph
from agents.orchestrator import papers
from agents.orchestrator.report import say_receipt, say_rehearsal
from agents.reasoning import turn
from agents.reasoning.offline.dealings import to_undo
from agents.reasoning.offline.spans import fold
from agents.state import Json, Signal, TaskState
from agents.types import Clock, PlanView, Receipt, Reply, TaskStatus
from app import errand
from app.channels import store
from app.channels.base import Event, Inbound
from app.channels.doors import Doors
from app.channels.hub import Hub
from app.channels.store import Row
from app.errors import known, to_reply, unexpected
from app.models import Models
from app.records import Records

LONGEST = 4000
"""Characters of a message that is read as a request."""

ATTEMPTS = 3
"""Times that an execution is begun again after an error that nobody foresaw."""

NAMED = 85
"""rapidfuzz score of 100 from which a parked task's request was meant."""

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
    models: Models
    clock: Clock
    home: Path
    owner: str
    records: Records
    failpoint: Failpoint = no_failpoint
    desk: Desk = field(default_factory=Desk)
    doors: Doors = field(default_factory=Doors)
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    _order: defaultdict[str, asyncio.Condition] = field(default_factory=lambda: defaultdict(asyncio.Condition))

    async def take(self, message: str) -> str | None:
        """Handle one inbox row; the id of the mandate that it granted, to be executed."""
        async with self.database.connect() as conn:
            row = await store.row(conn, message)
        if row is None:
            return None
        self.failpoint("turn.taken")
        order = self._order[row.conversation]
        async with order:  # held through the turn: nobody else of this conversation is at work meanwhile
            try:
                if await self._is_next(row, order):
                    await self._handle(row)
            finally:
                order.notify_all()
        async with self.database.connect() as conn:
            return await ledger.granted_by(conn, row.id)

    async def _is_next(self, row: Row, order: asyncio.Condition) -> bool:
        """Wait for the earlier rows; False where this one was handled meanwhile."""
        while True:
            async with self.database.connect() as conn:
                now = await store.row(conn, row.id)
                if now is None or now.done:
                    return False
                if await store.is_first(conn, row):
                    return True
            await order.wait()

    async def _handle(self, row: Row) -> None:
        try:
            with await self.models.turn(row.conversation) as begun:
                reply = _noted(await self._reply(row), begun.notes)
        except Exception as error:  # (the last boundary: nobody is left without an answer)
            if self.closing.is_set():
                raise  # the house is being closed under the turn: it is taken again at the next start
            reply = await self._failed(row, error)
        at = self.clock()
        async with self.database.begin() as conn:
            reply = await self.doors.leave(conn, row.id, reply)
            await store.finish(conn, row, reply, at)
        self.failpoint("turn.replied")
        self.hub.publish(row.conversation, Event(kind="message", message=store.answer(row.id, at, reply)))

    async def _failed(self, row: Row, error: Exception) -> Reply:
        """What is said where a turn failed: an outcome is told all the same; a task is set aside and offers nothing."""
        if row.outcome_of is not None:
            unexpected(error)  # into the log
            receipt = Receipt.model_validate(json.loads(row.text)["receipt"])
            async with self.database.begin() as conn:
                await store.set_status(conn, row.outcome_of, receipt.state, row)
            return Reply(kind="receipt", text=say_receipt(receipt), receipt=receipt, task=row.outcome_of)
        async with self.database.begin() as conn:
            task = await store.current_task(conn, row.conversation)
            if task:
                await store.set_status(conn, task, "parked", row)
                await ledger.revoke(conn, row.conversation, row.id, self.clock(), "the turn failed")
        return to_reply(error, task)

    async def _reply(self, row: Row) -> Reply:
        if row.outcome_of is not None:
            state = await self._advance(row, row.outcome_of, json.loads(row.text))
            return _from(state)
        meant = await self.doors.enter(row)
        if isinstance(meant, Reply):
            return meant
        row = meant
        if row.stopped is not None:
            return await self._stopped(row)
        if (told := await self.models.command(row.text, row.conversation)) is not None:
            return Reply(kind="answer", text=told)
        if unreadable := _unreadable(row.text):
            return Reply(kind="answer", text=unreadable)
        if parse_done(row.text) and self.desk.done(row.conversation):
            return Reply(kind="progress", text="Thank you. I go on from the page that is there.")
        if parse_rehearse(row.text) and (shown := await self._rehearsal(row)):
            return shown
        go = Go(code=None) if row.go_plan else parse_go(row.text)
        if go is not None and (answer := await self._go(row, go)):
            return answer
        asked = errand.read(row.text) if row.channel == errand.CHANNEL else None
        return await self._heard(row, {"errand": asked} if asked else {})

    async def _stopped(self, row: Row) -> Reply:
        """STOP took effect when the message came; here the waiting task is closed and it is told what was stopped."""
        async with self.database.connect() as conn:
            doing = await store.tasks_doing(conn, row.conversation)
            waits = row.task or await store.current_task(conn, row.conversation)
        closed = await self._heard(row, {"stop": True}) if waits else None
        if row.stopped == "late":
            text = "Too late to stop: the last button is already pressed. I look what came of it and tell you."
        elif closed is not None:
            return closed
        elif row.stopped == "some":
            text = "Stopped before the last click: nothing was booked."
        elif doing:
            text = "It is stopped already; nothing more is pressed."
        elif to_undo(fold(row.text)) is not None:
            return await self._heard(row, {})  # what it would cancel was done long ago
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
        state = await self._advance(row, task, await self._said(row, {"go": mandate}))
        return Reply(kind="progress", text=GOING, task=task, trace=tuple(state["trace"]))

    async def _rehearsal(self, row: Row) -> Reply | None:
        """The plan on offer, gone through up to one click before its end; None where there is none."""
        async with self.database.connect() as conn:
            offer = await ledger.live(conn, row.conversation, self.clock())
        if offer is None:
            return None
        receipt = await self.executor.rehearse(offer.id, self._teller(offer))
        async with self.database.connect() as conn:
            still = await ledger.live(conn, row.conversation, self.clock())
        said = say_rehearsal(receipt)
        if still is None or still.id != offer.id:  # stopped, or it expired meanwhile
            return Reply(kind="receipt", text=said, receipt=receipt, task=offer.task)
        view = render(offer.mandate, offer.bound.title, offer.bound.sentences, offer.code)
        return Reply(kind="plan", text=f"{said}\n\n{plan_text(view)}", receipt=receipt, plan=view, task=offer.task)

    async def _grant(self, conn: AsyncConnection, row: Row, go: Go) -> str | None:
        now = self.clock()
        if row.go_plan:
            entry = await ledger.by_hash(conn, row.go_plan)
            if entry.conversation != row.conversation:
                raise MandateRefused("plan", "That plan belongs to another conversation.", "Give the Go there.")
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
        state: Json = (await self.graph.aget_state(_thread(task))).values
        if state.get("status") == "offered" and refused.why in ("expired", "cancelled"):
            return await self._heard(row, {"lapsed": f"{refused.message} Here is a new offer."})
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
        state = await self._advance(row, task, await self._said(row, signal))
        if state.get("handoff"):
            async with self.database.begin() as conn:
                back = state["understood"]["intent"] == "resume"
                other = await self._parked(conn, row, state["understood"]["subject"]) if back else None
                await store.set_status(conn, task, "parked" if "workflow" in state else "cancelled", row)
                await ledger.revoke(conn, row.conversation, row.id, self.clock(), "another request took its place")
                task = other or await self._begin(conn, row)
                await store.note(conn, row.id, task=task, interrupt=None)
            state = await self._advance(row, task, {**await self._said(row, signal), "resumed": back})
        return _from(state)

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

    async def _advance(self, row: Row, task: str, value: TaskState | Json) -> Json:
        """Run the task's thread to its next wait, by the id of the interrupt that this row answers."""
        thread = _thread(task)
        turn.current().task = task
        snapshot = await self.graph.aget_state(thread)
        if not snapshot.values:
            await self.graph.ainvoke(self._first(row, task, value), thread, durability="sync")
        elif snapshot.next and not snapshot.interrupts:
            await self.graph.ainvoke(None, thread, durability="sync")  # a crash stopped it between two nodes
        elif snapshot.interrupts:
            await self._resume(row, snapshot, value, thread)
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
        await self.graph.ainvoke(Command(resume={waits: value}), thread, durability="sync")

    def _first(self, row: Row, task: str, said: TaskState | Json) -> TaskState:
        begun: TaskState = {
            "task": task,
            "conversation": row.conversation,
            "owner": self.owner,
            "request": row.text,
            "trace": [],
        }
        return cast(TaskState, {**begun, **said})

    async def _said(self, row: Row, signal: Signal) -> TaskState:
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

    async def execute(self, mandate: str) -> str:
        """Carry out one mandate; the id of the inbox row that its outcome becomes."""
        async with self.database.connect() as conn:
            held = await ledger.get(conn, mandate)

        receipt = await self._carry_out(mandate, self._teller(held))
        async with self.database.begin() as conn:
            stopped = (await ledger.get(conn, mandate)).state is State.CANCELLED
            outcome = {"receipt": receipt.model_dump(mode="json"), "stopped": stopped}
            inbound = Inbound(
                id=store.outcome_id(mandate),
                conversation=held.conversation,
                channel="executor",
                text=json.dumps(outcome),
                at=self.clock(),
            )
            await store.take_in(conn, inbound, outcome_of=held.task)
        self.failpoint("outcome.stored")
        return inbound.id

    def _teller(self, entry: Entry) -> OnStep:
        def tell(text: str, screenshot: str | None) -> None:
            with suppress(OSError):  # a full disk takes the notes, never the outcome
                papers.add_step(self.home, entry.task, text, screenshot, self.clock())
            self.hub.publish(entry.conversation, Event(kind="progress", text=text))

        return tell

    async def _carry_out(self, mandate: str, tell: OnStep) -> Receipt:
        """After a Go there is always an outcome. Trying again is safe: the ledger decides what may still be pressed."""
        for _ in range(ATTEMPTS):
            try:
                return await self.executor.execute(mandate, tell)
            except Exception as error:  # (the last boundary)
                if self.closing.is_set():
                    raise
                said = str(known(error))
                await asyncio.sleep(1)
        async with self.database.begin() as conn:
            cancelled = await ledger.cancel(conn, "the executor failed", self.clock(), mandate_id=mandate)
        if cancelled.too_late:
            said += " The last button may have been pressed: look at the site before you ask again."
        at = self.clock().isoformat(timespec="seconds")
        return Receipt(state="unknown" if cancelled.too_late else "refused", at=at, note=said)


async def stopped(conn: AsyncConnection, message: str, now: dt.datetime) -> str:
    """Cancel whatever was not pressed yet, and say what a STOP found: "late", "some" or "nothing"."""
    cancelled = await ledger.cancel(conn, message, now)
    return "late" if cancelled.too_late else "some" if cancelled.ids else "nothing"


def _thread(task: str) -> RunnableConfig:
    return {"configurable": {"thread_id": task}, "recursion_limit": 50}


def _from(state: Json) -> Reply:
    reply = Reply.model_validate(state["reply"])
    return reply.model_copy(update={"task": state["task"], "trace": tuple(state["trace"])})


def _noted(reply: Reply, notes: list[str]) -> Reply:
    """The reply with what went wrong with a model on the way; the person hears of it, and can look it up."""
    if not notes:
        return reply
    if reply.plan:  # its text is the very text that is approved
        return reply.model_copy(update={"trace": (*reply.trace, *notes)})
    text = "\n\n".join([*(f"_{plain(note)}_" for note in notes), reply.text])
    return reply.model_copy(update={"text": text, "trace": (*reply.trace, *notes)})


def _unreadable(text: str) -> str | None:
    if len(text) > LONGEST:
        return (
            f"That message has {len(text):,} characters; I read requests of up to {LONGEST:,}. "
            "Put a long text into your documents folder, and ask me about it."
        )
    if not any(c.isalnum() for c in text):
        return "I see no words in that message, so I did nothing. Write what you would like, in a sentence."
    return None
