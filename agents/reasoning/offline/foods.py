"""Foods: what a hard rule about eating means for a menu; what is not in the tables is unknown, never safe."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal

from agents.reasoning.offline.facts import Dish, cuisines, dishes, phrases
from agents.reasoning.offline.lexis import fold, padded, says
from agents.reasoning.offline.tables import table
from agents.types import Candidate

_DOMINATED = 0.5  # share of a menu from which a kitchen is said to be built on a thing
_NEGATED = re.compile(r"\b(?:no|not|without|free of)(?: \w+){0,1} $")
_DECLARED = re.compile(r"\b(?:contains?|allergens?|may contain)\s*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Need:
    """A rule about eating.

    Attributes:
        subject: in the person's words.
        without: rows of the allergen and ingredient tables that it rules out.
        diet: the diet's name where it is one; then one good main course is enough.
        marks: marks on a menu that satisfy a diet.
    """

    subject: str
    without: tuple[str, ...]
    diet: str = ""
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a menu says to a need: "out", "warn" (something to tell the person) or "fine".

    Attributes:
        kitchen: the kind of kitchen, where that alone decided; then the text goes on from "Thai kitchen:".
    """

    state: Literal["out", "warn", "fine"]
    text: str = ""
    kitchen: str = ""


@cache
def _rows() -> dict[str, dict[str, Any]]:
    foods = table("foods")
    return {**foods["allergens"], **foods["others"]}


@lru_cache(maxsize=1024)
def need(subject: str, must: bool) -> Need | None:
    """What a hard rule's subject rules out on a plate; None where it is not about eating."""
    for diet, row in table("foods")["diets"].items():
        if says(subject, diet) and (must or diet.endswith("free")):
            return Need(subject, tuple(row["without"]), diet, frozenset(row["marks"]))
    if must:
        return None
    named = [k for k, row in _rows().items() if any(says(subject, n) for n in row["names"])]
    named = named or [k for k, row in _rows().items() if any(says(subject, t) for t in row["terms"])]
    return Need(subject, tuple(named)) if named else None


@cache
def _search(row: str, column: str) -> re.Pattern[str]:
    listed = _rows()[row].get(column) or ()
    words = sorted({padded(str(w)).strip() for w in listed if padded(str(w)).strip()}, key=len, reverse=True)
    return re.compile(rf"(?<= )(?:{'|'.join(map(re.escape, words))})(?= )" if words else r"(?!)")


def names_food(text: str) -> bool:
    """Whether a text names something to eat that the table knows."""
    return any(_search(row, column).search(padded(text)) for row in _rows() for column in ("names", "terms"))


def _within(text: str, row: str, column: str) -> str:
    """The first word of a column that stands in a text and is not negated; look-alikes are passed over."""
    where = _search(row, "safe").sub("-", padded(text))
    for match in _search(row, column).finditer(where):
        if not _NEGATED.search(where[: match.start()]):
            return match[0]
    return ""


@lru_cache(maxsize=16384)
def _reading(dish: Dish, row: str) -> Literal["has", "may", "free", "unsaid"]:
    declared = _DECLARED.split(dish.description, maxsplit=1)
    if len(declared) == 2 and (_within(declared[1], row, "names") or _within(declared[1], row, "terms")):
        return "has"
    if dish.diets & {re.sub("[^a-z]|diet$", "", str(d)) for d in _rows()[row]["diets"]}:
        return "free"
    if _within(dish.text, row, "terms"):
        return "has"
    return "may" if _within(dish.text, row, "maybe") else "unsaid"


def _plate(dish: Dish, wanted: Need) -> Literal["has", "may", "free", "unsaid"]:
    if wanted.marks & dish.diets:
        return "free"
    read = {_reading(dish, row) for row in wanted.without}
    for worst in ("has", "may", "unsaid"):
        if worst in read:
            return worst
    return "free"


def touches(phrase: str, wanted: Need) -> Literal["has", "free", ""]:
    """Whether a phrase of a page speaks of what a rule about eating rules out, or says that it is free of it."""
    where = padded(phrase)
    named = [padded(str(n)).strip() for row in wanted.without for n in _rows()[row]["names"]]
    if any(f" {n} free " in where or f" free from {n} " in where for n in named):
        return "free"
    if any(f" {mark} " in where for mark in wanted.marks):
        return "free"
    columns = ((row, column) for row in wanted.without for column in ("terms", "cuisines"))
    return "has" if any(_within(phrase, row, column) for row, column in columns) else ""


