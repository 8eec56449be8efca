"""Dates in a message: always the future reading; what has passed or can be read in two ways is a fault."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from agents.reasoning.offline import days
from agents.reasoning.offline.days import MONTHS, WEEKDAYS, shown
from agents.reasoning.offline.numbers import ORDINAL, SMALL, ordinal, whole
from agents.reasoning.offline.spans import Hit, longest

Reading = dt.date | str | tuple[dt.date, ...]
"""A day, or the fault: one sentence, or the several days that could be meant."""

_MONTH = rf"(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\b(?:\.(?= ?\w))?"
_WD = rf"(?:{'|'.join(sorted(WEEKDAYS, key=len, reverse=True))})\b"
_NO_DAY = r"(?:(?<=the )sun|(?:(?<=we )|(?<= i )|(?<=be ))sat)\b"  # "in the sun", "we sat outdoors"
_NAMED = rf"(?:(?P<named>{_WD})[,.]? +)?"
_NAMED_THE = rf"(?:(?P<named>{_WD})[,.]? +(?:the )?)?"
_YEAR = r"(?:(?:,? *(?:of )?| ?[-/])(?P<year>\d{4})\b)?"
_DAY = rf"(?P<day>{ORDINAL}|\d{{1,2}})(?!\d|[:.]\d| ?[ap]\.?m)"
_DOTTED = (
    r"(?P<a>0?[1-9]|[12]\d|3[01])\.(?P<b>0?[1-9]|1[0-2])(?![\d%€$£]|\.\d| ?(?:[ap]m|euros?|eur|pounds?|dollars?)\b)"
)
_SPAN = rf"(?P<n>{SMALL}|an?|a couple of|couple of|a few)(?: more)? (?P<unit>day|night|week|fortnight|month|year)s?'?"
_NEAR = r"(?:about |around |roughly |exactly )?"


def find_dates(text: str, now: dt.datetime, asked: bool = False) -> list[Hit]:
    """Every date in the folded text, in its order; with `asked`, bare numbers and ordinals are days too."""
    hits = [hit for rule in (*_RULES, *(_ASKED if asked else ())) for hit in _apply(rule, text, now)]
    return longest(hits)


def _apply(rule: tuple[re.Pattern[str], Reader, bool], text: str, now: dt.datetime) -> list[Hit]:
    pattern, read, moment = rule
    hits: list[Hit] = []
    for match in pattern.finditer(text):
        try:
            found = read(match, now)
        except (ValueError, OverflowError):
            found = f"“{match.group().strip().title()}” is no day in the calendar; which day do you mean?"
        if found is not None:
            hits.append(_hit(match, found, now.date(), moment))
    return hits


def _hit(match: re.Match[str], found: Reading, today: dt.date, moment: bool) -> Hit:
    start = match.start("v") if "v" in match.re.groupindex else match.start()
    if isinstance(found, tuple):
        fault = f"That could be {' or '.join(map(shown, found))}; which of them?"
        return Hit(start, match.end(), None, fault, choices=tuple(day.isoformat() for day in found))
    if isinstance(found, str):
        return Hit(start, match.end(), None, found)
    if found < today:
        fault = f"{shown(found)} has passed (today is {shown(today)}); which day from today on?"
        return Hit(start, match.end(), None, fault)
    return Hit(start, match.end(), found.isoformat(), moment=moment)


def _relative(match: re.Match[str], now: dt.datetime) -> Reading:
    said = match.group("word")
    if said in ("yesterday", "last night"):
        return now.date() - dt.timedelta(days=2 if match.group("before") else 1)
    if said.startswith(("to", "tm")) and said not in ("today", "tonight", "tonite"):
        return now.date() + dt.timedelta(days=2 if match.group("after") else 1)
    return now.date()


def _iso(match: re.Match[str], now: dt.datetime) -> Reading:
    return dt.date(*(int(part) for part in match.group("y", "m", "d")))


def _slashed(match: re.Match[str], now: dt.datetime) -> Reading | None:
    """21/11 has one reading, 03/04 has two: a fault unless one of them has passed."""
    first, second, said = int(match.group("a")), int(match.group("b")), match.groupdict().get("y")
    year = int(said) + (2000 if len(said) == 2 else 0) if said else None
    read = {d for month, number in ((second, first), (first, second)) if (d := _day_of(now, year, month, number))}
    if not read:
        raise ValueError(match.group())
    ahead = sorted(d for d in read if d >= now.date())
    return tuple(ahead) if len(ahead) > 1 else (ahead or sorted(read))[0]


def _day_of(now: dt.datetime, year: int | None, month: int, number: int) -> dt.date | None:
    if not 0 < month <= 12:
        return None
    if not year:
        return days.next_day(now.date(), month, number)
    try:
        return dt.date(year, month, number)
    except ValueError:
        return None


def _month_day(match: re.Match[str], now: dt.datetime) -> Reading | None:
    number, month = _number(match.group("day")), MONTHS[match.group("month")]
    said = match.groupdict().get("year") or match.groupdict().get("year2")
    year = int(said) if said else None
    found = _day_of(now, year, month, number)
    if found is None:
        raise ValueError(match.group())
    weekday = days.day(match.groupdict().get("named"))
    if weekday is not None and weekday != found.weekday():
        return (
            f"{shown(found).split(' ', 1)[1]} is a {found:%A}, not a {_weekday_name(weekday)}; which day do you mean?"
        )
    return found


def _weekday_name(weekday: int) -> str:
    return next(name for name, number in WEEKDAYS.items() if number == weekday).capitalize()


def _number(said: str) -> int:
    return int(said) if said.isdigit() else ordinal(said)


def _numbered(match: re.Match[str], now: dt.datetime) -> Reading | None:
    named = match.groupdict().get("named")
    weekday, number = days.day(named), _number(match.group("day"))
    found = days.next_numbered(now.date(), number, weekday)
    if found is None and weekday is not None:
        plain = days.next_numbered(now.date(), number, None)
        if plain is None:
            raise ValueError(match.group())
        return f"{shown(plain)} is not a {_weekday_name(weekday)}; which day do you mean?"
    if found is None:
        raise ValueError(match.group())
    return found


def _weekday(match: re.Match[str], now: dt.datetime) -> Reading | None:
    """ "Friday" is the coming one, "next Friday" that of next week (from Monday); today's own name has two readings."""
    weekday, today = days.day(match.group("wd")), now.date()
    if weekday is None:
        return None
    which = (match.groupdict().get("which") or "").strip()
    coming = days.weekday_after(today, weekday)
    if match.groupdict().get("later"):
        return coming + dt.timedelta(days=14 if match.group("later") == "fortnight" else 7)
    if which == "last":
        return days.weekday_after(today - dt.timedelta(days=7), weekday)
    if which == "next":
        return days.weekday_of_week(today, weekday, 1)
    if which in ("coming", "following", "upcoming", "this coming"):
        return coming + dt.timedelta(days=7 * (coming == today))
    if coming == today and which != "this":
        return today, today + dt.timedelta(days=7)
    return coming


