"""Server-sent events: a conversation's events, with what was missed first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import cast

from sse_starlette import EventSourceResponse, ServerSentEvent

from app.channels.base import Event, Message
from app.web.metrics import Metrics
from app.web.ports import Assistant

Show = Callable[[Event], Awaitable[str]]


def stream(
    assistant: Assistant, conversation: str, after: str | None, show: Show, metrics: Metrics
) -> EventSourceResponse:
    """The messages after the one with id `after`, then what happens live.

    Args:
        after: the last message that was seen; an unknown one is long past, so everything is told; None: nothing.
    """

    async def counted() -> AsyncIterator[ServerSentEvent]:
        metrics.streams += 1
        try:
            async with aclosing(_events(assistant, conversation, after, show)) as events:
                async for event in events:
                    yield event
        finally:
            metrics.streams -= 1

    return EventSourceResponse(counted(), ping=15)


async def _events(
    assistant: Assistant, conversation: str, after: str | None, show: Show
) -> AsyncGenerator[ServerSentEvent, None]:
    queue: asyncio.Queue[Event] = asyncio.Queue()
    pump = asyncio.create_task(_pump(assistant.events(conversation), queue))
    await asyncio.sleep(0)  # the subscription begins before history is read, so nothing falls between
    try:
        seen = set()
        for message in _missed(await assistant.history(conversation), after):
            seen.add(message.id)
            yield await _event(Event(kind="message", message=message), show)
        while True:
            event = await _next(queue, pump)
            if event is None:
                return
            if event.message is None or event.message.id not in seen:
                yield await _event(event, show)
    finally:
        pump.cancel()


async def _pump(events: AsyncIterator[Event], queue: asyncio.Queue[Event]) -> None:
    async with aclosing(cast(AsyncGenerator[Event, None], events)) as source:
        async for event in source:
            queue.put_nowait(event)


async def _next(queue: asyncio.Queue[Event], pump: asyncio.Task[None]) -> Event | None:
    """The next event, or None once the source has ended and the queue is empty."""
    if not queue.empty():
        return queue.get_nowait()
    waiting = asyncio.ensure_future(queue.get())
    try:
        await asyncio.wait({waiting, pump}, return_when=asyncio.FIRST_COMPLETED)
        if waiting.done():
            return waiting.result()
        pump.result()  # raises what the source raised
        return None
    finally:
        waiting.cancel()


def _missed(history: list[Message], after: str | None) -> list[Message]:
    ids = [message.id for message in history]
    if after is None:
        return []
    return history[ids.index(after) + 1 :] if after in ids else history


async def _event(event: Event, show: Show) -> ServerSentEvent:
    return ServerSentEvent(data=await show(event), event=event.kind, id=event.message.id if event.message else None)
