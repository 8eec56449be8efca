"""Filing: the file and heading of the person's own that a new note belongs under, by names, topic and polarity."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from agents.reasoning.offline.domains import domains, headed
from agents.reasoning.offline.foods import names_food
from agents.reasoning.offline.lexis import fold, says
from agents.reasoning.offline.meaning import Meaning
from agents.reasoning.offline.polarity import opinions
from agents.reasoning.offline.remarks import nobody, of_somebody
from agents.reasoning.offline.tables import table
from agents.reasoning.offline.whose import relations
from agents.types import Polarity
from memory.notes import FALLBACK, Place, Shelf

PEOPLE: Place = ("memory/people.md", "People")
_LEAST = 0.2  # a shelf that fits less than this is none; fitted with the weights on half of the test's notes
_TOPIC, _TITLE, _LINES = 0.3, 0.45, 0.4  # what the part of life, the headings and the lines under them count
_CUE, _SPECIAL = 0.4, 0.15
_SIDE = {"same": 0.2, "other": -0.6, "rule": -0.25}  # of likes and dislikes; an allergy's heading holds nothing else
_GENERAL = re.compile(r"\b(?:others?|everybody|everyone|all|more|people|friends?|family|household|relatives|kin)\b")
_PEOPLE = re.compile(r"\b(?:people|persons?|family|friends?|household|relatives|folks?|kin|contacts)\b")


def file_under(note: str, shelves: Sequence[Shelf], meaning: Meaning) -> Place:
    """Where a note goes: to its person's page, to the heading that fits best, or among the unsorted ones."""
    whom = somebody(note)
    if whom:
        return _persons(whom, note, shelves, meaning)
    scores = _scores(note, [s for s in shelves if not _of_people(s)], meaning)
    best = max(scores, key=lambda s: s[0], default=(0.0, None))
    return best[1].place if best[1] is not None and best[0] >= _LEAST else FALLBACK


def somebody(note: str) -> frozenset[str]:
    """The folded names, or the relation, of the person whom a note is about; empty for its writer."""
    match = _somebody().match(note)
    if match is None:
        return frozenset()
    name, rest = match["called"] or match["late"] or match["name"], fold(note[match.end() :])
    if match["name"] and (fold(name) in nobody() or not (rest.startswith("'s ") or of_somebody(rest))):
        return frozenset()
    return frozenset(fold(w) for w in (match["kin"] or match["of"], name) if w)


@cache
def _somebody() -> re.Pattern[str]:
    kin = "|".join(sorted(relations(), key=len, reverse=True))
    return re.compile(
        rf"(?:[Mm]y|[Oo]ur) (?:[a-z-]+ ){{0,2}}?(?P<kin>{kin})(?:-in-law)?(?![a-z])(?:,? (?P<called>[A-Z][^\W\d_]+))?"
        rf"|(?P<late>[A-Z][^\W\d_]+), (?:my|our) (?:[a-z-]+ ){{0,2}}?(?P<of>{kin})\b"
        r"|(?:(?:Uncle|Aunt|Auntie|Cousin|Grandma|Grandpa) )?(?P<name>[A-Z][^\W\d_]+)(?=(?:['’]s)? [a-z])"
    )


def _of_people(shelf: Shelf) -> bool:
    return _PEOPLE.search(fold(" ".join((shelf.path.replace("/", " "), *shelf.above))).replace(".md", "")) is not None


def _persons(whom: frozenset[str], note: str, shelves: Sequence[Shelf], meaning: Meaning) -> Place:
    """Where the person has a page, a heading or a line already; else among the people."""
    known = max(shelves, key=lambda s: _knows(s, whom), default=None)
    if known is not None and _knows(known, whom):
        return known.place
    among = [s for s in shelves if _of_people(s) and not _is_somebodys(s)]
    scores = _scores(note, among, meaning)
    return max(scores, key=lambda s: s[0])[1].place if scores else PEOPLE


def _is_somebodys(shelf: Shelf) -> bool:
    """Whether it is one person's page: its first line begins with its heading, or with them."""
    first = fold(shelf.lines[0]) if shelf.lines else ""
    alone = (
        "/people/" in f"/{shelf.path}" and len(shelf.heading.split()) <= 2 and not _GENERAL.search(fold(shelf.heading))
    )
    return alone or (bool(first) and first.startswith(fold(shelf.heading)))


