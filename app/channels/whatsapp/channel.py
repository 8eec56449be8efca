"""The WhatsApp channel's inbound side: who may write, and what is stored of a message before it is answered."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.datastructures import ImmutableMultiDict
from twilio.request_validator import RequestValidator

from app.assistant import Assistant
from app.channels import deliveries, phones
from app.channels.base import MAIN, Attachment, AttachmentKind, Inbound
from app.channels.deliveries import ARRIVED, Part, State
from app.channels.store import inbox
from app.channels.whatsapp import trouble
from app.channels.whatsapp.outbox import Outbox
from app.channels.whatsapp.pictures import Pictures
from app.channels.whatsapp.twilio import Twilio, address
from app.settings import Settings

WORDLESS: dict[AttachmentKind, str] = {
    "voice": "(voice note)",
    "document": "(document)",
    "photo": "(photo)",
    "video": "(video)",
    "contact": "(contact)",
    "location": "(location)",
    "other": "(something without words)",
}
"""What stands in the conversation for a message without words."""

PAIRED = (
    "This phone is yours now: what you write here reaches your assistant. Ask as you would ask a friend, for instance "
    "“find me a place for dinner tonight”. STOP ends whatever is being done."
)
_PHONE = re.compile(r"whatsapp:\+[1-9][0-9]{6,14}")
_LONG = 600  # characters of a file's name or a place's, as the sender's app gives them


@dataclass(frozen=True, slots=True)
class WhatsApp:
    """What the webhook's doors lead to."""

    assistant: Assistant
    settings: Settings
    twilio: Twilio
    outbox: Outbox
    pictures: Pictures
    _typing: set[asyncio.Task[None]] = field(default_factory=set)

    def signed(self, path: str, form: ImmutableMultiDict[str, str], signature: str) -> bool:
        """Whether Twilio signed these very fields over our public address and that path."""
        token = self.settings.twilio_auth_token
        if token is None or not signature:
            return False
        url = self.settings.public_url + path
        return bool(RequestValidator(token.get_secret_value()).validate(url, form, signature))

    def now(self) -> float:
        """Seconds since 1970, on the machine's own clock: other machines are measured by it."""
        return time.time()

    async def take(self, form: Mapping[str, str]) -> tuple[Inbound, bool] | None:
        """Store an owner's message, and a STOP's effect, in one transaction; None for anybody else.

        Returns:
            The message, and whether it came for the first time.
        """
        sender, now = form.get("From", ""), self.assistant.clock()
        async with self.assistant.database.begin() as conn:
            if not self._direct(form) or not await phones.is_owners(conn, sender, self._owner):
                paired = await self._stranger(conn, form)
            else:
                inbound = _inbound(form, now)
                quotes = form.get("OriginalRepliedMessageSid", "")
                seen = await deliveries.seen_by(conn, sender, self.now(), quotes)
                fresh = await self.assistant.keep(conn, inbound, seen)
                await deliveries.reopen(conn, sender, self.now())
                return inbound, fresh
        if paired:
            self.outbox.wake()
        return None

    @property
    def _owner(self) -> str:
        return address(self.settings.whatsapp_owner) if self.settings.whatsapp_owner else ""

    def _direct(self, form: Mapping[str, str]) -> bool:
        """Whether it was sent by one phone to our own number: not in a group, not for another account."""
        sender = form.get("From", "")
        return (
            _PHONE.fullmatch(sender) is not None
            and form.get("To") == address(self.settings.whatsapp_from)
            and form.get("AccountSid") == self.settings.twilio_account_sid
            and form.get("WaId", sender[10:]) == sender[10:]
            and not any(value for name, value in form.items() if name.startswith("Group"))
        )

    async def _stranger(self, conn: AsyncConnection, form: Mapping[str, str]) -> bool:
        """Silence and one audit line; only a live pairing code makes a phone the owner's. True where it did."""
        sid, sender, now = form["MessageSid"], form.get("From", ""), self.assistant.clock()
        if self._direct(form) and await phones.pair(conn, sender, form.get("Body", ""), now):
            await phones.write_down(conn, sid, sender, "a phone was paired", now)
            await deliveries.enqueue(conn, f"paired:{sid}", sender, [Part(PAIRED)], self.now())
            return True
        await phones.write_down(conn, sid, sender, "a message from somebody else", now)
        return False

    async def work(self, inbound: Inbound, fresh: bool) -> None:
        """What follows on a message once its webhook is answered."""
        if fresh:
            shown = asyncio.create_task(self.twilio.typing(inbound.id))
            self._typing.add(shown)
            shown.add_done_callback(self._typing.discard)
        await self.assistant.begin(inbound, fresh)
        self.outbox.wake()

    async def fared(self, delivery: str, form: Mapping[str, str]) -> None:
        """What Twilio tells of a message of ours."""
        said, sid = form.get("MessageStatus", ""), form.get("MessageSid", "")
        async with self.assistant.database.begin() as conn:
            found = await deliveries.get(conn, delivery)
            if found is None or not found.concerns(sid):
                return
            if said in ("failed", "undelivered"):
                code = form.get("ErrorCode", "")
                await self.outbox.failed(conn, found, int(code) if code.isascii() and code.isdigit() else 0)
            else:
                state: State = next((s for s in ARRIVED if s == said), "accepted")
                await deliveries.advance(conn, delivery, sid, state)
        self.outbox.wake()

    async def health(self) -> str:
        """ "ok", or what could not be delivered and why."""
        async with self.assistant.database.connect() as conn:
            parked = await deliveries.parked(conn)
        lines = [f"{count} not delivered: {trouble.words(reason)}" for reason, count in parked.items()]
        return "; ".join(lines) or "ok"

    async def last(self) -> str:
        """When the last message came from a phone (ISO); "" where none ever did."""
        latest = select(func.max(inbox.c.at)).where(inbox.c.channel == "whatsapp")
        async with self.assistant.database.connect() as conn:
            return (await conn.execute(latest)).scalar() or ""

    async def pairing_code(self) -> str:
        """A new code for one phone."""
        async with self.assistant.database.begin() as conn:
            return await phones.new_code(conn, self.assistant.clock())

    async def phones(self) -> list[phones.Phone]:
        """The paired phones."""
        async with self.assistant.database.connect() as conn:
            return await phones.paired(conn)

    async def unpair(self, phone: str) -> bool:
        """Forget a paired phone."""
        async with self.assistant.database.begin() as conn:
            return await phones.unpair(conn, phone)


