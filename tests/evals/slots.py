"""Details read from sentences about booking: Restaurants-8k's spans of people, times and dates."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from agents.reasoning.offline.details import Found, Setting, parse_detail
from tests.evals.support import F1
from workflows.model import Detail, DetailType

NOW = dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)
DETAILS = {
    "people": Detail("people", DetailType.COUNT, "For how many people?"),
    "time": Detail("time", DetailType.TIME, "At what time?"),
    "date": Detail("date", DetailType.DATE, "For which day?"),
}
SETTING = Setting(context="book a table at a restaurant")


@dataclass(frozen=True)
class Sentence:
    """What was said, what had been asked, and the spans that the data's annotators marked."""

    text: str
    asked: frozenset[str]
    spans: frozenset[tuple[str, int, int]]


def sentences(data: Path) -> Iterator[Sentence]:
    """Every sentence of the file, with the slots that have a type of ours."""
    for item in json.loads((data / "3_slots" / "restaurants8k_train.json").read_text()):
        marked = ((label["slot"], label["valueSpan"]) for label in item.get("labels", ()))
        yield Sentence(
            item["userInput"]["text"],
            frozenset(item.get("context", {}).get("requestedSlots", ())),
            frozenset((s, v.get("startIndex", 0), v["endIndex"]) for s, v in marked if s in DETAILS),
        )


def read(sentence: Sentence) -> Iterator[tuple[str, int, int]]:
    """The spans that our own reading takes."""
    for name, detail in DETAILS.items():
        found = parse_detail(detail, sentence.text, NOW, name in sentence.asked, SETTING)
        if isinstance(found, Found):
            yield name, found.start, found.end
        elif found is not None and (start := sentence.text.find(found.said)) >= 0:
            yield name, start, start + len(found.said)


def measure(data: Path, every: int) -> list[F1]:
    """F1 of spans as they were marked, and of spans that overlap the marked one."""
    exact, near = F1("Restaurants-8k span F1, exact"), F1("Restaurants-8k span F1, overlapping")
    for number, sentence in enumerate(sentences(data)):
        if number % every == 0:
            taken, held_back = frozenset(read(sentence)), number // every % 2 == 1
            exact.add(sentence.spans, taken, held_back=held_back)
            near.add(sentence.spans, frozenset(_onto(span, sentence.spans) for span in taken), held_back=held_back)
    return [exact, near]


def _onto(span: tuple[str, int, int], marked: frozenset[tuple[str, int, int]]) -> tuple[str, int, int]:
    name, start, end = span
    return next((m for m in marked if m[0] == name and m[1] < end and start < m[2]), span)
