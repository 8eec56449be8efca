"""Numbers in digits and in words."""

from __future__ import annotations

import re
from decimal import Decimal

_ONES = {
    word: number
    for number, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_TENS = {
    word: 10 * number
    for number, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
}
_SCALES = {"hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12, "dozen": 12}
_SHORT = {"k": 10**3, "m": 10**6, "mn": 10**6, "mm": 10**6, "bn": 10**9, "b": 10**9}
_GROUPED = re.compile(r"\d{1,3}(?:[ ,']\d{3})+$")
_ORDINALS = [
    "zeroth",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
]

_BELOW_TEN = "one|two|three|four|five|six|seven|eight|nine"
_TEEN = "|".join(sorted(_ONES, key=len, reverse=True))
SMALL = rf"(?:\d{{1,9}}(?!\d)|(?:{'|'.join(_TENS)})(?:[ -](?:{_BELOW_TEN}))?|{_TEEN})"
"""A whole number of up to nine digits, or below 100 in words."""

_WORD = "|".join([*_TENS, *sorted(_ONES, key=len, reverse=True), *_SCALES])
_DIGITS = r"\d{1,3}(?:[,']\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?"
_SCALE = "|".join(_SCALES)
NUMBER = (
    rf"(?:(?:{_DIGITS})(?: ?(?:{'|'.join(_SHORT)})\b| (?:{_SCALE})s?\b)*"
    rf"|(?:a(?:n|bout a)? )?\b(?:{_WORD})s?(?:[ -](?:and )?(?:{_WORD})s?){{0,12}}\b"
    rf"(?: point(?: (?:{_TEEN})){{1,12}}\b)?)"
)
"""A number of any size, in digits or words, with a decimal part or a scale."""

ORDINAL = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)|(?:twenty|thirty)[ -](?:{'|'.join(_ORDINALS[1:10])})|"
    rf"{'|'.join(_ORDINALS[1:])}|thirtieth)"
)


def whole(said: str) -> int:
    """The value of what `SMALL` matched, and of "a", "an", "a couple", "a few" (3)."""
    said = said.strip()
    if said.isdigit():
        return int(said)
    loose = {"a": 1, "an": 1, "the": 1, "couple": 2, "a couple": 2, "a couple of": 2, "couple of": 2, "both": 2}
    if said in loose:
        return loose[said]
    return sum(_TENS.get(word, _ONES.get(word, 0)) for word in re.split(r"[ -]", said))


def ordinal(said: str) -> int:
    """The value of what `ORDINAL` matched."""
    digits = re.match(r"\d+", said)
    if digits:
        return int(digits.group())
    if said == "thirtieth":
        return 30
    first, _, last = said.replace("-", " ").rpartition(" ")
    return _TENS.get(first, 0) + _ORDINALS.index(last)


def amount(said: str) -> Decimal:
    """The value of what `NUMBER` matched: "1,250.50", "3 million", "2k", "a hundred and five"."""
    words = [word for word in re.split(r"[ -]+", said.strip()) if word not in ("and", "a", "an")]
    spoken, _, decimals = " ".join(words).partition(" point ")
    total = part = Decimal(0)
    for word in spoken.split():
        scale = _SCALES.get(word.removesuffix("s"))
        if scale == 100 or scale == 12:
            part = (part or Decimal(1)) * scale
        elif scale:
            total += (part or Decimal(1)) * scale
            part = Decimal(0)
        else:
            part += _term(word)
    if decimals:
        part += Decimal("0." + "".join(str(_ONES.get(word, 0)) for word in decimals.split()))
    return total + part


def _term(word: str) -> Decimal:
    if word in _SHORT:
        return Decimal(0)
    spoken = _TENS.get(word, _ONES.get(word.removesuffix("s"), _ONES.get(word)))
    if spoken is not None:
        return Decimal(spoken)
    match = re.match(r"([\d.,']+)(\D*)", word)
    if not match:
        return Decimal(0)
    return _digits(match.group(1)) * _SHORT.get(match.group(2), 1)


def _digits(said: str) -> Decimal:
    said = said.rstrip(".,'")
    if (_GROUPED.match(said.split(".")[0]) and "," in said) or "'" in said:
        return Decimal(said.replace(",", "").replace("'", ""))
    return Decimal(said.replace(",", "."))