def _inbound(form: Mapping[str, str], now: dt.datetime) -> Inbound:
    attached = _attached(form)
    words = form.get("Body", "")
    return Inbound(
        id=form["MessageSid"],
        conversation=MAIN,
        channel="whatsapp",
        text=WORDLESS[attached.kind] if attached and not words else words,
        at=now,
        voice=attached is not None and attached.kind == "voice",
        sender=form["From"],
        attached=attached,
    )


def _attached(form: Mapping[str, str]) -> Attachment | None:
    if form.get("Latitude") and form.get("Longitude"):
        name = ", ".join(n for n in (form.get("Label", ""), form.get("Address", "")) if n)
        return Attachment(kind="location", name=name[:_LONG])
    type_ = form.get("MediaContentType0", "").partition(";")[0].strip().lower()
    if not form.get("MediaUrl0"):
        return None
    return Attachment(kind=_kind(type_), url=form["MediaUrl0"], type=type_, name=form.get("Body", "")[:_LONG])


def _kind(type_: str) -> AttachmentKind:
    kinds: tuple[tuple[str, AttachmentKind], ...] = (
        ("audio/", "voice"),
        ("image/", "photo"),
        ("video/", "video"),
        ("text/vcard", "contact"),
        ("text/x-vcard", "contact"),
        ("application/", "document"),
        ("text/", "document"),
    )
    return next((kind for start, kind in kinds if type_.startswith(start)), "other")
