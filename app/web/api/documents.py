"""The door for documents: files that are dropped become the person's, and are read."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.datastructures import UploadFile

from app.web.api.doors import PROBLEMS, Assistant
from memory.dropped import drop
from memory.errors import BadInput
from memory.home import Home

FIELD = "files"
FILES_AT_ONCE = 50
BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": [FIELD],
                "properties": {FIELD: {"type": "array", "items": {"type": "string", "format": "binary"}}},
            }
        }
    },
}

documents = APIRouter(prefix="/api/v1/documents", responses=PROBLEMS)


class Dropped(BaseModel):
    """What became of a document: its place in home, or why it was not taken."""

    name: str
    path: str = ""
    why: str = ""


@documents.post("", status_code=201, openapi_extra={"requestBody": BODY})
async def post_documents(request: Request, assistant: Assistant) -> list[Dropped]:
    """Puts files into `documents/`, 50 MB at most at once. Nothing is overwritten; the index then reads them by itself.

    Answers with a problem where not one of them could be taken.
    """
    return await received(request, assistant.home)


async def received(request: Request, home: Home) -> list[Dropped]:
    """The request's files, each put into home or refused.

    Raises:
        BadInput: there is none, or every one was refused.
    """
    # Read here and not by FastAPI, which would turn the guard's refusal of a large body into one without a sentence.
    async with request.form(max_files=FILES_AT_ONCE) as form:
        files = [file for file in form.getlist(FIELD) if isinstance(file, UploadFile) and file.filename]
        told = [await _dropped(home, file) for file in files]
    if not told:
        raise BadInput("There is no document in the request.", f"Send files in the field “{FIELD}”.")
    if not any(file.path for file in told):
        raise BadInput(" ".join(file.why for file in told))
    return told


async def _dropped(home: Home, file: UploadFile) -> Dropped:
    name = file.filename or ""
    try:
        return Dropped(name=name, path=await asyncio.to_thread(drop, home, name, await file.read()))
    except BadInput as refused:
        return Dropped(name=name, why=str(refused))
