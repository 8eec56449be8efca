"""The meter: every call to a model in a table, with what it cost and every byte that was sent, and caps on both."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

from pydantic import Field
from sqlalchemy import Column, Index, Integer, MetaData, String, Table, Text, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from agents.redact import Redactor
from agents.types import Clock, Frozen
from memory.errors import RflowError

metadata = MetaData()

calls = Table(
    "model_calls",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("at", String, nullable=False),
    Column("day", String, nullable=False),
    Column("conversation", String, nullable=False),
    Column("task", String, nullable=False),
    Column("purpose", String, nullable=False),  # the prompt: "understand", "decide" …
    Column("provider", String, nullable=False),
    Column("model", String, nullable=False),
    Column("tokens_in", Integer, nullable=False),
    Column("tokens_cached", Integer, nullable=False),
    Column("tokens_out", Integer, nullable=False),
    Column("cost", Integer),  # millionths of a US dollar; NULL where the price is not known
    Column("ms", Integer, nullable=False),
    Column("outcome", String, nullable=False),  # "ok", or why there was no answer
    Column("sent", Text, nullable=False),  # JSON list: each request as it left, secrets taken out; emptied in time
    Column("received", Text, nullable=False),
    Index("model_calls_day", "day"),
    Index("model_calls_task", "task"),
)

_SPENT = (
    func.count().label("calls"),
    func.coalesce(func.sum(calls.c.tokens_in + calls.c.tokens_out), 0).label("tokens"),
    func.coalesce(func.sum(calls.c.cost), 0).label("cost"),
    func.coalesce(func.sum(calls.c.ms), 0).label("ms"),
    (func.count() - func.count(calls.c.cost)).label("unpriced"),
)
"""The columns of a `Spent`."""

KEPT = dt.timedelta(days=30)
"""How long what was sent and received is kept; what it cost is kept for good."""


class Call(Frozen):
    """One call to a model."""

    at: str
    conversation: str = ""
    task: str = ""
    purpose: str
    provider: str
    model: str
    tokens_in: int = 0
    tokens_cached: int = 0
    tokens_out: int = 0
    cost: int | None = None  # millionths of a US dollar
    ms: int = 0
    outcome: str = "ok"
    sent: tuple[str, ...] = ()
    received: str = ""


class Spent(Frozen):
    """What models took, over a task or a day.

    Attributes:
        cost: millionths of a US dollar, of the calls whose price is known.
        unpriced: calls whose price is not known.
    """

    calls: int = 0
    tokens: int = 0
    cost: int = 0
    ms: int = 0
    unpriced: int = 0


class ModelDay(Spent):
    """What one model took on one day."""

    day: str
    model: str


class TaskSpent(Spent):
    """What models took for one task."""

    task: str


class Spending(Frozen):
    """What models took since a day, by day and model, oldest first, and by task, the latest first.

    Attributes:
        since, today: ISO dates, both counted.
    """

    since: str
    today: str
    days: tuple[ModelDay, ...] = ()
    tasks: tuple[TaskSpent, ...] = ()


class TaskCalls(Frozen):
    """What a task's models were asked, and what they took; beside it the whole day."""

    calls: tuple[Call, ...] = ()
    task: Spent = Field(default_factory=Spent)
    day: Spent = Field(default_factory=Spent)


@dataclass(frozen=True, slots=True)
class Caps:
    """What models may take; 0 stands for no call at all.

    Attributes:
        task_tokens, day_tokens: read and written together.
        task_usd, day_usd: US dollars.
    """

    task_tokens: int = 60_000
    day_tokens: int = 1_000_000
    task_usd: float = 0.25
    day_usd: float = 2.0


class OverCap(RflowError):
    """A cap is reached: no model is asked."""

    status = 429


