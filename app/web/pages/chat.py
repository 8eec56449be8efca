"""The chat: a conversation with everything it holds, and what its forms post to."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Form, Header, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.channels.base import MAIN, Event, Inbound, Message
from app.voice import Voice
from app.web import ports, render, sse
from app.web.api.doors import REPLY_SECONDS, Assistant, Conversation, TaskId, counted
from app.web.pages.welcome import is_empty
from app.web.show import is_htmx, page, rendered

EXAMPLES = 5
"""How many wishes an empty conversation suggests."""

chat = APIRouter(include_in_schema=False)

MessageId = Annotated[str, Form(pattern=r"^[A-Za-z0-9_.:-]{1,128}$")]


@chat.get("/")
async def main(request: Request, assistant: Assistant) -> HTMLResponse:
    """The owner's main conversation."""
    return await _shown(request, assistant, MAIN)


@chat.get("/chat/new")
async def new() -> Response:
    """A conversation of its own; it is kept from its first message on."""
    return RedirectResponse(f"/chat/{MAIN}-{uuid.uuid4().hex[:8]}", 303)


@chat.get("/chat/{conversation}")
async def other(conversation: Conversation, request: Request, assistant: Assistant) -> HTMLResponse:
    """Any conversation of the owner's."""
    return await _shown(request, assistant, conversation)


@chat.post("/chat/{conversation}/messages")
async def say(
    conversation: Conversation,
    request: Request,
    assistant: Assistant,
    text: Annotated[str, Form()] = "",
    id: MessageId = "",  # noqa: A002  the form's field
) -> Response:
    """Takes the person's words; with htmx the reply comes over the stream, without it the page is shown again."""
    return await _said(request, assistant, conversation, id, text)


@chat.post("/chat/{conversation}/voice")
async def hear(
    conversation: Conversation,
    request: Request,
    assistant: Assistant,
    recording: UploadFile,
    id: MessageId = "",  # noqa: A002
) -> Response:
    """Takes spoken words: what was heard clearly is said, anything else is put into the box to be mended."""
    heard = await assistant.hear(await recording.read())
    if not heard.clear:
        return Response(status_code=204, headers={"HX-Trigger": json.dumps({"unclear": {"heard": heard.text}})})
    return await _said(request, assistant, conversation, id, heard.text, voice=True)


@chat.post("/chat/{conversation}/tasks/{task}/go")
async def go(
    conversation: Conversation,
    task: TaskId,
    request: Request,
    assistant: Assistant,
    plan: Annotated[str, Form(pattern=r"^[0-9a-f]{64}$")],
    id: MessageId,  # noqa: A002
) -> Response:
    """The Go button: counts for exactly the plan whose hash it carries."""
    reply = counted(request, await assistant.go(task, plan, id))
    if not is_htmx(request):
        return RedirectResponse(f"{address(conversation)}#end", 303)
    return page(request, "chat/bar.html", conversation=conversation, working=reply.kind == "progress", oob=False)


@chat.post("/chat/{conversation}/stop")
async def stop(
    conversation: Conversation,
    request: Request,
    assistant: Assistant,
    id: MessageId,  # noqa: A002
) -> Response:
    """The STOP button."""
    counted(request, await assistant.stop(None, conversation, id))
    if not is_htmx(request):
        return RedirectResponse(f"{address(conversation)}#end", 303)
    return page(request, "chat/bar.html", conversation=conversation, working=False, oob=False)


@chat.get("/chat/{conversation}/events")
async def events(
    conversation: Conversation,
    request: Request,
    assistant: Assistant,
    after: str = "",
    last_event_id: Annotated[str | None, Header()] = None,
) -> Response:
    """The conversation's events as HTML, for the page's stream."""

    async def show(event: Event) -> str:
        return await _fragment(request, assistant, event, conversation)

    return sse.stream(assistant, conversation, last_event_id or after, show, request.app.state.metrics)


async def store_said(
    assistant: ports.Assistant, conversation: str, text: str, message: str = "", voice: bool = False
) -> Inbound:
    """Takes in what was said on a page; the turn begins."""
    said = Inbound(
        id=message or uuid.uuid4().hex,
        conversation=conversation,
        channel="web",
        text=text,
        at=assistant.clock(),
        voice=voice,
    )
    await assistant.receive(said)
    return said


async def _said(
    request: Request, assistant: ports.Assistant, conversation: str, message: str, text: str, voice: bool = False
) -> Response:
    inbound = await store_said(assistant, conversation, text, message, voice)
    if not is_htmx(request):
        await assistant.reply_to(inbound.id, REPLY_SECONDS)
        return RedirectResponse(f"{address(conversation)}#end", 303)
    line = Message(id=inbound.id, at=inbound.at, author="person", text=text)
    return page(request, "chat/said.html", message=line, conversation=conversation, live=set(), changes={})


def address(conversation: str) -> str:
    """Where a conversation is shown."""
    return "/" if conversation == MAIN else f"/chat/{conversation}"


async def _shown(request: Request, assistant: ports.Assistant, conversation: str) -> HTMLResponse:
    messages = await assistant.history(conversation)
    return page(
        request,
        "chat/page.html",
        conversation=conversation,
        messages=messages,
        live=render.live_ids(messages),
        changes=render.changes(messages),
        working=render.working(messages),
        last=messages[-1].id if messages else "",
        oob=False,
        **await _side(assistant),
        examples=ports.examples(request)[:EXAMPLES],
        hears=Voice.installed(),
        empty=not messages and await asyncio.to_thread(is_empty, assistant.home),
    )


async def _fragment(request: Request, assistant: ports.Assistant, event: Event, conversation: str) -> str:
    """One event as the HTML that the page swaps in."""
    if event.message is None:
        return rendered(request, "chat/progress.html", text=event.text)
    message = event.message
    offered = message.reply is not None and message.reply.plan is not None
    return rendered(
        request,
        "chat/arrived.html",
        message=message,
        conversation=conversation,
        live={message.id},
        changes=render.changes(await assistant.history(conversation)) if offered else {},
        working=render.working([message]),
        oob=True,
        # What stands at the side changes with an answer; a question alone is not worth a look at all conversations.
        **(await _side(assistant) if message.author == "assistant" else {}),
    )


async def _side(assistant: ports.Assistant) -> dict[str, Any]:
    """The conversations, and which of their tasks came as far as a plan: those have a page of their own."""
    talks = await assistant.talks()
    runs = assistant.home.root / "runs"
    planned = {task.id for talk in talks for task in talk.tasks if (runs / task.id).is_dir()}
    return {"conversations": talks, "planned": planned, "address": address}
