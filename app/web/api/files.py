"""The files door: home's markdown over HTTP, each write naming the version it read."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import BaseModel

from app.errors import Refused
from app.web import ports
from app.web.api.doors import PROBLEMS, Assistant, FileOut, FileText
from memory.errors import BadInput, Conflict
from memory.home import Home
from memory.learned import EDITABLE
from memory.scan import scan, size_of

FOLDERS = EDITABLE

files = APIRouter(prefix="/api/v1/files", responses=PROBLEMS)


class FileLine(BaseModel):
    """A file of the person's, and how it stands in the index; `why`: what of it could not be read."""

    path: str
    bytes: int
    state: Literal["indexed", "partly", "skipped", "waiting"] | None = None
    why: str = ""


@files.get("")
async def get_files(
    assistant: Assistant, under: Annotated[str, Query(pattern=r"^(memory|workflows|documents|journal)(/.*)?$")]
) -> list[FileLine]:
    """The files in a folder and the folders in it, by path."""
    lines = await listing(assistant, (under.partition("/")[0],))
    folder = under.rstrip("/") + "/"
    return [line for line in lines if line.path.startswith(folder)]


async def listing(assistant: ports.Assistant, folders: tuple[str, ...]) -> list[FileLine]:
    """Every file in these folders of home; markdown only, but for documents."""
    found = await asyncio.to_thread(scan, assistant.home.root, folders)
    known = {file.path: file for file in (await assistant.index_status()).files}
    return [
        FileLine(
            path=path,
            bytes=size_of(sign),
            state=known[path].state if path in known else None,
            why=known[path].why if path in known else "",
        )
        for path, sign in sorted(found.items())
    ]


@files.get("/{path:path}")
def get_file(path: str, request: Request, response: Response) -> FileOut:
    """One markdown file, its version in ETag."""
    home = ports.assistant(request).home
    file = home.read(allowed(home, path))
    response.headers["etag"] = f'"{file.etag}"'
    return FileOut(path=path, text=file.text, etag=file.etag)


@files.put("/{path:path}")
def put_file(
    path: str,
    body: FileText,
    request: Request,
    response: Response,
    if_match: Annotated[str | None, Header()] = None,
) -> FileOut:
    """Writes the whole file. If-Match names the version that was read; without it the file must be new."""
    keeper = ports.assistant(request).keeper
    try:
        etag = keeper.edit(allowed(keeper.home, path), body.text, _etag(if_match))
    except Conflict as error:
        raise Refused(412, error.message, error.next_step) from error
    response.headers["etag"] = f'"{etag}"'
    return FileOut(path=path, text=body.text, etag=etag)


@files.delete("/{path:path}", status_code=204)
def delete_file(path: str, request: Request, if_match: Annotated[str | None, Header()] = None) -> None:
    """Deletes the file, if it is still the version that If-Match names."""
    keeper, etag = ports.assistant(request).keeper, _etag(if_match)
    if etag is None:
        raise Refused(428, "A file is deleted only with If-Match.", "Read it first and send its ETag.")
    try:
        keeper.remove(allowed(keeper.home, path), etag)
    except Conflict as error:
        raise Refused(412, error.message, error.next_step) from error


def allowed(home: Home, path: str, folders: tuple[str, ...] = FOLDERS, endings: tuple[str, ...] = (".md",)) -> str:
    """The path itself, where it leads into one of the folders and ends as one of the endings, links followed.

    Raises:
        BadInput: it does not.
    """
    real = home.resolve(path).relative_to(home.root)
    if len(real.parts) < 2 or real.parts[0] not in folders or real.suffix.lower() not in endings:
        raise BadInput(
            f"{path!r} cannot be opened here.",
            f"Files ending in {', '.join(endings)} in {', '.join(folders)} can.",
        )
    return path


def _etag(header: str | None) -> str | None:
    return header.strip().removeprefix("W/").strip('"') if header else None