class Meter:
    """Keeps the record of calls in the home's database.

    Args:
        redact: takes secrets out of what is kept.
    """

    def __init__(self, database: AsyncEngine, clock: Clock, redact: Redactor, caps: Caps | None = None) -> None:
        self._database, self._clock, self._redact = database, clock, redact
        self.caps = caps or Caps()

    async def allow(self, task: str) -> None:
        """Nothing, where a call for this task may be made.

        Raises:
            OverCap: which cap is reached, and how it is raised.
        """
        caps = self.caps
        day = await self.day()
        _within(day, caps.day_tokens, caps.day_usd, "today", "DAY")
        if task:
            _within(await self._spent(calls.c.task == task), caps.task_tokens, caps.task_usd, "this task", "TASK")

    async def record(self, call: Call) -> None:
        """Keep a call."""
        values = call.model_dump(exclude={"sent", "received"})
        values["day"] = self._today()
        values["sent"] = json.dumps([self._redact(one) for one in call.sent], ensure_ascii=False)
        values["received"] = self._redact(call.received)
        async with self._database.begin() as conn:
            await conn.execute(insert(calls).values(values))

    async def day(self) -> Spent:
        """What today took."""
        return await self._spent(calls.c.day == self._today())

    async def spending(self, days: int, most: int = 20) -> Spending:
        """What was taken on the last days, today included; of the tasks the latest `most`."""
        today = self._clock().date()
        since = (today - dt.timedelta(days=days - 1)).isoformat()
        recent, day, task = calls.c.day >= since, calls.c.day, calls.c.task
        by_day = select(day, calls.c.model, *_SPENT).where(recent).group_by(day, calls.c.model).order_by(day)
        by_task = select(task, *_SPENT).where(recent, task != "").group_by(task).order_by(func.max(calls.c.seq).desc())
        async with self._database.connect() as conn:
            spans = [ModelDay.model_validate(row) for row in (await conn.execute(by_day)).mappings()]
            tasks = [TaskSpent.model_validate(row) for row in (await conn.execute(by_task.limit(most))).mappings()]
        return Spending(since=since, today=today.isoformat(), days=tuple(spans), tasks=tuple(tasks))

    async def task(self, task: str) -> TaskCalls:
        """Every call for a task, oldest first, with every byte that was sent."""
        async with self._database.connect() as conn:
            rows = (await conn.execute(select(calls).where(calls.c.task == task).order_by(calls.c.seq))).mappings()
        made = tuple(Call.model_validate({**row, "sent": json.loads(row["sent"])}) for row in rows)
        return TaskCalls(calls=made, task=await self._spent(calls.c.task == task), day=await self.day())

    async def prune(self) -> None:
        """Drop the texts that are older than `KEPT`."""
        before = (self._clock() - KEPT).date().isoformat()
        old = update(calls).where(calls.c.day < before, calls.c.sent != "[]").values(sent="[]", received="")
        async with self._database.begin() as conn:
            await conn.execute(old)

    def _today(self) -> str:
        return self._clock().date().isoformat()

    async def _spent(self, which: object) -> Spent:
        async with self._database.connect() as conn:
            found = (await conn.execute(select(*_SPENT).where(which))).mappings().one()  # type: ignore[arg-type]
        return Spent.model_validate(found)


def _within(spent: Spent, tokens: int, usd: float, whose: str, name: str) -> None:
    if spent.tokens >= tokens:
        raise OverCap(
            f"Models have read and written {spent.tokens:,} tokens for {whose}, and {tokens:,} are allowed.",
            f"RFLOW_{name}_TOKENS raises it.",
        )
    if spent.cost >= usd * 1_000_000:
        raise OverCap(
            f"Models have cost {dollars(spent.cost)} for {whose}, and {usd:.2f} USD are allowed.",
            f"RFLOW_{name}_USD raises it.",
        )


def dollars(cost: int) -> str:
    """Millionths of a US dollar as a person reads them: "0.0042 USD"."""
    return f"{cost / 1_000_000:.4f} USD"
