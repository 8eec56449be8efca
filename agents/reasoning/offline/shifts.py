"""Changes by so much: "an hour later", "one more person", "two days earlier"."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

from agents.reasoning.offline.counts import counts_people
from agents.reasoning.offline.numbers import SMALL, whole
from agents.reasoning.port import Problem
from agents.types import DetailValue
from workflows.model import Detail, DetailType

_AMOUNT = rf"(?P<n>half an|{SMALL}|an?|a couple of)"
_TIME = re.compile(
    rf"\b{_AMOUNT} (?P<unit>hour|hr|minute|min)s?(?P<plus> and a half)? (?P<way>later|"
    rf"earlier|sooner)\b"
)
_DATE = re.compile(
    rf"\b(?:{_AMOUNT} (?P<unit>day|week)s? (?P<way>later|earlier|sooner)|the (?P<unit2>day|"
    rf"week) (?P<way2>after|before)(?=\W*$))"
)
_COUNT = re.compile(
    rf"\b(?:(?P<n>{SMALL}|an?|another|a couple of)(?: (?P<way>more|extra|additional|"
    rf"less|fewer))?|(?P<way2>plus|minus) (?P<m>{SMALL})) ?(?P<noun>[a-z]+)?"
)


def find_shifts(
    text: str, details: tuple[Detail, ...], known: Mapping[str, DetailValue]
) -> tuple[dict[str, DetailValue], tuple[Problem, ...]]:
    """New values of known details that the folded text changes by an amount, and what cannot be so."""
    values: dict[str, DetailValue] = {}
    problems: list[Problem] = []
    for detail in details:
        value = known.get(detail.name)
        moved = _moved(detail, value, text) if value is not None else None
        if isinstance(moved, str) and moved.startswith("!"):
            problems.append(Problem(detail=detail.name, said=text.strip()[:60], message=moved[1:]))
        elif moved is not None:
            values[detail.name] = moved
    return values, tuple(problems)


def _moved(detail: Detail, value: DetailValue, text: str) -> DetailValue | None:
    """The new value; a text that begins with "!" is the fault."""
    if detail.type is DetailType.TIME and isinstance(value, str):
        return _time(value, text)
    if detail.type is DetailType.DATE and isinstance(value, str):
        return _date(value, text)
    if detail.type is DetailType.COUNT and isinstance(value, int):
        return _count(detail, value, text)
    return None


def _time(value: str, text: str) -> DetailValue | None:
    match = _TIME.search(text)
    if not match:
        return None
    count = 0.5 if match["n"] == "half an" else whole(match["n"]) + (0.5 if match["plus"] else 0)
    minutes = count * (60 if match["unit"].startswith("h") else 1) * (1 if match["way"] == "later" else -1)
    total = int(value[:2]) * 60 + int(value[3:]) + int(minutes)
    if not 0 <= total < 24 * 60:
        return f"!{match.group()} than {value} is another day; please say a time and a day."
    return f"{total // 60:02}:{total % 60:02}"


def _date(value: str, text: str) -> DetailValue | None:
    match = _DATE.search(text)
    if not match or match["n"] == "half an":
        return None
    days = (whole(match["n"]) if match["n"] else 1) * (7 if "week" in (match["unit"], match["unit2"]) else 1)
    back = (match["way"] or match["way2"]) in ("earlier", "sooner", "before")
    try:
        return (dt.date.fromisoformat(value) + dt.timedelta(days=-days if back else days)).isoformat()
    except OverflowError:
        return f"!{match.group()} is out of the calendar; which day do you mean?"


def _count(detail: Detail, value: int, text: str) -> DetailValue | None:
    for match in _COUNT.finditer(text):
        way, noun = match["way"] or match["way2"], match["noun"] or ""
        if not (way or match["n"] == "another") or not _counted(detail, noun, bool(way)):
            continue
        step = whole("a" if match["n"] == "another" else match["n"] or match["m"])
        new = value + (-step if way in ("less", "fewer", "minus") else step)
        least = detail.at_least or 1
        if new < least or (detail.at_most is not None and new > detail.at_most):
            return f"!{new} is not possible here; please say {least} to {detail.at_most or 'any number'}."
        return new
    return None


def _counted(detail: Detail, noun: str, way: bool) -> bool:
    named = f"{detail.name} {detail.ask}".lower()
    if not noun or noun in ("please", "than", "of", "is", "for", "to", "joins", "joined"):
        return way
    person = re.fullmatch(r"person|people|guests?|friends?|adults?|kids?|child(?:ren)?|joining|coming|seats?", noun)
    return bool(person) if counts_people(named) else noun.removesuffix("s") in named
