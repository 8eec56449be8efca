"""Named: what the person's own notes say of one candidate by its name, for and against, the newest word first."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from agents.orchestrator.been import sentences, stands
from agents.reasoning.offline.lexis import fold
from agents.reasoning.offline.polarity import Opinion, opinions
from agents.types import Frozen
from memory.evidence import Evidence

_AGAINST = ("never", "dislikes")
_NO_MORE = re.compile(r"\b(?:again|any ?more|ever|there|please|the restaurant|the place)\b|[^\w\s]")


class Word(Frozen):
    """One thing that was said of it.

    Attributes:
        against: it is disliked, or ruled out.
        whole: the thing itself is meant, at any time; not its Fridays, nor its soup.
        text: the sentence.
    """

    against: bool
    whole: bool
    text: str
    evidence: Evidence


def word_on(name: str, mentions: Iterable[Evidence], others: Iterable[str] = ()) -> Word | None:
    """The newest thing that the person says for or against what has this name; None where nothing is said.

    Args:
        name: as the site spells it.
        mentions: passages in which the name stands.
        others: names of others; a longer one that holds this name is not meant.
    """
    longer = [fold(o) for o in others if fold(o) != fold(name) and fold(name) in fold(o)]
    told = [w for m in mentions if m.stated for w in _said(name, m, longer)]
    return max(told, key=lambda w: w.evidence.date or dt.date.min, default=None)


def _said(name: str, mention: Evidence, longer: list[str]) -> Iterable[Word]:
    for sentence in sentences(mention.quote):
        if stands(name, sentence, longer):
            for opinion in opinions(sentence):
                if (rest := _besides(name, opinion)) is not None and not opinion.holder and not opinion.past:
                    whole = not rest and not opinion.condition
                    yield Word(
                        against=opinion.polarity in _AGAINST, whole=whole, text=sentence.strip(" -*"), evidence=mention
                    )


def _besides(name: str, opinion: Opinion) -> str | None:
    """What the opinion's subject says besides the name; None where it is about something else."""
    subject = fold(opinion.subject)
    if fold(name) not in subject and _NO_MORE.sub("", subject).strip():
        return None
    return _NO_MORE.sub("", subject.replace(fold(name), "")).strip()
