"""What was learned: each thing with its commit, and how it is taken back."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from itertools import islice

from dulwich.objects import Commit

from memory.change import carry
from memory.edits import BY_HAND
from memory.errors import BadInput, Conflict, NotFound, Unavailable
from memory.history import Change, History
from memory.home import Home

_UNDOES = re.compile(r"^Undoes: ([0-9a-f]{40})$", re.MULTILINE)
_ASKED = re.compile(r"^Asked: (\S+)$", re.MULTILINE)
_BY_HAND = re.compile(rf"^{BY_HAND}$", re.MULTILINE)
_NAME = re.compile(r"[0-9a-f]{4,40}")
NOTES = ("memory", "evals")
EDITABLE = ("memory", "journal", "documents", "workflows", "evals")
"""Where the person's own files lie, which one edits."""


@dataclass(frozen=True, slots=True)
class Learned:
    """One commit of this program in the person's files.

    Attributes:
        message: the commit's first line.
        added, removed: the lines, without blank ones and headings.
        undone: whether a later commit takes it back.
        undoes: the commit that this one takes back; empty for all others.
        asked: the id that the undoing was asked for under.
        by_hand: whether the person edited the file themselves.
        changes: the files before and after.
    """

    commit: str
    at: dt.datetime
    message: str
    paths: tuple[str, ...]
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    undone: bool = False
    undoes: str = ""
    asked: str = ""
    by_hand: bool = False
    changes: tuple[Change, ...] = ()


def learned(history: History, limit: int = 20, under: tuple[str, ...] = NOTES) -> tuple[Learned, ...]:
    """What was learned, newest first; with other folders or files in `under`, what was changed there."""
    return tuple(islice(_walk(history, under), limit))


def undo(home: Home, history: History, name: str = "", asked: str = "") -> Learned:
    """Takes back what one commit taught: the lines it added go, those it removed come back, all others stay.

    Args:
        name: the commit, at least 4 of its hex digits; empty: the last thing learned that is not undone, which an edit
            of the person's own never is.
        asked: an id of what asks for it; the same one again undoes nothing more.

    Returns:
        What was taken back.

    Raises:
        NotFound: there is no such commit, or nothing to undo.
        Conflict: those lines were edited since; nothing is changed.
    """
    if history.why_not:
        raise Unavailable(history.why_not, "Take the line out of its file by hand.")
    if asked and (done := next((e for e in _walk(history, EDITABLE) if e.asked == asked), None)):
        return next(e for e in _walk(history, EDITABLE) if e.commit == done.undoes)
    entry = _named(history, name)
    back = [_back(home, entry, change) for change in entry.changes]
    for change, etag in back:
        if change.after is None:
            home.delete(change.path, etag or "")
        else:
            home.write(change.path, change.after, etag)
    history.record(
        f"Undo: {entry.message[:100]}\n\nUndoes: {entry.commit}\nAsked: {asked}", [change for change, _ in back]
    )
    return entry


def can_undo(home: Home, entry: Learned) -> bool:
    """Whether `undo` would take this back now."""
    try:
        return not entry.undone and bool([_back(home, entry, change) for change in entry.changes])
    except (Conflict, BadInput):
        return False


def _walk(history: History, under: tuple[str, ...]) -> Iterator[Learned]:
    undone: set[str] = set()
    for commit, changes in history.commits(*under):
        entry = _entry(commit, changes, undone)
        if entry.undoes and not entry.undone:
            undone.add(entry.undoes)
        if entry.added or entry.removed:  # only a heading, or what was purged since
            yield entry


def _entry(commit: Commit, changes: list[Change], undone: set[str]) -> Learned:
    message, name = commit.message.decode("utf-8", "replace"), commit.id.decode()
    offset = dt.timezone(dt.timedelta(seconds=commit.commit_timezone))
    undoes, asked = _UNDOES.search(message), _ASKED.search(message)
    return Learned(
        commit=name,
        at=dt.datetime.fromtimestamp(commit.commit_time, offset),
        message=message.split("\n")[0],
        paths=tuple(change.path for change in changes),
        added=_lines(changes, "+"),
        removed=_lines(changes, "-"),
        undone=name in undone,
        undoes=undoes[1] if undoes else "",
        asked=asked[1] if asked else "",
        by_hand=_BY_HAND.search(message) is not None,
        changes=tuple(changes),
    )


def _lines(changes: list[Change], sign: str) -> tuple[str, ...]:
    compared = (unified_diff((c.before or "").split("\n"), (c.after or "").split("\n"), n=0) for c in changes)
    told = [line[1:].strip() for lines in compared for line in islice(lines, 2, None) if line.startswith(sign)]
    return tuple(line for line in told if line and not line.startswith("#"))


def _named(history: History, name: str) -> Learned:
    if name and not _NAME.fullmatch(name.lower()):
        raise BadInput(f"{name!r} is no commit: 4 to 40 hex digits were expected.", "See: rflow memory log.")
    for entry in _walk(history, EDITABLE if name else NOTES):
        if name and entry.commit.startswith(name.lower()):
            if entry.undone:
                raise NotFound(f"{name} is undone already.", "See: rflow memory log.")
            return entry
        if not name and not (entry.undone or entry.undoes or entry.by_hand):
            return entry
    if name:
        raise NotFound(f"{name} is nothing that I learned.", "See: rflow memory log.")
    raise NotFound("There is nothing to undo: nothing was learned yet.")


def _back(home: Home, entry: Learned, change: Change) -> tuple[Change, str | None]:
    """The change backwards, on the file as it is now."""
    try:
        file = home.read(change.path)
        text, etag = file.text, file.etag
    except NotFound:
        text, etag = "", None
    after = carry(change.after or "", change.before or "", text)
    if after is None:
        what = f"The lines of {entry.commit[:8]} in {change.path} were edited since, so nothing was changed."
        raise Conflict(what, f"Edit {change.path} by hand.")
    gone = change.before is None and not after.strip()
    return Change(change.path, text if etag else None, None if gone else after), etag
