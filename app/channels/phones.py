"""Phones: which numbers are the owner's, how a new one is paired, and the audit line of everybody else."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from dataclasses import dataclass

from sqlalchemy import Column, Float, Integer, String, Table, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from agents.executor.tables import append_only, link
from agents.executor.words import CODE_DIGITS, CODE_LETTERS
from app.channels.store import metadata

LASTS = 10 * 60
"""Seconds that a pairing code can be used."""

TRIES = 5
"""Wrong codes after which the right one counts no longer."""

PAIR = re.compile(rf"\s*pair\s+([{CODE_DIGITS}{CODE_LETTERS}]{{4}})[-\s]?([{CODE_DIGITS}{CODE_LETTERS}]{{4}})\s*", re.I)

phones = Table(
    "phones",
    metadata,
    Column("address", String, primary_key=True),  # with its channel: "whatsapp:+351912345678"
    Column("since", String, nullable=False),
)

pairing = Table(
    "pairing",
    metadata,
    Column("code", String, primary_key=True),  # its SHA-256
    Column("expires", Float, nullable=False),  # seconds since 1970
    Column("tries", Integer, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("message", String, unique=True, nullable=False),
    Column("at", String, nullable=False),
    Column("what", String, nullable=False),
    Column("who", String, nullable=False),  # the sender's hash: a stranger's number is not ours to keep
    Column("prev", String, unique=True, nullable=False),
    Column("hash", String, nullable=False),
)
append_only(audit, "the audit trail")


@dataclass(frozen=True, slots=True)
class Phone:
    """A paired phone: its address with the channel, and since when (ISO date-time)."""

    address: str
    since: str


async def paired(conn: AsyncConnection) -> list[Phone]:
    """The paired phones, the oldest first."""
    rows = await conn.execute(select(phones).order_by(phones.c.since))
    return [Phone(**row) for row in rows.mappings()]


async def is_owners(conn: AsyncConnection, address: str, owner: str) -> bool:
    """Whether an address is, character by character, the owner's or a paired phone's."""
    if owner and address == owner:
        return True
    return (await conn.execute(select(phones.c.address).where(phones.c.address == address))).first() is not None


async def new_code(conn: AsyncConnection, now: dt.datetime) -> str:
    """A code that pairs one phone within ten minutes; the one before it counts no longer."""
    code = "".join(secrets.choice(CODE_DIGITS + CODE_LETTERS) for _ in range(8))
    await conn.execute(delete(pairing))
    await conn.execute(insert(pairing).values(code=_hashed(code), expires=now.timestamp() + LASTS, tries=0))
    return f"{code[:4]}-{code[4:]}"


async def pair(conn: AsyncConnection, address: str, text: str, now: dt.datetime) -> bool:
    """Pair the phone that sends “pair CODE” with the live code; a wrong code is counted."""
    said = PAIR.fullmatch(text)
    if said is None:
        return False
    live = (pairing.c.expires > now.timestamp()) & (pairing.c.tries < TRIES)
    code = _hashed((said[1] + said[2]).upper())
    used = await conn.execute(delete(pairing).where(live, pairing.c.code == code))
    if used.rowcount != 1:
        await conn.execute(update(pairing).values(tries=pairing.c.tries + 1))
        return False
    values = {"address": address, "since": now.isoformat()}
    await conn.execute(upsert(phones).values(values).on_conflict_do_nothing(index_elements=["address"]))
    return True


async def unpair(conn: AsyncConnection, address: str) -> bool:
    """Forget a paired phone; False where it was none."""
    return (await conn.execute(delete(phones).where(phones.c.address == address))).rowcount == 1


async def write_down(conn: AsyncConnection, message: str, sender: str, what: str, now: dt.datetime) -> None:
    """One audit line for one message, as a link of an append-only hash chain."""
    if (await conn.execute(select(audit.c.seq).where(audit.c.message == message))).first():
        return
    await link(conn, audit, {"message": message, "at": now.isoformat(), "what": what, "who": _hashed(sender)})


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
