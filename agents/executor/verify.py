"""The read-back: every term found on the live page and equal, or the difference."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from agents.executor.bound import Term
from agents.executor.forms import READ, clean, date_fits, date_range, moneys, same_text
from agents.executor.mandate import Plan
from agents.executor.page import Said
from memory.errors import Conflict

_TOTAL = re.compile(r"\b(?:total|price|amount|to pay|cost|charge|deposit)\b", re.IGNORECASE)
_NOTHING = re.compile(r"\b(?:no charge|free(?: of charge)?|nothing(?: to pay)?|none|0(?:[.,]00?)?)\b", re.IGNORECASE)
_LINKED = {  # schema.org's properties by the type of what they hold
    "date": ("startTime", "startDate", "bookingTime", "checkinTime"),
    "time": ("startTime", "startDate"),
    "count": ("partySize", "numAdults", "orderQuantity"),
}
_ITEM = ("reservationFor", "orderedItem", "itemOffered")
_NAMES_IT = re.compile(
    r"(?:your |the )?(?:item|product|article|event|concert|play|film|movie|performance|restaurant|hotel|guest ?house|"
    r"accommodation|property|course|class|book)(?: name)?\W*",
    re.IGNORECASE,
)
"""A label beside which the thing itself stands, and not something about it."""

_ALIKE = (
    {"party", "guest", "people", "person", "seat", "diner"},
    {"date", "day", "when"},
    {"time", "hour", "at", "when"},
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A term that is not as approved; `seen` is empty where the page does not say it."""

    term: str
    expected: str
    seen: str

    def __str__(self) -> str:
        if not self.seen:
            return f"{self.term or 'the page'} should say “{self.expected}” and does not, or not so that it can be told"
        return f"{self.term} is “{self.seen}” on the page, not “{self.expected}”"


class TermsDiffer(Conflict):
    """The live page does not say what was approved."""

    def __init__(self, differences: tuple[Difference, ...]) -> None:
        said = "; ".join(map(str, differences))
        super().__init__(
            f"Stopped before the last click: {said}.", "Look at the new terms and give a new Go if they suit."
        )
        self.differences = differences


def check_terms(said: Said, terms: Iterable[Term], plan: Plan) -> None:
    """Compare the page with the terms, and its total with the plan's price.

    Raises:
        TermsDiffer: with every difference.
    """
    terms = tuple(terms)
    named = [*_linked_item(said, plan), *_labelled_item(said, plan)] if any(t.type == "name" for t in terms) else []
    _stop_at([*_differences(said, terms, plan), *named, *_total(said, plan)])


def check_some(said: Said, terms: Iterable[Term], plan: Plan) -> None:
    """Compare the page with these terms and nothing else; raises as `check_terms` does."""
    _stop_at(_differences(said, terms, plan))


def _differences(said: Said, terms: Iterable[Term], plan: Plan) -> list[Difference]:
    return [d for term in terms if (d := difference(said, term, plan)) is not None]


def _stop_at(found: list[Difference]) -> None:
    if found:
        raise TermsDiffer(tuple(dict.fromkeys(found)))


def difference(said: Said, term: Term, plan: Plan) -> Difference | None:
    """How the page differs from one term, or None."""
    if term.name == "total" or (term.type == "phrase" and term.value.casefold() == "total"):
        return None  # the total is always compared, against the plan
    if term.type == "phrase":
        return None if stands(term.value, said.text) else Difference("", term.value, "")
    seen = list(values_for(said, term))
    if not seen:
        return Difference(_words(term.name), term.value, "")
    wrong = next((value for value in seen if not fits(value, term)), None)
    return Difference(_words(term.name), term.value, wrong) if wrong is not None else None


def fits(text: str, term: Term) -> bool:
    """Whether a labelled value says that term and no other of its kind."""
    if term.type == "date":
        return date_fits(text, term.value) is True
    if term.type == "money":
        return bool(moneys(text)) and moneys(text) == moneys(term.value)
    if term.type in READ:
        return READ[term.type](text) == {term.value}
    return same_text(text, term.value)


def stands(phrase: str, text: str) -> bool:
    """Whether a phrase stands in a text as whole words, in any case."""
    pattern = r"\s+".join(map(re.escape, clean(phrase).casefold().split()))
    return re.search(rf"(?<!\w){pattern}(?!\w)", clean(text).casefold()) is not None