def _of_week(match: re.Match[str], now: dt.datetime) -> Reading:
    weeks = {"this": 0, "next": 1, "last": -1}[match.group("which")]
    return days.weekday_of_week(now.date(), days.day(match.group("wd")) or 0, weeks)


def _of_month(match: re.Match[str], now: dt.datetime) -> Reading:
    month = days.months_on(now.date().replace(day=1), 1 if match.group("which") == "next" else 0)
    return month.replace(day=_number(match.group("day")))


def _weekend(match: re.Match[str], now: dt.datetime) -> Reading:
    today = now.date()
    weeks = 1 if match.group("which") == "next" else 0
    both = [days.weekday_of_week(today, weekday, weeks) for weekday in (5, 6)]
    ahead = [d for d in both if d >= today]
    return tuple(ahead) if len(ahead) > 1 else ahead[0]


def _vague(match: re.Match[str], now: dt.datetime) -> Reading:
    return f"“{match.group().strip()}” is more than one day; which day exactly?"


def _ahead(match: re.Match[str], now: dt.datetime) -> Reading:
    start = _start(match.groupdict().get("base"), now)
    said, unit = match.group("n"), match.group("unit")
    if said == "a few":
        return f"“{match.group().strip()}” is more than one day; which day exactly?"
    count, back = whole(said), -1 if match.groupdict().get("ago") else 1
    if unit in ("month", "year"):
        return days.months_on(start, back * count * (12 if unit == "year" else 1))
    return start + dt.timedelta(days=back * count * {"week": 7, "fortnight": 14}.get(unit, 1))


