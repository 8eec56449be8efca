"""What was recorded, written as a workflow: a pure function from events to markdown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Literal
from urllib.parse import urlsplit

from agents.executor.bound import Term, TermType
from agents.executor.forms import counts, dates, moneys, same_text, times
from agents.executor.origins import origin_of
from agents.executor.page import Said
from agents.executor.verify import fits, values_for
from agents.types import Frozen
from memory.errors import BadInput
from workflows.model import Place

_ARROW = re.compile(r"\b(?:next|previous|prev)\b|^[‹›«»←→<>]$", re.IGNORECASE)
_LIKE_A_NUMBER = re.compile(r"\d|\b[A-Z][A-Z-]{3,}\b")  # a number of a site may be all letters: "ME-PKXGN"
_REFERENCE = re.compile(r"\b(?:number|reference|code|confirmation|booking|order)\b", re.IGNORECASE)
_TOTAL = re.compile(r"\btotal|to pay", re.IGNORECASE)
_FREE = re.compile(r"\b(?:no charge|free of charge|nothing to pay)\b", re.IGNORECASE)
_ACCOUNT = re.compile(r"\b(?:signed|logged) in as\b", re.IGNORECASE)
_VARIES = re.compile(r"\d|^[0-9a-f-]{16,}$")


class Recorded(Frozen):
    """One thing that happened in the window, in the order in which it did.

    Attributes:
        kind: what a hand did (press, open, enter, choose, tick), what the recorder's bar said (mark, finish), what the
            browser did (page: went to `url`; sent: `name` is the method), or secret: a password was typed.
        name: the control's accessible name.
        place: where several things of that name are on the page, which one it was.
        said: what the page said, with mark and finish.
    """

    kind: Literal["press", "open", "enter", "choose", "tick", "mark", "finish", "page", "sent", "secret"]
    url: str = ""
    name: str = ""
    role: str = ""
    value: str = ""
    type: str = ""
    options: tuple[str, ...] = ()
    place: Place | None = None
    said: Said = Said()


class Slot(Frozen):
    """A detail that was recognised in what was typed or chosen."""

    name: str
    type: TermType
    value: str
    ask: str
    options: tuple[str, ...] = ()

    @property
    def term(self) -> Term:
        """As a read-back would look for it."""
        return Term(name=self.name, type=self.type, value=self.value)

    @property
    def line(self) -> str:
        """As the front matter declares it."""
        options = f", options: {json.dumps(self.options, ensure_ascii=False)}" if self.options else ""
        return f"  {self.name}: {{type: {self.type}, ask: {_text(self.ask)}{options}}}"


def written(name: str, url: str, told: Iterable[Recorded]) -> str:
    """The workflow of what was done, as markdown.

    Args:
        name: the workflow's name.
        url: where it began.
        told: what happened, in order; the click after a `mark` is the irreversible one.

    Raises:
        BadInput: nothing was done, or no click was marked.
    """
    events = _after_login(tuple(told))
    marked = next((i for i, e in enumerate(events) if e.kind == "mark"), None)
    commit = next((i for i, e in enumerate(events) if marked is not None and i > marked and e.kind == "press"), None)
    if marked is None or commit is None:
        raise BadInput("No click was marked as the one that cannot be taken back.", "Record it again, and mark it.")
    slots: dict[str, Slot] = {}
    steps = [f"Open {_path(url)}", *_steps(events[:commit], slots)]
    review = events[marked].said
    checked = [slot for slot in slots.values() if any(fits(seen, slot.term) for seen in values_for(review, slot.term))]
    total = _total(review)
    finish = next((e for e in reversed(events) if e.kind == "finish"), None)
    thing = _thing(review, finish.said if finish else Said(), slots.values())
    steps.append(_check(thing, checked, total, review))
    steps.append(f"**Commit:** {_press(events[commit], slots)}")
    steps += _kept(finish.said if finish else Said())
    return "\n".join(
        [
            *_front(name, url, events, slots, checked, total, review, commit),
            f"# {name.replace('-', ' ').capitalize()}",
            "",
            "Recorded once, by hand. Read it through: what differs from time to time should be a detail.",
            *_cautions(slots, checked, total),
            "",
            "## Do",
            *_numbered(steps),
            *_look(finish, thing, checked),
            "",
        ]
    )


def pressed(told: Iterable[Recorded]) -> tuple[str, ...]:
    """What was pressed, in order: one of them cannot be taken back."""
    return tuple(event.name for event in _after_login(tuple(told)) if event.kind == "press")


def with_mark(told: Iterable[Recorded], number: int) -> tuple[Recorded, ...]:
    """The events with the press of that number, counted from 0, marked; what its page said is not known any more."""
    events = _after_login(tuple(told))
    at = [i for i, event in enumerate(events) if event.kind == "press"][number]
    return (*events[:at], Recorded(kind="mark"), *events[at:])


def account_words(said: Said) -> str:
    """What stands before the name of who is logged in; empty where nobody is shown."""
    found = _ACCOUNT.search(said.text)
    return found[0] if found else ""


def _after_login(events: tuple[Recorded, ...]) -> tuple[Recorded, ...]:
    """Without the login: what it takes is no part of the task."""
    last = max((i for i, e in enumerate(events) if e.kind == "secret"), default=-1)
    rest = events[last + 1 :]
    if last < 0:
        return rest
    went = next((i for i, e in enumerate(rest) if e.kind == "page"), -1)
    return rest[went + 1 :]


def _steps(events: Iterable[Recorded], slots: dict[str, Slot]) -> Iterator[str]:
    """The steps before Commit; details are noted in `slots` as they come up."""
    calendar = ""
    for event in events:
        if event.kind == "open":
            calendar = event.name
        elif event.kind == "press":
            days = dates(event.name)
            if calendar and len(days) == 1:
                slot = _slot(slots, calendar, "date", days.pop())
                yield f"Pick {{{slot.name}}} in {_text(calendar)}{_in(event.place)}"
                calendar = ""
            elif not (calendar and _ARROW.search(event.name)):
                yield _capital(_press(event, slots))
        elif event.kind == "tick":
            yield f"Tick {_text(event.name)}{_in(event.place)}"
        elif event.kind in ("enter", "choose") and event.value and event.name:
            slot = _typed(event, slots)
            verb = "Choose" if event.kind == "choose" else "Enter"
            yield f"{verb} {{{slot.name}}} in {_text(event.name)}{_in(event.place)}"


def _press(event: Recorded, slots: dict[str, Slot]) -> str:
    found = times(event.name)
    if len(found) == 1 and len(event.name) <= len("12:30 p.m.") + 1:
        return f'press "{{{_slot(slots, "time", "time", found.pop()).name}}}"'
    role = f" {event.role}" if event.role in ("link", "tab") else ""
    return f"press {_text(event.name)}{role}{_in(event.place)}"


def _typed(event: Recorded, slots: dict[str, Slot]) -> Slot:
    """The detail that was typed or chosen: a date, a time, a count, money, one of several, or text."""
    if event.kind == "choose":
        numbers = [counts(option) for option in event.options]
        if all(len(n) == 1 for n in numbers) and len(counts(event.value)) == 1:
            return _slot(slots, event.name, "count", counts(event.value).pop())
        return _slot(slots, event.name, "choice", event.value, event.options)
    for kind, found in (("date", dates(event.value)), ("time", times(event.value))):
        if len(found) == 1 and (event.type == kind or len(event.value) <= len("Wednesday 30 September 2026")):
            return _slot(slots, event.name, kind, found.pop())  # type: ignore[arg-type]
    if amounts := moneys(event.value):
        amount, currency = amounts.pop()
        return _slot(slots, event.name, "money", f"{amount} {currency}")
    if event.value.isdecimal() and len(event.value) <= 3:
        return _slot(slots, event.name, "count", str(int(event.value)))
    return _slot(slots, event.name, "text", event.value)


def _slot(slots: dict[str, Slot], label: str, kind: TermType, value: str, options: tuple[str, ...] = ()) -> Slot:
    base = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_") or kind
    base = base if base[0].isalpha() and base not in ("choice", "each") else f"the_{base}"
    name = next(n for n in (base, *(f"{base}_{i}" for i in range(2, 99))) if n not in slots or slots[n].value == value)
    slots[name] = Slot(name=name, type=kind, value=value, ask=f"{label.strip(' :*?')}?", options=options)
    return slots[name]


def _total(review: Said) -> tuple[Decimal, str] | None:
    """The one labelled total of the review page."""
    found = {amount for label, value in review.pairs if _TOTAL.search(label) for amount in moneys(value)}
    return found.pop() if len(found) == 1 else None


def _thing(review: Said, listed: Said, slots: Iterable[Slot]) -> str:
    """What it was about: a heading, else a value, of the list at the end that the review page said too; or empty.

    It stands in the steps as it is, so nothing that was typed or chosen may be part of it, nor money.
    """
    reviewed = [*(value for _, value in review.pairs), *review.headings]
    varies = [slot for slot in slots if slot.type != "count"]

    def names(text: str) -> bool:
        typed = any(fits(text, slot.term) or slot.value.casefold() in text.casefold() for slot in varies)
        return bool(re.search(r"[^\W\d]{3}", text)) and not typed and not moneys(text)

    there = [*listed.headings, *(value for _, value in listed.pairs)]
    return next((t for t in there if names(t) and any(same_text(t, other) for other in reviewed)), "")


def _check(thing: str, checked: list[Slot], total: tuple[Decimal, str] | None, review: Said) -> str:
    said = [_text(thing)] if thing else []
    said += [f"{{{slot.name}}}" for slot in checked if slot.type != "text"]
    if total:
        said.append("total")
    elif free := _FREE.search(review.text):
        said.append(free[0].lower())
    return f"Check that the page says {', '.join(said)}" if said else ""


def _unread(slots: dict[str, Slot], checked: list[Slot]) -> list[str]:
    return [slot.name for slot in slots.values() if slot not in checked and slot.type != "text"]


def _cautions(slots: dict[str, Slot], checked: list[Slot], total: tuple[Decimal, str] | None) -> Iterator[str]:
    if names := _unread(slots, checked):
        yield f"The last page did not say {', '.join(names)}, so this is not read back before the last click."
    if total:
        yield f"It cost {total[0]} {total[1]}, which is the most that it may cost: see `limits`."


def _kept(confirmation: Said) -> list[str]:
    label = next(
        (la for la, value in confirmation.pairs if _REFERENCE.search(la) and _LIKE_A_NUMBER.search(value)), None
    )
    return [f"Keep {_text(label)} as reference"] if label else []


def _look(finish: Recorded | None, thing: str, checked: list[Slot]) -> list[str]:
    """The page that the person left open lists what was done: there it is looked for."""
    if finish is None:
        return []
    there = [s for s in checked if any(fits(seen, s.term) for seen in values_for(finish.said, s.term))]
    if not there and not thing:
        return []
    looked = " and ".join([*([_text(thing)] if thing else []), *(f"{{{slot.name}}}" for slot in there)])
    return ["", "## Check", *_numbered([f"Open {_path(finish.url)}", f"Look for {looked}"])]


def _front(
    name: str,
    url: str,
    events: tuple[Recorded, ...],
    slots: dict[str, Slot],
    checked: list[Slot],
    total: tuple[Decimal, str] | None,
    review: Said,
    commit: int,
) -> Iterator[str]:
    sites = list(dict.fromkeys(filter(None, (origin_of(url), *(origin_of(e.url) for e in events if e.kind == "page")))))
    yield from ("---", f"name: {name}", f"description: Recorded at {urlsplit(url).netloc}.")
    yield f'examples: ["{name.replace("-", " ")}"]'
    yield f"sites: {json.dumps(sites)}"
    if account := account_words(review):
        yield f"account: {_text(account)}"
    if slots:
        yield from ("details:", *(slot.line for slot in slots.values()))
    if total:
        yield f"limits: {{total: {total[0]} {total[1]}}}"
    if none := [*_unread(slots, checked), *([] if total else ["total"])]:
        yield f"terms: {{{', '.join(f'{term}: none' for term in none)}}}"
    yield from _requests(events, sites, commit)
    yield "---"


def _requests(events: tuple[Recorded, ...], sites: list[str], commit: int) -> Iterator[str]:
    """What left before the irreversible click prepares; the first thing that left after it commits."""
    before = [_request(e) for e in events[:commit] if e.kind == "sent" and origin_of(e.url) in sites]
    after = [_request(e) for e in events[commit:] if e.kind == "sent" and origin_of(e.url) in sites][:1]
    yield "requests:"
    if prepare := [request for request in dict.fromkeys(before) if request not in after]:
        yield f"  prepare: {json.dumps(prepare)}"
    yield f"  commit: {json.dumps(after)}"


def _request(sent: Recorded) -> str:
    parts = urlsplit(sent.url).path.split("/")
    return f"{sent.name} {'/'.join('*' if part and _VARIES.search(part) else part for part in parts)}"


def _path(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _in(place: Place | None) -> str:
    if place is None:
        return ""
    name = f" {_text(place.name)}" if place.name else ""
    return f" in the row of{name}" if place.kind == "row" else f" in the {place.kind}{name}"


def _text(words: str) -> str:
    """Quoted so that it reads back as it is: in curly marks where it holds straight ones."""
    plain = " ".join(words.replace("{", "(").replace("}", ")").split())
    return f'"{plain}"' if '"' not in plain else f"“{plain}”"


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _numbered(steps: Iterable[str]) -> list[str]:
    return [f"{number}. {step}" for number, step in enumerate(filter(None, steps), 1)]
