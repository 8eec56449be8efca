"""Times of day in a message, 24 hours; an hour that could be morning or evening is settled by the words, or asked."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator

from agents.reasoning.offline.dates import MOMENT, hours_ahead
from agents.reasoning.offline.numbers import SMALL, whole
from agents.reasoning.offline.spans import MASK, Hit, fold, longest

_EVENING = re.compile(r"\b(?:dinner|supper|tonight|tonite|evening|night|nightcap|drinks|cocktails?|after work)\b")
_AFTERNOON = re.compile(r"\b(?:lunch|lunchtime|afternoon|tea time)\b")
_MORNING = re.compile(r"\b(?:breakfast|brunch|morning|coffee)\b")
_HOURS = (
    (_EVENING, "19:00 19:30 20:00 21:00"),
    (_AFTERNOON, "12:00 12:30 13:00 14:00"),
    (_MORNING, "08:30 09:30 10:30"),
)
PART_OF_DAY = r"(?:breakfast|brunch|lunch|lunchtime|dinner|supper|morning|afternoon|evening|night)"
"""A word that says when rather than what; `find_times` reads an open hour by it."""

_NAMED = {
    "noon": 12.0,
    "midday": 12.0,
    "mid-day": 12.0,
    "mid day": 12.0,
    "midnight": 0.0,
    "mid-night": 0.0,
    "mid night": 0.0,
    "midmorning": 10.0,
    "mid-morning": 10.0,
    "mid morning": 10.0,
    "midafternoon": 15.0,
    "mid-afternoon": 15.0,
    "mid afternoon": 15.0,
    "noonish": 12.0,
    "lunchtime": 12.5,
    "lunch time": 12.5,
}

_HALF_DAY = r" ?(?P<ampm>[ap]\.? ?m\b\.?)"
_PART = r"(?:(?:,? in the| this|,? at)? (?P<part>morning|afternoon|evening|night|tonight)\b)"
_LATE = (
    rf"(?:{_HALF_DAY}|-? ?(?:o'?clock|oclock)?(?: sharp| ?-?ish\b)?{_PART}|-? ?(?:o'?clock|"
    rf"oclock)\b)?(?:(?: ?-?ish)\b| sharp\b)?"
)
_HOUR = r"(?P<h>[01]?\d|2[0-4]|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)(?![\w:/]*\d)"
_MINUTES = (
    r"(?<!from )(?<!between )(?P<m>quarter|a quarter|half"
    r"|(?:five|ten|fifteen|twenty[ -]five|twenty|5|10|15|20|25)(?! min)"
    rf"|{SMALL}(?= min))"
)
_SPOKEN_MINUTES = (
    r"(?P<m>(?:twenty|thirty|forty|fifty)[ -]five|fifteen|twenty|thirty|forty|fifty|o[h']? five|ten|\d\d)\b"
)
_SPOKEN = "one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
_SPOKEN_HOUR = rf"(?P<h>{'|'.join(_SPOKEN)})"
_AT = (
    r"(?:(?<!of )\b(?:at|around|about|by|after|before|from|until|till|circa|approx\.?"
    r"|(?:mov|push|bring|shift|postpon|delay|reschedul)[a-z]* (?:it |that |this |us |the \w+ )?"
    r"(?:back |forward |up )?to)|[~@])"
)
_NO_THING = (
    r"(?! ?(?:people|persons?|guests?|adults?|kids?|children|of us|euros?|dollars?|"
    r"pounds?|minutes?|hours?|days?|weeks?|nights?|%|[€$£]))"
    rf"(?! to (?:\d+|{SMALL}) (?:people|persons?|guests?|adults?|kids?|children|of us)\b)"
)


_ROUND = r"(?![12]00\b)(?P<h>[1-9]|1\d|2[0-3])[.]?(?P<m>00|15|30|45)(?![\w%]|[.,:/]\d| ?[€$£])"
"""An hour and a quarter in digits that are written as one number or with a point: "730", "19.30"."""
_AFTER_DAY = rf"(?:\b(?:morning|evening|afternoon|night|tonight|lunch|dinner|breakfast|brunch)|{MASK}),?"


def usual_hours(text: str) -> list[str]:
    """Hours ("19:00") that are worth offering to someone who speaks of this."""
    said = fold(text)
    for spoken, hours in _HOURS:
        if spoken.search(said):
            return hours.split()
    return ["13:00", "19:00", "20:00", "21:00"]


def find_times(text: str, now: dt.datetime, context: tuple[str, ...] = (), asked: bool = False) -> list[Hit]:
    """Every time of day in the folded text.

    Args:
        text: folded; what was read as a date may be masked.
        now: aware, in the home's time zone.
        context: further words that tell the part of the day, the more telling first: the message before anything was
            masked, the workflow's own ("book a table for dinner").
        asked: bare numbers are hours too.
    """
    hits = [Hit(m.start(), m.end(), f"{now + hours_ahead(m):%H:%M}", moment=True) for m in _MOMENT.finditer(text)]
    hits += [Hit(m.start(), m.end(), f"{now:%H:%M}", moment=True) for m in _NOW.finditer(text)]
    if asked or "between" in text:
        hits += [Hit(m.start(), m.end(), None, _RANGE_FAULT.format(m.group())) for m in _RANGE.finditer(text)]
    for pattern, read in (*_RULES, *(_ASKED if asked else ())):
        hits += (_hit(match, read(match), text, context) for match in pattern.finditer(text))
    return longest(hits)


def _hit(match: re.Match[str], read: tuple[int, int, bool], text: str, context: tuple[str, ...]) -> Hit:
    hour, minute, settled = read
    start = match.start("v") if "v" in match.re.groupindex else match.start()
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        said = match.group().strip(" " + MASK)
        return Hit(start, match.end(), None, f"“{said}” is no time of day; please say one from 0:00 to 23:59.")
    if settled or hour == 0 or hour > 12:
        return Hit(start, match.end(), f"{hour % 24:02}:{minute:02}")
    return _half_of_day(start, match.end(), hour, minute, (text, *context))


def _half_of_day(start: int, end: int, hour: int, minute: int, told: tuple[str, ...]) -> Hit:
    """Morning or evening for an hour of 1 to 12, by the message's own words, then by its context, then by habit."""
    for words in told:
        if _EVENING.search(words) and not _MORNING.search(words):
            return Hit(start, end, f"{(hour % 12 + 12) % 24 if hour != 12 else 12:02}:{minute:02}")
        if _MORNING.search(words) and 5 <= hour < 12:
            return Hit(start, end, f"{hour:02}:{minute:02}")
        if _AFTERNOON.search(words):
            return Hit(start, end, f"{hour if hour >= 11 else hour + 12:02}:{minute:02}")
    if hour == 12 or hour <= 6:  # nobody means one to six in the morning without saying so
        return Hit(start, end, f"{hour % 12 + 12:02}:{minute:02}")
    late = f"{hour + 12}:{minute:02}"
    return Hit(start, end, None, f"Is that {hour}:{minute:02} in the morning, or {late} in the evening?")


