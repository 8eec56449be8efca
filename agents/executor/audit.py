"""The audit: a task's moves out of the ledger, as they can be shown."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from agents.executor import ledger
from agents.executor.ledger import Entry
from agents.executor.tables import State, check_chain, mandates
from agents.executor.tables import ledger as links
from agents.types import Frozen
from memory.errors import Conflict


class Move(Frozen):
    """One move of a mandate.

    Attributes:
        before: where it stood; None for an offer.
        cause: the id of the message, or who moved it.
    """

    mandate: str
    before: State | None
    to: State
    cause: str
    at: dt.datetime
    detail: str


class Chain(Frozen):
    """What the check of the whole ledger found.

    Attributes:
        links: that fit, each to the one before.
        fault: what does not; empty where all do.
    """

    links: int = 0
    fault: str = ""


async def moves(conn: AsyncConnection, task: str) -> tuple[Move, ...]:
    """Every move of a task's mandates, oldest first."""
    query = sa.select(links).join(mandates, mandates.c.id == links.c.mandate).where(mandates.c.task == task)
    rows = (await conn.execute(query.order_by(links.c.seq))).mappings()
    return tuple(Move.model_validate({**row, "before": row["from"]}) for row in rows)


async def last_moves(conn: AsyncConnection) -> dict[str, dt.datetime]:
    """When each task's mandates moved last."""
    query = sa.select(mandates.c.task, links.c.at).join(links, links.c.mandate == mandates.c.id).order_by(links.c.seq)
    return {task: dt.datetime.fromisoformat(at) for task, at in (await conn.execute(query)).all()}


async def entry_of(conn: AsyncConnection, told: tuple[Move, ...]) -> Entry | None:
    """The mandate that moves tell of: the last that had its Go, else the last.

    Raises:
        Conflict: what is stored does not fit its hash.
    """
    granted = [move.mandate for move in told if move.to is State.GRANTED]
    name = next(reversed(granted or [move.mandate for move in told]), None)
    return None if name is None else await ledger.get(conn, name)


async def check(conn: AsyncConnection) -> Chain:
    """Whether every link of the ledger fits the one before."""
    try:
        return Chain(links=await check_chain(conn))
    except Conflict as broken:
        return Chain(fault=str(broken))
