"""Welcome: three steps to make it yours: a home of your own, some documents, five questions."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import QueryParams

from app.channels.base import MAIN
from app.web.api.documents import received
from app.web.api.doors import Assistant
from app.web.show import page
from memory.dropped import MOST
from memory.home import Home
from memory.notes import notes
from memory.readers.kinds import SUFFIXES
from memory.scan import scan
from memory.status import FileStatus, Status

TOPICS = ("food", "restaurants", "travel", "music", "films", "books")
"""What the five questions can be about, to begin with."""

Files = Annotated[list[str], Query(alias="file", max_length=200, default_factory=list)]

welcome = APIRouter(include_in_schema=False)


def is_empty(home: Home) -> bool:
    """Whether nothing of the person's own is in their home: no document, and no note in memory."""
    return not scan(home.root, ("documents",)) and not notes(home)


@welcome.get("/welcome")
async def shown(request: Request, assistant: Assistant, files: Files) -> HTMLResponse:
    """The three steps."""
    status = await assistant.index_status()
    return page(
        request,
        "welcome/page.html",
        home=assistant.home.root,
        empty=is_empty(assistant.home),
        documents=[file for file in status.files if file.path.startswith("documents/")],
        **_reading(status, files),
        topics=TOPICS,
        conversation=MAIN,
        endings=[*SUFFIXES, ".xml"],
        most=MOST,
    )


@welcome.get("/welcome/indexing")
async def indexing(request: Request, assistant: Assistant, files: Files) -> HTMLResponse:
    """How far the reading of some documents is."""
    return page(request, "welcome/indexing.html", **_reading(await assistant.index_status(), files))


@welcome.post("/welcome/documents")
async def dropped(request: Request, assistant: Assistant) -> Response:
    """Takes documents from the form; a page with a script sends them to `/api/v1/documents`, one by one."""
    told = await received(request, assistant.home)
    refused = [file for file in told if file.why]
    if refused:
        return page(request, "welcome/refused.html", status=422, told=told)
    return RedirectResponse(f"/welcome?{_again([file.path for file in told])}#documents", 303)


def _reading(status: Status, paths: list[str]) -> dict[str, Any]:
    """The files as they stand, how much of them was read, and what to ask next; one that was not seen yet waits."""
    known = {file.path: file for file in status.files}
    files = [known.get(path, FileStatus(path=path, state="waiting")) for path in paths]
    waiting = [file for file in files if file.state == "waiting"]
    read = len(files) - len(waiting) + sum(file.chunks / file.of for file in waiting if file.of)
    return {"files": files, "waits": bool(waiting), "read": read, "again": _again(paths)}


def _again(paths: list[str]) -> str:
    return str(QueryParams([("file", path) for path in paths]))
