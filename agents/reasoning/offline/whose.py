"""Whose taste a clause tells: the writer's, somebody's who is named, or nobody's in particular."""

from __future__ import annotations

import re
from functools import cache
from typing import Protocol

from agents.reasoning.offline.lexis import content, fold
from agents.reasoning.offline.tables import table

_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


class Cue(Protocol):
    """What is needed to know of a cue."""

    @property
    def bare(self) -> str:
        """The ending without which the words need a subject."""
        ...

    @property
    def first(self) -> bool:
        """The subject must be said."""
        ...

    @property
    def noun(self) -> bool:
        """A thing is the subject: whose taste it is remains the writer's."""
        ...

    @property
    def named(self) -> bool:
        """The words are a noun that somebody has: "a weakness for"."""
        ...

    @property
    def who(self) -> str:
        """ "me" where the words themselves say whose taste it is."""
        ...

    @property
    def side(self) -> str:
        """Where the subject stands."""
        ...


@cache
def words(kind: str) -> frozenset[str]:
    """A closed list: "self", "third", "join" or "light"."""
    return frozenset(table("words")[kind].split())


@cache
def relations() -> frozenset[str]:
    """Words such as "wife" and "friend"."""
    return frozenset(table("company")["relations"])


def whose(before: str, inherited: str, owner: frozenset[str], about: str, cue_text: str, cue: Cue) -> str | None:
    """Empty for the writer, a name for somebody else, None where it is nobody's.

    Args:
        before: the clause up to the cue.
        inherited: whose taste the clause before told.
        owner: folded names of the writer.
        about: the heading above, for "she" and "he".
    """
    if cue.noun or cue.side == "before":
        return "" if not _named_anywhere(before, owner) else _named_anywhere(before, owner)
    if cue.named:
        return _having(_TOKEN.findall(before), inherited, owner, about)
    if cue.side == "within":
        return _anywhere(before, inherited, owner, about)
    tokens = _TOKEN.findall(before)
    said = len(tokens)
    passed = set()
    while tokens and (fold(tokens[-1]) in words("light") or tokens[-1].endswith("ly")):
        passed.add(fold(tokens.pop()))
    if not tokens:
        bare = bool(cue.bare) and not cue_text.lower().endswith(cue.bare)
        return None if (bare and said == 0) or (cue.first and not before.strip()) else inherited
    name = _by_last(tokens, inherited, owner, about)
    # One person "loves"; "tourists love" is nobody in particular.
    many = not passed & words("auxiliary") and " " not in cue_text and not cue_text.lower().endswith(("s", "ed"))
    return None if name and many else name


def _having(tokens: list[str], inherited: str, owner: frozenset[str], about: str) -> str | None:
    """Whose a liking or an aversion is: "my …", "Joana's …", "I have a …"; "the love of money" is nobody's."""
    for n in range(len(tokens) - 1, max(-1, len(tokens) - 10), -1):
        word = fold(tokens[n])
        if word in ("my", "our") or word in words("self"):
            return ""
        if word in ("his", "her", "their") or word in words("third"):
            return inherited or (_person(about, owner) if about else None)
        if word in ("the", "this", "that", "its", "your", "any", "every", "each"):
            return None
        if (word.endswith("'s") and n) or word in relations():
            return _name([*tokens[:n], re.sub(r"'s$", "", tokens[n])], owner)
        opens = n == 0 and not word.endswith("'s")  # a capital there is no name, unless a verb such as "has" follows
        if (
            tokens[n][0].isupper()
            and content(word)
            and not (opens and fold("".join(tokens[1:2])) not in words("light"))
        ):
            return _name([re.sub(r"'s$", "", tokens[n])], owner)
    return inherited if all(fold(t) in words("light") for t in tokens) else None


class Told(Protocol):
    """What is needed to know of the opinion before."""

    @property
    def own(self) -> bool:
        """The words said that it is the writer's."""
        ...


def mine(before: str, cue_text: str, cue: Cue, last: Told | None) -> bool:
    """Whether the words themselves say that it is the writer's: "I", "my", "me"; an essay's "critics love" does not."""
    if re.search(r"\b(?:i|me|my|us)\b", cue_text, re.IGNORECASE):
        return True
    if cue.noun or cue.side == "before":
        return False
    tokens = [fold(t) for t in _TOKEN.findall(before)]
    if cue.named or cue.side == "within":
        return any(t in words("self") or t in ("my", "our") for t in tokens[-9:])
    while tokens and tokens[-1] not in ("my", "it's") and (tokens[-1] in words("light") or tokens[-1].endswith("ly")):
        tokens.pop()
    if not tokens or tokens[-1] in words("join"):
        return bool(last and last.own)
    return tokens[-1] in words("self")


def _by_last(tokens: list[str], inherited: str, owner: frozenset[str], about: str) -> str | None:
    last = fold(tokens[-1])
    if last in words("self"):
        return ""
    if last in words("join"):
        return inherited
    if last in words("third"):
        if last.startswith("who") and len(tokens) > 1:
            return _name(tokens[:-1], owner)
        return inherited or (_person(about, owner) if about else None)
    return _name(tokens, owner)


def _name(tokens: list[str], owner: frozenset[str]) -> str | None:
    last = tokens[-1]
    if fold(last) in relations():
        mine = len(tokens) > 1 and fold(tokens[-2]) in ("my", "our", "his", "her")
        return f"my {last.lower()}" if mine or len(tokens) == 1 else None
    if not last[0].isupper() or sum(c.isupper() for c in last) > 1 or not content(last):
        return None  # a common noun, an abbreviation, or "This" and "You" at the start of a sentence
    return "" if fold(last) in owner else last


def _person(about: str, owner: frozenset[str]) -> str | None:
    """A heading that is one person's name."""
    words = about.split()
    if not words or len(words) > 3 or not all(w[0].isupper() for w in words):
        return None
    return "" if fold(words[0]) in owner else words[0]


def _named_anywhere(before: str, owner: frozenset[str]) -> str:
    tokens = _TOKEN.findall(before)
    for one, two in zip(["", *tokens], tokens, strict=False):
        if fold(two) in relations() and fold(one) in ("my", "our"):
            return f"my {two.lower()}"
    return ""


def _anywhere(before: str, inherited: str, owner: frozenset[str], about: str) -> str | None:
    """For "has a peanut allergy" and "is vegetarian": the person that stands before, at whatever distance."""
    tokens = [t for t in _TOKEN.findall(before) if fold(t) not in words("light")]
    if not tokens:
        return inherited or (_person(about, owner) or "" if about else "")
    return _by_last(tokens[-2:], inherited, owner, about)
