"""What Mercato sells, read from `goods/*.yaml`: one file per category."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator

from demo.shared.words import Frozen, Price, Reviews, Words, fold, read_folder, slug

FOLDER = Path(__file__).parent / "goods"
MOST = 9  # pieces of one thing in one line of the cart


class Variant(Frozen):
    """One form in which a thing comes, by the values of its options, and how many there were at the beginning."""

    values: tuple[str, ...]
    count: int


def _stock(value: Any) -> Any:
    """Read 14, or lines such as "M / Navy 3"."""
    if isinstance(value, int):
        return (Variant(values=(), count=value),)
    parts = (line.rpartition(" ") for line in value)
    return tuple(Variant(values=tuple(v.strip() for v in names.split("/")), count=int(n)) for names, _, n in parts)


class Product(Frozen):
    """One thing.

    Attributes:
        price: of one, in EUR.
        facts: what it is made of, how large it is, how to treat it.
        options: the names of what one chooses ("Size", "Colour"); `stock` has a variant for each form there is.
    """

    name: str
    category: str
    maker: str
    price: Price
    rating: tuple[float, int]
    about: str
    facts: str
    tags: Words
    options: Words = ()
    stock: Annotated[tuple[Variant, ...], BeforeValidator(_stock)]
    reviews: Reviews

    @property
    def slug(self) -> str:
        """Its part of the address."""
        return slug(self.name)

    @property
    def haystack(self) -> str:
        """All the words that a search looks through."""
        values = (value for variant in self.stock for value in variant.values)
        return fold(" ".join((self.name, self.category, self.maker, self.about, self.facts, *self.tags, *values)))

    def values(self, option: str) -> tuple[str, ...]:
        """Give what one can choose for an option, in the file's order."""
        at = self.options.index(option)
        return tuple(dict.fromkeys(variant.values[at] for variant in self.stock))

    def variant(self, chosen: Mapping[str, str]) -> Variant | None:
        """Give the variant of these options; None where there is none such, or an option was not chosen."""
        wanted = tuple(chosen.get(option, "") for option in self.options)
        return next((variant for variant in self.stock if variant.values == wanted), None)


def load_goods(folder: Path = FOLDER) -> dict[str, Product]:
    """Read every product, by slug."""
    loaded = read_folder(folder)
    goods = [Product.model_validate({"category": part["category"], **p}) for part in loaded for p in part["products"]]
    return {product.slug: product for product in goods}