def _with_half(match: re.Match[str], hour: int, minute: int, settled: bool = False) -> tuple[int, int, bool]:
    """Applies "am", "pm" and "in the evening" where the match has them."""
    said = {name: match.groupdict().get(name) for name in ("ampm", "part")}
    if hour > 12 or not (said["ampm"] or said["part"]):
        return hour, minute, settled
    night = said["part"] in ("night", "tonight") and hour == 12
    morning = (said["ampm"] or "").startswith("a") or said["part"] == "morning" or night
    if said["part"] == "night" and 1 <= hour <= 4:
        morning = True
    return hour % 12 + (0 if morning else 12), minute, True


def _clock(match: re.Match[str]) -> tuple[int, int, bool]:
    hour, minute = int(match.group("h")), int(match.group("m"))
    return _with_half(match, hour, minute, match.group("h").startswith("0") or bool(match.groupdict().get("hours")))


def _plain(match: re.Match[str]) -> tuple[int, int, bool]:
    return _with_half(match, whole(match.group("h")), 0)


def _military(match: re.Match[str]) -> tuple[int, int, bool]:
    return int(match.group("h")), int(match.group("m")), True


def _spoken(match: re.Match[str]) -> tuple[int, int, bool]:
    said = re.sub(r"^o[h']? ", "", match.group("m"))
    return _with_half(match, whole(match.group("h")), whole(said))


def _minutes(match: re.Match[str]) -> int:
    said = (match.group("m") or "half").removeprefix("a ")
    return {"quarter": 15, "half": 30}.get(said) or whole(said)


def _past(match: re.Match[str]) -> tuple[int, int, bool]:
    return _from_named(match, _minutes(match))


def _to(match: re.Match[str]) -> tuple[int, int, bool]:
    return _from_named(match, -_minutes(match))


def _from_named(match: re.Match[str], minutes: int) -> tuple[int, int, bool]:
    named = match.groupdict().get("named")
    hour, _, settled = (int(_NAMED[named]), 0, True) if named else _with_half(match, whole(match.group("h")), 0)
    total = (hour * 60 + minutes) % (24 * 60)
    if not settled and total < 60:
        total += 12 * 60
    return total // 60, total % 60, settled


def _word(match: re.Match[str]) -> tuple[int, int, bool]:
    hours = _NAMED[match.group("named")]
    return int(hours), round(hours % 1 * 60), True


