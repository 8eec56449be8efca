"""Wording: names that say the same in other words: with articles, marks and words of asking, or by a synonym."""

from __future__ import annotations

import re

from agents.executor.forms import clean

_FILLING = (
    "a",
    "an",
    "the",
    "your",
    "my",
    "our",
    "this",
    "please",
    "now",
    "here",
    "select",
    "choose",
    "enter",
    "required",
)
_SAME = (
    ("cart", "basket", "bag", "trolley"),
    ("reservation", "booking"),
    ("log in", "login", "log on", "sign in", "signin"),
    ("check out", "checkout"),
    ("search", "find"),
    ("remove", "delete"),
    ("quantity", "qty"),
    ("delivery", "shipping"),
    ("e-mail", "email"),
    ("telephone", "phone"),
    ("postcode", "post code", "postal code", "zip", "zip code"),
    ("first name", "given name", "forename"),
    ("last name", "family name", "surname"),
    ("continue", "next", "proceed"),
    ("and", "&", "+"),
)
_MARKS = r"[\s.,:;!?…*()›»→>–-]"


def same_words(text: str) -> str:
    """A regular expression, good for Python and JavaScript and meant for any case, of a whole name that differs in
    nothing but articles, words of asking ("Please", "Select", "now", "required") and the marks between words.
    """
    return _named(_words(text))


def same_meaning(text: str) -> str:
    """As `same_words`, and each word may be one that sites use for it: "Add to basket" for "Add to cart"."""
    low, parts = " ".join(_words(text)), []
    while low:
        group, said = next(((g, word) for g in _SAME for word in g if _starts(low, word)), ((), low.split(" ")[0]))
        parts.append("(?:" + "|".join(map(_spelled, group or (said,))) + ")")
        low = low[len(said) :].strip()
    return _framed(parts)


def gist(text: str) -> tuple[str, ...]:
    """What two names that are `same_words` have in common."""
    return tuple(_words(text))


def _starts(text: str, word: str) -> bool:
    return text == word or text.startswith(f"{word} ")


def _words(text: str) -> list[str]:
    """The words of a name without those that fill; all of them where nothing would be left ("Select")."""
    words = [word for word in re.split(rf"{_MARKS}*\s+{_MARKS}*", _bare(text)) if word]
    return [word for word in words if word not in _FILLING] or words


def _bare(text: str) -> str:
    return re.sub(rf"^{_MARKS}+|{_MARKS}+$", "", clean(text).casefold())


def _named(words: list[str]) -> str:
    return _framed([_spelled(word) for word in words])


def _spelled(words: str) -> str:
    return r"\s+".join(re.sub(r"([^\w\s])", r"\\\1", word) for word in words.split())


def _framed(parts: list[str]) -> str:
    filling = rf"(?:{'|'.join(_FILLING)})"
    between = rf"{_MARKS}+(?:{filling}{_MARKS}+)*"
    return rf"^{_MARKS}*(?:{filling}{_MARKS}+)*{between.join(parts)}(?:{_MARKS}+{filling})*{_MARKS}*$"
