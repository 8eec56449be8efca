"""The places that Tavola lists, read from `places/*.yaml`: one file per part of town."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator

from demo.shared.words import (
    AREAS,
    WEEKDAYS,
    Frozen,
    Reviews,
    Words,
    clock_face,
    fold,
    minutes,
    read_folder,
    slug,
    split_words,
)

FOLDER = Path(__file__).parent / "places"
DIETS = {"v": ("vegetarian",), "vg": ("vegan", "vegetarian"), "gf": ("gluten-free",)}


class MenuItem(Frozen):
    """One dish. `price` is in EUR; `contains` names its allergens."""

    name: str
    description: str
    price: Decimal
    diets: tuple[str, ...]
    contains: tuple[str, ...]


class Section(Frozen):
    """A headed part of a menu."""

    name: str
    items: tuple[MenuItem, ...]


class Opening(Frozen):
    """One stretch of a weekday (0 is Monday), in minutes after midnight; `closes` may lie past 24:00."""

    weekday: int
    opens: int
    closes: int


def _hours(value: str) -> tuple[Opening, ...]:
    days = {day[:3]: number for number, day in enumerate(WEEKDAYS)}
    openings: list[Opening] = []
    for part in split_words(value):
        spread, span = part.split(" ")
        first, _, last = ("Mon-Sun" if spread == "Daily" else spread).partition("-")
        opens, closes = (minutes(end) for end in span.split("-"))
        closes += 24 * 60 if closes <= opens else 0
        count = (days[last or first] - days[first]) % 7 + 1
        numbers = (n % 7 for n in range(days[first], days[first] + count))
        openings += [Opening(weekday=n, opens=opens, closes=closes) for n in numbers]
    return tuple(sorted(openings, key=lambda o: (o.weekday, o.opens)))


def _tables(value: str) -> tuple[int, ...]:
    pairs = (part.split("x") for part in value.split())
    return tuple(int(seats) for count, seats in pairs for _ in range(int(count)))


def _item(line: str) -> MenuItem:
    name, description, price, diets, contains = (part.strip() for part in line.split("|"))
    kept = dict.fromkeys(diet for mark in diets.split() for diet in DIETS[mark])
    return MenuItem(
        name=name, description=description, price=Decimal(price), diets=tuple(kept), contains=split_words(contains)
    )


def _menu(value: dict[str, list[str]]) -> tuple[Section, ...]:
    return tuple(Section(name=name, items=tuple(map(_item, lines))) for name, lines in value.items())


class Place(Frozen):
    """One restaurant.

    Attributes:
        price: what a dinner costs per head, in EUR.
        rating: the mean of all guests' ratings and how many there are.
        mood: keywords.
        tables: seats of each table.
        grid: minutes between two bookable starts.
        busy: how much of the room is taken at eight on an ordinary evening, 0 to 1.
    """

    name: str
    area: str
    street: str
    cuisine: Words
    price: int
    rating: tuple[float, int]
    mood: Words
    ambience: str
    about: str
    hours: Annotated[tuple[Opening, ...], BeforeValidator(_hours)]
    tables: Annotated[tuple[int, ...], BeforeValidator(_tables)]
    busy: float
    grid: int = 30
    menu: Annotated[tuple[Section, ...], BeforeValidator(_menu)]
    reviews: Reviews

    @property
    def slug(self) -> str:
        """Its part of the address."""
        return slug(self.name)

    @property
    def seats(self) -> int:
        """How many guests fit in."""
        return sum(self.tables)

    @property
    def haystack(self) -> str:
        """All the words that a search looks through."""
        dishes = (f"{item.name} {item.description} {' '.join(item.diets)}" for s in self.menu for item in s.items)
        return fold(" ".join((self.name, self.area, self.about, self.ambience, *self.cuisine, *self.mood, *dishes)))

    def week(self) -> list[tuple[str, str]]:
        """Give the opening hours as ("Monday", "18:30 to 23:00") for each day."""
        spans: dict[int, list[str]] = {n: [] for n in range(7)}
        for o in self.hours:
            spans[o.weekday].append(f"{clock_face(o.opens)} to {clock_face(o.closes)}")
        return [(day, " and ".join(spans[n]) or "Closed") for n, day in enumerate(WEEKDAYS)]


def load_places(folder: Path = FOLDER) -> dict[str, Place]:
    """Read every place, by slug, in the order of the town's areas."""
    loaded = sorted(read_folder(folder), key=lambda part: AREAS.index(part["area"]))
    places = [Place.model_validate({"area": part["area"], **place}) for part in loaded for place in part["places"]]
    return {place.slug: place for place in places}
