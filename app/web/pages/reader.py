"""What a citation leads to: a text file of home with the cited lines marked, and the pictures of a run."""

from __future__ import annotations

import asyncio
from pathlib import PurePosixPath

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse

from app.errors import Refused
from app.web.api.doors import Assistant, TaskId
from app.web.api.files import FOLDERS, allowed
from app.web.render import TEXT_ENDINGS
from app.web.show import is_htmx, page
from memory.errors import NotFound

IMAGE_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}

reader = APIRouter(include_in_schema=False)


@reader.get("/files/{path:path}")
async def file(path: str, request: Request, assistant: Assistant, lines: str = "") -> HTMLResponse:
    """A text file of home, read-only, with the cited lines marked; with htmx only the text, for the drawer."""
    home = assistant.home
    text = (await asyncio.to_thread(home.read, allowed(home, path, (*FOLDERS, "runs"), TEXT_ENDINGS))).text
    template = "reader/lines.html" if is_htmx(request) else "reader/page.html"
    return page(request, template, path=path, lines=text.splitlines(), marked=_range(lines))


@reader.get("/runs/{task}/{name}")
async def picture(task: TaskId, name: str, assistant: Assistant) -> FileResponse:
    """A screenshot of a run."""
    home = assistant.home
    path = home.resolve(allowed(home, f"runs/{task}/{name}", ("runs",), tuple(IMAGE_TYPES)))
    if not path.is_file():
        raise NotFound(f"There is no picture {name} of the run {task}.")
    return FileResponse(path, media_type=IMAGE_TYPES[PurePosixPath(name).suffix.lower()])


def _range(lines: str) -> range:
    first, _, last = lines.partition("-")
    if not lines:
        return range(0)
    if not (first.isascii() and first.isdigit() and (last or first).isascii() and (last or first).isdigit()):
        raise Refused(422, f"{lines!r} is not a range of lines.", "Write it as 12-14.")
    return range(int(first), int(last or first) + 1)
