"""Days reckoned from a day: weekdays, holidays, the next time a day of the year comes round."""

from __future__ import annotations

import calendar
import datetime as dt
import re

MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
MONTHS |= {name[:3]: number for name, number in MONTHS.items()} | {"sept": 9}
WEEKDAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
WEEKDAYS |= {name[:3]: number for name, number in WEEKDAYS.items()} | {"tues": 1, "thur": 3, "thurs": 3}

_FIXED = {
    r"new year'?s? eve": (12, 31),
    r"new year(?:'?s?(?: day)?)?": (1, 1),
    r"christmas eve|xmas eve": (12, 24),
    r"christmas(?: day)?|xmas(?: day)?": (12, 25),
    r"boxing day": (12, 26),
    r"(?:saint |st\.? )?valentine'?s?(?: day)?": (2, 14),
    r"halloween": (10, 31),
    r"st\.? patrick'?s day": (3, 17),
    r"epiphany": (1, 6),
    r"may day|labou?r day": (5, 1),
    r"midsummer(?:'s)? (?:eve|night)": (6, 23),
    r"april fools'?(?: day)?": (4, 1),
    r"bastille day": (7, 14),
    r"all saints'?(?: day)?": (11, 1),
}
_FROM_EASTER = {
    r"good friday": -2,
    r"easter monday": 1,
    r"easter(?: sunday)?": 0,
    r"ash wednesday": -46,
    r"whit monday": 50,
}
HOLIDAY = "|".join([*_FIXED, *_FROM_EASTER])


def day(said: str | None) -> int | None:
    """The weekday a word names, 0 is Monday."""
    return WEEKDAYS.get((said or "").rstrip("s.")) if said else None


def weekday_after(start: dt.date, weekday: int, weeks: int = 0) -> dt.date:
    """That weekday within the seven days from `start` (itself included), and so many weeks on."""
    return start + dt.timedelta(days=(weekday - start.weekday()) % 7 + 7 * weeks)


def weekday_of_week(start: dt.date, weekday: int, weeks: int) -> dt.date:
    """That weekday in the calendar week (from Monday) so many weeks after that of `start`."""
    return start + dt.timedelta(days=weekday - start.weekday() + 7 * weeks)


def months_on(start: dt.date, months: int) -> dt.date:
    """The same day so many months on, or the last one of a shorter month."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return dt.date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def nth_weekday(year: int, month: int, weekday: int | None, nth: int) -> dt.date | None:
    """The nth such weekday (any day for None) of a month, the last one for -1; None where there is none."""
    length = calendar.monthrange(year, month)[1]
    days = [d for n in range(1, length + 1) if (d := dt.date(year, month, n)) and weekday in (None, d.weekday())]
    if nth == -1:
        return days[-1]
    return days[nth - 1] if 0 < nth <= len(days) else None


def next_day(today: dt.date, month: int, number: int) -> dt.date | None:
    """The next such day of the year from today on (29 February within eight years); None where there never is one."""
    for year in range(today.year, today.year + 9):
        if 0 < number <= calendar.monthrange(year, month)[1] and dt.date(year, month, number) >= today:
            return dt.date(year, month, number)
    return None


def next_numbered(today: dt.date, number: int, weekday: int | None) -> dt.date | None:
    """The next such day of a month, on that weekday where one is named; looks three months ahead then, else twelve."""
    first = today.replace(day=1)
    for ahead in range(3 if weekday is not None else 13):
        month = months_on(first, ahead)
        if 0 < number <= calendar.monthrange(month.year, month.month)[1]:
            found = month.replace(day=number)
            if found >= today and weekday in (None, found.weekday()):
                return found
    return None


def holiday(said: str, today: dt.date, year: int | None) -> dt.date | None:
    """The next (or that year's) day of a holiday that `HOLIDAY` matched."""
    for pattern, (month, number) in _FIXED.items():
        if re.fullmatch(pattern, said):
            return dt.date(year, month, number) if year else next_day(today, month, number)
    for pattern, offset in _FROM_EASTER.items():
        if re.fullmatch(pattern, said):
            days = [_easter(y) + dt.timedelta(days=offset) for y in ([year] if year else [today.year, today.year + 1])]
            return next((d for d in days if year or d >= today), None)
    return None


def _easter(year: int) -> dt.date:
    """Western Easter Sunday (the anonymous Gregorian computus, Nature 1876)."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    el = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * el) // 451
    month, number = divmod(h + el - 7 * m + 114, 31)
    return dt.date(year, month, number + 1)


def shown(date: dt.date) -> str:
    """As it is said to the person: "Saturday 21 November 2026"."""
    return f"{date:%A} {date.day} {date:%B %Y}"
