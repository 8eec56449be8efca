"""The files door: home's markdown over HTTP, each write naming the version it read."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from app.errors import Refused
from app.web import ports
from app.web.api.doors import PROBLEMS, FileOut, FileText
from memory.errors import BadInput, Conflict
from memory.home import Home

FOLDERS = ("memory", "workflows", "documents", "journal")

files = APIRouter(prefix="/api/v1/files", responses=PROBLEMS)


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
    home = ports.assistant(request).home
    try:
        etag = home.write(allowed(home, path), body.text, _etag(if_match))
    except Conflict as error:
        raise Refused(412, error.message, error.next_step) from error
    response.headers["etag"] = f'"{etag}"'
    return FileOut(path=path, text=body.text, etag=etag)


@files.delete("/{path:path}", status_code=204)
def delete_file(path: str, request: Request, if_match: Annotated[str | None, Header()] = None) -> None:
    """Deletes the file, if it is still the version that If-Match names."""
    home, etag = ports.assistant(request).home, _etag(if_match)
    if etag is None:
        raise Refused(428, "A file is deleted only with If-Match.", "Read it first and send its ETag.")
    try:
        home.delete(allowed(home, path), etag)
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
