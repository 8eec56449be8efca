"""The details of a workflow read from a message, by their types."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from agents.reasoning.offline.counts import find_counts
from agents.reasoning.offline.dates import find_dates
from agents.reasoning.offline.days import WEEKDAYS, shown, weekday_after
from agents.reasoning.offline.money import find_money
from agents.reasoning.offline.numbers import NUMBER
from agents.reasoning.offline.places import choose_option, find_option, find_places, is_place, refused, strip
from agents.reasoning.offline.spans import LONGEST, Hit, fold, longest, mask, standing
from agents.reasoning.offline.times import find_times
from agents.reasoning.port import Problem
from agents.types import DetailValue
from workflows.model import Detail, DetailType

_DECLINED = re.compile(
    r"\b(?:(?:i |we )?(?:really )?(?:don'?t|do not|doesn'?t|does not)(?: really| much)? (?:care|"
    r"mind|matter)|(?:no|don'?t|do not)(?: have)?(?: an?| any)?(?: particular| strong| special| real)? preferences?|"
    r"not fussed|not bothered|"
    r"not fussy|"
    r"whatever|whichever|whenever|any ?time|"
    r"any(?: [a-z']+){0,3}?(?: is| are|'s| (?:will|would) be)? (?:fine|ok|okay|good)|"
    r"anything(?! else| other| different)(?: goes)?|up to you|you (?:choose|decide|pick)|your (?:choice|"
    r"call)|"
    r"surprise me|no idea|not sure|skip(?: it| that| this)?|either(?: is| 's)?(?: fine|"
    r" ok)?|all the same to me|not important|(?:i'?m|we'?re) (?:easy|open)|flexible|"
    r"no limit|nothing (?:special|in particular))\b|^\W*(?:any|none|easy|open)\W*$"
)
_DECLINED_BY_TYPE = {
    DetailType.DATE: re.compile(r"\b(?:any|whatever|whichever) (?:day|date|evening|night)\b"),
    DetailType.TIME: re.compile(r"\bany ?time\b|\b(?:any|whatever|whichever) (?:time|hour)\b"),
    DetailType.COUNT: re.compile(r"\bany number\b|\bhowever many\b"),
    DetailType.MONEY: re.compile(
        r"\b(?:no (?:price )?limit|(?:money|price|cost) (?:is|'s) no object|any (?:price|"
        r"budget)|(?:price|cost|money) (?:doesn'?t|does not) matter)\b"
    ),
}
_ANYWHERE = re.compile(
    r"\b(?:anywhere(?: (?:in town|at all|is (?:fine|ok|okay|good)|works))?|wherever|"
    r"any (?:area|part of town|place|location|neighbou?rhood))\b"
    r"(?! (?:in|near|around|by|close|but|except)\b)"
)
_BARE = re.compile(
    rf"^\W*(?:(?:about|around|roughly|maybe|say|like|max|up to|at most|perhaps|no|hmm|um)\W+)*{NUMBER}\W*$"
)
_LONG_ANSWER = 8  # words; a longer one is not just the asked name or place


@dataclass(frozen=True, slots=True)
class Found:
    """A detail's value in its normal form, read from `text[start:end]`."""

    value: DetailValue
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Details:
    """What a message gives of the details looked for; `leftovers` is the message with what was read blotted out."""

    values: dict[str, DetailValue] = field(default_factory=dict)
    declined: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    leftovers: str = ""

    def __bool__(self) -> bool:
        return bool(self.values or self.declined or self.problems)


@dataclass(frozen=True, slots=True)
class Setting:
    """What surrounds a message and settles what it leaves open.

    Attributes:
        context: words that tell the part of the day where the message does not: the workflow's own.
        currency: ISO 4217 code of bare amounts; empty: it is asked for.
        known: details known so far.
    """

    context: str = ""
    currency: str = ""
    known: Mapping[str, DetailValue] = field(default_factory=dict)


