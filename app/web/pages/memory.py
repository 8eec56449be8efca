"""Memory: what is known of the person, what waits for their word, search over everything, and what changed when."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from agents.keeper import Keeper
from app.web.api.doors import Assistant
from app.web.api.files import FOLDERS, allowed
from app.web.api.memory import AnswerIn, Name, post_answer
from app.web.known import ORIGINS, known
from app.web.show import is_htmx, page
from app.web.tree import tree
from memory import proposals
from memory.evidence import Evidence
from memory.learned import Learned
from memory.notes import notes

memory_pages = APIRouter(include_in_schema=False)

FOUND = 20
"""Passages that a search shows."""

PAGE = 30
"""Changes on a page of the history."""

Id = Annotated[str, Form(pattern=r"^[A-Za-z0-9_.:-]{1,128}$")]
Commit = Annotated[str, Query(pattern=r"^[0-9a-f]{0,40}$")]


@memory_pages.get("/memory")
async def start(request: Request, assistant: Assistant, noted: str = "", refused: str = "") -> HTMLResponse:
    """What do you know about me?"""
    stated = await asyncio.to_thread(notes, assistant.home)
    files = await asyncio.to_thread(known, assistant.home, stated)
    shown: dict[str, Any] = {
        "files": files,
        "most": max((file.counts.total() for file in files), default=1),
        "origins": ORIGINS,
        "proposals": await asyncio.to_thread(assistant.keeper.proposals),
        "noted": next((note for note in stated if note.id == noted), None),
        "refused": bool(refused),
    }
    if shown["noted"]:
        shown["taught"] = await asyncio.to_thread(_taught, assistant.keeper, shown["noted"])
    return page(request, "memory/start.html", **shown, **await side(assistant, current="start"))


@memory_pages.get("/memory/contradictions")
async def contradictions(request: Request, assistant: Assistant) -> HTMLResponse:
    """The notes that contradict each other; with htmx only the list, which takes a moment to find."""
    pairs = await asyncio.to_thread(assistant.keeper.contradictions)
    if is_htmx(request):
        return page(request, "memory/contradictions.html", pairs=pairs)
    return page(request, "memory/against.html", pairs=pairs, **await side(assistant))


@memory_pages.get("/memory/search")
async def search(request: Request, assistant: Assistant, q: Annotated[str, Query(max_length=1000)] = "") -> Response:
    """The passages nearest to the words, and how the index stood."""
    if not q.strip():
        return RedirectResponse("/memory", 303)
    recalled = await assistant.recall(q, FOUND)
    return page(request, "memory/search.html", recalled=recalled, **await side(assistant, q=q))


@memory_pages.get("/memory/history")
async def history(
    request: Request,
    assistant: Assistant,
    path: str = "",
    undone: Commit = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = PAGE,
) -> HTMLResponse:
    """What was learned and edited, newest first, each with its diff; of all files, or of one."""
    keeper = assistant.keeper
    under = (allowed(assistant.home, path),) if path else FOLDERS
    entries = await asyncio.to_thread(keeper.changes, limit + 1, under)
    shown: dict[str, Any] = {
        "entries": entries[:limit],
        "undoable": await asyncio.to_thread(_undoable, keeper, entries[:limit]),
        "older": limit + PAGE if len(entries) > limit else 0,
        "why_not": keeper.history.why_not,
        "back": next((e for e in entries if undone and e.commit == undone), None),
    }
    return page(request, "memory/history.html", path=path, **shown, **await side(assistant, current=path or "history"))


@memory_pages.post("/memory/undo")
async def undo(
    assistant: Assistant,
    commit: Annotated[str, Form(pattern=r"^[0-9a-f]{4,40}$")],
    id: Id,  # noqa: A002  the form's field
    path: Annotated[str, Form()] = "",
) -> Response:
    """Takes one change back."""
    back = await asyncio.to_thread(assistant.keeper.undo, commit, id)
    return see("/memory/history", path=path, undone=back.commit)


@memory_pages.post("/memory/proposals/{name}")
async def answer(
    name: Name,
    assistant: Assistant,
    do: Annotated[str, Form(pattern="^(accept|edit|refuse)$")],
    text: Annotated[str, Form(max_length=10_000)] = "",
) -> Response:
    """The person's answer to a proposal."""
    said = await post_answer(name, AnswerIn.model_validate({"do": do, "text": text}), assistant)
    return see("/memory", noted=said.note.id) if said.note else see("/memory", refused="1")


def see(address: str, **query: str) -> RedirectResponse:
    """To a page, after something was done."""
    return RedirectResponse(f"{address}?{urlencode({k: v for k, v in query.items() if v})}".rstrip("?"), 303)


async def side(assistant: Assistant, **more: Any) -> dict[str, Any]:
    """What stands at the side of every page of this room."""
    waiting = await asyncio.to_thread(proposals.waiting, assistant.home)
    return {"tree": await tree(assistant), "waiting": len(waiting), "q": "", "current": ""} | more


def _undoable(keeper: Keeper, entries: tuple[Learned, ...]) -> set[str]:
    return {entry.commit for entry in entries if keeper.can_undo(entry)}


def _taught(keeper: Keeper, note: Evidence) -> Learned | None:
    """The change that wrote the note down."""
    entries = keeper.changes(PAGE, (note.path,))
    return next((e for e in entries if not e.undone and any(note.quote in line for line in e.added)), None)
