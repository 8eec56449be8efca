"""Looks at home's texts: which files there are, and a sign of each that changes with every edit."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

FOLDERS = ("memory", "journal", "documents")  # in the order in which they are read


def scan(root: Path, folders: tuple[str, ...] = FOLDERS) -> dict[str, str]:
    """Each file, relative to home, with its size, times and inode: an edit that keeps size and time changes another."""
    return {
        path: sign for name in folders for path, sign in _walk(str(root / name), name, everything=name == FOLDERS[2])
    }


def size_of(sign: str) -> int:
    """The size in bytes that a sign begins with; 0 for an empty sign."""
    return int(sign.partition(":")[0] or 0)


def urgency(path: str, sign: str) -> tuple[int, int, str]:
    """The order of reading: hard rules stand in memory files; of the rest, the small ones answer soonest."""
    return FOLDERS.index(path.partition("/")[0]), size_of(sign), path


def _walk(folder: str, rel: str, everything: bool) -> Iterator[tuple[str, str]]:
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda e: e.name)
    except OSError:  # deleted just now, or not ours to read
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        # A name that is no text is shown as far as it is; such a file is then not found, and named as skipped.
        name = f"{rel}/{entry.name}".encode("utf-8", "replace").decode()
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(entry.path, name, everything)
        elif everything or entry.name.endswith(".md"):
            yield from _signed(entry, name)


def _signed(entry: os.DirEntry[str], name: str) -> Iterator[tuple[str, str]]:
    try:
        stat = entry.stat()
    except OSError:  # a link to nowhere, or deleted just now
        try:
            stat = entry.stat(follow_symlinks=False)
        except OSError:
            return
    yield name, f"{stat.st_size}:{stat.st_mtime_ns}:{stat.st_ctime_ns}:{stat.st_ino}"
