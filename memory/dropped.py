"""Dropped documents: a file that came from outside becomes one of the person's documents, under a safe name."""

from __future__ import annotations

import unicodedata
from itertools import count
from pathlib import PurePosixPath

from memory.errors import BadInput, Conflict
from memory.home import Home
from memory.readers.kinds import kind_of

MOST = 50 * 1024 * 1024  # bytes of a file that is dropped
LONGEST = 200  # bytes of a name, of the 255 that file systems allow: a number may come to it
_UNSAFE = dict.fromkeys(map(ord, '<>:"/\\|?*`'), "-")


def drop(home: Home, name: str, data: bytes) -> str:
    """Puts a document into `documents/`; where it is now, relative to home.

    Nothing is overwritten: another file of that name stays, and this one gets a number. The same bytes under the same
    name are there already.

    Raises:
        BadInput: no reader knows it, it is empty, or too large.
    """
    safe = safe_name(name)
    if not data:
        raise BadInput(f"{safe} is empty.", "Save it again where it comes from.")
    if len(data) > MOST:
        raise BadInput(f"{safe} is larger than {MOST >> 20} MB.", "Copy it into your documents folder by hand.")
    try:
        kind_of(f"documents/{safe}", data)
    except BadInput as unknown:
        raise BadInput(f"{safe}: {unknown.message}", unknown.next_step) from unknown
    return _put(home, PurePosixPath(safe), data)


def _put(home: Home, name: PurePosixPath, data: bytes) -> str:
    for number in count(1):
        path = f"documents/{name if number == 1 else f'{name.stem} ({number}){name.suffix}'}"
        try:
            home.put(path, data, None)
        except Conflict:
            if home.read_bytes(path) == data:
                return path
            continue
        return path
    raise AssertionError("count() does not end")


def safe_name(name: str) -> str:
    """A file's name without folders, unseen characters, or what file systems and citations do not take."""
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    seen = "".join(c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c)[0] != "C")
    safe = PurePosixPath(seen.translate(_UNSAFE).strip(" .") or "document")
    stem = safe.stem.encode()[: LONGEST - len(safe.suffix.encode())].decode("utf-8", "ignore")
    return f"{stem}{safe.suffix}" if len(safe.suffix.encode()) < 20 else stem
