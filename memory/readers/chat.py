"""A WhatsApp chat export: each message with who wrote it, under its day."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from memory.document import normalised
from memory.readers.base import Lines, Passage, Reading

_MARKS = "[\u200e\u200f\u202a-\u202e\u2066-\u2069]*"  # of writing direction, which exports are full of
_DAY = (
    rf"(?P<a>\d{{1,4}}){_MARKS}(?P<mark>[./-]|년)\s?(?P<b>\d{{1,2}}){_MARKS}(?:[./-]|월)\s?(?P<c>\d{{1,4}}){_MARKS}"
    r"(?:[.일]|(?!\d))"
)
_HALF = r"(?:[ap]\.?\s?m\.?|오전|오후|上午|下午|午前|午後|[صم])"
_CLOCK = rf"(?:{_HALF}\s?)?\d{{1,2}}[:.]\d{{2}}(?:[:.]\d{{2}})?(?:\s?(?P<half>{_HALF}))?"
_HEAD = re.compile(
    rf"^{_MARKS}\[?{_DAY}[,،]?\s(?:[^\W\d]{{1,3}}\.?\s)?{_CLOCK}(?:\]|\s[-–]|,)\s{_MARKS}", re.IGNORECASE | re.MULTILINE
)
"""iOS writes "[12.05.25, 18:03:22] ", Android "12/05/2025, 18:03 - ", each in the order and the marks of its locale."""
_WHO = re.compile(rf"(?P<who>[^\n:\"“”„«»]{{1,80}}?)\s?:(?: |(?=\n|$)){_MARKS}")
_NOTICE = re.compile(r"\s?:\s?[\u200e\u200f]")  # iOS begins what it says itself with a mark of direction
_OMITTED = re.compile(
    r"<[^<>\n]{3,40}>|\S[^\n]{0,80}\.\w{2,4} \([^()\n]{4,40}\)|null"
    r"|(?:This message was|You) deleted(?: this message)?\.?",
    re.IGNORECASE,
)
_SAID = re.compile(r"\w")
ORDERS = ("dmy", "mdy", "ymd")
MOST_MESSAGES = 50_000  # the newest of them


@dataclass(frozen=True, slots=True)
class _Message:
    """Where a message stands in the file, from its writer's name on."""

    start: int
    end: int
    who: str
    day: dt.date | None


def is_chat(head: str) -> bool:
    """Whether a text begins as an export does: with messages, each with its day, time and writer."""
    first = head.lstrip("\ufeff \r\n")[:200]
    return _HEAD.match(first) is not None and any(_WHO.match(head, m.end()) for m in _HEAD.finditer(head))


def read_chat(text: str) -> Reading:
    """A chat. Whose home it is among the writers is not known, so nothing in it counts as stated by the person."""
    text = normalised(text)
    messages = list(_messages(text))[-MOST_MESSAGES:]
    passages = tuple(
        Passage(m.start, m.end, (_heading(m.day),) if m.day else (), m.day, stated=False) for m in messages
    )
    return Reading(text, Lines.of(text), passages, _title([m.who for m in messages]))


def _messages(text: str) -> Iterator[_Message]:
    """What people said; what the program says, and where a picture was, is left out."""
    heads = list(_HEAD.finditer(text))
    order = _order(heads)
    for head, after in zip_longest(heads, heads[1:]):
        end = after.start() if after else len(text)
        who = _WHO.match(text, head.end(), end)
        if not who or _NOTICE.match(text, who.end("who")):
            continue
        said = text[who.end() : end].strip()
        if _SAID.search(said) and not _OMITTED.fullmatch(said):
            start = who.start("who")
            yield _Message(
                start, start + len(text[start:end].rstrip()), who["who"].strip("~ \u202f\u00a0"), _day(head, order)
            )


def _numbers(head: re.Match[str]) -> tuple[int, int, int]:
    return int(head["a"]), int(head["b"]), int(head["c"])


def _order(heads: Sequence[re.Match[str]]) -> str:
    """The order of day, month and year in which the chat's days are days, go forwards, and lie closest together.

    Where that leaves a choice, a clock with "PM" in capitals after a slash is American.
    """
    days = list(dict.fromkeys(map(_numbers, heads)))
    american = any(h["mark"] == "/" and (h["half"] or "").isupper() for h in heads[:50])
    choices = ("mdy", "dmy", "ymd") if american else ORDERS
    return min(choices, key=lambda order: _oddness(days, order))


def _oddness(days: Sequence[tuple[int, int, int]], order: str) -> tuple[int, int, int]:
    """How many of the days are none, how many go backwards, and how many days lie between them."""
    dates = [_date(numbers, order) for numbers in days]
    known = [date for date in dates if date]
    steps = [(after - before).days for before, after in pairwise(known)]
    return len(dates) - len(known), sum(step < 0 for step in steps), sum(map(abs, steps))


def _day(head: re.Match[str], order: str) -> dt.date | None:
    return _date(_numbers(head), order)


def _date(numbers: tuple[int, int, int], order: str) -> dt.date | None:
    parts = dict(zip(order, numbers, strict=True))
    year = parts["y"] + (2000 if parts["y"] < 100 else 0)
    try:
        return dt.date(year, parts["m"], parts["d"]) if year >= 2000 else None  # the program is from 2009
    except ValueError:
        return None


def _heading(day: dt.date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"


def _title(writers: Sequence[str]) -> str:
    names = [name for name, _ in Counter(writers).most_common(4)]
    if len(names) < 2:
        return f"Chat with {names[0]}" if names else "Chat"
    shown, last = (names, " and others") if len(names) == 4 else (names[:-1], f" and {names[-1]}")
    return f"Chat of {', '.join(shown[:3])}{last}"
