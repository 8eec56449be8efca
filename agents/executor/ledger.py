"""The ledger: each mandate's life as compare-and-set moves, every move a link of the chain."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from agents.executor.mandate import Mandate
from agents.executor.plan import BoundPlan
from agents.executor.tables import State, append, mandates
from agents.types import Receipt
from memory.errors import Conflict, NotFound

LIVE = (State.OFFERED, State.GRANTED)
BEFORE_START = (State.OFFERED, State.GRANTED, State.CLAIMED)
FINAL = {State.DONE, State.REFUSED, State.UNKNOWN, State.EXPIRED, State.CANCELLED}

Why = Literal["used", "expired", "cancelled", "superseded", "fenced", "code", "plan", "started", "not granted"]


class MandateRefused(Conflict):
    """A move that the mandate's state does not allow. `why` is for programs."""

    def __init__(self, why: Why, message: str, next_step: str = "") -> None:
        super().__init__(message, next_step)
        self.why = why


@dataclass(frozen=True, slots=True)
class Entry:
    """A mandate as the ledger holds it."""

    id: str
    conversation: str
    task: str
    state: State
    hash: str
    mandate: Mandate
    bound: BoundPlan
    code: str | None
    fence: int
    receipt: Receipt | None


@dataclass(frozen=True, slots=True)
class Cancelled:
    """What a cancel did.

    Attributes:
        ids: will never be carried out.
        too_late: had been started; what became of them will be told by their receipt.
    """

    ids: tuple[str, ...] = ()
    too_late: tuple[str, ...] = ()


async def offer(
    conn: AsyncConnection, mandate: Mandate, conversation: str, bound: BoundPlan, task: str, code: str | None = None
) -> None:
    """Record an offer; it revokes older ones of the conversation. What had its Go already is carried out."""
    await revoke(conn, conversation, mandate.message_id, mandate.created, "superseded by a new offer")
    raw = mandate.canonical()
    await conn.execute(
        mandates.insert().values(
            id=mandate.id,
            conversation=conversation,
            task=task,
            state=State.OFFERED,
            hash=mandate.hash,
            bytes=raw,
            bound=bound.model_dump_json(),
            code=code,
            expires=mandate.expires.timestamp(),
            fence=0,
        )
    )
    await append(conn, mandate.id, None, State.OFFERED, mandate.message_id, mandate.created, "")


async def grant(
    conn: AsyncConnection,
    mandate_id: str,
    message_id: str,
    now: dt.datetime,
    *,
    code: str | None = None,
    plan_hash: str | None = None,
) -> None:
    """OFFERED -> GRANTED by the person's message: the button (`plan_hash`), or words, with the code where one is set.

    Raises:
        MandateRefused: another plan, a missing or wrong code, or the offer no longer stands.
    """
    entry = await get(conn, mandate_id)
    _check_go(entry, code, plan_hash)
    fresh = mandates.c.expires > now.timestamp()
    if not await _move(
        conn, mandate_id, (State.OFFERED,), State.GRANTED, message_id, now, "", fresh, granted_by=message_id
    ):
        raise await _refusal(conn, mandate_id, now)


async def claim(conn: AsyncConnection, mandate_id: str, worker: str, now: dt.datetime) -> int:
    """GRANTED -> CLAIMED, or a claim that a dead worker left taken over; gives the new fencing number.

    A mandate that is STARTED stays so: the worker gets a fencing number to find out what became of it, never to press.

    Raises:
        MandateRefused: it was not granted, is over, or expired before any work began.
    """
    fresh = mandates.c.expires > now.timestamp()
    raised = {"fence": mandates.c.fence + 1}
    moved = await _move(conn, mandate_id, (State.GRANTED,), State.CLAIMED, worker, now, "", fresh, **raised)
    for again in (State.CLAIMED, State.STARTED):
        moved = moved or await _move(conn, mandate_id, (again,), again, worker, now, "taken over", **raised)
    if not moved:
        raise await _refusal(conn, mandate_id, now)
    return int((await conn.execute(sa.select(mandates.c.fence).where(mandates.c.id == mandate_id))).scalar_one())


async def start(conn: AsyncConnection, mandate_id: str, fence: int, now: dt.datetime, detail: str = "") -> None:
    """CLAIMED -> STARTED, once per mandate for ever. Commit this before the click.

    Raises:
        MandateRefused: expired, cancelled, or another worker holds a newer fencing number.
    """
    holds = sa.and_(mandates.c.fence == fence, mandates.c.expires > now.timestamp())
    if not await _move(conn, mandate_id, (State.CLAIMED,), State.STARTED, f"fence:{fence}", now, detail, holds):
        raise await _refusal(conn, mandate_id, now, fence)


