"""What a visitor looks for: the part of town, day, time, party and words of a search, read leniently."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from demo.shared.words import AREAS, all_in, fold, minutes, read_count, read_date
from demo.tavola.availability import AHEAD, LARGEST_PARTY
from demo.tavola.places import Place

USUAL_PARTY = 2


@dataclass(frozen=True)
class Wish:
    """A search.

    Attributes:
        time: minutes after midnight; None where any time will do.
        given: the visitor named both the day and the party.
        note: what could not be used, as a sentence for the visitor; nothing is bookable then.
    """

    area: str
    date: dt.date
    time: int | None
    party: int
    q: str
    given: bool
    note: str = ""


def _time(text: str) -> int | None:
    try:
        parsed = dt.time.fromisoformat(text)
    except ValueError:
        return None
    return minutes(f"{parsed:%H:%M}")


def _note(
    params: Mapping[str, str], date: dt.date | None, time: int | None, party: int | None, now: dt.datetime
) -> str:
    if date is None:
        return f"We could not read the date “{params.get('date')}”. Please choose a day."
    if date < now.date():
        return "That day has passed. Please choose another."
    if date > now.date() + AHEAD:
        return f"Tables open {AHEAD.days} days ahead. Please choose an earlier day."
    if params.get("time") and time is None:
        return f"We could not read the time “{params['time']}”. Please give it as 19:30."
    if party is None or not 1 <= party <= LARGEST_PARTY:
        return f"Tavola books tables for 1 to {LARGEST_PARTY} people. For more, please telephone the restaurant."
    return ""


def read_wish(params: Mapping[str, str], now: dt.datetime) -> Wish:
    """Read a search from an address; what is missing is today, two people, anywhere, at any time."""
    date = read_date(params["date"]) if params.get("date") else now.date()
    time = _time(params["time"]) if params.get("time") else None
    party = read_count(params["party"]) if params.get("party") else USUAL_PARTY
    area = params.get("area", "").strip()
    return Wish(
        area=next((known for known in AREAS if fold(known) == fold(area)), area),
        date=date or now.date(),
        time=time,
        party=party or USUAL_PARTY,
        q=params.get("q", "").strip()[:200],
        given=bool(params.get("date") and params.get("party")),
        note=_note(params, date, time, party, now),
    )


def matching(places: Iterable[Place], wish: Wish) -> list[Place]:
    """Give the places of that area in which every word of the search occurs."""
    return [
        place
        for place in places
        if (not wish.area or fold(place.area) == fold(wish.area)) and all_in(wish.q, place.haystack)
    ]


def nearest(starts: Iterable[int], time: int | None) -> list[int]:
    """Give the starts in order of the day, or nearest to `time` first."""
    return sorted(starts, key=lambda start: (abs(start - time) if time is not None else 0, start))
