"""One message's turn: STOP, then a Go, then the waiting task, then something new; always exactly one reply."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections import defaultdict
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from agents.executor import ledger
from agents.executor.failpoint import Failpoint, no_failpoint
from agents.executor.ledger import MandateRefused
from agents.executor.mandate import plain, plan_text
from agents.executor.takeover import Desk
from agents.executor.words import Go, parse_done, parse_go, parse_rehearse
from agents.orchestrator.report import say_receipt
from agents.reasoning.offline.dealings import to_undo
from agents.reasoning.offline.spans import fold
from agents.state import Json
from agents.types import Clock, PlanView, Receipt, Reply
from app import errand
from app.channels import store
from app.channels.base import Event
from app.channels.doors import Doors
from app.channels.hub import Hub
from app.channels.store import Row
from app.errors import to_reply, unexpected
from app.executions import Executions
from app.models import Models
from app.threads import Threads, reply_of, thread_of
from app.wrong import Wrong

LONGEST = 4000
"""Characters of a message that is read as a request."""

GOING = "Going ahead. I tell you what the page says; **STOP** ends it before the last click."


@dataclass(frozen=True, slots=True)
class Turns:
    """Takes turns, one at a time per conversation and in order.

    Every step can run again after a crash: what a row is about to do is written on it first.
    """

    database: AsyncEngine
    threads: Threads
    executions: Executions
    hub: Hub
    models: Models
    wrong: Wrong
    clock: Clock
    closing: asyncio.Event
    failpoint: Failpoint = no_failpoint
    desk: Desk = field(default_factory=Desk)
    doors: Doors = field(default_factory=Doors)
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
            state = await self.threads.advance(row, row.outcome_of, json.loads(row.text))
            return reply_of(state)
        meant = await self.doors.enter(row)
        if isinstance(meant, Reply):
            return meant
        row = meant
        if row.stopped is not None:
            return await self._stopped(row)
        if (told := await self.models.command(row.text, row.conversation)) is not None:
            return Reply(kind="answer", text=told)
        if (noted := await self.wrong.heard(row)) is not None:
            return noted
        if unreadable := _unreadable(row.text):
            return Reply(kind="answer", text=unreadable)
        if parse_done(row.text) and self.desk.done(row.conversation):
            return Reply(kind="progress", text="Thank you. I go on from the page that is there.")
        if parse_rehearse(row.text) and (shown := await self.executions.rehearse(row.conversation)):
            return shown
        go = Go(code=None) if row.go_plan else parse_go(row.text)
        if go is not None and (answer := await self._go(row, go)):
            return answer
        asked = errand.read(row.text) if row.channel == errand.CHANNEL else None
        return await self.threads.hear(row, {"errand": asked} if asked else {})

    async def _stopped(self, row: Row) -> Reply:
        """STOP took effect when the message came; here the waiting task is closed and it is told what was stopped."""
        async with self.database.connect() as conn:
            doing = await store.tasks_doing(conn, row.conversation)
            waits = row.task or await store.current_task(conn, row.conversation)
        closed = await self.threads.hear(row, {"stop": True}) if waits else None
        if row.stopped == "late":
            text = "Too late to stop: the last button is already pressed. I look what came of it and tell you."
        elif closed is not None:
            return closed
        elif row.stopped == "some":
            text = "Stopped before the last click: nothing was booked."
        elif doing:
            text = "It is stopped already; nothing more is pressed."
        elif to_undo(fold(row.text)) is not None:
            return await self.threads.hear(row, {})  # what it would cancel was done long ago
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
        state = await self.threads.advance(row, task, await self.threads.said(row, {"go": mandate}))
        return Reply(kind="progress", text=GOING, task=task, trace=tuple(state["trace"]))

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
        state: Json = (await self.threads.graph.aget_state(thread_of(task))).values
        if state.get("status") == "offered" and refused.why in ("expired", "cancelled"):
            return await self.threads.hear(row, {"lapsed": f"{refused.message} Here is a new offer."})
        view = PlanView.model_validate(state["plan"]) if state.get("plan") else None
        text = f"{refused}\n\n{plan_text(view)}" if view else str(refused)
        return Reply(kind="plan" if view else "refusal", text=text, task=task, plan=view)


async def stopped(conn: AsyncConnection, message: str, now: dt.datetime) -> str:
    """Cancel whatever was not pressed yet, and say what a STOP found: "late", "some" or "nothing"."""
    cancelled = await ledger.cancel(conn, message, now)
    return "late" if cancelled.too_late else "some" if cancelled.ids else "nothing"


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
