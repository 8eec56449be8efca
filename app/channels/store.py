"""The inbox, the outbox and the tasks: what came in, what went out, and what it was about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    Text,
    and_,
    bindparam,
    func,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from agents.types import Reply, TaskStatus
from app.channels.base import Inbound, Message, Talk, TaskLine

metadata = MetaData()

inbox = Table(
    "inbox",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String, unique=True, nullable=False),
    Column("conversation", String, nullable=False, index=True),
    Column("channel", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", String, nullable=False),
    Column("go_plan", String),
    Column("voice", Boolean, nullable=False, default=False),
    Column("sender", String, index=True),  # the phone that it came from
    Column("attached", Text),  # what came with it, until it was read
    Column("seen", Integer, nullable=False),  # the latest outbox seq when it came: what the person had before them
    Column("outcome_of", String),  # the task whose execution ended; NULL for a person's message
    Column("task", String),
    Column("interrupt", String),  # what this row answers, written before it is answered
    Column("stopped", String),  # a STOP: what it found: "late", "some" or "nothing"
    Column("done", Boolean, nullable=False, default=False),
)

spoken = Index(
    "inbox_spoken",
    inbox.c.conversation,
    inbox.c.seq,
    sqlite_where=inbox.c.outcome_of.is_(None),
    postgresql_where=inbox.c.outcome_of.is_(None),
)
"""The list of conversations is told anew with each message: it must not grow with all that was ever said."""

outbox = Table(
    "outbox",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("answers", String, unique=True, nullable=False),  # inbox id: exactly one reply each
    Column("conversation", String, nullable=False, index=True),
    Column("at", String, nullable=False),
    Column("reply", Text, nullable=False),
)

tasks = Table(
    "tasks",
    metadata,
    Column("id", String, primary_key=True),
    Column("conversation", String, nullable=False, index=True),
    Column("request", Text, nullable=False),
    Column("status", String, nullable=False),
    Column("touched", Integer, nullable=False),  # inbox seq of its latest message
)

SHOWN = 5
"""Tasks of a conversation that a list shows."""

ENDED: tuple[TaskStatus, ...] = ("done", "refused", "unknown", "cancelled", "parked")


@dataclass(frozen=True, slots=True)
class Row:
    """One inbox row."""

    seq: int
    id: str
    conversation: str
    channel: str
    text: str
    at: str
    go_plan: str | None
    voice: bool
    sender: str | None
    attached: str | None
    seen: int
    outcome_of: str | None
    task: str | None
    interrupt: str | None
    stopped: str | None
    done: bool


def _row(mapping: Mapping[Any, Any]) -> Row:
    return Row(**{str(key): value for key, value in mapping.items()})


def outcome_id(mandate: str) -> str:
    """The inbox id of an execution's outcome: there is one outcome a mandate."""
    return f"outcome:{mandate}"


async def take_in(
    conn: AsyncConnection, inbound: Inbound, outcome_of: str | None = None, seen: int | None = None
) -> bool:
    """Insert a message; False where it came before.

    Args:
        seen: the latest outbox seq that its sender had before them; the conversation's latest where not given.
    """
    latest = select(func.coalesce(func.max(outbox.c.seq), 0)).where(outbox.c.conversation == inbound.conversation)
    values = inbound.model_dump(exclude={"at", "attached"}) | {
        "at": inbound.at.isoformat(),
        "attached": inbound.attached.model_dump_json() if inbound.attached else None,
        "outcome_of": outcome_of,
        "done": False,
    }
    values["seen"] = latest.scalar_subquery() if seen is None else seen
    result = await conn.execute(upsert(inbox).values(values).on_conflict_do_nothing(index_elements=["id"]))
    return result.rowcount == 1


async def row(conn: AsyncConnection, message: str) -> Row | None:
    """The inbox row of that message id."""
    found = (await conn.execute(select(inbox).where(inbox.c.id == message))).mappings().first()
    return _row(found) if found else None


