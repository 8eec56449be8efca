"""The editor of the person's markdown: with a preview, a save that loses nothing, new files, and deleting."""

from __future__ import annotations

import asyncio
from pathlib import PurePosixPath
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.errors import Refused
from app.web.api.doors import Assistant
from app.web.api.files import allowed
from app.web.editing import LARGEST, Draft, opened, save
from app.web.pages.memory import see, side
from app.web.render import file_url
from app.web.show import is_htmx, page
from memory.document import parted
from memory.errors import BadInput, Conflict, NotFound
from memory.home import Home
from memory.scan import FOLDERS

editor = APIRouter(include_in_schema=False)

SAVED = "Saved. The next answer follows it."
Text = Annotated[str, Form()]
Etag = Annotated[str, Form(pattern=r"^[0-9a-f]{0,32}$")]


@editor.get("/memory/new")
async def new(request: Request, assistant: Assistant, folder: str = "memory", name: str = "") -> Response:
    """Asks for a new file's name, then opens it in the editor; nothing is written before the first save."""
    trouble = ""
    if name.strip():
        path = f"{folder}/{name.strip().removesuffix('.md')}.md"
        try:
            return RedirectResponse(file_url(allowed(assistant.home, path, FOLDERS)), 303)
        except BadInput as error:
            trouble = str(error)
    values = {"folder": folder, "name": name, "trouble": trouble, "folders": FOLDERS}
    return page(request, "memory/new.html", 422 if trouble else 200, **values, **await side(assistant))


@editor.post("/memory/preview")
async def preview(request: Request, text: Text = "") -> HTMLResponse:
    """The text as it will read."""
    return page(request, "memory/preview.html", **_rendered(text))


@editor.get("/memory/delete")
async def ask_delete(request: Request, assistant: Assistant, path: str) -> HTMLResponse:
    """Asks before a file is deleted."""
    draft = await asyncio.to_thread(opened, assistant.home, _editable(assistant.home, path))
    if not draft.etag:
        raise NotFound(f"There is no file {path} in your home.", "It may have been deleted already.")
    kept = not assistant.keeper.history.why_not
    return page(request, "memory/delete.html", draft=draft, kept=kept, **await side(assistant, current=path))


@editor.post("/memory/delete")
async def delete(assistant: Assistant, path: Text, etag: Etag) -> Response:
    """Deletes a file, if it still says what the person saw."""
    try:
        await asyncio.to_thread(assistant.keeper.remove, _editable(assistant.home, path), etag)
    except Conflict as error:
        raise Refused(409, error.message, "Look at it again before you delete it.") from error
    return see("/memory/history", path=path)


@editor.get("/memory/{path:path}")
async def edit(path: str, request: Request, assistant: Assistant, saved: bool = False) -> HTMLResponse:
    """A file in the editor; one that is not there yet begins with its title."""
    title = PurePosixPath(path).stem.replace("-", " ").capitalize()
    draft = await asyncio.to_thread(opened, assistant.home, _editable(assistant.home, path), f"# {title}\n\n")
    return await _page(request, assistant, draft, saved=saved and bool(draft.etag))


@editor.post("/memory/{path:path}")
async def store(path: str, request: Request, assistant: Assistant, text: Text = "", etag: Etag = "") -> Response:
    """Saves the file, or shows what it holds now beside what the person wrote."""
    draft = await save(assistant, _editable(assistant.home, path), text, etag)
    if is_htmx(request):
        return page(request, "editor/outcome.html", draft=draft, saved=draft.saved, said=SAVED, address=file_url(path))
    if draft.saved:
        return see(file_url(path), saved="1")
    return await _page(request, assistant, draft, status=409)


async def _page(
    request: Request, assistant: Assistant, draft: Draft, *, status: int = 200, saved: bool = False
) -> HTMLResponse:
    shown: dict[str, Any] = {"draft": draft, "saved": saved, "said": SAVED, "address": file_url(draft.path)}
    shown |= {"fits": len(draft.text.encode()) <= LARGEST, "largest": LARGEST}
    return page(
        request,
        "memory/edit.html",
        status,
        **shown,
        **_rendered(draft.text),
        **await side(assistant, current=draft.path),
    )


def _rendered(text: str) -> dict[str, Any]:
    """The front matter as it is written, and the text below it."""
    front, body = parted(text)
    return {"front": front, "body": body}


def _editable(home: Home, path: str) -> str:
    return allowed(home, path, FOLDERS)
