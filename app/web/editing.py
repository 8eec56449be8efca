"""Editing a file of the person's in a form: saved against the version that was read, and nothing lost in a conflict."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from app.web.ports import Assistant
from memory.change import diff
from memory.document import normalised
from memory.errors import Conflict, NotFound
from memory.home import File, Home

LARGEST = 1_000_000
"""Bytes of a file that a form can carry."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A text in the editor.

    Attributes:
        etag: the version that it is based on; empty: the file is to be new.
        saved: whether the file holds it now.
        clash: how the text differs from the file, which was changed elsewhere meanwhile; empty where it was not.
        gone: the file was deleted elsewhere meanwhile.
    """

    path: str
    text: str
    etag: str = ""
    saved: bool = False
    clash: str = ""
    gone: bool = False


def opened(home: Home, path: str, template: str = "") -> Draft:
    """The file as it is, or `template` for a new one."""
    file = current(home, path)
    return Draft(path, file.text if file else template, file.etag if file else "")


async def save(assistant: Assistant, path: str, text: str, etag: str) -> Draft:
    """Saves what the form sent, or sets it beside what the file holds now."""
    home = assistant.home
    before = current(home, path)
    text = _with_line_ends(text, before.text if before else "")
    try:
        made = await asyncio.to_thread(assistant.keeper.edit, path, text, etag or None)
    except Conflict:
        return _beside(path, text, current(home, path))
    return Draft(path, text, made, saved=True)


def current(home: Home, path: str) -> File | None:
    """The file, or None where there is none."""
    try:
        return home.read(path)
    except NotFound:
        return None


def _beside(path: str, text: str, theirs: File | None) -> Draft:
    """The person's text on top of what the file holds now: saving it again is their decision."""
    if theirs is None:
        return Draft(path, text, gone=True)
    if theirs.text == text:
        return Draft(path, text, theirs.etag, saved=True)
    return Draft(path, text, theirs.etag, clash=diff(path, theirs.text, text))


def _with_line_ends(text: str, before: str) -> str:
    """A form sends CRLF whatever the file has."""
    text = normalised(text)
    return text.replace("\n", "\r\n") if "\r\n" in before else text
