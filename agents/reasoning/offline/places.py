"""Text and choices in a message: places after a preposition, one of a list with typos, plain answers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rapidfuzz import fuzz

from agents.reasoning.offline.spans import MASK, Hit, fold, longest, words

_LOCATED = re.compile(
    r"\b(?:area|part of town|where|neighbou?rhood|district|quarter|location|city|"
    r"town|place|near|region|zone|destination|from|to)\b"
)
_ADDRESS = re.compile(r"\baddress\b")  # it is given when asked for, or labelled: no preposition tells it from a place
_CUE = re.compile(
    r"\b(?:somewhere |anywhere |something |a place |place |located |based )?(?P<cue>in or near|"
    r"in|near|nearby|around|by|close to|next to|not far from|within|towards?|"
    r"along|"
    r"on the edge of|over in|down (?:in|by)|up in)\s+(?P<the>the\s+)?(?=\w)"
)
_NAME_RUN = re.compile(
    r"(?:(?:St|Ste|Mt|Dr)\. )?[A-ZÀ-Þ0-9][\w'’&-]*(?:\.(?=\w)[\w'’&-]*)*"
    r"(?: +(?:(?:of|de|da|do|the|la|le|del) +)?[A-ZÀ-Þ][\w'’&-]*)*"
)
_PLAIN_RUN = re.compile(r"[a-zà-ÿ][\w'’-]*(?:\s+[a-zà-ÿ][\w'’-]*){0,2}")
_STOP = words(
    "a an my our your his her their this that these those which what any some all general mood mind advance fact "
    "hurry evening morning afternoon night town area way end time particular case order short addition person "
    "people us me you it them there here budget total euros dollars pounds day week weekend month year minute hour "
    "moment meantime noon midnight future past love touch need charge between least most all once first last"
)
_UNTIL = words(
    "for with and or but that at on in to from by if so please tonight today tomorrow which who where because as "
    "about under over near around i we is are was would could can should not no no-one then than"
)
_NOT_THERE = re.compile(
    r"\b(?:not|(?:any|every)\w* but|nothing(?: but)?|except(?: for)?|isn't|nowhere|never|no|avoid|outside|apart from)"
    r"(?: (?:somewhere|anywhere))?(?: (?:in|near|at|around|by|to))?(?: the)? $"
)
_WORDS = re.compile(r"[\w'’&-]+")
_FILLER = re.compile(
    r"^(?:(?:um+|uh+|well|hmm+|oh|ok(?:ay)?|so|maybe|perhaps|probably|i think|"
    r"i guess|let's say|say|let's do|let's go (?:for|with)|i(?:'d| would) (?:like|"
    r"prefer|love|say|go (?:for|with))|"
    r"i want|i prefer|prefer(?:ably)?|make it|it's|it is|that's|that would be|"
    r"actually|just|somewhere|something|anything|please|my|name is|in|near|around|"
    r"by|close to|to|from|at|"
    r"the answer is|yes|yeah|yep|sure|definitely|the)[\s,]+)+",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"[\s,]*(?:\b(?:please|thanks|thank you|i think|i guess|maybe|if possible|"
    r"would be (?:good|great|nice|fine|perfect|lovely)|is fine|area|side)\b[\s,]*)+$",
    re.IGNORECASE,
)
_SAME = (
    words("yes y yeah yep yup sure ok okay definitely true"),
    words("no n nope nah not don't false"),
    words("small s little short"),
    words("medium m middle regular normal"),
    words("large l big grande"),
    words("inside indoors indoor in"),
    words("outside outdoors outdoor terrace patio garden"),
)
_SENSES = tuple(
    re.compile(rf"(?<!\w)(?:{words})(?!\w)")
    for words in (
        r"cheap(?:er|ly|ish)?|inexpensive(?:ly)?|affordabl[ey]|economical|low[ -](?:cost|priced?)"
        r"|(?<!my )(?<!our )(?<!the )(?<!your )budget(?:[ -](?:friendly|priced))?(?! (?:of|is|was)\b)",
        r"moderate(?:ly)?(?:[ -]priced?)?|mid[ -]?(?:range|priced?)|medium(?:[ -](?:priced?|range))?|middling"
        r"|reasonabl[ey](?:[ -]priced?)?|(?:fair|decent|average|normal)(?:ly)?[ -]pric(?:es?|ed)"
        r"|(?:not|nothing) (?:too|overly|so|very|that|terribly|outrageously) (?:expensive|dear|pricey|cheap)",
        r"expensive|high[ -](?:end|class|priced?)|upscale|up[ -]?market|pricey|posh|luxur(?:y|ious)|costly"
        r"|(?<!\bi )(?<!we )(?<!you )fancy",
        r"cent(?:re|er|ral)|(?:city|town)[ -]cent(?:re|er)|cent(?:re|er) of (?:the )?(?:town|city)|down[ -]?town"
        r"|(?:middle|heart) of (?:the )?(?:town|city)",
        *(rf"{way}(?:ern|side)?" for way in ("north", "south", "east", "west")),
        *(rf"x-?{size[0]}|(?:x|extra)[ -]?{size}" for size in ("large", "small")),
    )
)
"""What people say for the steps of a price, the parts of a town and sizes: one is an option, all others mean it."""

_SHORT = 6  # words of an answer of which one can be enough
_CLOSE = 84  # rapidfuzz ratio of 100: one slip in six letters


def is_place(named: str) -> bool:
    """Whether a detail with this name and question asks where."""
    words = named.lower().replace("_", " ")
    return bool(_LOCATED.search(words)) and not _ADDRESS.search(words)


def find_option(text: str, options: tuple[str, ...]) -> list[Hit]:
    """The options that the folded text names, exactly or with a slip of the finger."""
    hits = longest([hit for option in options for hit in _exact(text, option)] + list(_meant(text, options)))
    return hits or [hit for option in options if (hit := _fuzzy(text, option))]


def refused(text: str, hit: Hit) -> bool:
    """Whether the words before it say that it shall not be: "anywhere but the harbour"."""
    return bool(_NOT_THERE.search(text[: hit.start]))


def choose_option(text: str, options: tuple[str, ...]) -> Hit | None:
    """One of the options as the answer to its own question: named, begun, numbered or by a synonym."""
    named = find_option(text, options)
    if named:
        return named[0]
    said = strip(text).lower()
    for group in _SAME:
        fitting = [option for option in options if fold(option) in group]
        if said in group and len(fitting) == 1:
            return Hit(0, len(text), fitting[0])
    begun = [option for option in options if len(said) >= 3 and fold(option).startswith(said)]
    if begun:
        return Hit(0, len(text), begun[0]) if len(begun) == 1 else None
    hits = _by_a_word(text, options) if len(said.split()) <= _SHORT and "?" not in text else []
    return hits[0] if len({hit.value for hit in hits}) == 1 and not refused(text, hits[0]) else None


def _by_a_word(text: str, options: tuple[str, ...]) -> list[Hit]:
    """The options of which an answer has a word: "by courier" of "Bicycle courier"."""
    said = [m for m in _WORDS.finditer(text) if len(m.group()) > 2 and m.group() not in _STOP | _UNTIL | {"the"}]
    held = [(m, option) for m in said for option in options if m.group() in _WORDS.findall(fold(option))]
    return [Hit(m.start(), m.end(), option) for m, option in held]


def _exact(text: str, option: str) -> list[Hit]:
    return [Hit(m.start(), m.end(), option) for m in re.finditer(rf"(?<!\w){re.escape(fold(option))}(?!\w)", text)]


def _meant(text: str, options: tuple[str, ...]) -> Iterator[Hit]:
    """Other words for the one option of a sense."""
    for sense in _SENSES:
        fitting = [option for option in options if sense.fullmatch(fold(option))]
        if len(fitting) == 1:
            yield from (Hit(m.start(), m.end(), fitting[0]) for m in sense.finditer(text))


def _fuzzy(text: str, option: str) -> Hit | None:
    """The run of words closest to an option, glued or parted otherwise too; short ones must be exact."""
    wanted = fold(option).removeprefix("the ")
    joined, size, said = _joined(wanted), len(wanted.split()), list(_WORDS.finditer(text))
    best: tuple[float, Hit] | None = None
    for length in range(1, size + 2) if len(joined) > 4 else ():
        for number in range(len(said) - length + 1):
            start, end = said[number].start(), said[number + length - 1].end()
            run = _joined(text[start:end])
            score = fuzz.ratio(run, joined) if run[:1] == joined[0] or len(run) == len(joined) else 0.0
            if score >= _CLOSE and (best is None or score > best[0]) and MASK not in text[start:end]:
                best = score, Hit(start, end, option)
    return best[1] if best else None


def _joined(words: str) -> str:
    return re.sub(r"[\s'’-]", "", words)


def find_places(text: str, original: str) -> list[Hit]:
    """Places that a preposition leads to: "in the Old Town", "near the harbour"."""
    hits: list[Hit] = []
    for cue in _CUE.finditer(text):
        named = _NAME_RUN.match(original, cue.end())
        plain = None if named else _PLAIN_RUN.match(text, cue.end())
        if _NOT_THERE.search(text[: cue.start()]):
            continue
        found = _cut(named or plain, bool(named)) if named or plain else None
        if found and MASK not in text[cue.end() : cue.end() + len(found)]:
            hits.append(Hit(cue.start(), cue.end() + len(found), original[cue.end() : cue.end() + len(found)]))
    return hits


def _cut(run: re.Match[str] | None, capital: bool) -> str | None:
    """The run up to the first word that cannot be part of a place's name."""
    words = run.group().split() if run else []
    if not words or words[0].lower() in _STOP | _UNTIL or words[0].isdigit():
        return None
    length = next((n for n, word in enumerate(words) if not capital and word in _UNTIL), len(words))
    kept = words[:length] if capital else words[: min(length, 2)]
    return " ".join(kept).rstrip(".,!?") if kept else None


def strip(text: str) -> str:
    """An answer without the words around it: "hmm, maybe the Old Town please" is "Old Town"."""
    bare = text.strip().strip("\"'.,!?;: ")
    return _TAIL.sub("", _FILLER.sub("", bare + " ").strip()).strip().strip(".,!?;: ") or bare
