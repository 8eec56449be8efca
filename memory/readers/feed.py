"""Atom and RSS: each entry a section with its title and its day."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import feedparser
from selectolax.lexbor import LexborHTMLParser

from memory.errors import BadInput
from memory.readers.base import Reading
from memory.readers.html import Builder, Seen, seen
from memory.readers.locate import Locator


def read_feed(source: str) -> Reading:
    """A feed file.

    Raises:
        BadInput: no entry can be read from it.
    """
    # feedparser puts a line above a feed without a declaration, and fetches a string that looks like an address.
    head = "" if source.lstrip().startswith("<?xml") else "<?xml version='1.0' encoding='utf-8'?>"
    feed = feedparser.parse(
        io.BytesIO((head + source.lstrip() if head else source).encode()),
        sanitize_html=False,
        resolve_relative_uris=False,
        response_headers={"content-type": "application/xml; charset=utf-8"},
    )
    fault = _fault(feed.get("bozo_exception")) if feed.bozo else None
    if not feed.entries:
        raise fault or BadInput("It is a feed without entries.")
    builder = Builder(Locator(source, layers=1 if "<![CDATA[" in source else 2))
    for entry in feed.entries:
        title = _plain(entry.get("title", "")) or "Untitled"
        builder.heading(title)
        builder.add(_blocks(entry), (title,), _day(entry))
    return replace(builder.reading(_plain(feed.feed.get("title", ""))), fault=fault)


def _blocks(entry: Any) -> Iterator[Seen]:
    parts = entry.get("content") or ([entry.summary_detail] if entry.get("summary_detail") else [])
    for part in parts:
        if part.get("type") == "text/plain":
            yield from (Seen(" ".join(p.split()), "p") for p in part.value.split("\n\n") if p.strip())
        else:
            yield from seen(LexborHTMLParser(part.value))


def _plain(markup: str) -> str:
    return " ".join(block.text for block in seen(LexborHTMLParser(markup)))


def _day(entry: Any) -> dt.date | None:
    moment = entry.get("published_parsed") or entry.get("updated_parsed")
    return dt.date(*moment[:3]) if moment else None


def _fault(error: Exception | None) -> BadInput | None:
    if error is None or isinstance(error, (feedparser.CharacterEncodingOverride, feedparser.NonXMLContentType)):
        return None
    line = getattr(error, "getLineNumber", lambda: None)()
    where = f"Line {line}: the feed" if line else "The feed"
    return BadInput(
        f"{where} is broken: {getattr(error, 'getMessage', lambda: error)()}.", "What could be read is used."
    )
