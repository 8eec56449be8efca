"""Plain text: paragraphs between blank lines."""

from __future__ import annotations

import re

from memory.dates import leading_date
from memory.document import normalised
from memory.readers.base import Lines, Passage, Reading

_PARAGRAPH = re.compile(r"\S[^\n]*(?:\n[^\S\n]*\S[^\n]*)*")


def read_text(text: str) -> Reading:
    """Paragraphs, each dated by what it begins with."""
    text = normalised(text)
    passages = tuple(
        Passage(m.start(), m.start() + len(m[0].rstrip()), date=leading_date(m[0][:60]))
        for m in _PARAGRAPH.finditer(text)
    )
    return Reading(text, Lines.of(text), passages)
