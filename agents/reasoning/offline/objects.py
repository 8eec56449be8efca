"""The object of a request: what is wanted and for whom, where a workflow asks for these in free text."""

from __future__ import annotations

import re
from dataclasses import replace

from agents.reasoning.offline.days import HOLIDAY
from agents.reasoning.offline.details import Details
from agents.reasoning.offline.numbers import SMALL, whole
from agents.reasoning.offline.spans import MASK, Hit, fold, mask, words
from agents.reasoning.offline.whose import relations
from agents.types import DetailValue
from workflows.model import Detail, DetailType, Workflow

_ASKS_THING = re.compile(r"what (?:is it (?:that )?|(?:are|do|would|should|shall|can) )(?:you|we|i|it)\b")
_ASKS_PERSON = re.compile(r"(?:(?:for|to) )?who(?:m|'s)?\b")
_ASKS_QUANTITY = re.compile(r"how many(?: of (?:it|them))?\W*")

_WANTED = (
    r"\b(?:buy|buying|get|getting|order|ordering|purchase|find|need|want|like|fancy|after|looking for|look for|"
    r"search for|searching for|out of|short of|low on)"
)
_ARTICLES = r"(?:(?:an?|the|some|any|my|our|another|new|good|nice|decent|proper|great|usual|same|more)\s+)*"
_MEASURES = (
    rf"(?:(?P<n>{SMALL})\s+)?"
    r"(?:(?:pair|box|pack|packet|bottle|bag|jar|tin|can|set|bar|bunch|case|crate|bit|couple|dozen)(?:e?s)?\s+of\s+)?"
)
_BOUNDARY = (
    r"(?:for|from|by|with|without|under|over|below|up to|at|not|that|which|who|where|to|in|on|and|or|but|please|"
    r"because|so|if|as|before|until|costing|delivered|this|today|tonight|tomorrow|i|we)\b"
)
_FOR_ME = r"(?:\s+(?:me|us|myself|(?:to|you) (?:buy|get|order|find|have)))*"
_THING = re.compile(
    rf"{_WANTED}{_FOR_ME}[\s{MASK}]+{_ARTICLES}{_MEASURES}{_ARTICLES}"
    rf"(?!{_BOUNDARY})(?P<v>[a-z][\w'&-]*(?:\s+[\w'&-]+){{0,4}}?)(?=\s*(?:[^\w\s'&-]|$|\b{_BOUNDARY}))"
)
_NO_THING = words(
    "it them this that these those one ones something anything thing things stuff some any more me us you him her "
    "present gift presents gifts idea ideas place help"
)
_PERSON = re.compile(
    r"\b(?:for|to|give|giving|thank)\s+(?P<v>(?:my|our|the)\s+(?:\w+\s+)?(?:"
    + "|".join(sorted(relations()))
    + r")\b)(?!')"
)
_NAMED = re.compile(
    rf"\b(?:for|to|give|giving|thank)\s+(?!(?i:{HOLIDAY})\b)(?P<v>[A-ZÀ-Þ][\w'’-]*[a-zß-ÿ](?:\s+[A-ZÀ-Þ][\w'’-]+)*)"
)


def filled(found: Details, workflow: Workflow) -> Details:
    """What was read of a new request, and its object as the values of the details that ask for it."""
    for detail in workflow.details:
        if detail.type is not DetailType.TEXT or detail.name in found.values or detail.name in found.declined:
            continue
        if match := _object(detail, found.leftovers):
            values = {detail.name: found.leftovers[match.start("v") : match.end("v")].strip()}
            left = mask(found.leftovers, [Hit(*match.span(), None)])
            found = replace(found, values={**_quantity(match, workflow), **values, **found.values}, leftovers=left)
    return found


def _object(detail: Detail, left: str) -> re.Match[str] | None:
    asks, folded = fold(detail.ask), fold(left)
    if _ASKS_THING.match(asks):
        return next((m for m in _THING.finditer(folded) if m["v"].split()[0] not in _NO_THING), None)
    if _ASKS_PERSON.match(asks):
        return _PERSON.search(folded) or _NAMED.search(left)
    return None


def _quantity(match: re.Match[str], workflow: Workflow) -> dict[str, DetailValue]:
    """The number that stands before a thing, for a count whose question names no noun of its own."""
    count = next((d for d in workflow.details if _ASKS_QUANTITY.fullmatch(fold(d.ask))), None)
    number = whole(said) if count and (said := match.groupdict().get("n")) else 0
    fits = count and (count.at_least or 1) <= number <= (count.at_most or number)
    return {count.name: number} if count and fits else {}
