"""The houses that Albergo lists, read from `hotels/*.yaml`: one file per place."""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator

from demo.shared.words import Frozen, Price, Reviews, Words, fold, read_folder, slug

FOLDER = Path(__file__).parent / "hotels"
PLACES = ("Port Aurel", "Saltholm", "Vale do Lume")
SLEEPS = {"Single": 1, "Double": 2, "Twin": 2, "Suite": 2, "Triple": 3, "Family": 4}
RATES = ("Free cancellation", "Non-refundable")
LESS = Decimal("0.90")  # what a night costs that cannot be given back, as a share
MOST_GUESTS = 4
MOST_NIGHTS = 21
AHEAD = dt.timedelta(days=330)
CENT = Decimal("0.01")


class Room(Frozen):
    """A type of room: how many there are, and what a plain night costs in EUR."""

    name: str
    count: int
    price: Price

    @property
    def sleeps(self) -> int:
        """How many guests it takes."""
        return SLEEPS[self.name]


def _rooms(value: str) -> tuple[Room, ...]:
    parts = (part.split() for part in value.split(","))
    return tuple(Room(name=name, count=int(count), price=Decimal(price)) for name, count, price in parts)


class House(Frozen):
    """A hotel, guesthouse or inn.

    Attributes:
        keeper: who runs it.
        tax: what the town takes a night from each guest, in EUR; `cleaning` what the house takes once.
        free_until: days before the arrival until which a stay can be cancelled for nothing, at 18:00.
        busy: how many of its rooms others have on an ordinary night, 0 to 1.
    """

    name: str
    place: str
    area: str
    street: str
    kind: str
    keeper: str
    rating: tuple[float, int]
    about: str
    good: Words
    breakfast: str
    rooms: Annotated[tuple[Room, ...], BeforeValidator(_rooms)]
    tax: Price
    cleaning: Price
    free_until: int
    busy: float
    reviews: Reviews

    @property
    def slug(self) -> str:
        """Its part of the address."""
        return slug(self.name)

    @property
    def haystack(self) -> str:
        """All the words that a search looks through."""
        parts = (self.name, self.place, self.area, self.kind, self.keeper, self.about, self.breakfast, *self.good)
        return fold(" ".join(parts))

    def room(self, name: str) -> Room | None:
        """Give a type of room by its name, in any case."""
        return next((room for room in self.rooms if fold(room.name) == fold(name)), None)

    def taken(self, room: Room, night: dt.date) -> int:
        """Give how many rooms of a type others have that night: the same for the same night, always."""
        weekend = 1.25 if night.weekday() in (4, 5) else 1.0
        roll = hashlib.sha256(f"{self.slug}/{room.name}/{night}".encode()).digest()
        return sum(byte / 255 < min(1.0, self.busy * weekend) for byte in roll[: room.count])


def night_price(room: Room, night: dt.date, rate: str) -> Decimal:
    """Give what one night costs in EUR: more on Fridays, Saturdays and in the season."""
    price = room.price * (Decimal("1.15") if night.weekday() in (4, 5) else 1)
    if night.month in (7, 8) or (night.month, night.day) >= (12, 23) or (night.month, night.day) <= (1, 1):
        price *= Decimal("1.20")
    return (price * (LESS if rate == "Non-refundable" else 1)).quantize(Decimal(1), ROUND_HALF_UP).quantize(CENT)


def nights(check_in: dt.date, check_out: dt.date) -> list[dt.date]:
    """Give the nights of a stay."""
    return [check_in + dt.timedelta(days=n) for n in range((check_out - check_in).days)]


def last_free(house: House, check_in: dt.date) -> dt.datetime:
    """Give until when a stay with free cancellation costs nothing to cancel, local time without a zone."""
    return dt.datetime.combine(check_in - dt.timedelta(days=house.free_until), dt.time(18))


def load_houses(folder: Path = FOLDER) -> dict[str, House]:
    """Read every house, by slug, in the order of the places."""
    loaded: list[dict[str, Any]] = sorted(read_folder(folder), key=lambda part: PLACES.index(part["place"]))
    houses = [
        House.model_validate({"place": part["place"], "tax": part["tax"], **house})
        for part in loaded
        for house in part["houses"]
    ]
    return {house.slug: house for house in houses}