async def finish(
    conn: AsyncConnection, mandate_id: str, fence: int, state: State, receipt: Receipt, now: dt.datetime
) -> None:
    """The end, with its receipt. DONE and UNKNOWN come from STARTED only.

    Raises:
        MandateRefused: it is over already, or another worker holds a newer fencing number.
    """
    sources = (State.CLAIMED, State.STARTED) if state is State.REFUSED else (State.STARTED,)
    text = receipt.model_dump_json()
    holds = mandates.c.fence == fence
    if not await _move(conn, mandate_id, sources, state, f"fence:{fence}", now, receipt.note, holds, receipt=text):
        raise await _refusal(conn, mandate_id, now, fence)


async def cancel(
    conn: AsyncConnection,
    cause: str,
    now: dt.datetime,
    *,
    mandate_id: str | None = None,
    conversation: str | None = None,
) -> Cancelled:
    """Stop one mandate, all of a conversation, or, where neither is named, every one: what has not been started never
    will be."""
    open_ = sa.select(mandates.c.id).where(mandates.c.state.in_((*BEFORE_START, State.STARTED)))
    if mandate_id is not None:
        open_ = open_.where(mandates.c.id == mandate_id)
    if conversation is not None:
        open_ = open_.where(mandates.c.conversation == conversation)
    stopped: list[str] = []
    late: list[str] = []
    for name in (await conn.execute(open_.with_for_update())).scalars().all():
        done = await _move(conn, name, BEFORE_START, State.CANCELLED, cause, now, "stopped")
        (stopped if done else late).append(name)
    return Cancelled(tuple(stopped), tuple(late))


async def revoke(conn: AsyncConnection, conversation: str, cause: str, now: dt.datetime, why: str) -> None:
    """End the conversation's offers that have no Go yet; those that have one are not touched."""
    offered = _of(conversation, (State.OFFERED,)).with_for_update()
    for row in (await conn.execute(offered)).all():
        await _move(conn, row.id, (State.OFFERED,), State.CANCELLED, cause, now, why)


async def expire(conn: AsyncConnection, now: dt.datetime) -> tuple[str, ...]:
    """Offers and grants whose time is over -> EXPIRED; their ids, so that the person can be told."""
    over = mandates.c.expires <= now.timestamp()
    rows = await conn.execute(sa.select(mandates.c.id).where(mandates.c.state.in_(LIVE), over))
    names = rows.scalars().all()
    return tuple([n for n in names if await _move(conn, n, LIVE, State.EXPIRED, "clock", now, "", over)])


async def live(conn: AsyncConnection, conversation: str, now: dt.datetime) -> Entry | None:
    """The one offer of the conversation that a Go would grant, or None."""
    query = _of(conversation, (State.OFFERED,)).where(mandates.c.expires > now.timestamp())
    rows = (await conn.execute(query)).all()
    return _entry(rows[0]) if len(rows) == 1 else None


async def get(conn: AsyncConnection, mandate_id: str) -> Entry:
    """The mandate as it stands.

    Raises:
        NotFound: there is none of that id.
        Conflict: what is stored does not fit its hash.
    """
    row = (await conn.execute(sa.select(mandates).where(mandates.c.id == mandate_id))).one_or_none()
    if row is None:
        raise NotFound(f"There is no mandate “{mandate_id}”.", "Ask for the plan again.")
    return _entry(row)


async def by_hash(conn: AsyncConnection, plan_hash: str) -> Entry:
    """The mandate whose plan was shown with this hash.

    Raises:
        MandateRefused: there is none.
        Conflict: what is stored does not fit its hash.
    """
    row = (await conn.execute(sa.select(mandates).where(mandates.c.hash == plan_hash))).one_or_none()
    if row is None:
        raise MandateRefused("plan", f"No plan {plan_hash[:12]!r} was ever offered.", "Look at the latest plan.")
    return _entry(row)


async def granted_by(conn: AsyncConnection, message_id: str) -> str | None:
    """The id of the mandate that this message granted."""
    found = await conn.execute(sa.select(mandates.c.id).where(mandates.c.granted_by == message_id))
    return found.scalar_one_or_none()


async def granted(conn: AsyncConnection) -> tuple[str, ...]:
    """Every mandate that ever had its Go, whatever became of it."""
    return tuple((await conn.execute(sa.select(mandates.c.id).where(mandates.c.granted_by.is_not(None)))).scalars())


async def done(conn: AsyncConnection) -> tuple[Entry, ...]:
    """Every mandate that was carried out, with its receipt, oldest first."""
    rows = await conn.execute(sa.select(mandates).where(mandates.c.state == State.DONE).order_by(mandates.c.expires))
    return tuple(_entry(row) for row in rows.all())


async def latest(conn: AsyncConnection, conversation: str) -> Entry | None:
    """The conversation's last mandate that had its Go, or None."""
    query = sa.select(mandates).where(mandates.c.conversation == conversation, mandates.c.granted_by.is_not(None))
    row = (await conn.execute(query.order_by(mandates.c.expires.desc()).limit(1))).one_or_none()
    return _entry(row) if row else None


