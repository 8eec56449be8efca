"""What a message from a phone means before its turn, and how its reply goes back to that phone."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Select, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from agents.executor import ledger
from agents.executor.tables import mandates
from agents.executor.words import parse_go, parse_stop
from agents.types import Clock, Reply
from app.channels import deliveries, store
from app.channels.base import Attachment
from app.channels.doors import Doors
from app.channels.store import Row
from app.channels.whatsapp import show
from app.channels.whatsapp.channel import WORDLESS
from app.channels.whatsapp.papers import Papers
from app.channels.whatsapp.twilio import Twilio
from app.turns import stopped
from app.voice import Heard, Voice
from memory.errors import RflowError

KIND_ANSWERS = {
    "photo": "I cannot look at pictures. Tell me in words what it is about, and I go by those.",
    "video": "I cannot watch videos. Tell me in words what it is about, and I go by those.",
    "contact": "Thank you, but I keep no contacts. What I should know of a person, tell me: “remember that …”.",
    "other": "I can read words, listen to voice notes, and take documents and locations. That was none of them.",
}
UNHEARD = "I could not make out that voice note, so I did nothing. Say it once more, closer and slower, or type it."
UNSURE = "I am not sure that I heard you right: “{text}”. Nothing was done: say it once more, or type it."
TALE = 10
"""How many of our latest messages to a phone a bare number or “more” is understood by."""


@dataclass(frozen=True, slots=True)
class Phones(Doors):
    """The doors of the owner's phones.

    Attributes:
        page: the address of the local page.
        media: a folder of the machine's, for what is fetched.
    """

    database: AsyncEngine
    twilio: Twilio
    papers: Papers
    voice: Voice
    clock: Clock
    page: str
    media: Path

    async def enter(self, row: Row) -> Row | Reply:
        """See `Doors`. Numbers, “more” and the answer about a document are read by what that phone was shown."""
        if row.stopped is not None:
            return row
        if row.attached is not None:
            return await self._attached(row, Attachment.model_validate_json(row.attached))
        shown = await self._shown(row)
        if not row.voice and (kept := await self.papers.answered(row, shown)):
            return kept
        if row.sender is None or await self._overtaken(row):
            return row  # a number is the latest question's then, whatever the list before it says
        return _typed(row, [reply for _, reply in shown])

    async def _overtaken(self, row: Row) -> bool:
        """Whether a reply was on its way to the phone already when they wrote."""
        later = _told(row, store.outbox.c.seq).join(store.inbox, store.inbox.c.id == store.outbox.c.answers)
        late = and_(store.outbox.c.seq > row.seen, store.inbox.c.seq < row.seq)
        async with self.database.connect() as conn:
            return (await conn.execute(later.where(late).limit(1))).first() is not None

    async def _shown(self, row: Row) -> list[tuple[str, Reply]]:
        """What the person had before them when they wrote, the latest first, with what each answered."""
        told = _told(row, store.outbox.c.answers, store.outbox.c.reply).where(store.outbox.c.seq <= row.seen)
        async with self.database.connect() as conn:
            rows = await conn.execute(told.order_by(store.outbox.c.seq.desc()).limit(TALE))
            return [(answers, Reply.model_validate_json(reply)) for answers, reply in rows]

    async def _attached(self, row: Row, attached: Attachment) -> Row | Reply:
        try:
            if attached.kind == "voice":
                return await self._spoken(row, attached)
            if attached.kind == "document":
                return await self.papers.offered(row, attached, self.twilio)
        except RflowError as error:
            return Reply(kind="answer", text=str(error))
        if attached.kind == "location":
            return _located(row, attached, [reply for _, reply in await self._shown(row)])
        if row.text != WORDLESS[attached.kind]:
            return row  # its caption says what is wanted
        return Reply(kind="answer", text=KIND_ANSWERS[attached.kind])

    async def _spoken(self, row: Row, attached: Attachment) -> Row | Reply:
        """The row in the words that were heard; kept on it, so that a turn that runs again hears the same."""
        file = self.media / f"{row.id}.audio"
        try:
            await self.twilio.fetch(attached.url, file)
            heard = await asyncio.to_thread(self.voice.transcribe, file)
        finally:
            file.unlink(missing_ok=True)
        stops = parse_stop(heard.text)
        # A doubtful STOP stops all the same, and a doubtful Go is refused like every spoken one.
        if not (heard.clear or stops or parse_go(heard.text)):
            return Reply(kind="answer", text=_asked_back(heard))
        async with self.database.begin() as conn:
            stop = await stopped(conn, row.id, self.clock()) if stops else None
            await store.note(conn, row.id, text=heard.text, attached=None, stopped=stop)
        return replace(row, text=heard.text, attached=None, stopped=stop)

    async def leave(self, conn: AsyncConnection, message: str, reply: Reply) -> Reply:
        """See `Doors`. A plan that one message cannot hold whole is no offer."""
        row = await store.row(conn, message)
        if row is None:
            return reply
        if row.voice and row.sender is not None and row.attached is None:
            reply = reply.model_copy(update={"text": f"I heard: “{row.text}”\n\n{reply.text}"})
        to = row.sender or await _granted_on(conn, row)
        if to is None:
            return reply
        if not show.fits(reply):
            await ledger.revoke(conn, row.conversation, row.id, self.clock(), "it does not fit one message")
            reply = self._too_long(reply)
        await deliveries.enqueue(conn, message, to, show.parts(reply), 0)
        return reply

    def _too_long(self, reply: Reply) -> Reply:
        text = (
            f"This plan has {show.length(show.offer_text(reply)):,} characters, and a WhatsApp message holds "
            f"{show.LIMIT:,}. I do not cut what you would approve, so I offer nothing here. On your own page I show "
            f"it whole: say “top” or “backup” there, at {self.page}"
        )
        return Reply(kind="refusal", text=text, task=reply.task, trace=reply.trace)


def _told(row: Row, *columns: Column[Any]) -> Select[Any]:
    """The replies of a conversation; of a phone's message those to that phone, not what only the page showed."""
    query = select(*columns).where(store.outbox.c.conversation == row.conversation)
    if row.sender is None:
        return query
    to = select(deliveries.deliveries.c.answers).where(deliveries.deliveries.c.to == row.sender)
    return query.where(store.outbox.c.answers.in_(to))


