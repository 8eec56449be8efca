"""The ledger's tables: the mandates, and each of their moves as a link of an append-only hash chain."""

from __future__ import annotations

import datetime as dt
import hashlib
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from agents.executor.mandate import canonical
from memory.errors import Conflict


class State(StrEnum):
    """Where a mandate stands."""

    OFFERED = "OFFERED"
    GRANTED = "GRANTED"
    CLAIMED = "CLAIMED"
    STARTED = "STARTED"
    DONE = "DONE"
    REFUSED = "REFUSED"
    UNKNOWN = "UNKNOWN"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"


metadata = sa.MetaData()

mandates = sa.Table(
    "mandates",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("conversation", sa.String, nullable=False, index=True),
    sa.Column("task", sa.String, nullable=False),
    sa.Column("state", sa.String, nullable=False, index=True),
    sa.Column("hash", sa.String, nullable=False, unique=True),
    sa.Column("bytes", sa.LargeBinary, nullable=False),  # the canonical bytes of which `hash` is the hash
    sa.Column("bound", sa.Text, nullable=False),
    sa.Column("code", sa.String),  # asked for with the Go where set
    sa.Column("expires", sa.Float, nullable=False),  # seconds since 1970
    sa.Column("fence", sa.Integer, nullable=False, default=0),
    sa.Column("granted_by", sa.String, unique=True),  # one message grants one plan
    sa.Column("receipt", sa.Text),
)

ledger = sa.Table(
    "ledger",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("mandate", sa.String, sa.ForeignKey("mandates.id"), nullable=False, index=True),
    sa.Column("from", sa.String),
    sa.Column("to", sa.String, nullable=False),
    sa.Column("cause", sa.String, nullable=False),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("detail", sa.String, nullable=False),
    sa.Column("prev", sa.String, nullable=False, unique=True),  # unique: the chain cannot fork
    sa.Column("hash", sa.String, nullable=False),
)
_started = sa.and_(ledger.c.to == State.STARTED.value, ledger.c["from"] == State.CLAIMED.value)
sa.Index("one_start", ledger.c.mandate, unique=True, sqlite_where=_started, postgresql_where=_started)


def append_only(table: sa.Table, called: str) -> None:
    """Let no row of a table be changed or taken out, once it is made; `called` names it in the refusal."""
    for event in ("UPDATE", "DELETE"):
        ddl = f"CREATE TRIGGER {table.name}_no_{event.lower()} BEFORE {event} ON {table.name} " + (
            f"BEGIN SELECT RAISE(ABORT, '{called} is append-only'); END"
        )
        sa.event.listen(table, "after_create", sa.DDL(ddl).execute_if(dialect="sqlite"))  # type: ignore[no-untyped-call]


append_only(ledger, "the ledger")


async def link(conn: AsyncConnection, table: sa.Table, body: dict[str, Any]) -> None:
    """Add a row that names the hash of the one before it (`prev`) and its own (`hash`)."""
    last = await conn.execute(sa.select(table.c.hash).order_by(table.c.seq.desc()).limit(1))
    linked = body | {"prev": last.scalar_one_or_none() or ""}
    await conn.execute(table.insert().values(linked | {"hash": _digest(linked)}))


async def append(
    conn: AsyncConnection, mandate_id: str, from_: State | None, to: State, cause: str, now: dt.datetime, detail: str
) -> None:
    """Add one move, in the transaction of what it records."""
    body = {
        "mandate": mandate_id,
        "from": from_ and from_.value,
        "to": to.value,
        "cause": cause,
        "at": now.isoformat(),
        "detail": detail,
    }
    await link(conn, ledger, body)


async def check_chain(conn: AsyncConnection) -> int:
    """The number of links, each of which fits the one before.

    Raises:
        Conflict: a link was changed, taken out or added from outside.
    """
    prev, count = "", 0
    for row in (await conn.execute(sa.select(ledger).order_by(ledger.c.seq))).mappings():
        body = {name: row[name] for name in ("mandate", "from", "to", "cause", "at", "detail", "prev")}
        if row["prev"] != prev or row["hash"] != _digest(body):
            raise Conflict(
                f"Link {row['seq']} of the ledger does not fit the one before it.", "Restore it from a backup."
            )
        prev, count = row["hash"], count + 1
    return count


def _digest(body: dict[str, Any]) -> str:
    # Notes quote pages, so what a mandate would refuse (a zero-width space) may stand here.
    plain = {name: value and value.encode("ascii", "backslashreplace").decode() for name, value in body.items()}
    return hashlib.sha256(canonical({k: v and v.replace("\n", "\\n") for k, v in plain.items()})).hexdigest()
