"""Been: whether the person's own notes say that they were at a place, and not just that they heard of it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from agents.reasoning.offline.lexis import fold
from memory.evidence import Evidence

_SENTENCE = re.compile(r"(?<=[.!?])[\"”’)*_]*\s+|\n\s*\n|\n(?=\s*[-*+] )")
_WAS = re.compile(
    r"\b(?:i|we)(?:'ve| have| had)?(?: (?:finally|often|just|once|then|already|all|both|also))*"
    r" (?:ate|eaten|dined|been|went|gone|go|visited|stayed|lunched|celebrated|tried|ordered|drank|took|spent"
    r"|had (?!to\b|no idea|heard|hoped|meant|planned)|met|slept|bought"
    r"|(?:were|was) (?:there|here|at|in|back)|come back|came"
    r"|returned|keep going|reserved|booked|loved|hated)\b"
    r"|\b(?:our|my) (?:regular|local|usual)\b"
    r"|\b(?:dinner|lunch|breakfast|drinks|supper|a night|birthday|concert) (?:\w+ ){0,3}(?:at|in)\b"
    r"|^(?:[-*] )?booked\b|\bback (?:at|to)\b|\bagain at\b|\bhated it\b|\bloved it\b|\bnever again\b"
)
_WAS_NOT = re.compile(
    r"\b(?:haven't|have not|hasn't|has not|never|not yet|not) (?:\w+ )?"
    r"(?:been|tried|eaten|visited|gone|set foot|stayed|seen|read)\b"
    r"|\b(?:want|wanted|hope|plan|planning|mean|meaning|would like|'d like|'d love|going) to\b|\bto try\b"
    r"|\b(?:one day|some ?day|next time|should go|must go|ought to)\b|\b(?:heard|read) (?:about|of)\b|\bswears? by\b"
    r"|\b(?:walk|walked|walking|pass|passed|passing|went|drove) (?:past|by)\b|\blooked in\b|\bthrough the window\b"
    r"|\b(?:keeps? |kept )?(?:recommend|recommends|recommended|recommending|praised|praises|mentioned|told me about)\b"
    r"|\b(?:sign|poster|advert|advertisement|review|article) (?:for|of|about)\b|\bopened\b|\bopens\b|\binstead of\b"
)
_WISHES = re.compile(r"\b(?:want to|to try|wish|wishlist|waiting|some day|someday|ideas|bucket list|next)\b")
_DIARY = re.compile(r"\b(?:diary|journal|visits?|log|places i have been|been)\b")
_LINKING = re.compile(r"the|an?|at|in|of|to|and|or|with|from|by|for|on|then|after|before|our|my|is|was", re.IGNORECASE)
_OTHERS = re.compile(
    r"\b(?!I\b|We\b)(?:[A-Z][^\W\d_]+|[Ss]he|[Hh]e|[Tt]hey|my \w+) (?:\w+ )?"
    r"(?:went|ate|took|goes|had|stayed|was at|were at)\b"
)


def visited(name: str, mentions: Iterable[Evidence], others: Iterable[str] = ()) -> Evidence | None:
    """The quotation that says the person was there; None where every mention is a wish, a rumour or somebody else's.

    Args:
        name: the place as the site spells it.
        mentions: passages in which the name stands, or stands above.
        others: names of other places; a longer one that holds this name is not this place.
    """
    longer = [fold(o) for o in others if fold(o) != fold(name) and fold(name) in fold(o)]
    return next((m for m in mentions if _says_so(name, m, longer)), None)


def sentences(text: str) -> list[str]:
    """The sentences and bullets of a quotation."""
    return [s for s in _SENTENCE.split(text) if s and s.strip()]


def _says_so(name: str, mention: Evidence, longer: list[str]) -> bool:
    above = fold(f"{mention.path} {mention.section}")
    if _WISHES.search(fold(mention.section)) or re.search(r"\bwant.to.try\b|\bwish", above):
        return False
    if above.startswith("journal/"):
        return False  # what we wrote ourselves: a task that was tried; visits are noted in memory
    diary = _DIARY.search(above) is not None
    told = sentences(mention.quote)
    if re.search(rf"(?<!\w){re.escape(fold(name))}(?!\w)", fold(mention.section.rsplit(" > ", 1)[-1])):
        return _told(told, 0, name, diary, headed=True)
    places = [n for n, s in enumerate(told) if stands(name, s, longer)]
    return any(_told(told, n, name, diary, headed=False) for n in places)


def stands(name: str, text: str, longer: Iterable[str] = ()) -> bool:
    """Whether the name stands in a text as a name of its own, not as part of a longer one."""
    plain = re.sub(r"[*_`\[\]]", "", text)
    where = fold(plain)
    for other in longer:
        where = where.replace(other, "#" * len(other))
    for match in re.finditer(rf"(?<!\w){re.escape(fold(name))}(?!\w)", where):
        before, after = plain[: match.start()].split(), plain[match.end() :]
        if not _goes_on(before[-1] if before else "", after):
            return True
    return False


def _goes_on(before: str, after: str) -> bool:
    """Whether capitalised neighbours make it a longer name: "La Lanterna", "Lanterna Rossa"."""
    article = re.match(r"(?:La|Le|Il|El|Los|Las|Les|L'|Al|O|Os|As|Der|Die|Das)$", before)
    follows = re.match(r" (?:[A-Z][^\W\d_]+)(?= |[.,;:!?)]|$)", after)
    return article is not None or (follows is not None and not _LINKING.fullmatch(follows[0].strip()))


def _told(sentences: list[str], at: int, name: str, diary: bool, headed: bool) -> bool:
    """What the sentence with the name, and those after it, tell."""
    here = fold(sentences[at]) if sentences else ""
    following = fold(sentences[at + 1]) if len(sentences) > at + 1 else ""
    if _WAS_NOT.search(here) or re.match(
        r"\W*(?:(?:i|we) )?(?:haven't|have not|never|not yet|have never)\b", following
    ):
        return False
    if _OTHERS.search(sentences[at]) and not re.search(r"\b(?:i|we|us|me)\b", here):
        return False
    if diary or (headed and _WAS.search(here)):
        return True
    taken_in = (
        r"\b(?:read|heard|saw|watched|finished|slept at|stayed at)(?: the)? \W?"
        rf"{re.escape(fold(name))}(?! (?:is|was|has|are)\b)"
    )
    if re.search(taken_in, here) and re.search(r"\b(?:i|we)\b", here):
        return True
    window = [here, *(fold(s) for s in sentences[at + 1 : at + 5] if _refers_back(s))]
    return any(_WAS.search(s) and not _WAS_NOT.search(s) for s in window)


def _refers_back(sentence: str) -> bool:
    return re.search(r"\b(?:there|here|it|this|again|regular)\b", fold(sentence)) is not None
