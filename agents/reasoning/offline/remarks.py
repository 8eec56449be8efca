"""Remarks: sentences in which a person states something lasting about themselves or theirs, by their grammar.

What does not last (a wish for tonight), is not meant (an "if"), is asked, or is somebody else's words is no remark.
"""

from __future__ import annotations

import re
from functools import cache

from agents.reasoning.offline.spans import fold
from agents.reasoning.offline.tables import table
from agents.reasoning.offline.whose import relations

_SENTENCES = re.compile(r"(?<=[.!?;])\s+")
_CUT = re.compile(r"(?:,|:| -| –|—)\s+(?:(?:so|and|but|because|as|since)\s+)?|\s+(?:so|and|because|since)\s+")

LONGEST = 400  # characters: more is a pasted text, unless it is led in by "note:"


def remark(original: str) -> str | None:
    """What is to be written down, in the person's words; None where the message states nothing that lasts.

    Args:
        original: the message as it was typed.
    """
    text = original.strip()
    if not text or text.startswith((">", '"', "“", "«", "'", "‘")):
        return None
    one = " ".join(text.split())
    told = _told(one)
    if told is not None:
        return _sentence(told)
    if len(text) > LONGEST or "\n" in text or not _lasts(one):
        return None
    return _sentence(_without_lead(one))


def remarks_beside(original: str) -> tuple[str, ...]:
    """The statements that last in a message that also asks for something: what stands apart from the request.

    Args:
        original: the message as it was typed.
    """
    one = " ".join(original.split())
    if len(original) > LONGEST or one.startswith((">", '"', "“", "«", "'", "‘")):
        return ()
    clauses = [clause for sentence in _SENTENCES.split(one) for clause in _clauses(sentence)]
    stated = tuple(_sentence(_without_lead(clause)).rstrip(" .!;") for clause in clauses if _states(clause))
    return stated if len(stated) < len(clauses) else ()


def _clauses(sentence: str) -> list[str]:
    """The two halves of a sentence of which one states and the other asks; else the sentence."""
    for cut in _CUT.finditer(sentence):
        halves = [sentence[: cut.start()], sentence[cut.end() :]]
        states = [_states(half) for half in halves]
        asks = [_pattern("asks").search(f". {fold(half)}") is not None for half in halves]
        if (states[0] and asks[1]) or (states[1] and asks[0]):
            return halves
    return [sentence]


def may_be_passed_on(original: str) -> bool:
    """Whether a message may hold somebody else's words: pasted, quoted, forwarded, or asked about."""
    one = " ".join(original.split())
    if is_told(original):
        return False
    return len(original) > LONGEST or "\n" in original.strip() or _FOREIGN.search(one) is not None


def is_told(original: str) -> bool:
    """Whether the message says outright that it is to be remembered."""
    return _told(" ".join(original.split())) is not None


def _told(text: str) -> str | None:
    """What follows "remember that", "note:" and the like."""
    match = _pattern("told").match(fold(text))
    if match is None or text.rstrip().endswith("?"):
        return None
    rest = text[match.start("x") :].strip()
    said = fold(rest)
    if match["sure"] is not None:
        return rest if re.search(r"\w", said) else None
    if not _pattern("subject").match(said) or _pattern("tag").search(said):
        return None
    lasting = match["weak"] is None or not (_pattern("now").search(said) or _pattern("unmeant").search(said))
    return rest if lasting else None


def _lasts(text: str) -> bool:
    """Whether every sentence states something lasting, or only adds to one that does."""
    sentences = [s for s in _SENTENCES.split(text) if s.strip(" .!;")]
    if not sentences or not _states(sentences[0]):
        return False
    return all(_states(s) or (_pattern("adds").match(fold(s)) and not _vetoed(fold(s))) for s in sentences[1:])


def _states(sentence: str) -> bool:
    text = _without_lead(sentence)
    said = fold(text).rstrip(" .!")
    if not said or _vetoed(said):
        return False
    if _habitual(said) or _pattern("standing").match(said) or _pattern("effect").match(said):
        return True
    named = _pattern("named").match(text)
    if named is not None and fold(named["name"]).split()[0] not in nobody():
        return of_somebody(fold(text)[named.end() :])
    return False


def _habitual(said: str) -> bool:
    """What the person says of themselves, of their people, of what is theirs."""
    if _pattern("mine").match(said):
        return True
    self = re.match(r"(?:(?:my|our) [a-z]+ and )?(?:i|we)(?= |')", said)
    if self is not None:
        return bool(_pattern("first").match(said[self.end() :]))
    whom = _theirs().match(said)
    if whom is not None:
        after = said[whom.end() :]
        named = re.sub(r"^,? [a-z-]+,?(?= )", "", after)  # "my neighbour Rita is …"
        return any(_pattern(p).match(a) for a in (after, named) for p in ("third", "kin"))
    return False


def _vetoed(said: str) -> bool:
    """Asked, unmeant, for now, about what is on the table, or with something to do in the same breath."""
    if "?" in said or _QUOTATION.search(said):
        return True
    if _pattern("now").search(said) or (_pattern("day").search(said) and not _pattern("often").search(said)):
        return True
    return any(_pattern(name).search(said) for name in ("unmeant", "pointing", "tag", "asks"))


_QUOTATION = re.compile(r"[\"“”«»].*[\"“”«»]")
_FOREIGN = re.compile(r"^>|[\"“”„«»`<>{}\[\]|?]|://|\w:\s")  # "Fwd: …", "translate this: …"


def _without_lead(text: str) -> str:
    return text[_pattern("lead").match(fold(text)).end() :].strip()  # type: ignore[union-attr]  # it matches nothing too


def _sentence(text: str) -> str:
    text = text.strip(" ,:;-")
    return text[:1].upper() + text[1:]


def of_somebody(said: str) -> bool:
    """Whether the folded words after a name say what only a person does or is."""
    return _pattern("third").match(said) is not None


@cache
def nobody() -> frozenset[str]:
    """Folded words that begin a sentence with a capital and are no name."""
    return frozenset(table("remarks")["nobody"].split())


@cache
def _theirs() -> re.Pattern[str]:
    kin = "|".join(sorted(relations(), key=len, reverse=True))
    return re.compile(
        rf"(?:my|our) (?:[a-z-]+ ){{0,2}}?(?:{kin})(?:-in-law)?s?(?:,? (?!is\b|are\b)[a-z-]+,?)??(?= |')"
        r"|(?:uncle|aunt|auntie|grandma|grandpa|granny|cousin) [a-z-]+(?= |')"
    )


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """A pattern of the table, its parts filled in."""
    rows = table("remarks")
    whole = "|".join(f"(?:{row})" for row in rows["patterns"][name])
    return re.compile(re.sub(r"<(adverb|frequency|attitude|custom|unable|denied|state|having|chatter)>", _part, whole))


def _part(match: re.Match[str]) -> str:
    return f"(?:{'|'.join(table('remarks')['parts'][match[1]])})"
