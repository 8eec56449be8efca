"""The pages: the chat, a cited file, the log-in, and what a page's forms post to."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import PurePosixPath
from typing import Annotated, Any

from fastapi import APIRouter, Form, Header, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from app.channels.base import MAIN, Event, Inbound, Message
from app.errors import Problem, Refused
from app.web import ports, render, sse
from app.web.files import FOLDERS, allowed
from app.web.routes import REPLY_SECONDS, Assistant, Conversation, TaskId, counted
from app.web.session import Sessions
from memory.errors import NotFound

TEXT_ENDINGS = (".md", ".txt", ".html", ".htm", ".xml", ".atom", ".rss")
IMAGE_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}
WRONG_PASSWORD_SECONDS = 1.0  # slows down guessing

pages = APIRouter(include_in_schema=False)

MessageId = Annotated[str, Form(pattern=r"^[A-Za-z0-9_.:-]{1,128}$")]


@pages.get("/")
async def chat(request: Request, assistant: Assistant) -> HTMLResponse:
    """The conversation with everything it holds."""
    conversation = MAIN
    messages = await assistant.history(conversation)
    phones = ports.settings(request).whatsapp
    shown = {"examples": ports.examples(request)[:3], "sample": request.state.sample, "phones": phones}
    return page(request, "chat.html", conversation=conversation, messages=messages, **thread(messages), **shown)


@pages.post("/chat/{conversation}/messages")
async def say(
    conversation: Conversation,
    request: Request,
    assistant: Assistant,
    text: Annotated[str, Form()] = "",
    id: MessageId = "",  # noqa: A002  the form's field
) -> Response:
    """Takes the person's words; with htmx the reply comes over the stream, without it the page is shown again."""
    inbound = Inbound(
        id=id or uuid.uuid4().hex,
        conversation=conversation,
        channel="web",
        text=text,
        at=assistant.clock(),
    )
    await assistant.receive(inbound)
    if not _htmx(request):
        await assistant.reply_to(inbound.id, REPLY_SECONDS)
        return RedirectResponse("/#end", 303)
    message = Message(id=inbound.id, at=inbound.at, author="person", text=text)
    return page(request, "said.html", message=message, conversation=conversation, live=set())


@pages.post("/chat/{conversation}/tasks/{task}/go")
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
    if not _htmx(request):
        return RedirectResponse("/#end", 303)
    return page(request, "bar.html", conversation=conversation, working=reply.kind == "progress", oob=False)


@pages.post("/chat/{conversation}/stop")
async def stop(
    conversation: Conversation,
    request: Request,
    assistant: Assistant,
    id: MessageId,  # noqa: A002
) -> Response:
    """The STOP button."""
    counted(request, await assistant.stop(None, conversation, id))
    if not _htmx(request):
        return RedirectResponse("/#end", 303)
    return page(request, "bar.html", conversation=conversation, working=False, oob=False)


@pages.get("/chat/{conversation}/events")
async def events(
    conversation: Conversation,
    request: Request,
    assistant: Assistant,
    after: str = "",
    last_event_id: Annotated[str | None, Header()] = None,
) -> Response:
    """The conversation's events as HTML, for the page's stream."""

    def show(event: Event) -> str:
        return fragment(request, event, conversation)

    return sse.stream(assistant, conversation, last_event_id or after, show, request.app.state.metrics)


@pages.get("/files/{path:path}")
async def file(path: str, request: Request, assistant: Assistant, lines: str = "") -> HTMLResponse:
    """A text file of home, read-only, with the cited lines marked."""
    home = assistant.home
    text = (await asyncio.to_thread(home.read, allowed(home, path, (*FOLDERS, "runs"), TEXT_ENDINGS))).text
    return page(request, "file.html", path=path, lines=text.splitlines(), marked=_range(lines))


@pages.get("/runs/{task}/{name}")
async def picture(task: TaskId, name: str, assistant: Assistant) -> FileResponse:
    """A screenshot of a run."""
    home = assistant.home
    path = home.resolve(allowed(home, f"runs/{task}/{name}", ("runs",), tuple(IMAGE_TYPES)))
    if not path.is_file():
        raise NotFound(f"There is no picture {name} of the run {task}.")
    return FileResponse(path, media_type=IMAGE_TYPES[PurePosixPath(name).suffix.lower()])


@pages.get("/login")
async def login_page(request: Request) -> HTMLResponse:
    """Asks for the password."""
    return page(request, "login.html", wrong=False)


@pages.post("/login")
async def login(request: Request, password: Annotated[str, Form()] = "") -> Response:
    """Begins a session for whoever knows the password."""
    sessions: Sessions = request.app.state.sessions
    if not sessions.accepts(password):
        await asyncio.sleep(WRONG_PASSWORD_SECONDS)
        return page(request, "login.html", status=403, wrong=True)
    response = RedirectResponse("/", 303)
    sessions.begin(response, secure=request.url.scheme == "https")
    return response


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A template as an answer."""
    return HTMLResponse(_render(request, template, **values), status)


def error_page(request: Request, problem: Problem) -> HTMLResponse:
    """An error as a page with a way out."""
    return page(request, "error.html", status=problem.status, problem=problem)


def thread(messages: list[Message]) -> dict[str, Any]:
    """What the templates need to know about a conversation as a whole."""
    return {
        "live": render.live_ids(messages),
        "working": render.working(messages),
        "last": messages[-1].id if messages else "",
        "oob": False,
    }


def fragment(request: Request, event: Event, conversation: str) -> str:
    """One event as the HTML that the page swaps in."""
    if event.message is None:
        return _render(request, "progress.html", text=event.text)
    message = event.message
    return _render(
        request,
        "arrived.html",
        message=message,
        conversation=conversation,
        live={message.id},
        working=render.working([message]),
        oob=True,
    )


def _render(request: Request, template: str, **values: Any) -> str:
    return str(request.app.state.templates.get_template(template).render(new_id=lambda: uuid.uuid4().hex, **values))


def _htmx(request: Request) -> bool:
    return request.headers.get("hx-request") == "true"


def _range(lines: str) -> range:
    first, _, last = lines.partition("-")
    if not lines:
        return range(0)
    if not (first.isascii() and first.isdigit() and (last or first).isascii() and (last or first).isdigit()):
        raise Refused(422, f"{lines!r} is not a range of lines.", "Write it as 12-14.")
    return range(int(first), int(last or first) + 1)
