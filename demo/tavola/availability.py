"""Which tables are free: opening hours and tables, minus other guests, holds and reservations."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from demo.tavola.places import Opening, Place

LAST_START = 60  # minutes before closing
AHEAD = dt.timedelta(days=120)  # how far ahead tables can be booked
LARGEST_PARTY = 12
PRIME = range(18 * 60 + 30, 20 * 60 + 31)


@dataclass(frozen=True)
class Taken:
    """A table that somebody holds or reserved, `start` in minutes after midnight."""

    table: int
    start: int
    party: int


def stay(party: int) -> int:
    """Give the minutes for which a party keeps its table."""
    return 90 if party <= 2 else 120


def _share(place: Place, date: dt.date, start: int) -> float:
    """Give the share of the room that other guests have at `start`: fuller on weekends, emptier off the peak."""
    busy = place.busy * (1.15 if date.weekday() in (4, 5) else 1.0)
    return min(1.0, busy if start in PRIME else busy * 0.55)


def _guests(place: Place, date: dt.date, table: int, opening: Opening) -> list[tuple[int, int]]:
    """Give the spans in which other guests have `table`: the same for the same place, date and table, always."""
    digest = hashlib.sha256(f"{place.slug}/{date}/{table}/{opening.opens}".encode()).digest()
    length = stay(place.tables[table])
    steps = length // 30
    spans, at, tick = [], opening.opens, 0
    while at < opening.closes - LAST_START:
        share = _share(place, date, at)
        # a table that is taken stays so for `steps` half hours: this chance per half hour gives that share of the time
        chance = share / (steps - (steps - 1) * share)
        if digest[tick % 32] / 256 < chance:
            spans.append((at, at + length))
            at += length
        else:
            at += 30
        tick += 1
    return spans


def _occupied(place: Place, date: dt.date, taken: Iterable[Taken]) -> list[list[tuple[int, int]]]:
    openings = [o for o in place.hours if o.weekday == date.weekday()]
    spans = [[span for o in openings for span in _guests(place, date, table, o)] for table in range(len(place.tables))]
    for t in taken:
        spans[t.table].append((t.start, t.start + stay(t.party)))
    return spans


def _starts(place: Place, date: dt.date, now: dt.datetime) -> list[int]:
    """Give the starts of that day which lie ahead, free or not."""
    if not now.date() <= date <= now.date() + AHEAD:
        return []
    earliest = now.hour * 60 + now.minute + 1 if date == now.date() else 0
    grid = (
        start
        for o in place.hours
        if o.weekday == date.weekday()
        for start in range(o.opens, min(o.closes - LAST_START + 1, 24 * 60), place.grid)
    )
    return [start for start in grid if start >= earliest]


def _table(place: Place, spans: list[list[tuple[int, int]]], start: int, party: int) -> int | None:
    end = start + stay(party)
    fitting = sorted((seats, table) for table, seats in enumerate(place.tables) if seats >= party)
    free = (table for _, table in fitting if all(end <= a or b <= start for a, b in spans[table]))
    return next(free, None)


def free_tables(place: Place, date: dt.date, party: int, taken: Iterable[Taken], now: dt.datetime) -> dict[int, int]:
    """Give each bookable start (minutes after midnight) of that date with the smallest table that is free for it.

    Args:
        taken: the holds and reservations of that place and date.
        now: the site's local time; nothing at or before it is offered.
    """
    if not 1 <= party <= LARGEST_PARTY:
        return {}
    spans = _occupied(place, date, taken)
    tables = ((start, _table(place, spans, start, party)) for start in _starts(place, date, now))
    return {start: table for start, table in tables if table is not None}