Reader = Callable[[re.Match[str]], tuple[int, int, bool]]
_NAMES = rf"(?P<named>{'|'.join(_NAMED)})"
_MOMENT = re.compile(MOMENT)
_NOW = re.compile(r"\b(?:right now|asap|as soon as possible)\b")


_CLOCK = rf"(?:\d{{1,2}}(?:[:.]\d\d)?|noon|midnight|{'|'.join(_SPOKEN)})(?: ?[ap]m\b)?"
_RANGE = re.compile(rf"\bbetween {_CLOCK} (?:and|to) {_CLOCK}{_NO_THING}|^\W*{_CLOCK}(?: or | ?- ?){_CLOCK}\W*$")
_RANGE_FAULT = "“{}” is more than one time; which one?"


def _rules(*table: tuple[str, Reader]) -> Iterator[tuple[re.Pattern[str], Reader]]:
    yield from ((re.compile(pattern), read) for pattern, read in table)


_RULES = tuple(_rules(
    (rf"(?<![\d:.,/])(?P<h>\d{{1,2}})[:h](?P<m>\d\d)(?!\d)(?:[:.]\d\d\b)?(?P<hours> ?(?:hrs?|"
    rf"hours)\b)?{_LATE}", _clock),
    (rf"(?<![\d:.,/€$£])(?P<h>\d{{1,2}})[. ]?(?P<m>\d\d){_HALF_DAY}(?: ?-?ish\b)?", _clock),
    (rf"{_AT} (?P<v>(?P<h>\d{{1,2}})\.(?P<m>[0-5]\d)(?![\d%]){_LATE}){_NO_THING}", _clock),
    (rf"^\W*(?P<v>(?P<h>1?\d|2[0-3])\.(?P<m>[0-5]\d)(?![\d%]){_LATE})\W*$", _clock),
    (r"(?<![\d:.,/€$£-])(?P<h>[01]\d|2[0-3])(?P<m>[0-5]\d) ?(?:hrs?|hours)\b", _military),
    (rf"{_AT} (?P<v>(?P<h>[01]\d|2[0-3])(?P<m>[0-5]\d))(?!\d){_NO_THING}", _military),
    (rf"(?:{_AT}|\b(?:for|say|like)) (?:about |around |like |say )?(?P<v>{_ROUND}{_LATE}){_NO_THING}", _clock),
    (rf"{_AFTER_DAY} ?(?P<v>{_ROUND}){_NO_THING}", _clock),
    (rf"(?:^|[,;]) ?(?P<v>{_ROUND})(?=\W*$| ?[,;!?{MASK}]| ?\.(?!\d)| for (?:{SMALL}|us|me)\b)", _clock),
    (rf"(?<![\w:.,/€$£-]){_HOUR}(?:{_HALF_DAY}|-? ?(?:o'?clock|oclock)\b{_PART}?| ?hrs?\b|h\b)(?: ?-?ish\b)?", _plain),
    (rf"(?<![\w:.,/€$£-]){_HOUR}{_PART}", _plain),
    (rf"(?<![\w:.,/€$£-]){_HOUR} ?-?ish\b{_LATE}", _plain),
    (rf"{_AT} (?:about |around |like )?(?P<v>{_HOUR}(?![.,]\d|-\w){_LATE}){_NO_THING}", _plain),
    (rf"{_AFTER_DAY} (?:at )?"
     rf"(?P<v>{_HOUR}(?=\W*$|,? (?:for|at|in)\b){_LATE})", _plain),
    (rf"\b(?P<v>(?:at )?{_SPOKEN_HOUR}[ -]{_SPOKEN_MINUTES}{_LATE}){_NO_THING}", _spoken),
    (rf"\b(?P<v>{_MINUTES}(?: minutes?| mins?)?[ -](?:past|after)[ -](?:{_NAMES}|{_HOUR}{_LATE}))", _past),
    (rf"\b(?P<v>{_MINUTES}(?: minutes?| mins?)?[ -](?:to|before|of|til|till)[ -](?:{_NAMES}|"
    rf"{_HOUR}{_LATE})){_NO_THING}", _to),
    (rf"\b(?P<m>half)[ -]{_HOUR}{_LATE}{_NO_THING}", _past),
    (rf"\b{_NAMES}\b", _word),
))  # fmt: skip
_ASKED = tuple(_rules(
    (rf"^\W*(?:around |about |say |maybe |for |@)*(?P<v>{_HOUR}(?![.,]\d){_LATE})(?=\W*(?:$|"
    rf"for |please|on |i think|thanks?|but |and |if |would|works|is ))", _plain),
    (r"^\W*(?P<v>(?P<h>[01]?\d|2[0-3]) (?P<m>[0-5]\d))\W*$", _clock),
    (r"^\W*(?P<v>(?P<h>[01]\d|2[0-3])(?P<m>[0-5]\d))\W*$", _military),
))  # fmt: skip
