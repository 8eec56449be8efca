"""Counts in a message: people named or numbered, and numbers of whatever a detail counts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.reasoning.offline.numbers import SMALL, whole
from agents.reasoning.offline.spans import Hit, longest, words

_PERSON = (
    "people|persons?|heads|ppl|peeps|pax|guests?|diners?|adults?|kids?|child(?:ren)?|"
    "babies|baby|infants?|toddlers?|teen(?:ager)?s?|"
    "friends?|mates?|buddies|buddy|pals?|wife|husband|spouse|partner|girlfriend|other half|better half|"
    "boyfriend|fiancée?|date|missus|bestie|sons?|daughters?|"
    "brothers?|sisters?|siblings?|cousins?|nephews?|nieces?|mothers?|moms?|mums?|mummy|fathers?|dads?|daddy|parent|"
    "auntie|aunts?|uncles?|nan|nana|gran|granny|grandparent|grand(?:mother|father|ma|pa|son|dad|mum|daughter)s?|colleagues?|co-?workers?|workmates?|"
    "boss|clients?|neighbou?rs?|roommates?|flatmates?|"
    "m[ae]n|wom[ae]n|guys?|girls?|boys?|lad(?:y|ies|s)|gentlem[ae]n|seniors?|"
    "students?|teachers?|visitors?|others?|souls?|"
    "travell?ers?|passengers?|players?|members?"
)
_ONE_EACH = re.compile(
    r"(?:person|child|baby|infant|toddler|friend|mate|buddy|pal|wife|husband|"
    r"spouse|partner|girlfriend|boyfriend|fianc.e?|"
    r"date|son|daughter|brother|sister|sibling|cousin|nephew|niece|mother|mom|"
    r"mum|mummy|father|dad|daddy|parent|auntie|aunt|uncle|nana?|gran|granny|grand\w+|"
    r"colleague|missus|bestie|(?:other|better) half|"
    r"co-?worker|workmate|boss|client|neighbou?r|roommate|flatmate|guest|adult|"
    r"kid|man|woman|guy|girl|boy|lady|senior|other|"
    r"teen|teenager|student|teacher|visitor)$"
)
_PAIRS = r"(?P<pair>parents|grandparents|twins|in-laws)"
_OWN = (
    r"(?:(?:my|our|the|his|her|a|an|another|one|of my|of our|of|some|other|"
    r"more|additional|little|small|young|old|best|good|elderly)\s+)*"
)
_COUNT = rf"(?:{SMALL}|a couple(?: of)?|couple(?: of)?|a dozen)"
_JOIN = r"(?:\s*,\s*(?:and |plus |with )?|\s+(?:and|plus|with|&|\+|along with|as well as)\s+|\s*[&+]\s*)"
_UNIT = re.compile(
    rf"\b(?P<me>me|myself|i(?= (?:and|plus|with) ))\b"
    rf"|(?P<own>(?:(?:my|our|the|his|her|a|an|another)\s+)+)?(?:(?P<n>{SMALL}|"
    rf"couple of|both)\s+)?(?:{_OWN})(?P<noun>{_PERSON})\b"
    rf"|(?:my|our|the|his|her|both|both my)\s+{_PAIRS}\b"
    rf"|(?:(?P<couples>{SMALL}|a|one|another)\s+)(?:(?:married|other|young|old)\s+)?couples?\b(?! of)"
)
_AND_I = re.compile(r"i\b(?!'| (?:would|want|need|am|have|had|will|was|can|could|like|think|love)\b)")
_NAME = re.compile(r"[A-ZÀ-Þ][\w'’-]+(?!\w)")
_NAMES_AND_ME = re.compile(
    r"(?P<names>[A-ZÀ-Þ][\w'’-]+(?:\s*,\s*[A-ZÀ-Þ][\w'’-]+)*)(?:(?:\s+(?:and|plus)|\s*[&+])\s+I|(?:\s+(?:and|plus)|\s*[&+,])\s+(?:me|myself))\b"
    r"(?!'| \w+ing\b| (?:would|want|need|am|have|had|will|was|can|like|think|love)\b)"
)
_JOINED = re.compile(_JOIN)
_ALONE = re.compile(
    r"\b(?:just|only) (?:for )?(?:me|myself)\b|\b(?:by|for) myself\b|\balone\b|"
    r"\bsolo\b|\bon my own\b"
    r"|\bfor one\b(?! of)|^\W*(?:just |only |it'?s )*(?:me|myself)\W*$"
)

_NOT_COUNTED = (
    r"(?![\d/%]|[.,:]\d| ?(?:[ap]\.?m\b|o'?clock|hours?|hrs?|minutes?|mins?|days?|"
    r"weeks?|months?|years?|stars?|courses?|km|miles?|metres?|"
    r"meters?|euros?|dollars?|pounds?|bucks|quid|eur|usd|gbp|[€$£]|st\b|nd\b|"
    r"rd\b|th\b|in the (?:morning|evening|afternoon)|tonight at))"
)
_PEOPLE = re.compile(
    r"\b(?:people|persons?|party|guests?|adults?|travell?ers?|passengers?|diners?|"
    r"who|heads?|seats?|players?|participants?)\b"
)
_PART_OF_THEM = (
    r"(?! (?:is|are|isn'?t|aren'?t|has|have|hasn'?t|haven'?t|eats?|drinks?|doesn'?t|don'?t|do not|does not|can'?t|"
    r"cannot|"
    r"won'?t|might|may|hates?|who|will (?:have|be (?:late|having|running)))\b"
    r"(?! (?:coming|going|hungry|looking|here|planning|meeting|dining|eating|celebrating|visiting|in town)\b))"
)
"""Not "two of us are vegan": a part of the party, told apart from "two of us are coming"."""
_NUMBERED = [
    rf"\b(?:party|group|table|family|booking|reservation|seating|crowd|total|team)\s+(?:size\s+)?(?:of|"
    rf"for|is)\s+(?:about |around )?(?P<v>{_COUNT}){_NOT_COUNTED}\b",
    rf"(?<!no )\b(?P<v>(?:all )?(?P<n>{SMALL})) of (?:us|you|my)\b{_PART_OF_THEM}",
    rf"\b(?P<v>{SMALL}) (?:in (?:total|all)|all together|altogether)\b",
    rf"\b(?:for|with|seats?) (?:all |the )*(?P<v>{SMALL}) of (?:them|us)\b",
    rf"\b(?P<v>both|a couple|the two|us two|just two) of us\b{_PART_OF_THEM}",
    rf"\b(?:there(?:'ll| will|'re| are|'s| is)?(?: be)?|we(?:'re| are|'ll be| will be|"
    rf" have)|us|i have)\s+(?:about |around |only |just )?(?P<v>{SMALL}){_NOT_COUNTED}(?=\W*$|"
    rf" ?[.,;:!?()-]| (?:of(?! (?:the|them)\b)|in|for|at|on|tonight|and)\b)",
    rf"\b(?:for|seats?|seating|serve|accommodate|fit|host)\s+(?:just |only |about |"
    rf"around |up to |us |at least )?(?P<v>{_COUNT})(?: or so)?{_NOT_COUNTED}(?=\W*$|"
    rf"[.,;!?-]| ?\x00| (?:people|on|at|in|for|tonight|to|this|next|please|with|and|"
    rf"under|near|around|by|thanks|somewhere|or|from|tomorrow|today|outside|inside|"
    rf"if|that|who|only|max|around)\b)",
    rf"\b(?:people|party|guests|number|size)\b.* to (?P<v>{SMALL})(?=\W*$)",
    rf"\b(?P<v>{SMALL})[ -](?:tops?|seater|seats?|covers?|person|people|man)\b",
]
_COUNTED = [re.compile(pattern) for pattern in _NUMBERED]
_BARE = re.compile(rf"(?<![\w:./€$£-])(?P<v>{SMALL}|a couple|couple|both|a dozen){_NOT_COUNTED}(?![\w:/])")
_WORD = re.compile(r"[a-z]{3,}")
_COMMON = words("how many much the for what which you your would like need and are size number count there will all")


def counts_people(named: str) -> bool:
    """Whether a detail with this name and question counts people."""
    return bool(_PEOPLE.search(named.lower().replace("_", " ")))


def find_counts(text: str, original: str, named: str, asked: bool = False) -> list[Hit]:
    """Every count in the folded text that fits a detail.

    Args:
        text: folded; what was read as a date, time or price is masked.
        original: the same text as written, for names of people.
        named: the detail's name and question: "party_size For how many people?".
        asked: a bare number counts.
    """
    hits = _people(text, original) if counts_people(named) else list(_things(text, named))
    if asked or re.search(r"\b(?:make|change|raise|up) (?:it|that)\b|\bactually\b|\binstead\b", text):
        hits += _bare(text, hits)
    return longest(hits + list(_corrected(text, hits)))


def _bare(text: str, hits: list[Hit]) -> Iterator[Hit]:
    for match in _BARE.finditer(text):
        yield Hit(match.start(), match.end(), _value(match.group("v")))


def _corrected(text: str, hits: list[Hit]) -> Iterator[Hit]:
    """The bare number after a correction: "for 2, no, 3"."""
    cue = re.compile(
        r"[\s,.;-]*(?:\b(?:no|sorry|actually|wait|i mean|make (?:that|it)|rather|or rather|oops)\b[\s,.;-]*)+"
    )
    for hit in hits:
        after = cue.match(text, hit.end)
        bare = _BARE.match(text, after.end()) if after else None
        if bare:
            yield Hit(bare.start("v"), bare.end("v"), _value(bare.group("v")))


def _value(said: str) -> int:
    said = said.replace("all ", "").strip()
    if said.endswith("dozen"):
        return 12
    if said.startswith(("the two", "us two", "just two")):
        return 2
    return whole(said)


def _things(text: str, named: str) -> Iterator[Hit]:
    nouns = {word.removesuffix("s") for word in _WORD.findall(named.lower().replace("_", " "))} - _COMMON
    if nouns:
        kind = "more|extra|single|double|whole|full|adult|small|large|big"
        pattern = rf"\b(?P<v>{_COUNT})(?: (?:{kind}))* (?:{'|'.join(sorted(nouns))})(?:s|es)?\b"
        for match in re.finditer(pattern, text):
            yield Hit(match.start(), match.end(), _value(match.group("v")))


def _people(text: str, original: str) -> list[Hit]:
    hits = [*_lists(text, original), *_named(original)]
    for pattern in _COUNTED:
        for match in pattern.finditer(text):
            hits.append(Hit(match.start("v"), match.end("v"), _value(match.groupdict().get("n") or match.group("v"))))
    return hits or [Hit(match.start(), match.end(), 1) for match in _ALONE.finditer(text)]


def _named(original: str) -> Iterator[Hit]:
    """ "Inês and me", "Tomás, Inês and I"."""
    for match in _NAMES_AND_ME.finditer(original):
        yield Hit(match.start(), match.end(), len(_NAME.findall(match.group("names"))) + 1)


def _lists(text: str, original: str) -> Iterator[Hit]:
    """People one after another: "me, my wife and two kids" is 4; "with my wife" is the speaker too."""
    place = 0
    while unit := _UNIT.search(text, place):
        start, end, total, speaker = unit.start(), unit.end(), _size(unit), bool(unit.group("me"))
        while (joined := _JOINED.match(text, end)) and (
            more := _next(text, original, joined.end(), speaker, "," in text[start:end])
        ):
            more_end, more_size, me = more
            end, speaker = more_end, speaker or me
            total = None if total is None or more_size is None else total + more_size
        place = max(end, place + 1)
        if total is None or (unit.group("me") and end == unit.end()):
            continue
        lone = (unit.group("noun") or "") in (
            "kid",
            "kids",
            "child",
            "children",
            "baby",
            "babies",
        ) and end == unit.end()
        if lone and not re.search(r"\b(?:for|with) $", text[:start]):
            continue  # "I have three kids" is not everybody
        if not speaker and re.search(r"\bwith (?:just |only )?$", text[:start]) and not _plural_guests(unit):
            total += 1
        elif not speaker and total == 1 and not (unit.group("n") or unit.group("noun") in ("person", "adult", "guest")):
            continue  # "my wife likes it" counts nobody
        yield Hit(start, end, total)


def _plural_guests(unit: re.Match[str]) -> bool:
    return (unit.group("noun") or "") in ("people", "persons", "person", "ppl", "guests", "adults", "pax")


def _next(text: str, original: str, place: int, speaker: bool, listed: bool) -> tuple[int, int | None, bool] | None:
    """The next of a list: its end, its size, whether it is the speaker; "my wife, Ana and I want" lists three."""
    if re.match(r"i\b(?!')", text[place : place + 3]) if listed else _AND_I.match(text, place):
        return place + 1, 1, True
    unit = _UNIT.match(text, place)
    if unit:
        return unit.end(), _size(unit), bool(unit.group("me"))
    name = _NAME.match(original, place)
    if name and speaker:
        return name.end(), 1, False
    bare = re.compile(rf"(?:my |the |of my )?(?P<n>{SMALL})(?: (?:others?|more))?\b{_NOT_COUNTED}").match(text, place)
    return (bare.end(), whole(bare.group("n")), False) if bare else None


def _size(unit: re.Match[str]) -> int | None:
    """How many one stretch of a list is; None where it cannot be told ("my friends")."""
    if unit.group("me"):
        return 1
    if unit.group("pair"):
        return 2
    if unit.group("couples"):
        return 2 * whole(unit.group("couples"))
    if unit.group("n"):
        return whole(unit.group("n"))
    return 1 if _ONE_EACH.match(unit.group("noun")) else None