async def undone(conn: AsyncConnection) -> list[str]:
    """Ids of the rows whose turn has not ended, oldest first."""
    return list((await conn.execute(select(inbox.c.id).where(~inbox.c.done).order_by(inbox.c.seq))).scalars())


async def is_first(conn: AsyncConnection, this: Row) -> bool:
    """Whether no earlier row of the same conversation is still to be handled."""
    earlier = select(inbox.c.seq).where(
        and_(inbox.c.conversation == this.conversation, inbox.c.seq < this.seq, ~inbox.c.done)
    )
    return (await conn.execute(earlier.limit(1))).first() is None


async def note(conn: AsyncConnection, message: str, **values: str | bool | None) -> None:
    """Write down on an inbox row what its turn is about to do."""
    await conn.execute(update(inbox).where(inbox.c.id == message).values(**values))


async def finish(conn: AsyncConnection, this: Row, reply: Reply, at: dt.datetime) -> None:
    """Put the reply in the outbox and end the turn, in one transaction."""
    await conn.execute(
        upsert(outbox)
        .values(answers=this.id, conversation=this.conversation, at=at.isoformat(), reply=reply.model_dump_json())
        .on_conflict_do_nothing(index_elements=["answers"])
    )
    await note(conn, this.id, done=True)


async def reply_to(conn: AsyncConnection, message: str) -> Reply | None:
    """The reply to a message, once there is one."""
    text = (await conn.execute(select(outbox.c.reply).where(outbox.c.answers == message))).scalar()
    return Reply.model_validate_json(text) if text else None


async def last_reply(conn: AsyncConnection, conversation: str, upto: int) -> Reply | None:
    """Our latest message in a conversation up to an outbox seq."""
    mine = and_(outbox.c.conversation == conversation, outbox.c.seq <= upto)
    text = (await conn.execute(select(outbox.c.reply).where(mine).order_by(outbox.c.seq.desc()).limit(1))).scalar()
    return Reply.model_validate_json(text) if text else None


async def said(conn: AsyncConnection, task_id: str, before: int) -> list[str]:
    """What the person said in a task before an inbox seq, oldest first."""
    theirs = and_(inbox.c.task == task_id, inbox.c.outcome_of.is_(None), inbox.c.stopped.is_(None))
    query = select(inbox.c.text).where(theirs, inbox.c.seq < before).order_by(inbox.c.seq)
    return list((await conn.execute(query)).scalars())


async def replies(conn: AsyncConnection, task_id: str) -> list[Reply]:
    """What was answered in a task, the latest first."""
    joined = select(outbox.c.reply).join(inbox, inbox.c.id == outbox.c.answers).where(inbox.c.task == task_id)
    found = (await conn.execute(joined.order_by(outbox.c.seq.desc()))).scalars()
    return [Reply.model_validate_json(text) for text in found]


async def history(conn: AsyncConnection, conversation: str, limit: int) -> list[Message]:
    """The latest `limit` lines of a conversation, oldest first."""
    # A reply stands after what it answers, whatever the clock did meanwhile; an outcome has a row of its own.
    mine = inbox.c.conversation == conversation
    joined = select(inbox, outbox.c.reply, outbox.c.at.label("told")).outerjoin(outbox, outbox.c.answers == inbox.c.id)
    rows = (await conn.execute(joined.where(mine).order_by(inbox.c.seq.desc()).limit(limit))).mappings().all()
    lines = []
    for found in reversed(rows):
        if found["outcome_of"] is None:
            lines.append(Message(id=found["id"], at=found["at"], author="person", text=found["text"]))
        if found["reply"] is not None:
            lines.append(answer(found["id"], found["told"], Reply.model_validate_json(found["reply"])))
    return lines[-limit:]


def answer(message: str, at: str | dt.datetime, reply: Reply) -> Message:
    """A reply as a line of the conversation."""
    return Message.model_validate(
        {"id": f"re:{message}", "at": at, "author": "assistant", "text": reply.text, "reply": reply}
    )


async def begin_task(conn: AsyncConnection, task: str, this: Row) -> None:
    """Record a new task; a second time changes nothing."""
    values = {
        "id": task,
        "conversation": this.conversation,
        "request": this.text,
        "status": "understanding",
        "touched": this.seq,
    }
    await conn.execute(upsert(tasks).values(values).on_conflict_do_nothing(index_elements=["id"]))


