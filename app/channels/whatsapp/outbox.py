"""The outbox's way to phones: in order per phone, retried, and looked up before anything is sent a second time."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from dataclasses import dataclass, field
from urllib.parse import quote

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from agents.types import Clock
from app.channels import deliveries
from app.channels.base import MAIN
from app.channels.deliveries import WINDOW, Delivery
from app.channels.hub import Hub
from app.channels.whatsapp.pictures import Pictures
from app.channels.whatsapp.trouble import cure
from app.channels.whatsapp.twilio import NotSent, Refusal, Twilio, Unsure
from app.errors import unexpected

MOST = 20
"""Attempts after which a delivery is parked."""

LONGEST = 300.0
"""Seconds between two attempts at most."""

IN_ORDER = 4.0
"""Seconds that a message waits for the one before it to have arrived: Twilio itself keeps no order."""

LOOKS = 2
"""Times that a message is looked for in vain before it counts as never sent."""

MARGIN = dt.timedelta(minutes=5)
"""How long before WhatsApp's 24 hours end no free text is begun."""


@dataclass(slots=True)
class Outbox:
    """Delivers what stands in `deliveries`, for ever.

    Attributes:
        public_url: where Twilio tells us how a message fared.
        page: the address of the local page, which a template links to.
        backoff: seconds before the second attempt; each further one waits twice as long.
    """

    database: AsyncEngine
    twilio: Twilio
    hub: Hub
    pictures: Pictures
    clock: Clock
    public_url: str
    page: str
    backoff: float = 1.0
    _slow_until: float = 0.0
    _slowed: int = 0
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """Something changed: look at once."""
        self._woken.set()

    async def run(self) -> None:
        """Deliver until cancelled."""
        listening = asyncio.create_task(self._listen())
        try:
            while True:
                self._woken.clear()
                wait = await self._round()
                try:
                    async with asyncio.timeout(wait):
                        await self._woken.wait()
                except TimeoutError:
                    continue
        finally:
            listening.cancel()

    async def _listen(self) -> None:
        async for _ in self.hub.events(MAIN):
            self.wake()

    async def _round(self) -> float:
        """One look at each phone's next message; the seconds until the next is due."""
        try:
            async with self.database.connect() as conn:
                heads = await deliveries.heads(conn)
            return min([LONGEST, *await asyncio.gather(*map(self._deliver, heads))])
        except Exception as error:  # noqa: BLE001  (a locked database passes; the outbox must not end)
            unexpected(error)
            return self.backoff

    async def _deliver(self, head: Delivery) -> float:
        """One attempt, if it is due; the seconds until this phone is looked at again."""
        now = time.time()
        if (wait := max(head.at, self._slow_until) - now) > 0:
            return wait
        if (wait := await self._previous(head) - now) > 0:
            return wait
        if head.attempts >= MOST:
            await self._note(head, state="parked", error=head.error or "Twilio did not answer")
        elif head.state == "sending":
            await self._look_up(head)
        elif await self._silent(head):
            await self._template(head)
        else:
            await self._send(head)
        return 0

    async def _previous(self, head: Delivery) -> float:
        """Until when the message before this one may still be on its way."""
        async with self.database.connect() as conn:
            previous = await deliveries.before(conn, head)
        return previous.since + IN_ORDER if previous and previous.state == "accepted" else 0.0

    async def _silent(self, head: Delivery) -> bool:
        """Whether WhatsApp takes a template only, because the person has not written for 24 hours."""
        if head.error == "window":
            return True
        async with self.database.connect() as conn:
            heard = await deliveries.last_heard(conn, head.to)
        return heard is not None and self.clock() - heard > WINDOW - MARGIN

    async def _send(self, head: Delivery) -> None:
        await self._note(head, state="sending", attempts=head.attempts + 1, since=time.time(), error="")
        picture = self.pictures.url(head.picture, time.time()) if head.picture else None
        try:
            sid = await self.twilio.send(head.to, head.body, self._callback(head), picture)
        except NotSent:
            await self._note(head, state="queued", at=time.time() + self._later(head))
        except Unsure:
            await self._note(head, at=time.time() + self._later(head))  # still "sending": it is looked up first
        except Refusal as refused:
            async with self.database.begin() as conn:
                await self.failed(conn, head, 429 if refused.status == 429 else refused.code)
        else:
            await self._accepted(head, sid)

    async def _template(self, head: Delivery) -> None:
        """Outside the 24 hours: the approved template with a link, else it waits until the person writes."""
        await self._note(head, state="sending", attempts=MOST, since=time.time(), error="window")
        try:
            sid = await self.twilio.send_template(head.to, self.page, self._callback(head))
        except (NotSent, Unsure, Refusal):
            sid = None  # not repeated: the person finds it on the page, and here when they write
        if sid is None:
            await self._note(head, state="parked", error="window")
        else:
            await self._accepted(head, sid)

    async def _look_up(self, head: Delivery) -> None:
        """An attempt whose end nobody saw: found at Twilio it was sent; looked for twice in vain it was not."""
        since = dt.datetime.fromtimestamp(head.since, dt.UTC)
        async with self.database.connect() as conn:
            known = await deliveries.known_sids(conn, head.to)
        looked = int(head.error) if head.error.isdigit() else 0
        try:
            sid = await self.twilio.find(head.to, head.body, since, known)
        except Unsure:
            await self._note(head, attempts=head.attempts + 1, at=time.time() + self._later(head))
            return
        if sid is not None:
            await self._accepted(head, sid)
        elif looked + 1 < LOOKS:
            await self._note(head, error=str(looked + 1), at=time.time() + self._later(head))
        else:
            await self._note(head, state="queued", error="")

    async def failed(self, conn: AsyncConnection, delivery: Delivery, code: int) -> None:
        """Twilio did not take it, or could not deliver it: what its code asks for is done."""
        now, what = time.time(), cure(code)
        if what == "slower":
            self._slower()
        again: dict[str, str | float | None] = {"state": "queued", "at": now}
        if what == "window":
            again |= {"error": "window"}
        elif what == "without picture" and delivery.picture:
            again |= {"picture": None}
        elif what in ("slower", "again"):
            again |= {"at": now + self._later(delivery)}
        else:
            again = {"state": "parked", "error": str(code)}
        await deliveries.note(conn, delivery.id, **again)

    def _slower(self) -> None:
        """Twilio or WhatsApp wants less at once: everything waits, twice as long each time."""
        self._slow_until = time.time() + min(60.0, self.backoff * 2**self._slowed)
        self._slowed += 1

    def _later(self, delivery: Delivery) -> float:
        return min(LONGEST, self.backoff * 2.0**delivery.attempts)

    async def _accepted(self, head: Delivery, sid: str) -> None:
        self._slowed = max(0, self._slowed - 1)
        async with self.database.begin() as conn:
            await deliveries.accepted(conn, head.id, sid)

    async def _note(self, head: Delivery, **values: str | int | float | None) -> None:
        async with self.database.begin() as conn:
            await deliveries.note(conn, head.id, **values)

    def _callback(self, head: Delivery) -> str:
        return f"{self.public_url}/webhooks/twilio/status?id={quote(head.id, safe='')}"
