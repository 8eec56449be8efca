"""Edits: a file of the person's as they want it, written against the version that they read, and committed."""

from __future__ import annotations

from itertools import count

from memory.errors import BadInput, NotFound
from memory.history import Change, History
from memory.home import Home

BY_HAND = "By: hand"
"""The line of a commit that says that the person edited the file themselves."""


def edit(home: Home, history: History, path: str, text: str, if_match: str | None) -> str:
    """Writes the whole file and commits the change; a text that is the file's already changes nothing.

    Args:
        path: relative to home.
        if_match: the etag of the version that was edited; None: the file must be new.

    Returns:
        The new etag.

    Raises:
        Conflict: the file is another version by now.
    """
    before = _text(home, path) if if_match else None
    etag = home.write(path, text, if_match)
    if before != text:
        history.record(_message("Write" if before is None else "Edit", path), [Change(path, before, text)])
    return etag


def keep(home: Home, history: History, stem: str, text: str, message: str) -> str:
    """Writes a file of ours under the first free name and commits it; where one says just that already, it stays.

    Args:
        stem: relative to home, without the ending.

    Returns:
        Its path.
    """
    for number in count(1):
        path = f"{stem}.md" if number == 1 else f"{stem}-{number}.md"
        if (standing := _text(home, path)) is None:
            home.write(path, text, None)
            history.record(message, [Change(path, None, text)])
            return path
        if standing == text:
            return path
    raise AssertionError("the numbers do not end")


def remove(home: Home, history: History, path: str, if_match: str) -> None:
    """Deletes the file, if it is still the version that was read; what it said stays in the history."""
    before = _text(home, path)
    home.delete(path, if_match)
    history.record(_message("Delete", path), [Change(path, before, None)])


def _text(home: Home, path: str) -> str | None:
    try:
        return home.read(path).text
    except (NotFound, BadInput):
        return None  # that it is gone `write` and `delete` tell; what is no text cannot be shown as a change


def _message(what: str, path: str) -> str:
    return f"{what} {path}\n\n{BY_HAND}"
