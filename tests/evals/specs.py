"""Microsoft's Recognizers-Text English specs: dates, times, numbers and sums of money, by their values."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from agents.reasoning.offline.chat import plain
from agents.reasoning.offline.dates import find_dates
from agents.reasoning.offline.days import shown
from agents.reasoning.offline.money import find_money
from agents.reasoning.offline.numbers import NUMBER, amount
from agents.reasoning.offline.spans import Hit, fold
from agents.reasoning.offline.times import find_times
from tests.evals.support import Measured

Case = dict[str, Any]
FOLDER = "5_datetime"
NOW = dt.datetime(2016, 11, 7, 16, 12, tzinfo=dt.UTC)
CURRENCIES = {
    "Dollar": "USD",
    "United States dollar": "USD",
    "Pound": "GBP",
    "Chinese yuan": "CNY",
    "Japanese yen": "JPY",
    "Canadian dollar": "CAD",
    "Australian dollar": "AUD",
    "Hong Kong dollar": "HKD",
    "Franc": "CHF",
    "Swiss franc": "CHF",
    "Euro": "EUR",
    "Mexican peso": "MXN",
    "Rupee": "INR",
}
"""Of those that have a code and stand alone; a case with any other (a cent, a markka) is counted as not read."""


def measure(data: Path) -> list[Measured]:
    """The share of cases with the right value; each second case is held back.

    What is asked about with the right value among the readings that are named (a bare hour's two halves of the day, a
    day that has passed) is no right value; it has a line of its own.
    """
    rows = [
        *_rows(data, "DateParser", "dates", lambda case: _asked_or(find_dates, case, "date")),
        *_rows(data, "TimeParser", "times", lambda case: _asked_or(find_times, case, "time")),
        *_rows(data, "NumberModel", "numbers", lambda case: (_numbers(case), False)),
        *_rows(data, "CurrencyModel", "currency", lambda case: (_money(case), False)),
    ]
    together = Measured("MS specs, all four: right value")
    for row in rows[::2]:
        together.values += row.values
    return [row for number, row in enumerate(rows) if number in (0, 1, 2, 3, 4, 6)] + [together]


def cases(data: Path, name: str) -> list[Case]:
    """The cases that are not marked as unsupported for Python."""
    told: list[Case] = json.loads((data / FOLDER / f"ms_{name}.json").read_text("utf-8-sig"))
    return [case for case in told if "python" not in case.get("NotSupported", "")]


def _rows(data: Path, name: str, called: str, judge: Callable[[Case], tuple[bool, bool]]) -> Iterator[Measured]:
    right, asked = (
        Measured(f"MS specs, {called}: right value"),
        Measured(f"MS specs, {called}: right, or asked with it"),
    )
    for number, case in enumerate(cases(data, name)):
        is_right, is_asked = judge(case)
        right.add(is_right, held_back=number % 2 == 1)
        asked.add(is_right or is_asked, held_back=number % 2 == 1)
    yield right
    yield asked


def _asked_or(read: Callable[[str, dt.datetime], list[Hit]], case: Case, kind: str) -> tuple[bool, bool]:
    """Whether the value is right, or else among the readings that are asked about."""
    hits = read(fold(plain(case["Input"])), _now(case))
    if not case["Results"]:
        return not hits, False
    wanted = str(case["Results"][0]["Value"]["FutureResolution"][kind])
    wanted = wanted[:5] if kind == "time" else wanted
    named = _names(wanted)
    return any(h.value == wanted for h in hits), any(h.fault and any(n in h.fault for n in named) for h in hits)


def _names(wanted: str) -> list[str]:
    """How a question names a value."""
    if ":" in wanted:
        hour, minute = (int(part) for part in wanted.split(":"))
        return [f"{hour}:{minute:02}", wanted]
    date = dt.date.fromisoformat(wanted)
    return [shown(date), f"{date.day} {date:%B}"]


def _now(case: Case) -> dt.datetime:
    told = case.get("Context", {}).get("ReferenceDateTime", "")
    return dt.datetime.fromisoformat(told[:19]).replace(tzinfo=dt.UTC) if told else NOW


def _numbers(case: Case) -> bool:
    """Whether each number of the text is read, and no other."""
    wanted = [Decimal(r["Resolution"]["value"]) for r in case["Results"]]
    found = [amount(match.group()) for match in re.finditer(NUMBER, fold(case["Input"]))]
    return len(found) == len(wanted) and all(abs(a - b) <= abs(b) / 10**9 for a, b in zip(found, wanted, strict=True))


def _money(case: Case) -> bool:
    """Whether each sum of the text is read, with its currency, and no other."""
    wanted = [(r["Resolution"].get("value"), CURRENCIES.get(r["Resolution"].get("unit"))) for r in case["Results"]]
    found = [hit.value for hit in find_money(fold(case["Input"])) if isinstance(hit.value, dict)]
    return [(Decimal(f["amount"]), f["currency"]) for f in found] == [
        (round(Decimal(value), 2) if value else None, code) for value, code in wanted
    ]