def _knows(shelf: Shelf, whom: frozenset[str]) -> int:
    """How much a shelf is somebody's: 4 their heading, 3 their file, 2 a line that begins with them, 1 one of them."""
    if whom & set(re.findall(r"\w+", fold(shelf.heading))):
        return 4
    if whom & set(re.findall(r"[^\W_]+", fold(shelf.path.rsplit("/", 1)[-1].removesuffix(".md")))):
        return 3
    if not _of_people(shelf):
        return 0
    names = "|".join(map(re.escape, whom))
    begins = rf"^\W*(?:(?:my|our|uncle|aunt) )?(?:\w+,? my )?(?:{names})\b"
    if any(re.match(begins, fold(line)) for line in shelf.lines):
        return 2
    named = rf"\b(?:my|our) (?:\w+ )?(?:{names})\b|\b(?:{names})\b(?! (?:of|to))"
    return int(any(re.search(named, fold(line)) for line in shelf.lines))


def _scores(note: str, shelves: Sequence[Shelf], meaning: Meaning) -> list[tuple[float, Shelf]]:
    texts = list(dict.fromkeys(text for s in shelves for text in (*_titles(s), *s.lines)))
    near = {text: float(n) for text, n in zip(texts, meaning.near([note], texts)[0], strict=True)} if texts else {}
    files: dict[str, list[str]] = {}
    for shelf in shelves:
        files.setdefault(shelf.path, []).extend(shelf.lines)
    seen, cues = _Seen(near, _topics(note), _side(note)), _cues(note)
    return [(_score(s, files[s.path], seen) + _cued(s, cues), s) for s in shelves]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is known of a note: how near it is to each text, which parts of life it names, what it is for or against."""

    near: dict[str, float]
    about: frozenset[str]
    side: Polarity | None


def _titles(shelf: Shelf) -> tuple[str, ...]:
    name = shelf.path.rsplit("/", 1)[-1].removesuffix(".md").replace("-", " ")
    return tuple(filter(None, (f"{name}: {', '.join(shelf.above)}", shelf.guide[:300])))


def _topics(text: str) -> frozenset[str]:
    return domains(text) | ({"food"} if names_food(text) else frozenset())


def _score(shelf: Shelf, file: Sequence[str], seen: _Seen) -> float:
    named = headed(f"{shelf.path.removesuffix('.md')} {' '.join(shelf.above)}")
    topics = named or frozenset(t for line in file for t in _topics(line))
    topic = (1.0 if seen.about & topics else -0.5) if seen.about and topics else 0.0
    title = max(seen.near[t] for t in _titles(shelf))
    own, around = (max((seen.near[line] for line in lines), default=0.0) for lines in (shelf.lines, file))
    return _TOPIC * topic + _TITLE * title + _LINES * (own + around) / 2 + _sided(shelf.heading, seen.side)


def _cues(note: str) -> list[bool]:
    """Which rows of the table a note fits: money, habits, health …"""
    return [re.search(row["say"], fold(note)) is not None for row in table("filing")]


def _cued(shelf: Shelf, cues: list[bool]) -> float:
    """Its own heading counts in full, those above it for half; a special heading without such a note is against it."""
    above = f"{shelf.path.rsplit('/', 1)[-1].removesuffix('.md')} {' '.join(shelf.above[:-1])}"
    total = 0.0
    for row, fits in zip(table("filing"), cues, strict=True):
        own = any(says(shelf.heading, word) for word in row["under"])
        over = any(says(above, word) for word in row["under"])
        total += (_CUE * own + _CUE / 2 * (over and not own)) if fits else (-_SPECIAL * own)
    return total


def _sided(heading: str, side: Polarity | None) -> float:
    words = set(re.findall(r"[a-z'-]+", fold(heading)))
    says = next((p for p, titles in table("polarity")["headings"].items() if words & set(titles)), None)
    if says is None:
        return 0.0
    if says == side:
        return _SIDE["same"]
    if says in ("never", "must"):
        health = words & {"allergy", "allergies", "intolerance", "intolerances"}
        return _SIDE["same"] / 2 if says == "never" and side == "dislikes" and not health else _SIDE["rule"]
    against = (says == "likes") == (side in ("dislikes", "never"))
    return _SIDE["other"] if side and against else _SIDE["same"] if side == "never" else 0.0


def _side(note: str) -> Polarity | None:
    told = opinions(note)
    return told[0].polarity if told else None
