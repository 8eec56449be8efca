"""Readers: a file's bytes as text with passages, lines and pages, by what the file is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from memory.errors import BadInput
from memory.readers.apart import Worker
from memory.readers.base import NOWHERE, Lines, Passage, Reading, Skipped, decode
from memory.readers.chat import read_chat
from memory.readers.kinds import Kind, kind_of
from memory.readers.markdown import read_markdown, read_memory
from memory.readers.table import read_table
from memory.readers.text import read_text

Reader = Callable[[bytes], Reading]
MAX_BYTES = 100_000_000
MOST_TEXT = 25_000_000  # bytes of a file that is text: a shelf of books, and what 1 GB of memory can take apart
MOST_LINES = 250_000  # of markdown, of which every block costs memory
MOST_PASSAGES = 50_000  # each costs a vector; a book of 1,000 pages has some 5,000
SMALL = 250_000  # bytes of text that are read in this process

NEAR: dict[str, Reader] = {
    "memory": lambda data: read_memory(_bounded(decode(data))),
    "markdown": lambda data: read_markdown(_bounded(decode(data))),
    "text": lambda data: read_text(decode(data)),
    "chat": lambda data: read_chat(decode(data)),
    "table": lambda data: read_table(decode(data)),
}
"""What this code reads without a parser of others: at once, where it is small. `__main__` has all the others."""

WORKER = Worker()


def read_document(path: str, data: bytes, max_bytes: int = MAX_BYTES) -> Reading:
    """Reads one file.

    Args:
        path: relative to home; its name decides where its content does not.
        data: the whole file.
        max_bytes: the size above which a file is left out.

    Raises:
        BadInput: it cannot be read; the message says why, for a person.
        Unavailable: the process that reads documents cannot be started.
    """
    if len(data) > max_bytes:
        raise too_big(len(data), max_bytes)
    if not data.strip():
        return Reading("", Lines.of(""), ())
    kind = kind_of(path, data)
    whole, data = len(data), _text_of(kind, data)
    reading = NEAR[kind](data) if kind in NEAR and len(data) <= SMALL else WORKER.read(kind, data)
    return _shortened(reading, len(data) < whole)


def too_big(size: int, most: int) -> BadInput:
    """What is said of a file that is left out for its size, both in bytes."""
    return BadInput(f"It has {size / 1e6:.1f} MB; {most / 1e6:.1f} MB is the most.", "Split it, or raise the limit.")


def _text_of(kind: Kind, data: bytes) -> bytes:
    """The file; of a table that is too long its beginning, which alone would be used."""
    if kind in ("pdf", "docx") or len(data) <= MOST_TEXT:
        return data
    if kind != "table":
        raise BadInput(f"It has {len(data) / 1e6:.1f} MB of text; {MOST_TEXT / 1e6:.0f} MB is the most.", "Split it.")
    return data[: data.rfind(b"\n", 0, MOST_TEXT) + 1] or data[:MOST_TEXT]


def _bounded(text: str) -> str:
    if (lines := text.count("\n")) > MOST_LINES:
        raise BadInput(f"It has {lines} lines; {MOST_LINES} is the most in markdown.", "Split it, or save it as text.")
    return text


def _shortened(reading: Reading, cut: bool) -> Reading:
    """No more passages than a file may have."""
    if len(reading.passages) <= MOST_PASSAGES and not cut:
        return reading
    fault = BadInput(f"Only its first {min(MOST_PASSAGES, len(reading.passages))} passages are used.", "Split it.")
    return replace(reading, passages=reading.passages[:MOST_PASSAGES], fault=reading.fault or fault)


__all__ = [
    "MAX_BYTES",
    "NOWHERE",
    "Lines",
    "Passage",
    "Reader",
    "Reading",
    "Skipped",
    "WORKER",
    "read_document",
    "too_big",
]