def judge(candidate: Candidate, wanted: Need) -> Verdict:
    """Whether a kitchen can do without something, as far as its page tells."""
    menu = dishes(candidate)
    if not menu:
        return _unseen(candidate, wanted)
    plates = [(d, _plate(d, wanted)) for d in menu]
    mains = [(d, p) for d, p in plates if _main(d, menu)] or plates
    return _diet(mains, wanted) if wanted.diet else _allergen(plates, mains, wanted)


def _main(dish: Dish, menu: Sequence[Dish]) -> bool:
    """Whether a dish makes a meal: by its section where the menu has them, else by its price beside the dearest."""
    if dish.section:
        return not set(fold(dish.section).split()) & set(table("foods")["sides"])
    dearest = max((d.cost for d in menu if d.cost), default=None)
    return dearest is None or dish.cost is None or dish.cost * 2 >= dearest


def _unseen(candidate: Candidate, wanted: Need) -> Verdict:
    kitchen = " ".join(cuisines(candidate))
    built = next((w for row in wanted.without if (w := _within(kitchen, row, "cuisines"))), "")
    if built and not wanted.diet:
        return Verdict("out", f"built on {_thing(wanted)}", kitchen)
    named = named_in(candidate, wanted)
    told = f"its page names {named}, and " if named else ""
    return Verdict("warn", f"{told}its menu was not seen: whether it suits {_thing(wanted)} is unknown".strip())


def named_in(candidate: Candidate, wanted: Need) -> str:
    """A word of the page for what is to be left out, such as "prawns"; empty where it has none, or for a whole diet."""
    prose = ". ".join(p.shown for p in phrases(candidate))
    found = (_within(prose, row, "terms") for row in wanted.without)
    return "" if wanted.diet else next((word for word in found if word), "")


def _thing(wanted: Need) -> str:
    return f"a {wanted.diet} diet" if wanted.diet else wanted.subject


def _allergen(plates: Sequence[tuple[Dish, str]], mains: Sequence[tuple[Dish, str]], wanted: Need) -> Verdict:
    has = [d for d, p in plates if p == "has"]
    may = [d for d, p in plates if p == "may"]
    thing = _thing(wanted)
    if len(has) >= _DOMINATED * len(plates):
        return Verdict("out", f"{len(has)} of {len(plates)} dishes on its menu contain {_marked(has, wanted)}")
    if all(p in ("has", "may") for _, p in mains):
        return Verdict("out", f"no main course on its menu is free of {thing}")
    if has:
        count = "one dish contains" if len(has) == 1 else f"{len(has)} dishes contain"
        return Verdict("warn", f"{count} {_marked(has, wanted)}; ask the kitchen")
    if may:
        return Verdict("warn", f"{_names(may)} may contain {thing}; ask the kitchen")
    if any(_DECLARED.search(d.description) for d, _ in plates):
        return Verdict("fine")
    return Verdict("warn", f"no dish names {thing}, but the menu does not mark allergens; tell the kitchen")


def _marked(has: list[Dish], wanted: Need) -> str:
    """What the dishes contain, and which they are; a menu that marks "nuts" has not said "walnuts"."""
    group = wanted.without[0]
    narrower = len(wanted.without) == 1 and not says(group, wanted.subject)
    if narrower and not any(says(d.text, wanted.subject) for d in has) and any(says(d.text, group) for d in has):
        return f"{group}, which may be {wanted.subject} ({_names(has)})"
    return f"{wanted.subject} ({_names(has)})"


def _diet(mains: Sequence[tuple[Dish, str]], wanted: Need) -> Verdict:
    if any(p == "free" for _, p in mains):
        return Verdict("fine")
    if all(p in ("has", "may") for _, p in mains) or any(d.diets for d, _ in mains):
        return Verdict("out", f"no {wanted.diet} main course on its menu")
    return Verdict("warn", f"no dish is marked {wanted.diet}; ask the kitchen")


def _names(some: list[Dish]) -> str:
    return ", ".join(d.name for d in some[:3]) + (" …" if len(some) > 3 else "")
