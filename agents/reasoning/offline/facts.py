"""Facts: what a candidate's page says in schema.org's words, as phrases, dishes, prices and ratings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from agents.types import Candidate

_NOT_PROSE = frozenset(
    {"name", "url", "menu", "hasMenu", "review", "reviews", "offers", "image", "telephone", "address", "geo", "email"}
    | {"priceRange", "openingHours", "openingHoursSpecification", "sameAs", "aggregateRating", "currenciesAccepted"}
    | {
        "paymentAccepted",
        "hasMap",
        "identifier",
        "potentialAction",
        "acceptsReservations",
        "priceCurrency",
        "inLanguage",
    }
)
_MOST_PHRASES = 24
_NUMBER = re.compile(r"\d+(?:[.,]\d{1,2})?")
SMALL, LARGE = 32, 80  # seats


@dataclass(frozen=True, slots=True)
class Phrase:
    """A short piece of a page: as it is shown, and as it is compared."""

    shown: str
    meant: str


@dataclass(frozen=True, slots=True)
class Dish:
    """One line of a menu. `diets` are folded schema.org diets without "Diet": "vegetarian", "glutenfree"."""

    name: str
    description: str
    section: str
    diets: frozenset[str]
    cost: Decimal | None = None

    @property
    def text(self) -> str:
        """Name and description."""
        return f"{self.name}. {self.description}"


def phrases(candidate: Candidate) -> tuple[Phrase, ...]:
    """What the page says about itself, in short pieces; neither guests' reviews nor the menu."""
    found = dict.fromkeys(p for p in _pieces(candidate.facts) if 2 < len(p) <= 160)
    told = [Phrase(p, p) for p in list(found)[:_MOST_PHRASES]]
    seats = candidate.facts.get("maximumAttendeeCapacity")
    if isinstance(seats, int | str) and str(seats).isdigit():
        size = "small intimate room" if int(seats) <= SMALL else "large room" if int(seats) >= LARGE else "room"
        told.append(Phrase(f"{seats} seats", f"{size} with {seats} seats"))
    return tuple(told)


def _pieces(facts: dict[str, Any]) -> Iterator[str]:
    for key, value in facts.items():
        if key in _NOT_PROSE or key.startswith("@"):
            continue
        for text in _texts(value):
            if not text.startswith(("http:", "https:")):
                parts = re.split(r"(?<=[.!?;])\s+|,\s+(?:and\s+)?|\s+[–—]\s+", text)
                yield from (p.strip(" .,;") for p in parts if p.strip(" .,;"))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _texts(value.get("name", ""))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


def dishes(candidate: Candidate) -> tuple[Dish, ...]:
    """Every line of the menu that was seen; empty where none was."""
    return tuple(d for key in ("menu", "hasMenu") for d in _dishes(candidate.facts.get(key), ""))


def _dishes(node: Any, section: str) -> Iterator[Dish]:
    if isinstance(node, list | tuple):
        for one in node:
            yield from _dishes(one, section)
    elif isinstance(node, dict):
        inner = [node[k] for k in ("hasMenuSection", "hasMenuItem", "items", "sections") if k in node]
        for one in inner:
            yield from _dishes(one, str(node.get("name") or section))
        if not inner and node.get("name"):
            diets = node.get("diets") or node.get("suitableForDiet") or ()
            named = (diets,) if isinstance(diets, str) else diets
            kept = frozenset(_diet(str(d)) for d in named)
            told = _NUMBER.search(str(node.get("price") or ""))
            cost = _decimal(told[0]) if told else None
            described = str(node.get("description") or "")
            yield Dish(str(node["name"]), described, str(node.get("section") or section), kept, cost)


def _diet(value: str) -> str:
    return re.sub(r"[^a-z]|diet$", "", value.rsplit("/", 1)[-1].lower())


def cuisines(candidate: Candidate) -> tuple[str, ...]:
    """What kind of kitchen, genre or category it is."""
    keys = ("servesCuisine", "genre", "category")
    return tuple(t for k in keys for t in _texts(candidate.facts.get(k) or ()))


def area(candidate: Candidate) -> str:
    """The part of town, or the town."""
    address = candidate.facts.get("address")
    if isinstance(address, dict):
        return str(address.get("addressLocality") or address.get("addressRegion") or "")
    return ""


def rating(candidate: Candidate) -> tuple[float, int] | None:
    """Mean rating on a scale to 5, and by how many."""
    told = candidate.facts.get("aggregateRating")
    if not isinstance(told, dict):
        return None
    try:
        best = float(told.get("bestRating") or 5)
        count = int(told.get("ratingCount") or told.get("reviewCount") or 0)
        return round(float(told["ratingValue"]) / best * 5, 2), count
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None


def price(candidate: Candidate) -> tuple[Decimal, str] | None:
    """What one pays, with its currency code or sign; of a range the upper end."""
    if candidate.price and candidate.price.get("amount"):
        return _decimal(candidate.price["amount"]), candidate.price.get("currency", "")
    told = candidate.facts.get("priceRange")
    numbers = _NUMBER.findall(told) if isinstance(told, str) else []
    if not numbers or not isinstance(told, str):
        return None
    mark = re.search(r"[A-Z]{3}|[€$£]", told)
    return max(_decimal(n) for n in numbers), mark[0] if mark else ""


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text.replace(",", "."))
    except InvalidOperation:
        return Decimal(0)


def shown_price(candidate: Candidate) -> str | None:
    """The price in the page's own words."""
    told = candidate.facts.get("priceRange")
    if isinstance(told, str) and told:
        return told
    known = price(candidate)
    return f"{known[0]} {known[1]}".strip() if known else None
