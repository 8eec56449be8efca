"""What a file is: by what stands in it, and by its name where that says no more."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Literal

from memory.errors import BadInput
from memory.readers.base import HEAD, decode
from memory.readers.chat import is_chat

Kind = Literal["memory", "markdown", "text", "html", "feed", "chat", "table", "pdf", "docx"]

SUFFIXES: dict[str, Kind] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "text",
    ".text": "text",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".atom": "feed",
    ".rss": "feed",
    ".csv": "table",
    ".tsv": "table",
    ".pdf": "pdf",
    ".docx": "docx",
}
"""`.xml` and a name without a suffix are told by how they begin."""

READABLE = "markdown, text, HTML, PDF, DOCX, CSV or a feed"
SAVE = f"Save it as {READABLE}."

_OTHERS: tuple[tuple[bytes, str, str], ...] = (
    (rb"\xd0\xcf\x11\xe0", "an old Office file, or one with a password", "Save it as DOCX without a password."),
    (rb"\{\\rtf", "an RTF file", "Save it as DOCX or text."),
    (rb"\x89PNG|\xff\xd8\xff|GIF8|II\*\0|MM\0\*|BM.{4}\0\0|RIFF.{4}WEBP|.{4}ftyp(?:hei|avi|mif)", "a picture", ""),
    (rb"ID3|\xff[\xfb\xf3]|OggS|fLaC|RIFF.{4}WAVE|.{4}ftyp|\x1aE\xdf\xa3", "sound or video", ""),
    (rb"\x1f\x8b|BZh|\xfd7zXZ|7z\xbc\xaf|Rar!|\x28\xb5\x2f\xfd", "a packed archive", "Unpack it."),
    (rb"SQLite format 3", "a database", "Save what you need of it as CSV."),
)
"""What a file that is not read begins with, what it is called, and what to do about it."""

_PACKAGES = (
    (b"xl/workbook", ("an Excel workbook", "Save each sheet as CSV.")),
    (b"ppt/presentation", ("a PowerPoint presentation", "Save it as PDF.")),
    (b"opendocument", ("an OpenDocument file", "Save it as DOCX or PDF.")),
    (b"META-INF/container.xml", ("an e-book", "Save it as PDF or HTML.")),
)
_FEED = re.compile(r"<(?:feed|rss|rdf:rdf)[\s>]", re.IGNORECASE)
_PAGE = re.compile(r"<(?:!doctype\s+html|html[\s>])", re.IGNORECASE)
_PROLOGUE = re.compile(r"(?:\s|\ufeff|<\?[^>]*>|<!--.{0,2000}?-->)*", re.DOTALL)
_TAG = re.compile(r"<(?:[a-z][a-z0-9]*(?:\s[^<>]*)?/?>|!--)", re.IGNORECASE)


def kind_of(path: str, data: bytes) -> Kind:
    """What a file is.

    Args:
        path: relative to home; what lies in `memory/` is notes.

    Raises:
        BadInput: there is no reader for it; the message says what it is.
    """
    suffix = PurePosixPath(path).suffix.lower()
    if path.startswith("memory/"):
        return "memory"
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return _package(data)
    for begins, name, todo in _OTHERS:
        if re.match(begins, data, re.DOTALL):
            raise BadInput(f"It is {name}: there is no reader for that.", todo)
    if suffix not in SUFFIXES and suffix not in (".xml", ""):
        raise BadInput(f"There is no reader for {suffix} files.", SAVE)
    return _text(SUFFIXES.get(suffix), suffix, decode(data[:HEAD]))


def _package(data: bytes) -> Kind:
    """The names of its parts stand in a package as they are; opening it is for the reader."""
    if b"word/document" in data:
        return "docx"
    name, todo = next((said for part, said in _PACKAGES if part in data), ("a packed archive", "Unpack it."))
    raise BadInput(f"It is {name}: there is no reader for that.", todo)


def _text(named: Kind | None, suffix: str, head: str) -> Kind:
    """The kind of a text: one that begins as a page, a feed or a chat is one, whatever its name says."""
    begin = head[prologue.end() :] if (prologue := _PROLOGUE.match(head)) else head
    if _FEED.match(begin) or (suffix == ".xml" and _FEED.search(head[:4096])):
        return "feed"
    if _PAGE.match(begin) or (suffix == ".xml" and _PAGE.search(head[:4096])):
        return "html"
    if named == "html":
        return "html" if _TAG.search(head) else "text"
    if is_chat(head):
        return "chat"
    if head.lstrip("\ufeff \r\n\t").startswith("<?xml"):
        raise BadInput("It is XML, but neither a feed nor a page.", SAVE)
    if named == "feed":
        raise BadInput("It is named as a feed, but has none in it.", "Download the feed again, or save it as text.")
    # What is named .pdf or .docx and came here is a text.
    return named if named in ("markdown", "table") else "text"