async def references(conn: AsyncConnection) -> frozenset[str]:
    """The references of every receipt: each belongs to one mandate, and to no other."""
    rows = await conn.execute(sa.select(mandates.c.receipt).where(mandates.c.state == State.DONE))
    found = (Receipt.model_validate_json(text).reference for text in rows.scalars() if text)
    return frozenset(reference for reference in found if reference)


async def still_ours(conn: AsyncConnection, mandate_id: str, fence: int, now: dt.datetime) -> None:
    """The flag that is looked at before each browser action.

    Raises:
        MandateRefused: stopped, expired, or taken over by another worker.
    """
    holds = sa.and_(mandates.c.fence == fence, mandates.c.expires > now.timestamp())
    query = sa.select(mandates.c.id).where(mandates.c.id == mandate_id, mandates.c.state == State.CLAIMED, holds)
    if (await conn.execute(query)).one_or_none() is None:
        raise await _refusal(conn, mandate_id, now, fence)


async def still_offered(conn: AsyncConnection, mandate_id: str, now: dt.datetime) -> None:
    """What a rehearsal looks at before each browser action.

    Raises:
        MandateRefused: stopped, expired, or it has its Go by now.
    """
    entry = await get(conn, mandate_id)
    if entry.state is not State.OFFERED or entry.mandate.expires <= now:
        raise await _refusal(conn, mandate_id, now)


def _of(conversation: str, states: Iterable[State]) -> sa.Select[Any]:
    return sa.select(mandates).where(mandates.c.conversation == conversation, mandates.c.state.in_(tuple(states)))


async def _move(
    conn: AsyncConnection,
    mandate_id: str,
    sources: Iterable[State],
    to: State,
    cause: str,
    now: dt.datetime,
    detail: str,
    *conditions: sa.ColumnElement[bool],
    **values: Any,
) -> bool:
    """One compare-and-set with its link in the chain; False where the state or a condition does not hold."""
    for source in sources:  # one by one, so that the link tells where it came from
        where = (mandates.c.id == mandate_id, mandates.c.state == source, *conditions)
        moved = await conn.execute(mandates.update().where(*where).values(state=to, **values))
        if moved.rowcount == 1:
            await append(conn, mandate_id, source, to, cause, now, detail)
            return True
    return False


def _entry(row: Any) -> Entry:
    changed = Conflict(f"The mandate “{row.id}” was changed after it was offered.", "Ask for the plan again.")
    try:
        mandate = Mandate.model_validate_json(row.bytes)
        bound = BoundPlan.model_validate_json(row.bound)
    except ValueError as unreadable:
        raise changed from unreadable
    whole = mandate.canonical() == row.bytes and mandate.hash == row.hash
    if not whole or bound.steps_hash != mandate.plan.steps_hash or bound.plan != mandate.plan:
        raise changed
    receipt = Receipt.model_validate_json(row.receipt) if row.receipt else None
    return Entry(
        id=row.id,
        conversation=row.conversation,
        task=row.task,
        state=State(row.state),
        hash=row.hash,
        mandate=mandate,
        bound=bound,
        code=row.code,
        fence=int(row.fence),
        receipt=receipt,
    )


def _check_go(entry: Entry, code: str | None, plan_hash: str | None) -> None:
    if plan_hash is not None and plan_hash != entry.hash:
        raise MandateRefused("plan", "That Go was for another plan than the one on offer.", "Look at the latest plan.")
    if code is not None and code != entry.code:
        raise MandateRefused("code", f"The code {code} is not this plan's.", f"This plan asks for {_word(entry)}.")
    if entry.code and code is None and plan_hash is None:
        raise MandateRefused("code", "This plan needs its code with the Go.", f"Answer {_word(entry)}.")


def _word(entry: Entry) -> str:
    return f"GO {entry.code}" if entry.code else "a plain Go"


async def _refusal(
    conn: AsyncConnection, mandate_id: str, now: dt.datetime, fence: int | None = None
) -> MandateRefused:
    entry = await get(conn, mandate_id)
    again = "Ask again for a new plan."
    if entry.state in {State.DONE, State.REFUSED, State.UNKNOWN}:
        return MandateRefused("used", f"This plan was carried out before; it ended {entry.state.lower()}.", again)
    if entry.state is State.CANCELLED:
        return MandateRefused("cancelled", "This plan was stopped or replaced by a newer one; nothing is done.", again)
    if entry.state is State.EXPIRED or entry.mandate.expires <= now:
        return MandateRefused("expired", f"The Go held until {entry.mandate.expires:%H:%M}; nothing is done.", again)
    if fence is not None and fence != entry.fence:
        return MandateRefused("fenced", "Another run of this plan took over; this one ends here.")
    if entry.state is State.STARTED:
        return MandateRefused("started", "This plan was started already; it is not pressed twice.")
    if entry.state in {State.CLAIMED, State.GRANTED}:
        return MandateRefused("used", "This plan has its Go already and is being carried out.")
    return MandateRefused("not granted", f"This plan is {entry.state.lower()}, not granted.", "Answer Go to allow it.")
