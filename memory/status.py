"""How the index stands, file by file: while it is open, or by a look that changes nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from memory.catalog import Entry, files_in
from memory.scan import scan


class FileStatus(BaseModel):
    """One file.

    Attributes:
        path: relative to home.
        state: `waiting`: new or changed since it was read; `skipped`: nothing of it could be read.
        chunks: passages in the index, of what it was when it was read.
        at: when it was read, ISO date-time in UTC; empty where it was not yet.
        why: what could not be read; empty where all was.
    """

    model_config = ConfigDict(frozen=True)

    path: str
    state: Literal["indexed", "partly", "skipped", "waiting"]
    chunks: int = 0
    at: str = ""
    why: str = ""


class Status(BaseModel):
    """The whole index.

    Attributes:
        pending: how many files wait.
        rebuilding: why a new index is being built beside the one that answers; empty where none is.
    """

    model_config = ConfigDict(frozen=True)

    chunks: int
    pending: int
    rebuilding: str = ""
    files: tuple[FileStatus, ...] = ()


def status_of(files: Mapping[str, Entry], waiting: Mapping[str, str], rebuilding: str = "") -> Status:
    """From what is known of the files, and which of them wait."""
    told = [_told(path, files.get(path, Entry("", "")), path in waiting) for path in sorted(files.keys() | waiting)]
    return Status(chunks=sum(f.chunks for f in told), pending=len(waiting), rebuilding=rebuilding, files=tuple(told))


def _told(path: str, entry: Entry, waits: bool) -> FileStatus:
    fault: Literal["indexed", "partly", "skipped"] = (
        "indexed" if not entry.why else "partly" if entry.partly else "skipped"
    )
    state = "waiting" if waits else fault
    return FileStatus(path=path, state=state, chunks=entry.chunks, at=entry.at, why=entry.why)


def look(root: Path) -> Status:
    """The status of a home whose index nobody has open; nothing is opened for writing.

    A catalog that cannot be read tells of no file: all of them wait.
    """
    folder = root / "state" / "index"
    try:
        name = (folder / "current").read_text("utf-8").partition("\n")[0]
        files = files_in(folder / name / "catalog.db")
    except (OSError, ValueError, sqlite3.Error):
        files = {}
    found = scan(root)
    known = {path: entry for path, entry in files.items() if path in found}
    return status_of(known, {p: s for p, s in found.items() if p not in known or known[p].sign != s})
