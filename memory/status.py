"""How the index stands, file by file: while it is open, or by a look that changes nothing."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from memory.scan import scan


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a file.

    Attributes:
        sign: its size, times and inode when it was read.
        hash: SHA-256 of its bytes.
        why: what could not be read; empty where all was.
        partly: `why` concerns only a part of it.
        chunks: how many it has.
        at: when it was indexed, ISO date-time in UTC.
    """

    sign: str
    hash: str
    why: str = ""
    partly: bool = False
    chunks: int = 0
    at: str = ""


class FileStatus(BaseModel):
    """One file.

    Attributes:
        path: relative to home.
        state: `waiting`: new or changed since it was read; `skipped`: nothing of it could be read.
        chunks: passages in the index, of what it was when it was read; of one that is being read, so far.
        of: passages in all, of one that is being read.
        at: when it was read, ISO date-time in UTC; empty where it was not yet.
        why: what could not be read; empty where all was.
    """

    model_config = ConfigDict(frozen=True)

    path: str
    state: Literal["indexed", "partly", "skipped", "waiting"]
    chunks: int = 0
    of: int = 0
    at: str = ""
    why: str = ""


class Status(BaseModel):
    """The whole index.

    Attributes:
        pending: how many files wait.
        waited: since when, in seconds; 0 where none waits.
        rebuilding: why a new index is being built beside the one that answers; empty where none is.
    """

    model_config = ConfigDict(frozen=True)

    chunks: int
    pending: int
    waited: float = 0.0
    rebuilding: str = ""
    files: tuple[FileStatus, ...] = ()

    @property
    def unread(self) -> tuple[str, ...]:
        """The files that could not be read, or only in part, each with why."""
        return tuple(f"{f.path}: {f.why}" for f in self.files if f.why)


def status_of(files: Mapping[str, Entry], waiting: Mapping[str, str], rebuilding: str = "") -> Status:
    """From what is known of the files, and which of them wait."""
    all_ = [told(path, files.get(path, Entry("", "")), path in waiting) for path in sorted(files.keys() | waiting)]
    return Status(chunks=sum(f.chunks for f in all_), pending=len(waiting), rebuilding=rebuilding, files=tuple(all_))


def told(path: str, entry: Entry, waits: bool = False) -> FileStatus:
    """One file by what is known of it."""
    fault: Literal["indexed", "partly", "skipped"] = (
        "indexed" if not entry.why else "partly" if entry.partly else "skipped"
    )
    state = "waiting" if waits else fault
    return FileStatus(path=path, state=state, chunks=entry.chunks, at=entry.at, why=entry.why)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one file is.

    Attributes:
        path: relative to home.
        done, chunks: of this file, stored and in all.
        waiting: files that still wait, this one included until it is done.
        entry: what is known of it; None until it is done.
    """

    path: str
    done: int
    chunks: int
    waiting: int
    entry: Entry | None = None

    @property
    def file(self) -> FileStatus:
        """As the index's status tells it; `waiting` with its passages so far while it is not done."""
        entry = self.entry or Entry("", "", chunks=self.done)
        file = told(self.path, entry, waits=self.entry is None)
        return file if self.entry else file.model_copy(update={"of": self.chunks})


Tell = Callable[[Progress], None]


def nobody(_: Progress) -> None:
    """Is told, and does nothing."""


def look(root: Path) -> Status:
    """The status of a home whose index nobody has open; nothing is opened for writing.

    A catalog that cannot be read tells of no file: all of them wait.
    """
    from memory.catalog import files_in  # the readers come with it: only where it is asked for

    folder = root / "state" / "index"
    try:
        name = (folder / "current").read_text("utf-8").partition("\n")[0]
        files = files_in(folder / name / "catalog.db")
    except (OSError, ValueError, sqlite3.Error):
        files = {}
    found = scan(root)
    known = {path: entry for path, entry in files.items() if path in found}
    return status_of(known, {p: s for p, s in found.items() if p not in known or known[p].sign != s})


def now() -> str:
    """When something was indexed: ISO date-time in UTC, to the millisecond."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
