"""Written forms: dates, times, counts and money as pages write them, read into one normal form each."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_MONTH = "|".join(f"{m}|{m[:3]}|{m[:4]}" for m in _MONTHS)
_DAY = "|".join(f"{d}|{d[:3]}|{d[:4]}|{d[:5]}" for d in _DAYS)
_WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_SIGNS = {"€": "EUR", "£": "GBP", "$": "USD", "¥": "JPY", "₹": "INR"}

_ISO = re.compile(r"(?<!\d)(\d{4})-(\d\d)-(\d\d)(?!\d)")
_DMY = re.compile(
    rf"(?:\b(?P<day>{_DAY})\.?,?\s+)?(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.)?(?:\s+of)?\s+(?P<m>{_MONTH})\b\.?(?:,?\s+(?P<y>\d{{4}}))?"
)
_MDY = re.compile(
    rf"(?:\b(?P<day>{_DAY})\.?,?\s+)?\b(?P<m>{_MONTH})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)(?:,?\s+(?P<y>\d{{4}}))?"
)
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?!\d)")
_TIME = re.compile(
    r"(?<![\d:.,])(\d{1,2})(?:[:.h](\d\d)(?!\d))?(?::\d\d)?\s*(a\.?m\b\.?|p\.?m\b\.?)?(?![\d])", re.IGNORECASE
)
_RANGE = re.compile(r"\s*[–—→]\s*|\s+-\s+|\s+(?:to|until|till|through)\s+", re.IGNORECASE)
_AMOUNT = r"\d{1,3}(?:[ .,’'\u00a0\u202f]\d{3})*(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d{1,2})?(?!\d)"
_MONEY = re.compile(
    rf"(?:(?P<s1>[€£$¥₹]|\b[A-Z]{{3}}\b)\s*(?P<a1>{_AMOUNT}))|(?:(?P<a2>{_AMOUNT})\s*(?P<s2>[€£$¥₹]|\b[A-Z]{{3}}\b))"
)
_INEXACT = re.compile(r"\b(?:from|per|each|before|excl\w*|plus|about|approx\w*|up to|p\.?p\.?|a head)\b", re.IGNORECASE)


def clean(text: str) -> str:
    """Text as it looks: NFC, without characters that show nothing, white space collapsed."""
    seen = (" " if c.isspace() else c for c in unicodedata.normalize("NFC", text))
    return " ".join("".join(c for c in seen if unicodedata.category(c) not in {"Cf", "Cc"}).split())


def same_text(a: str, b: str) -> bool:
    """Equal but for case, white space and the spelling of quotation marks and dashes."""
    return _fold(a) == _fold(b)


def _fold(text: str) -> str:
    return clean(text).casefold().translate(str.maketrans("’‘“”–—", "''\"\"--"))


def dates(text: str) -> set[str]:
    """The dates in a text, ISO. One that can be read in two ways, or has no year and no weekday, is none."""
    low = clean(text).lower()
    found = {_iso(int(y), int(m), int(d)) for y, m, d in _ISO.findall(low)}
    for match in [*_DMY.finditer(low), *_MDY.finditer(low)]:
        if match["y"]:
            found.add(_named(match, int(match["y"])))
    for first, second, year in _NUMERIC.findall(low):
        both = {_iso(int(year), int(second), int(first)), _iso(int(year), int(first), int(second))} - {None}
        found |= both if len(both) == 1 else set()
    return {day for day in found if day}


def date_fits(text: str, expected: str) -> bool | None:
    """Whether a text says that date; None where it says none that can be read for sure.

    A date without its year counts where its weekday stands beside it and fits the year expected.
    """
    found = dates(text)
    if not found:
        year = int(expected[:4])
        low = clean(text).lower()
        partial = [m for m in (*_DMY.finditer(low), *_MDY.finditer(low)) if m["day"] and not m["y"]]
        found = {_named(m, year) or f"not {year}: {m[0]}" for m in partial}
    return found == {expected} if found else None


def date_range(text: str) -> tuple[str, str] | None:
    """The first and the last day of "4 – 6 December 2026" and the like, ISO; None where a text is no range."""
    parts = _RANGE.split(clean(text))
    last = dates(parts[1]) if len(parts) == 2 else set()
    if len(last) != 1:
        return None
    end = last.pop()
    month, year = _MONTHS[int(end[5:7]) - 1], end[:4]
    written = (parts[0], f"{parts[0]} {year}", f"{parts[0]} {month} {year}")
    start = next((found.pop() for form in written if len(found := dates(form)) == 1), None)
    return (start, end) if start and start <= end else None


def times(text: str) -> set[str]:
    """The times in a text, 24 hours: "19:30", "7:30 pm", "19h30", "7 p.m."."""
    found = set()
    for hour, minute, half in _TIME.findall(clean(text)):
        if not minute and not half:
            continue
        value = int(hour) % 12 + (12 if half[:1].lower() == "p" else 0) if half else int(hour)
        if value < 24 and int(minute or 0) < 60 and (not half or 1 <= int(hour) <= 12):
            found.add(f"{value:02d}:{minute or '00'}")
    return found


def counts(text: str) -> set[str]:
    """The whole numbers in a text, in digits or in words up to twelve."""
    low = clean(text).lower()
    words = {str(_WORDS.index(w)) for w in re.findall(r"[a-z]+", low) if w in _WORDS}
    return words | {str(int(n)) for n in re.findall(r"(?<![\d.,:/-])\d+(?![\d:/-]|[.,]\d)", low)}


def moneys(text: str) -> set[tuple[Decimal, str]]:
    """The exact amounts with their ISO currency; none where the text says "from", "per person" or the like."""
    plain = clean(text)
    if _INEXACT.search(plain):
        return set()
    found = set()
    for match in _MONEY.finditer(plain):
        sign = match["s1"] or match["s2"]
        found.add((_amount(match["a1"] or match["a2"]), _SIGNS.get(sign, sign)))
    return found


def time_pattern(value: str) -> str:
    """A regular expression, good for Python and JavaScript, of the ways to write a time."""
    hour, minute = int(value[:2]), value[3:5]
    twelve, half = hour % 12 or 12, "p" if hour >= 12 else "a"
    short = rf"0?{twelve}(?:[:.]{minute}){'?' if minute == '00' else ''}\s*{half}\.?m"
    return rf"(?<![\d:.])(?:0?{hour}[:.h]{minute}(?!\d)(?!\s*[ap]\.?m)|{short}(?!\w))"


READ: dict[str, Callable[[str], set[str]]] = {"date": dates, "time": times, "count": counts}
"""By a detail's type: every value that a text could mean."""


def _named(match: re.Match[str], year: int) -> str | None:
    month = next(i for i, name in enumerate(_MONTHS, 1) if name.startswith(match["m"][:3]))
    iso = _iso(year, month, int(match["d"]))
    if iso and match["day"] and not _DAYS[dt.date.fromisoformat(iso).weekday()].startswith(match["day"][:3]):
        return None  # "Monday 21 November" that is a Saturday
    return iso


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return dt.date(year, month, day).isoformat()
    except ValueError:
        return None


def _amount(text: str) -> Decimal:
    """The last separator is decimal where one or two digits follow it, else it groups thousands."""
    match = re.fullmatch(r"(.*?)(?:[.,](\d{1,2}))?", text)
    whole = re.sub(r"\D", "", match[1] if match else text)
    return Decimal(f"{whole}.{(match and match[2]) or '00'}")