async def set_status(conn: AsyncConnection, task: str, status: TaskStatus, this: Row) -> None:
    """Where the task stands after the turn of a row."""
    await conn.execute(update(tasks).where(tasks.c.id == task).values(status=status, touched=this.seq))


async def task(conn: AsyncConnection, task_id: str) -> Mapping[str, Any] | None:
    """The task's row."""
    found = (await conn.execute(select(tasks).where(tasks.c.id == task_id))).mappings().first()
    return dict(found) if found else None


async def current_task(conn: AsyncConnection, conversation: str) -> str | None:
    """The task that a message of this conversation belongs to: the latest spoken of that waits for the person."""
    query = (
        select(tasks.c.id)
        .where(tasks.c.conversation == conversation, tasks.c.status.not_in([*ENDED, "doing"]))
        .order_by(tasks.c.touched.desc())
        .limit(1)
    )
    found: str | None = (await conn.execute(query)).scalar()
    return found


async def parked(conn: AsyncConnection, conversation: str) -> dict[str, str]:
    """The tasks that were set aside for another, with the requests that began them; the latest first."""
    mine = and_(tasks.c.conversation == conversation, tasks.c.status == "parked")
    found = await conn.execute(select(tasks.c.id, tasks.c.request).where(mine).order_by(tasks.c.touched.desc()))
    return {str(row.id): str(row.request) for row in found}


async def tasks_doing(conn: AsyncConnection, conversation: str) -> list[str]:
    """Tasks of this conversation that the executor is at work on."""
    query = select(tasks.c.id).where(tasks.c.conversation == conversation, tasks.c.status == "doing")
    return list((await conn.execute(query)).scalars())


async def tasks_of_day(conn: AsyncConnection, day: str) -> list[TaskLine]:
    """The tasks that were last spoken of on a day (ISO date), the latest first."""
    spoken = select(tasks).join(inbox, inbox.c.seq == tasks.c.touched).where(inbox.c.at.startswith(day))
    found = (await conn.execute(spoken.order_by(tasks.c.touched.desc()))).all()
    return [TaskLine(id=row.id, state=row.status, request=row.request) for row in found]


async def talks(conn: AsyncConnection, limit: int) -> list[Talk]:
    """The conversations that were last spoken in, the latest first, each with its latest tasks."""
    found = (await conn.execute(_SPOKEN_IN, {"limit": limit})).all()
    lines: dict[str, list[TaskLine]] = {row.conversation: [] for row in found}
    for row in (await conn.execute(_LATEST, {"conversations": list(lines)})).all():
        lines[row.conversation].append(TaskLine(id=row.id, state=row.status, request=row.request))
    return [Talk(id=row.conversation, title=row.text, at=row.at, tasks=lines[row.conversation]) for row in found]


def _spoken_in() -> Select[Any]:
    ends = select(inbox.c.conversation, func.min(inbox.c.seq).label("first"), func.max(inbox.c.seq).label("last"))
    span = ends.where(inbox.c.outcome_of.is_(None)).group_by(inbox.c.conversation).subquery()
    first, last = inbox.alias(), inbox.alias()
    return (
        select(span.c.conversation, first.c.text, last.c.at)
        .join(first, first.c.seq == span.c.first)
        .join(last, last.c.seq == span.c.last)
        .order_by(span.c.last.desc())
        .limit(bindparam("limit"))
    )


def _latest_tasks() -> Select[Any]:
    place = func.row_number().over(partition_by=tasks.c.conversation, order_by=tasks.c.touched.desc()).label("place")
    among = tasks.c.conversation.in_(bindparam("conversations", expanding=True))
    held = select(tasks, place).where(among).subquery()
    return select(held).where(held.c.place <= SHOWN).order_by(held.c.touched.desc())


_SPOKEN_IN, _LATEST = _spoken_in(), _latest_tasks()  # making them takes longer than the database does
