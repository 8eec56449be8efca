"""Evidence: a quotation from the person's own files, and where exactly it stands."""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel, ConfigDict


class Evidence(BaseModel):
    """One verbatim quotation with its place.

    Attributes:
        id: stable for the same text at the same place; the same after the index is rebuilt.
        path: relative to home, with forward slashes.
        lines: first and last line in the file, counted from 1, inclusive; None where a page says it better.
        page: page number counted from 1, for paged documents.
        section: the headings above it, joined by " > "; for a feed, the entry's title.
        quote: verbatim from the file (for HTML and feeds: verbatim from its visible text).
        date: when it was written, where that is known.
        stated: True where the person said or wrote it, False where it was inferred.
        score: how well it fits the query, 0 to 1; 0 where it was not retrieved by a query.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    path: str
    lines: tuple[int, int] | None = None
    page: int | None = None
    section: str = ""
    quote: str
    date: dt.date | None = None
    stated: bool = True
    score: float = 0.0