def parse_detail(
    detail: Detail, text: str, now: dt.datetime, asked: bool, setting: Setting | None = None
) -> Found | Problem | None:
    """One detail's value from a message.

    Args:
        detail: what to look for.
        text: the message as written; its first 2,000 characters are read.
        now: aware, in the home's time zone.
        asked: the message answers this detail's question, so bare numbers and names count.
        setting: what settles an open half of the day or currency.

    Returns:
        The value with where it stood; a problem where it cannot be so or could be two things; else None.
    """
    original = text[:LONGEST]
    folded = fold(original)
    bare = asked and _BARE.match(folded)
    hits = _read(
        detail, folded if bare else _without_others(detail, folded, now), original, now, asked, setting or Setting()
    )
    return _settled(detail, standing(hits, folded), original)


def find_details(
    details: tuple[Detail, ...], text: str, now: dt.datetime, asked: str | None, setting: Setting | None = None
) -> Details:
    """Every detail that a message gives; a bare answer to the asked one first, then dates, times, money, the rest."""
    setting, original = setting or Setting(), text[:LONGEST]
    folded = left = fold(original)
    values: dict[str, DetailValue] = {}
    problems: list[Problem] = []
    for group in _groups(details, asked if _BARE.match(folded) else None):
        for detail, hits in _shared_out(group, left, original, now, asked, setting):
            found = _settled(detail, standing(hits, folded), original)
            if isinstance(found, Problem):
                problems.append(found)
            elif found:
                values[detail.name] = found.value
            left = mask(left, [h for h in hits if not h.moment or detail.type is DetailType.TIME])
    problems += _passed(details, values, {**setting.known, **values}, now)
    for problem in problems:
        values.pop(problem.detail, None)
    declined, left = _declined(details, left, asked, {*values, *(p.detail for p in problems)})
    return Details(values, declined, tuple(problems), _like(original, left))


def _like(original: str, masked: str) -> str:
    return "".join("\x00" if low == "\x00" else char for char, low in zip(original, masked, strict=True))


_ORDER = [DetailType.DATE, DetailType.TIME, DetailType.MONEY, DetailType.CHOICE, DetailType.COUNT, DetailType.TEXT]


def _groups(details: tuple[Detail, ...], first: str | None) -> list[list[Detail]]:
    """Details of one type together, in the order in which they are read: the first one's type first."""
    kinds = sorted(_ORDER, key=lambda kind: not any(d.name == first and d.type is kind for d in details))
    groups = [[d for d in details if d.type is kind] for kind in kinds]
    return [group for group in groups if group]


def _without_others(detail: Detail, folded: str, now: dt.datetime) -> str:
    """Blots out what belongs to another type: the 8 of "8 pm" is no count, the 3 of "3 May" no hour."""
    if detail.type is not DetailType.DATE:
        folded = mask(folded, [h for h in find_dates(folded, now) if not h.moment])
    if detail.type not in (DetailType.TIME, DetailType.DATE):
        folded = mask(folded, find_times(folded, now))
    if detail.type in (DetailType.COUNT, DetailType.TEXT):
        folded = mask(folded, find_money(folded, "EUR"))
    return folded


def _read(detail: Detail, text: str, original: str, now: dt.datetime, asked: bool, setting: Setting) -> list[Hit]:
    about = f"{detail.name} {detail.ask}"
    match detail.type:
        case DetailType.DATE:
            return find_dates(text, now, asked)
        case DetailType.TIME:
            return find_times(text, now, (fold(original), setting.context), asked)
        case DetailType.MONEY:
            return find_money(text, setting.currency, asked)
        case DetailType.COUNT:
            return find_counts(text, original, about, asked)
        case DetailType.CHOICE:
            chosen = choose_option(text, detail.options) if asked else None
            named = [hit for hit in find_option(text, detail.options) if not refused(text, hit)]
            return named or ([chosen] if chosen and not refused(text, chosen) else [])
        case DetailType.TEXT:
            return _texts(detail, text, original, asked, about)


