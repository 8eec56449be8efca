"""Deliveries: the replies on their way to phones, each part under an id of ours, in order per phone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Boolean, Column, Float, Integer, String, Table, Text, and_, case, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from app.channels.store import inbox, metadata, outbox

State = Literal["queued", "sending", "accepted", "sent", "delivered", "read", "parked"]

ARRIVED: tuple[State, ...] = ("sent", "delivered", "read")
ORDER: tuple[State, ...] = ("queued", "sending", "accepted", *ARRIVED)
"""The way of a delivery. A callback that comes late takes it no step back."""

SETTLES = 5.0
"""Seconds after which what the provider took counts as shown, where its callbacks do not reach us."""

WINDOW = dt.timedelta(hours=24)
"""How long after a person's message WhatsApp takes free text."""

deliveries = Table(
    "deliveries",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String, unique=True, nullable=False),
    Column("answers", String, nullable=False, index=True),  # inbox id, or what else it tells of
    Column("to", String, nullable=False, index=True),
    Column("body", Text, nullable=False),
    Column("picture", String),  # relative to home
    Column("offer", Boolean, nullable=False),
    Column("state", String, nullable=False, index=True),
    Column("sid", String, index=True),  # the provider's id
    Column("attempts", Integer, nullable=False, default=0),
    Column("at", Float, nullable=False),  # when it is due, in seconds since 1970
    Column("since", Float, nullable=False, default=0),  # when the last attempt began, likewise
    Column("error", String, nullable=False, default=""),
)


@dataclass(frozen=True, slots=True)
class Part:
    """One message to a phone: its text, a picture of home's, and whether a Go may follow on it."""

    body: str
    picture: str | None = None
    offer: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """One row."""

    seq: int
    id: str
    answers: str
    to: str
    body: str
    picture: str | None
    offer: bool
    state: State
    sid: str | None
    attempts: int
    at: float
    since: float
    error: str

    def concerns(self, sid: str) -> bool:
        """Whether what is told of the provider's message `sid` is told of this attempt, not of one before."""
        return sid != self.sid if self.state == "sending" else self.sid in (None, sid)


async def enqueue(conn: AsyncConnection, answers: str, to: str, parts: Iterable[Part], now: float) -> None:
    """Put the parts of a reply in line; a second time changes nothing."""
    for number, part in enumerate(parts):
        values = {"id": f"{answers}:{number}", "answers": answers, "to": to, "state": "queued", "at": now}
        values |= {"body": part.body, "picture": part.picture, "offer": part.offer}
        await conn.execute(upsert(deliveries).values(values).on_conflict_do_nothing(index_elements=["id"]))


async def heads(conn: AsyncConnection) -> list[Delivery]:
    """For each phone what it is to get next."""
    waiting = deliveries.c.state.in_(("queued", "sending"))
    first = select(func.min(deliveries.c.seq)).where(waiting).group_by(deliveries.c.to)
    rows = await conn.execute(select(deliveries).where(deliveries.c.seq.in_(first)))
    return [Delivery(**row) for row in rows.mappings()]


async def before(conn: AsyncConnection, this: Delivery) -> Delivery | None:
    """What the provider took for the same phone just before."""
    mine = and_(deliveries.c.to == this.to, deliveries.c.seq < this.seq, deliveries.c.state != "parked")
    rows = await conn.execute(select(deliveries).where(mine).order_by(deliveries.c.seq.desc()).limit(1))
    found = rows.mappings().first()
    return Delivery(**found) if found else None


async def get(conn: AsyncConnection, delivery: str) -> Delivery | None:
    """The delivery with that id of ours."""
    found = (await conn.execute(select(deliveries).where(deliveries.c.id == delivery))).mappings().first()
    return Delivery(**found) if found else None


async def note(conn: AsyncConnection, delivery: str, **values: str | int | float | None) -> None:
    """Write down how it stands."""
    await conn.execute(update(deliveries).where(deliveries.c.id == delivery).values(**values))


async def known_sids(conn: AsyncConnection, to: str) -> set[str]:
    """The provider's ids of what went to a phone."""
    mine = and_(deliveries.c.to == to, deliveries.c.sid.is_not(None))
    return set((await conn.execute(select(deliveries.c.sid).where(mine))).scalars())


async def accepted(conn: AsyncConnection, delivery: str, sid: str) -> None:
    """The provider took what was being sent; nothing changes where a callback told more meanwhile."""
    mine = and_(deliveries.c.id == delivery, deliveries.c.state == "sending")
    await conn.execute(update(deliveries).where(mine).values(state="accepted", sid=sid, error=""))


async def advance(conn: AsyncConnection, delivery: str, sid: str, state: State) -> None:
    """A step forward on its way; what the person has is not kept a second time."""
    earlier = ORDER[: ORDER.index(state)]
    mine = and_(deliveries.c.id == delivery, or_(deliveries.c.state.in_(earlier), deliveries.c.state == "parked"))
    values: dict[str, str] = {"state": state, "sid": sid, "error": ""}
    if state in ("delivered", "read"):
        values["body"] = ""
    await conn.execute(update(deliveries).where(mine).values(**values))


async def seen_by(conn: AsyncConnection, to: str, now: float, quotes: str = "") -> int:
    """The latest outbox seq that a phone had before it: all of its parts arrived there, or the one that is quoted."""
    if quotes:
        quoted = select(outbox.c.seq).join(deliveries, deliveries.c.answers == outbox.c.answers)
        if found := (await conn.execute(quoted.where(deliveries.c.to == to, deliveries.c.sid == quotes))).scalar():
            return int(found)
    settled = and_(deliveries.c.state == "accepted", deliveries.c.since <= now - SETTLES)
    shown = case((or_(deliveries.c.state.in_(ARRIVED), settled), 1), else_=0)
    whole = select(deliveries.c.answers).where(deliveries.c.to == to).group_by(deliveries.c.answers)
    latest = select(func.max(outbox.c.seq)).where(outbox.c.answers.in_(whole.having(func.min(shown) == 1)))
    return int((await conn.execute(latest)).scalar() or 0)


async def last_heard(conn: AsyncConnection, to: str) -> dt.datetime | None:
    """When that phone wrote last."""
    found = (await conn.execute(select(func.max(inbox.c.at)).where(inbox.c.sender == to))).scalar()
    return dt.datetime.fromisoformat(found) if found else None


async def reopen(conn: AsyncConnection, to: str, now: float) -> None:
    """A phone wrote: what WhatsApp did not take for its silence may go out now."""
    mine = and_(deliveries.c.to == to, deliveries.c.state == "parked", deliveries.c.error == "window")
    await conn.execute(update(deliveries).where(mine).values(state="queued", attempts=0, at=now, error=""))


async def parked(conn: AsyncConnection) -> dict[str, int]:
    """How many deliveries are parked, by their reason."""
    query = select(deliveries.c.error, func.count()).where(deliveries.c.state == "parked").group_by(deliveries.c.error)
    return dict((await conn.execute(query)).tuples().all())
