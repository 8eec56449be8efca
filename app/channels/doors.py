"""Doors: what a channel makes of a message before its turn, and of the reply before it leaves."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from agents.types import Reply
from app.channels.store import Row


class Doors:
    """The doors of a house whose replies are fetched or streamed: nothing is added on either way."""

    async def enter(self, row: Row) -> Row | Reply:
        """What the person meant by a message: the row in words, or at once its reply. May run again after a crash."""
        return row

    async def leave(self, conn: AsyncConnection, message: str, reply: Reply) -> Reply:
        """The reply as it is given, in the transaction that ends the turn of that message."""
        return reply