def _texts(detail: Detail, text: str, original: str, asked: bool, named: str) -> list[Hit]:
    named_options = find_option(text, detail.options)
    hits = [hit for hit in named_options if not refused(text, hit)]
    if named_options and not hits:
        return []
    labelled = re.search(rf"\b{re.escape(detail.name.replace('_', ' '))}\s*(?::|=| is )\s*(?P<v>[^,.;\x00]+)", text)
    if labelled and not hits:
        return [Hit(labelled.start(), labelled.end(), original[labelled.start("v") : labelled.end("v")].strip())]
    if hits or not is_place(named):
        return longest(hits) or (_answer(text, original) if asked else [])
    return longest(find_places(text, original)) or (_answer(text, original) if asked else [])


def _answer(text: str, original: str) -> list[Hit]:
    """The whole message as the value of the asked name or place, where it is short enough to be just that."""
    said = strip(original)
    if not said or "\x00" in text or "?" in said or len(said.split()) > _LONG_ANSWER or not re.search(r"\w", said):
        return []
    if (
        re.match(r"\W*(?:not|anything but|anywhere but)\b", text)
        or _DECLINED.search(text)
        or _ANYWHERE.search(text)
        or re.fullmatch(r"\W*(?:no|nope|nah|yes|yeah|ok|okay)\W*", text)
    ):
        return []
    start = original.find(said)
    return [Hit(start, start + len(said), said)]


def _shared_out(
    group: list[Detail], text: str, original: str, now: dt.datetime, asked: str | None, setting: Setting
) -> list[tuple[Detail, list[Hit]]]:
    """Which detail of a type each hit belongs to: the asked one, the one named beside it, else in their order."""
    read = [(d, _read(d, text, original, now, d.name == asked, setting)) for d in group]
    own = group[0].type is DetailType.COUNT and any(hits != read[0][1] for _, hits in read)  # each counts its own noun
    if group[0].type is DetailType.CHOICE:
        everything = [hit for _, hits in read for hit in hits]
        return [(d, [h for h in hits if not any(_inside(h, other) for other in everything)]) for d, hits in read]
    if len(group) == 1 or own or group[0].type is DetailType.TEXT:
        return read
    hits = standing(longest([hit for _, found in read for hit in found]), text)
    if len(hits) <= 1:
        owner = next((d for d in group if hits and _beside(d, text, hits[0])), None)
        wanted = [d for d in group if d.name == asked] + [d for d in group if d.name not in setting.known] + group
        owner = owner or wanted[0]
        return [(owner, hits)]
    hits = _following(hits, text) if group[0].type is DetailType.DATE else hits
    taken: list[tuple[Detail, list[Hit]]] = []
    free = [d for d in group if d.name == asked] + [d for d in group if d.name != asked]
    for hit in hits:
        owner = next((d for d in free if _beside(d, text, hit)), free[0] if free else None)
        if owner:
            free.remove(owner)
            taken.append((owner, [hit]))
    return taken


def _inside(hit: Hit, other: Hit) -> bool:
    """Whether it is only a part of what another says: the north of "North American"."""
    return other.start <= hit.start and hit.end <= other.end and (other.start, other.end) != (hit.start, hit.end)


def _following(hits: list[Hit], text: str) -> list[Hit]:
    """Of days said by their names each comes after the one before: on a Saturday, "from Friday to Sunday"."""
    kept = hits[:1]
    for hit in hits[1:]:
        before, named = kept[-1].value, WEEKDAYS.get(text[hit.start : hit.end].strip())
        if named is not None and isinstance(before, str) and (hit.fault or str(hit.value) <= before):
            after = weekday_after(dt.date.fromisoformat(before) + dt.timedelta(days=1), named)
            hit = replace(hit, value=after.isoformat(), fault="", choices=())
        elif named is not None and kept[-1].choices:
            hit = replace(hit, value=None, fault="", choices=())  # it waits for which of them is meant
        kept.append(hit)
    return kept


def _beside(detail: Detail, text: str, hit: Hit) -> bool:
    near = text[max(0, hit.start - 20) : hit.end + 15]
    return any(word.removesuffix("s") in near for word in detail.name.lower().split("_") if len(word) > 3)