def values_for(said: Said, term: Term) -> Iterator[str]:
    """What the page gives for a term: beside its label; else the only values of its kind; and in its JSON-LD."""
    if term.type == "name":
        texts = [v for _, v in said.pairs] + list(said.headings)
        yield from [t for t in texts if same_text(t, term.value)][:1]
        return
    found = _labelled(said, term) or [value for _, value in said.pairs if _of_kind(value, term)]
    yield from (_its_end(value, term) for value in found)
    for thing in said.things:
        for key in _LINKED.get(term.type, ()):
            if isinstance(thing.get(key), str | int) and _linked_fits(term):
                yield _local(str(thing[key]), term)


def _its_end(value: str, term: Term) -> str:
    """Of a value that is a range of days, the one that the term is."""
    days = date_range(value) if term.type == "date" else None
    return days[0 if _linked_fits(term) else 1] if days else value


def _linked_fits(term: Term) -> bool:
    """A second date (the day of leaving, say) has no one schema.org property: its label alone counts."""
    return not re.search(r"end|until|out|return|leav|to\b", term.name)


def _local(value: str, term: Term) -> str:
    """The date or the time of an ISO date-time; the number as it is."""
    match = re.fullmatch(r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d).*)?", value)
    if match is None:
        return value
    return (match[2] or value) if term.type == "time" else match[1]


def _of_kind(value: str, term: Term) -> bool:
    if term.type in READ:
        return bool(READ[term.type](value)) and (term.type != "count" or len(value) < 20)
    return same_text(value, term.value)


def _labelled(said: Said, term: Term) -> list[str]:
    """The values of the labels that name the term best; "check out" is nearer to check_out than "check in" is."""
    near = [(_nearness(label, term), value) for label, value in said.pairs]
    best = max((score for score, _ in near), default=0.0)
    return [value for score, value in near if score == best] if best > 0 else []


def _nearness(label: str, term: Term) -> float:
    mine, theirs = _tokens(term.name), _tokens(label)
    alike = any(group & mine and group & theirs for group in _ALIKE)
    return len(mine & theirs) / len(mine | theirs) or (0.01 if alike else 0.0)


def _tokens(text: str) -> set[str]:
    words = re.split(r"[\W_]+", text.lower())
    plain = {w[:-1] if w.endswith("s") and len(w) > 3 else w for w in words if w} or {""}
    return plain - {"of", "the", "size", "number"} or plain  # a label may be nothing but "Size"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _linked_item(said: Said, plan: Plan) -> list[Difference]:
    names = [_name(thing[key]) for thing in said.things for key in _ITEM if key in thing]
    return [Difference("item", plan.item, n) for n in names if n and not same_text(n, plan.item)]


def _labelled_item(said: Said, plan: Plan) -> list[Difference]:
    """Another thing than the plan's, called by its label: the plan's own name may still stand in an advertisement."""
    called = [(label, value) for label, value in said.pairs if _NAMES_IT.fullmatch(label.strip()) and clean(value)]
    other = [(la, v) for la, v in called if not stands(plan.item, v) and not stands(v, plan.item)]
    return [Difference(label.strip(" :").lower(), plan.item, value) for label, value in other]


def _name(thing: Any) -> str:
    return str(thing.get("name", "")) if isinstance(thing, dict) else ""


def _total(said: Said, plan: Plan) -> Iterator[Difference]:
    """A lower total passes; one above what was shown or above the cap, in another currency, or unreadable does not."""
    labelled = [(label, value) for label, value in said.pairs if _TOTAL.search(label)]
    totals = [(la, v) for la, v in labelled if re.search(r"\btotal|to pay", la, re.IGNORECASE)] or labelled
    if plan.price_cap is None:
        for label, value in labelled:
            if any(amount for amount, _ in moneys(value)) or not (_NOTHING.search(value) or moneys(value)):
                yield Difference(label.lower(), "nothing to pay", value)
        return
    most = min(Decimal(p) for p in (plan.price_cap, plan.price_shown) if p is not None)
    expected = f"at most {most} {plan.currency}"
    if not totals:
        yield Difference("the total", expected, "")
    for label, value in totals:
        amounts = moneys(value)
        if len(amounts) != 1 or any(a > most or c != plan.currency for a, c in amounts):
            yield Difference(label.lower(), expected, value)
