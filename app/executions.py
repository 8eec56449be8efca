"""Executions: a mandate carried out to an outcome, which comes back as an inbox row; a plan rehearsed."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from agents.executor import ledger
from agents.executor.execute import Executor
from agents.executor.failpoint import Failpoint, no_failpoint
from agents.executor.ledger import Entry
from agents.executor.mandate import plan_text, render
from agents.executor.run import OnStep
from agents.executor.tables import State
from agents.orchestrator import papers
from agents.orchestrator.report import say_rehearsal
from agents.types import Clock, Receipt, Reply
from app.channels import store
from app.channels.base import Event, Inbound
from app.channels.hub import Hub
from app.errors import known

ATTEMPTS = 3
"""Times that an execution is begun again after an error that nobody foresaw."""


@dataclass(frozen=True, slots=True)
class Executions:
    """Each step is told as it is taken: to who looks on, and in the task's papers."""

    database: AsyncEngine
    executor: Executor
    hub: Hub
    clock: Clock
    home: Path
    closing: asyncio.Event
    failpoint: Failpoint = no_failpoint

    async def carry_out(self, mandate: str) -> str:
        """Carry out one mandate; the id of the inbox row that its outcome becomes."""
        async with self.database.connect() as conn:
            held = await ledger.get(conn, mandate)

        receipt = await self._tried(mandate, self._teller(held))
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

    async def _tried(self, mandate: str, tell: OnStep) -> Receipt:
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

    async def rehearse(self, conversation: str) -> Reply | None:
        """The plan on offer, gone through up to one click before its end; None where there is none."""
        async with self.database.connect() as conn:
            offer = await ledger.live(conn, conversation, self.clock())
        if offer is None:
            return None
        receipt = await self.executor.rehearse(offer.id, self._teller(offer))
        async with self.database.connect() as conn:
            still = await ledger.live(conn, conversation, self.clock())
        said = say_rehearsal(receipt)
        if still is None or still.id != offer.id:  # stopped, or it expired meanwhile
            return Reply(kind="receipt", text=said, receipt=receipt, task=offer.task)
        view = render(offer.mandate, offer.bound.title, offer.bound.sentences, offer.code)
        return Reply(kind="plan", text=f"{said}\n\n{plan_text(view)}", receipt=receipt, plan=view, task=offer.task)
