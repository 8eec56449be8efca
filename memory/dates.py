"""The dates that headings, file names and the ends of notes state."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

MONTHS = {name.lower(): n for names in (calendar.month_name, calendar.month_abbr) for n, name in enumerate(names) if n}
MONTHS["sept"] = 9
_MONTH = "(" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\.?"
_ORDINAL = r"(\d{1,2})(?:st|nd|rd|th)?"
_FORMS = tuple(
    (re.compile(rf"(?<![\w-]){form}(?![\w-])", re.IGNORECASE), order)
    for form, order in (
        (r"(\d{4})-(\d{2})-(\d{2})(?:T[\d:.+Z-]*)?", "ymd"),
        (rf"{_ORDINAL}(?: of)? {_MONTH},? (\d{{4}})", "dmy"),
        (rf"{_MONTH} {_ORDINAL},? (\d{{4}})", "mdy"),
        (r"(\d{4})-(\d{2})", "ym"),
        (rf"{_MONTH},? (\d{{4}})", "my"),
    )
)
_ENDING = re.compile(r"\s*\(([^()]{1,120})\)[ \t.]*$")
_LEADING = re.compile(r"^\W*(?:(?:on|in)\s+)?(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+)?", re.IGNORECASE)


def date_in(text: str) -> dt.date | None:
    """The first date written out in `text`; a month alone counts as its first day."""
    found = [(match.start(), i, match) for i, (form, _) in enumerate(_FORMS) for match in [form.search(text)] if match]
    for _, i, match in sorted(found, key=lambda f: f[:2]):
        if date := _build(dict(zip(_FORMS[i][1], match.groups(), strict=True))):
            return date
    return None


def leading_date(text: str) -> dt.date | None:
    """The date that `text` begins with ("2026-03-04: …", "On Saturday 21 November 2026 we …")."""
    skipped = _LEADING.match(text)
    rest = text[skipped.end() :] if skipped else text
    for form, order in _FORMS:
        if match := form.match(rest):
            return _build(dict(zip(order, match.groups(), strict=True)))
    return None


@dataclass(frozen=True, slots=True)
class Ending:
    """What a note says about itself in parentheses at its end: "(2026-05-03, web)", "(inferred)".

    Attributes:
        start: where the note's own words end: before a parenthesis of date and source only, else the text's length.
        source: where it was said ("web"), for a note that was told and not written into its file by hand.
    """

    start: int
    date: dt.date | None
    inferred: bool
    source: str = ""


def ending(text: str) -> Ending:
    """Reads the end of a note; a parenthesis that is part of the sentence stays part of it."""
    match = _ENDING.search(text)
    parts, date = _parted(match[1]) if match else ([], None)
    inferred = any(re.match(r"(inferred|proposed)\b", p, re.IGNORECASE) for p in parts)
    own = (date is not None or inferred) and all(re.fullmatch(r"[a-z-]+|inferred\b.*", p) for p in parts)
    source = next((p for p in parts if own and not inferred), "")
    return Ending(match.start() if match and own else len(text), date, inferred, source)


def _parted(words: str) -> tuple[list[str], dt.date | None]:
    """The parts between commas and the date that is one of them."""
    for form, order in _FORMS:
        for match in form.finditer(words):
            before, after = words[: match.start()].strip(), words[match.end() :].strip()
            if (not before or before.endswith(",")) and (not after or after.startswith(",")):
                date = _build(dict(zip(order, match.groups(), strict=True)))
                return [p for p in (p.strip() for p in (before + after).split(",")) if p], date
    return [p.strip() for p in words.split(",")], None


def says_inferred(text: str) -> bool:
    """Whether a heading or an ending marks what stands there as ours, not the person's."""
    return re.search(r"\b(inferred|proposed)\b", text, re.IGNORECASE) is not None


def _build(parts: dict[str, str]) -> dt.date | None:
    month = parts["m"]
    try:
        return dt.date(int(parts["y"]), MONTHS.get(month.lower()) or int(month), int(parts.get("d", 1)))
    except ValueError:
        return None