def _start(base: str | None, now: dt.datetime) -> dt.date:
    if base and (weekday := days.day(base)) is not None:
        return days.weekday_after(now.date() + dt.timedelta(days=1), weekday)
    return now.date() + dt.timedelta(days=1 if base == "tomorrow" else 0)


def _moment(match: re.Match[str], now: dt.datetime) -> Reading:
    return (now + hours_ahead(match)).date()


def hours_ahead(match: re.Match[str]) -> dt.timedelta:
    """The distance that `MOMENT` matched."""
    half, unit = match.group("half"), match.group("unit")
    count = 0.5 if half else whole(match.group("n")) + (0.5 if match.group("plus") else 0)
    return dt.timedelta(hours=count) if unit.startswith("h") else dt.timedelta(minutes=count)


MOMENT = (
    rf"\b(?:in {_NEAR}|(?=[\w ]{{3,25}} from now\b))"
    rf"(?:(?P<half>half an)|(?P<n>{SMALL}|an?|a couple of)) (?P<unit>hour|hr|minute|min)s?\b"
    r"(?P<plus> and a half)?(?:'? time| from now)?"
)


def _nth(match: re.Match[str], now: dt.datetime) -> Reading | None:
    said, month, weekday = match.group("nth"), match.group("month"), days.day(match.group("wd"))
    nth = -1 if said == "last" else ordinal(said)
    if not month:
        start = days.months_on(now.date().replace(day=1), 1 if match.group("which") == "next" else 0)
        return days.nth_weekday(start.year, start.month, weekday, nth)
    for year in [int(match.group("year"))] if match.group("year") else [now.year, now.year + 1]:
        found = days.nth_weekday(year, MONTHS[month], weekday, nth)
        if found and (found >= now.date() or match.group("year")):
            return found
    return None


def _holiday(match: re.Match[str], now: dt.datetime) -> Reading | None:
    return days.holiday(match.group("name"), now.date(), int(match.group("year")) if match.group("year") else None)


Reader = Callable[[re.Match[str], dt.datetime], Reading | None]


def _rule(pattern: str, read: Reader, moment: bool = False) -> tuple[re.Pattern[str], Reader, bool]:
    return re.compile(pattern), read, moment


