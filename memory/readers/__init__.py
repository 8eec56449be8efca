"""Readers: a file's bytes as text with passages and lines, by what the file is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

from memory.errors import BadInput
from memory.readers.base import Lines, Passage, Reading, Skipped, decode
from memory.readers.feed import read_feed
from memory.readers.html import read_html
from memory.readers.markdown import read_markdown, read_memory
from memory.readers.text import read_text

Reader = Callable[[str], Reading]
MAX_BYTES = 10 * 1024 * 1024

READERS: dict[str, Reader] = {
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".txt": read_text,
    ".text": read_text,
    ".html": read_html,
    ".htm": read_html,
    ".xhtml": read_html,
    ".atom": read_feed,
    ".rss": read_feed,
}
"""By suffix; `.xml` and a name without a suffix are told by how they begin."""


def read_document(path: str, data: bytes, max_bytes: int = MAX_BYTES) -> Reading:
    """Reads one file.

    Args:
        path: relative to home; decides the reader.
        data: the whole file.
        max_bytes: the size above which a file is left out.

    Raises:
        BadInput: it cannot be read; the message says why, for a person.
    """
    if len(data) > max_bytes:
        raise too_big(len(data), max_bytes)
    if not data.strip():
        return Reading("", Lines.of(""), ())
    if path.startswith("memory/"):
        return read_memory(decode(data))
    suffix = PurePosixPath(path).suffix.lower()
    if suffix not in READERS and suffix not in (".xml", ""):
        raise BadInput(f"There is no reader for {suffix} files.", "Save it as markdown, text, HTML or a feed.")
    text = decode(data)
    return (READERS.get(suffix) or _sniff(text))(text)


def too_big(size: int, most: int) -> BadInput:
    """What is said of a file that is left out for its size, both in bytes."""
    return BadInput(f"It has {size / 1e6:.1f} MB; {most / 1e6:.1f} MB is the most.", "Split it, or raise the limit.")


def _sniff(text: str) -> Reader:
    head = text[:4096].lower()
    if any(mark in head for mark in ("<feed", "<rss", "<rdf:rdf")):
        return read_feed
    if "<html" in head or "<!doctype html" in head:
        return read_html
    if head.lstrip().startswith("<?xml"):
        raise BadInput("It is XML, but neither a feed nor a page.", "Save it as markdown, text, HTML or a feed.")
    return read_text


__all__ = ["MAX_BYTES", "READERS", "Lines", "Passage", "Reader", "Reading", "Skipped", "read_document", "too_big"]
