"""The line: WhatsApp's parts, chosen and opened together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from agents.types import Clock
from app.assistant import Assistant
from app.channels.hub import Hub
from app.channels.whatsapp.channel import WhatsApp
from app.channels.whatsapp.outbox import Outbox
from app.channels.whatsapp.papers import Papers
from app.channels.whatsapp.phone import Phones
from app.channels.whatsapp.pictures import Pictures
from app.channels.whatsapp.twilio import Twilio
from app.settings import Settings
from app.voice import Voice
from memory.home import Home


@dataclass(frozen=True, slots=True)
class Line:
    """What is there before the assistant is: the doors of phones, the outbox at work, and Twilio."""

    doors: Phones
    twilio: Twilio
    outbox: Outbox
    pictures: Pictures

    def open(self, assistant: Assistant, settings: Settings) -> WhatsApp:
        """The channel, leading to an assistant."""
        return WhatsApp(assistant, settings, self.twilio, self.outbox, self.pictures)


@asynccontextmanager
async def opened(
    settings: Settings, home: Home, database: AsyncEngine, hub: Hub, clock: Clock, key: bytes, voice: Voice
) -> AsyncIterator[Line]:
    """The line for an account in the settings; its outbox delivers until the context ends."""
    async with Twilio.open(settings) as twilio:
        pictures = Pictures(key, settings.public_url)
        outbox = Outbox(database, twilio, hub, pictures, clock, settings.public_url, settings.url)
        media = settings.state / "media"
        doors = Phones(database, twilio, Papers(home, media), voice, clock, settings.url, media)
        delivering = asyncio.create_task(outbox.run())
        try:
            yield Line(doors, twilio, outbox, pictures)
        finally:
            delivering.cancel()
            with suppress(asyncio.CancelledError):
                await delivering