_RULES = (
    _rule(r"\b(?P<word>today|tonight|tonite|this (?:morning|afternoon|evening)|later today)\b", _relative),
    _rule(r"\b(?P<word>right now|asap|as soon as possible)\b", _relative, True),
    _rule(
        r"\b(?P<after>(?:the )?day after )?(?:the )?(?P<before>(?:the )?day before )?"
        r"(?P<word>tomorrow|tomm?orr?ow|tommorrow|tomoz|tmrw|tmr|tmw|yesterday|last night)\b",
        _relative,
    ),
    _rule(r"\b(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})\b", _iso),
    _rule(r"(?<![\d/.-])(?P<a>\d{1,2})/(?P<b>\d{1,2})(?:/(?P<y>\d{4}|\d{2}))?(?![\d/])", _slashed),
    _rule(r"(?<![\d/.-])(?P<a>\d{1,2})(?P<sep>[.-])(?P<b>\d{1,2})(?P=sep)(?P<y>\d{4}|\d{2})(?![\d/])", _slashed),
    _rule(rf"\b(?:on|the) (?:{_WD},? )?(?:the )?(?P<v>{_DOTTED})\.?", _slashed),
    _rule(rf"\b{_WD},? (?P<v>{_DOTTED})\.(?= ?\w)", _slashed),
    _rule(rf"(?<!\S)(?<!at )(?P<v>{_DOTTED})\.?,?(?= (?:at|um) )", _slashed),
    _rule(rf"\b{_NAMED_THE}{_DAY}(?:,? (?:day )?(?:of )?|[-/]|\. ?)?{_MONTH}{_YEAR}", _month_day),
    _rule(
        rf"\b{_NAMED}(?:(?P<year2>\d{{4}})[-/])?{_MONTH}[ /-]?(?:the )?{_DAY}{_YEAR}"
        r"(?! ?(?:people|persons?|guests?|adults?))",
        _month_day,
    ),
    _rule(rf"\b{_MONTH} (?:the )?{_DAY} ?,? (?P<named>{_WD})", _month_day),
    _rule(rf"\b(?P<named>{_WD}),? (?:the )?(?P<day>{ORDINAL})(?! (?:one|option|place|choice))\b", _numbered),
    _rule(r"\b(?P<day>\d{1,2}(?:st|nd|rd|th))\b(?! (?:one|option|place|choice|floor|street|avenue|time))", _numbered),
    _rule(
        r"\b(?:on|(?:on|for|by|until) the) (?P<v>(?P<day>\d{1,2}))(?= ?(?:$|[,.;!?](?!\d)|(?:at|for|and) ))",
        _numbered,
    ),
    _rule(rf"\bon the (?P<v>(?P<day>{ORDINAL}))\b(?! (?:one|option|place|choice|floor|street))", _numbered),
    _rule(
        rf"\b(?:(?P<which>this coming|this|next|coming|following|upcoming|last) )?(?P<wd>(?!{_NO_DAY}){_WD})s?",
        _weekday,
    ),
    _rule(rf"\b(?P<which>)(?P<wd>{_WD}) (?P<later>week|after next|fortnight)\b", _weekday),
    _rule(rf"\b(?P<wd>{_WD}),? (?:of |in )?(?P<which>this|next|last) week\b", _of_week),
    _rule(rf"\b(?P<which>this|next|last) week,? (?:on |is |- )?(?P<wd>{_WD})", _of_week),
    _rule(rf"\b(?:the )?{_DAY} of (?P<which>this|next) month\b", _of_month),
    _rule(r"\b(?:(?P<which>this|next|the|at) )?weekend\b", _weekend),
    _rule(
        r"\b(?:next|this|the coming) (?:week|month|year)\b|\b(?:some day|one day|"
        r"sometime|some time) soon\b",
        _vague,
    ),
    _rule(rf"\b(?:in|(?:in )?(?:early|mid|late)) {_MONTH}(?! ?\d)", _vague),
    _rule(rf"\b(?:in|within) {_NEAR}{_SPAN}(?: time)?\b", _ahead),
    _rule(rf"\b{_SPAN} (?:from|after|hence)(?: (?P<base>now|today|tomorrow|{_WD}))?\b", _ahead),
    _rule(
        rf"\b(?P<n>{SMALL}|an?|a couple of|couple of) (?P<unit>week|fortnight)s?'? (?:time )?(?:on |from )?"
        rf"(?P<base>today|tomorrow|{_WD})",
        _ahead,
    ),
    _rule(
        r"\b(?:a )?(?P<base>today|tomorrow) (?P<unit>week|fortnight)\b",
        lambda m, now: _start(m["base"], now) + dt.timedelta(7 if m["unit"] == "week" else 14),
    ),
    _rule(rf"\b{_SPAN} (?P<ago>ago)\b", _ahead),
    _rule(
        rf"\b(?:the )?(?P<nth>last|{ORDINAL}) (?P<wd>day|{_WD}) (?:of|in) (?:{_MONTH}{_YEAR}|"
        rf"(?P<which>this|next|the) month)",
        _nth,
    ),
    _rule(rf"\b(?:the )?(?P<name>{days.HOLIDAY})\b{_YEAR}", _holiday),
    _rule(MOMENT, _moment, True),
)
_ASKED = (
    _rule(
        rf"^\W*(?:on |the )*(?P<v>(?P<day>{ORDINAL}|\d{{1,2}}))(?![\d:/.]| ?[ap]\.?m)"
        r"(?=\W*$|\W+(?:at |please|thanks|then|would))",
        _numbered,
    ),
    _rule(r"^\W*(?P<word>now)\W*$", _relative, True),
)
