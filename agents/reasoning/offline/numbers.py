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
} | {"nought": 0, "naught": 0}
_TENS = {
    word: 10 * number
    for number, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
}
_SCALES = {"hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12, "dozen": 12}
_SCALES |= {"lakh": 10**5, "crore": 10**7}
_SHORT = {"k": 10**3, "m": 10**6, "mn": 10**6, "mm": 10**6, "bn": 10**9, "b": 10**9}
_SHORT |= {"mln": 10**6, "bln": 10**9, "tn": 10**12, "tln": 10**12}
_PARTS = {"half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4}
_GROUPED = re.compile(r"\d{1,3}(?:,\d{2,3})*,\d{3}$")
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

_BLANK = r"(?: ?- ?| {1,3})"
_DIGITS = r"(?:\d{1,3}(?:[,']\d{2,3})*[,']\d{3}(?:\.\d+)?|\d+(?:[.,]\d+)?|(?<![\d.])\.\d+)"
_SCALE = "|".join(scale for scale in _SCALES if scale != "hundred")
_BELOW_100 = rf"(?:(?:{'|'.join(_TENS)})(?:{_BLANK}(?:{_BELOW_TEN})\b)?|(?:{_TEEN}))"
_BELOW_1000 = (
    rf"(?:(?:(?:{_DIGITS}|{_BELOW_100}|an?){_BLANK})?hundreds?\b(?:{_BLANK}(?:and +)?(?:{_BELOW_100}|\d\d?)\b)?"
    rf"|{_BELOW_100}\b|{_DIGITS})"
)
_WHOLE = (
    rf"(?:(?:(?:(?:{_BELOW_1000}|an?|about an?){_BLANK})?(?:{_SCALE})s?\b"
    rf"(?:,?{_BLANK}(?:and +)?{_BELOW_1000}{_BLANK}(?:{_SCALE})s?\b)*(?:,?{_BLANK}(?:and +)?{_BELOW_1000})?"
    rf"|{_DIGITS} {{0,2}}(?:{'|'.join(_SHORT)})\b|{_BELOW_1000})(?: +point(?: +(?:{_TEEN})\b){{1,12}})?)"
)
_PART = rf"(?:(?:an?|{_BELOW_100}){_BLANK})?(?:{'|'.join(_PARTS)})\b"
_OF = rf"(?: +(?:of +)?(?:an? +)?(?P<scale>{_SCALE})s?\b)?"
NUMBER = (
    rf"(?:\b(?={_PART}){_PART}{_OF.replace('?P<scale>', '?:')}"
    rf"|(?<![a-z]){_WHOLE}(?: +and +{_PART}{_OF.replace('?P<scale>', '?:')})?)"
)
"""A number of any size, in digits or words, with a decimal part, a scale, or halves, thirds and quarters."""

_MIXED = re.compile(rf"(?:(?P<whole>{_WHOLE}) +and +)?(?P<part>{_PART}){_OF}")

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
    """The value of what `NUMBER` matched: "1,250.50", "3 million", "2k", "a hundred and five", "two and a half"."""
    mixed = _MIXED.fullmatch(said.strip())
    if mixed is None:
        return _whole_amount(said)
    *many, part = re.split(r"[ -]+", mixed["part"])
    share = (_whole_amount(" ".join(many)) if many and many != ["a"] else Decimal(1)) / _PARTS[part]
    before = mixed["whole"] or ""
    last = _SCALES.get(
        re.split(r"[ -]+", before)[-1].removesuffix("s"), 1
    )  # "a million and a half" is half a million more
    base = _whole_amount(before) if before else Decimal(0)
    return (base + share * (last if last >= 1000 else 1)) * _SCALES.get(mixed["scale"] or "", 1)


def _whole_amount(said: str) -> Decimal:
    words = [word for word in re.split(r",? +|-| - ", said.strip()) if word not in ("and", "a", "an", "about", "")]
    spoken, _, decimals = " ".join(words).partition(" point ")
    total = part = Decimal(0)
    for word in spoken.split():
        scale = _SCALES.get(word.removesuffix("s"))
        if scale == 100 or scale == 12:
            part = (part or Decimal(1)) * scale
        elif scale:
            total += (part or Decimal(1)) * scale
            part = Decimal(0)
        elif word in _SHORT:
            part *= _SHORT[word]
        else:
            part += _term(word)
    if decimals:
        part += Decimal("0." + "".join(str(_ONES.get(word, 0)) for word in decimals.split()))
    return total + part


def _term(word: str) -> Decimal:
    spoken = _TENS.get(word, _ONES.get(word.removesuffix("s"), _ONES.get(word)))
    if spoken is not None:
        return Decimal(spoken)
    match = re.match(r"([\d.,']*\d)(\D*)", word)
    if not match:
        return Decimal(0)
    return _digits(match.group(1)) * _SHORT.get(match.group(2), 1)


def _digits(said: str) -> Decimal:
    said = said.rstrip(".,'")
    if (_GROUPED.match(said.split(".")[0]) and "," in said) or "'" in said:
        return Decimal(said.replace(",", "").replace("'", ""))
    return Decimal(said.replace(",", "."))
