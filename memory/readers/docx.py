"""DOCX: read as the page of HTML that it would make, so that headings, lists and tables are those of a page."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from dataclasses import replace
from html import unescape

import mammoth
from selectolax.lexbor import LexborHTMLParser

from memory.dates import date_in
from memory.errors import BadInput
from memory.readers import unseen
from memory.readers.base import Reading, printable
from memory.readers.html import Builder, seen
from memory.readers.locate import Locator

MOST_UNPACKED = 50_000_000  # bytes of XML; a thousand pages have some 20 million
MOST_PARTS = 5_000

_ABOUT = "docProps/core.xml"
_TITLE = re.compile(r"<dc:title>([^<]{1,300})</dc:title>")
_SAVED = re.compile(r"<dcterms:modified[^>]*>(\d{4}-\d{2}-\d{2})")


def read_docx(data: bytes) -> Reading:
    """A Word document.

    Raises:
        BadInput: it is broken, or holds more than a document does.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            _check(package)
            about = package.read(_ABOUT).decode("utf-8", "replace") if _ABOUT in package.namelist() else ""
        data, hidden = unseen.without_unseen(data)
        page = mammoth.convert_to_html(
            io.BytesIO(data),
            style_map="p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => p:fresh",
            include_embedded_style_map=False,  # the file's own rules of what is shown
            convert_image=mammoth.images.img_element(lambda _: {}),
        ).value
    except (zipfile.BadZipFile, EOFError) as error:
        raise BadInput("It is a DOCX that breaks off or is broken.", "Copy or download it again.") from error
    title = _TITLE.search(about)
    reading = _reading(page, printable(unescape(title[1])).strip() if title else "", _saved(about))
    return replace(reading, fault=unseen.fault(hidden))


def _check(package: zipfile.ZipFile) -> None:
    """Stops a bomb before it is unpacked: what is read of a part never exceeds the size that the package states."""
    parts = package.infolist()
    size = sum(part.file_size for part in parts if part.filename.endswith((".xml", ".rels")))
    if size > MOST_UNPACKED or len(parts) > MOST_PARTS:
        raise BadInput(
            f"It unpacks to {size / 1e6:.0f} MB in {len(parts)} parts; {MOST_UNPACKED / 1e6:.0f} MB is the most.",
            "Split it, or save it as text.",
        )
    for part in parts:
        if part.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in package.open(part).read(4096):
            raise BadInput("It defines entities of its own, which no Word document does.", "Save it anew from Word.")


def _reading(page: str, title: str, saved: dt.date | None) -> Reading:
    tree = LexborHTMLParser(page)
    for paragraph in tree.css("td > p, th > p"):  # a row is one passage
        paragraph.insert_after(" ")
        paragraph.unwrap()
    builder = Builder(Locator(""))
    builder.add(seen(tree))
    return builder.reading(title, saved)


def _saved(about: str) -> dt.date | None:
    match = _SAVED.search(about)
    return date_in(match[1]) if match else None