def _typed(row: Row, shown: list[Reply]) -> Row | Reply:
    said = row.text.strip().rstrip(".!").casefold()
    if said == "more":
        decision = next((r.decision for r in shown if r.decision or r.kind not in ("answer", "question")), None)
        return Reply(kind="answer", text=show.rest(decision)) if decision else row
    meant = show.numbers(shown).get(said.rstrip(")"), row.text)
    return row if parse_go(meant) else replace(row, text=meant)  # a number never grants anything


def _located(row: Row, attached: Attachment, shown: list[Reply]) -> Row | Reply:
    """A location answers a question about a place with its name; otherwise it is asked what for."""
    place = attached.name
    if not place:
        return Reply(kind="answer", text="Your location came without a name. Which part of town is that? Type it.")
    question = shown[0].question if shown else None
    if question is not None and question.type == "text":
        return replace(row, text=place)
    return replace(row, text=f"in {place}") if question or (shown and shown[0].decision) else _where(place)


def _where(place: str) -> Reply:
    text = f"You are at {place}. What shall I find there? For instance: “dinner near {place}”."
    return Reply(kind="answer", text=text)


def _asked_back(heard: Heard) -> str:
    return UNSURE.format(text=heard.text) if heard.text else UNHEARD


async def _granted_on(conn: AsyncConnection, row: Row) -> str | None:
    """The phone that gave the Go of which this row is the outcome."""
    granted = select(mandates.c.granted_by).where(mandates.c.id == row.id.removeprefix("outcome:"))
    by = (await conn.execute(granted)).scalar() if row.outcome_of else None
    given = await store.row(conn, by) if by else None
    return given.sender if given else None
