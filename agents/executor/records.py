"""Records: the entries of a list on a page, and whether one of them is the thing that was done."""

from __future__ import annotations

import re
from collections.abc import Iterable

from playwright.async_api import Page

from agents.executor.bound import Term
from agents.executor.forms import READ, clean, date_fits, moneys, same_text
from agents.executor.page import Said, read
from agents.executor.verify import stands, values_for

_KINDS = ("article", "[role=listitem], li", "[role=row], tr", "dl")  # what a site may make a record of, best first
_MOST = 300
_OVER = re.compile(r"\b(?:cancell?ed|declined|expired|refunded|void)\b", re.IGNORECASE)


async def find_record(page: Page, terms: tuple[Term, ...], before: frozenset[str]) -> Said | bool | None:
    """The record of the page in which all the terms stand together, and none of the references in `before`.

    Returns:
        The record; False where there is none for sure; None where one might be it and cannot be read.
    """
    name = next((term.value for term in terms if term.type == "name"), terms[0].value)
    whole = await read(page)
    if not stands(name, whole.text):
        return False
    unsure = False
    for kind in _KINDS:
        for record in await _records(page, kind, name):
            fits = not any(stands(old, record.text) for old in before) and says(record, terms)
            if fits:
                return record
            unsure = unsure or fits is None
        if not unsure and await _records(page, kind, name):
            return False
    return None


async def _records(page: Page, kind: str, name: str) -> list[Said]:
    """The innermost elements of a kind in which the name stands: an outer one would mix several records."""
    inner = page.locator(kind).filter(visible=True).filter(has_text=re.compile(re.escape(name), re.IGNORECASE))
    found = inner.filter(has_not=page.locator(kind))
    return [await read(found.nth(i)) for i in range(min(await found.count(), _MOST))]


def says(record: Said, terms: Iterable[Term]) -> bool | None:
    """Whether a record says all the terms; None where it says none otherwise, but not all so that it can be told."""
    if _OVER.search(record.text):
        return False
    told = [_says(record, term) for term in terms]
    if False in told:
        return False
    return None if None in told else True


def _says(record: Said, term: Term) -> bool | None:
    if term.type in {"name", "text", "choice", "phrase"}:
        return _says_text(record, term)
    labelled = list(values_for(record, term))
    readings = [reading(text, term) for text in labelled or [record.text]]
    if True in readings or (not labelled and _among(record.text, term)):
        return True
    return False if False in readings else None


def _says_text(record: Said, term: Term) -> bool | None:
    parts = [value for _, value in record.pairs] + list(record.headings)
    if any(same_text(part, term.value) for part in parts):
        return True
    if not stands(term.value, record.text):
        return False
    return None if parts else True


def _among(text: str, term: Term) -> bool:
    """One of several numbers or times of a record without labels."""
    return term.type in READ and term.value in READ[term.type](text)


def reading(text: str, term: Term) -> bool | None:
    """Whether a text means the term's value; None where it means nothing of that type."""
    if term.type == "date":
        return date_fits(text, term.value)
    if term.type == "money":
        found = moneys(text)
        return found == moneys(term.value) if found else None
    if term.type in READ:
        values = READ[term.type](text)
        return values == {term.value} if values else None
    return same_text(text, term.value) if clean(text) else None
