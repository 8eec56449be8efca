"""What is on: shows read from `shows/*.yaml`, and the evenings on which each is given, whatever day it is today."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator

from demo.shared.words import WEEKDAYS, Frozen, Price, Reviews, Words, fold, minutes, read_folder, slug

FOLDER = Path(__file__).parent / "shows"
AHEAD = dt.timedelta(days=90)
MOST = 8  # tickets in one order
DAYS = {day[:3]: number for number, day in enumerate(WEEKDAYS)}


class Seats(Frozen):
    """One category of seats; `price` in EUR without the fee."""

    name: str
    capacity: int
    price: Price


class Rhythm(Frozen):
    """A weekday (0 is Monday) in every `period`-th week, `phase` weeks in; or a day of the year."""

    weekday: int = 0
    phase: int = 0
    period: int = 1
    month: int = 0
    day: int = 0

    def falls_on(self, date: dt.date) -> bool:
        """Tell whether it is given on that date."""
        if self.month:
            return (date.month, date.day) == (self.month, self.day)
        return date.weekday() == self.weekday and date.toordinal() // 7 % self.period == self.phase


def _seats(value: str) -> tuple[Seats, ...]:
    parts = (part.strip().rsplit(" ", 2) for part in value.split(","))
    return tuple(Seats(name=name, capacity=int(count), price=Decimal(price)) for name, count, price in parts)


def _rhythms(value: str) -> tuple[Rhythm, ...]:
    """Read "Fri 2/6, Sat 2/6" or "12-05, 12-12"."""
    found = []
    for part in value.split(","):
        first, _, share = part.strip().partition(" ")
        if share:
            phase, period = (int(n) for n in share.split("/"))
            found.append(Rhythm(weekday=DAYS[first], phase=phase % period, period=period))
        else:
            month, day = (int(n) for n in first.split("-"))
            found.append(Rhythm(month=month, day=day))
    return tuple(found)


class Venue(Frozen):
    """Where something takes place."""

    name: str
    area: str
    street: str
    about: str


class Show(Frozen):
    """Something that is given on one or more days.

    Attributes:
        start: minutes after midnight; `lasts` in minutes.
        age: from how many years one is let in; 0 for everybody.
        fee: what the box office adds to each ticket, in EUR.
        cancel: hours before the start until which tickets can be given back; 0 where they cannot.
        busy: how much of the house is sold to others on an ordinary evening, 0 to 1.
    """

    name: str
    kind: str
    by: str
    venue: Venue
    when: Annotated[tuple[Rhythm, ...], BeforeValidator(_rhythms)]
    start: Annotated[int, BeforeValidator(minutes)]
    lasts: int
    age: int = 0
    seats: Annotated[tuple[Seats, ...], BeforeValidator(_seats)]
    fee: Price
    cancel: int
    busy: float
    about: str
    tags: Words
    reviews: Reviews = ()


class Event(Frozen):
    """A show on one day."""

    show: Show
    date: dt.date

    @property
    def slug(self) -> str:
        """Its part of the address."""
        return f"{slug(self.show.name)}-{self.date}"

    @property
    def area(self) -> str:
        """The part of town."""
        return self.show.venue.area

    @property
    def starts(self) -> dt.datetime:
        """When it starts, local time without a zone."""
        return dt.datetime.combine(self.date, dt.time(self.show.start // 60, self.show.start % 60))

    @property
    def haystack(self) -> str:
        """All the words that a search looks through."""
        show = self.show
        return fold(" ".join((show.name, show.kind, show.by, show.about, show.venue.name, self.area, *show.tags)))

    def category(self, name: str) -> Seats | None:
        """Give a category of seats by its name, in any case."""
        return next((seats for seats in self.show.seats if fold(seats.name) == fold(name)), None)

    def sold(self, seats: Seats) -> int:
        """Give how many seats of a category others have bought: the same for the same event, always."""
        roll = hashlib.sha256(f"{self.slug}/{seats.name}".encode()).digest()[0] / 255
        return min(seats.capacity, round(seats.capacity * self.show.busy * (0.55 + 0.9 * roll)))


def load_shows(folder: Path = FOLDER) -> tuple[Show, ...]:
    """Read every show; `venues.yaml` beside them says where the venues are."""
    loaded = read_folder(folder)
    venues: dict[str, Any] = next(part["venues"] for part in loaded if "venues" in part)
    return tuple(
        Show.model_validate({**show, "venue": {"name": show["venue"], **venues[show["venue"]]}})
        for part in loaded
        for show in part.get("shows", ())
    )


def programme(shows: Iterable[Show], now: dt.datetime) -> dict[str, Event]:
    """Give the events of the next ninety days that have not begun, by slug, the next one first."""
    days = [now.date() + dt.timedelta(days=n) for n in range(AHEAD.days + 1)]
    events = [Event(show=s, date=day) for s in shows for day in days if any(r.falls_on(day) for r in s.when)]
    coming = sorted((e for e in events if e.starts > now.replace(tzinfo=None)), key=lambda e: (e.starts, e.slug))
    return {event.slug: event for event in coming}
