"""Live events of conversations, for whoever looks on."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from app.channels.base import Event


class Hub:
    """Fans events out to listeners; a listener that does not keep up loses the oldest.

    What was lost is still in the outbox: events are a convenience, never the record.
    """

    KEEP = 200

    def __init__(self) -> None:
        self._listeners: dict[str, set[asyncio.Queue[Event]]] = defaultdict(set)

    def publish(self, conversation: str, event: Event) -> None:
        """Tell everybody who listens to this conversation."""
        for queue in self._listeners.get(conversation, ()):
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(event)

    @contextmanager
    def listening(self, conversation: str) -> Iterator[asyncio.Queue[Event]]:
        """A queue of what happens from now on."""
        queue: asyncio.Queue[Event] = asyncio.Queue(self.KEEP)
        self._listeners[conversation].add(queue)
        try:
            yield queue
        finally:
            self._listeners[conversation].discard(queue)
            if not self._listeners[conversation]:
                del self._listeners[conversation]

    async def events(self, conversation: str) -> AsyncIterator[Event]:
        """What happens from now on, for ever."""
        with self.listening(conversation) as queue:
            while True:
                yield await queue.get()
