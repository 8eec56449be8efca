"""How the town's sites read their data files and write dates, times, numbers of people and money."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict
from ruamel.yaml import YAML

AREAS = (
    "Old Town",
    "Harbour",
    "Riverside",
    "Garden Quarter",
    "Market Ward",
    "Station Hill",
    "University",
    "Westcliff",
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Frozen(BaseModel):
    """A value that never changes; an unknown field in the data is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Review(Frozen):
    """What a guest wrote; `rating` is 1 to 5."""

    rating: int
    author: str
    date: dt.date
    text: str


def fold(text: str) -> str:
    """Give `text` in lower case without accents."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold()


def slug(name: str) -> str:
    """Give the part of an address that stands for `name`."""
    return re.sub(r"[^a-z0-9]+", "-", fold(name).replace("'", "").replace("’", "")).strip("-")


def all_in(words: str, haystack: str) -> bool:
    """Tell whether every word of a search occurs in the folded `haystack`."""
    return all(word in haystack for word in fold(words).replace(",", " ").split())


def minutes(clock: str) -> int:
    """Turn "19:30" into minutes after midnight."""
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def clock_face(value: int) -> str:
    """Turn minutes after midnight into "19:30"; past 24:00 it begins again at 00:00."""
    return f"{value // 60 % 24:02d}:{value % 60:02d}"


def long_date(date: dt.date) -> str:
    """Give "Saturday 21 November 2026"."""
    return f"{date:%A} {date.day} {date:%B %Y}"


def short_date(date: dt.date) -> str:
    """Give "21 November 2026"."""
    return f"{date.day} {date:%B %Y}"


def counted(count: int, one: str, many: str = "") -> str:
    """Give "1 night", "2 nights"."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def people(count: int) -> str:
    """Give "1 person", "2 people"."""
    return counted(count, "person", "people")


def euros(amount: Decimal) -> str:
    """Give "12.50 EUR"."""
    return f"{amount:.2f} EUR"


def read_date(text: str) -> dt.date | None:
    """Read an ISO date; None where it is none."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def read_count(text: str) -> int | None:
    """Read a whole number below 1000; None where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None


def split_words(value: Any) -> Any:
    """Turn "a, b" into ("a", "b"); what is no text stays."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def split_reviews(lines: Any) -> Any:
    """Turn lines such as "5 | Ann | 2026-10-24 | Lovely." into reviews; they may hold no "|"."""
    parts = ([part.strip() for part in line.split("|", 3)] for line in lines)
    return tuple(
        Review(rating=int(stars), author=author, date=dt.date.fromisoformat(day), text=text)
        for stars, author, day, text in parts
    )


def _to_cents(value: Any) -> Any:
    """Turn 18 or 18.5 into "18.50"."""
    return f"{value:.2f}" if isinstance(value, int | float) else value


Price = Annotated[Decimal, BeforeValidator(_to_cents)]  # EUR
Words = Annotated[tuple[str, ...], BeforeValidator(split_words)]
Reviews = Annotated[tuple[Review, ...], BeforeValidator(split_reviews)]


@cache
def read_folder(folder: Path) -> tuple[dict[str, Any], ...]:
    """Read every YAML file of a folder, by name: once, so what is given back is not to be changed."""
    yaml = YAML(typ="safe")
    return tuple(yaml.load(path.read_text("utf-8")) for path in sorted(folder.glob("*.yaml")))


def rating_node(rating: tuple[float, int]) -> dict[str, Any]:
    """Describe (mean, how many) ratings in schema.org's words."""
    value, count = rating
    return {"@type": "AggregateRating", "ratingValue": value, "bestRating": 5, "ratingCount": count}


def review_nodes(reviews: Iterable[Review]) -> list[dict[str, Any]]:
    """Describe reviews in schema.org's words."""
    return [
        {
            "@type": "Review",
            "author": {"@type": "Person", "name": review.author},
            "datePublished": review.date.isoformat(),
            "reviewBody": review.text,
            "reviewRating": {"@type": "Rating", "ratingValue": review.rating, "bestRating": 5},
        }
        for review in reviews
    ]


def item_list(named: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Describe the order of a listing, given (name, url) of each entry."""
    items = [{"@type": "ListItem", "position": n, "name": name, "url": url} for n, (name, url) in enumerate(named, 1)]
    return {
        "@context": "https://schema.org",
        "@type": "ItemList",
        "numberOfItems": len(items),
        "itemListElement": items,
    }