def _settled(detail: Detail, hits: list[Hit], original: str) -> Found | Problem | None:
    """The one value that stands; a problem for a fault, for two values, or for a count out of bounds."""
    good = [hit for hit in hits if not hit.fault]
    if not hits:
        return None
    if not good or hits[-1].fault:
        bad = hits[-1]
        said = original[bad.start : bad.end].strip()
        return Problem(detail=detail.name, said=said, message=bad.fault, choices=bad.choices)
    if len(good) > 1:
        said = " and ".join(f"“{original[h.start : h.end].strip()}”" for h in good)
        return Problem(detail=detail.name, said=said, message=f"You named {said}; which of them is it?")
    hit = good[0]
    if hit.value is None:
        return None
    if beyond := _bounds(detail, hit.value):
        return Problem(detail=detail.name, said=original[hit.start : hit.end], message=beyond)
    return Found(hit.value, hit.start, hit.end)


def _bounds(detail: Detail, value: DetailValue) -> str:
    least = 1 if detail.at_least is None else detail.at_least
    if not isinstance(value, int) or (value >= least and (detail.at_most is None or value <= detail.at_most)):
        return ""
    range_ = f"from {least} to {detail.at_most}" if detail.at_most is not None else f"{least} or more"
    return f"{value} is not possible here; please say {range_}."


def _passed(
    details: tuple[Detail, ...], said: Mapping[str, DetailValue], known: Mapping[str, DetailValue], now: dt.datetime
) -> list[Problem]:
    """A time that this message puts into the past, today."""
    date, time = (next((d.name for d in details if d.type is kind), "") for kind in (DetailType.DATE, DetailType.TIME))
    if known.get(date) != now.date().isoformat() or not known.get(time) or not {date, time} & said.keys():
        return []
    if str(known[time]) >= f"{now:%H:%M}":
        return []
    fault = (
        f"{known[time]} has passed today, {shown(now.date())} (it is {now:%H:%M}); at what later time, or on which day?"
    )
    return [Problem(detail=time, said=str(known[time]), message=fault)]


@cache
def _by_name(detail: Detail) -> re.Pattern[str]:
    """Says of a detail by its name that it does not matter: "any area", "I don't care about the price"."""
    words = [word for word in detail.name.lower().split("_") if len(word) > 3]
    name = "|".join(re.escape(word) + "s?" for word in words) or r"(?!)"
    named = rf"(?:(?:the|an?|my|which|what|particular|type|kind|sort|of) )*(?:{name})\b"
    before = (
        r"any(?: (?:kind|type|sort|part) of)?|whatever|whichever|(?:do not|don'?t|does not|doesn'?t) (?:really |much )?"
        r"(?:care|mind)(?: about| for)?|no (?:\w+ )?preferences? (?:on|for|as to|about|in|of|regarding)"
        r"|(?:not|n't) (?:fussed|bothered|fussy|picky) about"
    )
    after = r"(?: \w+){0,2} (?:do(?:es)? not|do(?:es)?n'?t|is not|isn'?t) (?:really )?(?:matter|important|an issue)"
    return re.compile(rf"\b(?:{before}) {named}|\b(?:{name}){after}")


def _declined(
    details: tuple[Detail, ...], left: str, asked: str | None, given: set[str]
) -> tuple[tuple[str, ...], str]:
    """The details that the person does not care about, and the text without those words."""
    names: list[str] = []
    for detail in details:
        if detail.name in given:
            continue
        by_type = (
            _ANYWHERE
            if is_place(f"{detail.name} {detail.ask}") and detail.type in (DetailType.TEXT, DetailType.CHOICE)
            else _DECLINED_BY_TYPE.get(detail.type)
        )
        match = _by_name(detail).search(left) or (by_type.search(left) if by_type else None)
        if not match and detail.name == asked:
            match = _DECLINED.search(left) or (
                re.fullmatch(r"\W*no(?:pe|ne)?\W*(?:(?:i|we) (?:do not|don'?t)\W*)?", left) if detail.optional else None
            )
        if match:
            names.append(detail.name)
            left = left[: match.start()] + "\x00" * (match.end() - match.start()) + left[match.end() :]
    return tuple(names), left
