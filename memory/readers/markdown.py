"""Markdown: blocks under their headings; a note's ending gives its date."""

from __future__ import annotations

from memory.dates import ending, leading_date, says_inferred
from memory.document import Block, Section, normalised, parse_leniently
from memory.readers.base import Lines, Passage, Reading


def read_markdown(text: str) -> Reading:
    """A document: everything but code fences' marks."""
    return _read(text, guidance=False)


def read_memory(text: str) -> Reading:
    """A memory file: quotation blocks are guidance for its reader, not notes."""
    return _read(text, guidance=True)


def _read(text: str, *, guidance: bool) -> Reading:
    document, fault = parse_leniently(text)
    text = normalised(text)
    passages = tuple(
        _passage(block, section)
        for section in document.sections
        for block in section.blocks
        if not (guidance and block.kind == "quote")
    )
    return Reading(text, Lines.of(text), passages, document.title, document.date, fault)


def _passage(block: Block, section: Section) -> Passage:
    end = ending(block.source)
    # "- Tomás" with "- peanut allergy" below it: the nested item means nothing without the one above.
    above = (*section.path, *(" ".join(parent.split())[:80] for parent in block.parents))
    inferred = end.inferred or any(says_inferred(heading) for heading in above)
    date = end.date or leading_date(block.text) or section.date
    return Passage(block.start, block.start + end.start, above, date, not inferred, block.kind == "item")
